"""What every store does with rows: whoever subclasses `StoreContract` gives the fixture `store`."""

import secrets
from datetime import UTC, datetime

import pytest

from jobipro.adapters.dynamodb.rows import Absent, AtLeast, Below, Check, Delete, Equals, Present, Put, Update
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys, row_of
from jobipro.application.ports.storage import Key, Read, Search, Write
from jobipro.domain.errors import AlreadyDone, Conflict, NotFound, SubjectErased
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass
from tests.fakes.kms import FakeDataKeys

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)

ITEM = {
    "text": "élodie",
    "empty": "",
    "number": -(2**60),
    "bytes": b"\x00\xff",
    "on": True,
    "off": False,
    "nothing": None,
    "list": ["a", 1, {"deep": [None]}],
    "map": {"inner": {"count": 3, "on": True}, "none": None},
}

STANDING = {"status": "ACTIVE", "version": 3, "on": True, "nothing": None, "map": {"on": False, "at": "b"}}


class StoreContract:
    """Rows keep, conditions hold, transactions are whole, lists go on where they stopped."""

    @pytest.fixture
    def run(self):
        """Return letters that no other test uses: on a deployed table others write, too."""
        return secrets.token_hex(8)

    @pytest.fixture
    def place(self, run):
        def named(name="row", sk="-", table="accounts"):
            return Key(table, f"TEST#{run}#{name}", sk)

        return named

    @pytest.fixture
    def subject(self):
        letters = "abcdefghijklmnopqrstuvwxyz234567"
        return SubjectId("sub_" + "".join(secrets.choice(letters) for _ in range(26)))

    @pytest.fixture
    def keys(self):
        return SubjectKeys(FakeDataKeys())

    # What is kept.

    def test_a_row_reads_back_as_it_was_written(self, store, place):
        key = place()
        store.commit(Write(Put(key, ITEM)))

        assert row(store, key) == ITEM | {"pk": key.pk, "sk": key.sk}

    def test_a_row_that_is_not_there_is_left_out(self, store, place):
        assert row(store, place()) is None

    def test_one_look_brings_the_rows_of_several_reads_and_tables(self, store, place):
        first, second, missing = place("a"), place("b", table="limits"), place("c")
        store.commit(Write(Put(first, {"n": 1})), Write(Put(second, {"n": 2})))

        found = store.load(reading(first, second), reading(first), reading(missing))

        assert [{key: item["n"] for key, item in rows.items()} for rows in found] == [
            {first: 1, second: 2},
            {first: 1},
            {},
        ]

    def test_what_was_read_or_written_is_not_the_row_itself(self, store, place):
        item = {"list": [1]}
        store.commit(Write(Put(place(), item)))
        item["list"].append(2)
        row(store, place())["list"].append(3)

        assert row(store, place())["list"] == [1]

    def test_a_number_with_a_fraction_is_refused(self, store, place):
        with pytest.raises(TypeError):
            store.commit(Write(Put(place(), {"number": 0.5})))

        assert row(store, place()) is None

    def test_a_put_replaces_the_whole_row(self, store, place):
        store.commit(Write(Put(place(), {"a": 1, "b": 2})))
        store.commit(Write(Put(place(), {"b": 3})))

        assert clear(row(store, place())) == {"b": 3}

    def test_an_update_changes_what_it_names_and_nothing_else(self, store, place):
        store.commit(Write(Put(place(), {"keep": 1, "change": {"a": 1, "b": 2}, "go": 1, "count": 2})))
        change = Update(place(), set={"change.a": "new", "more": [1]}, add={"count": 3}, remove=("go", "never was"))
        store.commit(Write(change))

        assert clear(row(store, place())) == {"keep": 1, "change": {"a": "new", "b": 2}, "more": [1], "count": 5}

    def test_an_update_makes_the_row_that_is_not_there_and_counts_from_zero(self, store, place):
        store.commit(Write(Update(place(), set={"a": 1}, add={"count": 1})))

        assert clear(row(store, place())) == {"a": 1, "count": 1}

    def test_words_that_dynamodb_reserves_are_names_like_any_other(self, store, place):
        store.commit(Write(Put(place(), {"status": "a", "count": 1})))
        store.commit(Write(Update(place(), set={"status": "b"}, add={"count": 1}, when=(Equals("status", "a"),))))

        assert clear(row(store, place())) == {"status": "b", "count": 2}

    def test_a_deleted_row_is_gone_and_deleting_it_again_changes_nothing(self, store, place):
        store.commit(Write(Put(place(), {})))
        store.commit(Write(Delete(place())))
        store.commit(Write(Delete(place())))

        assert row(store, place()) is None

    # Conditions.

    @pytest.mark.parametrize(
        ("condition", "holds"),
        [
            (Absent(), False),
            (Absent("status"), False),
            (Absent("missing"), True),
            (Absent("nothing"), False),
            (Absent("map.on"), False),
            (Absent("map.missing"), True),
            (Absent("missing.inner"), True),
            (Present(), True),
            (Present("status"), True),
            (Present("nothing"), True),
            (Present("missing"), False),
            (Present("map.on"), True),
            (Equals("status", "ACTIVE"), True),
            (Equals("status", "active"), False),
            (Equals("version", 3), True),
            (Equals("version", 4), False),
            (Equals("version", "3"), False),
            (Equals("on", True), True),
            (Equals("on", 1), False),
            (Equals("missing", False), False),
            (Equals("map.on", False), True),
            (Equals("map.on", True), False),
            (Equals("map.missing", True), False),
            (Below("version", 4), True),
            (Below("version", 3), False),
            (Below("missing", 1), True),
            (Below("map.at", "c"), True),
            (AtLeast("version", 3), True),
            (AtLeast("version", 4), False),
            (AtLeast("missing", 1), False),
            (AtLeast("map.at", "b"), True),
        ],
        ids=repr,
    )
    @pytest.mark.parametrize("kind", ["put", "update", "delete", "check"])
    def test_a_condition_decides_every_kind_of_write(self, store, place, kind, condition, holds):
        store.commit(Write(Put(place(), STANDING)))
        action = {
            "put": Put(place(), {"new": 1}, when=(condition,)),
            "update": Update(place(), set={"new": 1}, when=(condition,)),
            "delete": Delete(place(), when=(condition,)),
            "check": Check(place(), when=(condition,)),
        }[kind]

        if not holds:
            with pytest.raises(AlreadyDone):
                store.commit(Write(action))
            assert clear(row(store, place())) == STANDING
        else:
            store.commit(Write(action))
            after = row(store, place())
            assert (clear(after) if after else None) == {
                "put": {"new": 1},
                "update": STANDING | {"new": 1},
                "delete": None,
                "check": STANDING,
            }[kind]

    @pytest.mark.parametrize(
        ("condition", "holds"),
        [
            (Absent(), True),
            (Absent("status"), True),
            (Present(), False),
            (Equals("status", "ACTIVE"), False),
            (Below("version", 1), True),
            (AtLeast("version", 0), False),
        ],
        ids=repr,
    )
    def test_where_there_is_no_row_only_its_absence_holds(self, store, place, condition, holds):
        writing = Write(Put(place(), {"new": 1}, when=(condition,)))
        if holds:
            store.commit(writing)
        else:
            with pytest.raises(AlreadyDone):
                store.commit(writing)

        assert (row(store, place()) is not None) == holds

    def test_all_conditions_of_a_write_must_hold(self, store, place):
        store.commit(Write(Put(place(), {"version": 1, "status": "open"})))
        stale = (Equals("status", "open"), Equals("version", 2))

        with pytest.raises(AlreadyDone):
            store.commit(Write(Update(place(), set={"status": "closed"}, when=stale)))

    # Refusals.

    def test_a_refusal_is_worded_by_the_write_that_was_refused(self, store, place):
        store.commit(Write(Put(place("taken"), {"who": "ada"})))
        free = Write(Put(place("free"), {}, when=(Absent(),)), refused=lambda row: NotFound())
        taken = Write(
            Put(place("taken"), {}, when=(Absent(),)),
            refused=lambda row: Conflict(state=f"taken by {row and row['who']}"),
        )

        with pytest.raises(Conflict) as refused:
            store.commit(free, taken)

        assert refused.value.state == "taken by ada"

    def test_a_refusal_is_told_when_there_was_no_row(self, store, place):
        with pytest.raises(Conflict) as refused:
            store.commit(Write(Check(place(), when=(Present(),)), refused=lambda row: Conflict(state=f"found {row}")))

        assert refused.value.state == "found None"

    def test_of_several_refused_writes_the_first_one_speaks(self, store, place):
        first = Write(Check(place("a"), when=(Present(),)), refused=lambda row: NotFound())
        second = Write(Check(place("b"), when=(Present(),)), refused=lambda row: Conflict())

        with pytest.raises(NotFound):
            store.commit(first, second)
        with pytest.raises(Conflict):
            store.commit(second, first)

    def test_all_is_written_or_nothing(self, store, place):
        store.commit(Write(Put(place("there"), {"n": 1})))
        refused = Write(Check(place("missing"), when=(Present(),)))

        with pytest.raises(AlreadyDone):
            store.commit(
                Write(Put(place("new"), {})),
                Write(Update(place("there"), set={"n": 2})),
                refused,
                Write(Delete(place("there", sk="other"))),
            )

        assert row(store, place("new")) is None
        assert clear(row(store, place("there"))) == {"n": 1}

    def test_two_writes_to_one_row_are_a_mistake_found_before_anything_is_written(self, store, place):
        with pytest.raises(ValueError, match="same row"):
            store.commit(Write(Put(place(), {})), [Write(Delete(place()))])

        assert row(store, place()) is None

    def test_writes_may_come_in_groups(self, store, place):
        store.commit(Write(Put(place("a"), {})), (Write(Put(place("b"), {})), Write(Put(place("c"), {}))), [])

        assert all(row(store, place(name)) for name in "abc")

    # People's keys.

    def test_what_is_written_under_a_key_needs_the_key_to_be_active(self, store, place, keys, subject):
        key, kept = keys.create(subject, KeyClass.PERSONAL, NOON)
        store.commit(kept)
        store.commit(Write(Put(place("before"), {}), under=(key,)))
        store.commit(keys.erased(subject, KeyClass.PERSONAL, NOON))

        with pytest.raises(SubjectErased):
            store.commit(Write(Put(place("after"), {}), under=(key,)), Write(Put(place("with it"), {})))

        assert row(store, place("before")) is not None
        assert row(store, place("after")) is None
        assert row(store, place("with it")) is None

    def test_a_key_that_was_never_kept_is_not_active(self, store, place, keys, subject):
        key, _ = keys.create(subject, KeyClass.PERSONAL, NOON)

        with pytest.raises(SubjectErased):
            store.commit(Write(Put(place(), {}), under=(key,)))

    def test_a_key_and_what_is_sealed_with_it_may_be_written_together(self, store, place, keys, subject):
        key, kept = keys.create(subject, KeyClass.RECORD, NOON)
        store.commit(Write(Put(place("a"), {}), under=(key,)), kept, Write(Put(place("b"), {}), under=(key,)))

        assert row(store, row_of(subject, KeyClass.RECORD))["status"] == "ACTIVE"

    def test_each_class_of_key_is_looked_at_by_itself(self, store, place, keys, subject):
        personal, kept = keys.create(subject, KeyClass.PERSONAL, NOON)
        record, kept_too = keys.create(subject, KeyClass.RECORD, NOON)
        store.commit(kept, kept_too)
        store.commit(keys.erased(subject, KeyClass.PERSONAL, NOON))
        store.commit(Write(Put(place("proof"), {}), under=(record,)))

        with pytest.raises(SubjectErased):
            store.commit(Write(Put(place("both"), {}), under=(record, personal)))

    # Lists.

    @pytest.fixture
    def five(self, store, place):
        rows = [place("list", sk=f"2026-11-0{day}") for day in range(1, 6)]
        store.commit(Write(Put(key, {"day": key.sk})) for key in rows)
        store.commit(Write(Put(place("other list", sk="2026-11-03"), {"day": "not this one"})))
        return Search("accounts", partition=("pk", rows[0].pk), build=lambda item, rows: item["day"][-1])

    @pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
    def test_a_list_goes_on_where_the_page_ended(self, store, five, size):
        assert "".join(pages(store, five, size)) == "12345"

    @pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
    def test_a_list_may_be_read_backwards(self, store, five, size):
        backwards = Search("accounts", partition=five.partition, build=five.build, newest_first=True)

        assert "".join(pages(store, backwards, size)) == "54321"

    def test_no_page_is_longer_than_asked_for(self, store, five):
        page = store.find(five, 2)

        assert (list(page.items), page.after is None) == (["1", "2"], False)

    @pytest.mark.parametrize("newest_first", [False, True])
    def test_both_ends_of_a_range_belong_to_it(self, store, five, newest_first):
        between = Search(
            "accounts",
            partition=five.partition,
            from_to=("sk", "2026-11-02", "2026-11-04"),
            build=five.build,
            newest_first=newest_first,
        )

        assert "".join(pages(store, between, 2)) == ("432" if newest_first else "234")

    def test_a_list_of_nothing_is_empty(self, store, place):
        found = store.find(Search("accounts", partition=("pk", place().pk), build=lambda item, rows: item), 10)

        assert (list(found.items), found.after) == ([], None)

    def test_rows_beside_a_list_are_brought_along(self, store, five, place):
        store.commit(Write(Put(place("beside"), {"name": "x"})))
        search = Search(
            "accounts",
            partition=five.partition,
            beside=(place("beside"), place("missing")),
            build=lambda item, rows: [rows[key]["name"] for key in rows],
        )

        assert list(store.find(search, 2).items) == [["x"], ["x"]]

    def test_an_index_orders_by_its_own_keys_and_leaves_out_rows_without_them(self, store, place, run):
        for name, posted in (("a", "3"), ("b", "1"), ("c", "2")):
            item = {"customer": run, "posted_at": posted, "name": name}
            store.commit(Write(Put(place(name, table="requests"), item)))
        store.commit(Write(Put(place("d", table="requests"), {"customer": run, "name": "d"})))
        mine = Search(
            "requests", index="by-customer", partition=("customer", run), build=lambda item, rows: item["name"]
        )
        latest = Search("requests", index="by-customer", partition=mine.partition, build=mine.build, newest_first=True)

        assert "".join(pages(store, mine, 2)) == "bca"
        assert "".join(pages(store, latest, 1)) == "acb"

    def test_the_index_of_what_is_due_holds_keys_only(self, store, place, run):
        for name, due in (("late", "1"), ("soon", "2"), ("later", "9")):
            store.commit(Write(Put(place(name), {"due_kind": run, "due_at": due, "status": "pending"})))
        search = Search(
            "accounts",
            index="due",
            partition=("due_kind", run),
            from_to=("due_at", "0", "2"),
            build=lambda item, rows: item,
        )

        found = list(pages(store, search, 1))

        assert [item["pk"].rpartition("#")[2] for item in found] == ["late", "soon"]
        assert all(item.keys() == {"pk", "sk", "due_kind", "due_at"} for item in found)

    def test_without_a_partition_the_whole_table_is_gone_through(self, store, place, run):
        for name in "abc":
            store.commit(Write(Put(place(name, table="messages"), {"name": name})))
        search = Search("messages", build=lambda item, rows: item)

        found = [item["name"] for item in pages(store, search, 2) if run in item["pk"]]

        assert sorted(found) == ["a", "b", "c"]


def reading(*keys):
    return Read(keys, lambda rows: {key: rows[key] for key in keys if key in rows})


def row(store, key):
    return store.load(Read((key,), lambda rows: rows.get(key)))


def clear(item):
    return {name: value for name, value in item.items() if name not in ("pk", "sk")}


def pages(store, search, size):
    found = store.find(search, size)
    yield from found.items
    while found.after is not None:
        assert len(found.items) <= size
        found = store.find(search, size, found.after)
        yield from found.items
