"""Open cases are listed by the day they are due, with ids, amounts and Stripe's words only."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from infra.operations.__main__ import main
from infra.operations.cases import lines
from jobipro.domain import cases
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.payments import folded, opened
from jobipro.domain.stripe_events import told
from tests.fakes.stripe_lives import BEGINNING, Life


def found() -> list[cases.Case]:
    payment = opened(RequestId("req_a"), SubjectId("sub_c"), SubjectId("sub_p"), 12_500, BEGINNING)
    after = payment
    for event in Life(payment.id).dispute("created", "needs_response").warned().events:
        fact = told(event)
        assert fact is not None
        after = folded(after, fact)
    return sorted(cases.opened(payment, after, BEGINNING), key=lambda case: case.due_by)


def test_a_line_says_when_a_case_is_due_what_it_is_about_and_how_it_is_called() -> None:
    warning, dispute, count = lines(found(), BEGINNING + timedelta(days=5))

    assert warning.startswith("OVERDUE since 2026-11-25T15:01:00.000Z  warning issfr_1  open  made_with_stolen_card")
    assert dispute == ("due by 2026-12-01T15:00:00.000Z  dispute du_1  open  fraudulent  125.00 CAD  pay_a  req_a")
    assert count == "2 open."


def test_without_cases_one_line_says_so() -> None:
    assert list(lines([], BEGINNING)) == ["0 open."]


def test_without_a_running_stack_the_command_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cases", "--stack", str(tmp_path / "stack.json")]) == 1
    assert capsys.readouterr().err.startswith("No stack is running here")


def test_a_stack_that_does_not_answer_is_one_plain_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack = tmp_path / "stack.json"
    stack.write_text(json.dumps({"aws": "http://127.0.0.1:1", "tables": {"payments": "t"}}))

    assert main(["cases", "--stack", str(stack)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
