"""The bench itself: it counts what differs, says what is missing in a line, and keeps what it found."""

import base64
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from infra.local.settings import ROOT
from tests.bench import load, report, units, warm
from tests.bench.figures import Figure, cells, shown
from tests.bench.recordings import Answer, Recording
from tests.bench.replay import PLAY, Replay

LOOK = {"operation": "BatchGetItem", "status": 200, "content_type": "application/json", "wrapped": ""}
KEY = base64.b64encode(b"a wrapped key of somebody").decode()
OPEN = {**LOOK, "operation": "Decrypt", "body": "opened", "wrapped": KEY}
ROW = {**LOOK, "body": json.dumps({"wrapped_key": {"B": KEY}})}
SLOW = Figure("slow", 1.5, "floors a call", 1.3, {"calls": 3}, why="because", main=True)


def test_a_replay_answers_what_was_recorded_and_counts_what_comes_otherwise() -> None:
    replay = Replay([[{**LOOK, "body": "row"}]], {"edge": "told"})
    replay.play(0)

    assert replay.played() == 1
    assert replay.answer("BatchGetItem", b"{}") == (200, "application/json", b"row")
    assert replay.answer("GetSecretValue", b'{"SecretId": "edge"}')[2] == b"told"
    assert replay.played() == 0
    assert replay.answer("BatchGetItem", b"{}")[0] == 400
    assert replay.played() == 1


def test_who_comes_is_new_each_time_and_their_key_opens_as_recorded() -> None:
    replay = Replay([[ROW, OPEN], [ROW]], {})

    seen = []
    for _ in range(2):
        replay.play(0)
        wrapped = json.loads(replay.answer("BatchGetItem", b"{}")[2])["wrapped_key"]["B"]
        assert replay.answer("Decrypt", json.dumps({"CiphertextBlob": wrapped}).encode())[2] == b"opened"
        assert replay.played() == 0
        seen.append(wrapped)
    assert len({KEY, *seen}) == 3
    assert {base64.b64decode(each)[:-PLAY] for each in seen} == {base64.b64decode(KEY)[:-PLAY]}

    replay.play(1)
    assert json.loads(replay.answer("BatchGetItem", b"{}")[2])["wrapped_key"]["B"] == KEY


def test_pieces_of_work_are_shared_out_once_each() -> None:
    done: list[tuple[int, int]] = []

    def work(client: int, piece: int) -> int:
        done.append((client, piece))
        return 200

    taken = load.under_load(100, work, 200, lambda: None)

    assert Counter(piece for _, piece in done) == Counter(range(100))
    assert len({client for client, _ in done}) == load.CLIENTS
    assert len(taken.latencies) == 100


def test_an_answer_that_was_not_wanted_ends_the_load() -> None:
    with pytest.raises(load.Refused, match="answered 422 where 202"):
        load.under_load(8, lambda client, piece: 422, 202, lambda: None)


def test_a_client_that_is_told_to_come_back_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    answers = {piece: iter((503, 429, 202)) for piece in range(8)}

    taken = load.under_load(8, lambda client, piece: next(answers[piece]), 202, lambda: None)

    assert taken.repeated == 16


def test_a_figure_says_whether_it_keeps_to_its_budget() -> None:
    assert SLOW.met is False
    assert Figure("fast", 1.3, "floors a call", 1.3).met is True
    assert Figure("free", 99, "a second").met is None
    assert cells(SLOW) == ("slow", "1.50 floors a call", "1.30 ✗", "3 calls; because")


def test_what_an_event_took_is_the_middle_ratio_by_its_calls_and_says_what_is_in_it() -> None:
    call = Answer("BatchGetItem", 200, "application/json", "{}")
    route = Recording("GET /things", "things", {}, (call, call))

    found = warm.figure(warm.Taken(route, [3.0, 8.0, 90.0], [1.0, 2.0, 10.0]), bare=0.35)

    assert (found.value, found.unit, found.met) == (2.0, "floors a call", False)
    assert found.more == {"calls": 2, "floors in all": 4.0, "ms": 8000.0}
    assert found.why == "0.35 of all are routing, log and metrics"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0449, "0.045"), (1.274, "1.27"), (3, "3"), (20.0, "20"), (27.31, "27.3"), (9999.6, "10,000")],
)
def test_a_number_is_shown_with_the_digits_that_count(value: float, text: str) -> None:
    assert shown(value) == text


def test_what_a_run_finds_is_kept_beside_what_others_found_of_other_parts(tmp_path: Path) -> None:
    found = {"taken_at": "2026-11-22T18:00:00Z", "figures": [SLOW.to_json()]}
    report.kept({"warm": {"figures": []}, "starts": {"figures": []}}, tmp_path / "bench.json")

    whole = report.kept({"warm": found}, tmp_path / "bench.json")

    assert whole == json.loads((tmp_path / "bench.json").read_text())
    assert whole["parts"] == {"warm": found, "starts": {"figures": []}}


def test_the_readme_gets_the_main_figures_and_the_page_all(tmp_path: Path) -> None:
    readme, page = tmp_path / "README.md", tmp_path / "measured.md"
    for path in (readme, page):
        path.write_text("before\n<!-- measured: by make bench -->\nold\n<!-- /measured -->\nafter\n")
    machine = {"processor": "Z80", "cores": 1, "memory_gib": 1, "system": "CP/M", "load": 0}
    minor = Figure("minor", 1, "floor")
    part = {
        "taken_at": "2026-11-22T18:00:00Z",
        "machine": machine,
        "versions": {"python": "3.13", "ministack": "1"},
        "figures": [SLOW.to_json(), minor.to_json()],
    }

    report.write_pages({"warm": part}, readme, page)

    assert "| slow | 1.50 floors a call | 1.30 ✗ | 3 calls; because |" in readme.read_text()
    assert "minor" in page.read_text()
    assert "minor" not in readme.read_text()
    assert "Taken on 2026-11-22: Z80, 1 cores" in readme.read_text()
    assert "old" not in readme.read_text()
    assert readme.read_text().endswith("<!-- /measured -->\nafter\n")


def test_both_pages_have_the_markers() -> None:
    for page in (report.README, report.PAGE):
        assert report.renewed(page.read_text(), "a table").count("a table") == 1


def test_sealing_and_tokens_are_measured_beside_the_bare_primitives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "TIMES", 20)

    names = [figure.name for figure in units.figures(lambda: None) if figure.value > 0]

    assert names == ["seal 200 bytes", "open 200 bytes", "check an unsubscribe token"]


def test_a_part_that_is_none_is_refused_in_a_line() -> None:
    command = [sys.executable, "-m", "tests.bench", "--only", "warm,cold"]

    path = {"PYTHONPATH": f"{ROOT / 'layers/core/python'}:{ROOT}"}
    done = subprocess.run(command, cwd=ROOT, env=os.environ | path, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == (
        "ONLY names parts of the bench:"
        " starts, warm, sealing, matching, webhook, deliveries, events, contention, load; not cold.\n"
    )
