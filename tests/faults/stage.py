"""Plays scenarios, with and without a fault, and tells what the two ends have not in common."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from operator import attrgetter, sub
from typing import Any

from jobipro.domain.events import ROUTES
from jobipro.domain.limits import RULES, window_of
from tests.faults.allowed import Leave, leaves, without
from tests.faults.calls import Fault
from tests.faults.scenarios import MARKERS, NEW_PASSWORD, PASSWORD, SCENARIOS, Act, Facts, Later, Scenario, Setting
from tests.faults.state import NOBODY, Kept, Mail, ids_in, likeness
from tests.faults.world import Invocation, Place, Tape, Trouble, World

EMPTY = Facts(NOBODY)
SHORTEST = min(RULES.values(), key=attrgetter("window_seconds"))
OF_ADAPTERS = frozenset({Fault.THROTTLED, Fault.CONFLICT, Fault.CONFLICTS})
"""Faults of which an adapter makes what it makes of others, or nothing at all."""

COMMERCIAL = "New request near you: "
"""How the subject of the only commercial mail begins."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: rows, log-ins and the passwords that open them, mails, and what happened on the way."""

    rows: list[dict[str, Any]]
    log_ins: Counter[str]
    mails: list[Mail]
    tape: Tape


def _window() -> str:
    """Return the window in which limits count now: a new one of the shortest begins whenever any other does."""
    return window_of(SHORTEST, datetime.now(UTC)).start


@dataclass(slots=True)
class Stage:
    """A world in which every scenario begins where it should; what was played faultlessly is kept.

    It is kept for as long as limits count in the same windows (`window`): in the next one the same acts leave other
    counters behind.
    """

    world: World
    facts: dict[Act, Facts] = field(default_factory=dict)
    faultless: dict[str, Ending] = field(default_factory=dict)
    known: dict[Act, frozenset[str]] = field(default_factory=dict)
    likenesses: dict[tuple[str, tuple[str, ...]], Counter[str]] = field(default_factory=dict)
    covered: set[tuple[object, ...]] = field(default_factory=set)
    window: str = field(default_factory=_window)

    def start(self, given: Act) -> Facts:
        """Return what a scenario starts from."""
        if given not in self.facts:
            earlier, own = (self.start(given.earlier), given.own) if isinstance(given, Later) else (EMPTY, given)
            self.world.begin(earlier.kept, earlier.passwords)
            setting = Setting(self.world, earlier)
            own(setting)
            self.facts[given] = setting.facts()
        return self.facts[given]

    def play(self, name: str, trouble: Trouble | None = None) -> Ending:
        """Play a scenario until everything is quiet."""
        scenario = SCENARIOS[name]
        facts = self.start(scenario.given)
        self.world.begin(facts.kept, facts.passwords, trouble)
        scenario.act(Setting(self.world, facts))
        self.world.settle(scenario.later)
        return self._ending(scenario)

    def without_fault(self, name: str) -> Ending:
        """Return how a scenario ends when nothing goes wrong."""
        if name not in self.faultless:
            self.faultless[name] = self.play(name)
        return self.faultless[name]

    def troubles(self, name: str) -> Iterator[Trouble]:
        """Yield all that can go wrong in a scenario, but for what went wrong just so in one before."""
        times: Counter[tuple[str, str]] = Counter()
        for each in self.without_fault(name).tape.invocations:
            time = times[each.function, each.trigger]
            times[each.function, each.trigger] += 1
            for at, call in enumerate(each.calls):
                place = Place(each.function, each.trigger, at, time)
                for fault in Fault:
                    if fault.fits(call) and self._is_worth(fault, each, at):
                        yield Trouble(fault, place, call)

    def differences(self, name: str, trouble: Trouble) -> list[str]:
        """Play a scenario with something going wrong; return what came out otherwise, and what must never be."""
        self._forget_earlier_windows()
        expected, found = self.without_fault(name), self.play(name, trouble)
        if self.window != _window():
            trouble.call = None
            return self.differences(name, trouble)
        if trouble.missed:
            return ["the fault did not strike what it was meant for: the calls are not the same each time"]
        told = [*found.tape.wrongs, *self._lost(expected, found), *self.in_clear(found)]
        granted = leaves(trouble)
        told += self._rows(name, found, granted)
        told += _compared("log-in", expected.log_ins, found.log_ins)
        told += _answers(expected, found, granted)
        return [*told, *self._mails(expected, found)]

    def _forget_earlier_windows(self) -> None:
        """Forget what was played while limits counted in other windows."""
        if self.window != _window():
            self.window = _window()
            for kept in (self.facts, self.faultless, self.known, self.likenesses):
                kept.clear()

    def _ending(self, scenario: Scenario) -> Ending:
        kept = self.world.storage.take()
        return Ending(
            rows=self._opened(kept),
            log_ins=self._log_ins(kept, self.facts[scenario.given]),
            mails=self.world.mails,
            tape=self.world.tape,
        )

    def _known(self, given: Act) -> frozenset[str]:
        """Return the ids that are there when a scenario begins."""
        if given not in self.known:
            self.known[given] = ids_in(self._opened(self.facts[given].kept))
        return self.known[given]

    def _opened(self, kept: Kept) -> list[dict[str, Any]]:
        return self.world.storage.opened(kept)

    def _log_ins(self, kept: Kept, facts: Facts) -> Counter[str]:
        names = {person.subject: name for name, person in facts.people.items()}
        found: Counter[str] = Counter()
        passwords = (PASSWORD, NEW_PASSWORD) if self.world.tape.touched_log_ins else ()
        for user in kept.users:
            opening = [each for each in passwords if self.world.opens(user, each)] if passwords else [PASSWORD]
            found[f"{names.get(user, 'somebody new')}: {', '.join(opening)}"] += 1
        return found

    def _lost(self, expected: Ending, ending: Ending) -> Iterator[str]:
        """Tell of facts that were not committed, did not reach a queue that wants them, or still wait."""
        kinds = (Counter(fact.type for fact in each.tape.facts) for each in (expected, ending))
        yield from (f"{kind} never happened" for kind in sub(*kinds).elements())
        arrived = {(queue, body.partition('"id":"')[2].partition('"')[0]) for queue, body in ending.tape.bodies}
        for fact in ending.tape.facts:
            for queue in ROUTES[fact.type]:
                if (queue.value, fact.id) not in arrived:
                    yield f"{fact.type} never reached {queue.value}"
        yield from (f"an event waits in the outbox: {row['body']}" for row in ending.rows if row["table"] == "outbox")

    def in_clear(self, ending: Ending) -> Iterator[str]:
        """Tell of what only its person and their mail may know, where anybody could read it."""
        shown = [str({name: value for name, value in row.items() if name != "sealed"}) for row in ending.rows]
        for text in [*shown, *(body for _, body in ending.tape.bodies)]:
            yield from (f"{marker!r} is in clear: {text}" for marker in MARKERS if marker in text.lower())

    def _rows(self, name: str, found: Ending, granted: list[Leave]) -> list[str]:
        """Tell which rows there are on one side only; or, if each has its like, that they hang together otherwise."""
        known = self._known(SCENARIOS[name].given)
        wanted, there = (list(without(each.rows, granted)) for each in (self.faultless[name], found))
        once = [row for row in (*wanted, *there) if any(leave.once(row) for leave in granted)]
        if once:
            alone = set(likeness(once, known, 0))
            shapes = (likeness(rows, known, 0) for rows in (wanted, there))
            return list(_compared("row", *(Counter({t: 1 if t in alone else n for t, n in s.items()}) for s in shapes)))
        remembered = name, tuple(leave.why for leave in granted)
        if remembered not in self.likenesses:
            self.likenesses[remembered] = likeness(wanted, known)
        connected = list(_compared("connected row", self.likenesses[remembered], likeness(there, known)))
        return connected and (
            list(_compared("row", likeness(wanted, known, 0), likeness(there, known, 0))) or connected
        )

    def _mails(self, expected: Ending, found: Ending) -> Iterator[str]:
        """Tell of mails that are missing, that nobody asked for, and of commercial ones that came twice."""
        wanted, sent = (Counter(mail.like for mail in each.mails) for each in (expected, found))
        subjects = {mail.like: f"{mail.subject} to {mail.to}" for mail in (*expected.mails, *found.mails)}
        for like, subject in subjects.items():
            commercial = subject.startswith(COMMERCIAL)
            if sent[like] < wanted[like] and not (commercial and _unknown(found) >= wanted[like] - sent[like]):
                yield f"mail missing: {subject}"
            if sent[like] > wanted[like] and (commercial or not wanted[like]):
                yield f"mail too many: {subject}"

    def _is_worth(self, fault: Fault, invocation: Invocation, at: int) -> bool:
        """Tell whether a fault is yet to be tried.

        What an adapter alone notices is tried once for each place in it. A call that only looks leaves nothing behind
        that the one before did not: it fails once for each place in the code from which a function makes it. Any other
        one fails there for each kind of work and of rows, and where a loop makes it, as the first, in between, and as
        the last.
        """
        function, call = invocation.function, invocation.calls[at]
        if fault in OF_ADAPTERS or (fault is Fault.REPEATED and call.token):
            return self._is_new((fault, call, call.adapter))
        if not call.changes:
            return self._is_new((fault, function, call.place))
        sites = [each.site for each in invocation.calls]
        turn = call.site not in sites[:at], call.site not in sites[at + 1 :]
        return self._is_new((fault, function, invocation.work, call.place, call.about, turn))

    def _is_new(self, name: object) -> bool:
        before = len(self.covered)
        self.covered.add((name,))
        return len(self.covered) > before


def _unknown(ending: Ending) -> int:
    """Return how many commercial mails may have gone out, or not: they are never sent again."""
    return sum(row["table"] == "messages" and row["state"] == "unknown" for row in ending.rows)


def _answers(expected: Ending, found: Ending, granted: list[Leave]) -> Iterator[str]:
    instead = {route: status for leave in granted for route, status in leave.answers.items()}
    for wanted, got in zip_longest(expected.tape.answers, found.tape.answers):
        if wanted != got and (wanted is None or got != (wanted[0], instead.get(wanted[0]))):
            yield f"answer: {got} for {wanted}"


def _compared(what: str, expected: Counter[Any], found: Counter[Any]) -> Iterator[str]:
    for sign, missing in (("-", expected - found), ("+", found - expected)):
        yield from (f"{sign} {what}: {each}" for each in missing.elements())
