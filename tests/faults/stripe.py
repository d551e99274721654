"""Stripe in the place of the network: the adapter's calls are answered by the fake, and any of them may fail."""

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import requests
import stripe
from requests.adapters import HTTPAdapter

from jobipro.adapters.system import SystemClock
from jobipro.application.ports.stripe import Wanted
from jobipro.domain.errors import ServiceError
from jobipro.domain.ids import PaymentId, SubjectId
from jobipro.domain.stripe import AskedDifferently, Declined, NotAtStripe, NotPossible
from tests.fakes.stripe import FakeStripe
from tests.faults.calls import Wire

REFUSALS: Mapping[type[ServiceError], tuple[int, dict[str, str]]] = {
    AskedDifferently: (400, {"type": "idempotency_error"}),
    Declined: (402, {"type": "card_error", "code": "card_declined"}),
    NotAtStripe: (404, {"type": "invalid_request_error", "code": "resource_missing"}),
    NotPossible: (400, {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"}),
}
"""How Stripe words what the fake raises."""

type Fields = Mapping[str, str]


class StripeAccount:
    """A fake Stripe that is asked as the real one is; what it holds can be taken down and put back."""

    def __init__(self, stage: str, url: str, wire: Wire) -> None:
        self.fake = FakeStripe(SystemClock(), stage)
        self._url = url
        self._wire = wire
        self._none = self.take()

    def take(self) -> dict[str, Any]:
        """Take everything down."""
        return copy.deepcopy({name: value for name, value in vars(self.fake).items() if name != "_clock"})

    def put_back(self, kept: Mapping[str, Any] | None) -> None:
        """Make everything as it was when it was taken down; nothing is there when nothing ever was."""
        vars(self.fake).update(copy.deepcopy(dict(kept or self._none)))

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer the calls of a block; each is made once, so that one that fails is not quietly made again."""
        send = HTTPAdapter.send

        def answer(adapter: HTTPAdapter, request: Any, **options: Any) -> requests.Response:
            if not request.url.startswith(self._url):
                return send(adapter, request, **options)
            operation, do = self._asked(request)
            return self._wire.stripe(operation, lambda: _answered(do))

        never = patch.object(stripe.HTTPClient, "_should_retry", lambda *_, **__: False)
        with patch.object(HTTPAdapter, "send", answer), never:
            yield

    def _asked(self, request: Any) -> tuple[str, Callable[[], object]]:
        """Return what is asked for, and what answers it."""
        place = urlsplit(request.url)
        fields = dict(parse_qsl(request.body or place.query))
        key = request.headers.get("Idempotency-Key", "")
        name, *rest = place.path.removeprefix("/v1/").split("/")
        does: Mapping[tuple[str, str, int], tuple[str, Callable[[], object]]] = {
            ("POST", "customers", 0): ("customers.create", lambda: self._customer(key, fields)),
            ("POST", "payment_intents", 0): ("payment_intents.create", lambda: self._created(key, fields)),
            ("GET", "payment_intents", 1): ("payment_intents.retrieve", lambda: self._seen(rest[0])),
            ("POST", "payment_intents", 2): (
                f"payment_intents.{rest[-1] if rest else ''}",
                lambda: self._moved(key, *rest),
            ),
            ("POST", "refunds", 0): ("refunds.create", lambda: self._refunded(key, fields)),
            ("GET", "refunds", 0): ("refunds.list", lambda: self._refunds(fields)),
            ("GET", "events", 0): ("events.list", lambda: self._events(fields)),
        }
        return does[request.method, name, len(rest)]

    def _customer(self, key: str, fields: Fields) -> object:
        return {"object": "customer", "id": self.fake.customer(key, SubjectId(fields["metadata[subject]"]))}

    def _created(self, key: str, fields: Fields) -> object:
        wanted = Wanted(
            PaymentId(fields["metadata[payment]"]),
            int(fields["metadata[n]"]),
            int(fields["amount"]),
            fields["currency"].upper(),
            fields["customer"],
        )
        if "payment_method" in fields:
            return self._shown(self.fake.authorise(key, wanted, fields["payment_method"]).id)
        return self._shown(self.fake.open(key, wanted).id)

    def _seen(self, intent: str) -> object:
        return self._shown(self.fake.intent(intent).id)

    def _moved(self, key: str, intent: str, how: str) -> object:
        moves = {"capture": self.fake.capture, "cancel": self.fake.cancel}
        return self._shown(moves[how](key, intent).id)

    def _refunded(self, key: str, fields: Fields) -> object:
        n, cents = int(fields["metadata[refund]"]), int(fields["amount"])
        return self.fake.given_back[self.fake.refund(key, fields["payment_intent"], n, cents).id]

    def _refunds(self, fields: Fields) -> object:
        found = [self.fake.given_back[each.id] for each in self.fake.refunds(fields["payment_intent"])]
        return {"object": "list", "data": found, "has_more": False}

    def _events(self, fields: Fields) -> object:
        found = self.fake.events(datetime.fromtimestamp(int(fields["created[gte]"]), UTC))
        return {"object": "list", "data": found, "has_more": False}

    def _shown(self, intent: str) -> object:
        found = self.fake.intents[intent]
        return found | {"latest_charge": self.fake.charges.get(found["latest_charge"] or "")}


def _answered(do: Callable[[], object]) -> requests.Response:
    try:
        status, body = 200, do()
    except ServiceError as error:
        status, said = REFUSALS[type(error)]
        body = {"error": {"message": "refused", **said}}
    return response(status, body)


def response(status: int, body: object) -> requests.Response:
    """Return an answer as the network would bring it."""
    answer = requests.Response()
    answer.status_code = status
    answer._content = json.dumps(body).encode()
    return answer
