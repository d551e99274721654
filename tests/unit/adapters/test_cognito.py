"""What Cognito refuses and the embedded cloud lets through."""

import boto3
import pytest
from botocore.stub import Stubber

from jobipro.adapters.cognito import CognitoCredentials
from jobipro.domain.errors import Invalid, WrongCredentials
from jobipro.domain.ids import SubjectId

SUBJECT = SubjectId("sub_aaaaaaaaaaaaaaaaaaaaaaaaaa")


@pytest.fixture
def cognito() -> Stubber:
    stub = Stubber(boto3.client("cognito-idp", "ca-central-1", aws_access_key_id="a", aws_secret_access_key="b"))
    stub.activate()
    return stub


def test_a_password_with_a_blank_at_its_end_is_told_to_be_unfit(cognito: Stubber) -> None:
    cognito.add_client_error("admin_set_user_password", "InvalidParameterException")

    with pytest.raises(Invalid) as refused:
        CognitoCredentials(cognito.client, "pool", "client").set_password(SUBJECT, "four quiet maple canoes ")
    assert [wrong.field for wrong in refused.value.fields] == ["password"]


@pytest.mark.parametrize(
    "code", ["UnauthorizedException", "UnsupportedTokenTypeException", "InvalidParameterException"]
)
def test_what_is_no_refresh_token_of_ours_ends_no_log_in(cognito: Stubber, code: str) -> None:
    cognito.add_client_error("revoke_token", code)

    with pytest.raises(WrongCredentials):
        CognitoCredentials(cognito.client, "pool", "client").end("not one of ours")
