"""A person says what they do, where and how far they go; saving it asks for requests that match."""

from dataclasses import dataclass, replace
from datetime import datetime

from jobipro.application.log_in import admitted
from jobipro.application.ports.consents import Consents
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts, SubjectKeys
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain import policy, text
from jobipro.domain.accounts import Account, ProviderProfile, Role
from jobipro.domain.approvals import Approval, Basis, Category, Channel, HowGiven, shown
from jobipro.domain.callers import Caller
from jobipro.domain.coverage import LARGEST_RADIUS_KM, Location, in_canada
from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.events import Event, EventType
from jobipro.domain.subject_keys import KeyClass, SubjectKey
from jobipro.domain.subscriptions import Subscription
from jobipro.domain.trades import Trade

MOST_TRADES = 10
"""Trades a provider may name: with a circle of at most 45 cells this bounds what is kept in step at 450 rows."""

ABOUT = replace(text.ABOUT, shown_before_engagement=True)
"""Customers read it beside an offer, before anybody is engaged."""


@dataclass(frozen=True, slots=True)
class ChangeProvider:
    """Keep a provider's profile, and subscribe them to `opportunities` by e-mail when they save it first.

    Saving is the affirmative act, shown as such, and evidence of the approval. Somebody who withdrew it, by whichever
    way, has said no: saving the profile again, to move the circle say, does not say yes. They switch it on in their
    preferences.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    keys: SubjectKeys
    consents: Consents
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(
        self, caller: Caller, trades: tuple[Trade, ...], base: Location, radius_km: int, about: str | None
    ) -> ProviderProfile:
        """Raises NotAuthenticated, Invalid, and Conflict when the account changed at the same moment."""
        now = self.clock.now()
        account, subscription, record_key = self.load(
            self.accounts.account(caller.subject),
            self.consents.subscription(caller.subject),
            self.keys.key(caller.subject, KeyClass.RECORD),
        )
        account = admitted(account, caller)
        profile = checked_profile(trades, base, radius_km, about)
        changed = replace(account.with_person(provider=profile), role=Role.PROVIDER)
        self.commit(
            self.accounts.saved(changed, before=account),
            self._subscribed(account, subscription, record_key, now),
            self.outbox.recorded(Event(self.ids.event(), EventType.PROVIDER_CHANGED, now, account.subject)),
        )
        return profile

    def _subscribed(
        self, account: Account, subscription: Subscription, record_key: SubjectKey, now: datetime
    ) -> list[Write]:
        """Return the writes of a first approval, none when there was one or a withdrawal before."""
        if subscription.declined or Category.OPPORTUNITIES in subscription.topics:
            return []
        language = account.person.language
        approval = Approval(
            id=self.ids.approval(),
            category=Category.OPPORTUNITIES,
            channel=Channel.EMAIL,
            basis=Basis.EXPRESS,
            at=now,
            how=HowGiven.PROVIDER_PROFILE,
            shown=shown(Category.OPPORTUNITIES, language),
            language=language,
            policy_version=policy.current(now.date()).version,
        )
        evidence = (record_key, account.person.email)
        return [
            self.consents.recorded(account.subject, approval, evidence),
            self.consents.changed(subscription, (approval,)),
        ]


def checked_profile(trades: tuple[Trade, ...], base: Location, radius_km: int, about: str | None) -> ProviderProfile:
    """Return a profile that fits; `Invalid` names every field that does not. Trades lose repeats, keep their order."""
    wrong: list[FieldError] = []
    trades = tuple(dict.fromkeys(trades))
    if not 1 <= len(trades) <= MOST_TRADES:
        wrong.append(FieldError("trades", f"1 to {MOST_TRADES} trades."))
    if not in_canada(base):
        wrong.append(FieldError("base", "A place in Canada."))
    if not 1 <= radius_km <= LARGEST_RADIUS_KM:
        wrong.append(FieldError("radius_km", f"1 to {LARGEST_RADIUS_KM} kilometres."))
    if about is not None:
        try:
            about = text.accepted(ABOUT, "about", about)
        except Invalid as invalid:
            wrong.extend(invalid.fields)
    if wrong:
        raise Invalid(*wrong)
    return ProviderProfile(trades, base, radius_km, about)
