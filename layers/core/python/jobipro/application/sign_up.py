"""Sign-up: always the same answer and the same calls, whoever asks and whatever is known of the address."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from jobipro.application.attempts import described
from jobipro.application.ports.consents import Consents
from jobipro.application.ports.credentials import Credentials
from jobipro.application.ports.edge import Attempts, Limits
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts, Mac, SubjectKeys
from jobipro.application.ports.storage import Commit
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain import policy
from jobipro.domain.accounts import Account, AccountStatus, Person, Role
from jobipro.domain.address import canonical, deliverable, mac_message
from jobipro.domain.age import is_of_age, plausible
from jobipro.domain.approvals import Category, Channel
from jobipro.domain.errors import AlreadyDone, FieldError, Invalid, UnderAge
from jobipro.domain.events import Event, EventType
from jobipro.domain.language import Language
from jobipro.domain.limits import network_of
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province, day_in
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.subscriptions import Subscription

OPENING = timedelta(hours=1)
"""How long a sign-up may stay half-made before it is swept up."""

UNVERIFIED = timedelta(hours=24)
"""How long an address may stay unverified before the sign-up is erased. Source: the design, "Sign-up and log-in"."""


@dataclass(frozen=True, slots=True, repr=False)
class SignUpCommand:
    """Who wants in; `source` is the network address they call from."""

    email: str
    password: str
    given_name: str
    family_name: str
    date_of_birth: date
    province: Province
    role: Role
    language: Language
    policy_version: str
    source: str
    phone: str | None = None
    mailing_address: MailingAddress | None = None
    approvals: frozenset[Category] = frozenset()
    text_messages: bool = False
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class SignUp:
    """Open an account that comes to life when its address is verified.

    Two transactions: the first announces the account, so that a log-in whose sign-up died on the way is swept up; the
    second keeps the person, and tells that they came. Nothing at all is kept of somebody who is refused.
    """

    commit: Commit
    accounts: Accounts
    keys: SubjectKeys
    consents: Consents
    credentials: Credentials
    limits: Limits
    attempts: Attempts
    outbox: Outbox
    address_index: Mac
    clock: Clock
    ids: Ids

    def __call__(self, command: SignUpCommand) -> None:
        """Raises UnderAge, Invalid, LimitReached, IdempotencyMismatch."""
        now = self.clock.now()
        admitted(command.date_of_birth, command.province, now)
        if not policy.in_force(command.policy_version, now.date()):
            wanted = policy.current(now.date()).version
            raise Invalid(FieldError("policy_version", f"The version in force, {wanted}."))
        address, email = canonical(command.email), deliverable(command.email)

        subject = self.ids.subject()
        self.commit(
            self.limits.counted("sign-up.address", address, now),
            self.limits.counted("sign-up.source", network_of(command.source), now),
            self.accounts.opening(subject, now, due=now + OPENING),
        )
        index = self.address_index(mac_message(address, "index"))
        key, kept = self.keys.create(subject, KeyClass.PERSONAL, now)
        self.credentials.create(subject, command.password)
        account = Account(
            subject=subject,
            status=AccountStatus.PENDING,
            role=command.role,
            version=1,
            created_at=now,
            policy_version=command.policy_version,
            address_index=index,
            key=key,
            person=_person(command, email),
        )
        event = Event(self.ids.event(), EventType.ACCOUNT_CREATED, now, subject)
        writes = [
            kept,
            *self.accounts.signed_up(account, due=now + UNVERIFIED),
            *self.consents.begun(Subscription(self.ids.subscription(), subject, Channel.EMAIL)),
            self.outbox.recorded(event),
        ]
        if command.idempotency_key is None:
            self.commit(writes)
            return
        asked = described(asdict(command), leaving_out={"idempotency_key", "source"})
        claim = self.attempts.first(f"sign-up {address}", command.idempotency_key, asked, {}, now)
        try:
            self.commit(writes, claim)
        except AlreadyDone:
            return  # the same call came before; what was opened for this one is swept up


def admitted(born: date, province: Province, now: datetime) -> None:
    """Let in who has come of age where they live, by the date there; `UnderAge` or `Invalid` otherwise."""
    today = day_in(province, now)
    if not plausible(born, today):
        raise Invalid(FieldError("date_of_birth", "A date of birth in the past, within a human life."))
    if not is_of_age(born, province, today):
        raise UnderAge(FieldError("date_of_birth", "Of age in the province or territory given."))


def _person(command: SignUpCommand, email: str) -> Person:
    return Person(
        email=email,
        given_name=command.given_name,
        family_name=command.family_name,
        date_of_birth=command.date_of_birth,
        province=command.province,
        language=command.language,
        phone=command.phone,
        mailing_address=command.mailing_address,
        approvals_asked=command.approvals,
        text_messages_asked=command.text_messages,
    )
