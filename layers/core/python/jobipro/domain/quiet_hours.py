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
            raise Invalid(FieldError("quiet_hours", "an end that differs from the start"))
        if self.start.tzinfo or self.end.tzinfo:
            raise Invalid(FieldError("quiet_hours", "times on the wall clock, without a zone"))

    def covers(self, clock: time) -> bool:
        """Tell whether a time on the wall clock is quiet."""
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


def next_window(now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime | None:
    """Return the instant (UTC) until which a message waits; None when it may go now.

    Where clocks are put forward over the end, waiting ends with the jump; where they are put back over it, it ends the
    second time the clock shows it, so that nobody is woken by the hour that comes twice.
    """
    here = now.astimezone(zone)
    if not quiet.covers(here.time()):
        return None
    for days in (0, 1):
        day = here.date() + timedelta(days=days)
        end = datetime.combine(day, quiet.end, zone).replace(fold=1).astimezone(UTC)
        if end > now:
            return end
    raise AssertionError
