"""Cognito behind `Credentials`: it holds passwords under opaque names, and nothing else about anybody."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from jobipro.adapters.aws import translated
from jobipro.application.ports.credentials import Tokens
from jobipro.domain.errors import FieldError, Invalid, NotFound, ServiceError, WrongCredentials
from jobipro.domain.ids import SubjectId


def _unfit() -> Invalid:
    return Invalid(FieldError("password", "A password of 10 to 128 characters that is hard to guess."))


type Errors = Mapping[str, Callable[[], ServiceError]]

PASSWORD_ERRORS: Errors = {
    "InvalidPasswordException": _unfit,
    "InvalidParameterException": _unfit,
    "UserNotFoundException": NotFound,
}
"""A password with a blank at either end is an invalid parameter to Cognito, not an invalid password."""
LOG_IN_ERRORS: Errors = {
    "NotAuthorizedException": WrongCredentials,
    "UserNotFoundException": WrongCredentials,
    "UserNotConfirmedException": WrongCredentials,
    "PasswordResetRequiredException": WrongCredentials,
    "InvalidParameterException": WrongCredentials,
}
LOG_OUT_ERRORS: Errors = {
    **LOG_IN_ERRORS,
    "UnauthorizedException": WrongCredentials,
    "UnsupportedTokenTypeException": WrongCredentials,
}


class CognitoCredentials:
    """Passwords and tokens of one user pool."""

    def __init__(self, client: Any, pool: str, app_client: str) -> None:
        self._client = client
        self._pool = pool
        self._app_client = app_client

    def create(self, subject: SubjectId, password: str) -> None:
        """Make a log-in; one that is there already gets the password (two calls)."""
        with translated(PASSWORD_ERRORS), suppress(self._client.exceptions.UsernameExistsException):
            self._client.admin_create_user(UserPoolId=self._pool, Username=subject, MessageAction="SUPPRESS")
        self.set_password(subject, password)

    def set_password(self, subject: SubjectId, password: str) -> None:
        """Replace a password."""
        with translated(PASSWORD_ERRORS):
            self._client.admin_set_user_password(
                UserPoolId=self._pool, Username=subject, Password=password, Permanent=True
            )

    def log_in(self, subject: SubjectId, password: str) -> Tokens:
        """Return tokens; `WrongCredentials` alike for a wrong password and for nobody."""
        return self._initiate("ADMIN_USER_PASSWORD_AUTH", USERNAME=subject, PASSWORD=password)

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens of a log-in that has not ended."""
        return self._initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=refresh_token)

    def end(self, refresh_token: str) -> None:
        """End the log-in that a refresh token belongs to; one that is no token of ours changes nothing."""
        with translated(LOG_OUT_ERRORS):
            self._client.revoke_token(Token=refresh_token, ClientId=self._app_client)

    def end_all(self, subject: SubjectId) -> None:
        """End every log-in of a person."""
        with translated({"UserNotFoundException": NotFound}):
            self._client.admin_user_global_sign_out(UserPoolId=self._pool, Username=subject)

    def delete(self, subject: SubjectId) -> None:
        """Remove a log-in; one that is not there is fine."""
        with translated({}), suppress(self._client.exceptions.UserNotFoundException):
            self._client.admin_delete_user(UserPoolId=self._pool, Username=subject)

    def _initiate(self, flow: str, **parameters: str) -> Tokens:
        with translated(LOG_IN_ERRORS):
            answer = self._client.admin_initiate_auth(
                UserPoolId=self._pool, ClientId=self._app_client, AuthFlow=flow, AuthParameters=parameters
            )
        result = answer.get("AuthenticationResult")
        if result is None:
            raise WrongCredentials
        return Tokens(
            access_token=result["AccessToken"],
            id_token=result["IdToken"],
            refresh_token=result.get("RefreshToken") or parameters.get("REFRESH_TOKEN", ""),
            expires_in=result["ExpiresIn"],
        )
