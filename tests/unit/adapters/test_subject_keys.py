"""People's keys: two classes each, a cache that saves calls and nothing else, and an end that is final."""

import pytest

from jobipro.adapters.dynamodb.rows import Put
from jobipro.adapters.dynamodb.subject_keys import CACHED_KEYS, CACHED_SECONDS, CACHED_USES, SubjectKeys, row_of
from jobipro.adapters.sealing import Place
from jobipro.application.ports.storage import Key, Write
from jobipro.domain.errors import AlreadyDone, SubjectErased, Unintelligible
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.kms import FakeDataKeys
from tests.fakes.store import FakeStore
from tests.fakes.system import FakeClock, FakeIds

PLACE = Place("test", "accounts", "A#", "PROFILE")
ROW = Key("accounts", "A#", "PROFILE")


class Stage:
    """A store, a maker of data keys and a stopwatch, with one keeper of keys, as in one process."""

    def __init__(self):
        self.store = FakeStore()
        self.data_keys = FakeDataKeys()
        self.ids = FakeIds()
        self.now = FakeClock().now()
        self.seconds = 0.0
        self.keys = self.process()

    def process(self):
        return SubjectKeys(self.data_keys, lambda: self.seconds)

    def person(self, *classes):
        subject = self.ids.subject()
        for key_class in classes or (KeyClass.PERSONAL,):
            _, kept = self.keys.create(subject, key_class, self.now)
            self.store.commit(kept)
        self.data_keys.calls.clear()
        return subject

    def key(self, subject, key_class=KeyClass.PERSONAL):
        return self.store.load(self.keys.key(subject, key_class))

    def erase(self, subject, key_class=KeyClass.PERSONAL):
        self.store.commit(self.keys.erased(subject, key_class, self.now))

    @property
    def opened(self):
        return self.data_keys.calls.count("Decrypt")


@pytest.fixture
def stage():
    return Stage()


def test_a_key_that_was_kept_opens_what_it_sealed(stage):
    subject = stage.ids.subject()
    key, kept = stage.keys.create(subject, KeyClass.PERSONAL, stage.now)
    stage.store.commit(kept)

    assert stage.key(subject).unseal(PLACE, key.seal(PLACE, {"given_name": "Ada"})) == {"given_name": "Ada"}


def test_the_row_holds_the_wrapped_key_and_its_state(stage):
    subject = stage.person()

    row = stage.store.rows[row_of(subject, KeyClass.PERSONAL)]

    assert row.keys() == {"pk", "sk", "status", "wrapped_key", "epoch", "created_at"}
    assert (row["pk"], row["sk"], row["status"]) == (f"K#{subject}", "personal#1", "ACTIVE")


def test_a_person_has_two_keys_that_do_not_open_each_others_values(stage):
    subject = stage.person(KeyClass.PERSONAL, KeyClass.RECORD)
    personal, record = stage.key(subject), stage.key(subject, KeyClass.RECORD)

    assert (personal.key_class, record.key_class) == (KeyClass.PERSONAL, KeyClass.RECORD)
    with pytest.raises(Unintelligible):
        record.unseal(PLACE, personal.seal(PLACE, {"given_name": "Ada"}))


def test_whoever_is_first_with_a_key_keeps_it(stage):
    subject = stage.person()
    first = stage.store.rows[row_of(subject, KeyClass.PERSONAL)]["wrapped_key"]
    _, kept = stage.keys.create(subject, KeyClass.PERSONAL, stage.now)

    with pytest.raises(AlreadyDone):
        stage.store.commit(kept)

    assert stage.store.rows[row_of(subject, KeyClass.PERSONAL)]["wrapped_key"] == first


def test_somebody_without_a_key_reads_as_erased_or_as_none_where_that_is_asked(stage):
    nobody = stage.ids.subject()

    with pytest.raises(SubjectErased):
        stage.key(nobody)
    assert stage.store.load(stage.keys.key_if_any(nobody, KeyClass.RECORD)) is None


def test_a_key_if_any_is_the_key_where_there_is_one_and_erased_where_it_was(stage):
    subject = stage.person(KeyClass.RECORD)
    assert stage.store.load(stage.keys.key_if_any(subject, KeyClass.RECORD)) == stage.key(subject, KeyClass.RECORD)

    stage.erase(subject, KeyClass.RECORD)

    with pytest.raises(SubjectErased):
        stage.store.load(stage.keys.key_if_any(subject, KeyClass.RECORD))


def test_another_persons_wrapped_key_does_not_open(stage):
    ada, eve = stage.person(), stage.person()
    stage.store.rows[row_of(eve, KeyClass.PERSONAL)]["wrapped_key"] = stage.store.rows[row_of(ada, KeyClass.PERSONAL)][
        "wrapped_key"
    ]
    stage.key(ada)

    with pytest.raises(Unintelligible):
        stage.key(eve)


# The end of a key.


def test_an_erased_key_leaves_a_tombstone_and_nothing_to_open(stage):
    subject = stage.person()
    stage.erase(subject)

    row = stage.store.rows[row_of(subject, KeyClass.PERSONAL)]
    assert (row["status"], row["erased_at"]) == ("ERASED", "2026-11-22T15:00:00.000Z")
    assert "wrapped_key" not in row
    with pytest.raises(SubjectErased):
        stage.key(subject)


def test_erasing_twice_changes_nothing(stage):
    subject = stage.person()
    stage.erase(subject)
    before = dict(stage.store.rows[row_of(subject, KeyClass.PERSONAL)])

    with pytest.raises(AlreadyDone):
        stage.erase(subject)

    assert stage.store.rows[row_of(subject, KeyClass.PERSONAL)] == before


def test_after_an_erasure_nobody_can_make_the_key_anew(stage):
    subject = stage.person()
    stage.erase(subject)
    _, kept = stage.keys.create(subject, KeyClass.PERSONAL, stage.now)

    with pytest.raises(AlreadyDone):
        stage.store.commit(kept)


def test_the_record_key_outlives_the_personal_one(stage):
    subject = stage.person(KeyClass.PERSONAL, KeyClass.RECORD)
    stage.erase(subject)

    assert stage.key(subject, KeyClass.RECORD).key_class is KeyClass.RECORD


def test_a_cached_key_does_not_read_once_the_row_says_erased(stage):
    subject = stage.person()
    elsewhere = stage.process()
    stage.key(subject)
    stage.store.commit(elsewhere.erased(subject, KeyClass.PERSONAL, stage.now))

    with pytest.raises(SubjectErased):
        stage.key(subject)
    assert stage.opened == 1


def test_a_key_in_hand_does_not_write_once_the_row_says_erased(stage):
    subject = stage.person()
    key = stage.key(subject)
    stage.erase(subject)

    with pytest.raises(SubjectErased):
        stage.store.commit(Write(Put(ROW, {"sealed": key.seal(PLACE, {"given_name": "Ada"})}), under=(key,)))

    assert ROW not in stage.store.rows


# The cache.


def test_a_cached_key_costs_no_call(stage):
    subject = stage.person()

    for _ in range(10):
        stage.key(subject)

    assert stage.opened == 1


def test_the_row_is_read_every_time(stage):
    subject = stage.person()
    stage.store.calls.clear()

    for _ in range(3):
        stage.key(subject)

    assert stage.store.calls == ["BatchGetItem"] * 3


def test_a_key_is_remembered_for_five_minutes(stage):
    subject = stage.person()
    stage.key(subject)

    stage.seconds = CACHED_SECONDS - 0.001
    stage.key(subject)
    assert stage.opened == 1

    stage.seconds = CACHED_SECONDS
    stage.key(subject)
    assert stage.opened == 2


def test_use_does_not_lengthen_the_time(stage):
    subject = stage.person()
    for minute in range(6):
        stage.seconds = minute * 60.0
        stage.key(subject)

    assert stage.opened == 2


def test_a_key_serves_a_thousand_times(stage):
    subject = stage.person()

    for _ in range(CACHED_USES):
        stage.key(subject)
    assert stage.opened == 1

    stage.key(subject)
    assert stage.opened == 2


def test_256_keys_are_remembered_and_the_least_used_goes_first(stage):
    people = [stage.person() for _ in range(CACHED_KEYS + 1)]
    for subject in people[:-1]:
        stage.key(subject)
    stage.key(people[0])
    assert stage.opened == CACHED_KEYS

    stage.key(people[-1])  # one too many: the second has been out of use for longest
    stage.key(people[0])
    assert stage.opened == CACHED_KEYS + 1

    stage.key(people[1])
    assert stage.opened == CACHED_KEYS + 2


def test_no_key_outstays_its_time_in_memory(stage):
    for _ in range(3):
        stage.key(stage.person())
    stage.seconds = CACHED_SECONDS
    stage.key(stage.person())

    assert len(stage.keys._cache) == 1


def test_both_classes_are_remembered_apart(stage):
    subject = stage.person(KeyClass.PERSONAL, KeyClass.RECORD)

    for _ in range(2):
        stage.key(subject)
        stage.key(subject, KeyClass.RECORD)

    assert stage.opened == 2


def test_a_row_with_another_wrapped_key_is_not_served_from_the_cache(stage):
    subject = stage.person()
    stage.key(subject)
    _, wrapped = stage.data_keys.generate(SubjectId(subject), KeyClass.PERSONAL, 1)
    stage.store.rows[row_of(subject, KeyClass.PERSONAL)]["wrapped_key"] = wrapped

    stage.key(subject)

    assert stage.opened == 2
