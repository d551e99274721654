"""Coverage rows: sealed under the service key, never without the provider's, and always in the list."""

from dataclasses import replace

import pytest

from jobipro.application.ports.requests import Covered
from jobipro.domain import data_map
from jobipro.domain.coverage import snap
from jobipro.domain.errors import AlreadyDone, SubjectErased, Unintelligible
from jobipro.domain.ids import SERVICE
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.trades import Trade
from tests.fakes.market import MONTREAL, Market, plumber

CELL = (Trade.PLUMBING, "842baa9ffffffff")
OTHER = (Trade.ROOFING, "842baa9ffffffff")


@pytest.fixture
def account(market: Market):
    return market.account(market.provider(plumber(radius_km=7), covered=False))


@pytest.fixture
def service_key(market: Market):
    key, kept = market.keys.create(SERVICE, KeyClass.PERSONAL, market.clock.now())
    market.store.commit(kept)
    return key


def covering(market, cell, service_key):
    return list(market.store.find(market.coverage.covering(cell, service_key), 10).items)


def test_a_row_tells_who_covers_a_cell_and_how_far(market, account, service_key):
    market.store.commit(market.coverage.put(account, [CELL], service_key))

    (found,) = covering(market, CELL, service_key)
    assert (found.subject, found.base, found.radius_km) == (account.subject, snap(MONTREAL), 7)
    assert covering(market, OTHER, service_key) == []


def test_rows_have_the_names_that_others_rely_on(market, account, service_key):
    cells = Covered(version=1, cells=frozenset({CELL}))
    market.store.commit(
        market.coverage.put(account, [CELL], service_key),
        market.coverage.listed(account.subject, cells, before=Covered()),
    )

    assert {key.sk for key in market.rows("COV#plumbing#842baa9ffffffff")} == {account.subject}
    assert "COVERAGE" in {key.sk for key in market.rows(f"A#{account.subject}")}


@pytest.mark.commitment("security.encrypted-at-rest")
def test_what_is_sealed_is_what_the_data_map_declares(market, account, service_key):
    market.store.commit(market.coverage.put(account, [CELL], service_key))
    (key,) = market.rows("COV#")

    sealed = market.sealing.unseal(service_key, market.store.rows[key], "accounts")

    assert set(sealed) == {entry.field for entry in data_map.declared("accounts", "COV")}
    assert set(market.store.rows[key]) == {"pk", "sk", "sealed"}


def test_a_row_moved_to_another_cell_or_person_does_not_open(market, account, service_key):
    market.store.commit(market.coverage.put(account, [CELL, OTHER], service_key))
    one, other = sorted(market.rows("COV#"), key=lambda key: key.pk)
    market.store.rows[one]["sealed"] = market.store.rows[other]["sealed"]

    with pytest.raises(Unintelligible):
        covering(market, CELL, service_key)


@pytest.mark.parametrize("whose", ["provider", "service"])
def test_no_row_is_written_when_either_key_is_gone(market, account, service_key, whose):
    subject = account.subject if whose == "provider" else SERVICE
    market.store.commit(market.keys.erased(subject, KeyClass.PERSONAL, market.clock.now()))

    with pytest.raises(SubjectErased):
        market.store.commit(market.coverage.put(account, [CELL], service_key))
    assert market.rows("COV#") == set()


def test_only_a_provider_has_rows(market, account, service_key):
    with pytest.raises(ValueError, match="provider"):
        list(market.coverage.put(account.with_person(provider=None), [CELL], service_key))


def test_the_list_is_changed_only_as_it_was_read(market, account):
    subject, cells = account.subject, Covered(version=4, cells=frozenset({CELL, OTHER}))
    assert market.store.load(market.coverage.covered(subject)) == Covered()

    market.store.commit(market.coverage.listed(subject, cells, before=Covered()))
    read = market.store.load(market.coverage.covered(subject))
    assert read == replace(cells, revision=1)

    for stale in (Covered(), replace(read, revision=2)):
        with pytest.raises(AlreadyDone):
            market.store.commit(market.coverage.listed(subject, cells, before=stale))
        with pytest.raises(AlreadyDone):
            market.store.commit(market.coverage.unlisted(subject, before=stale))
    market.store.commit(market.coverage.unlisted(subject, before=read))
    assert market.store.load(market.coverage.covered(subject)) == Covered()


def test_removing_what_is_not_there_does_no_harm(market, account):
    market.store.commit(market.coverage.removed(account.subject, [CELL, OTHER]))

    assert market.rows("COV#") == set()
