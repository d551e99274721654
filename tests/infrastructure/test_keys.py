"""Who may use which key: administrators none of them, functions each for one thing."""

import json
from typing import Any

import pytest

from tests.infrastructure.shape import Statement, of_type, policy_statements

KEYS = of_type("AWS::KMS::Key", "Keys")
CRYPTOGRAPHIC = (
    "Encrypt",
    "Decrypt",
    "ReEncrypt",
    "GenerateDataKey",
    "GenerateMac",
    "VerifyMac",
    "Sign",
    "CreateGrant",
)
OUR_ROLES = {"aws:PrincipalArn": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/jobipro/${Stage}/*"}}


def policy(name: str) -> tuple[Statement, list[Statement]]:
    """Return the administrators' statement of a key's policy, and the others."""
    administer, *use = policy_statements(name, KEYS[name]["Properties"]["KeyPolicy"])
    return administer, use


@pytest.mark.commitment("security.least-access")
@pytest.mark.parametrize("name", sorted(KEYS))
def test_who_administers_a_key_cannot_use_it(name: str) -> None:
    administer, _ = policy(name)

    assert not [action for action in administer.actions if any(word in action for word in CRYPTOGRAPHIC)]
    assert "kms:PutKeyPolicy" in administer.actions  # or nobody could ever mend the policy


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_key_is_used_under_a_condition_and_never_by_wildcard(name: str) -> None:
    administer, use = policy(name)

    assert use
    for each in use:
        assert each.condition
    assert not [action for each in (administer, *use) for action in each.actions if "*" in action]


@pytest.mark.commitment("security.least-access")
def test_the_subjects_key_only_wraps_and_opens_data_keys_of_this_stage_for_our_roles() -> None:
    _, [use] = policy("SubjectsKey")

    assert set(use.actions) == {"kms:GenerateDataKey", "kms:Decrypt"}
    assert use.condition == {
        "StringEquals": {"kms:EncryptionContext:app": "jobipro", "kms:EncryptionContext:stage": {"Ref": "Stage"}},
        "ArnLike": OUR_ROLES,
    }


@pytest.mark.parametrize("name", ["AddressIndexKey", "SuppressionKey"])
def test_addresses_are_digested_by_keys_that_can_do_nothing_else(name: str) -> None:
    _, [use] = policy(name)

    assert (KEYS[name]["Properties"]["KeySpec"], KEYS[name]["Properties"]["KeyUsage"]) == (
        "HMAC_256",
        "GENERATE_VERIFY_MAC",
    )
    assert use.actions == ("kms:GenerateMac",)
    assert use.condition == {"ArnLike": OUR_ROLES}


@pytest.mark.commitment("security.least-access")
def test_what_is_at_rest_opens_only_through_the_services_that_store_it() -> None:
    _, [through, storage, logs] = policy("AtRestKey")
    services: list[Any] = through.condition["StringEquals"]["kms:ViaService"]

    assert through.condition["StringEquals"]["kms:CallerAccount"] == {"Ref": "AWS::AccountId"}
    assert [service["Fn::Sub"].partition(".")[0] for service in services] == ["dynamodb", "sqs", "s3", "secretsmanager"]
    assert storage.principal == {"Service": "s3.amazonaws.com"}
    assert storage.condition == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
        "ArnEquals": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:s3:::${MediaBucketName}"}},
    }
    assert logs.principal == {"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}}
    assert "log-group:/jobipro/${Stage}/*" in json.dumps(logs.condition)


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_key_outlives_its_stack_and_has_a_name(name: str) -> None:
    aliases = {
        alias["Properties"]["TargetKeyId"]["Ref"]: alias["Properties"]["AliasName"]["Fn::Sub"]
        for alias in of_type("AWS::KMS::Alias", "Keys").values()
    }

    assert KEYS[name]["DeletionPolicy"] == KEYS[name]["UpdateReplacePolicy"] == "Retain"
    assert aliases[name].startswith("alias/jobipro/${Stage}/")


@pytest.mark.parametrize("name", ["AtRestKey", "SubjectsKey"])
def test_keys_that_can_rotate_do(name: str) -> None:
    assert KEYS[name]["Properties"]["EnableKeyRotation"] is True


SECRETS = of_type("AWS::SecretsManager::Secret", "Keys")


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_is_encrypted_with_our_key_and_outlives_its_stack(name: str) -> None:
    secret = SECRETS[name]

    assert secret["Properties"]["KmsKeyId"] == {"Fn::GetAtt": ["AtRestKey", "Arn"]}
    assert secret["DeletionPolicy"] == secret["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("name", sorted(SECRETS.keys() - {"StripeSecret"}))
def test_a_secret_of_our_own_is_a_ring_of_keys_drawn_by_aws(name: str) -> None:
    drawn = SECRETS[name]["Properties"]["GenerateSecretString"]

    assert json.loads(drawn["SecretStringTemplate"]) == {"current": 1}
    assert (drawn["GenerateStringKey"], drawn["PasswordLength"]) == ("1", 64)


def test_what_stripe_gave_us_is_filled_in_by_hand_and_never_in_a_template() -> None:
    assert not SECRETS["StripeSecret"]["Properties"].keys() & {"SecretString", "GenerateSecretString"}
