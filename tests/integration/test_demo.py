"""`make demo` on the deployed stack, with few people: who is told, and what becomes of the jobs and the money."""

import json
import secrets
from pathlib import Path

from rich.console import Console

from infra.demo.__main__ import demo
from infra.demo.cast import cast_of
from infra.demo.reach import by_area, in_reach
from infra.local.settings import Ports, Settings
from tests.integration.stack import Stack

FAR_FROM_OTHER_TESTS = 346
"""A seed whose requests are in Toronto, Ottawa and Winnipeg: nobody of another test takes a place in their waves."""


def test_the_demo_tells_those_in_reach_and_shows_it(stack: Stack, tmp_path: Path):
    cast = cast_of(providers=6, customers=2, requests=4, run=secrets.token_hex(4), seed=FAR_FROM_OTHER_TESTS)
    console = Console(record=True, width=160)

    demo(Settings(Ports.counted_from(1024), state=stack.folder), cast, console, tmp_path)

    expected = {(wish.title, cast.providers.index(provider)) for wish, provider in in_reach(cast, by_area)}
    written = json.loads((tmp_path / "result.json").read_text())
    told = {(wish["title"], told["provider"]) for wish in written["requests"] for told in wish["told"]}
    assert told == expected
    assert len(told) == 3
    assert written["told_twice"] == 0
    assert written["confirmations"] == 4
    assert "recall 1.0000 (3 of 3), precision 1.0000 (3 of 3)" in console.export_text(clear=False)
    assert {each["state"] for each in written["payments"]} == {"captured", "partly-refunded", "released"}
    assert all(each["ours"] == each["stripe"] for each in written["payments"])
    assert "3 of 3 payments agree" in console.export_text()
    assert (tmp_path / "map.svg").exists()
    assert (tmp_path / "map.png").exists()
