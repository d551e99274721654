"""What people do, played once on the embedded cloud: the events that woke functions, and what AWS answered to each."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jobipro.adapters import aws
from tests.faults.conftest import staged
from tests.faults.emulator import Emulator, running
from tests.faults.stage import Stage
from tests.faults.world import World

API_EVENT = json.loads((Path(__file__).parents[1] / "events" / "rest_get.json").read_text())
"""What API Gateway sends along with a request."""

SECRET = "GetSecretValue"


@dataclass(frozen=True, slots=True)
class Answer:
    """What AWS answered to one call; `wrapped` is the key that was to be opened, if one was."""

    operation: str
    status: int
    content_type: str
    body: str
    wrapped: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """One time that a function was woken, and what it was answered in the order of its calls."""

    name: str
    function: str
    event: Any
    answers: tuple[Answer, ...]


class NotingWorld(World):
    """A world that keeps each event with the answers that followed."""

    notes: list[Recording]
    answers: list[Answer]
    asked: str

    def listen(self, session: Any) -> None:
        """Hear what clients made from here on are answered."""
        session.register("before-call", self._before)
        session.register("after-call", self._after)

    def _before(self, params: Any, model: Any, **_: Any) -> None:
        if _is_told_otherwise(model):
            return
        body = params["body"]
        self.asked = body.decode() if isinstance(body, bytes) else str(body)

    def _after(self, http_response: Any, model: Any, **_: Any) -> None:
        if _is_told_otherwise(model):
            return
        content_type = http_response.headers.get("content-type", "")
        wrapped = json.loads(self.asked)["CiphertextBlob"] if model.name == "Decrypt" else ""
        body = http_response.content.decode()
        self.answers.append(Answer(model.name, http_response.status_code, content_type, body, wrapped))

    def begin(self, *given: Any, **more: Any) -> None:
        """Begin, and forget what was noted before."""
        super().begin(*given, **more)
        self.notes, self.answers = [], []

    def _wake(self, function: str, trigger: str, event: object) -> Any:
        before = len(self.answers)
        answer = super()._wake(function, trigger, event)
        self.notes.append(Recording(trigger, function, _whole(event), tuple(self.answers[before:])))
        return answer

    def match(self) -> Recording:
        """Let the newest event reach matching, and return what that took."""
        self._relay()
        self._consume("matching", *self.emulator.wakers.queues["matching"])
        return self.notes[-1]


def _is_told_otherwise(model: Any) -> bool:
    """Tell of secrets, which a warm function knows, and of S3, whose bytes are no text and are read but once."""
    return bool(model.name == SECRET or model.service_model.service_name == "s3")


@contextmanager
def recorder(folder: Path) -> Iterator[Stage]:
    """Return a stage whose world keeps what it sees; each message of a queue wakes its function alone."""
    with ExitStack() as held:
        held.enter_context(redirect_stdout(held.enter_context(Path(os.devnull).open("w"))))  # what functions log
        emulator = held.enter_context(running(folder))
        stage = held.enter_context(staged(singly(emulator), NotingWorld))
        noting(stage).listen(aws.session())
        yield stage


def noting(stage: Stage) -> NotingWorld:
    """Return the world of a stage that was made by `recorder`."""
    assert isinstance(stage.world, NotingWorld)
    return stage.world


def singly(emulator: Emulator) -> Emulator:
    """Return an emulator whose queues hand out one message at a time, so that calls can be told apart."""
    queues = {queue: (function, 1) for queue, (function, _) in emulator.wakers.queues.items()}
    return replace(emulator, wakers=replace(emulator.wakers, queues=queues))


def _whole(event: Any) -> Any:
    """Return an event as AWS writes it: that of a request with all that API Gateway adds."""
    if "requestContext" not in event:
        return json.loads(json.dumps(event, default=str))
    route, method = event["requestContext"]["resourcePath"], event["requestContext"]["httpMethod"]
    headers = API_EVENT["headers"] | event["headers"]
    return {
        **API_EVENT,
        **event,
        "resource": route,
        "path": route.format_map(event["pathParameters"]),
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "requestContext": API_EVENT["requestContext"] | event["requestContext"],
    }
