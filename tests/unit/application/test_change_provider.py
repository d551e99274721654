"""A provider's profile: what fits, what saving it approves, and what it never approves again."""

from dataclasses import replace

import pytest

from jobipro.application.change_provider import MOST_TRADES
from jobipro.domain.accounts import ProviderProfile, Role
from jobipro.domain.approvals import Approval, Basis, Category, Channel, HowGiven, HowWithdrawn, Withdrawal
from jobipro.domain.coverage import Location
from jobipro.domain.errors import Conflict, Invalid, NotFound, SubjectErased
from jobipro.domain.events import EventType
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.trades import Trade
from tests.fakes.market import MONTREAL, OTTAWA, Market, plumber


@pytest.fixture
def somebody(market: Market) -> SubjectId:
    return market.customer()


def history(market: Market, subject: SubjectId):
    found = market.store.find(market.consents.history(subject), 50).items
    return [record for record in found if record.category is Category.OPPORTUNITIES]


def hears_of_opportunities(market: Market, subject: SubjectId) -> bool:
    subscription = market.store.load(market.consents.subscription(subject))
    return subscription.ground(Category.OPPORTUNITIES, market.clock.now()) is not None


def unsubscribed(market: Market, subject: SubjectId) -> None:
    subscription = market.store.load(market.consents.subscription(subject))
    said = Withdrawal(
        market.ids.approval(), Category.OPPORTUNITIES, Channel.EMAIL, market.clock.now(), HowWithdrawn.ONE_CLICK
    )
    market.store.commit(market.consents.recorded(subject, said), market.consents.changed(subscription, (said,)))


def test_saving_makes_a_provider_and_tells_of_it(market, somebody):
    event = market.changed(somebody, plumber())

    assert event.subject == somebody
    assert market.account(somebody).role is Role.PROVIDER
    shown = market.read_provider(market.caller(somebody))
    assert (shown.trades, shown.base, shown.radius_km) == ((Trade.PLUMBING,), MONTREAL, 25)


def test_who_is_no_provider_has_no_profile(market, somebody):
    with pytest.raises(NotFound):
        market.read_provider(market.caller(somebody))


@pytest.mark.commitment("approval.explicit")
def test_the_first_saving_subscribes_and_is_the_evidence(market, somebody):
    assert not hears_of_opportunities(market, somebody)

    market.changed(somebody, plumber())

    (approval,) = history(market, somebody)
    assert isinstance(approval, Approval)
    assert (approval.basis, approval.channel, approval.how) == (
        Basis.EXPRESS,
        Channel.EMAIL,
        HowGiven.PROVIDER_PROFILE,
    )
    assert approval.shown == "2026-11/opportunities/fr"
    assert approval.policy_version == "2026-11-01"
    assert hears_of_opportunities(market, somebody)
    (row,) = [row for row in market.store.rows.values() if row.get("id") == approval.id]
    record_key = market.store.load(market.keys.key(somebody, KeyClass.RECORD))
    assert market.sealing.unseal(record_key, row, "consents") == {"email": market.account(somebody).person.email}


def test_saving_again_approves_nothing_anew(market, somebody):
    market.changed(somebody, plumber())
    market.changed(somebody, plumber(OTTAWA))

    assert len(history(market, somebody)) == 1
    assert hears_of_opportunities(market, somebody)


@pytest.mark.commitment("approval.preferences")
def test_saving_after_a_withdrawal_does_not_subscribe_again(market, somebody):
    market.changed(somebody, plumber())
    unsubscribed(market, somebody)

    market.changed(somebody, plumber(OTTAWA))

    assert not hears_of_opportunities(market, somebody)
    assert [type(record) for record in history(market, somebody)] == [Approval, Withdrawal]


@pytest.mark.commitment("approval.preferences")
def test_saving_does_not_subscribe_who_withdrew_before_ever_saving(market, somebody):
    unsubscribed(market, somebody)

    market.changed(somebody, plumber())

    assert not hears_of_opportunities(market, somebody)


@pytest.mark.commitment("approval.preferences")
def test_saving_does_not_subscribe_who_stopped_everything_before_their_address_was_verified(market, somebody):
    subscription = market.store.load(market.consents.subscription(somebody))
    market.store.commit(market.consents.changed(subscription, (), declined=True))

    market.changed(somebody, plumber())

    assert not hears_of_opportunities(market, somebody)


def test_saving_takes_one_look_and_one_transaction(market, somebody):
    market.calls()
    change = market.change_provider

    change(market.caller(somebody), (Trade.PLUMBING,), MONTREAL, 25, None)
    assert set(market.calls()) <= {"BatchGetItem", "TransactWriteItems", "Decrypt"}
    change(market.caller(somebody), (Trade.PLUMBING,), OTTAWA, 25, None)
    assert market.calls() == ["BatchGetItem", "TransactWriteItems"]


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (plumber(trades=()), "trades"),
        (plumber(trades=list(Trade)[: MOST_TRADES + 1]), "trades"),
        (plumber(base=Location(48.8566, 2.3522)), "base"),
        (plumber(radius_km=0), "radius_km"),
        (plumber(radius_km=101), "radius_km"),
        (replace(plumber(), about="Call 514-555-0123, I answer."), "about"),
        (replace(plumber(), about="See www.plumber.example.com"), "about"),
        (replace(plumber(), about="x" * 2001), "about"),
        (replace(plumber(), about=" "), "about"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_kept(market, somebody, profile: ProviderProfile, field):
    before = dict(market.store.rows)

    with pytest.raises(Invalid) as refused:
        market.changed(somebody, profile)

    assert [wrong.field for wrong in refused.value.fields] == [field]
    assert market.store.rows == before


def test_trades_named_twice_count_once(market, somebody):
    market.changed(somebody, plumber(trades=[Trade.ROOFING, Trade.PLUMBING, Trade.ROOFING]))

    assert market.read_provider(market.caller(somebody)).trades == (Trade.ROOFING, Trade.PLUMBING)


@pytest.mark.commitment("security.encrypted-at-rest", "data.user-content")
def test_nothing_of_a_profile_is_in_clear(market, somebody):
    event = market.changed(somebody, replace(plumber(), about="Forty years of taps."))
    market.cover_provider(event)

    stored = repr(market.store.rows)
    assert not [word for word in ("45.5", "73.5", "Forty", "radius") if word in stored]


def test_two_savings_at_the_same_moment_do_not_mix(market, somebody):
    def other_first(*writes):
        market.changed(somebody, plumber(OTTAWA))
        market.store.commit(*writes)

    with pytest.raises(Conflict):
        replace(market.change_provider, commit=other_first)(
            market.caller(somebody), (Trade.ROOFING,), MONTREAL, 5, None
        )

    assert market.read_provider(market.caller(somebody)).base == OTTAWA
    assert [event.type for event in market.events()].count(EventType.PROVIDER_CHANGED) == 1


def test_who_is_not_verified_saves_nothing(market):
    pending = market.pending(email="pending@example.com")

    with pytest.raises(SubjectErased):  # there is no record key yet; the edge answers it as it does NotAuthenticated
        market.change_provider(market.caller(pending), (Trade.PLUMBING,), MONTREAL, 25, None)
