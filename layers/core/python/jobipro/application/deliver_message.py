"""A message is sent to a person: looked at again, claimed, sent, and its outcome noted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jobipro.application.ports.consents import Consents, NotWanted, Suppressed
from jobipro.application.ports.edge import Limits
from jobipro.application.ports.messages import (
    OPEN,
    Carrier,
    Letter,
    Letters,
    Message,
    Messages,
    NotSent,
    PerhapsSent,
    State,
)
from jobipro.application.ports.payments import Payments
from jobipro.application.ports.people import Accounts, LinkTokens, Mac
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Commit, Load, Read, Write
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.accounts import Account, AccountStatus
from jobipro.domain.address import canonical, mac_message
from jobipro.domain.approvals import Category, Channel
from jobipro.domain.errors import (
    AlreadyDone,
    Conflict,
    LimitReached,
    NotFound,
    ServiceError,
    SubjectErased,
    Unavailable,
    Unintelligible,
)
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import PaymentId, RequestId, SubjectId, SubscriptionId
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import CONFIRMED_AFTER, OPEN_FOR
from jobipro.domain.link_tokens import Issued
from jobipro.domain.messages import (
    ABOUT_PAYMENTS,
    ADDRESS_CHANGED,
    JOB_COMPLETED,
    KINDS_OF,
    LIFETIMES,
    OPPORTUNITY,
    TRUE_IN,
    VERIFY_NEW_ADDRESS,
    Kind,
    kinds_of,
    side_of,
)
from jobipro.domain.payment_steps import DONE
from jobipro.domain.payments import Payment
from jobipro.domain.provinces import ZONES
from jobipro.domain.quiet_hours import next_window
from jobipro.domain.reasons import in_words
from jobipro.domain.requests import Request, seeking, shared
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.subscriptions import Subscription
from jobipro.domain.trades import NAMES

LOOKS = 3
"""How often a message that another process works on at the same time is looked at again."""

HELD = timedelta(seconds=60)
"""How long a claim is left to who made it: as long as the function may run, so whoever made it is over by then."""

RECEIVES = frozenset({AccountStatus.ACTIVE})
RECEIVES_UNPROVEN = frozenset({AccountStatus.PENDING, AccountStatus.ACTIVE})
"""Whose accounts may be written to; at an address that is not proven yet, also those that wait for the proof."""

TOLD = frozenset(KINDS_OF[EventType.REQUEST_TOLD])
"""Mails that tell a side how the job goes on."""

OUTCOMES: Mapping[type[ServiceError], State] = {
    NotFound: State.GONE,
    SubjectErased: State.GONE,
    Conflict: State.CLOSED,
    NotWanted: State.WITHDRAWN,
    Suppressed: State.SUPPRESSED,
    LimitReached: State.LIMITED,
}
"""What is noted when something stands in the way of sending; the message is then done."""

NO_REQUEST: Read[Request | None] = Read((), lambda rows: None)
NO_PAYMENT: Read[Payment | None] = Read((), lambda rows: None)


@dataclass(frozen=True, slots=True, repr=False)
class _Found:
    """What a message is decided on, as it stands now."""

    event: Event
    now: datetime
    account: Account
    subscription: Subscription
    request: Request | None
    payment: Payment | None

    @property
    def language(self) -> Language:
        return self.account.person.language


@dataclass(frozen=True, slots=True)
class DeliverMessage:
    """Send the mail that an event leads to.

    Everything is looked at now, whatever held when the event was made: a withdrawal, an erasure or a cancelled request
    overtakes what waits in a queue. The claim is one transaction with the limit, the single-use link and the checks of
    consent, so what did not hold at that moment is not sent. While whoever claimed a message may still be at it, a
    copy of its event is left for later. A commercial mail whose claim is found after that is never sent again; any
    other is, with a link of its own.
    """

    load: Load
    commit: Commit
    accounts: Accounts
    consents: Consents
    requests: Requests
    payments: Payments
    messages: Messages
    tokens: LinkTokens
    limits: Limits
    suppression: Mac
    letters: Letters
    carrier: Carrier
    clock: Clock
    ids: Ids

    def __call__(self, event: Event) -> State:
        """Return how the message stands.

        Raises Unintelligible for an event that leads to no mail; NotSent, PerhapsSent and Unavailable when it is to be
        tried again.
        """
        kinds = kinds_of(event)
        for _ in range(LOOKS):
            try:
                return self._delivered(event, kinds)
            except AlreadyDone:  # another process was faster: look again
                continue
        raise Unavailable

    def _delivered(self, event: Event, kinds: tuple[Kind, ...]) -> State:
        now = self.clock.now()
        before, found = self._look(event, kinds[0], now)
        if before is not None and before.state not in OPEN:
            return before.state
        draft = _draft(event, kinds[0], now, before)
        if before is not None and before.state is State.CLAIMED:
            if _held(before, now):
                raise Unavailable
            if kinds[0].commercial:
                return self._ended(draft, before, State.UNKNOWN)
        if found is None:
            return self._ended(draft, before, State.GONE)
        try:
            kind, subscription = self._kind(found, kinds)
            draft = _grounded(draft, kind, found)
            quiet_until = _quiet_until(kind, found)
            if quiet_until is not None:
                return self._ended(replace(draft, due_at=quiet_until, waiting=event), before, State.WAITING)
            letter = self._letter(found, kind, subscription)
            mail = self.letters(letter)
            claimed = self._claimed(draft, before, found, letter)
        except tuple(OUTCOMES) as obstacle:
            return self._ended(draft, before, OUTCOMES[type(obstacle)])
        return self._sent(claimed, kind, letter.to, mail)

    def _look(self, event: Event, kind: Kind, now: datetime) -> tuple[Message | None, _Found | None]:
        """Return what was done about a message, and what it is decided on, None when somebody in it is gone."""
        message = self.messages.message(event.id, event.subject, Channel.EMAIL)
        try:
            before, account, subscription, request, payment = self.load(
                message,
                self.accounts.account(event.subject),
                self.consents.subscription(event.subject),
                self._about(event, kind),
                self._paid(event, kind),
            )
        except (SubjectErased, NotFound):
            return self.load(message), None
        missing = (kind in TRUE_IN and request is None) or (kind in ABOUT_PAYMENTS and payment is None)
        if account is None or missing:
            return before, None
        return before, _Found(event, now, account, subscription, request, payment)

    def _about(self, event: Event, kind: Kind) -> Read[Request | None]:
        """Return the look at the request that an event is about."""
        if kind not in TRUE_IN:
            return NO_REQUEST
        customer = event.refs.get("customer") if kind is OPPORTUNITY or kind in TOLD else event.subject
        if "request" not in event.refs or customer is None:
            raise Unintelligible
        return self.requests.request(RequestId(event.refs["request"]), SubjectId(customer))

    def _paid(self, event: Event, kind: Kind) -> Read[Payment | None]:
        """Return the look at the payment that an event is about."""
        if kind not in ABOUT_PAYMENTS:
            return NO_PAYMENT
        if "payment" not in event.refs:
            raise Unintelligible
        return self.payments.payment(PaymentId(event.refs["payment"]), event.subject)

    def _kind(self, found: _Found, kinds: tuple[Kind, ...]) -> tuple[Kind, SubscriptionId]:
        """Return which mail it is, and which subscription its unsubscribe link names.

        Whether an unproven address has an account is looked up here and nowhere earlier; the calls are the same
        whatever comes out. Where it has one, the link is that account's: who reads the mail can stop their own mail
        only. Where somebody else wants a new address, it is nobody's: the address may be a stranger's, who receives
        nothing that could be stopped. Raises NotFound and Conflict when there is none to send, and Suppressed.
        """
        kind = kinds[0]
        if found.account.status not in (RECEIVES_UNPROVEN if kind.unproven else RECEIVES):
            raise NotFound
        if not _still_true(kind, found):
            raise Conflict
        if not kind.unproven:
            return kind, found.subscription.id
        suppression = self._suppression(_address(found, kind))
        holder, suppressed = self.load(self.accounts.holder(_index(found, kind)), self.consents.suppressed(suppression))
        if suppressed:
            raise Suppressed
        if holder is not None:
            return kinds[-1], holder
        return kind, self.ids.subscription() if kind is VERIFY_NEW_ADDRESS else found.subscription.id

    def _letter(self, found: _Found, kind: Kind, subscription: SubscriptionId) -> Letter:
        return Letter(
            event=found.event.id,
            kind=kind,
            to=_address(found, kind),
            language=found.language,
            facts=_facts(found, kind),
            subscription=subscription,
            token=self.ids.link_token() if kind.token else None,
            at=found.now,
        )

    def _claimed(self, draft: Message, before: Message | None, found: _Found, letter: Letter) -> Message:
        """Claim a message for sending, with everything that must hold at that moment; return the claim."""
        kind, subject, now = letter.kind, found.account.subject, found.now
        writes: list[Write] = []
        if not kind.unproven:  # what the subscription knows of suppressions is about the proven address
            subscription = found.subscription
            if kind is ADDRESS_CHANGED:
                subscription = replace(subscription, suppression=self._suppression(letter.to))
            writes += self.consents.still_allowed(subscription, kind.category)
        if kind.unproven and not draft.counted:
            writes.append(self.limits.counted("mail.unproven", canonical(letter.to), now))
        if kind is OPPORTUNITY and not draft.counted:
            writes.append(self.limits.counted("opportunity.mail", subject, now))
        if kind.commercial and found.request is not None:
            writes.append(self.messages.unmoved(found.request))
        if kind.token is not None and letter.token is not None:
            link = Issued(subject, kind.token, _index(found, kind), now + LIFETIMES[kind.token])
            writes.append(self.tokens.issued(letter.token, link))
        version = before.version + 1 if before else 1
        claimed = replace(draft, state=State.CLAIMED, claimed_at=now, version=version, counted=True)
        self.commit(self.messages.kept(claimed, before, under=_keys(found)), writes)
        return claimed

    def _suppression(self, address: str) -> str:
        return self.suppression(mac_message(canonical(address), "suppression"))

    def _sent(self, claimed: Message, kind: Kind, to: str, mail: bytes) -> State:
        try:
            self.carrier.send(to, mail)
        except NotSent as refusal:
            self._noted(replace(claimed, reason=refusal.reason), State.REFUSED)
            raise
        except PerhapsSent:
            if not kind.commercial:
                raise
            return self._noted(claimed, State.UNKNOWN)
        self.commit(self.messages.sent(replace(claimed, at=self.clock.now())))
        return State.SENT

    def _noted(self, claimed: Message, state: State) -> State:
        """Note how a claim ended, unless another process took the message over."""
        try:
            return self._ended(replace(claimed, at=self.clock.now()), claimed, state)
        except AlreadyDone:
            return state

    def _ended(self, message: Message, before: Message | None, state: State) -> State:
        self.commit(self.messages.kept(replace(message, state=state), before))
        return state


def _held(claim: Message, now: datetime) -> bool:
    """Tell whether whoever made a claim may still be at it."""
    return claim.claimed_at is not None and now < claim.claimed_at + HELD


def _draft(event: Event, kind: Kind, now: datetime, before: Message | None) -> Message:
    """Return a message nobody has decided on yet, with what is known of earlier tries."""
    if before is not None:
        return replace(before, at=now, due_at=None, waiting=None, reason=None)
    return Message(
        event=event.id,
        recipient=event.subject,
        channel=Channel.EMAIL,
        kind=kind.name,
        category=kind.category,
        basis=kind.basis,
        state=State.CLAIMED,
        at=now,
    )


def _grounded(draft: Message, kind: Kind, found: _Found) -> Message:
    """Return a message with the ground it stands on; `NotWanted` when it has none."""
    ground = found.subscription.ground(kind.category, found.now)
    if ground is None:
        raise NotWanted
    basis = ground.basis if kind.commercial else kind.basis
    return replace(draft, kind=kind.name, basis=basis, approval=ground.approval, until=ground.until)


def _quiet_until(kind: Kind, found: _Found) -> datetime | None:
    """Return until when a message waits; what concerns the account itself does not."""
    quiet = found.account.person.quiet_hours
    if kind.category is Category.ACCOUNT or quiet is None:
        return None
    return next_window(found.now, ZONES[found.account.person.province], quiet)


def _address(found: _Found, kind: Kind) -> str:
    """Return where a mail goes; `NotFound` when there is no such address (any more)."""
    person = found.account.person
    address = {VERIFY_NEW_ADDRESS: person.pending_email, ADDRESS_CHANGED: person.former_email}.get(kind, person.email)
    if address is None:
        raise NotFound
    return address


def _index(found: _Found, kind: Kind) -> str:
    """Return the name of the index row of an address to be proven; `NotFound` when it is no longer wanted."""
    account = found.account
    index = account.pending_index if kind is VERIFY_NEW_ADDRESS else account.address_index
    if index is None:
        raise NotFound
    return index


def _still_true(kind: Kind, found: _Found) -> bool:
    """Tell whether what a mail says of a request and its payment still holds; an opportunity needs more offers."""
    request, payment = found.request, found.payment
    if request is not None and (request.state not in TRUE_IN[kind] or (kind is OPPORTUNITY and not seeking(request))):
        return False
    return payment is None or ABOUT_PAYMENTS[kind](payment, found.now)


def _keys(found: _Found) -> tuple[SubjectKey, ...]:
    """Return the keys of everybody whose words a mail holds, and of who receives it."""
    others = (about.key for about in (found.request, found.payment) if about is not None)
    return found.account.key, *(key for key in others if key is not None)


def _facts(found: _Found, kind: Kind) -> Mapping[str, object]:
    """Return what a mail may say of a request: what its customer shares before anybody is engaged, never more."""
    if found.request is None:
        return {}
    known = shared(found.request)
    facts: Mapping[str, object] = {
        "reference": found.request.id,
        "trade": NAMES[known.trade][found.language],
        "title": known.title,
        "description": known.description,
        "latitude": known.area.latitude,
        "longitude": known.area.longitude,
    }
    return {**facts, **_of_job(found, kind), **_of_payment(found)}


def _of_job(found: _Found, kind: Kind) -> Mapping[str, object]:
    """Return what a mail about a job says besides: who reads it, and until when its customer may object."""
    if kind not in TOLD:
        return {}
    facts = {
        "side": side_of(found.event).value,
        "reason": in_words(found.event.refs.get("reason"), found.language),
        "days": OPEN_FOR.days,
        "hours": CONFIRMED_AFTER // timedelta(hours=1),
    }
    return {**facts, "until": _local(found, found.event.at + CONFIRMED_AFTER)} if kind is JOB_COMPLETED else facts


def _of_payment(found: _Found) -> Mapping[str, object]:
    """Return what a mail about a payment says: amounts in cents, and the card that was charged, if it is known."""
    payment = found.payment
    if payment is None:
        return {}
    private, current = payment.private, payment.current
    card = private.card if private and current and private.card_of == current.n else None
    return {
        "done": found.request is not None and found.request.state in DONE,
        "currency": payment.currency,
        "owed": payment.cents,
        "taken": payment.captured_cents,
        "returned": payment.refunded_cents,
        "on": _local(found, found.event.at),
        "paid_with": (card.brand, card.last4) if card else None,
    }


def _local(found: _Found, at: datetime) -> datetime:
    """Return an instant as the clocks show it where the reader lives."""
    return at.astimezone(ZONES[found.account.person.province])
