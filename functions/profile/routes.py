"""Routes of a person's own data: profile, preferences, approvals, disclosures, what they do as a provider."""

from collections.abc import Callable
from functools import cache

from chalice.app import Blueprint

from functions.profile.schemas import (
    ApprovalsAnswer,
    CorrectionBody,
    DisclosuresAnswer,
    PreferencesAnswer,
    PreferencesBody,
    ProfileAnswer,
    ProviderAnswer,
    ProviderBody,
)
from functions.profile.settings import settings
from jobipro.bootstrap.profile import ProfileUseCases, profile
from jobipro.domain.callers import Caller
from jobipro.domain.errors import Conflict, NotFound, UnderAge
from jobipro.http import Paging, view


@cache
def use_cases() -> ProfileUseCases:
    """Return what the routes call, wired once from the environment."""
    return profile(settings())


def blueprint(use_cases: Callable[[], ProfileUseCases] = use_cases) -> Blueprint:
    """Return a fresh blueprint: Chalice lets each one be registered once only."""
    routes = Blueprint(__name__)

    @routes.route("/me", methods=["GET"])
    @view(answers=ProfileAnswer, summary="Show what is held in one's profile")
    def get_me(caller: Caller) -> ProfileAnswer:
        return ProfileAnswer.of(use_cases().read_profile(caller))

    @routes.route("/me", methods=["PATCH"])
    @view(body=CorrectionBody, answers=ProfileAnswer, errors=(UnderAge, Conflict), summary="Correct one's profile")
    def patch_me(body: CorrectionBody, caller: Caller) -> ProfileAnswer:
        """What is left out stays; the address and the password have routes of their own."""
        return ProfileAnswer.of(use_cases().correct_profile(caller, body.to_correction()))

    @routes.route("/me/preferences", methods=["GET"])
    @view(answers=PreferencesAnswer, summary="Show what one receives")
    def get_preferences(caller: Caller) -> PreferencesAnswer:
        return PreferencesAnswer.of(use_cases().read_preferences(caller))

    @routes.route("/me/preferences", methods=["PUT"])
    @view(body=PreferencesBody, answers=PreferencesAnswer, errors=(Conflict,), summary="Choose what one receives")
    def put_preferences(body: PreferencesBody, caller: Caller) -> PreferencesAnswer:
        """Takes effect at once, also for what already waits to be sent. Text messages need a phone in the profile."""
        return PreferencesAnswer.of(use_cases().set_preferences(caller, body.to_choices(), body.to_manner()))

    @routes.route("/me/approvals", methods=["GET"])
    @view(query=Paging, answers=ApprovalsAnswer, summary="List what one approved and took back, oldest first")
    def list_approvals(query: Paging, caller: Caller) -> ApprovalsAnswer:
        """Each entry says what was shown, in which language, on what basis, and when it runs out by itself."""
        return ApprovalsAnswer.of(use_cases().list_approvals(caller, query.limit, query.cursor))

    @routes.route("/me/disclosures", methods=["GET"])
    @view(query=Paging, answers=DisclosuresAnswer, summary="List who was given what of one's details, newest first")
    def list_disclosures(query: Paging, caller: Caller) -> DisclosuresAnswer:
        """Contact details are opened to the other side when an offer is accepted; each time they are read is listed."""
        return DisclosuresAnswer.of(use_cases().list_disclosures(caller, query.limit, query.cursor))

    @routes.route("/me/provider", methods=["GET"])
    @view(answers=ProviderAnswer, errors=(NotFound,), summary="Show what one does as a provider, and where")
    def get_provider(caller: Caller) -> ProviderAnswer:
        return ProviderAnswer.of(use_cases().read_provider(caller))

    @routes.route("/me/provider", methods=["PUT"])
    @view(
        body=ProviderBody,
        answers=ProviderAnswer,
        errors=(Conflict,),
        summary="Say what one does as a provider, and where",
    )
    def put_provider(body: ProviderBody, caller: Caller) -> ProviderAnswer:
        """The first time subscribes to matching requests by e-mail; the preferences switch that off again."""
        return ProviderAnswer.of(
            use_cases().change_provider(caller, tuple(body.trades), body.location(), body.radius_km, body.about)
        )

    return routes
