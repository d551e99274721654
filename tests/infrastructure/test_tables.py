"""Every table is encrypted with our key, recoverable, and hard to delete."""

import pytest

from tests.infrastructure.shape import of_type, template

TABLES = of_type("AWS::DynamoDB::Table", "Data")

EXPIRING = {"Accounts", "Limits", "Payments"}
"""Where rows end by themselves: link tokens, counters, what Stripe told. No outbox row does before it was sent."""

INDEXES = {
    "Accounts": {"due"},
    "Requests": {"due", "by-customer", "by-provider"},
    "Messages": {"due"},
    "Payments": {"due"},
}


@pytest.mark.commitment("security.encrypted-at-rest")
@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_is_encrypted_with_our_key_paid_by_use_and_protected(name: str) -> None:
    table = TABLES[name]

    assert table["Properties"]["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": {"Ref": "AtRestKeyArn"},
    }
    assert table["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_can_be_brought_back_for_five_weeks_and_destroyed_keys_for_one(name: str) -> None:
    recovery = TABLES[name]["Properties"]["PointInTimeRecoverySpecification"]

    assert recovery == {
        "PointInTimeRecoveryEnabled": True,
        "RecoveryPeriodInDays": 7 if name == "SubjectKeys" else 35,
    }


@pytest.mark.parametrize("name", sorted(TABLES))
def test_rows_have_two_keys_and_the_indexes_that_are_asked_for(name: str) -> None:
    own = TABLES[name]["Properties"]

    assert own["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ]
    assert {index["IndexName"] for index in own.get("GlobalSecondaryIndexes", [])} == INDEXES.get(name, set())


@pytest.mark.parametrize("name", sorted(TABLES))
def test_rows_end_by_themselves_only_where_nothing_is_lost(name: str) -> None:
    ends = TABLES[name]["Properties"].get("TimeToLiveSpecification")

    assert ends == ({"AttributeName": "expires_at", "Enabled": True} if name in EXPIRING else None)


def test_the_outbox_alone_is_streamed() -> None:
    streamed = {name: table["Properties"].get("StreamSpecification") for name, table in TABLES.items()}

    assert {name for name, stream in streamed.items() if stream} == {"Outbox"}
    assert streamed["Outbox"] == {"StreamViewType": "NEW_IMAGE"}


def test_tables_are_encrypted_with_the_key_for_what_is_at_rest() -> None:
    given = template()["Resources"]["Data"]["Properties"]["Parameters"]

    assert given == {"AtRestKeyArn": {"Fn::GetAtt": ["Keys", "Outputs.AtRestKeyArn"]}}
