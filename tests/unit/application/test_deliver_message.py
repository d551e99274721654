"""Delivery: what is looked at in the last moment, how often a mail goes out, and what is kept of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobipro.adapters.dynamodb.rows import Key
from jobipro.application.deliver_message import HELD
from jobipro.application.ports.messages import Carrier, Letter, NotSent, PerhapsSent, State
from jobipro.domain.accounts import AccountStatus
from jobipro.domain.approvals import Basis, Category
from jobipro.domain.errors import NotFound, Unavailable, Unintelligible
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import PaymentId, RequestId, SubjectId
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import CONFIRMED_AFTER, Actor, CancelReason, DisputeReason
from jobipro.domain.lifecycle import State as RequestState
from jobipro.domain.link_tokens import LinkToken
from jobipro.domain.messages import (
    JOB_CANCELLED,
    JOB_COMPLETED,
    JOB_DISPUTED,
    KINDS,
    KINDS_OF,
    LIFETIMES,
    OFFER_ACCEPTED,
    OFFER_MADE,
    TELLS,
    TRUE_IN,
    Kind,
    TokenPurpose,
)
from jobipro.domain.payments import CAPTURED_BEFORE, Refund, RefundState, Standing, secured
from jobipro.domain.reasons import WORDS
from jobipro.domain.requests import ENOUGH_OFFERS, ContactPreference
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.faults import Crash, Faults
from tests.fakes.market import wish
from tests.fakes.post_office import Meanwhile, PostOffice

UNPROVEN_CALLS = [
    "BatchGetItem",
    "BatchGetItem",
    "Decrypt",
    "GenerateMac",
    "SendRawEmail",
    "TransactWriteItems",
    "TransactWriteItems",
]


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


type Case = tuple[EventType, Kind]
"""An event and the mail it leads to."""

CASES: list[Case] = [
    (event, kind)
    for event, kinds in KINDS_OF.items()
    for kind in (kinds if event is EventType.REQUEST_TOLD else kinds[:1])
]
PAYMENTS: dict[EventType, dict[str, Any]] = {
    EventType.PAYMENT_SETTLED: {},
    EventType.PAYMENT_REFUNDED: {"refunds": {"re_1": Refund("re_1", 5000, RefundState.SUCCEEDED)}},
    EventType.PAYMENT_NEEDED: {"standing": Standing.DECLINED, "captured_cents": 0},
}
"""What is known of a payment's authorisation when its customer is told of it."""

TOLD = [(side, KINDS[about]) for side, about in sorted(TELLS)]


def ids_of(case: object) -> str | None:
    """Name a case by its mail."""
    return case[1].name if isinstance(case, tuple) else None


def event_of(office: PostOffice, case: Case) -> Event:
    """Return an event that leads to a mail, with everything there that it is about."""
    kind, mail = case
    if kind is EventType.REQUEST_TOLD:
        return office.about(mail)
    if kind in PAYMENTS:
        return office.paid(kind, **PAYMENTS[kind])
    if kind in (EventType.ACCOUNT_CREATED, EventType.VERIFICATION_ASKED):
        return office.event(kind, office.pending())
    if kind is EventType.OPPORTUNITY_MATCHED:
        return office.opportunity(office.provider())
    if kind is EventType.REQUEST_POSTED:
        return office.posted(office.customer())
    subject = office.active()
    if kind is EventType.ADDRESS_CHANGE_ASKED:
        moving(office, subject)
    if kind is EventType.ADDRESS_CHANGED:
        return moved(office, subject)
    return office.event(kind, subject)


def moving(office: PostOffice, subject: SubjectId, to: str = "new@example.com") -> None:
    """Let a person ask for another address."""
    account = office.account(subject)
    index = office.index_mac(f"jobipro/address/v1\0index\0{to}".encode())
    changed = replace(account.with_person(pending_email=to), pending_index=index)
    office.store.commit(office.accounts.saved(changed, before=account))


def moved(office: PostOffice, subject: SubjectId, to: str = "new@example.com") -> Event:
    """Let a person change to another address; return the event that says so."""
    moving(office, subject, to)
    office.verify_address(office.link(subject, TokenPurpose.VERIFY_NEW_ADDRESS))
    event = office.events()[-1]
    assert event.type is EventType.ADDRESS_CHANGED
    return event


def token_of(letter: Letter) -> LinkToken:
    """Return the token of a letter that has one."""
    assert letter.token is not None
    return letter.token


class Busily:
    """A carrier that something else happens before, each time."""

    def __init__(self, carrier: Carrier, happens: Callable[[], object]) -> None:
        self._carrier, self._happens = carrier, happens

    def send(self, to: str, mail: bytes) -> None:
        self._happens()
        self._carrier.send(to, mail)


def dies() -> None:
    """Have the process die."""
    raise Crash


def left_for_later(office: PostOffice, event: Event) -> None:
    """Have another process find a message in somebody's hands."""
    with pytest.raises(Unavailable):
        office.deliver(event)


def fresh(office: PostOffice) -> None:
    """Forget what was called so far, and every open key."""
    office.forgotten_keys()
    office.calls()


class TestOpportunities:
    """Commercial mail: at most once, and only while everything still holds."""

    @pytest.fixture
    def provider(self, office: PostOffice) -> SubjectId:
        return office.provider()

    def test_a_provider_hears_of_a_request_in_five_calls(self, office: PostOffice, provider: SubjectId) -> None:
        event = office.opportunity(provider)
        fresh(office)
        office.store.load(office.accounts.account(SubjectId(event.refs["customer"])))  # told to somebody just before
        office.calls()

        assert office.deliver(event) is State.SENT
        assert sorted(office.calls()) == [
            "BatchGetItem",
            "Decrypt",
            "SendRawEmail",
            "TransactWriteItems",
            "TransactWriteItems",
        ]

    @pytest.mark.commitment("approval.explicit")
    def test_the_row_says_on_what_ground_it_went_and_holds_nothing_personal(
        self, office: PostOffice, provider: SubjectId
    ) -> None:
        event = office.opportunity(provider)
        office.deliver(event)

        message = office.message(event)
        held = office.store.load(office.consents.subscription(provider)).topics[Category.OPPORTUNITIES]
        assert (message.state, message.basis, message.approval) == (State.SENT, Basis.EXPRESS, held.approval)
        assert (message.kind, message.category) == ("opportunity", Category.OPPORTUNITIES)
        (row,) = [row for key, row in office.store.rows.items() if key.table == "messages"]
        assert "example.com" not in repr(row)
        assert "tap" not in repr(row).casefold()

    @pytest.mark.commitment("sharing.request-details", "purpose.share-as-asked")
    def test_the_mail_knows_what_the_customer_shares_and_no_more(self, office: PostOffice, provider: SubjectId) -> None:
        office.deliver(office.opportunity(provider))

        (letter,) = office.letters.written
        assert set(letter.facts) == {"reference", "trade", "title", "description", "latitude", "longitude"}
        assert letter.facts["title"] == wish().title
        assert letter.facts["latitude"] != wish().location.latitude
        assert letter.language is Language.FR

    @pytest.mark.commitment("sharing.request-details", "approval.implicit")
    @settings(max_examples=25, deadline=None)
    @given(
        phone=st.sampled_from([None, "+15145550123", "+14165550199"]),
        street=st.text(alphabet="abcdef ", min_size=1, max_size=20).filter(str.strip),
        sender=st.sampled_from(["a@example.com", "b@example.org"]),
    )
    def test_what_is_not_shared_never_reaches_the_letter(self, phone: Any, street: str, sender: str) -> None:
        def told(changes: dict[str, Any], email: str) -> object:
            office = PostOffice()
            provider, customer = office.provider(), office.active(email=email)
            posted = office.posted(customer, **changes)
            refs = {"request": posted.refs["request"], "customer": customer}
            office.deliver(office.event(EventType.OPPORTUNITY_MATCHED, provider, **refs))
            (letter,) = office.letters.written
            return letter.facts, letter.language, letter.kind

        address = replace(wish().address, street=street)
        plain = {"contact_preference": ContactPreference.EMAIL}
        assert told(plain | {"phone": phone, "address": address}, sender) == told(plain, "c@example.net")

    def test_delivering_it_again_sends_nothing(self, office: PostOffice, provider: SubjectId) -> None:
        event = office.opportunity(provider)

        assert [office.deliver(event) for _ in range(3)] == [State.SENT] * 3
        assert len(office.carrier.sent) == 1

    @pytest.mark.parametrize(
        ("at", "after", "sent", "ended"),
        [
            (0, False, 1, State.SENT),
            (0, True, 1, State.SENT),
            (1, False, 1, State.SENT),
            (1, True, 0, State.UNKNOWN),
            (2, False, 0, State.UNKNOWN),
            (2, True, 1, State.UNKNOWN),
            (3, False, 1, State.UNKNOWN),
            (3, True, 1, State.SENT),
        ],
    )
    def test_wherever_the_process_dies_nobody_gets_it_twice(
        self, office: PostOffice, provider: SubjectId, at: int, after: bool, sent: int, ended: State
    ) -> None:
        event = office.opportunity(provider)
        with pytest.raises(Crash):
            office.deliver(event, Faults(at, after))
        office.clock.forward(HELD)

        assert [office.deliver(event), office.deliver(event)] == [ended, ended]
        assert len(office.carrier.sent) == sent

    def test_what_the_carrier_declines_is_tried_again_and_counted_once(self, provider: SubjectId) -> None:
        office = PostOffice(limits={"opportunity.mail": 1})
        event = office.opportunity(office.provider())
        office.carrier.refusals = [NotSent("Throttling"), NotSent("Throttling")]

        for _ in range(2):
            with pytest.raises(NotSent):
                office.deliver(event)
            assert (office.message(event).state, office.message(event).reason) == (State.REFUSED, "Throttling")
        assert office.deliver(event) is State.SENT
        assert office.message(event).reason is None
        assert len(office.carrier.sent) == 1

    @pytest.mark.parametrize("taking", [False, True])
    def test_what_may_have_gone_out_is_done_and_never_tried_again(
        self, office: PostOffice, provider: SubjectId, taking: bool
    ) -> None:
        event = office.opportunity(provider)
        office.carrier.refusals, office.carrier.taking = [PerhapsSent()], taking

        assert office.deliver(event) is State.UNKNOWN
        assert office.deliver(event) is State.UNKNOWN
        assert len(office.carrier.sent) == int(taking)

    @pytest.mark.commitment("approval.unsubscribe")
    def test_a_withdrawal_overtakes_what_waits_in_the_queue(self, office: PostOffice, provider: SubjectId) -> None:
        event = office.opportunity(provider)
        office.withdraw(provider, Category.OPPORTUNITIES)

        assert office.deliver(event) is State.WITHDRAWN
        assert office.message(event).state is State.WITHDRAWN
        assert office.carrier.sent == []

    @pytest.mark.commitment("approval.unsubscribe")
    @pytest.mark.parametrize("topic", [Category.OPPORTUNITIES, Category.ACCOUNT])
    def test_a_withdrawal_counts_up_to_the_moment_of_the_claim(
        self, office: PostOffice, provider: SubjectId, topic: Category
    ) -> None:
        event = office.opportunity(provider)
        store = Meanwhile(office.store, lambda: office.withdraw(provider, topic))

        assert office.deliver(event, store=store) is State.WITHDRAWN
        assert office.carrier.sent == []

    def test_a_suppressed_address_gets_nothing(self, office: PostOffice, provider: SubjectId) -> None:
        event = office.opportunity(provider)
        office.suppress(office.account(provider).person.email)

        assert office.deliver(event) is State.SUPPRESSED
        assert office.carrier.sent == []

    def test_beyond_the_daily_limit_nothing_is_sent_and_the_message_is_done(self) -> None:
        office = PostOffice(limits={"opportunity.mail": 2})
        provider = office.provider()
        events = [office.opportunity(provider) for _ in range(3)]

        assert [office.deliver(event) for event in events] == [State.SENT, State.SENT, State.LIMITED]
        office.clock.forward(timedelta(days=1))
        assert office.deliver(events[2]) is State.LIMITED
        assert office.deliver(office.opportunity(provider)) is State.SENT

    def test_a_request_that_was_cancelled_is_not_told_of(self, office: PostOffice, provider: SubjectId) -> None:
        customer = office.customer()
        event = office.opportunity(provider, customer)
        office.cancel(customer, RequestId(event.refs["request"]))

        assert office.deliver(event) is State.CLOSED
        assert office.carrier.sent == []

    def test_a_request_that_is_cancelled_in_the_last_moment_is_not_told_of(
        self, office: PostOffice, provider: SubjectId
    ) -> None:
        customer = office.customer()
        event = office.opportunity(provider, customer)
        request = RequestId(event.refs["request"])
        store = Meanwhile(office.store, lambda: office.cancel(customer, request))

        assert office.deliver(event, store=store) is State.CLOSED
        assert office.carrier.sent == []

    @pytest.mark.parametrize("who", ["provider", "customer"])
    @pytest.mark.parametrize("late", [False, True])
    def test_of_and_to_the_erased_nothing_is_told(self, office: PostOffice, who: str, late: bool) -> None:
        provider, customer = office.provider(), office.customer()
        event = office.opportunity(provider, customer)
        erased = provider if who == "provider" else customer
        if late:
            state = office.deliver(event, store=Meanwhile(office.store, lambda: office.erase(erased)))
        else:
            office.erase(erased)
            state = office.deliver(event)

        assert state is State.GONE
        assert office.message(event).state is State.GONE
        assert office.deliver(event) is State.GONE
        assert office.carrier.sent == []

    def test_a_request_that_is_not_there_is_no_endless_story(self, office: PostOffice, provider: SubjectId) -> None:
        refs = {"request": office.ids.request(), "customer": office.customer()}

        assert office.deliver(office.event(EventType.OPPORTUNITY_MATCHED, provider, **refs)) is State.GONE

    def test_what_the_carrier_declines_is_tried_again_though_a_copy_came_meanwhile(
        self, office: PostOffice, provider: SubjectId
    ) -> None:
        event = office.opportunity(provider)
        declining = Busily(office.carrier, lambda: left_for_later(office, event))
        office.carrier.refusals = [NotSent("Throttling")]

        with pytest.raises(NotSent):
            replace(office.delivery(), carrier=declining)(event)
        assert office.deliver(event) is State.SENT
        assert len(office.carrier.sent) == 1

    def test_a_message_that_is_always_taken_over_is_left_for_later(
        self, office: PostOffice, provider: SubjectId
    ) -> None:
        class Busy(Meanwhile):
            def commit(self, *writes: Any) -> None:
                kept = office.store.load(office.messages.message(event.id, provider, channel))
                office.store.commit(office.messages.kept(replace(kept, state=State.REFUSED), kept))
                self._store.commit(*writes)

        event = office.opportunity(provider)
        office.carrier.refusals = [NotSent()]
        with pytest.raises(NotSent):
            office.deliver(event)
        channel = office.message(event).channel

        with pytest.raises(Unavailable):
            office.deliver(event, store=Busy(office.store, lambda: None))


@settings(max_examples=60, deadline=None)
@given(
    copies=st.lists(
        st.tuples(st.integers(0, 1), st.one_of(st.none(), st.tuples(st.integers(0, 4), st.booleans())), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_copies_in_any_order_with_crashes_anywhere_send_no_commercial_mail_twice(
    copies: list[tuple[int, tuple[int, bool] | None, bool]],
) -> None:
    office = PostOffice()
    provider = office.provider()
    events = [office.opportunity(provider), office.opportunity(provider)]
    for which, fault, later in copies:
        office.clock.forward(HELD * later)
        with suppress(Crash, Unavailable):
            office.deliver(events[which], Faults(*fault) if fault else None)
    office.clock.forward(HELD)
    ended = [office.deliver(event) for event in events]

    references = [letter.event for letter in office.letters.written]
    assert len(office.carrier.sent) <= len(set(references))
    for which, state in enumerate(ended):
        assert state in (State.SENT, State.UNKNOWN)
        crashed = any(fault for each, fault, _ in copies if each == which)
        assert state is State.SENT or crashed
        assert office.deliver(events[which]) is state


TRANSACTIONAL = [case for case in CASES if not case[1].commercial]


@pytest.mark.commitment("purpose.confirmations")
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("case", TRANSACTIONAL, ids=ids_of)
def test_wherever_the_process_dies_a_transactional_mail_is_not_missing(
    office: PostOffice, case: Case, at: int, after: bool
) -> None:
    event = event_of(office, case)
    faults = Faults(at, after)
    try:
        office.deliver(event, faults)
    except Crash:
        office.clock.forward(HELD)
        office.deliver(event)

    assert len(office.carrier.sent) in (1, 2)
    assert office.message(event).state is State.SENT
    assert office.deliver(event) is State.SENT
    assert len(office.carrier.sent) in (1, 2)


@pytest.mark.parametrize("case", TRANSACTIONAL, ids=ids_of)
def test_a_transactional_mail_that_perhaps_went_out_is_sent_again(office: PostOffice, case: Case) -> None:
    event = event_of(office, case)
    office.carrier.refusals, office.carrier.taking = [PerhapsSent(), NotSent()], True

    with pytest.raises(PerhapsSent):
        office.deliver(event)
    office.clock.forward(HELD)
    with pytest.raises(NotSent):
        office.deliver(event)
    assert office.deliver(event) is State.SENT
    tokens = [letter.token for letter in office.letters.written if letter.token]
    assert len(set(tokens)) == len(tokens)


@pytest.mark.parametrize("case", CASES, ids=ids_of)
@pytest.mark.parametrize("moment", ["right before the claim", "right before the mail"])
def test_two_processes_at_the_same_moment_send_one_mail(office: PostOffice, case: Case, moment: str) -> None:
    event = event_of(office, case)
    if moment == "right before the claim":
        state = office.deliver(event, store=Meanwhile(office.store, lambda: office.deliver(event)))
    else:
        busily = Busily(office.carrier, lambda: left_for_later(office, event))
        state = replace(office.delivery(), carrier=busily)(event)

    assert state is State.SENT
    assert office.deliver(event) is State.SENT
    assert len(office.carrier.sent) == 1


@pytest.mark.parametrize("case", CASES, ids=ids_of)
def test_a_claim_is_left_to_whoever_made_it_for_as_long_as_they_may_run_and_no_longer(
    office: PostOffice, case: Case
) -> None:
    event = event_of(office, case)
    with pytest.raises(Crash):
        replace(office.delivery(), carrier=Busily(office.carrier, dies))(event)
    claimed = office.message(event)

    office.clock.forward(HELD - timedelta(milliseconds=1))
    left_for_later(office, event)
    assert office.message(event) == claimed
    office.clock.forward(timedelta(milliseconds=1))

    assert office.deliver(event) is (State.UNKNOWN if case[1].commercial else State.SENT)


@pytest.mark.parametrize("case", TRANSACTIONAL, ids=ids_of)
def test_a_transactional_mail_goes_out_on_its_own_ground(office: PostOffice, case: Case) -> None:
    event = event_of(office, case)
    office.deliver(event)

    message = office.message(event)
    assert (message.basis, message.approval, message.until) == (Basis.TRANSACTIONAL, None, None)


ABOUT_REQUESTS = [case for case in TRANSACTIONAL if case[1].category is Category.REQUESTS]
PROVEN = [case for case in TRANSACTIONAL if not case[1].unproven and case[0] is not EventType.ADDRESS_CHANGED]


@pytest.mark.parametrize("case", PROVEN, ids=ids_of)
def test_mail_to_a_proven_address_takes_five_calls(office: PostOffice, case: Case) -> None:
    event = event_of(office, case)
    fresh(office)
    customer = event.refs.get("customer", event.subject)
    if customer != event.subject:  # a customer is told of a job as often as their provider
        office.store.load(office.accounts.account(SubjectId(customer)))
    if case[0] in PAYMENTS:  # and the card of a payment is kept under a key of its own
        office.store.load(office.payments.payment(PaymentId(event.refs["payment"]), event.subject))
    office.calls()
    office.deliver(event)

    assert sorted(office.calls()) == [
        "BatchGetItem",
        "Decrypt",
        "SendRawEmail",
        "TransactWriteItems",
        "TransactWriteItems",
    ]


class TestUnprovenAddresses:
    """Anybody can give us any address: what its holder gets, and that the giver learns nothing."""

    @pytest.mark.commitment("account.email-verified")
    def test_the_link_in_the_mail_brings_the_account_to_life(self, office: PostOffice) -> None:
        subject = office.pending()
        office.deliver(office.event(EventType.ACCOUNT_CREATED, subject))

        (letter,) = office.letters.written
        assert office.sent() == ["verify-address to marie@example.com"]
        assert letter.facts == {}
        office.verify_address(token_of(letter))
        assert office.account(subject).status == "active"

    @pytest.mark.parametrize("kind", [EventType.ACCOUNT_CREATED, EventType.VERIFICATION_ASKED])
    def test_a_known_address_is_told_so_with_the_same_calls(self, office: PostOffice, kind: EventType) -> None:
        unknown = office.event(kind, office.pending(email="nobody@example.com"))
        office.active(email="marie@example.com")
        known = office.event(kind, office.pending(email="Marie@example.com"))
        fresh(office)

        office.deliver(unknown)
        assert sorted(office.calls()) == UNPROVEN_CALLS
        office.deliver(known)
        assert sorted(office.calls()) == UNPROVEN_CALLS
        assert office.sent() == ["verify-address to nobody@example.com", "already-registered to Marie@example.com"]
        assert office.letters.written[1].token is None

    @pytest.mark.commitment("approval.unsubscribe")
    @pytest.mark.parametrize("kind", [EventType.ACCOUNT_CREATED, EventType.ADDRESS_CHANGE_ASKED])
    def test_unsubscribing_in_a_mail_to_a_known_address_stops_what_its_holder_receives(
        self, office: PostOffice, kind: EventType
    ) -> None:
        holder = office.active(email="marie@example.com")
        if kind is EventType.ACCOUNT_CREATED:
            other = office.pending(email="marie@example.com")
        else:
            other = office.active(email="other@example.com")
            moving(office, other, to="marie@example.com")

        office.deliver(office.event(kind, other))

        (letter,) = office.letters.written
        assert letter.subscription == office.store.load(office.consents.subscription(holder)).id

    def test_a_link_asked_for_once_more_after_verification_is_none(self, office: PostOffice) -> None:
        subject = office.active()

        assert office.deliver(office.event(EventType.VERIFICATION_ASKED, subject)) is State.SENT
        assert office.sent() == ["already-registered to marie@example.com"]

    def test_the_fourth_mail_in_an_hour_is_not_sent_whoever_asked(self, office: PostOffice) -> None:
        asked = [office.event(EventType.ACCOUNT_CREATED, office.pending()) for _ in range(4)]

        assert [office.deliver(event) for event in asked] == [State.SENT] * 3 + [State.LIMITED]
        assert len(office.carrier.sent) == 3

    def test_a_suppressed_address_gets_nothing(self, office: PostOffice) -> None:
        subject = office.pending()
        office.suppress("marie@example.com")

        assert office.deliver(office.event(EventType.ACCOUNT_CREATED, subject)) is State.SUPPRESSED

    @pytest.mark.parametrize("case", [case for case in TRANSACTIONAL if case[1].token], ids=ids_of)
    def test_links_expire_as_the_design_says(self, office: PostOffice, case: Case) -> None:
        office.deliver(event_of(office, case))

        (letter,) = office.letters.written
        link = office.store.load(office.tokens.link(token_of(letter)))
        assert link.expires_at == office.clock.now() + LIFETIMES[link.purpose]
        assert link.purpose is letter.kind.token

    def test_a_link_is_kept_hashed(self, office: PostOffice) -> None:
        office.deliver(office.event(EventType.ACCOUNT_CREATED, office.pending()))

        (letter,) = office.letters.written
        assert letter.token is not None
        assert letter.token not in repr(office.store.rows)

    @pytest.mark.parametrize("case", TRANSACTIONAL, ids=ids_of)
    def test_the_erased_get_nothing(self, office: PostOffice, case: Case) -> None:
        event = event_of(office, case)
        office.erase(event.subject)

        assert [office.deliver(event), office.deliver(event)] == [State.GONE, State.GONE]
        assert office.carrier.sent == []

    @pytest.mark.parametrize("case", TRANSACTIONAL, ids=ids_of)
    def test_the_suspended_get_nothing(self, office: PostOffice, case: Case) -> None:
        event = event_of(office, case)
        account = office.account(event.subject)
        office.store.commit(office.accounts.saved(replace(account, status=AccountStatus.SUSPENDED), before=account))

        assert office.deliver(event) is State.GONE

    def test_somebody_who_never_was_gets_nothing(self, office: PostOffice) -> None:
        assert office.deliver(office.event(EventType.PASSWORD_RESET_ASKED, office.ids.subject())) is State.GONE

    def test_whoever_has_not_verified_cannot_be_reset(self, office: PostOffice) -> None:
        assert office.deliver(office.event(EventType.PASSWORD_RESET_ASKED, office.pending())) is State.GONE


class TestAddresses:
    """Which of a person's addresses a mail goes to."""

    def test_a_new_address_is_asked_and_the_old_one_told(self, office: PostOffice) -> None:
        subject = office.active()
        moving(office, subject)
        office.deliver(office.event(EventType.ADDRESS_CHANGE_ASKED, subject))
        office.deliver(office.event(EventType.ADDRESS_CHANGE_TOLD, subject))

        assert office.sent() == [
            "verify-new-address to new@example.com",
            "address-change-told to marie@example.com",
        ]
        link = office.store.load(office.tokens.link(token_of(office.letters.written[0])))
        assert link.purpose is TokenPurpose.VERIFY_NEW_ADDRESS
        assert link.address_index == office.account(subject).pending_index

    def test_whoever_has_the_mailbox_of_a_mistyped_new_address_cannot_stop_the_owners_mail(
        self, office: PostOffice
    ) -> None:
        subject = office.active()
        moving(office, subject)
        office.deliver(office.event(EventType.ADDRESS_CHANGE_ASKED, subject))

        (letter,) = office.letters.written
        assert letter.subscription != office.store.load(office.consents.subscription(subject)).id
        with pytest.raises(NotFound):
            office.store.load(office.consents.subscriber(letter.subscription))

    def test_a_change_that_was_completed_meanwhile_asks_nobody(self, office: PostOffice) -> None:
        subject = office.active()

        assert office.deliver(office.event(EventType.ADDRESS_CHANGE_ASKED, subject)) is State.GONE

    def test_the_old_addresss_complaint_does_not_keep_the_new_one_from_being_asked(self, office: PostOffice) -> None:
        subject = office.active()
        moving(office, subject)
        office.suppress("marie@example.com")

        assert office.deliver(office.event(EventType.ADDRESS_CHANGE_ASKED, subject)) is State.SENT
        assert office.deliver(office.event(EventType.ADDRESS_CHANGE_TOLD, subject)) is State.SUPPRESSED

    def test_the_old_address_hears_of_a_change_that_was_faster_than_the_mail_about_the_wish(
        self, office: PostOffice
    ) -> None:
        subject = office.active()
        told = office.event(EventType.ADDRESS_CHANGE_TOLD, subject)
        office.carrier.refusals = [NotSent("Throttling")]
        with pytest.raises(NotSent):
            office.deliver(told)
        changed = moved(office, subject)

        assert [office.deliver(told), office.deliver(changed)] == [State.SENT] * 2
        assert office.sent() == ["address-change-told to new@example.com", "address-changed to marie@example.com"]
        assert office.letters.written[-1].facts == {}
        assert office.letters.written[-1].token is None

    def test_of_several_changes_each_is_told_to_the_address_before_it(self, office: PostOffice) -> None:
        subject = office.active()
        for to in ("second@example.com", "third@example.com"):
            office.deliver(moved(office, subject, to))

        assert office.sent() == ["address-changed to marie@example.com", "address-changed to second@example.com"]

    def test_where_no_earlier_address_is_known_nobody_is_told(self, office: PostOffice) -> None:
        assert office.deliver(office.event(EventType.ADDRESS_CHANGED, office.active())) is State.GONE

    @pytest.mark.parametrize(
        ("suppressed", "ended"), [("new@example.com", State.SENT), ("marie@example.com", State.SUPPRESSED)]
    )
    def test_whether_the_old_address_is_told_is_up_to_its_own_complaints(
        self, office: PostOffice, suppressed: str, ended: State
    ) -> None:
        event = moved(office, office.active())
        office.suppress(suppressed)

        assert office.deliver(event) is ended

    def test_telling_the_old_address_takes_one_call_more_for_its_complaints(self, office: PostOffice) -> None:
        event = moved(office, office.active())
        fresh(office)
        office.deliver(event)

        assert sorted(office.calls()) == [
            "BatchGetItem",
            "Decrypt",
            "GenerateMac",
            "SendRawEmail",
            "TransactWriteItems",
            "TransactWriteItems",
        ]


class TestQuietHours:
    """Messages wait for the end of quiet hours, but for those that concern the account itself."""

    NIGHT = (time(22), time(7))
    AT_NIGHT = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # 23:30 in Montréal
    MORNING = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

    def test_an_opportunity_waits_until_the_morning_where_the_person_lives(self, office: PostOffice) -> None:
        provider = office.provider()
        office.quiet(provider, *self.NIGHT)
        event = office.opportunity(provider)
        office.clock.at = self.AT_NIGHT

        assert office.deliver(event) is State.WAITING
        assert office.message(event).due_at == self.MORNING
        assert office.tick("hand-over-waiting") == {}

        office.clock.at = self.MORNING
        assert office.tick("hand-over-waiting") == {"MessagesHandedOver": 1}
        (again,) = office.deliveries()
        assert again == event
        assert office.deliver(again) is State.SENT
        office.clock.forward(timedelta(hours=3))
        assert office.tick("hand-over-waiting") == {}

    def test_the_time_of_waiting_is_no_excuse(self, office: PostOffice) -> None:
        provider = office.provider()
        office.quiet(provider, *self.NIGHT)
        event = office.opportunity(provider)
        office.clock.at = self.AT_NIGHT
        office.deliver(event)
        office.withdraw(provider, Category.OPPORTUNITIES)
        office.clock.at = self.MORNING

        assert office.deliver(event) is State.WITHDRAWN
        office.clock.forward(timedelta(hours=3))
        assert office.tick("hand-over-waiting") == {}

    def test_quiet_hours_that_were_changed_count_as_they_are_now(self, office: PostOffice) -> None:
        provider = office.provider()
        office.quiet(provider, *self.NIGHT)
        event = office.opportunity(provider)
        office.clock.at = self.AT_NIGHT
        office.deliver(event)
        office.quiet(provider, time(22), time(9))
        office.clock.at = self.MORNING
        office.tick("hand-over-waiting")

        assert office.deliver(office.deliveries()[0]) is State.WAITING
        assert office.message(event).due_at == self.MORNING + timedelta(hours=2)

    def test_what_is_lost_on_the_way_back_is_handed_over_again(self, office: PostOffice) -> None:
        provider = office.provider()
        office.quiet(provider, *self.NIGHT)
        event = office.opportunity(provider)
        office.clock.at = self.AT_NIGHT
        office.deliver(event)
        office.clock.at = self.MORNING
        for at, after in ((0, False), (0, True), (1, False), (1, True), (2, False), (2, True), (3, False)):
            with pytest.raises(Crash):
                office.tick("hand-over-waiting", Faults(at, after))
            office.clock.forward(timedelta(hours=1))

        office.tick("hand-over-waiting")
        assert {again.id for again in office.deliveries()} == {event.id}

    def test_a_page_of_which_one_was_just_delivered_waits_another_minute(self, office: PostOffice) -> None:
        provider = office.provider()
        office.quiet(provider, *self.NIGHT)
        first, second = office.opportunity(provider), office.opportunity(provider)
        office.clock.at = self.AT_NIGHT
        assert [office.deliver(each) for each in (first, second)] == [State.WAITING] * 2
        office.clock.at = self.MORNING
        tasks = office.tasks(store=Meanwhile(office.store, lambda: office.deliver(first)))
        (piece,) = tasks["hand-over-waiting"]()

        assert piece() == {}
        assert office.tick("hand-over-waiting") == {"MessagesHandedOver": 1}
        assert office.deliveries() == [second]

    @pytest.mark.parametrize(
        "case", [case for case in TRANSACTIONAL if case[1].category is Category.ACCOUNT], ids=ids_of
    )
    def test_what_concerns_the_account_does_not_wait(self, office: PostOffice, case: Case) -> None:
        event = event_of(office, case)
        office.quiet(event.subject, time(0), time(23, 59))

        assert office.deliver(event) is State.SENT

    @pytest.mark.parametrize("case", ABOUT_REQUESTS, ids=ids_of)
    def test_word_of_ones_own_request_waits_too(self, office: PostOffice, case: Case) -> None:
        event = event_of(office, case)
        office.quiet(event.subject, time(0), time(23, 59))

        assert office.deliver(event) is State.WAITING


@pytest.mark.commitment("approval.unsubscribe")
@pytest.mark.parametrize("case", ABOUT_REQUESTS, ids=ids_of)
def test_word_of_ones_own_requests_can_be_stopped_as_well(office: PostOffice, case: Case) -> None:
    event = event_of(office, case)
    store = Meanwhile(office.store, lambda: office.withdraw(event.subject, Category.REQUESTS))

    assert office.deliver(event, store=store) is State.WITHDRAWN
    assert office.deliver(office.posted(event.subject)) is State.WITHDRAWN
    assert office.carrier.sent == []


class TestJobs:
    """Both sides hear how the job goes on, of what is still true, and without each other's contact details."""

    @pytest.mark.commitment("purpose.confirmations", "purpose.share-as-asked")
    @pytest.mark.parametrize(("side", "kind"), TOLD)
    def test_a_side_is_told_what_the_table_says(self, office: PostOffice, side: Actor, kind: Kind) -> None:
        event = office.about(kind, side)

        assert office.deliver(event) is State.SENT
        (letter,) = office.letters.written
        assert letter.kind is kind
        assert letter.to == office.account(event.subject).person.email
        assert letter.facts["side"] == side
        assert letter.facts["title"] == wish().title

    @pytest.mark.commitment("sharing.request-details", "sharing.only-as-stated")
    @pytest.mark.parametrize(("side", "kind"), TOLD)
    def test_neither_side_reads_how_to_reach_the_other(self, office: PostOffice, side: Actor, kind: Kind) -> None:
        office.deliver(office.about(kind, side))

        (letter,) = office.letters.written
        assert set(letter.facts) == {
            *("reference", "trade", "title", "description", "latitude", "longitude"),
            *("side", "days", "hours", "reason"),
            *(("until",) if kind is JOB_COMPLETED else ()),
        }
        assert letter.facts["latitude"] != wish().location.latitude

    @pytest.mark.parametrize("state", RequestState)
    @pytest.mark.parametrize(("side", "kind"), TOLD)
    def test_only_what_is_still_true_is_told(
        self, office: PostOffice, side: Actor, kind: Kind, state: RequestState
    ) -> None:
        event = office.about(kind, side, state)

        assert office.deliver(event) is (State.SENT if state in TRUE_IN[kind] else State.CLOSED)
        assert len(office.carrier.sent) == (state in TRUE_IN[kind])

    @pytest.mark.commitment("purpose.disputes")
    @pytest.mark.parametrize("reason", [*CancelReason, *DisputeReason])
    def test_a_reason_is_told_in_the_readers_language(
        self, office: PostOffice, reason: CancelReason | DisputeReason
    ) -> None:
        event = office.about(JOB_CANCELLED if isinstance(reason, CancelReason) else JOB_DISPUTED)
        office.deliver(replace(event, refs={**event.refs, "reason": reason.value}))

        (letter,) = office.letters.written
        assert letter.facts["reason"] == WORDS[reason][Language.FR]

    def test_no_reason_and_a_strange_one_are_not_told(self, office: PostOffice) -> None:
        event = office.about(JOB_CANCELLED)
        strange = office.about(JOB_CANCELLED)
        for each in (event, replace(strange, refs={**strange.refs, "reason": "whim"})):
            office.deliver(each)

        assert [letter.facts["reason"] for letter in office.letters.written] == [None, None]

    def test_an_objection_is_in_time_until_so_long_after_completion(self, office: PostOffice) -> None:
        event = office.about(JOB_COMPLETED)
        office.clock.forward(timedelta(hours=7))
        office.deliver(event)

        (letter,) = office.letters.written
        until = letter.facts["until"]
        assert isinstance(until, datetime)
        assert until == event.at + CONFIRMED_AFTER
        assert until.tzname() in ("EST", "EDT")

    @pytest.mark.parametrize("about", ["", "job-exploded", "opportunity", "request-posted", "verify-address"])
    def test_what_is_about_nothing_that_a_request_tells_is_not_understood(self, office: PostOffice, about: str) -> None:
        event = office.about(OFFER_MADE)
        refs = {**event.refs, "about": about} if about else {k: v for k, v in event.refs.items() if k != "about"}

        with pytest.raises(Unintelligible):
            office.deliver(replace(event, refs=refs))

    @pytest.mark.parametrize("kind", [kind for side, kind in TOLD if (Actor.PROVIDER, kind.name) not in TELLS])
    def test_a_provider_is_not_told_what_is_for_customers(self, office: PostOffice, kind: Kind) -> None:
        with pytest.raises(Unintelligible):
            office.deliver(replace(office.about(kind), subject=office.provider()))

    @pytest.mark.parametrize("missing", ["request", "customer"])
    def test_what_names_no_request_is_not_understood(self, office: PostOffice, missing: str) -> None:
        event = office.about(OFFER_MADE)
        refs = {name: value for name, value in event.refs.items() if name != missing}

        with pytest.raises(Unintelligible):
            office.deliver(replace(event, refs=refs))

    @pytest.mark.parametrize("late", [False, True])
    def test_with_the_customer_goes_what_they_wrote(self, office: PostOffice, late: bool) -> None:
        event = office.about(OFFER_ACCEPTED)
        customer = SubjectId(event.refs["customer"])
        if late:
            state = office.deliver(event, store=Meanwhile(office.store, lambda: office.erase(customer)))
        else:
            office.erase(customer)
            state = office.deliver(event)

        assert state is State.GONE
        assert office.carrier.sent == []


@pytest.mark.commitment("purpose.confirmations")
def test_a_request_with_offers_enough_is_confirmed_to_its_customer_and_told_to_nobody_else(office: PostOffice) -> None:
    provider, customer = office.provider(), office.customer()
    event = office.opportunity(provider, customer)
    (row,) = [row for key, row in office.store.rows.items() if key.sk == "REQUEST"]
    row["offers"] = ENOUGH_OFFERS

    assert office.deliver(event) is State.CLOSED
    posted = next(each for each in office.events() if each.type is EventType.REQUEST_POSTED)
    assert office.deliver(posted) is State.SENT


def test_a_cancelled_request_is_not_confirmed(office: PostOffice) -> None:
    posted = office.posted(office.customer())
    office.cancel(posted.subject, RequestId(posted.refs["request"]))

    assert office.deliver(posted) is State.CLOSED


@pytest.mark.commitment("approval.unsubscribe")
def test_who_stopped_everything_optional_still_hears_of_their_account(office: PostOffice) -> None:
    subject = office.active()
    office.withdraw(subject, Category.ACCOUNT)

    assert office.deliver(office.event(EventType.PASSWORD_CHANGED, subject)) is State.SENT


@pytest.mark.parametrize("kind", [kind for kind in EventType if kind not in KINDS_OF])
def test_an_event_that_leads_to_no_mail_is_not_understood(office: PostOffice, kind: EventType) -> None:
    with pytest.raises(Unintelligible):
        office.deliver(office.event(kind, office.active()))


@pytest.mark.parametrize("refs", [{}, {"request": "req_" + "a" * 26}, {"customer": "sub_" + "a" * 26}])
def test_an_opportunity_that_names_no_request_is_not_understood(office: PostOffice, refs: dict[str, str]) -> None:
    with pytest.raises(Unintelligible):
        office.deliver(office.event(EventType.OPPORTUNITY_MATCHED, office.active(), **refs))


class TestPayments:
    """What a customer is told of a payment: what is so at the moment of sending, and of the card only which it is."""

    CARD = ("visa", "4242")

    @pytest.mark.commitment("purpose.payments", "sharing.payment-limits")
    def test_a_receipt_says_what_was_taken_when_and_from_which_card(self, office: PostOffice) -> None:
        office.deliver(office.paid(EventType.PAYMENT_SETTLED))

        (letter,) = office.letters.written
        facts = {name: letter.facts[name] for name in ("taken", "returned", "owed", "currency", "paid_with", "on")}
        assert facts == {
            "taken": 123450,
            "returned": 0,
            "owed": 123450,
            "currency": "CAD",
            "paid_with": self.CARD,
            "on": office.clock.now(),
        }
        assert "fingerprint" not in repr(letter.facts)

    @pytest.mark.parametrize("known", [{"card": None}, {"n": 2}])
    def test_a_card_that_is_not_known_to_be_the_one_is_not_named(
        self, office: PostOffice, known: dict[str, Any]
    ) -> None:
        assert office.deliver(office.paid(EventType.PAYMENT_SETTLED, **known)) is State.SENT
        (letter,) = office.letters.written
        assert letter.facts["paid_with"] is None

    def test_a_refund_that_failed_meanwhile_is_not_told_of(self, office: PostOffice) -> None:
        refunds = {"re_1": Refund("re_1", 5000, RefundState.FAILED)}

        assert office.deliver(office.paid(EventType.PAYMENT_REFUNDED, refunds=refunds)) is State.CLOSED

    def test_several_refunds_are_told_as_what_they_come_to(self, office: PostOffice) -> None:
        refunds = {name: Refund(name, 5000, RefundState.PENDING) for name in ("re_1", "re_2")}
        office.deliver(office.paid(EventType.PAYMENT_REFUNDED, refunds=refunds))

        (letter,) = office.letters.written
        assert (letter.facts["returned"], letter.facts["taken"]) == (10000, 123450)

    def test_a_receipt_goes_out_though_the_money_went_back_meanwhile(self, office: PostOffice) -> None:
        refunds = {"re_1": Refund("re_1", 123450, RefundState.SUCCEEDED)}

        assert office.deliver(office.paid(EventType.PAYMENT_SETTLED, refunds=refunds)) is State.SENT

    @pytest.mark.parametrize(
        ("held_for", "ended"), [(CAPTURED_BEFORE, State.SENT), (CAPTURED_BEFORE + timedelta(seconds=1), State.CLOSED)]
    )
    def test_a_customer_is_asked_while_the_money_is_not_held_for_longer(
        self, office: PostOffice, held_for: timedelta, ended: State
    ) -> None:
        until = office.clock.now() + held_for
        held = {"standing": Standing.AUTHORISED, "captured_cents": 0, "capture_before": until}

        assert office.deliver(office.paid(EventType.PAYMENT_NEEDED, **held)) is ended

    def test_nobody_is_asked_for_what_was_taken(self, office: PostOffice) -> None:
        assert office.deliver(office.paid(EventType.PAYMENT_NEEDED)) is State.CLOSED

    @pytest.mark.parametrize("state", [RequestState.ENGAGED, RequestState.CONFIRMED])
    def test_who_has_not_paid_is_asked_whether_or_not_the_job_is_done(
        self, office: PostOffice, state: RequestState
    ) -> None:
        event = office.paid(EventType.PAYMENT_NEEDED, **PAYMENTS[EventType.PAYMENT_NEEDED])
        office.store.rows[Key("requests", f"R#{event.refs['request']}", "REQUEST")]["state"] = state

        assert office.deliver(event) is State.SENT
        assert office.letters.written[-1].facts["done"] is (state is RequestState.CONFIRMED)

    def test_nobody_is_asked_once_the_job_is_over(self, office: PostOffice) -> None:
        event = office.paid(EventType.PAYMENT_NEEDED, **PAYMENTS[EventType.PAYMENT_NEEDED])
        office.store.rows[Key("requests", f"R#{event.refs['request']}", "REQUEST")]["state"] = RequestState.CANCELLED

        assert office.deliver(event) is State.CLOSED

    def test_a_payment_without_authorisation_is_not_secured(self, office: PostOffice) -> None:
        event = office.paid(EventType.PAYMENT_SETTLED)
        payment = office.store.load(office.payments.payment(PaymentId(event.refs["payment"]), event.subject))

        assert secured(payment, office.clock.now())
        assert not secured(replace(payment, authorisations={}), office.clock.now())

    @pytest.mark.parametrize("kind", PAYMENTS)
    def test_somebody_elses_payment_is_told_to_nobody(self, office: PostOffice, kind: EventType) -> None:
        event = office.paid(kind, **PAYMENTS[kind])
        other = office.posted(office.customer())
        refs = {**event.refs, "request": other.refs["request"], "customer": other.subject}

        assert office.deliver(replace(event, subject=other.subject, refs=refs)) is State.GONE

    @pytest.mark.parametrize("missing", ["payment", "request"])
    def test_what_names_no_payment_is_not_understood(self, office: PostOffice, missing: str) -> None:
        event = office.paid(EventType.PAYMENT_SETTLED)
        refs = {name: value for name, value in event.refs.items() if name != missing}

        with pytest.raises(Unintelligible):
            office.deliver(replace(event, refs=refs))

    def test_no_receipt_names_a_card_once_the_record_key_is_gone(self, office: PostOffice) -> None:
        event = office.paid(EventType.PAYMENT_SETTLED)
        erased = office.keys.erased(event.subject, KeyClass.RECORD, office.clock.now())

        assert office.deliver(event, store=Meanwhile(office.store, lambda: office.store.commit(erased))) is State.GONE
        assert office.carrier.sent == []
