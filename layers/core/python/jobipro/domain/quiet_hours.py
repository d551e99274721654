"""Hours of the day in which a person wants no messages."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from jobipro.domain.errors import FieldError, Invalid


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` up to, not including, `end` on the wall clock; over midnight when `end` comes before `start`."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise Invalid(FieldError("quiet_hours", "An end that differs from the start."))
        if self.start.tzinfo or self.end.tzinfo:
            raise Invalid(FieldError("quiet_hours", "Times on the wall clock, without a zone."))

    def covers(self, clock: time) -> bool:
        """Tell whether a time on the wall clock is quiet."""
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def next_window(now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime | None:
    """Return the instant (UTC) until which a message waits; None when it may go now.

    That is the next time at which the clock of the zone shows `end`. Where clocks are put back over `end`, its first
    showing counts; where they are put forward over it, waiting lasts as long as if they had not been.
    """
    here = now.astimezone(zone)
    if not quiet.covers(here.time()):
        return None
    days = (here.date() + timedelta(days=ahead) for ahead in range(3))
    ends = (
        datetime.combine(day, quiet.end, zone).replace(fold=showing).astimezone(UTC)
        for day in days
        for showing in (0, 1)
    )
    return next(end for end in ends if end > now and not quiet.covers(end.astimezone(zone).time()))
