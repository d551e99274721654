"""`make promises`: what it makes of the list, the marks and the results, and when it fails."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.promises.__main__ import main
from infra.promises.commitments import LISTED, Commitment, State, Unclear, read
from infra.promises.page import PAGE
from infra.promises.proofs import proofs, strays
from infra.promises.results import RESULTS, Outcome, Recorder, results

pytest_plugins = ["pytester"]

LIST = """
commitments:
  - id: a.kept
    kind: software
    says: This is kept.
    kept_by:
      - code.py: does it
  - id: a.partly
    kind: record
    says: This is begun.
    kept_by:
      - code.py: does half of it
    missing: The other half.
  - id: a.open
    kind: software
    says: This is to come.
    missing: All of it.
  - id: a.people
    kind: operations
    says: This is done by hand.
    people: the officer.
"""

TESTS = """
import pytest

@pytest.mark.commitment("a.kept")
def test_it_does_it():
    assert True

@pytest.mark.commitment("a.partly", "a.kept")
@pytest.mark.parametrize("number", [1, 2])
def test_it_does_half_of_it(number):
    assert number

def test_of_something_else():
    assert True
"""

IT_DOES = "tests/test_it.py::test_it_does_it"
HALF = "tests/test_it.py::test_it_does_half_of_it"


@pytest.fixture
def checkout(pytester: pytest.Pytester) -> Path:
    """A repository of one file of code and one of tests."""
    root = pytester.path
    for path, text in {
        LISTED: LIST,
        "code.py": "",
        "tests/conftest.py": "",
        "tests/test_it.py": TESTS,
        PAGE: "",
    }.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    pytester.makeini("[pytest]\nmarkers =\n    commitment\naddopts = -p no:cacheprovider -p no:hypothesispytest")
    return root


type Run = Callable[..., None]


@pytest.fixture
def run(pytester: pytest.Pytester, checkout: Path) -> Run:
    """Run some of the tests, with what they come to recorded."""

    def running(*arguments: str) -> None:
        pytester.inline_run(*arguments or ("tests",), plugins=[Recorder(checkout / "results.json")])

    return running


@pytest.fixture
def promises(checkout: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[int, str, str]]:
    """Run the command; how it ended, what it printed, and what it found wrong."""

    def promising() -> tuple[int, str, str]:
        capsys.readouterr()
        return main(checkout, checkout / "results.json"), *capsys.readouterr()

    return promising


def told(path: Path) -> dict[str, str]:
    return {test: result.outcome for test, result in results(path).items()}


def change(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


# The command.


def test_what_is_claimed_and_was_shown_is_printed_and_fails_nothing(checkout, run, promises) -> None:
    run()

    status, printed, wrong = promises()

    assert (status, wrong) == (0, "")
    kept, partly, open_, people, _, footer = (" ".join(line.split()) for line in printed.splitlines())
    assert kept == "kept a.kept 2 tests passed code.py"
    assert partly == "partly a.partly 1 test passed code.py; missing: The other half."
    assert open_ == "open a.open All of it."
    assert people == "by people a.people the officer."
    assert footer.startswith("4 commitments: 1 kept, 1 partly, 1 open, 1 by people. Results are of ")


def test_a_proof_that_was_never_run_fails_and_is_named(run, promises) -> None:
    run(IT_DOES)

    status, printed, wrong = promises()

    assert status == 1
    assert "unproved   a.kept                         1 test never run, 1 test passed" in printed
    assert "4 commitments: 1 open, 1 by people, 2 unproved." in printed
    assert wrong == f"never run: {HALF} (a.partly, a.kept)\n"


def test_where_nothing_was_run_it_says_how(promises) -> None:
    status, printed, wrong = promises()

    assert (status, wrong) == (1, "nothing was run yet\n")
    assert "Nothing was run yet: 'make test'." in printed


@pytest.mark.parametrize(
    ("old", "new", "came_to"),
    [
        ("assert number", "assert number == 1", "failed"),
        ("assert number", "pytest.skip('not here')", "skipped"),
        ("(number):\n", "(number, nothing_of_the_kind):\n", "failed"),
    ],
)
def test_a_proof_that_did_not_pass_fails_and_is_named(checkout, run, promises, old, new, came_to) -> None:
    change(checkout / "tests/test_it.py", old, new)
    run()

    status, printed, wrong = promises()

    assert status == 1
    assert printed.startswith("failing  " if came_to == "failed" else "unproved ")
    assert wrong == f"{came_to}: {HALF} (a.partly, a.kept)\n"


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("tests/test_it.py", '"a.partly", ', '"a.typo", ', f"{HALF}: there is no commitment a.typo."),
        (
            "tests/test_it.py",
            '"a.partly", ',
            '"a.open", ',
            f"{HALF}: proves a.open, which names no code that keeps it.",
        ),
        ("tests/test_it.py", '"a.partly", ', "", "a.partly: no test proves it."),
        (
            "tests/test_it.py",
            "def test_it_does_it",
            "def it_does_it",
            "tests/test_it.py:4: a mark that no test carries.",
        ),
        (LISTED, "code.py: does it", "lost.py: does it", "a.kept: there is no lost.py."),
    ],
)
def test_what_does_not_fit_together_fails_and_is_named(checkout, run, promises, path, old, new, said) -> None:
    change(checkout / path, old, new)
    run()

    status, _, wrong = promises()

    assert status == 1
    assert said in wrong.splitlines()


def test_a_list_that_is_not_clear_fails_with_a_sentence(checkout, promises) -> None:
    change(checkout / LISTED, "    missing: All of it.\n", "")

    assert promises() == (1, "", "a.open: neither says what keeps it nor what is missing\n")


def test_the_page_is_written_and_does_not_depend_on_results(checkout, run, promises) -> None:
    promises()
    before = (checkout / PAGE).read_text()
    run()
    promises()

    assert (checkout / PAGE).read_text() == before
    assert "**Partly**\n\nMissing: The other half.\n" in before
    assert "- [code.py](../code.py): does half of it" in before
    assert "- [tests/test_it.py](../tests/test_it.py)\n  - it does half of it\n" in before


# The list.


@pytest.mark.parametrize(
    "fields",
    [
        "{id: a, kind: software, says: Words.}",
        "{id: a, kind: hope, says: Words., missing: All.}",
        "{id: a, kind: software, says: '', missing: All.}",
        "{id: a, kind: software, missing: All.}",
        "{kind: software, says: Words., missing: All.}",
        "{id: a, kind: software, says: Words., missing: All., kept_bye: []}",
        "{id: a, kind: software, says: Words., kept_by: [code.py: '']}",
        "{id: a, kind: software, says: Words., missing: All., people: the officer.}",
        "{id: a, kind: operations, says: Words.}",
        "{id: a, kind: operations, says: Words., people: the officer., missing: All.}",
        "{id: a, kind: operations, says: Words., people: the officer., kept_by: [code.py: does it]}",
        "{id: a, kind: software, says: Words., missing: All.}\n- {id: a, kind: software, says: Words., missing: All.}",
    ],
)
def test_a_commitment_says_all_that_it_has_to_and_nothing_else(fields: str) -> None:
    with pytest.raises(Unclear):
        read(f"commitments:\n- {fields}")


def test_how_far_a_commitment_is_kept_follows_from_what_is_said_of_it() -> None:
    states = {each.id: each.state for each in read(LIST)}

    assert states == {
        "a.kept": State.KEPT,
        "a.partly": State.PARTLY,
        "a.open": State.OPEN,
        "a.people": State.PEOPLE,
    }
    assert [each.id for each in read(LIST) if each.claimed] == ["a.kept", "a.partly"]


def test_a_commitment_is_a_value() -> None:
    kept = read(LIST)[0]

    assert isinstance(kept, Commitment)
    assert kept == read(LIST)[0]


# The marks.


def test_marks_of_files_and_classes_are_those_of_the_tests_in_them(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_marks.py").write_text(
        """
pytestmark = pytest.mark.commitment("file")

@pytest.mark.commitment("class")
class TestAll:
    pytestmark = [pytest.mark.slow, pytest.mark.commitment("inside", "file")]

    @pytest.mark.commitment("own")
    async def test_later(self): ...

    @pytest.mark.commitment("own")
    def test_all(self): ...

def test_outside(): ...
"""
    )

    found = [(proof.test.partition("::")[2], proof.commitment) for proof in proofs(tmp_path)]

    assert found == [
        *[("TestAll::test_later", name) for name in ("file", "class", "inside", "own")],
        *[("TestAll::test_all", name) for name in ("file", "class", "inside", "own")],
        ("test_outside", "file"),
    ]
    assert strays(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tests/shared.py", '@pytest.mark.commitment("a")\ndef test_all(): ...'),
        ("tests/test_a.py", '@pytest.mark.commitment("a")\ndef fixture(): ...'),
        ("tests/test_a.py", 'def test_all(case=pytest.param(1, marks=pytest.mark.commitment("a"))): ...'),
        ("tests/test_a.py", 'pytestmark = pytest.mark.commitment("a")'),
    ],
)
def test_a_mark_that_no_test_carries_is_found(tmp_path: Path, path: str, text: str) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / path).write_text(text)

    assert [stray.partition(":")[0] for stray in strays(tmp_path)] == [path]
    assert proofs(tmp_path) == []


# The results.


def test_every_run_is_recorded(request: pytest.FixtureRequest) -> None:
    [recorder] = [plugin for plugin in request.config.pluginmanager.get_plugins() if isinstance(plugin, Recorder)]

    assert recorder.path == RESULTS


def test_only_tests_that_prove_something_are_recorded_case_by_case(checkout, run) -> None:
    run()

    assert set(json.loads((checkout / "results.json").read_text())) == {IT_DOES, f"{HALF}[1]", f"{HALF}[2]"}
    assert told(checkout / "results.json") == {IT_DOES: Outcome.PASSED, HALF: Outcome.PASSED}


def test_a_part_of_the_tests_changes_the_results_of_that_part_alone(checkout, run) -> None:
    run()
    change(checkout / "tests/test_it.py", "assert True", "assert False")
    change(checkout / "tests/test_it.py", "assert number", "assert number == 1")

    run(f"{HALF}[2]")

    assert told(checkout / "results.json") == {IT_DOES: Outcome.PASSED, HALF: Outcome.FAILED}


def test_the_worst_case_speaks_for_a_test(checkout, run) -> None:
    change(checkout / "tests/test_it.py", "assert number", "assert number == 2")
    run()
    assert told(checkout / "results.json")[HALF] is Outcome.FAILED


def test_a_case_that_failed_and_is_no_more_is_forgotten_once_its_test_is_run(checkout, run) -> None:
    change(checkout / "tests/test_it.py", "assert number", "assert number == 1")
    run()
    change(checkout / "tests/test_it.py", "[1, 2]", "[1]")

    run(IT_DOES)
    assert told(checkout / "results.json")[HALF] is Outcome.FAILED
    run(HALF)
    assert told(checkout / "results.json")[HALF] is Outcome.PASSED


def test_collecting_records_nothing(checkout, run) -> None:
    run("--collect-only", "-q")

    assert not (checkout / "results.json").exists()
    assert results(checkout / "results.json") == {}
