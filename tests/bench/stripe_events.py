"""What Stripe tells in a burst, on the deployed stack: from the webhook until the payments stand as it says.

Each event is about a payment of its own, all of one customer. Everything is looked for afterwards: every payment stands
where its event puts it and was changed once.
"""

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from jobipro.adapters.system import RandomIds
from jobipro.domain.payments import Authorisation, Card, Standing
from tests.bench.figures import Figure
from tests.bench.load import CLIENTS, TRY_AGAIN, Refused
from tests.fakes import webhooks
from tests.integration import insider
from tests.integration.people import customer, settled
from tests.integration.stack import Stack

EVENTS = 100
CENTS = 18_500
PATIENCE = 60.0
"""Seconds for all of them; what has not come to its end by then is told as lost."""

CARD = Card(brand="visa", last4="4242", exp_month=8, exp_year=2031, funding="credit", fingerprint="Xt5EWLLDS7FJjR1c")


def figures(stack: Stack, tell: Callable[[], object], count: int = EVENTS) -> Iterator[Figure]:
    """Tell of so many held payments in a burst, and return how many a second come to stand as held."""
    person, run = customer(stack, "paying"), secrets.token_hex(4)
    settled(stack)
    intents = {_owed(stack, person.subject, f"pi_{run}{number}"): f"pi_{run}{number}" for number in range(count)}
    before = _payments(stack, intents)
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = Counter(pool.map(lambda each: _told(stack, began, *each), intents.items()))
    taken = time.perf_counter() - began
    if set(answers) != {HTTPStatus.OK}:
        raise Refused(f"The webhook answered {max(answers)}: try again when less runs here.")
    while (held := _held(stack, intents)) < count and time.perf_counter() - began < PATIENCE:
        time.sleep(0.2)
    seconds = time.perf_counter() - began
    tell()
    more = {"taken in, a second": count / taken}
    yield Figure(f"{count} of Stripe's events, applied", held / seconds, "a second", more=more, main=True)
    settled(stack)
    after = _payments(stack, intents)
    changed = [after[payment]["version"] - before[payment]["version"] for payment in intents]
    yield Figure("of Stripe's events: lost", count - held, "of them", 0, main=True)
    yield Figure("of Stripe's events: doubled", sum(each > 1 for each in changed), "of them", 0, main=True)


def _owed(stack: Stack, subject: str, intent: str) -> str:
    """Have the customer owe for a request that nobody knows; return the payment."""
    ids = RandomIds()
    opened = Authorisation(intent, n=1, cents=CENTS, seen=True)
    return insider.owe(stack, ids.request(), subject, ids.subject(), opened, CARD)


def _told(stack: Stack, began: float, payment: str, intent: str) -> int:
    """Tell, as Stripe does, that a card was charged; again while the answer is that there is too much to do."""
    metadata = {"payment": payment, "n": "1", "stage": stack.description["stage"]}
    about = webhooks.charge(id=intent.replace("pi_", "ch_"), payment_intent=intent, amount=CENTS, metadata=metadata)
    event = webhooks.event("charge.succeeded", intent.replace("pi_", "evt_"), data={"object": about})
    sent = webhooks.body(event)
    while True:
        headers = {
            "Stripe-Signature": webhooks.header(sent, int(time.time()), stack.description["stripe_webhook_secret"])
        }
        status = stack.api.call("POST", "/webhooks/stripe", data=sent, headers=headers).status_code
        if status not in TRY_AGAIN or time.perf_counter() - began > PATIENCE:
            return status
        time.sleep(0.5)


def _payments(stack: Stack, payments: dict[str, str]) -> dict[str, insider.Row]:
    rows = {row["pk"].removeprefix("P#"): row for row in insider.rows(stack, "payments") if row["sk"] == "PAYMENT"}
    return {payment: rows[payment] for payment in payments}


def _held(stack: Stack, payments: dict[str, str]) -> int:
    """Return how many payments stand as held."""
    found = _payments(stack, payments)
    return sum(row["authorisations"][payments[name]]["standing"] == Standing.AUTHORISED for name, row in found.items())
