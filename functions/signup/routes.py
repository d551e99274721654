"""Routes of sign-up, verification, log-in, passwords and addresses."""

from collections.abc import Callable, Mapping
from functools import cache

from chalice.app import Blueprint

from functions.signup.schemas import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    AddressOnlyBody,
    EmailBody,
    LogInBody,
    PasswordBody,
    RefreshBody,
    ResetAnswer,
    ResetBody,
    SignUpBody,
    TokensAnswer,
    VerifiedAnswer,
)
from functions.signup.settings import settings
from jobipro.application.ports.credentials import Tokens
from jobipro.bootstrap.signup import SignupUseCases, signup
from jobipro.domain.errors import (
    AddressTaken,
    FieldError,
    IdempotencyMismatch,
    Invalid,
    LimitReached,
    NotFound,
    UnderAge,
    WrongCredentials,
)
from jobipro.domain.language import Language
from jobipro.http import FORM, JSON, MULTIPART, Accepted, Caller, Page, view


@cache
def use_cases() -> SignupUseCases:
    """Return what the routes call, wired once from the environment."""
    return signup(settings())


def blueprint(use_cases: Callable[[], SignupUseCases] = use_cases) -> Blueprint:
    """Return a fresh blueprint: Chalice lets each one be registered once only."""
    routes = Blueprint(__name__)

    def page(
        name: str, language: Language | None, facts: Mapping[str, object] | None = None, status: int = 200
    ) -> Page:
        return Page(use_cases().page(name, language, facts or {}), status)

    def lost(language: Language | None) -> Page:
        return page("link-not-valid", language, status=404)

    @routes.route("/signup", methods=["POST"])
    @view(
        body=SignUpBody,
        status=202,
        answers=Accepted,
        errors=(UnderAge, IdempotencyMismatch, LimitReached),
        summary="Sign up; a mail with a link follows",
    )
    def post_signup(body: SignUpBody, source: str, idempotency_key: str | None) -> Accepted:
        use_cases().sign_up(body.to_command(source, idempotency_key))
        return Accepted()

    @routes.route("/verifications", methods=["POST"])
    @view(body=AddressOnlyBody, status=202, answers=Accepted, errors=(LimitReached,), summary="Send the link again")
    def post_verification(body: AddressOnlyBody) -> Accepted:
        use_cases().ask_verification(body.email)
        return Accepted()

    @routes.route("/verify/{token}", methods=["GET", "HEAD"])
    @view(answers=Page, errors=(NotFound,), lost=lost, summary="Show the button that verifies an address")
    def get_verify(token: str, language: Language | None) -> Page:
        use_cases().look_at_verification(token)
        return page("verify", language)

    @routes.route("/verify/{token}", methods=["POST"])
    @view(answers=VerifiedAnswer, errors=(NotFound, AddressTaken), lost=lost, summary="Verify an address")
    def post_verify(token: str, accepts_html: bool, language: Language | None) -> VerifiedAnswer | Page:
        try:
            verified = use_cases().verify_address(token)
        except AddressTaken:
            if accepts_html:
                return page("verify-taken", language, status=409)
            raise
        return page(verified.value, language) if accepts_html else VerifiedAnswer(status=verified)

    @routes.route("/sessions", methods=["POST"])
    @view(body=LogInBody, answers=TokensAnswer, errors=(WrongCredentials, LimitReached), summary="Log in")
    def post_session(body: LogInBody) -> TokensAnswer:
        return _tokens(use_cases().log_in(body.email, body.password))

    @routes.route("/sessions/refresh", methods=["POST"])
    @view(body=RefreshBody, answers=TokensAnswer, errors=(WrongCredentials,), summary="Stay logged in")
    def post_refresh(body: RefreshBody) -> TokensAnswer:
        return _tokens(use_cases().refresh(body.refresh_token))

    @routes.route("/sessions/end", methods=["POST"])
    @view(body=RefreshBody, status=204, summary="Log out")
    def post_end(body: RefreshBody, caller: Caller) -> None:
        use_cases().log_out(caller, body.refresh_token)

    @routes.route("/password-resets", methods=["POST"])
    @view(body=AddressOnlyBody, status=202, answers=Accepted, errors=(LimitReached,), summary="Ask for a reset link")
    def post_password_reset(body: AddressOnlyBody) -> Accepted:
        use_cases().ask_password_reset(body.email)
        return Accepted()

    @routes.route("/password-resets/{token}", methods=["GET", "HEAD"])
    @view(answers=Page, errors=(NotFound,), lost=lost, summary="Show the form that sets a new password")
    def get_reset(token: str, language: Language | None) -> Page:
        use_cases().look_at_reset(token)
        return page("reset-password", language, _rules())

    @routes.route("/password-resets/{token}", methods=["POST"])
    @view(
        body=ResetBody,
        answers=ResetAnswer,
        errors=(NotFound, Invalid),
        content_types=(JSON, FORM, MULTIPART),
        lost=lost,
        look=lambda token: use_cases().look_at_reset(token),
        summary="Set a new password with a reset link",
    )
    def post_reset(token: str, body: ResetBody, accepts_html: bool, language: Language | None) -> ResetAnswer | Page:
        misfit = _misfit(body.password)
        if misfit is not None:
            use_cases().look_at_reset(token)
        else:
            try:
                use_cases().reset_password(token, body.password)
            except Invalid:
                misfit = "refused"
        if misfit is None:
            return page("password-reset-done", language) if accepts_html else ResetAnswer()
        if accepts_html:
            return page("reset-password", language, _rules(misfit), status=422)
        raise Invalid(FieldError("password", f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, hard to guess."))

    @routes.route("/me/password", methods=["POST"])
    @view(body=PasswordBody, status=204, errors=(Invalid, LimitReached), summary="Change the password; log in again")
    def post_password(body: PasswordBody, caller: Caller) -> None:
        use_cases().change_password(caller, body.current_password, body.password)

    @routes.route("/me/email", methods=["POST"])
    @view(
        body=EmailBody,
        status=202,
        answers=Accepted,
        errors=(Invalid, LimitReached),
        summary="Change the address; a mail with a link goes to the new one",
    )
    def post_email(body: EmailBody, caller: Caller) -> Accepted:
        use_cases().change_address(caller, body.email, body.current_password)
        return Accepted()

    return routes


def _tokens(tokens: Tokens) -> TokensAnswer:
    return TokensAnswer(
        access_token=tokens.access_token,
        id_token=tokens.id_token,
        refresh_token=tokens.refresh_token,
        expires_in=tokens.expires_in,
    )


def _misfit(password: str) -> str | None:
    if len(password) < SHORTEST_PASSWORD:
        return "too-short"
    return "too-long" if len(password) > LONGEST_PASSWORD else None


def _rules(*errors: str) -> Mapping[str, object]:
    return {"minimum": SHORTEST_PASSWORD, "maximum": LONGEST_PASSWORD, "errors": errors}
