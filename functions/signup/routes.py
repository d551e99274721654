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
    Conflict,
    FieldError,
    IdempotencyMismatch,
    Invalid,
    LimitReached,
    NotFound,
    UnderAge,
    WrongCredentials,
)
from jobipro.domain.language import Language
from jobipro.http import FORM, JSON, MULTIPART, Accepted, Caller, LinkToken, Page, view


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
        """Answers alike whether or not the address has an account: what happened shows only in its mailbox.

        Below the age of majority of the province nothing is kept. Nothing is approved unless it was chosen.
        """
        use_cases().sign_up(body.to_command(source, idempotency_key))
        return Accepted()

    @routes.route("/verifications", methods=["POST"])
    @view(body=AddressOnlyBody, status=202, answers=Accepted, errors=(LimitReached,), summary="Send the link again")
    def post_verification(body: AddressOnlyBody) -> Accepted:
        """Answers alike whether or not the address waits to be verified."""
        use_cases().ask_verification(body.email)
        return Accepted()

    @routes.route("/verify/{token}", methods=["GET", "HEAD"])
    @view(answers=Page, errors=(NotFound,), lost=lost, summary="Show the button that verifies an address")
    def get_verify(token: LinkToken, language: Language | None) -> Page:
        """Changes nothing, so a mail scanner that opens every link verifies nobody."""
        use_cases().look_at_verification(token)
        return page("verify", language)

    @routes.route("/verify/{token}", methods=["POST"])
    @view(answers=VerifiedAnswer, errors=(NotFound, AddressTaken, Conflict), lost=lost, summary="Verify an address")
    def post_verify(token: LinkToken, accepts_html: bool, language: Language | None) -> VerifiedAnswer | Page:
        """What the button of the page does; a browser gets a page, who accepts JSON gets that."""
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
        """The `id_token` goes into `Authorization` as it is, for 15 minutes; `refresh_token` gets a new one."""
        return _tokens(use_cases().log_in(body.email, body.password))

    @routes.route("/sessions/refresh", methods=["POST"])
    @view(body=RefreshBody, answers=TokensAnswer, errors=(WrongCredentials,), summary="Stay logged in")
    def post_refresh(body: RefreshBody) -> TokensAnswer:
        """Gives new tokens for the `refresh_token` of a log-in that has not ended."""
        return _tokens(use_cases().refresh(body.refresh_token))

    @routes.route("/sessions/end", methods=["POST"])
    @view(body=RefreshBody, status=204, errors=(Conflict,), summary="Log out")
    def post_end(body: RefreshBody, caller: Caller) -> None:
        """Ends the present log-in: its refresh token, and at once the tokens that are still out."""
        use_cases().log_out(caller, body.refresh_token)

    @routes.route("/password-resets", methods=["POST"])
    @view(body=AddressOnlyBody, status=202, answers=Accepted, errors=(LimitReached,), summary="Ask for a reset link")
    def post_password_reset(body: AddressOnlyBody) -> Accepted:
        """Answers alike whether or not the address has an account; the link is good for an hour."""
        use_cases().ask_password_reset(body.email)
        return Accepted()

    @routes.route("/password-resets/{token}", methods=["GET", "HEAD"])
    @view(answers=Page, errors=(NotFound,), lost=lost, summary="Show the form that sets a new password")
    def get_reset(token: LinkToken, language: Language | None) -> Page:
        """Changes nothing; the link is good once."""
        use_cases().look_at_reset(token)
        return page("reset-password", language, _rules())

    @routes.route("/password-resets/{token}", methods=["POST"])
    @view(
        body=ResetBody,
        answers=ResetAnswer,
        errors=(NotFound, Invalid, Conflict),
        content_types=(JSON, FORM, MULTIPART),
        lost=lost,
        look=lambda token: use_cases().look_at_reset(token),
        summary="Set a new password with a reset link",
    )
    def post_reset(
        token: LinkToken, body: ResetBody, accepts_html: bool, language: Language | None
    ) -> ResetAnswer | Page:
        """What the form of the page does; every log-in ends. A browser gets a page, who accepts JSON gets that."""
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
    @view(body=PasswordBody, status=204, errors=(Invalid, Conflict, LimitReached), summary="Change the password")
    def post_password(body: PasswordBody, caller: Caller) -> None:
        """Every log-in ends, the present one too; a mail tells of it."""
        use_cases().change_password(caller, body.current_password, body.password)

    @routes.route("/me/email", methods=["POST"])
    @view(
        body=EmailBody,
        status=202,
        answers=Accepted,
        errors=(Invalid, Conflict, LimitReached),
        summary="Change the address; a mail with a link goes to the new one",
    )
    def post_email(body: EmailBody, caller: Caller) -> Accepted:
        """The old address stays in use until the new one is verified, and is told; both answers are alike."""
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
