"""Routes of unsubscribing: the page, its buttons, and the one-click POST."""

from collections.abc import Callable, Mapping
from functools import cache

from chalice.app import Blueprint

from functions.unsubscribe.schemas import UnsubscribeBody
from functions.unsubscribe.settings import settings
from jobipro.bootstrap.unsubscribe import UnsubscribeUseCases, unsubscribe
from jobipro.domain.approvals import Category, HowWithdrawn
from jobipro.domain.errors import NotFound
from jobipro.domain.language import Language
from jobipro.http import FORM, MULTIPART, LinkToken, Page, view


@cache
def use_cases() -> UnsubscribeUseCases:
    """Return what the routes call, wired once from the environment."""
    return unsubscribe(settings())


def blueprint(use_cases: Callable[[], UnsubscribeUseCases] = use_cases) -> Blueprint:
    """Return a fresh blueprint: Chalice lets each one be registered once only."""
    routes = Blueprint(__name__)

    def page(
        name: str, language: Language | None, facts: Mapping[str, object] | None = None, status: int = 200
    ) -> Page:
        return Page(use_cases().page(name, language, facts or {}), status)

    def lost(language: Language | None) -> Page:
        return page("link-not-valid", language, status=404)

    @routes.route("/unsubscribe/{token}", methods=["GET", "HEAD"])
    @view(answers=Page, errors=(NotFound,), lost=lost, summary="Show the buttons that unsubscribe")
    def get_unsubscribe(token: LinkToken, language: Language | None) -> Page:
        """Changes nothing: it takes the button, or a mailbox provider's own."""
        return page("unsubscribe", language, {"category": use_cases().look_at_link(token)})

    @routes.route("/unsubscribe/{token}", methods=["POST"])
    @view(
        body=UnsubscribeBody,
        answers=Page,
        errors=(NotFound,),
        content_types=(FORM, MULTIPART),
        lost=lost,
        look=lambda token: use_cases().look_at_link(token),
        summary="Unsubscribe",
    )
    def post_unsubscribe(token: LinkToken, body: UnsubscribeBody, language: Language | None) -> Page:
        """Takes effect at once, without logging in; again changes nothing. The link never runs out."""
        how = HowWithdrawn.ONE_CLICK if body.one_click else HowWithdrawn.LINK
        stopped = use_cases().withdraw_approval(token, how, everything=body.stop == "all")
        if stopped is Category.ACCOUNT:
            return page("unsubscribed-all", language)
        return page("unsubscribed", language, {"category": stopped})

    return routes
