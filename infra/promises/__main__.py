"""Writes `docs/promises.md`, prints a line for each commitment, and fails when one is claimed but not proved."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.promises.commitments import ROOT, Commitment, State, Unclear, listed
from infra.promises.page import PAGE, page
from infra.promises.proofs import Proof, proofs, strays
from infra.promises.results import RESULTS, Outcome, Result, results

NEVER_RUN = "never run"


def mistakes(commitments: Sequence[Commitment], found: Sequence[Proof], root: Path) -> list[str]:
    """Return what cannot be right whatever the tests come to, a sentence each."""
    known = {each.id: each for each in commitments}
    proved = {proof.commitment for proof in found}
    said = [f"{where}: a mark that no test carries." for where in strays(root)]
    for proof in found:
        if proof.commitment not in known:
            said.append(f"{proof.test}: there is no commitment {proof.commitment}.")
        elif not known[proof.commitment].claimed:
            said.append(f"{proof.test}: proves {proof.commitment}, which names no code that keeps it.")
    for each in commitments:
        said += [f"{each.id}: there is no {path}." for path in each.kept_by if not (root / path).exists()]
        if each.claimed and each.id not in proved:
            said.append(f"{each.id}: no test proves it.")
    return said


def shown(each: Commitment, tests: Sequence[str], told: Mapping[str, Result]) -> str:
    """Return how far a commitment is kept, as its tests have shown: not at all while one of them did not pass."""
    outcomes = {_outcome(test, told) for test in tests}
    if Outcome.FAILED in outcomes:
        return "failing"
    return each.state if outcomes <= {Outcome.PASSED} else "unproved"


def line(each: Commitment, tests: Sequence[str], told: Mapping[str, Result]) -> str:
    """Return what is to be said of a commitment: how far it is kept, what its tests came to, and where it is kept."""
    head = f"{shown(each, tests, told):<9}  {each.id:<29}  "
    if not each.claimed:
        return f"{head}{each.people or each.missing}"
    first, *others = each.kept_by
    where = f"{first} and {len(others)} more" if others else first
    return f"{head}{_came_to(tests, told):<24}  {where}{f'; missing: {each.missing}' if each.missing else ''}"


def unproved(found: Sequence[Proof], told: Mapping[str, Result]) -> list[str]:
    """Return the tests that did not pass when they were last run, or never were, each with what it was to prove."""
    tests = dict.fromkeys(proof.test for proof in found if _outcome(proof.test, told) != Outcome.PASSED)
    return [
        f"{_outcome(test, told)}: {test} ({', '.join(proof.commitment for proof in found if proof.test == test)})"
        for test in tests
    ]


def _came_to(tests: Sequence[str], told: Mapping[str, Result]) -> str:
    outcomes = [_outcome(test, told) for test in tests]
    counts = {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
    return ", ".join(f"{count} {'test' if count == 1 else 'tests'} {outcome}" for outcome, count in counts.items())


def _outcome(test: str, told: Mapping[str, Result]) -> str:
    return told[test].outcome if test in told else NEVER_RUN


def _footer(states: Sequence[str], told: Mapping[str, Result]) -> str:
    counts = ", ".join(f"{states.count(state)} {state}" for state in (*State, "failing", "unproved") if state in states)
    first = min((result.at for result in told.values()), default=None)
    since = f" Results are of {first:%Y-%m-%d %H:%M} UTC or later." if first else " Nothing was run yet: 'make test'."
    return f"{len(states)} commitments: {counts}.{since}"


def main(root: Path = ROOT, path: Path = RESULTS) -> int:
    """Write the page, print every commitment, and return 0 if all that is claimed was shown, 1 otherwise."""
    try:
        commitments = listed(root)
    except Unclear as error:
        print(error, file=sys.stderr)
        return 1
    found = proofs(root)
    (root / PAGE).write_text(page(commitments, found))
    tests = {each.id: [proof.test for proof in found if proof.commitment == each.id] for each in commitments}
    told = {test: result for test, result in results(path).items() if any(test == proof.test for proof in found)}
    for each in commitments:
        print(line(each, tests[each.id], told))
    print(f"\n{_footer([shown(each, tests[each.id], told) for each in commitments], told)}")
    wrong = [*mistakes(commitments, found, root), *(unproved(found, told) if told else ["nothing was run yet"])]
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
