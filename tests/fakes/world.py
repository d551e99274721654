"""Every adapter on fakes, as a deployed stage would have them: what unit tests build use cases from."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from jobipro.adapters.dynamodb.accounts import Accounts, LinkTokens
from jobipro.adapters.dynamodb.consents import Consents
from jobipro.adapters.dynamodb.limits import Attempts, Limits
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.payments import Payments
from jobipro.adapters.dynamodb.reconciliations import Reconciliations
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.stripe_events import StripeEvents
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys
from jobipro.application.sign_up import SignUp, SignUpCommand
from jobipro.application.verify_address import VerifyAddress
from jobipro.domain.accounts import Account, Role
from jobipro.domain.callers import Caller
from jobipro.domain.events import Event
from jobipro.domain.ids import SubjectId
from jobipro.domain.language import Language
from jobipro.domain.limits import with_overrides
from jobipro.domain.link_tokens import Issued, LinkToken
from jobipro.domain.messages import LIFETIMES, TokenPurpose
from jobipro.domain.provinces import Province
from tests.fakes.credentials import FakeCredentials
from tests.fakes.digests import FakeDigests
from tests.fakes.kms import FakeDataKeys, FakeMac
from tests.fakes.store import FakeStore
from tests.fakes.system import FakeClock, FakeIds

POLICY = "2026-11-01"


class World:
    """One stage in memory."""

    def __init__(self, limits: Mapping[str, int] | None = None) -> None:
        self.clock = FakeClock()
        self.ids = FakeIds()
        self.store = FakeStore()
        self.data_keys = FakeDataKeys()
        self.index_mac = FakeMac("index")
        self.suppression_mac = FakeMac("suppression")
        self.credentials = FakeCredentials()
        self.digests = FakeDigests()
        self.sealing = Sealing("test")
        self.keys = SubjectKeys(self.data_keys, seconds=self.clock.seconds)
        self.accounts = Accounts(self.sealing, self.keys)
        self.tokens = LinkTokens()
        self.consents = Consents(self.sealing)
        self.limits = Limits(self.digests, with_overrides(limits or {}))
        self.attempts = Attempts(self.digests)
        self.outbox = Outbox()
        self.payments = Payments(self.sealing, self.keys)
        self.stripe_events = StripeEvents()
        self.reconciliations = Reconciliations()

    def calls(self) -> list[str]:
        """Return every call that AWS would have had, by service, and forget them."""
        several = (self.store, self.data_keys, self.index_mac, self.suppression_mac, self.credentials)
        counted = [each.calls for each in several]
        made = [call for calls in counted for call in calls]
        for calls in counted:
            calls.clear()
        return made

    def events(self) -> list[Event]:
        """Return what waits in the outbox, oldest first."""
        return [Event.from_body(row["body"]) for key, row in self.store.rows.items() if key.table == "outbox"]

    @property
    def sign_up(self) -> SignUp:
        return SignUp(
            self.store.commit,
            self.accounts,
            self.keys,
            self.consents,
            self.credentials,
            self.limits,
            self.attempts,
            self.outbox,
            self.index_mac,
            self.clock,
            self.ids,
        )

    @property
    def verify_address(self) -> VerifyAddress:
        return VerifyAddress(
            self.store.load,
            self.store.commit,
            self.store.find,
            self.accounts,
            self.tokens,
            self.credentials,
            self.keys,
            self.consents,
            self.outbox,
            self.suppression_mac,
            self.clock,
            self.ids,
        )

    def command(self, **changes: Any) -> SignUpCommand:
        """Return the wish of somebody who may come in."""
        wish: dict[str, Any] = {
            "email": "marie@example.com",
            "password": "four quiet maple canoes",
            "given_name": "Marie",
            "family_name": "Tremblay",
            "date_of_birth": date(1990, 2, 28),
            "province": Province.QC,
            "role": Role.CUSTOMER,
            "language": Language.FR,
            "policy_version": POLICY,
            "source": "203.0.113.7",
        }
        return SignUpCommand(**{**wish, **changes})

    def pending(self, **changes: Any) -> SubjectId:
        """Return somebody who just signed up."""
        before = {event.id for event in self.events()}
        self.sign_up(self.command(**changes))
        (event,) = [event for event in self.events() if event.id not in before]
        return event.subject

    def link(self, subject: SubjectId, purpose: TokenPurpose, index: str | None = None) -> LinkToken:
        """Return a link as `message_delivery` would send it."""
        account = self.account(subject)
        token = self.ids.link_token()
        wanted = index or account.pending_index or account.address_index
        until = self.clock.now() + LIFETIMES[purpose]
        self.store.commit(self.tokens.issued(token, Issued(subject, purpose, wanted, until)))
        return token

    def active(self, **changes: Any) -> SubjectId:
        """Return somebody who signed up and verified their address."""
        subject = self.pending(**changes)
        self.verify_address(self.link(subject, TokenPurpose.VERIFY_ADDRESS))
        return subject

    def account(self, subject: SubjectId) -> Account:
        """Return an account that is there."""
        account = self.store.load(self.accounts.account(subject))
        assert isinstance(account, Account)
        return account

    def caller(self, subject: SubjectId, session: str = "session-1") -> Caller:
        """Return somebody who logged in just now."""
        return Caller(subject, int(self.clock.now().timestamp()), session)
