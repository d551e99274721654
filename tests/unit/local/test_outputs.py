"""Outputs of a stack by the names that the code uses."""

from infra.outputs import named, outputs_of


def test_outputs_of_one_kind_have_logical_names():
    stack = {
        "Outputs": [
            {"OutputKey": "TableAccounts", "OutputValue": "a"},
            {"OutputKey": "TableSubjectKeys", "OutputValue": "s"},
            {"OutputKey": "QueueMatchingDlq", "OutputValue": "q"},
        ]
    }

    assert named("Table", outputs_of(stack)) == {"accounts": "a", "subject-keys": "s"}
    assert named("Queue", outputs_of(stack)) == {"matching-dlq": "q"}


def test_a_stack_may_have_nothing_to_tell():
    assert outputs_of({"StackName": "x"}) == {}
