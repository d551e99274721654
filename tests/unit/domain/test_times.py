"""How instants are written."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given

from jobipro.domain.times import LAST, instant, written
from tests.unit.domain.instants import instants


def test_an_instant_is_written_in_utc_with_milliseconds():
    at = datetime(2026, 11, 22, 9, 30, 0, 123_999, tzinfo=timezone(timedelta(hours=-5)))
    assert written(at) == "2026-11-22T14:30:00.123Z"


@given(instants)
def test_what_was_written_can_be_read(at):
    assert written(instant(written(at))) == written(at)
    assert timedelta(0) <= at - instant(written(at)) < timedelta(milliseconds=1)


@given(instants, instants)
def test_text_sorts_as_time_does(first, second):
    first, second = sorted((first, second))
    assert written(first) <= written(second) <= LAST


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-22",
        "2026-11-22T14:30:00Z",
        "2026-11-22T14:30:00.123",
        "2026-11-22T14:30:00.123+00:00",
        "2026-13-22T14:30:00.123Z",
        "2026-11-22 14:30:00.123Z",
        "٢026-11-22T14:30:00.123Z",
    ],
)
def test_what_we_did_not_write_is_refused(text):
    with pytest.raises(ValueError, match=r"RFC 3339|month|day"):
        instant(text)
