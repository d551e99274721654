"""The whole API under schemathesis: whatever is sent, the answer is one that the description has, and tells no more."""

import pytest

from tests.description import operations
from tests.fuzz.aftermath import Before
from tests.fuzz.run import Answers, Outcome, fuzz
from tests.integration.stack import Stack

SEED = "20261122"

# Every bound of every field is tried around once, by the role that gets furthest: to nobody, what is guarded answers
# alike whatever comes with it, and what a provider may call, a customer may.
OPTIONS = {
    "customer": ["--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "3"],
    "provider": ["--phases", "examples,fuzzing", "--max-examples", "3"],
    "nobody": ["--phases", "examples,fuzzing", "--max-examples", "3"],
}
EVERYTHING = [str(operation) for operation in operations()]
GUARDED = [str(operation) for operation in operations() if operation.guarded]
OPEN = [operation for operation in EVERYTHING if operation not in GUARDED]

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def before(stack: Stack) -> Before:
    """How the stack stood before anything was sent."""
    return Before.of(stack)


@pytest.fixture(scope="module", params=OPTIONS)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def outcome(stack: Stack, before: Before, role: str) -> Outcome:
    """What came of calling as a role."""
    return fuzz(stack, role, ["--seed", SEED, "--no-color", *OPTIONS[role]])


@pytest.mark.commitment("security.least-access")
def test_every_answer_is_as_described_and_tells_no_more(outcome: Outcome) -> None:
    assert outcome.passed, outcome.printed


def test_every_operation_was_called_and_did_what_the_role_may(outcome: Outcome, role: str) -> None:
    may = OPEN if role == "nobody" else EVERYTHING

    assert [name for name in EVERYTHING if name not in outcome.answers] == []
    assert [name for name in may if not _good(outcome.answers, name)] == []
    if role == "nobody":
        assert {status for name in GUARDED for status in outcome.answers[name]} == {401}


def test_what_was_taken_in_was_worked_on_without_a_failure(outcome: Outcome, before: Before) -> None:
    assert before.wrong_since() == []


def _good(answers: Answers, operation: str) -> int:
    return sum(count for status, count in answers[operation].items() if status < 300)
