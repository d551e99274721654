"""Where Stripe tells what happened to payments."""

from collections.abc import Callable
from functools import cache

from chalice.app import Blueprint

from functions.stripe_webhooks.schemas import EXAMPLE
from functions.stripe_webhooks.settings import settings
from jobipro.application.take_stripe_event import Outcome
from jobipro.bootstrap.stripe_webhooks import StripeWebhooksUseCases, stripe_webhooks
from jobipro.domain.errors import EventRefused, SignatureRefused
from jobipro.http import Accepted, Signature, Signed, count, tell, view


@cache
def use_cases() -> StripeWebhooksUseCases:
    """Return what the route calls, wired once from the environment."""
    return stripe_webhooks(settings())


def blueprint(use_cases: Callable[[], StripeWebhooksUseCases] = use_cases) -> Blueprint:
    """Return a fresh blueprint: Chalice lets each one be registered once only."""
    routes = Blueprint(__name__)

    @routes.route("/webhooks/stripe", methods=["POST"])
    @view(
        signed=Signature("Stripe-Signature", "t=1795359600,v1=<64 hexadecimal digits>", EXAMPLE),
        answers=Accepted,
        errors=(SignatureRefused, EventRefused),
        summary="Take in what Stripe tells",
    )
    def post_stripe_event(signed: Signed) -> Accepted:
        """For Stripe alone: an event, signed with a secret of ours within the last five minutes.

        It is kept once, however often it comes, without names, addresses or cards. Where it could not be kept, the
        answer is 503, so that Stripe sends it again.
        """
        taken = use_cases().take_stripe_event(signed.body, signed.signature)
        tell(event_id=taken.event.id, event_type=taken.event.type, outcome=taken.outcome.value)
        if taken.outcome is Outcome.NOBODYS:
            count("UnknownStripeEvents")
        return Accepted()

    return routes
