"""The page `docs/promises.md`: every commitment, the code that keeps it, the tests that prove it."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from infra.promises.commitments import LISTED, Commitment, State
from infra.promises.proofs import Proof

PAGE = "docs/promises.md"

HEAD = f"""\
# Promises

What JobiPro's privacy policy commits the service to, by the ids and in the order of [{LISTED}](../{LISTED}): the code
that keeps each commitment, and the tests that prove it. A commitment is

- *kept* when the tests prove the whole sentence,
- *partly* kept when something of it is missing, which is said,
- *open* when it is still to be done,
- kept *by people* when there is nothing to prove in code.

`make promises` writes this page, and tells what each test came to when it was last run.
"""


def page(commitments: Sequence[Commitment], proofs: Sequence[Proof]) -> str:
    """Return the page; it is the same whenever it is written from the same sources."""
    parts = [HEAD, _overview(commitments)]
    parts += [
        "\n".join(_commitment(each, [proof for proof in proofs if proof.commitment == each.id])) for each in commitments
    ]
    return "\n".join(parts)


def _overview(commitments: Sequence[Commitment]) -> str:
    lines = ["| state | commitments | which |", "| --- | --- | --- |"]
    for state in State:
        links = [f"[{each.id}](#{_anchor(each)})" for each in commitments if each.state is state]
        lines.append(f"| {state} | {len(links)} | {', '.join(links)} |")
    return "\n".join(lines) + "\n"


def _commitment(each: Commitment, proofs: Sequence[Proof]) -> Iterator[str]:
    yield f"## {each.id}\n"
    yield f"> {each.says}\n"
    yield f"**{each.state.capitalize()}**{f': {each.people}' if each.people else ''}\n"
    if each.missing:
        yield f"Missing: {each.missing}\n"
    if each.kept_by:
        yield "Kept by\n"
        yield from (f"- [{path}](../{path}): {what}" for path, what in each.kept_by.items())
        yield ""
    if proofs:
        yield "Proved by\n"
        for path, tests in groupby(proofs, key=lambda proof: proof.path):
            yield f"- [{path}](../{path})"
            yield from (f"  - {test.sentence}" for test in tests)
        yield ""


def _anchor(each: Commitment) -> str:
    """Return the name that a heading goes by in links: without full stops."""
    return each.id.replace(".", "")
