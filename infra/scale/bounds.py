"""What the busiest second takes of AWS's quotas and of the bounds that the template sets."""

from collections.abc import Callable
from dataclasses import dataclass

from infra.scale.day import DAY, Happening, Load, calls, guess, happenings, is_http, read_of, total
from infra.scale.deployed import CONSUMERS, functions, template
from infra.scale.figures import QUOTAS


@dataclass(frozen=True, slots=True)
class Bound:
    """What the busiest second takes of something that is bounded."""

    what: str
    taken: float
    limit: float
    unit: str

    @property
    def times(self) -> float:
        """How many times the bound is taken; beyond 1 it is in the way."""
        return self.taken / self.limit


def quotas(load: Load) -> list[Bound]:
    """Return what the busiest second takes of AWS's quotas, the one that is in the way first at the head."""
    day = happenings(load)

    def peak(counted: Callable[[Happening], float]) -> float:
        return total(day, counted) / DAY * guess("peak")

    in_busiest = load.requests / DAY * guess("peak") * guess("busiest cell")
    taken = {
        "api": peak(is_http),
        "lambda": peak(lambda each: each.milliseconds / 1000),
        "kms": peak(calls("kms:")),
        "log-ins": peak(calls("cognito-idp:AdminInitiateAuth")),
        "sign-ups": peak(calls("cognito-idp:AdminCreateUser")),
        "mails a day": total(day, calls("ses:")),
        "mails a second": peak(calls("ses:")),
        "table writes": peak(lambda each: each.units.written * (each.function == "message_delivery")),
        "table reads": peak(lambda each: each.units.read),
        "key writes": peak(lambda each: 2 * (each.what == "providers found")),
        "key reads": in_busiest * read_of(guess("covering most")),
    }
    found = [Bound(QUOTAS[name].what, amount, QUOTAS[name].value, QUOTAS[name].unit) for name, amount in taken.items()]
    return sorted(found, key=lambda each: -each.times)


def own_bounds(load: Load) -> list[Bound]:
    """Return what the busiest second takes of the bounds that the template itself sets."""
    day = happenings(load)
    rate = template()["Parameters"]["ThrottleRate"]["Default"]
    found = [Bound("`ThrottleRate`, the default", total(day, is_http) / DAY * guess("peak"), rate, "a second")]
    for folder in CONSUMERS:
        busy = sum(each.times * each.milliseconds / 1000 for each in day if each.function == folder)
        [event] = [each for each in functions()[folder]["Events"].values() if each["Type"] == "SQS"]
        most = event["Properties"]["ScalingConfig"]["MaximumConcurrency"]
        found.append(Bound(f"`MaximumConcurrency` of `{folder}`", busy / DAY * guess("peak"), most, "at once"))
    return sorted(found, key=lambda each: -each.times)
