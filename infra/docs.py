"""Writes the parts of docs/ that are tables of the code: `make docs`.

A page marks such a part by `<!-- name: from the code -->` and `<!-- /name -->`; what stands between them is replaced.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from infra.scale import page as scale
from jobipro.adapters.stripe_events import FIELDS
from jobipro.domain.data_map import ENTRIES, STORED, Entry
from jobipro.domain.events import ROUTES, Queue
from jobipro.domain.lifecycle import DEADLINES, ENDED, FIRST, TRANSITIONS, Guard, State, Transition
from jobipro.domain.limits import RULES
from jobipro.domain.messages import KINDS_OF
from jobipro.domain.stripe_events import DISPUTE_STATES, REFUND_STATES, STANDINGS, Kind

DOCS = Path(__file__).resolve().parents[1] / "docs"

CONSUMERS: Mapping[Queue, str] = {
    Queue.MATCHING: "provider_notification",
    Queue.DELIVERIES: "message_delivery",
    Queue.PAYMENTS: "payment_events",
    Queue.MEDIA: "media",
}
"""Which function a queue wakes."""

UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def events() -> str:
    """Return which function hears of each event, and which mails may follow."""
    rows = []
    for kind, queues in ROUTES.items():
        mails = ", ".join(mail.name for mail in KINDS_OF.get(kind, ()))
        rows.append((f"`{kind}`", ", ".join(CONSUMERS[queue] for queue in queues), mails))
    return _table(("event", "who hears of it", "mails that may follow"), rows)


def limits() -> str:
    """Return how often something may be done."""
    rows = ((f"`{rule.name}`", f"{rule.count} in {_span(rule.window_seconds)}") for rule in RULES.values())
    return _table(("rule", "at most"), rows)


def data_map() -> str:
    """Return every personal field, a table for each kind of row."""
    parts = []
    for (table, row), entries in groupby(ENTRIES, key=lambda entry: (entry.table, entry.row)):
        fields = _table(("field", "what", "for", "who else", "key", "kept"), map(_field, entries))
        parts.append(f"## `{table}` / `{row}`\n\n{fields}")
    return "\n\n".join(parts)


def stored() -> str:
    """Return everything personal that lies outside the tables."""
    rows = (
        (
            f"`{each.bucket}`",
            f"`{each.prefix}`",
            each.what,
            ", ".join(purpose.removeprefix("purpose.") for purpose in each.purposes),
            "; ".join(each.recipients),
            each.retention.rule,
        )
        for each in STORED
    )
    return _table(("bucket", "under", "what", "for", "who else", "kept"), rows)


def retentions() -> str:
    """Return what the rules of retention say."""
    every = [*(entry.retention for entry in ENTRIES), *(each.retention for each in STORED)]
    rules = {retention.rule: retention.words for retention in every}
    return _table(("rule", "kept"), ((f"`{rule}`", words) for rule, words in rules.items()))


ORDER = tuple(State)


def lifecycle_picture() -> str:
    """Return the states of a request and what leads from one to another, as a mermaid diagram."""
    arrows = groupby(sorted(TRANSITIONS, key=_place), key=_arrow)
    lines = [f"    [*] --> {FIRST}: post", *(f"    {a} --> {b}: {_asked(moves)}" for (a, b), moves in arrows)]
    lines += [
        f"    {state} --> [*]" for state in State if state in ENDED and any(m.after is state for m in TRANSITIONS)
    ]
    return "\n".join(("```mermaid", "stateDiagram-v2", *lines, "```"))


def _arrow(move: Transition) -> tuple[str, str]:
    return move.before.value, move.after.value


def _place(move: Transition) -> tuple[int, int]:
    return ORDER.index(move.before), ORDER.index(move.after)


def _asked(moves: Iterable[Transition]) -> str:
    return ", ".join(dict.fromkeys(move.action.value for move in moves))


def lifecycle() -> str:
    """Return every move of a request: who makes it, when, and what tells of it."""
    rows = (
        (
            f"`{move.before}`",
            f"`{move.action}`",
            move.actor.value,
            "" if move.guard is Guard.NONE else move.guard.value,
            f"`{move.after}`",
            f"`{move.event}`",
            ", ".join(f"{kind} to the {to}" for to, kind in move.tells),
        )
        for move in TRANSITIONS
    )
    return _table(("from", "action", "whose", "if", "to", "event", "mails"), rows)


def deadlines() -> str:
    """Return what the clock does to a request that stays in a state for too long."""
    rows = (
        (f"`{state}`", _span(int(deadline.within.total_seconds())), f"`{deadline.action}`")
        for state, deadline in DEADLINES.items()
    )
    return _table(("in state", "after", "the clock does"), rows)


def stripe_events() -> str:
    """Return what is read of Stripe's objects, by their kind."""
    rows = (
        (f"`{kind}`", ", ".join(f"`{path}`" for path in dict.fromkeys(path for path, _ in FIELDS[kind].values())))
        for kind in Kind
        if FIELDS[kind]
    )
    return _table(("object", "what is read of it"), rows)


def stripe_states() -> str:
    """Return what Stripe's words for a state come to here."""
    words = (("`payment_intent`", STANDINGS), ("`refund`", REFUND_STATES), ("`dispute`", DISPUTE_STATES))
    rows = ((kind, f"`{theirs}`", ours) for kind, states in words for theirs, ours in states.items())
    return _table(("object", "Stripe's status", "here"), rows)


PARTS: Mapping[str, Callable[[], str]] = {
    "events": events,
    "limits": limits,
    "data map": data_map,
    "stored": stored,
    "retentions": retentions,
    "lifecycle picture": lifecycle_picture,
    "lifecycle": lifecycle,
    "deadlines": deadlines,
    "stripe events": stripe_events,
    "stripe states": stripe_states,
    **scale.PARTS,
}


def renewed(page: str) -> str:
    """Return a page with every marked part as the code has it now; KeyError for a part that nobody writes."""

    def part(found: re.Match[str]) -> str:
        return f"{found['begin']}\n\n{PARTS[found['name']]()}\n\n{found['end']}"

    marked = r"(?P<begin><!-- (?P<name>[a-z ]+): from the code -->).*?(?P<end><!-- /(?P=name) -->)"
    return re.sub(marked, part, page, flags=re.DOTALL)


def pages() -> list[Path]:
    """Return the pages of docs/."""
    return sorted(DOCS.rglob("*.md"))


def _field(entry: Entry) -> tuple[str, ...]:
    purposes = ", ".join(purpose.removeprefix("purpose.") for purpose in entry.purposes)
    category = entry.category.removeprefix("data.")
    return f"`{entry.field}`", category, purposes, "; ".join(entry.recipients), entry.key_class, entry.retention.rule


def _span(seconds: int) -> str:
    """Return a length of time in the largest unit that divides it."""
    length, unit = next((length, unit) for length, unit in UNITS if seconds % length == 0)
    count = seconds // length
    return f"{count} {unit}s" if count > 1 else f"1 {unit}"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (titles, ["---"] * len(titles), *rows))


def main() -> None:
    """Write every page anew."""
    for page in pages():
        page.write_text(renewed(page.read_text()))


if __name__ == "__main__":
    main()
