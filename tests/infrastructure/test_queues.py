"""Every queue is encrypted, takes TLS only, waits long enough for its consumer, and loses nothing."""

from typing import Any

import pytest

from tests.infrastructure.shape import Place, events, functions, of_type, policy_statements, properties, target

QUEUES = of_type("AWS::SQS::Queue", "Messaging")
DEAD_LETTERS = sorted(name for name in QUEUES if name.endswith("Dlq"))
WORKING = sorted(set(QUEUES) - set(DEAD_LETTERS))
FOURTEEN_DAYS = 14 * 24 * 60 * 60

BATCHES = {"Matching": 1, "Deliveries": 10, "Payments": 5, "Media": 1}
"""A wave over a whole neighbourhood is one message's work; mails go ten at a time; events of payments wait for
Stripe."""


def consumers(queue: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the functions that a queue wakes, each with the event that says so."""
    return [
        (folder, event)
        for folder in functions()
        for event in events(folder, "SQS")
        if target(event["Queue"]) == Place("Messaging", queue)
    ]


@pytest.mark.commitment("security.encrypted-at-rest")
@pytest.mark.parametrize("name", sorted(QUEUES))
def test_a_queue_is_encrypted_with_our_key(name: str) -> None:
    assert QUEUES[name]["Properties"]["KmsMasterKeyId"] == {"Ref": "AtRestKeyArn"}


@pytest.mark.commitment("security.encrypted-in-transit")
@pytest.mark.parametrize("name", sorted(QUEUES))
def test_a_queue_refuses_what_does_not_come_over_tls(name: str) -> None:
    [policy] = [
        each["Properties"]
        for each in of_type("AWS::SQS::QueuePolicy", "Messaging").values()
        if each["Properties"]["Queues"] == [{"Ref": name}]
    ]
    refusal, *_ = policy_statements(name, policy["PolicyDocument"])

    assert (refusal.effect, refusal.principal, refusal.actions) == ("Deny", "*", ("sqs:*",))
    assert refusal.resources == ({"Fn::GetAtt": [name, "Arn"]},)
    assert refusal.condition == {"Bool": {"aws:SecureTransport": "false"}}


def test_nobody_but_storage_of_this_stage_is_let_into_a_queue_by_its_policy() -> None:
    let_in = [
        each
        for name, policy in of_type("AWS::SQS::QueuePolicy", "Messaging").items()
        for each in policy_statements(name, policy["Properties"]["PolicyDocument"])
        if each.effect == "Allow"
    ]

    [storage] = let_in
    assert storage.principal == {"Service": "s3.amazonaws.com"}
    assert (storage.actions, storage.resources) == (("sqs:SendMessage",), ({"Fn::GetAtt": ["Media", "Arn"]},))
    assert storage.condition == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnEquals": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${MediaBucketName}"}},
    }


@pytest.mark.parametrize("name", WORKING)
def test_what_fails_five_times_is_kept_among_the_dead_letters_of_its_queue(name: str) -> None:
    assert QUEUES[name]["Properties"]["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": [f"{name}Dlq", "Arn"]},
        "maxReceiveCount": 5,
    }


@pytest.mark.parametrize("name", DEAD_LETTERS)
def test_dead_letters_wait_two_weeks(name: str) -> None:
    assert properties(Place("Messaging", name))["MessageRetentionPeriod"] == FOURTEEN_DAYS


@pytest.mark.parametrize("name", WORKING)
def test_a_message_stays_hidden_for_six_timeouts_of_its_one_consumer(name: str) -> None:
    [(folder, _)] = consumers(name)

    assert QUEUES[name]["Properties"]["VisibilityTimeout"] >= 6 * functions()[folder]["Timeout"]


@pytest.mark.parametrize("name", WORKING)
def test_one_bad_message_of_a_batch_does_not_bring_back_the_others(name: str) -> None:
    [(_, event)] = consumers(name)

    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert event["BatchSize"] == BATCHES[name]
    assert event["ScalingConfig"]["MaximumConcurrency"] >= 2
