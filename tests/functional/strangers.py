"""What anybody may send to the webhook, made up by chance from a seed, and among it what is really Stripe's."""

import base64
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobipro.http.reading import MAX_BODY
from tests import events
from tests.fakes import webhooks
from tests.fakes.webhooks import OTHER_SECRET, SECRET, body, header, made

PATH = "/webhooks/stripe"
ASKED: dict[str, Any] = events.load("rest_get") | {"httpMethod": "POST", "resource": PATH, "path": PATH}
ASKED["requestContext"] |= {"resourcePath": PATH, "httpMethod": "POST"}

KINDS = [*webhooks.ABOUT, "invoice.created", "payment_intent.created", "charge.refunded", "customer.updated"]
KNOWN = [each()["object"] for each in webhooks.ABOUT.values()]
VALID = 0.05
"""How much of it is Stripe's."""

ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    1e300,
    "",
    " ",
    "é",
    "\ud800",
    "x" * 300,
    [],
    {},
    [[]],
    {"id": {}},
]
ODD += ["Marker, Wilhelmina", "marker@example.com", "evt_", "pay_" + "a" * 26, "<script>", "'; --", "\x00", "٣"]
PIECES = [
    "t",
    "v1",
    "v0",
    "=",
    ",",
    " ",
    ";",
    "0",
    "9" * 13,
    "f" * 64,
    "é",
    "٣",
    "\n",
    "\x00",
    "+",
    "-",
    "_",
    "%31",
    "🂡",
]


@dataclass(frozen=True, slots=True)
class Sending:
    """One call: its body as API Gateway hands it over, its header, and Stripe's id of the event if it is Stripe's."""

    body: str | None
    is_base64: bool
    headers: Mapping[str, str]
    several: Mapping[str, list[str]] = field(default_factory=dict)
    event: str = ""
    acted_on: bool = False

    def handed_over(self) -> dict[str, Any]:
        """Return it as API Gateway hands it over."""
        body = {"body": self.body, "isBase64Encoded": self.is_base64}
        return ASKED | body | {"headers": dict(self.headers), "multiValueHeaders": dict(self.several)}


class Strangers:
    """Makes sendings up; `now` tells the receiver's time in seconds, `secret` is what Stripe shares with it.

    Times stay some seconds away from the bounds, since the receiver's goes on meanwhile.
    """

    def __init__(self, seed: int, now: Callable[[], int], secret: str = SECRET) -> None:
        self._seed = seed
        self._chance = random.Random(seed)
        self._clock = now
        self._secret = secret
        self._made = 0
        self._sent: list[Sending] = []

    @property
    def _now(self) -> int:
        return self._clock()

    def sendings(self, count: int) -> Iterator[Sending]:
        """Yield so many."""
        hostile = list(HOSTILE)
        for _ in range(count):
            if self._chance.random() < VALID:
                yield self._stripes()
            else:
                yield self._chance.choice(hostile)(self)

    def _stripes(self) -> Sending:
        """Return an event, or one that came before, in one of the ways in which it may come."""
        chance = self._chance
        if self._sent and chance.random() < 0.2:
            return chance.choice(self._sent)
        self._made += 1
        name, kind = f"evt_{self._seed}x{self._made}", chance.choice(KINDS)
        sent = webhooks.event(kind, name)
        about = sent["data"]["object"]
        for _ in range(chance.choice([0, 0, 1, 3])):
            about[chance.choice([*about, "new"])] = chance.choice(ODD)
        whole = chance.choice([body, _short, _escaped])(sent)
        parts = [f"t={self._now + chance.randint(-290, 300)}"]
        seconds = int(parts[0][2:])
        parts += [
            f"v1={made(whole, seconds, self._secret)}",
            *chance.choice([[], [f"v0={'0' * 64}"], [f"v1={'1' * 64}"] * 3]),
        ]
        chance.shuffle(parts)
        told = chance.choice(["Stripe-Signature", "stripe-signature", "STRIPE-SIGNATURE"])
        acted_on = about.get("object") in KNOWN
        sending = self._over(whole, {told: ",".join(parts)}, event=name, acted_on=acted_on)
        self._sent.append(sending)
        return sending

    def event(self) -> bytes:
        """Return an event that Stripe could have sent."""
        return body(webhooks.event(self._chance.choice(KINDS), "evt_of_a_stranger"))

    def signed(self, sent: bytes, *secrets: str, later: int = 0) -> Sending:
        """Return a body with a signature."""
        return self._over(sent, {"Stripe-Signature": header(sent, self._now + later, *secrets or (self._secret,))})

    def under(self, sent: bytes, signature: str) -> Sending:
        """Return a body under any header."""
        return self._over(sent, {"Stripe-Signature": signature})

    def _over(self, sent: bytes, headers: Mapping[str, str], event: str = "", *, acted_on: bool = False) -> Sending:
        """Hand a body over as text or as base64, and the header once or as one of several."""
        chance = self._chance
        several = {name: [value] for name, value in headers.items()} if chance.random() < 0.5 else {}
        alone = {} if several and chance.random() < 0.5 else headers
        try:
            text = sent.decode() if chance.random() < 0.5 else None
        except UnicodeDecodeError:
            text = None
        if text is None:
            return Sending(base64.b64encode(sent).decode(), True, alone, several, event, acted_on)
        return Sending(text, False, alone, several, event, acted_on)

    # What is not Stripe's.

    def without_a_header(self) -> Sending:
        return self._over(self.event(), {})

    def with_any_header(self) -> Sending:
        chance = self._chance
        return self.under(self.event(), "".join(chance.choices(PIECES, k=chance.randint(0, 40))))

    def with_a_spoilt_header(self) -> Sending:
        sent, chance = self.event(), self._chance
        right = header(sent, self._now, self._secret)
        place = chance.randrange(len(right))
        piece = chance.choice([each for each in [*PIECES, ""] if each != right[place]])
        return self.under(sent, right[:place] + piece + right[place + 1 :])

    def with_an_endless_header(self) -> Sending:
        sent = self.event()
        return self.under(
            sent,
            header(sent, self._now, self._secret) + self._chance.choice([",v0=" + "0" * 5000, "," * 5000, " " * 5000]),
        )

    def with_many_signatures(self) -> Sending:
        sent, chance = self.event(), self._chance
        parts = [f"v1={made(sent, self._now, self._secret)}"] + [
            f"v1={chance.randbytes(32).hex()}" for _ in range(chance.randint(20, 50))
        ]
        chance.shuffle(parts)
        return self.under(sent, ",".join([f"t={self._now}", *parts]))

    def with_a_guess(self) -> Sending:
        chance = self._chance
        guesses = [f"v1={chance.randbytes(32).hex()}" for _ in range(chance.randint(1, 3))]
        return self.under(self.event(), ",".join([f"t={self._now}", *guesses]))

    def with_another_secret(self) -> Sending:
        secret = self._chance.choice(
            [OTHER_SECRET, "", "whsec_", self._secret.upper(), self._secret[:-1], "sk_test_marked"]
        )
        return self.signed(self.event(), secret)

    def from_the_past(self) -> Sending:
        return self.signed(self.event(), later=-self._chance.choice([301, 302, 3600, 86_400, 10**9]))

    def from_the_future(self) -> Sending:
        return self.signed(self.event(), later=self._chance.choice([330, 331, 3600, 86_400, 10**11]))

    def written_anew(self) -> Sending:
        sent = self.event()
        anew = self._chance.choice([json.dumps(json.loads(sent)).encode(), sent + b" ", b" " + sent, sent[:-1]])
        return self.under(anew, header(sent, self._now, self._secret))

    def with_a_bit_turned(self) -> Sending:
        sent = bytearray(self.event())
        signature = header(bytes(sent), self._now, self._secret)
        sent[self._chance.randrange(len(sent))] ^= 1 << self._chance.randrange(8)
        return self.under(bytes(sent), signature)

    def signed_noise(self) -> Sending:
        return self.signed(self._chance.randbytes(self._chance.randint(0, 200)) + b"\xff")

    def signed_text(self) -> Sending:
        return self.signed(
            "".join(map(str, self._chance.choices([*PIECES, "{", "}", '"', "[", "]", "NaN", "\\u"], k=30))).encode()
            + b"{"
        )

    def signed_json_that_is_no_event(self) -> Sending:
        chance = self._chance
        return self.signed(_escaped(chance.choice([*ODD, [webhooks.event()], {"data": webhooks.event()}, "evt_1"])))

    def signed_and_deep(self) -> Sending:
        levels = self._chance.choice([40, 1000, 60_000])
        opening, closing = self._chance.choice([("[", "]"), ('{"a":', "}")])
        closed = self._chance.random() < 0.5
        return self.signed((opening * levels + "1" * closed + closing * levels * closed).encode()[: MAX_BODY - 1])

    def signed_without_what_an_event_has(self) -> Sending:
        sent = webhooks.event(self._chance.choice(KINDS))
        del sent[self._chance.choice(["id", "type", "created", "livemode"])]
        return self.signed(_escaped(sent))

    def signed_with_something_odd(self) -> Sending:
        chance = self._chance
        sent = webhooks.event(chance.choice(KINDS))
        sent[chance.choice(["id", "type", "created"])] = chance.choice(ODD)
        if type(sent["created"]) is int and 0 < sent["created"] < 2**33 and sent["id"] == "evt_1QMarked":
            sent["livemode"] = None
        return self.signed(_escaped(sent))

    def signed_for_the_other_mode(self) -> Sending:
        mode: Any = self._chance.choice([True, None, 0, "false", [], {}])
        return self.signed(_escaped(webhooks.event(self._chance.choice(KINDS), livemode=mode)))

    def signed_numbers_that_are_none(self) -> Sending:
        word = self._chance.choice([b"NaN", b"Infinity", b"-Infinity", b"9" * 5000, b"0x10", b"01", b"1e", b"--1"])
        return self.signed(body(webhooks.event("charge.captured")).replace(b"18500", word))

    def too_large(self) -> Sending:
        more = self._chance.randint(1, 2000)
        sent = LARGE + b" " * more
        text = self._chance.random() < 0.5
        signature = {"Stripe-Signature": f"t={self._now},v1={'0' * 64}"}
        return Sending(sent.decode() if text else base64.b64encode(sent).decode(), not text, signature)

    def base64_that_is_none(self) -> Sending:
        sent = self.event()
        whole = base64.b64encode(sent).decode()
        spoilt = self._chance.choice([whole[:-1] + "é", whole[:-3], "%" + whole, whole.replace("A", "\n")[:-1] + "-"])
        return Sending(spoilt, True, {"Stripe-Signature": header(sent, self._now, self._secret)})

    def halves_of_letters(self) -> Sending:
        sent = self.event()
        return Sending(sent.decode() + "\ud800", False, {"Stripe-Signature": header(sent, self._now, self._secret)})

    def nothing_at_all(self) -> Sending:
        return Sending(None, self._chance.random() < 0.5, {"Stripe-Signature": f"t={self._now},v1={'0' * 64}"})


LARGE = body(webhooks.event()) + b" " * MAX_BODY

HOSTILE: tuple[Callable[[Strangers], Sending], ...] = (
    Strangers.without_a_header,
    Strangers.with_any_header,
    Strangers.with_a_spoilt_header,
    Strangers.with_an_endless_header,
    Strangers.with_many_signatures,
    Strangers.with_a_guess,
    Strangers.with_another_secret,
    Strangers.from_the_past,
    Strangers.from_the_future,
    Strangers.written_anew,
    Strangers.with_a_bit_turned,
    Strangers.signed_noise,
    Strangers.signed_text,
    Strangers.signed_json_that_is_no_event,
    Strangers.signed_and_deep,
    Strangers.signed_without_what_an_event_has,
    Strangers.signed_with_something_odd,
    Strangers.signed_for_the_other_mode,
    Strangers.signed_numbers_that_are_none,
    Strangers.too_large,
    Strangers.base64_that_is_none,
    Strangers.halves_of_letters,
    Strangers.nothing_at_all,
)
"""The ways not to be Stripe's, each as often as any other."""


def _short(sent: Any) -> bytes:
    """Write JSON without blanks, letters as they are."""
    return json.dumps(sent, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")


def _escaped(sent: Any) -> bytes:
    """Write JSON in ASCII; halves of letters, too."""
    return json.dumps(sent).encode()
