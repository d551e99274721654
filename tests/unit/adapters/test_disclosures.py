"""Table `disclosures`: entries one behind the other, sealed for the person whose details were given, none removable."""

from typing import Any

import pytest

from jobipro.adapters.dynamodb.rows import Key
from jobipro.domain import data_map
from jobipro.domain.data_map import Purpose
from jobipro.domain.disclosures import Detail, Disclosure, Kind, place_in, unbroken
from jobipro.domain.errors import AlreadyDone, SubjectErased, Unintelligible
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.provinces import Province
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.market import Market

REQUEST = RequestId("req_" + "a" * 26)


@pytest.fixture
def subject(market: Market) -> SubjectId:
    return market.customer()


def entry(market: Market, name: str = "Jean Gagnon", kind: Kind = Kind.READ) -> Disclosure:
    details, place = (Detail.GIVEN_NAME, Detail.ADDRESS), place_in(Province.QC)
    recipient, now = market.ids.subject(), market.clock.now()
    return Disclosure(recipient, name, place, REQUEST, kind, details, Purpose.SHARE_AS_ASKED, now)


def add(market: Market, subject: SubjectId, count: int = 1) -> None:
    for _ in range(count):
        ledger = market.store.load(market.disclosures.ledger(subject))
        market.store.commit(market.disclosures.added(entry(market), ledger))


def rows(market: Market, subject: SubjectId) -> list[dict[str, Any]]:
    keys = sorted((key for key in market.store.rows if key.pk == f"D#{subject}"), key=lambda key: key.sk)
    return [market.store.rows[key] for key in keys if key.sk != "HEAD"]


def is_whole(market: Market, subject: SubjectId) -> bool:
    ledger = market.store.load(market.disclosures.ledger(subject))
    return unbroken(rows(market, subject), ledger.seq, ledger.last)


def test_rows_have_the_names_that_others_rely_on(market, subject):
    add(market, subject, 2)

    assert {key.sk for key in market.rows(f"D#{subject}")} == {"HEAD", "000000000001", "000000000002"}
    assert market.store.rows[Key("disclosures", f"D#{subject}", "HEAD")]["seq"] == 2


def test_what_is_sealed_is_what_the_data_map_declares_and_nothing_of_it_stands_in_clear(market, subject):
    add(market, subject)
    (row,) = rows(market, subject)
    key = market.store.load(market.keys.key(subject, KeyClass.RECORD))

    sealed = market.sealing.unseal(key, row, "disclosures")

    assert sealed == {"recipient_name": "Jean Gagnon", "place": "Quebec, Canada"}
    assert set(sealed) == {each.field for each in data_map.declared("disclosures", "ENTRY")}
    assert row.keys() - {"pk", "sk", "sealed"} == {"recipient", "request", "kind", "fields", "purpose", "at", "prev"}
    assert "Gagnon" not in str({name: value for name, value in row.items() if name != "sealed"})


def test_what_was_entered_is_found_again(market, subject):
    first, second = entry(market, "One"), entry(market, "Two", Kind.OPENED)
    for each in (first, second):
        ledger = market.store.load(market.disclosures.ledger(subject))
        market.store.commit(market.disclosures.added(each, ledger))
    key = market.store.load(market.keys.key(subject, KeyClass.RECORD))

    assert market.store.find(market.disclosures.of_subject(key), 10).items == [second, first]


def test_a_ledger_of_whom_nothing_was_disclosed_is_at_its_start(market, subject):
    ledger = market.store.load(market.disclosures.ledger(subject))

    assert (ledger.key.key_class, ledger.seq) == (KeyClass.RECORD, 0)
    assert is_whole(market, subject)


def test_two_who_enter_at_the_same_moment_do_not_take_the_same_place(market, subject):
    for _ in range(2):
        ledger = market.store.load(market.disclosures.ledger(subject))
        market.store.commit(market.disclosures.added(entry(market), ledger))
        with pytest.raises(AlreadyDone):
            market.store.commit(market.disclosures.added(entry(market), ledger))

    assert is_whole(market, subject)


def test_nothing_is_entered_without_the_key_that_it_is_sealed_under(market, subject):
    ledger = market.store.load(market.disclosures.ledger(subject))
    market.store.commit(market.keys.erased(subject, KeyClass.RECORD, market.clock.now()))

    with pytest.raises(SubjectErased):
        market.store.commit(market.disclosures.added(entry(market), ledger))
    with pytest.raises(SubjectErased):
        market.store.load(market.disclosures.ledger(subject))


def test_the_chain_holds_however_many_entries_there_are(market, subject):
    for _ in range(12):
        add(market, subject)
        assert is_whole(market, subject)


def altered(market, subject, number, **changes):
    rows(market, subject)[number].update(changes)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda market, subject: altered(market, subject, 1, recipient="sub_" + "b" * 26),
        lambda market, subject: altered(market, subject, 0, fields=["given_name"]),
        lambda market, subject: altered(market, subject, 1, sealed=b"\x01other"),
        lambda market, subject: altered(market, subject, 2, at="2026-11-22T15:00:00.001Z"),
        lambda market, subject: altered(market, subject, 1, prev="0" * 64),
        lambda market, subject: market.store.rows.pop(Key("disclosures", f"D#{subject}", "000000000002")),
        lambda market, subject: market.store.rows.pop(Key("disclosures", f"D#{subject}", "000000000003")),
        lambda market, subject: market.store.rows.pop(Key("disclosures", f"D#{subject}", "000000000001")),
    ],
)
def test_whatever_is_changed_or_left_out_shows(market, subject, tamper):
    add(market, subject, 3)

    tamper(market, subject)

    assert not is_whole(market, subject)


def test_an_entry_does_not_open_in_another_persons_ledger(market, subject):
    add(market, subject)
    other = market.customer()
    stolen = rows(market, subject)[0] | {"pk": f"D#{other}"}
    market.store.rows[Key("disclosures", f"D#{other}", "000000000001")] = stolen
    key = market.store.load(market.keys.key(other, KeyClass.RECORD))

    with pytest.raises(Unintelligible):
        market.store.find(market.disclosures.of_subject(key), 10)


def test_an_entry_cannot_slip_into_a_log(market):
    assert "Gagnon" not in repr(entry(market))
