"""Routes that anybody may ask, without logging in."""

from collections.abc import Callable
from datetime import date

from chalice.app import Blueprint

from functions.public.schemas import PolicyAnswer, ProcessorAnswer, ServiceStatusAnswer
from functions.public.settings import Settings, settings
from jobipro.adapters.system import SystemClock
from jobipro.domain import policy
from jobipro.domain.approvals import WORDING_VERSION, WORDINGS
from jobipro.domain.processors import PROCESSORS
from jobipro.http import view


def _today() -> date:
    return SystemClock().now().date()


def blueprint(settings: Callable[[], Settings] = settings, today: Callable[[], date] = _today) -> Blueprint:
    """Return a fresh blueprint: Chalice lets each one be registered once only."""
    routes = Blueprint(__name__)

    @routes.route("/status", methods=["GET"])
    @view(answers=ServiceStatusAnswer, summary="Tell whether the service is up")
    def get_status() -> ServiceStatusAnswer:
        """Looks at nothing behind the API, so it stays up when something there does not."""
        return ServiceStatusAnswer(status="ok", version=settings().service_version)

    @routes.route("/policy", methods=["GET"])
    @view(answers=PolicyAnswer, summary="Name the privacy policy in force")
    def get_policy() -> PolicyAnswer:
        """Sign-up sends its `version`; a form that asks for approvals shows these wordings, to the letter."""
        present = policy.current(today())
        return PolicyAnswer(
            version=present.version,
            effective_on=present.effective_on,
            officer_email=settings().officer_email,
            languages=list(policy.LANGUAGES),
            wording_version=WORDING_VERSION,
            approvals={str(topic): dict(languages) for topic, languages in WORDINGS.items()},
        )

    @routes.route("/processors", methods=["GET"])
    @view(answers=list[ProcessorAnswer], summary="List who processes personal information for the service")
    def list_processors() -> list[ProcessorAnswer]:
        return [
            ProcessorAnswer(
                name=each.name,
                purpose=each.purpose,
                country=each.country,
                policy_url=each.policy_url,
                receives=list(each.receives),
            )
            for each in PROCESSORS
        ]

    return routes
