"""What people may write about a request."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.text import ABOUT, DESCRIPTION, NAME, TITLE, Finding, accepted, contact_free

PHONE_NUMBERS = [
    "call 514-555-0123",
    "(514) 555-0123",
    "514.555.0123",
    "5145550123",
    "514 555 0123",
    "+1 514 555 0123",
    "1-514-555-0123",
    "+33 6 12 34 56 78",
    "06 12 34 56 78",
    "5 1 4 5 5 5 0 1 2 3",
    "51 45 55 01 23",
    "five one four five five five zero one two three",
    "cinq un quatre cinq cinq cinq zéro un deux trois",
    "five-one-four 555 0123",
    "５１４ ５５５ ０１２３",
    "٥١٤٥٥٥٠١٢٣",
    "514\u200b555\u200b0123",
    "5\u200b1\u200b4-555-0123",
    "5\ufe0f\u20e31\ufe0f\u20e34\ufe0f\u20e3 555 0123",
    "555-0123",
    "555 0123",
    "call me at 5550123",
    "514 dash 555 dash 0123",
    "514-555-O123",
    "514—555—0123",
    "514/555/0123",
    "514_555_0123",
    "514 - 555 - 0123",
    "514\n555\n0123",
    "(514)555-0123",
    "tel5145550123",
    "514 ... 555 ... 0123",
    "5.1.4.5.5.5.0.1.2.3",
    "five one four five five five oh one two three",
    "5one4 555 0123",
    "$514 555 0123",
    "514,555,0123",
    "5-5-5-0-1-2-3",
    "five five five zero one two three",
    "2026 514 555 0123",
    "⑤①④ 555 0123",
    "text 555.0123",
]
ADDRESSES = [
    "joe@example.com",
    "joe at example dot com",
    "joe (at) example (dot) com",
    "joe[at]example.com",
    "joe @ example . com",
    "joe arobase videotron point ca",
    "joe＠example．com",
    "joe at gmail",
    "joe@exam\u200bple.com",
    "jo\u00ade@example.com",
    "JOE@EXAMPLE.CA",
    "joe at gmail.com",
    "joe{at}gmail{dot}com",
    "mailto:joe",
    "joe.tremblay+x@sub.example.co.uk",
    "joe@exemple point com",
    "joe @gmail",
]
LINKS = [
    "http://x.y",
    "https://example.com/a",
    "www.example.com",
    "example.com",
    "see example.ca",
    "example dot com",
    "EXAMPLE . COM",
    "hxxp://foo",
    "bit.ly/abc",
    "wa.me/15145550123",
    "t.me/joe",
    "example[.]com",
    "example (dot) ca",
    "exemple point com",
    "www dot example dot org",
    "ｅｘａｍｐｌｅ．ｃｏｍ",
    "exam\u200bple.com",
    "example .ca",
    "facebook.com/joe",
    "https : //foo",
    "youtu.be/xyz",
]
HARMLESS = [
    "2x4",
    "1200 sq ft",
    "10 000 $",
    "$10,000",
    "2026-12-01",
    "between 10 and 12",
    "entre 10 et 12 h",
    "1 200 000 $",
    "from 2026-12-01 to 2026-12-15",
    "01/12/2026 - 15/12/2026",
    "2025-2026",
    "8:30-17:00",
    "8h30 à 17h00",
    "H2X 1Y4",
    "K1A 0B1",
    "model WRF535SWHZ",
    "model 4396841",
    "Whirlpool WTW5000DW1",
    "24x36x80",
    "3' x 6'",
    '36" x 80"',
    "500-1000 $",
    "budget 500-1000",
    "450-1200 sq ft",
    "$450-1200",
    "paint 3 rooms, 12x14, 10x11",
    "12.5 ft",
    "Built in 1985, renovated 2010",
    "2 bathrooms @ 50$",
    "leak.in the kitchen",
    "house.Please come",
    "Il pleut. Ca coule",
    "à ce point ça coule",
    "at this point in time",
    "meet at house. In the evening",
    "one or two days",
    "un ou deux jours",
    "a four by eight sheet",
    "six to seven hours",
    "1/2 inch, 3/4 inch, 5/8 inch",
    "2026-12-01 14:30",
    "Dec 1 2026 at 5 pm",
    "220 V 50 A 12000 BTU",
    "R-410A",
    "Unit 305, 3rd floor",
    "10 000,00 $",
    "1,200.50 $",
    "3 bedrooms 2 baths 1200 sq ft built 1995",
    "Need it by 12-01-2026",
    "four 2x4 and ten 2x6",
    "450, 600, 1200 mm",
    "450 x 600 x 1200",
    "serial 012345678905",
    "15-20 people",
    "price around 1500.00",
    "Moving 2 sofas, 1 bed, 15 boxes",
    "20 amp, 240 volts",
    "ISO 9001",
    "CSA B149.1",
    "5 à 7 jours",
    "60 000 BTU",
    "$1,200,000-1,500,000",
    "paint colour SW 7008",
    "Benjamin Moore OC-17",
    "1 200 pi2",
    "2 cans of 3.78 l",
    "lot 1 234 567",
    "24/7",
    "bac+3",
    "C++",
    "T-shirt vs. Co-op",
    "p. ex. deux",
    "3.5 net",
    "2023.12.01",
    "1 800 $ - 2 400 $",
    "between 1 500 and 2 000 $",
    "three four-foot boards",
    "one one-bedroom",
    "deux trois fuites",
    "1000-1500-2000",
]
HOSTILE = [
    "5 ",
    "514 ",
    "a@",
    "www",
    "a.",
    "one ",
    "\u0301\u0323",
    "a at a dot ",
    "5",
    "http:",
    "1 200 ",
    "2026-12-",
    "(at",
    "$1 ",
    "((((",
    "  ",
    "-",
    "a b.",
    "514-",
    "\ufdfa",
    "\u200b",
    "5/",
    "@ ",
    " . ",
    "( ",
    "5:",
    "19",
]


@pytest.mark.commitment("purpose.enforce-terms")
@pytest.mark.parametrize("text", PHONE_NUMBERS)
def test_a_phone_number_is_found_however_it_is_written(text):
    assert contact_free(f"The tap leaks, {text} thank you") is Finding.PHONE


@pytest.mark.commitment("purpose.enforce-terms")
@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_found_however_it_is_written(text):
    assert contact_free(f"The tap leaks, {text} thank you") is Finding.EMAIL


@pytest.mark.commitment("purpose.enforce-terms")
@pytest.mark.parametrize("text", LINKS)
def test_a_link_is_found_however_it_is_written(text):
    assert contact_free(f"The tap leaks, {text} thank you") is Finding.LINK


@pytest.mark.parametrize("text", HARMLESS)
def test_prices_sizes_dates_and_part_numbers_pass(text):
    assert contact_free(text) is None
    assert contact_free(f"We need this: {text}, please") is None


@given(st.integers(200, 999), st.integers(200, 999), st.integers(0, 9999), st.sampled_from(["", " ", "-", ".", " - "]))
def test_no_ten_digit_number_passes(area, exchange, line, between):
    text = between.join([str(area), str(exchange), f"{line:04}"])
    assert contact_free(f"Ring {text} tonight") is Finding.PHONE


@given(st.text())
def test_whatever_is_written_is_judged_calmly(text):
    assert contact_free(text) in {None, *Finding}


@pytest.mark.parametrize("piece", HOSTILE)
def test_judging_takes_time_in_proportion_to_the_length(piece):
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        started = time.process_time()
        contact_free(text)
        return time.process_time() - started

    assert min(seconds(40_000) for _ in range(3)) < 40 * min(seconds(4_000) for _ in range(3)) + 0.05


def test_a_text_is_trimmed_and_has_plain_line_ends():
    assert accepted(DESCRIPTION, "description", "  The tap\r\nleaks. \n") == "The tap\nleaks."


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\u200b", "\u00ad", "x" * 121])
def test_a_title_is_neither_blank_nor_too_long(text):
    with pytest.raises(Invalid) as refused:
        accepted(TITLE, "title", text)

    assert refused.value.fields == (FieldError("title", "1 to 120 characters."),)


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\ud800", "\u2028", "\u202e", "\u2066"])
def test_controls_are_refused(character):
    with pytest.raises(Invalid):
        accepted(DESCRIPTION, "description", f"The tap{character} leaks")


def test_only_what_may_have_lines_has_lines():
    assert accepted(ABOUT, "about", "Two\nlines") == "Two\nlines"
    for rule in (NAME, TITLE):
        with pytest.raises(Invalid):
            accepted(rule, "line", "Two\nlines")


def test_the_error_says_what_was_found_and_never_repeats_it():
    with pytest.raises(Invalid) as refused:
        accepted(TITLE, "title", "Call 514 555 0123")

    assert refused.value.fields == (FieldError("title", "A text without a phone number."),)


def test_emoji_and_all_scripts_are_welcome():
    for text in ("Fuite d'eau 💧", "👨‍👩‍👧 family home", "Ménage à Montréal", "水管漏水", "تسرب المياه"):
        assert accepted(TITLE, "title", text) == text
