"""Where a fault may show in the end, and why: whatever is not listed here must be as if nothing had failed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.calls import Fault
from tests.faults.world import Trouble

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Leave:
    """A difference that is right, after the troubles that `when` lets pass.

    `forget` are attributes, by table, that need not be the same in the rows that `of` picks. `dropped` are rows that
    need not be there at all, `once` rows that count once however many are alike. `answers` are those that a caller may
    get in the end instead of the faultless one, by route.
    """

    why: str
    when: Callable[[Trouble], bool] = lambda trouble: True
    forget: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of: Callable[[Row], bool] = lambda row: True
    dropped: Callable[[Row], bool] = lambda row: False
    once: Callable[[Row], bool] = lambda row: False
    answers: Mapping[str, int] = field(default_factory=dict)


def _asked_again(trouble: Trouble) -> bool:
    """Tell whether a caller got no answer to a request that had taken effect, and repeats it."""
    return trouble.place.trigger[0].isupper() and "/" in trouble.place.trigger and trouble.fault in UNANSWERED


def _on(*routes: str) -> Callable[[Trouble], bool]:
    return lambda trouble: _asked_again(trouble) and trouble.place.trigger in routes


UNANSWERED = frozenset({Fault.LOST, Fault.KILLED})
ASKED_TWICE = ("POST /verifications", "POST /password-resets", "POST /me/email")
PUT_TWICE = ("PATCH /me", "PUT /me/provider", "POST /me/password", "POST /me/email")

LEAVES = (
    Leave(
        "A comparison that begins a step anew counts as missing what is missing still, not what it made good before.",
        when=lambda trouble: trouble.place.trigger == "ReconciliationDue",
        forget={"payments": ("gaps",)},
    ),
    Leave(
        "A try that failed was a try: limits count it.",
        forget={"limits": ("count",)},
    ),
    Leave(
        "The digest of what was asked is that of the upload's id, too, where an upload is named.",
        forget={"limits": ("fingerprint",)},
    ),
    Leave(
        "Of a sign-up that stopped half-way, and was swept up, its tombstone stays: an opaque id and two times.",
        when=lambda trouble: trouble.place.trigger == "POST /signup",
        dropped=lambda row: row["table"] == "accounts" and row.get("status") == "erased" and "sealed" not in row,
    ),
    Leave(
        "A transactional mail that may not have gone out goes out again, with a link of its own; both links work.",
        when=lambda trouble: trouble.place.function == "message_delivery",
        forget={"messages": ("version",)},
        once=lambda row: row["pk"].startswith("T#"),
    ),
    Leave(
        "A commercial mail that may have gone out is never sent again: its row says that nobody knows.",
        when=lambda trouble: trouble.place.function == "message_delivery",
        forget={"messages": ("state",)},
        of=lambda row: row.get("category") == "opportunities" and row.get("state") in ("sent", "unknown"),
    ),
    Leave(
        "A message that waits and is handed over twice is looked at twice.",
        when=lambda trouble: trouble.place.function == "clocks",
        forget={"messages": ("version",)},
    ),
    Leave(
        "Whoever asks for a mail twice, since the first answer got lost, is sent two; these routes take no key.",
        when=_on(*ASKED_TWICE),
        once=lambda row: row["table"] == "messages" or row["pk"].startswith("T#"),
    ),
    Leave(
        "A look at contact whose answer got lost is entered, as it may have been seen; so is the next one.",
        when=_on("GET /requests/{id}/contact"),
        forget={"disclosures": ("seq",)},
        dropped=lambda row: row["table"] == "disclosures" and row.get("kind") == "read",
    ),
    Leave(
        "Saving the same twice is a second version of the account.",
        when=_on(*PUT_TWICE),
        forget={"accounts": ("version", "revision")},
    ),
    Leave(
        "A link works once, a log-in ends once: who repeats the request reads that it is done for.",
        when=_asked_again,
        answers={
            "POST /verify/{token}": 404,
            "POST /password-resets/{token}": 404,
            "POST /sessions/end": 401,
            "POST /me/password": 401,
        },
    ),
)
"""What may differ."""


def leaves(trouble: Trouble) -> list[Leave]:
    """Return what may differ after a trouble."""
    return [leave for leave in LEAVES if leave.when(trouble)]


def without(rows: list[Row], granted: list[Leave]) -> Iterator[Row]:
    """Yield the rows that must be the same, without what may differ in them."""
    for row in rows:
        if not any(leave.dropped(row) for leave in granted):
            forgotten = {name for leave in granted if leave.of(row) for name in leave.forget.get(row["table"], ())}
            yield {name: value for name, value in row.items() if name not in forgotten}
