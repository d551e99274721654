"""What is read from the mails, said in the end, and drawn."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from infra.demo.__main__ import show
from infra.demo.client import Mail
from infra.demo.jobs import Ended, Fate, Job
from infra.demo.picture import best, draw
from infra.demo.play import outcome
from infra.demo.report import Report, spread
from infra.local.failure import CannotRun
from tests.unit.demo.people import POSTED, a_cast, an_outcome, posted, provider


@pytest.fixture
def report() -> Report:
    """Two requests: two of three providers were told of the first, nobody of the second."""
    cast = a_cast([provider(0, km=5), provider(1, km=1), provider(2, km=30)], 0.0, 80.0)
    return Report(cast, an_outcome(cast, (0, 0, 1.5), (1, 0, 4.0)))


def printed(report: Report, folder: Path) -> str:
    console = Console(record=True, width=80)
    show(report, console, folder)
    return console.export_text()


def mail(subject: str, seconds: float = 1.0) -> Mail:
    return Mail(subject, "", POSTED + timedelta(seconds=seconds))


def test_who_was_told_is_what_their_mails_say():
    cast = a_cast([provider(0), provider(1), provider(2)], 0.0, 1.0)
    first, second = cast.wishes
    mails = {
        cast.providers[0].person: [
            mail("Confirm your e-mail address"),
            mail(f"New request near you: {first.title}", 2),
        ],
        cast.providers[1].person: [mail(f"Nouvelle demande près de chez vous\xa0: {second.title}", 3)],
        cast.providers[2].person: [mail("New request near you: Kitchen tap drips (no. 99)")],
        cast.customers[0]: [mail(f"Your request is posted: {first.title}")],
    }

    found = outcome(cast, posted(cast), mails)

    assert found.pairs == {(first, cast.providers[0]), (second, cast.providers[1])}
    assert [(told.at - POSTED).total_seconds() for told in found.told] == [2, 3]
    assert found.confirmed == {first: 1}


def test_somebody_told_twice_of_one_request_is_seen():
    cast = a_cast([provider(0)], 0.0)

    assert Report(cast, an_outcome(cast, (0, 0, 1), (0, 0, 2))).doubled == 1


def test_the_table_says_how_many_were_told_how_far_away_and_when(report: Report, tmp_path: Path):
    first, second = (" ".join(line.split()) for line in printed(report, tmp_path).splitlines() if "plumbing" in line)

    assert first == "1 plumbing Halifax B3J 2 1.0–5.0 km 2 + 1 1.5–4.0 s"
    assert second == "2 plumbing Halifax B3J nobody 0 + 1"


def test_the_figures_are_said(report: Report, tmp_path: Path):
    said = printed(report, tmp_path)

    assert "2 requests, 2 times somebody was told; 0 told twice." in said
    assert "by exact place: recall 1.0000 (2 of 2), precision 1.0000 (2 of 2)" in said


def test_whoever_is_in_reach_and_not_told_lowers_recall(tmp_path: Path):
    cast = a_cast([provider(0), provider(1)], 0.0)
    said = printed(Report(cast, an_outcome(cast, (0, 0, 1))), tmp_path)

    assert "recall 0.5000 (1 of 2)" in said
    assert "of more than 25 in reach the others hear of it 10 minutes later" in said


def test_the_json_holds_people_requests_and_who_was_told(report: Report, tmp_path: Path):
    printed(report, tmp_path)
    written = json.loads((tmp_path / "result.json").read_text())

    assert [told["provider"] for told in written["requests"][0]["told"]] == [1, 0]
    assert [told["seconds"] for told in written["requests"][0]["told"]] == [4.0, 1.5]
    assert written["requests"][1]["told"] == []
    assert written["by_exact_place"]["recall"] == 1.0
    assert len(written["providers"]) == 3
    assert "@" not in json.dumps(written["providers"])


def test_the_map_shows_the_request_and_everybody_told(report: Report, tmp_path: Path):
    printed(report, tmp_path)

    drawn = (tmp_path / "map.svg").read_text()
    assert ET.fromstring(drawn).tag.endswith("svg")
    for text in ("Kitchen tap drips", "2 were told", "Noor Haddad0", "Noor Haddad1", "1.0 km", "5.0 km"):
        assert f"<!-- {text} -->" in drawn
    assert "Noor Haddad2" not in drawn
    assert (tmp_path / "map.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_request_makes_the_same_map(report: Report, tmp_path: Path):
    wish = report.cast.wishes[0]
    for name in ("one.svg", "two.svg"):
        draw(report, wish, [tmp_path / name])

    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_the_map_is_of_a_request_that_somebody_was_told_of(report: Report):
    assert best(report) == report.cast.wishes[0]


def test_without_anybody_told_there_is_no_map(tmp_path: Path):
    cast = a_cast([provider(0)], 80.0)
    printed(Report(cast, an_outcome(cast)), tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["result.json"]


def test_where_nothing_can_be_written_one_line_says_so(report: Report, tmp_path: Path):
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(CannotRun, match="cannot be written"):
        printed(report, tmp_path / "taken")


def test_what_became_of_the_jobs_is_said_and_both_books_are_compared(tmp_path: Path):
    said = printed(paid_for((10_000, 0), (10_000, 0)), tmp_path)

    assert "paid" in said
    assert "1 jobs found a provider: $100.00 captured, $0.00 given back." in said
    assert "The books: $100.00 here, $100.00 at Stripe; 1 of 1 payments agree." in said
    assert json.loads((tmp_path / "result.json").read_text())["payments"][0]["stripe"] == [10_000, 0]


@pytest.mark.parametrize(
    ("ours", "stripes", "state"),
    [((10_000, 0), (10_000, 1), "captured"), ((0, 0), (10_000, 0), "captured"), ((10_000, 0), (10_000, 0), "lost")],
)
def test_books_that_differ_by_a_cent_or_a_state_do_not_agree(
    ours: tuple[int, int], stripes: tuple[int, int], state: str, tmp_path: Path
):
    said = printed(paid_for(ours, stripes, state), tmp_path)

    assert "0 of 1 payments agree" in said


def paid_for(ours: tuple[int, int], stripes: tuple[int, int], state: str = "captured") -> Report:
    """One request whose provider did the work."""
    cast = a_cast([provider(0)], 0.0)
    job = Job(0, cast.wishes[0], "req_0", cast.providers[0], 10_000)
    return Report(cast, replace(an_outcome(cast, (0, 0, 1)), ended=[Ended(job, state, ours, stripes)]))


def test_jobs_take_turns_and_each_kind_comes_among_the_first_ten():
    cast = a_cast([provider(0)], 0.0)

    fates = [Job(n, cast.wishes[0], "req_0", cast.providers[0], 1).fate for n in range(10)]

    assert set(fates) == set(Fate)
    assert fates[:3] == [Fate.PAID, Fate.PARTLY_REFUNDED, Fate.CANCELLED]


def test_a_spread_names_least_median_and_most():
    assert spread([]) == {}
    assert spread([2.0]) == {"least": 2.0, "median": 2.0, "p95": 2.0, "most": 2.0}
    assert spread([float(n) for n in range(101)]) == {"least": 0.0, "median": 50.0, "p95": 95.0, "most": 100.0}
