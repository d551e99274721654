"""What a function says about its work: structured lines and EMF metrics, which hold ids and states only."""

from collections.abc import Iterator, Mapping
from traceback import extract_tb

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

NAMESPACE = "JobiPro"


def logger(service: str) -> Logger:
    """Return the structured log of a function; the level comes from POWERTOOLS_LOG_LEVEL."""
    return Logger(service=service, utc=True, use_rfc3339=True)


class Measures:
    """The metrics of a function, flushed as one set: counts and milliseconds under the same dimensions."""

    def __init__(self, service: str) -> None:
        self._metrics = Metrics(namespace=NAMESPACE, service=service)

    def write(
        self,
        counts: Mapping[str, int],
        milliseconds: Mapping[str, float] | None = None,
        dimensions: Mapping[str, str] | None = None,
    ) -> None:
        """Write one metric set; dimensions name kinds of things (a route, a queue), never a thing."""
        for name, value in (dimensions or {}).items():
            self._metrics.add_dimension(name, value)
        for name, count in counts.items():
            self._metrics.add_metric(name, MetricUnit.Count, count)
        for name, duration in (milliseconds or {}).items():
            self._metrics.add_metric(name, MetricUnit.Milliseconds, round(duration, 3))
        self._metrics.flush_metrics()


def failure(error: BaseException) -> dict[str, object]:
    """Describe an exception by its type and where it passed, and its causes likewise; AWS's errors by their code, too.

    Neither its message nor any variable is told: both may hold what a person sent.
    """
    return {"failure": [{"type": _type(each), **_code(each), "frames": _frames(each)} for each in _chain(error)]}


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    present: BaseException | None = error
    while present is not None and id(present) not in seen:
        yield present
        seen.add(id(present))
        present = present.__cause__ or (None if present.__suppress_context__ else present.__context__)


def _type(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _code(error: BaseException) -> dict[str, str]:
    """Return the service's own word for what is wrong, such as `AccessDeniedException`, where a service answered."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return {"code": code} if isinstance(code, str) else {}


def _frames(error: BaseException) -> list[str]:
    return [
        f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno} {frame.name}"
        for frame in extract_tb(error.__traceback__)
    ]
