"""What each role may do: what its function does, named action by action and resource by resource."""

import json
import re
from typing import Any

import pytest

from jobipro.domain.subject_keys import KeyClass
from tests.infrastructure.shape import (
    Place,
    Statement,
    functions,
    grants,
    of_type,
    properties,
    refusals,
    statements,
    target,
)

FOLDERS = sorted(functions())

WILDCARDS = {
    "TracingPolicy": "X-Ray knows no resources.",
    "ApiLoggingRole": "API Gateway refuses a role for access logs that may not do this on every log group.",
}
"""Who may name no resource, and why."""

IMAGES = ("${Media.Outputs.MediaArn}/raw/*", "${Media.Outputs.MediaArn}/shown/*")
"""Objects are named when they are made: what was sent, and what was made anew from it."""

CONSUMING = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
STREAMING = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}


def named(resource: Any) -> str:
    """Return what a Resource entry names, as text in which a wildcard would show."""
    if isinstance(resource, dict) and "Fn::Sub" in resource:
        return "" if resource["Fn::Sub"] in IMAGES else str(resource["Fn::Sub"])
    return resource if isinstance(resource, str) else ""


def allowed(folder: str, service: str) -> set[tuple[str, str]]:
    """Return (action, logical id of the resource) of a function's grants on one service."""
    return {
        (action, target(resource).name)
        for each in grants(folder)
        for action in each.actions
        for resource in each.resources
        if action.startswith(f"{service}:") and "Fn::Sub" not in resource
    }


def holders(action: str) -> set[str]:
    """Return the folders of the functions that may do something."""
    return {folder for folder in FOLDERS if any(action in each.actions for each in grants(folder))}


def on(folder: str, prefix: str) -> set[str]:
    """Return the logical ids that a function's environment names with a prefix."""
    given = functions()[folder]["Environment"]["Variables"]
    return {target(value).name for name, value in given.items() if name.startswith(prefix)}


@pytest.mark.parametrize("statement", statements(), ids=lambda each: each.holder)
def test_no_action_is_a_wildcard_and_no_resource_is_without_a_reason(statement: Statement) -> None:
    assert not [action for action in statement.actions if "*" in action]
    wild = [resource for resource in statement.resources if "*" in named(resource)]
    assert not wild or statement.holder in WILDCARDS


def test_every_reason_is_still_needed() -> None:
    wild = {each.holder for each in statements() if any("*" in named(resource) for resource in each.resources)}

    assert wild == WILDCARDS.keys()


@pytest.mark.parametrize("name", sorted(of_type("AWS::IAM::Role")))
def test_a_role_takes_no_policies_but_our_own_and_stands_under_the_path_that_keys_trust(name: str) -> None:
    own = of_type("AWS::IAM::Role")[name]["Properties"]

    assert all(policy == {"Ref": "TracingPolicy"} for policy in own.get("ManagedPolicyArns", []))
    assert own["Path"] == {"Fn::Sub": "/jobipro/${Stage}/"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_only_lambda_may_take_a_functions_role_and_the_function_makes_no_role_of_its_own(folder: str) -> None:
    name = target(functions()[folder]["Role"]).name
    trust = of_type("AWS::IAM::Role")[name]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert trust == [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    assert "Policies" not in functions()[folder]


@pytest.mark.commitment("security.least-access")
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_may_use_exactly_the_tables_it_is_told_of(folder: str) -> None:
    used = {table for action, table in allowed(folder, "dynamodb") if action not in STREAMING}

    assert used == on(folder, "TABLE_")


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_index_is_granted_by_its_name_for_queries_only_on_a_table_it_is_told_of(folder: str) -> None:
    for each in grants(folder):
        for table, index in re.findall(r"\$\{Data\.Outputs\.(\w+)Arn\}/index/([\w-]+)", json.dumps(each.resources)):
            names = {found["IndexName"] for found in properties(Place("Data", table))["GlobalSecondaryIndexes"]}
            assert each.actions == ("dynamodb:Query",)
            assert index in names
            assert table in on(folder, "TABLE_")


@pytest.mark.commitment("security.least-access")
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_may_use_exactly_the_keys_and_secrets_it_is_told_of(folder: str) -> None:
    assert {key for _, key in allowed(folder, "kms")} == on(folder, "KEY_")
    assert allowed(folder, "secretsmanager") == {
        ("secretsmanager:GetSecretValue", secret) for secret in on(folder, "SECRET_")
    }


def test_record_keys_are_opened_by_who_keeps_proof_of_consent_adds_to_a_ledger_or_names_a_card_alone() -> None:
    personal_alone = {"StringEquals": {"kms:EncryptionContext:class": KeyClass.PERSONAL.value}}
    opening = {folder: each.condition for folder in FOLDERS for each in grants(folder) if "kms:Decrypt" in each.actions}

    others = {folder: condition for folder, condition in opening.items() if condition != personal_alone}
    assert others.pop("payment_events") == {"StringEquals": {"kms:EncryptionContext:class": KeyClass.RECORD.value}}
    assert set(others) == {"signup", "profile", "request_posting", "payments", "message_delivery"}
    assert not any(others.values())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_may_send_to_the_queues_it_is_told_of_and_to_its_dead_letters(folder: str) -> None:
    sends = {queue for action, queue in allowed(folder, "sqs") if action not in CONSUMING}

    assert {queue for queue in sends if not queue.endswith("Dlq")} == on(folder, "QUEUE_")
    assert {queue for queue in sends if queue.endswith("Dlq")} == {
        "outbox_relay": {"OutboxRelayDlq"},
        "clocks": {"ClocksDlq"},
    }.get(folder, set())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_may_write_to_its_own_log_group_alone(folder: str) -> None:
    group = target(functions()[folder]["LoggingConfig"]["LogGroup"]).name

    assert allowed(folder, "logs") == {("logs:CreateLogStream", group), ("logs:PutLogEvents", group)}


@pytest.mark.commitment("security.least-access", "sharing.only-as-stated")
def test_one_function_alone_may_send_mail_and_only_from_our_address() -> None:
    [mail] = [each for each in statements() if any(action.startswith("ses:") for action in each.actions)]

    assert holders("ses:SendRawEmail") == {"message_delivery"}
    assert mail.actions == ("ses:SendRawEmail",)
    assert mail.condition == {"StringEquals": {"ses:FromAddress": {"Ref": "SenderAddress"}}}


@pytest.mark.commitment("security.least-access", "data.user-content")
def test_what_was_sent_is_read_by_one_function_alone_and_what_is_shown_by_whoever_signs_links_alone() -> None:
    found = {
        (folder, action, resource["Fn::Sub"].removeprefix("${Media.Outputs.MediaArn}/"))
        for folder in FOLDERS
        for each in grants(folder)
        for action in each.actions
        for resource in each.resources
        if action.startswith("s3:") and "Fn::Sub" in resource
    }

    assert found == {
        ("request_posting", "s3:PutObject", "raw/*"),
        ("request_posting", "s3:GetObject", "shown/*"),
        ("media", "s3:GetObject", "raw/*"),
        ("media", "s3:DeleteObject", "raw/*"),
        ("media", "s3:PutObject", "shown/*"),
        ("media", "s3:DeleteObject", "shown/*"),
    }
    assert {folder for folder in FOLDERS if on(folder, "BUCKET_")} == {"request_posting", "media"}


def test_a_whole_table_is_read_in_one_place_only() -> None:
    scans = {(folder, table) for folder in FOLDERS for action, table in allowed(folder, "dynamodb") if "Scan" in action}

    assert scans == {("clocks", "Outbox")}


def test_passwords_are_touched_only_where_people_log_in_or_change_them() -> None:
    assert holders("cognito-idp:AdminInitiateAuth") <= {"signup", "profile"}
    assert holders("cognito-idp:AdminCreateUser") == {"signup"}
    assert holders("cognito-idp:AdminDeleteUser") == {"clocks"}


@pytest.mark.parametrize("folder", ["profile", "provider_notification", "clocks"])
def test_whoever_writes_accounts_may_not_keep_a_link(folder: str) -> None:
    (refused,) = refusals(folder)

    assert set(refused.actions) == {"dynamodb:PutItem", "dynamodb:UpdateItem"}
    assert target(refused.resources[0]).name == "Accounts"
    assert refused.condition == {"ForAnyValue:StringLike": {"dynamodb:LeadingKeys": ["T#*"]}}


def test_who_may_keep_a_link_is_known() -> None:
    writers = {"dynamodb:PutItem", "dynamodb:UpdateItem"}
    keepers = {
        folder
        for folder in FOLDERS
        if not refusals(folder) and any((action, "Accounts") in allowed(folder, "dynamodb") for action in writers)
    }

    assert keepers == {"message_delivery", "signup"}
