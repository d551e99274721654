"""Images on the deployed stack: from a browser's form to another browser's screen, and away again."""

import base64
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from PIL import Image

from jobipro.domain.data_map import STORED
from jobipro.domain.ids import SubjectId, UploadId
from jobipro.domain.uploads import LARGEST, raw_key, shown_key
from tests.fakes.images import bomb, jpeg, png, webp
from tests.integration import hunt, insider
from tests.integration.people import Person, customer, settled
from tests.integration.stack import Stack

MARKER = "CnryPhoto7Quill"
NOBODYS = "upl_" + "a" * 26


@pytest.fixture(scope="module")
def owner(stack: Stack) -> Person:
    return customer(stack, "photographer")


def announced(person: Person, content: bytes, kind: str = "image/jpeg", size: int | None = None) -> dict[str, Any]:
    """Announce an image."""
    answer = person.call("POST", "/uploads", {"content_type": kind, "size": size or len(content)})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def sent(form: Mapping[str, Any], content: bytes, **changes: str) -> requests.Response:
    """Post a file as a browser does, with a name of its own."""
    fields = {**form["fields"], **changes}
    return requests.post(form["url"], data=fields, files={"file": (f"{MARKER}.jpg", content)}, timeout=10)


def upload(person: Person, content: bytes, kind: str = "image/jpeg") -> str:
    """Announce an image and send it; return its id."""
    form = announced(person, content, kind)
    answer = sent(form, content)
    assert answer.status_code == 204, answer.text
    return str(form["id"])


def looked_at(person: Person, name: str, within: float = 30.0) -> dict[str, str]:
    """Wait until an upload was looked at, and return how it stands."""
    deadline = time.monotonic() + within
    while (found := person.call("GET", f"/uploads/{name}").json())["status"] == "waiting":
        assert time.monotonic() < deadline, "still waiting"
        time.sleep(0.1)
    return dict(found)


def ready(person: Person, content: bytes, kind: str = "image/jpeg") -> str:
    """Return the id of an upload that is ready."""
    name = upload(person, content, kind)
    assert looked_at(person, name) == {"id": name, "status": "ready"}
    return name


def stored(stack: Stack) -> dict[str, bytes]:
    """Return all objects of the bucket."""
    s3, bucket = stack.aws("s3"), stack.description["buckets"]["media"]
    listed = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed}


def shown(person: Person, request: str) -> list[dict[str, Any]]:
    answer = person.call("GET", f"/requests/{request}/media")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


@pytest.fixture(scope="module")
def began() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def album(stack: Stack, owner: Person, began: datetime) -> dict[str, Any]:
    """A request with one image of each kind, each full of markers when it was sent."""
    hunt.record_calls(stack)
    names = [
        ready(owner, jpeg(MARKER, orientation=6, size=(300, 200)), "image/jpeg"),
        ready(owner, png(MARKER), "image/png"),
        ready(owner, webp(MARKER), "image/webp"),
    ]
    posted = owner.post_request(trade="roofing", media=names)
    assert posted.status_code == 201, posted.text
    return {"request": posted.json()["id"], "names": names}


@pytest.mark.commitment("data.user-content", "purpose.bound")
def test_what_is_served_is_upright_and_holds_nothing_but_pixels(owner: Person, album: Mapping[str, Any]):
    assert Image.open(BytesIO(jpeg(MARKER))).getexif().get_ifd(0x8825)  # what was sent says where

    found = shown(owner, album["request"])

    assert [each["id"] for each in found] == album["names"]
    assert [(each["width"], each["height"]) for each in found] == [(200, 300), (60, 40), (60, 40)]
    for each in found:
        served = requests.get(each["url"], timeout=10)
        assert served.status_code == 200
        assert served.headers["Content-Type"] == each["content_type"] == "image/jpeg"
        assert served.headers["Content-Disposition"] == "inline"
        opened = Image.open(BytesIO(served.content))
        assert opened.size == (each["width"], each["height"])
        assert not opened.getexif()
        assert not opened.getexif().get_ifd(0x8825)
        assert MARKER.encode() not in served.content


@pytest.mark.commitment("data.user-content", "security.encrypted-at-rest")
def test_photos_full_of_markers_leave_none_behind(stack: Stack, album: Mapping[str, Any], began: datetime):
    settled(stack)

    assert hunt.hunt({"photo": MARKER}, hunt.everywhere(stack, began)) == []
    assert {shown_key(UploadId(name)) for name in album["names"]} <= stored(stack).keys()


@pytest.mark.commitment("purpose.bound")
def test_everything_in_the_bucket_lies_where_the_data_map_says(stack: Stack, album: Mapping[str, Any]):
    assert stack.description["buckets"].keys() == {each.bucket for each in STORED}
    assert [key for key in stored(stack) if not key.startswith(tuple(each.prefix for each in STORED))] == []


@pytest.mark.commitment("data.user-content")
@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (png(MARKER), "image/jpeg", "not-the-type-declared"),
        (b"<svg onload='alert(1)'/>", "image/png", "not-the-type-declared"),
        (jpeg(MARKER)[:300], "image/jpeg", "unreadable"),
        (bomb(), "image/png", "too-many-pixels"),
    ],
    ids=["another type", "no image", "half of one", "a bomb"],
)
def test_what_lies_or_is_broken_is_refused_and_nothing_of_it_is_kept(
    stack: Stack, owner: Person, content: bytes, kind: str, reason: str
):
    name = upload(owner, content, kind)

    assert looked_at(owner, name) == {"id": name, "status": "refused", "reason": reason}
    refused = owner.post_request(media=[name])
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["media.0"]
    settled(stack)
    assert [key for key in stored(stack) if name in key] == []


def test_storage_refuses_whatever_was_not_announced(stack: Stack, owner: Person):
    content = jpeg()
    form = announced(owner, content)
    other = raw_key(SubjectId(owner.subject), UploadId(NOBODYS))

    answers = [
        sent(form, content + b"x"),
        sent(form, content[:-1]),
        sent(form, content, key=other),
        sent(form, content, key=f"shown/{form['id']}"),
        sent(form, content, **{"Content-Type": "text/html"}),
        sent(form, content, acl="public-read"),
        sent(form, content, **{"x-amz-tagging": "<Tagging/>"}),
        sent(form, content, **{"x-amz-server-side-encryption": "AES256"}),
        sent(form, content, success_action_redirect="https://evil.example"),
        sent(form, content, **{"x-amz-signature": "0" * 64}),
        sent(form, content, policy=base64.b64encode(b'{"expiration": "2099-01-01T00:00:00Z"}').decode()),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, *([403] * 9)]
    assert [key for key in stored(stack) if form["id"] in key] == []
    assert owner.call("GET", f"/uploads/{form['id']}").json()["status"] == "waiting"


@pytest.mark.parametrize("size", [0, LARGEST + 1, -1])
def test_what_is_larger_than_we_take_is_not_even_announced(owner: Person, size: int):
    refused = owner.call("POST", "/uploads", {"content_type": "image/jpeg", "size": size})

    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["size"]


@pytest.mark.parametrize("kind", ["image/heic", "image/svg+xml", "image/gif", "text/html", "IMAGE/JPEG"])
def test_other_types_are_not_even_announced(owner: Person, kind: str):
    refused = owner.call("POST", "/uploads", {"content_type": kind, "size": 10})

    assert [each["field"] for each in refused.json()["errors"]] == ["content_type"]


@pytest.mark.commitment("security.least-access")
def test_links_open_one_image_for_five_minutes_and_nothing_else(stack: Stack, owner: Person, album: Mapping[str, Any]):
    (first, second, _) = (each["url"] for each in shown(owner, album["request"]))
    parts = urlsplit(first)

    assert parse_qs(parts.query)["X-Amz-Expires"] == ["300"]
    assert album["request"] not in first
    assert owner.subject not in first
    changed = {
        "another image": first.replace(parts.path, urlsplit(second).path),
        "longer": first.replace("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        "unsigned": first.partition("?")[0],
        "long ago": _long_ago(first),
    }
    assert {name: requests.get(url, timeout=10).status_code for name, url in changed.items()} == dict.fromkeys(
        changed, 403
    )
    for method in ("PUT", "DELETE", "POST"):
        assert requests.request(method, first, timeout=10).status_code in {400, 403, 405}
    assert requests.get(first, timeout=10).status_code == 200


def _long_ago(url: str) -> str:
    """Return a link as it was signed on another day."""
    date = parse_qs(urlsplit(url).query)["X-Amz-Date"][0]
    return url.replace(date, "20260101" + date[8:])


@pytest.mark.commitment("security.least-access")
def test_another_s_upload_is_as_unknown_as_one_that_never_was(stack: Stack, owner: Person):
    theirs, mine = ready(owner, jpeg()), customer(stack)

    refused = [mine.call("GET", f"/uploads/{name}") for name in (theirs, NOBODYS)]
    unposted = [mine.post_request(media=[name]) for name in (theirs, NOBODYS)]

    assert [answer.status_code for answer in (*refused, *unposted)] == [404, 404, 422, 422]
    assert _alike(refused)
    assert _alike(unposted)
    assert owner.call("GET", f"/uploads/{theirs}").json()["status"] == "ready"


def _alike(answers: list[requests.Response]) -> bool:
    bodies = [{**answer.json(), "correlation_id": ""} for answer in answers]
    return all(body == bodies[0] for body in bodies)


def test_an_image_is_used_once_and_each_request_takes_six(owner: Person):
    names = [ready(owner, jpeg()) for _ in range(2)]
    assert owner.post_request(media=names[:1]).status_code == 201

    again = owner.post_request(media=[names[1], names[0]])
    twice = owner.post_request(media=[names[1], names[1]])
    many = owner.post_request(media=[f"upl_{letter * 26}" for letter in "abcdefg"])

    assert [[each["field"] for each in answer.json()["errors"]] for answer in (again, twice, many)] == [
        ["media.1"],
        ["media.1"],
        ["media"],
    ]


def test_one_that_is_still_looked_at_is_to_be_tried_again(stack: Stack, owner: Person):
    with insider.held_back(stack, "media"):
        name = upload(owner, jpeg())
        refused = owner.post_request(media=[name])

        assert (refused.status_code, refused.json()["state"]) == (409, "waiting")
    looked_at(owner, name)
    assert owner.post_request(media=[name]).status_code == 201


@pytest.mark.commitment("data.user-content", "rights.deletion")
def test_images_go_with_their_request(stack: Stack, owner: Person):
    name = ready(owner, jpeg())
    request = owner.post_request(media=[name]).json()["id"]
    (image,) = shown(owner, request)

    assert owner.call("POST", f"/requests/{request}/cancel").status_code == 200
    settled(stack)

    assert [key for key in stored(stack) if name in key] == []
    assert requests.get(image["url"], timeout=10).status_code == 404
    assert shown(owner, request) == []
    assert owner.call("GET", f"/uploads/{name}").status_code == 404


@pytest.mark.commitment("rights.deletion", "data.user-content")
def test_images_go_with_their_person(stack: Stack):
    person = customer(stack)
    names = [ready(person, jpeg()) for _ in range(2)]
    person.post_request(media=names[:1])
    waiting = announced(person, jpeg())["id"]

    assert insider.erase(stack, person.subject)
    settled(stack)

    assert [key for key in stored(stack) if any(name in key for name in (*names, waiting))] == []
    left = [
        row for row in insider.rows(stack, "requests") if row["pk"] == f"U#{person.subject}" or row["sk"] == "MEDIA"
    ]
    assert [row for row in left if row.get("owner", person.subject) == person.subject] == []


@pytest.mark.commitment("data.user-content", "purpose.bound")
def test_what_no_request_uses_goes_after_a_day(stack: Stack, owner: Person):
    kept, dropped = ready(owner, jpeg()), ready(owner, jpeg())
    yesterday = "2026-01-01T00:00:00.000Z"
    insider.change(stack, "requests", f"U#{owner.subject}", dropped, asked_at=yesterday, due_at=yesterday)

    insider.tick(stack)
    settled(stack)

    assert owner.call("GET", f"/uploads/{dropped}").status_code == 404
    assert owner.call("GET", f"/uploads/{kept}").json()["status"] == "ready"


def test_what_storage_tells_of_twice_or_in_vain_harms_nobody(stack: Stack, owner: Person):
    name = ready(owner, jpeg())
    before = stored(stack)
    told = {"s3": {"object": {"key": raw_key(SubjectId(owner.subject), UploadId(name))}}}
    stray = {"s3": {"object": {"key": "raw/elsewhere+and%20more"}}}

    insider.send(stack, "media", json.dumps({"Records": [told, told, stray]}), json.dumps({"Event": "s3:TestEvent"}))
    settled(stack)

    assert stored(stack) == before
    assert looked_at(owner, name)["status"] == "ready"


def test_pages_of_the_web_origin_may_send_and_show(stack: Stack, owner: Person):
    form = announced(owner, jpeg())
    asked = {"Origin": "https://www.jobipro.example", "Access-Control-Request-Method": "POST"}

    answer = requests.options(form["url"], headers=asked, timeout=10)

    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
