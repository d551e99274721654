"""Uploads from their announcement to their end: whoever dies anywhere in between is followed by the same end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jobipro.adapters.dynamodb.rows import Key
from jobipro.application.announce_upload import AnnounceUploadCommand
from jobipro.application.sweep import pages
from jobipro.domain.errors import (
    Conflict,
    FieldError,
    IdempotencyMismatch,
    Invalid,
    LimitReached,
    NotFound,
    SubjectErased,
)
from jobipro.domain.events import EventType
from jobipro.domain.ids import RequestId, SubjectId, UploadId
from jobipro.domain.limits import RULES
from jobipro.domain.uploads import (
    FORM_OPEN,
    LARGEST,
    UNUSED_FOR,
    Image,
    ImageType,
    Refusal,
    UploadState,
    raw_key,
    raw_of,
    shown_key,
)
from tests.fakes.faults import Crash, Faults
from tests.fakes.market import wish
from tests.fakes.post_office import Meanwhile, PostOffice

NOBODYS = UploadId("upl_" + "a" * 26)
WRONG = "An upload of your own that is ready and in no request yet."


@pytest.fixture
def market() -> PostOffice:
    return PostOffice()


@pytest.fixture
def owner(market: PostOffice) -> SubjectId:
    return market.customer()


def state(market: PostOffice, owner: SubjectId, upload: UploadId) -> UploadState | None:
    found = market.upload(owner, upload)
    return found.state if found else None


def posted(market: PostOffice, owner: SubjectId, *media: UploadId, **more: Any) -> RequestId:
    return market.post_request(market.caller(owner), wish(media=media, **more)).id


def refused(market: PostOffice, owner: SubjectId, *media: UploadId) -> tuple[FieldError, ...]:
    with pytest.raises(Invalid) as found:
        posted(market, owner, *media)
    return found.value.fields


def rows_of(market: PostOffice, owner: SubjectId) -> list[str]:
    return sorted(key.sk for key in market.rows(f"U#{owner}"))


class TestAnnouncing:
    def test_the_form_takes_one_file_of_one_name_type_and_size(self, market, owner):
        announced = market.announce_upload(market.caller(owner), AnnounceUploadCommand(ImageType.PNG, 4321))

        assert announced.form.fields == {
            "key": raw_key(owner, announced.id),
            "Content-Type": "image/png",
            "policy": "4321 bytes",
        }
        assert state(market, owner, announced.id) is UploadState.WAITING

    def test_a_repeated_call_gets_the_same_upload(self, market, owner):
        command = AnnounceUploadCommand(ImageType.PNG, 4321, idempotency_key="once")
        first, second = (market.announce_upload(market.caller(owner), command) for _ in range(2))

        assert first == second
        assert len(rows_of(market, owner)) == 1
        with pytest.raises(IdempotencyMismatch):
            market.announce_upload(market.caller(owner), AnnounceUploadCommand(ImageType.PNG, 1, "once"))

    def test_there_is_a_limit_for_each_person(self, owner):
        market = PostOffice(limits={"upload.announced": 2})
        one, other = market.customer(), market.customer()
        for _ in range(2):
            market.told_of_upload(one)

        with pytest.raises(LimitReached):
            market.told_of_upload(one)
        market.told_of_upload(other)

    def test_a_day_s_requests_can_be_full_of_images(self):
        assert RULES["upload.announced"].count == 6 * RULES["request.posted"].count

    def test_it_takes_one_look_and_one_transaction(self, market, owner):
        market.forgotten_keys()
        market.calls()
        market.told_of_upload(owner)

        assert market.calls() == ["BatchGetItem", "TransactWriteItems", "Decrypt"]

    @pytest.mark.commitment("rights.deletion")
    def test_nothing_begins_after_an_erasure(self, market, owner):
        announce = market.announce_upload
        late = type(announce)(
            announce.load,
            Meanwhile(market.store, lambda: market.eraser()(owner)).commit,
            *(getattr(announce, name) for name in announce.__dataclass_fields__ if name not in ("load", "commit")),
        )

        with pytest.raises(SubjectErased):
            late(market.caller(owner), AnnounceUploadCommand(ImageType.PNG, 1))
        assert rows_of(market, owner) == []

    def test_another_s_upload_is_as_unknown_as_one_that_never_was(self, market, owner):
        mine, other = market.told_of_upload(owner), market.customer()

        assert market.read_upload(market.caller(owner), mine).state is UploadState.WAITING
        for name in (mine, NOBODYS, "no id at all"):
            with pytest.raises(NotFound):
                market.read_upload(market.caller(other), name)


class TestLooking:
    def test_an_image_is_made_anew_and_what_was_sent_is_forgotten(self, market, owner):
        upload = market.uploaded(owner, "a tap")

        assert market.images.objects == {shown_key(upload): b"a tap"}
        assert market.images.types == {shown_key(upload): ImageType.JPEG}
        found = market.upload(owner, upload)
        assert (found.state, found.image) == (UploadState.READY, Image(upload, ImageType.JPEG, 5, 1))

    @pytest.mark.commitment("data.user-content")
    def test_what_lies_about_its_type_is_refused_and_nothing_of_it_is_kept(self, market, owner):
        upload = market.told_of_upload(owner)
        market.images.objects[raw_key(owner, upload)] = b"text/html hello"

        assert market.check_upload(raw_key(owner, upload)) == "refused: not-the-type-declared"
        assert market.images.objects == {}
        assert market.upload(owner, upload).reason is Refusal.TYPE

    def test_what_is_larger_than_anything_we_take_is_refused_unread(self, market, owner):
        upload = market.told_of_upload(owner)
        market.images.objects[raw_key(owner, upload)] = bytes(LARGEST + 1)

        assert market.check_upload(raw_key(owner, upload)) == "refused: too-large"
        assert market.images.objects == {}

    def test_being_told_twice_or_late_changes_nothing(self, market, owner):
        upload = market.uploaded(owner)
        before = dict(market.store.rows)
        market.images.objects[raw_key(owner, upload)] = b"image/jpeg something else"

        assert market.check_upload(raw_key(owner, upload)) == "seen before"
        assert market.store.rows == before
        assert market.images.objects == {shown_key(upload): b"a tap"}

    def test_an_image_that_is_not_there_is_waited_for(self, market, owner):
        upload = market.told_of_upload(owner)

        assert market.check_upload(raw_key(owner, upload)) == "gone"
        assert state(market, owner, upload) is UploadState.WAITING

    @pytest.mark.parametrize("key", ["raw/else", "shown/" + NOBODYS, "raw/../x", f"raw/{NOBODYS}/{NOBODYS}", "", "é"])
    def test_objects_that_are_not_ours_are_left_alone(self, market, key):
        market.images.objects[key] = b"image/jpeg x"

        assert market.check_upload(key) == "not ours"
        assert market.images.objects == {key: b"image/jpeg x"}

    def test_an_image_of_nobody_is_removed(self, market, owner):
        key = raw_key(owner, NOBODYS)
        market.images.objects[key] = b"image/jpeg x"

        assert market.check_upload(key) == "unknown"
        assert market.images.objects == {}

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("at", range(5))
    @pytest.mark.parametrize("kind", ["image/jpeg", "text/html"])
    def test_whoever_dies_is_followed_by_the_same_end(self, market, owner, kind, at, after):
        upload = market.told_of_upload(owner)
        key = raw_key(owner, upload)
        market.images.objects[key] = f"{kind} a tap".encode()
        faults = Faults(at, after)
        try:
            market.check_upload(key, faults.around(market.store), faults.around(market.images))
        except Crash:
            market.check_upload(key)

        taken = kind == "image/jpeg"
        assert state(market, owner, upload) is (UploadState.READY if taken else UploadState.REFUSED)
        assert market.images.objects == ({shown_key(upload): b"a tap"} if taken else {})

    def test_two_at_once_end_as_one(self, market, owner):
        upload = market.sends(owner)
        key = raw_key(owner, upload)
        meanwhile = Meanwhile(market.store, lambda: market.check_upload(key))

        assert market.check_upload(key, meanwhile) == "seen before"
        assert market.images.objects == {shown_key(upload): b"a tap"}

    @pytest.mark.commitment("rights.deletion")
    def test_what_is_dropped_while_it_is_looked_at_leaves_nothing(self, market, owner):
        upload = market.sends(owner)
        key = raw_key(owner, upload)
        meanwhile = Meanwhile(market.store, lambda: market.drop_images().of_person(owner))

        assert market.check_upload(key, meanwhile) == "unknown"
        assert market.images.objects == {}
        assert rows_of(market, owner) == []


class TestPosting:
    def test_a_request_shows_its_images_in_the_order_in_which_they_were_named(self, market, owner):
        one, two = market.uploaded(owner, "a tap"), market.uploaded(owner, "a sink")

        request = posted(market, owner, two, one)

        found = market.read_images(market.caller(owner), request)
        assert [each.image for each in found] == [
            Image(two, ImageType.JPEG, 6, 1),
            Image(one, ImageType.JPEG, 5, 1),
        ]
        assert [each.url for each in found] == [f"https://images.test/{shown_key(name)}?signed" for name in (two, one)]
        assert state(market, owner, one) is UploadState.USED

    def test_without_images_there_are_none(self, market, owner):
        request = posted(market, owner)

        assert market.read_images(market.caller(owner), request) == []
        assert {key.sk for key in market.rows(f"R#{request}")} == {"REQUEST", "T#1"}

    def test_an_upload_is_used_once(self, market, owner):
        upload = market.uploaded(owner)
        posted(market, owner, upload)
        before = dict(market.store.rows)

        assert refused(market, owner, upload) == (FieldError("media.0", WRONG),)
        assert market.store.rows == before

    @pytest.mark.commitment("security.least-access")
    def test_another_s_upload_one_that_never_was_and_a_refused_one_are_refused_alike(self, market, owner):
        mine, theirs = market.uploaded(owner), market.uploaded(market.customer())
        lying = market.sends(owner, kind=ImageType.JPEG)
        market.images.objects[raw_key(owner, lying)] = b"text/html x"
        market.check_upload(raw_key(owner, lying))

        for other in (theirs, NOBODYS, lying):
            assert refused(market, owner, mine, other) == (FieldError("media.1", WRONG),)
        assert state(market, owner, mine) is UploadState.READY

    def test_one_that_is_being_looked_at_says_so(self, market, owner):
        waiting = market.sends(owner)

        with pytest.raises(Conflict) as found:
            posted(market, owner, waiting)

        assert found.value.state == "waiting"
        market.check_upload(raw_key(owner, waiting))
        posted(market, owner, waiting)

    def test_one_that_becomes_ready_at_that_moment_is_to_be_tried_again(self, market, owner):
        waiting = market.sends(owner)
        post = market.post_request
        first = Meanwhile(market.store, lambda: market.check_upload(raw_key(owner, waiting)))
        fields = {name: getattr(post, name) for name in post.__dataclass_fields__} | {"commit": first.commit}

        with pytest.raises(Conflict) as found:
            type(post)(**fields)(market.caller(owner), wish(media=(waiting,)))

        assert found.value.state == "waiting"
        assert state(market, owner, waiting) is UploadState.READY

    def test_a_repeated_call_gets_the_first_answer_though_its_uploads_are_used(self, market, owner):
        upload = market.uploaded(owner)

        first = posted(market, owner, upload, idempotency_key="once")

        assert posted(market, owner, upload, idempotency_key="once") == first
        with pytest.raises(IdempotencyMismatch):
            posted(market, owner, idempotency_key="once")

    def test_it_takes_no_more_calls_than_without_images(self, market, owner):
        uploads = [market.uploaded(owner) for _ in range(6)]
        market.calls()
        posted(market, owner, *uploads)
        assert market.calls() == ["BatchGetItem", "TransactWriteItems"]

        request = posted(market, owner)
        market.calls()
        market.read_images(market.caller(owner), request)
        assert market.calls() == ["BatchGetItem"]

    @pytest.mark.commitment("security.least-access")
    def test_nobody_else_sees_them_as_one_s_own(self, market, owner):
        request = posted(market, owner, market.uploaded(owner))
        other = market.customer()

        for name in (request, "req_" + "a" * 26):
            with pytest.raises(NotFound):
                market.read_images(market.caller(other), name)


class TestProviders:
    @pytest.fixture
    def provider(self, market):
        return market.provider()

    def told(self, market, owner) -> RequestId:
        """Return a request with an image that everybody near by was told of."""
        request = posted(market, owner, market.uploaded(owner))
        market.notify_providers(market.told(EventType.REQUEST_POSTED))
        return request

    def becomes(self, market, request, **values: str) -> None:
        market.store.rows[Key("requests", f"R#{request}", "REQUEST")].update(values)

    def test_who_was_told_of_a_request_sees_its_images(self, market, owner, provider):
        request = self.told(market, owner)
        market.calls()

        (found,) = market.read_opportunity_images(market.caller(provider), request)

        assert market.calls() == ["BatchGetItem"]
        assert found.image in market.store.load(market.uploads.images(request))
        assert found.url == f"https://images.test/{shown_key(found.image.id)}?signed"

    @pytest.mark.commitment("security.least-access", "sharing.request-details")
    def test_who_was_not_told_finds_nothing(self, market, owner, provider):
        request = self.told(market, owner)

        for other in (market.provider(), owner):
            for name in (request, RequestId("req_" + "a" * 26)):
                with pytest.raises(NotFound):
                    market.read_opportunity_images(market.caller(other), name)

    @pytest.mark.commitment("security.least-access", "sharing.request-details")
    @pytest.mark.parametrize("state", ["engaged", "completed", "confirmed", "cancelled", "expired", "disputed"])
    def test_once_it_is_closed_only_the_one_who_is_engaged_sees_them(self, market, owner, provider, state):
        other = market.provider()
        request = self.told(market, owner)
        self.becomes(market, request, state=state, provider=provider)

        assert len(market.read_opportunity_images(market.caller(provider), request)) == 1
        with pytest.raises(NotFound):
            market.read_opportunity_images(market.caller(other), request)


def unused(market: PostOffice, owner: SubjectId) -> list[UploadId]:
    """Return uploads of every kind that no request uses."""
    lying = market.sends(owner)
    market.images.objects[raw_key(owner, lying)] = b"text/html x"
    market.check_upload(raw_key(owner, lying))
    return [market.told_of_upload(owner), market.sends(owner), market.uploaded(owner), lying]


def drop(market: PostOffice, **faulty: Any) -> None:
    """Do what `media` does with every upload that was dropped."""
    for event in market.events():
        if event.type is EventType.UPLOAD_DROPPED:
            market.drop_images(**faulty).of_upload(event.subject, UploadId(event.refs["upload"]))


class TestDropping:
    @pytest.mark.commitment("data.user-content", "purpose.bound")
    def test_what_no_request_uses_goes_after_a_day_to_the_minute(self, market, owner):
        uploads = unused(market, owner)
        posted(market, owner, market.uploaded(owner))
        kept = dict(market.images.objects)

        market.clock.forward(UNUSED_FOR - timedelta(minutes=1))
        assert market.tick("drop-unused") == {}
        assert market.images.objects == kept

        market.clock.forward(timedelta(minutes=1))
        assert market.tick("drop-unused") == {"UploadsDropped": 4}
        assert market.tick("drop-unused") == {}
        drop(market)
        assert len(market.images.objects) == 1
        assert len(rows_of(market, owner)) == 1
        assert not {*rows_of(market, owner)} & {*uploads}

    def test_a_form_is_over_long_before(self):
        assert FORM_OPEN < UNUSED_FOR / 100

    def test_one_that_is_dropped_cannot_be_used_and_is_not_there(self, market, owner):
        upload = market.uploaded(owner)
        market.clock.forward(UNUSED_FOR)
        market.tick("drop-unused")

        assert refused(market, owner, upload) == (FieldError("media.0", WRONG),)
        with pytest.raises(NotFound):
            market.read_upload(market.caller(owner), upload)

    def test_one_that_is_used_at_that_moment_stays(self, market, owner):
        upload = market.uploaded(owner)
        market.clock.forward(UNUSED_FOR)
        meanwhile = Meanwhile(market.store, lambda: posted(market, owner, upload))

        counts = [piece() for piece in market.tasks(store=meanwhile)["drop-unused"]()]

        assert counts == [{}]
        assert state(market, owner, upload) is UploadState.USED

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("at", range(2))
    def test_whoever_dies_while_removing_is_followed_by_the_same_end(self, market, owner, at, after):
        unused(market, owner)
        market.clock.forward(UNUSED_FOR)
        market.tick("drop-unused")
        faults = Faults(at, after)
        with pytest.raises(Crash):
            drop(market, store=faults.around(market.store), images=faults.around(market.images))

        drop(market)
        drop(market)

        assert market.images.objects == {}
        assert rows_of(market, owner) == []

    @pytest.mark.commitment("data.user-content")
    def test_the_images_of_a_request_that_ended_go_and_no_others(self, market, owner):
        ended, other = posted(market, owner, market.uploaded(owner)), market.uploaded(owner, "a sink")

        assert market.drop_images().of_request(ended, owner) == 1
        assert market.drop_images().of_request(ended, owner) == 0

        assert market.images.objects == {shown_key(other): b"a sink"}
        assert rows_of(market, owner) == [other]
        assert Key("requests", f"R#{ended}", "MEDIA") not in market.store.rows
        assert market.read_images(market.caller(owner), ended) == []

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("at", range(3))
    def test_whoever_dies_while_a_request_s_images_go_is_followed_by_the_same_end(self, market, owner, at, after):
        ended = posted(market, owner, market.uploaded(owner), market.uploaded(owner))
        faults = Faults(at, after)
        drop_images = market.drop_images(faults.around(market.store), faults.around(market.images))
        with pytest.raises(Crash):
            drop_images.of_request(ended, owner)

        market.drop_images().of_request(ended, owner)

        assert market.images.objects == {}
        assert rows_of(market, owner) == []

    @pytest.mark.commitment("rights.deletion", "data.user-content")
    def test_everything_that_a_person_sent_goes_at_once_and_nothing_of_anybody_else(self, market, owner):
        other = market.customer()
        theirs = posted(market, other, market.uploaded(other, "theirs"))
        unused(market, owner)
        shown = [posted(market, owner, *(market.uploaded(owner) for _ in range(6))) for _ in range(8)]

        assert market.drop_images().of_person(owner) == 4 + 48

        assert [*market.images.objects.values()] == [b"theirs"]
        assert rows_of(market, owner) == []
        assert [key for key in market.store.rows if key.sk == "MEDIA"] == [Key("requests", f"R#{theirs}", "MEDIA")]
        assert all(Key("requests", f"R#{request}", "MEDIA") not in market.store.rows for request in shown)
        assert market.drop_images().of_person(owner) == 0

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("at", range(6))
    def test_whoever_dies_while_a_person_s_images_go_is_followed_by_the_same_end(self, market, owner, at, after):
        for _ in range(8):
            posted(market, owner, *(market.uploaded(owner) for _ in range(6)))
        faults = Faults(at, after)
        with pytest.raises(Crash):
            market.drop_images(faults.around(market.store), faults.around(market.images)).of_person(owner)

        market.drop_images().of_person(owner)

        assert market.images.objects == {}
        assert rows_of(market, owner) == []


def test_names_in_storage_say_nothing_of_a_person_or_a_request(market, owner):
    upload = market.uploaded(owner)
    posted(market, owner, upload)

    assert list(market.images.objects) == [f"shown/{upload}"]
    assert raw_of(raw_key(owner, upload)) == (owner, upload)
    assert raw_of(shown_key(upload)) is None


@pytest.mark.commitment("data.user-content", "purpose.bound")
def test_rows_of_uploads_hold_ids_states_and_sizes_only(market, owner):
    request = posted(market, owner, market.uploaded(owner, "a secret tap"))
    rows = [row for key, row in market.store.rows.items() if key.pk == f"U#{owner}" or key.sk == "MEDIA"]

    assert {name for row in rows for name in row} == {
        *("pk", "sk", "content_type", "size", "asked_at", "state", "version", "width", "height", "shown_as"),
        *("request", "owner", "images"),
    }
    assert "secret" not in str(rows)
    assert request in str(rows)


def test_pages_of_a_person_s_uploads_are_looked_through_to_the_end(market, owner):
    for _ in range(5):
        market.told_of_upload(owner)
    find: Callable[..., Any] = market.store.find

    assert [len(page) for page in pages(find, market.uploads.of_owner(owner), 2)] == [2, 2, 1]
