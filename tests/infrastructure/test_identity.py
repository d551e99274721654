"""The user pool holds passwords of opaque names, made by us alone, and never writes to anybody."""

import pytest

from tests.infrastructure.shape import of_type

[POOL] = of_type("AWS::Cognito::UserPool", "Identity").values()
[CLIENT] = of_type("AWS::Cognito::UserPoolClient", "Identity").values()


def test_nobody_makes_a_user_but_our_own_functions() -> None:
    assert POOL["Properties"]["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}


@pytest.mark.commitment("data.identifiers")
def test_nothing_but_the_name_is_kept_and_cognito_has_no_reason_to_write_to_anybody() -> None:
    own = POOL["Properties"]

    assert not own.keys() & {"Schema", "UsernameAttributes", "AliasAttributes", "EmailConfiguration", "LambdaConfig"}
    assert own["AutoVerifiedAttributes"] == []
    assert own["AccountRecoverySetting"] == {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}


def test_passwords_are_long_rather_than_complicated() -> None:
    policy = POOL["Properties"]["Policies"]["PasswordPolicy"]

    assert policy["MinimumLength"] >= 10
    assert not any(value for rule, value in policy.items() if rule.startswith("Require"))


def test_the_pool_cannot_be_deleted_by_mistake() -> None:
    assert POOL["Properties"]["DeletionProtection"] == "ACTIVE"
    assert POOL["DeletionPolicy"] == POOL["UpdateReplacePolicy"] == "Retain"


def test_a_log_in_starts_at_our_functions_only_and_tells_nothing_about_who_exists() -> None:
    own = CLIENT["Properties"]

    assert sorted(own["ExplicitAuthFlows"]) == ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    assert own["PreventUserExistenceErrors"] == "ENABLED"
    assert not own.keys() & {"AllowedOAuthFlows", "CallbackURLs", "SupportedIdentityProviders"}


@pytest.mark.commitment("data.identifiers")
def test_whoever_is_logged_in_can_put_nothing_personal_into_the_pool() -> None:
    own = CLIENT["Properties"]

    assert own["ReadAttributes"] == own["WriteAttributes"] == ["updated_at"]


def test_tokens_last_a_quarter_of_an_hour_can_be_renewed_for_a_month_and_can_be_revoked() -> None:
    own = CLIENT["Properties"]

    assert (own["AccessTokenValidity"], own["IdTokenValidity"], own["RefreshTokenValidity"]) == (15, 15, 30)
    assert own["TokenValidityUnits"] == {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"}
    assert own["EnableTokenRevocation"] is True
