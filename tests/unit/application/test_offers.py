"""Offers: made by who was told of a request, shown to its customer, withdrawn, and never of a closed one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobipro.domain.errors import Conflict, IdempotencyMismatch, Invalid, NotAuthenticated, NotFound, Unavailable
from jobipro.domain.events import EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.lifecycle import State
from jobipro.domain.offers import LEAST_CENTS, MOST_CENTS, OfferState, offer_id, slot
from jobipro.domain.requests import ENOUGH_OFFERS, WAVES_APART, Shared
from tests.fakes.faults import Crash, Faults
from tests.fakes.market import Market, plumber
from tests.fakes.meanwhile import Meanwhile


@pytest.fixture
def request_id(market: Market, customer: SubjectId, provider: SubjectId) -> RequestId:
    return market.matched(customer)


def told(market: Market, kind: EventType) -> list[tuple[str, dict[str, str]]]:
    return [(event.subject, dict(event.refs)) for event in market.events() if event.type is kind]


def received(market: Market, customer: SubjectId, request: str) -> list[tuple[int, str]]:
    page = market.list_offers(market.caller(customer), request, 25)
    return [(each.offer.price_cents, each.provider.name) for each in page.offers]


def engage(market: Market, request: RequestId, provider: SubjectId) -> None:
    """Put a request where acceptance leads."""
    (row,) = [row for key, row in market.store.rows.items() if key.pk == f"R#{request}" and key.sk == "REQUEST"]
    offer = offer_id(request, provider)
    row.update(state="engaged", version=row["version"] + 1, provider=provider, offer=offer)
    (row,) = [row for key, row in market.store.rows.items() if key.sk == f"OFFER#{slot(offer)}"]
    row.update(state="accepted", version=row["version"] + 1)


class TestMaking:
    def test_an_offer_reaches_the_customer_and_both_hear_of_it(self, market, customer, provider, request_id):
        made = market.offered(request_id, provider)

        assert (made.id, made.state) == (offer_id(request_id, provider), OfferState.OPEN)
        standing = market.standing(request_id)
        assert (standing.state, standing.offers) == (State.OFFERED, 1)
        refs = {"request": request_id, "customer": customer, "provider": provider, "offer": made.id}
        assert told(market, EventType.OFFER_MADE) == [(customer, refs)]
        assert told(market, EventType.REQUEST_TOLD) == [(customer, refs | {"about": "offer-made"})]

    def test_it_takes_two_calls(self, market, provider, request_id):
        market.account(provider)
        market.calls()

        market.offered(request_id, provider, key="one")

        assert sorted(market.calls()) == ["BatchGetItem", "TransactWriteItems"]

    @pytest.mark.commitment("sharing.request-details")
    def test_who_was_not_told_of_a_request_finds_nothing_to_offer_for(self, market, customer, request_id):
        for stranger in (market.provider(), market.customer(), customer):
            for each in (request_id, RequestId("req_" + "z" * 26), "nonsense"):
                with pytest.raises(NotFound):
                    market.offered(each, stranger)
        assert market.standing(request_id).state is State.MATCHED

    @pytest.mark.parametrize("state", [State.CANCELLED, State.EXPIRED])
    def test_nothing_is_offered_for_a_closed_request(self, market, customer, provider, request_id, state):
        (row,) = [row for key, row in market.store.rows.items() if key.sk == "REQUEST"]
        row["state"] = state.value

        with pytest.raises(NotFound):
            market.offered(request_id, provider)

    def test_nothing_is_offered_to_somebody_erased(self, market, customer, provider, request_id):
        market.erase(customer)

        with pytest.raises(NotFound):
            market.offered(request_id, provider)
        assert told(market, EventType.OFFER_MADE) == []

    def test_a_second_offer_has_to_wait_for_the_first_to_be_withdrawn(self, market, provider, request_id):
        made = market.offered(request_id, provider)

        with pytest.raises(Conflict) as refused:
            market.offered(request_id, provider, price_cents=11_000)
        assert (refused.value.state, refused.value.allowed) == ("offered", ("withdraw",))

        market.withdraw_offer(market.caller(provider), request_id, made.id)
        again = market.offered(request_id, provider, price_cents=11_000)
        assert again.id != made.id
        assert market.read_opportunity(market.caller(provider), request_id).offer.price_cents == 11_000

    @pytest.mark.parametrize("price", [LEAST_CENTS - 1, 0, -1, MOST_CENTS + 1])
    def test_a_price_is_one_that_can_be_charged(self, market, provider, request_id, price):
        with pytest.raises(Invalid) as refused:
            market.offered(request_id, provider, price_cents=price)
        assert [each.field for each in refused.value.fields] == ["price_cents"]

    def test_the_first_day_is_today_where_the_provider_lives_or_later_within_a_year(self, market, provider, request_id):
        today = market.clock.now().date()
        for day in (today - timedelta(days=1), today + timedelta(days=366)):
            with pytest.raises(Invalid) as refused:
                market.offered(request_id, provider, earliest_on=day)
            assert [each.field for each in refused.value.fields] == ["earliest_on"]

        market.clock.forward(timedelta(hours=11))  # tomorrow in UTC, not yet in Québec
        assert market.clock.now().date() > today
        assert market.offered(request_id, provider, earliest_on=today).state is OfferState.OPEN

    @pytest.mark.commitment("sharing.only-as-stated", "sharing.request-details")
    @pytest.mark.parametrize(
        "message", ["Call 514 555 0123.", "paul at gmail dot com", "www.plumber.example", "", " \n ", "a" * 2001]
    )
    def test_a_message_gives_no_way_around_and_says_something(self, market, provider, request_id, message):
        with pytest.raises(Invalid) as refused:
            market.offered(request_id, provider, message=message)
        assert [each.field for each in refused.value.fields] == ["message"]

    def test_everything_that_does_not_fit_is_named_at_once(self, market, provider, request_id):
        with pytest.raises(Invalid) as refused:
            market.offered(request_id, provider, price_cents=1, message="", earliest_on=market.clock.now().date().min)
        assert [each.field for each in refused.value.fields] == ["price_cents", "earliest_on", "message"]

    def test_the_same_call_again_gets_the_same_answer_whatever_happened_since(
        self, market, customer, provider, request_id
    ):
        first = market.offered(request_id, provider, key="one")
        assert market.offered(request_id, provider, key="one") == first
        market.withdraw_offer(market.caller(provider), request_id, first.id)
        assert market.offered(request_id, provider, key="one") == first
        market.cancel(customer, request_id)
        assert market.offered(request_id, provider, key="one") == first

        assert market.standing(request_id).offers == 0
        with pytest.raises(IdempotencyMismatch):
            market.offered(request_id, provider, key="one", price_cents=1_000)

    def test_a_key_belongs_to_one_provider_and_one_request(self, market, customer, provider, request_id):
        other = market.matched(customer)
        first, second = market.offered(request_id, provider, key="one"), market.offered(other, provider, key="one")

        assert first.id != second.id

    def test_two_of_the_same_call_at_the_same_moment_make_one_offer(self, market, provider, request_id):
        commit = Meanwhile(market.store, lambda: market.offered(request_id, provider, key="one"))

        made = market.offered(request_id, provider, key="one", commit=commit)

        assert made.state is OfferState.OPEN
        assert market.standing(request_id).offers == 1
        assert len(told(market, EventType.OFFER_MADE)) == 1

    def test_an_offer_that_crosses_another_one_is_kept_all_the_same(self, market, customer, provider):
        other = market.provider()
        request = market.matched(customer)
        commit = Meanwhile(market.store, lambda: market.offered(request, other))

        market.offered(request, provider, commit=commit)

        assert market.standing(request).offers == 2

    def test_an_offer_that_crosses_the_end_of_the_request_is_told_so(self, market, customer, provider, request_id):
        commit = Meanwhile(market.store, lambda: market.cancel(customer, request_id))

        with pytest.raises(Conflict) as refused:
            market.offered(request_id, provider, commit=commit)

        assert (refused.value.state, refused.value.allowed) == ("cancelled", ())
        assert told(market, EventType.OFFER_MADE) == []

    def test_a_request_that_never_stands_still_is_not_looked_at_for_ever(self, market, provider, request_id):
        (row,) = [row for key, row in market.store.rows.items() if key.sk == "REQUEST"]

        def move() -> None:
            row["version"] += 1

        with pytest.raises(Unavailable):
            market.offered(request_id, provider, commit=Meanwhile(market.store, move, times=1000))

    @pytest.mark.parametrize("after", [False, True])
    def test_a_crash_and_another_try_make_one_offer(self, market, provider, request_id, after):
        faults = Faults(at=0, after=after)
        with pytest.raises(Crash):
            market.offered(request_id, provider, key="one", commit=faults.around(market.store.commit))

        market.offered(request_id, provider, key="one")

        assert market.standing(request_id).offers == 1

    def test_a_log_in_that_ended_offers_nothing(self, market, provider, request_id):
        caller = replace(market.caller(provider), issued_at=0)
        (row,) = [row for key, row in market.store.rows.items() if key.pk == f"A#{provider}" and key.sk == "PROFILE"]
        row["sessions_from"] = 1

        for call in (
            lambda: market.read_opportunity(caller, request_id),
            lambda: market.list_opportunities(caller, 10),
            lambda: market.list_offers(caller, request_id, 10),
            lambda: market.withdraw_offer(caller, request_id, "off_" + "a" * 26),
        ):
            with pytest.raises(NotAuthenticated):
                call()


class TestWithdrawing:
    def test_an_offer_that_was_withdrawn_is_gone_for_its_customer(self, market, customer, provider, request_id):
        made = market.offered(request_id, provider)

        assert market.withdraw_offer(market.caller(provider), request_id, made.id) == made.id

        standing = market.standing(request_id)
        assert (standing.state, standing.offers) == (State.MATCHED, 0)
        assert received(market, customer, request_id) == []
        ((_, refs),) = told(market, EventType.OFFER_WITHDRAWN)
        assert (refs["provider"], refs["offer"]) == (provider, made.id)
        assert market.read_opportunity(market.caller(provider), request_id).offer.state is OfferState.WITHDRAWN

    def test_a_request_stays_offered_while_others_offer(self, market, customer, provider):
        other = market.provider()
        request = market.matched(customer)
        first, _ = market.offered(request, provider), market.offered(request, other)

        market.withdraw_offer(market.caller(provider), request, first.id)

        assert market.standing(request).state is State.OFFERED
        assert len(received(market, customer, request)) == 1

    def test_withdrawing_again_changes_nothing_even_when_the_request_is_closed(
        self, market, customer, provider, request_id
    ):
        made = market.offered(request_id, provider)
        market.withdraw_offer(market.caller(provider), request_id, made.id)
        market.cancel(customer, request_id)
        before = dict(market.store.rows)

        assert market.withdraw_offer(market.caller(provider), request_id, made.id) == made.id
        assert market.store.rows == before

    def test_an_accepted_offer_is_not_withdrawn(self, market, provider, request_id):
        made = market.offered(request_id, provider)
        engage(market, request_id, provider)

        with pytest.raises(Conflict) as refused:
            market.withdraw_offer(market.caller(provider), request_id, made.id)
        assert (refused.value.state, refused.value.allowed) == ("engaged", ("complete", "cancel", "dispute"))

    def test_an_offer_that_is_accepted_at_the_same_moment_is_not_withdrawn(self, market, provider, request_id):
        made = market.offered(request_id, provider)
        commit = Meanwhile(market.store, lambda: engage(market, request_id, provider))

        with pytest.raises(Conflict) as refused:
            replace(market.withdraw_offer, commit=commit)(market.caller(provider), request_id, made.id)
        assert refused.value.state == "engaged"
        assert told(market, EventType.OFFER_WITHDRAWN) == []

    def test_nobody_withdraws_what_is_not_theirs(self, market, customer, provider):
        other = market.provider()
        request = market.matched(customer)
        made = market.offered(request, provider)

        for who, offer in [
            (other, made.id),
            (customer, made.id),
            (provider, "off_" + "z" * 26),
            (provider, offer_id(request, other)),
            (other, offer_id(request, other)),
        ]:
            with pytest.raises(NotFound):
                market.withdraw_offer(market.caller(who), request, offer)
        assert market.standing(request).offers == 1

    def test_of_a_closed_request_there_is_nothing_to_withdraw(self, market, customer, provider, request_id):
        made = market.offered(request_id, provider)
        market.cancel(customer, request_id)

        with pytest.raises(NotFound):
            market.withdraw_offer(market.caller(provider), request_id, made.id)

    def test_the_next_providers_are_told_when_one_of_enough_offers_is_withdrawn(self, market, customer):
        for _ in range(30):
            market.placed(plumber())
        told_of = market.posted(customer)
        market.notify_providers(told_of)
        request = RequestId(told_of.refs["request"])
        first = [event.subject for event in market.deliveries()][:ENOUGH_OFFERS]
        made = [market.offered(request, provider) for provider in first]
        market.clock.forward(WAVES_APART)
        assert [market.notify_providers(due) for due in market.waves_due()] == [0]

        market.withdraw_offer(market.caller(first[0]), request, made[0].id)
        withdrawn = market.told(EventType.OFFER_WITHDRAWN)

        assert market.notify_providers(withdrawn) == 5
        assert market.notify_providers(withdrawn) == 0

    def test_a_wave_that_is_not_due_yet_does_not_go_because_an_offer_is_withdrawn(self, market, customer):
        for _ in range(30):
            market.placed(plumber())
        told_of = market.posted(customer)
        market.notify_providers(told_of)
        provider = market.deliveries()[0].subject
        made = market.offered(told_of.refs["request"], provider)

        market.withdraw_offer(market.caller(provider), told_of.refs["request"], made.id)

        assert market.notify_providers(market.told(EventType.OFFER_WITHDRAWN)) == 0


class TestTheCustomersList:
    @pytest.mark.commitment("purpose.share-as-asked", "sharing.only-as-stated")
    def test_it_shows_who_offers_what_without_a_way_to_reach_them(self, market, customer):
        profile = plumber()
        provider = market.provider(replace(profile, about="Plumber since 2009."))
        request = market.matched(customer)
        market.offered(request, provider)

        (found,) = market.list_offers(market.caller(customer), request, 10).offers

        person = market.account(provider).person
        assert (found.provider.name, found.provider.trades) == ("Marie T.", profile.trades)
        assert found.provider.about == "Plumber since 2009."
        assert (found.offer.price_cents, found.offer.currency) == (12_500, "CAD")
        shown = f"{found.provider!s} {found.offer.message}"
        assert person.email not in shown
        assert person.family_name not in shown

    def test_it_goes_on_page_by_page_until_every_offer_was_shown_once(self, market, customer):
        providers = [market.provider() for _ in range(5)]
        request = market.matched(customer)
        prices = {market.offered(request, each, price_cents=100 + n) and 100 + n for n, each in enumerate(providers)}
        found: list[int] = []
        cursor = None
        for _ in range(10):
            page = market.list_offers(market.caller(customer), request, 2, cursor)
            found += [each.offer.price_cents for each in page.offers]
            cursor = page.next
            if cursor is None:
                break

        assert sorted(found) == sorted(prices)

    def test_a_cursor_is_good_for_one_list_of_one_person(self, market, customer):
        providers = [market.provider() for _ in range(3)]
        request, other = market.matched(customer), market.matched(customer)
        for each in providers:
            market.offered(request, each)
        cursor = market.list_offers(market.caller(customer), request, 2).next

        with pytest.raises(Invalid):
            market.list_offers(market.caller(customer), other, 2, cursor)

    def test_once_an_offer_is_accepted_that_one_alone_is_shown(self, market, customer):
        first, second = market.provider(), market.provider()
        request = market.matched(customer)
        market.offered(request, first, price_cents=100)
        market.offered(request, second, price_cents=200)

        engage(market, request, second)

        assert [price for price, _ in received(market, customer, request)] == [200]

    def test_of_a_closed_request_no_offer_is_shown(self, market, customer, provider, request_id):
        market.offered(request_id, provider)
        market.cancel(customer, request_id)

        assert received(market, customer, request_id) == []

    def test_the_offer_of_somebody_who_is_gone_is_not_shown(self, market, customer):
        first, second, third = (market.provider() for _ in range(3))
        request = market.matched(customer)
        for each in (first, second, third):
            market.offered(request, each)
        market.erase(first)
        (row,) = [row for key, row in market.store.rows.items() if key.pk == f"A#{second}" and key.sk == "PROFILE"]
        row["status"] = "suspended"

        assert len(received(market, customer, request)) == 1

    def test_it_is_for_the_customer_alone(self, market, customer, provider, request_id):
        market.offered(request_id, provider)

        for stranger in (provider, market.customer()):
            for each in (request_id, RequestId("req_" + "z" * 26), "nonsense"):
                with pytest.raises(NotFound):
                    market.list_offers(market.caller(stranger), each, 10)

    def test_a_page_takes_three_calls_and_a_key_a_provider(self, market, customer):
        providers = [market.provider() for _ in range(4)]
        request = market.matched(customer)
        for each in providers:
            market.offered(request, each)
        market.forgotten_keys()
        market.calls()

        market.list_offers(market.caller(customer), request, 25)

        calls = market.calls()
        assert sorted(calls) == sorted(["BatchGetItem"] * 2 + ["Query"] + ["Decrypt"] * 5)


class TestOpportunities:
    @pytest.mark.commitment("sharing.request-details", "purpose.share-as-asked")
    def test_a_provider_sees_what_is_shared_and_their_own_offer(self, market, customer, provider, request_id):
        before = market.read_opportunity(market.caller(provider), request_id)
        market.offered(request_id, provider)
        after = market.read_opportunity(market.caller(provider), request_id)

        assert (before.state, before.offer) == (State.MATCHED, None)
        assert isinstance(before.details, Shared)
        assert (after.state, after.offer.price_cents) == (State.OFFERED, 12_500)
        assert market.list_opportunities(market.caller(provider), 10).opportunities == [after]

    def test_nobody_sees_the_offer_of_another_provider(self, market, customer, provider):
        other = market.provider()
        request = market.matched(customer)
        market.offered(request, provider)

        assert market.read_opportunity(market.caller(other), request).offer is None

    def test_the_newest_come_first_page_by_page(self, market, customer, provider):
        posted = []
        for _ in range(5):
            posted.append(market.matched(customer))
            market.clock.forward(timedelta(seconds=1))
        found: list[str] = []
        cursor = None
        for _ in range(5):
            page = market.list_opportunities(market.caller(provider), 2, cursor)
            found += [each.id for each in page.opportunities]
            cursor = page.next
            if cursor is None:
                break

        assert found == posted[::-1]

    @pytest.mark.commitment("sharing.request-details")
    @pytest.mark.parametrize("state", sorted(set(State) - {State.POSTED, State.MATCHED, State.OFFERED}))
    def test_a_closed_request_is_gone_but_for_the_provider_who_is_engaged(self, market, customer, provider, state):
        other = market.provider()
        request = market.matched(customer)
        market.offered(request, provider)
        engage(market, request, provider)
        (row,) = [row for key, row in market.store.rows.items() if key.sk == "REQUEST"]
        row["state"] = state.value

        assert market.read_opportunity(market.caller(provider), request).state is state
        assert len(market.list_opportunities(market.caller(provider), 10).opportunities) == 1
        with pytest.raises(NotFound):
            market.read_opportunity(market.caller(other), request)
        assert market.list_opportunities(market.caller(other), 10).opportunities == []

    def test_the_request_of_somebody_erased_is_gone(self, market, customer, provider, request_id):
        kept = market.matched(market.customer())
        market.erase(customer)

        with pytest.raises(NotFound):
            market.read_opportunity(market.caller(provider), request_id)
        assert [each.id for each in market.list_opportunities(market.caller(provider), 10).opportunities] == [kept]

    def test_who_was_not_told_of_it_finds_nothing(self, market, customer, provider, request_id):
        for stranger in (market.provider(), customer):
            for each in (request_id, "nonsense"):
                with pytest.raises(NotFound):
                    market.read_opportunity(market.caller(stranger), each)
            assert market.list_opportunities(market.caller(stranger), 10).opportunities == ()

    def test_a_page_takes_three_calls_and_one_opportunity_two(self, market, customer, provider):
        requests = [market.matched(customer) for _ in range(4)]
        market.calls()

        market.list_opportunities(market.caller(provider), 25)
        assert sorted(market.calls()) == ["BatchGetItem", "BatchGetItem", "Query"]

        market.read_opportunity(market.caller(provider), requests[0])
        assert market.calls() == ["BatchGetItem", "BatchGetItem"]

    def test_the_greatest_page_fits_into_one_look(self, market, provider):
        for _ in range(25):
            market.offered(market.matched(market.customer()), provider)

        page = market.list_opportunities(market.caller(provider), 25)

        assert len(page.opportunities) == 25
        assert all(each.offer for each in page.opportunities)
