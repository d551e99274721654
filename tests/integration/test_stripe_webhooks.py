"""Stripe's webhooks on the deployed stack: its own events arrive once, also while the secret changes; nothing else."""

import json
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import requests

from jobipro.domain.ids import EventId
from jobipro.domain.stripe_events import event_id
from tests.fakes.webhooks import body, event, header
from tests.functional.strangers import PATH, Strangers
from tests.integration.people import settled
from tests.integration.stack import Stack

STRANGERS = 150
SENDERS = 4
RESENT_WITHIN = 25.0
"""Seconds in which an event that was refused is sent again and again; Stripe goes on for three days."""

_numbers = count(1)
_run = secrets.token_hex(4)


def named() -> str:
    """Return an id that no event has yet."""
    return f"evt_{_run}{next(_numbers)}"


def kept(stack: Stack, *names: str) -> set[str]:
    """Return which events are kept, by Stripe's ids of them."""
    table, dynamodb = stack.table("payments"), stack.aws("dynamodb")
    rows = {
        name: dynamodb.get_item(TableName=table, Key={"pk": {"S": f"E#{event_id(name)}"}, "sk": {"S": "-"}}).get("Item")
        for name in set(names)
    }
    return {name for name, row in rows.items() if row}


def tell(stack: Stack, name: str, *signing: str, kind: str = "charge.captured") -> requests.Response:
    """Send an event as Stripe does: again, with a new signature, while the answer is that we are busy."""
    sent, deadline = body(event(kind, name)), time.monotonic() + RESENT_WITHIN
    while True:
        signature = header(sent, int(time.time()), *signing)
        answer = stack.api.call("POST", PATH, data=sent, headers={"Stripe-Signature": signature})
        if answer.status_code != 503 or time.monotonic() > deadline:
            return answer
        time.sleep(0.5)


@pytest.fixture(scope="module")
def secret(stack: Stack) -> str:
    return str(stack.description["stripe_webhook_secret"])


def test_an_event_is_kept_once_however_often_it_comes_at_the_same_moment(stack: Stack, secret: str):
    name = named()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: tell(stack, name, secret), range(12)))

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {})] * 12
    assert kept(stack, name) == {name}
    settled(stack)


def test_strangers_leave_nothing_and_stripes_own_arrive_whatever_way_they_come(stack: Stack, secret: str):
    lambda_ = stack.aws("lambda")
    function = _function(stack, "stripe_webhooks")
    before, wanted, seed = _rows(stack), set(), secrets.randbelow(2**32)
    for sending in Strangers(seed, lambda: int(time.time()), secret).sendings(STRANGERS):
        payload = json.dumps(sending.handed_over()).encode()
        invoked = lambda_.invoke(FunctionName=function, Qualifier="live", Payload=payload)
        answer = json.loads(invoked["Payload"].read())
        assert answer["statusCode"] in ({200} if sending.event else {400, 413}), (seed, answer)
        wanted |= {event_id(sending.event)} if sending.event else set()

    assert wanted
    assert _rows(stack) - before == wanted
    settled(stack)


@dataclass(slots=True)
class Stripe:
    """Sends events for as long as it may, each until it is taken; `signing` are the secrets that it signs with."""

    stack: Stack
    signing: tuple[str, ...]
    ended: bool = False
    taken: list[str] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)

    def send(self, sender: int) -> None:
        while not self.ended:
            name, deadline = named(), time.monotonic() + RESENT_WITHIN
            while (answer := tell(self.stack, name, *self.signing, kind="customer.created")).status_code != 200:
                self.refused.append((name, answer.status_code))
                assert time.monotonic() < deadline, f"{name} was never taken: {answer.text}"
                time.sleep(0.5)
            self.taken.append(name)


@pytest.fixture
def put_back(stack: Stack, secret: str) -> Iterator[None]:
    """What the secret holds stays good for the others."""
    before = _held(stack)
    yield
    _put(stack, before["webhook_secrets"])


def test_nothing_is_lost_while_the_secret_changes_under_load(stack: Stack, secret: str, put_back: None):
    newer = f"whsec_{secrets.token_hex(24)}"
    stripe = Stripe(stack, (secret,))
    with ThreadPoolExecutor(SENDERS) as pool:
        senders = [pool.submit(stripe.send, number) for number in range(SENDERS)]
        try:
            time.sleep(1.5)
            stripe.signing = (newer, secret)  # rolled at Stripe, which signs with both for a day
            time.sleep(1.5)
            _put(stack, [newer, secret])
            time.sleep(1.5)
            assert stripe.refused == []
            stripe.signing = (newer,)  # the day is over
            before = len(stripe.taken)
            deadline = time.monotonic() + RESENT_WITHIN
            while len(stripe.taken) < before + 2 * SENDERS and time.monotonic() < deadline:
                time.sleep(0.2)
        finally:
            stripe.ended = True
        for sender in senders:
            sender.result()

    assert len(stripe.taken) == len(set(stripe.taken)) > before + SENDERS
    assert kept(stack, *stripe.taken) == set(stripe.taken)
    assert {status for _, status in stripe.refused} <= {400}
    settled(stack)


def _held(stack: Stack) -> dict[str, Any]:
    client = stack.aws("secretsmanager")
    held: dict[str, Any] = json.loads(
        client.get_secret_value(SecretId=stack.description["secrets"]["stripe"])["SecretString"]
    )
    return held


def _put(stack: Stack, signing: list[str]) -> None:
    told = json.dumps(_held(stack) | {"webhook_secrets": signing})
    stack.aws("secretsmanager").put_secret_value(SecretId=stack.description["secrets"]["stripe"], SecretString=told)


def _rows(stack: Stack) -> set[EventId]:
    pages = stack.aws("dynamodb").get_paginator("scan").paginate(TableName=stack.table("payments"), ConsistentRead=True)
    names = [item["pk"]["S"] for page in pages for item in page["Items"]]
    return {EventId(name.removeprefix("E#")) for name in names if name.startswith("E#")}


def _function(stack: Stack, folder: str) -> str:
    pages = stack.aws("lambda").get_paginator("list_functions").paginate()
    handler = f"functions.{folder}.handler.handler"
    (name,) = [each["FunctionName"] for page in pages for each in page["Functions"] if each["Handler"] == handler]
    return str(name)
