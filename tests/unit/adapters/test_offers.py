"""Rows of offers and opportunities: their names, what is sealed in them, and what their conditions refuse."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from jobipro.adapters.dynamodb.rows import Key
from jobipro.domain import data_map
from jobipro.domain.errors import Conflict, Moved, NotFound, SubjectErased, Unintelligible
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.offers import Offer, OfferState, offer_after, offer_id, slot
from jobipro.domain.requests import Standing
from tests.fakes.market import Market


@pytest.fixture
def request_(market: Market) -> Standing:
    found = market.store.load(market.requests.standing(RequestId(market.posted(market.customer()).refs["request"])))
    assert isinstance(found, Standing)
    return found


def offer_of(market: Market, request: Standing, provider: SubjectId) -> Offer:
    return Offer(
        id=offer_id(request.id, provider),
        request=request.id,
        customer=request.customer,
        provider=provider,
        state=OfferState.OPEN,
        made_at=market.clock.now(),
        version=1,
        price_cents=12_500,
        earliest_on=date(2026, 11, 30),
        message="Tuesday morning suits me.",
        key=market.account(provider).key,
    )


@pytest.fixture
def offer(market: Market, request_: Standing, provider: SubjectId) -> Offer:
    made = offer_of(market, request_, provider)
    market.store.commit(market.offers.made(made, before=None))
    return made


def row(market: Market, offer: Offer) -> dict[str, object]:
    return market.store.rows[Key("requests", f"R#{offer.request}", f"OFFER#{slot(offer.id)}")]


def test_an_offer_reads_back_as_it_was_written(market, offer):
    assert market.store.load(market.offers.offer(offer.request, offer.provider)) == offer
    standing = market.store.load(market.offers.standing(offer.request, offer.id))
    assert (standing.id, standing.provider, standing.state) == (offer.id, offer.provider, OfferState.OPEN)
    assert list(market.store.find(market.offers.of_request(offer.request), 10).items) == [standing]


@pytest.mark.commitment("security.encrypted-at-rest", "data.user-content")
def test_what_an_offer_says_is_sealed_under_its_provider_s_key(market, offer):
    stored = row(market, offer)

    sealed = market.sealing.unseal(offer.key, stored, "requests")

    assert offer.key.subject == offer.provider
    assert set(sealed) == {entry.field for entry in data_map.declared("requests", "OFFER")}
    assert set(stored) == {
        "pk",
        "sk",
        "request",
        "customer",
        "provider",
        "offer",
        "state",
        "made_at",
        "version",
        "sealed",
    }


def test_an_offer_moved_to_another_request_does_not_open(market, offer):
    other = RequestId(market.posted(market.customer()).refs["request"])
    place = Key("requests", f"R#{other}", f"OFFER#{slot(offer_id(other, offer.provider))}")
    market.store.rows[place] = row(market, offer) | {"pk": place.pk, "sk": place.sk}

    with pytest.raises(Unintelligible):
        market.store.load(market.offers.offer(other, offer.provider))


def test_an_offer_made_anew_takes_the_place_of_the_one_before_under_another_id(market, request_, provider, offer):
    market.store.commit(market.offers.became(offer, OfferState.WITHDRAWN))
    before = market.store.load(market.offers.offer(request_.id, provider))
    anew = replace(offer, id=offer_after(before, request_.id, provider), version=before.version + 1)

    market.store.commit(market.offers.made(anew, before))

    assert (slot(anew.id), anew.id != offer.id) == (slot(offer.id), True)
    assert market.store.load(market.offers.standing(request_.id, offer.id)) is None
    assert market.store.load(market.offers.standing(request_.id, anew.id)).id == anew.id


def test_ids_of_offers_look_like_all_others_and_go_on(request_, provider):
    ids = {offer_id(request_.id, provider, making) for making in range(1, 1025)}

    assert len(ids) == 1024
    assert all(re.fullmatch(r"off_[a-z2-7]{26}", each) for each in ids)


def test_there_is_one_offer_of_a_provider_for_a_request(market, request_, provider, offer):
    with pytest.raises(Conflict):
        market.store.commit(market.offers.made(offer_of(market, request_, provider), before=None))
    assert offer_id(request_.id, provider) == offer.id
    assert offer_id(request_.id, market.provider()) != offer.id


def test_an_offer_changes_only_as_it_was_read(market, offer):
    market.store.commit(market.offers.became(offer, OfferState.WITHDRAWN))

    for write in (market.offers.became(offer, OfferState.ACCEPTED), market.offers.made(replace(offer), before=offer)):
        with pytest.raises(Moved):
            market.store.commit(write)
    standing = market.store.load(market.offers.standing(offer.request, offer.id))
    assert (standing.state, standing.version) == (OfferState.WITHDRAWN, 2)
    market.store.commit(market.offers.made(replace(offer, version=3), before=standing))


@pytest.mark.commitment("security.encrypted-at-rest")
def test_the_offer_of_somebody_erased_does_not_open(market, offer):
    market.erase(offer.provider)

    with pytest.raises(SubjectErased):
        market.store.load(market.offers.offer(offer.request, offer.provider))


def test_nothing_is_offered_to_somebody_erased(market, request_, provider):
    market.erase(request_.customer)

    with pytest.raises(NotFound):
        market.store.commit(market.offers.made(offer_of(market, request_, provider), before=None))


def test_nothing_is_offered_by_somebody_erased(market, request_, provider):
    offer = offer_of(market, request_, provider)
    market.erase(provider)

    with pytest.raises(SubjectErased):
        market.store.commit(market.offers.made(offer, before=None))


def test_opportunities_are_listed_newest_first_and_nothing_else_with_them(market, provider, request_, offer):
    first, second = request_, replace(request_, id=market.ids.request())
    market.store.commit(market.offers.told(first, [provider], market.clock.now()))
    market.clock.forward(timedelta(seconds=1))
    market.store.commit(market.offers.told(second, [provider, market.provider()], market.clock.now()))

    found = market.store.find(market.offers.of_provider(provider), 10).items

    assert [each.request for each in found] == [second.id, first.id]
    assert market.store.load(market.offers.opportunity(first.id, provider)) == found[1]
    assert market.store.load(market.offers.opportunity(first.id, request_.customer)) is None
