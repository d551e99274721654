"""Which stack the demo plays on, and what it says when there is none."""

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from infra.demo.cast import cast_of
from infra.demo.client import FROM_ONE_SOURCE, Client, Sources
from infra.demo.stack import stack_of
from infra.local.failure import CannotRun
from infra.local.settings import HOST, ROOT, Ports, Settings
from infra.local.web import QuietHandler, serving
from jobipro.domain.limits import RULES

CAST = cast_of(2, 1, 1, run="run")


class Answering(QuietHandler):
    """Answers everything, as a stack that runs does, or as one that does not feel well."""

    status = 200

    def do_GET(self) -> None:
        self.answer(self.status, "application/json", b'{"status": "ok"}')

    do_POST = do_GET


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(Ports.counted_from(1024), state=tmp_path)


@pytest.fixture
def url() -> Iterator[str]:
    """Where something answers."""
    with serving(0, Answering) as port:
        yield f"http://{HOST}:{port}"


def described(settings: Settings, url: str) -> None:
    settings.description.write_text(json.dumps({"api": url, "mailbox": url}))


def test_a_stack_that_runs_is_used_and_called_from_several_sources(settings: Settings, url: str):
    described(settings, url)
    said: list[str] = []

    with stack_of(settings, CAST, said.append) as (description, sources):
        assert description["api"] == url
        assert sources is not None
    assert said == [f"Using the stack at {url}."]


def test_a_stack_that_runs_is_not_asked_for_more_than_it_takes_in_a_day(settings: Settings, url: str):
    described(settings, url)

    refused = pytest.raises(CannotRun, match="takes 10 requests a day from 1 customers: stop it")
    with refused, stack_of(settings, cast_of(2, 1, 11, run="run"), _ignored):
        pass


def test_one_that_was_left_behind_is_not_used_and_a_full_disk_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    described(settings, f"http://{HOST}:1")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1024))

    with pytest.raises(CannotRun, match=r"needs 2\.2 GB in"), stack_of(settings, CAST, _ignored):
        pass


def test_a_port_that_is_taken_is_named(settings: Settings):
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        on_it = Settings(Ports(port, 1024, 1025, 1026, 1027), ROOT, settings.state)
        with pytest.raises(CannotRun, match=f"Port {port} is taken: .* PORT=9000"), stack_of(on_it, CAST, _ignored):
            pass


def test_one_source_brings_fewer_people_than_may_sign_up_from_it():
    assert RULES["sign-up.source"].count > FROM_ONE_SOURCE
    sources = Sources()

    assert sources.of(0) == sources.of(FROM_ONE_SOURCE - 1) != sources.of(FROM_ONE_SOURCE)
    assert all(int(part) < 256 for n in range(1000) for part in sources.of(n).split("."))


def test_an_answer_that_was_not_expected_is_told_in_one_line(url: str):
    with pytest.raises(CannotRun, match=r"^POST /verify/… was answered with 200: no reason given\.$"):
        Client({"api": url}).call("POST", "/verify/secret", 204)


def test_a_stack_that_is_gone_is_told_in_one_line():
    with pytest.raises(CannotRun, match=r"http://127.0.0.1:1 does not answer"):
        Client({"api": f"http://{HOST}:1"}).call("GET", "/policy", 200)


def _ignored(_line: str) -> None:
    """Say nothing."""
