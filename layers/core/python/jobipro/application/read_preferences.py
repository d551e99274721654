"""A person looks at what they receive, on which channel, in which language and outside which hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jobipro.application.log_in import admitted
from jobipro.application.ports.consents import Consents
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.storage import Load
from jobipro.application.ports.system import Clock
from jobipro.domain.approvals import Category, Channel
from jobipro.domain.callers import Caller
from jobipro.domain.language import Language
from jobipro.domain.quiet_hours import QuietHours
from jobipro.domain.subscriptions import Subscription

OFFERED: Mapping[Channel, tuple[Category, ...]] = {
    Channel.EMAIL: tuple(Category),
    Channel.SMS: tuple(category for category in Category if category is not Category.ACCOUNT),
}
"""What may come on which channel: an account is run by e-mail alone."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """Whether each category is on, by channel; in which language messages are, and when none may come."""

    channels: Mapping[Channel, Mapping[Category, bool]]
    language: Language
    quiet_hours: QuietHours | None


@dataclass(frozen=True, slots=True)
class ReadPreferences:
    """Show the caller what they receive."""

    load: Load
    accounts: Accounts
    consents: Consents
    clock: Clock

    def __call__(self, caller: Caller) -> Preferences:
        """Raises NotAuthenticated."""
        account, email, sms = self.load(
            self.accounts.account(caller.subject),
            self.consents.subscription_if_any(caller.subject, Channel.EMAIL),
            self.consents.subscription_if_any(caller.subject, Channel.SMS),
        )
        person = admitted(account, caller).person
        now = self.clock.now()
        channels = {Channel.EMAIL: standing(Channel.EMAIL, email, now), Channel.SMS: standing(Channel.SMS, sms, now)}
        return Preferences(channels, person.language, person.quiet_hours)


def standing(channel: Channel, subscription: Subscription | None, now: datetime) -> dict[Category, bool]:
    """Return whether each category may come on a channel; none may on one that was never begun."""
    return {
        category: subscription is not None and subscription.ground(category, now) is not None
        for category in OFFERED[channel]
    }
