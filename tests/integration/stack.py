"""A running stack as a test sees it: its API, its mailbox, and AWS clients with whichever rights."""

import json
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import requests
from stripe import StripeClient

from infra.local.cloud import client
from infra.local.settings import HOST, ROOT
from infra.local.sources import FromSource

STARTED_WITHIN = 180.0  # seconds: a build may come first
ASSUMED = "test"  # the session in which tests take a role
STOPPED_WITHIN = 240.0

type Mail = dict[str, Any]


class Api:
    """The HTTP API, from one address of the loopback network: another `source` is another caller to its limits."""

    def __init__(self, url: str, source: str = HOST) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.mount("http://", FromSource(source))

    def from_source(self, source: str) -> "Api":
        """Return the same API as somebody else's network sees it, such as 127.0.0.9."""
        return Api(self.url, source)

    def call(self, method: str, path: str, *, token: str | None = None, **options: Any) -> requests.Response:
        """Send one request; `token` is an id token, `options` are those of requests."""
        headers = dict(options.pop("headers", {}))
        if token:
            headers["Authorization"] = token
        return self._session.request(method, self.url + path, headers=headers, timeout=40, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        """Send a GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: object = None, **options: Any) -> requests.Response:
        """Send a POST with a JSON body."""
        return self.call("POST", path, json=body, **options)

    def put(self, path: str, body: object = None, **options: Any) -> requests.Response:
        """Send a PUT with a JSON body."""
        return self.call("PUT", path, json=body, **options)

    def patch(self, path: str, body: object = None, **options: Any) -> requests.Response:
        """Send a PATCH with a JSON body."""
        return self.call("PATCH", path, json=body, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        """Send a DELETE."""
        return self.call("DELETE", path, **options)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mails of the stack."""

    url: str

    def messages(self, to: str | None = None) -> list[Mail]:
        """Return the mails sent so far, oldest first; only those to one address when it is given."""
        found: list[Mail] = requests.get(f"{self.url}/api/messages", params={"to": to} if to else {}, timeout=10).json()
        return found

    def wait_for(self, to: str, *, link: str = "", count: int = 1, within: float = 30.0) -> Mail:
        """Return the `count`th mail to an address, counting those whose text has a link with `link` in it."""
        found: list[Mail] = []
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            found = [mail for mail in self.messages(to) if any(link in url for url in links(mail)) or not link]
            if len(found) >= count:
                return found[count - 1]
            time.sleep(0.2)
        raise AssertionError(f"{len(found)} mails of {count} after {within:.0f} s; links looked for: {link or 'any'}")


def links(mail: Mail) -> list[str]:
    """Return the URLs in the text of a mail, in their order."""
    return re.findall(r"https?://[^\s<>\"]+", mail["text"])


def link(mail: Mail, containing: str) -> str:
    """Return the one URL of a mail that contains a text, such as `/verify/`."""
    found = {url for url in links(mail) if containing in url}
    assert len(found) == 1, f"{len(found)} links with {containing}"
    return found.pop()


@dataclass(frozen=True)
class Stack:
    """Where everything is, and clients for all of it. `description` is the content of stack.json."""

    description: Mapping[str, Any]
    folder: Path
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)
    _sessions: dict[str, boto3.Session] = field(default_factory=dict)

    @property
    def api(self) -> Api:
        """The HTTP API."""
        return Api(self.description["api"])

    @property
    def mailbox(self) -> Mailbox:
        """The mails."""
        return Mailbox(self.description["mailbox"])

    def table(self, name: str) -> str:
        """Return the physical name of a table."""
        return str(self.description["tables"][name])

    def queue(self, name: str) -> str:
        """Return the URL of a queue."""
        return str(self.description["queues"][name])

    def aws(self, service: Any) -> Any:
        """Return a client with an administrator's rights."""
        return client(service, self.description["aws"])

    def stripe(self) -> StripeClient:
        """Return a client of the local Stripe, by the official package."""
        addresses: Any = {"api": self.description["stripe"]}
        return StripeClient("sk_test_of_the_tests", base_addresses=addresses, max_network_retries=0)

    def as_function(self, function: str, service: Any) -> Any:
        """Return a client with the rights of one function's role, such as `signup`: what it may do, and no more."""
        if function not in self._sessions:
            self._sessions[function] = self._assume(self._role_of(function))
        if (function, service) not in self._clients:
            own = self._sessions[function].client(service, endpoint_url=self.description["aws"])
            self._clients[function, service] = own
        return self._clients[function, service]

    def _role_of(self, function: str) -> str:
        pages = self.aws("lambda").get_paginator("list_functions").paginate()
        handler = f"functions.{function}.handler.handler"
        roles = {found["Role"] for page in pages for found in page["Functions"] if found["Handler"] == handler}
        assert len(roles) == 1, f"{len(roles)} roles of {function}"
        return str(roles.pop())

    def _assume(self, role: str) -> boto3.Session:
        """Let the administrator take a role that only Lambda may, in this stack, and take it."""
        iam = self.aws("iam")
        name = role.rpartition("/")[2]
        trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
        account = role.split(":")[4]
        administrators = {"AWS": f"arn:aws:iam::{account}:root"}
        trust["Statement"].append({"Effect": "Allow", "Principal": administrators, "Action": "sts:AssumeRole"})
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))
        given = self.aws("sts").assume_role(RoleArn=role, RoleSessionName=ASSUMED)["Credentials"]
        return boto3.Session(
            given["AccessKeyId"],
            given["SecretAccessKey"],
            given["SessionToken"],
            region_name=self.description["region"],
        )


@dataclass(frozen=True, slots=True)
class Run:
    """A `python -m infra.local` that was started: its process, its folder, and what it prints."""

    process: subprocess.Popen[bytes]
    folder: Path
    console: Path

    def wait_until_ready(self) -> Stack:
        """Return the stack once its stack.json is there."""
        deadline = time.monotonic() + STARTED_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            if (self.folder / "stack.json").exists():
                return Stack(json.loads((self.folder / "stack.json").read_text()), self.folder)
            time.sleep(0.1)
        raise AssertionError("The stack did not start:\n" + self.printed())

    def ended(self) -> int:
        """Return the exit status of a run that ends by itself, or was told to."""
        return self.process.wait(STOPPED_WITHIN)

    def printed(self) -> str:
        """Return what it printed so far."""
        return self.console.read_text()


@contextmanager
def started(folder: Path, limits: Mapping[str, int] | None = None) -> Iterator[Stack]:
    """Start a stack on free ports with a folder of its own, as `make run` does; stop it when the block ends."""
    with started_run(folder, free_ports(), limits) as run:
        yield run.wait_until_ready()
        run.process.terminate()
        assert run.ended() == 0, run.printed()


@contextmanager
def started_run(folder: Path, port: int, limits: Mapping[str, int] | None = None) -> Iterator[Run]:
    """Start a run, ready or not, and make sure that it is gone when the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "infra.local", "--port", str(port), "--state", str(folder)]
    command += ["--limits", json.dumps(dict(limits or {}))]
    environment = os.environ | {"TMPDIR": str(folder)}
    with (folder.parent / f"console-{port}.log").open("wb") as console:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=console, stderr=console)
        try:
            yield Run(process, folder, Path(console.name))
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(STOPPED_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()  # what it started ends with it
                raise


def free_ports() -> int:
    """Return the first of five ports in a row that nobody uses, below those that the system gives out."""
    while True:
        first = random.randrange(20000, 30000, 5)
        if all(_is_free(first + step) for step in range(5)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0
