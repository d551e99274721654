"""S3 without S3: what the adapter makes of its answers, and that what it signs is what the SDK would sign."""

import base64
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.session import Session

from jobipro.adapters.s3 import Place, S3Images, S3Links
from jobipro.domain.errors import Unavailable
from jobipro.domain.ids import SubjectId, UploadId
from jobipro.domain.uploads import FORM_OPEN, LINK_OPEN, ImageType, NotTaken, raw_key, shown_key
from tests.contract.images import ImagesContract
from tests.fakes.images import FakeImages

KEYS = ReadOnlyCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token")
ON_AWS = Place("jobipro-prod-media-123456789012", "ca-central-1")
HERE = Place("media", "ca-central-1", "http://127.0.0.1:8002")
RAW = raw_key(SubjectId("sub_" + "a" * 26), UploadId("upl_" + "b" * 26))
SHOWN = shown_key(UploadId("upl_" + "b" * 26))


class TestFakeImages(ImagesContract):
    @pytest.fixture
    def images(self) -> FakeImages:
        return FakeImages()


class Client:
    """A client of S3 that gives one answer, or raises it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: dict[str, Any] = {}

    def _said(self, **asked: Any) -> Any:
        self.asked = asked
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    get_object = put_object = delete_objects = _said


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "GetObject")


def body(content: bytes) -> dict[str, Any]:
    return {"ContentLength": len(content), "Body": BytesIO(content)}


def test_what_is_not_there_is_none():
    assert S3Images(Client(error("NoSuchKey")), "media").fetched(RAW, 10) is None


@pytest.mark.parametrize("failure", [error("SlowDown"), error("InternalError"), ReadTimeoutError(endpoint_url="s3")])
def test_what_passes_is_unavailable(failure):
    with pytest.raises(Unavailable):
        S3Images(Client(failure), "media").fetched(RAW, 10)


def test_what_is_wrong_on_our_side_is_told_as_it_is():
    with pytest.raises(ClientError):
        S3Images(Client(error("AccessDenied")), "media").fetched(RAW, 10)


def test_an_object_that_is_too_large_is_not_read():
    content = body(b"eleven byte")

    with pytest.raises(NotTaken):
        S3Images(Client(content), "media").fetched(RAW, 10)
    assert content["Body"].tell() == 0


def test_an_object_that_s3_did_not_remove_is_still_there():
    with pytest.raises(Unavailable):
        S3Images(Client({"Errors": [{"Key": RAW, "Code": "InternalError"}]}), "media").removed(RAW)


def test_an_image_is_shown_in_place_and_kept_by_no_cache():
    client = Client({})
    S3Images(client, "media").kept(SHOWN, b"x", ImageType.JPEG)

    assert client.asked["ContentType"] == "image/jpeg"
    assert client.asked["ContentDisposition"] == "inline"
    assert client.asked["CacheControl"] == "private, no-store"


@pytest.mark.parametrize("place", [ON_AWS, HERE])
def test_a_link_is_the_one_that_the_sdk_makes(place, monkeypatch):
    ours = S3Links(place, lambda: KEYS).link(SHOWN)
    theirs = _sdk(place).generate_presigned_url(
        "get_object", {"Bucket": place.bucket, "Key": SHOWN}, ExpiresIn=int(LINK_OPEN.total_seconds())
    )

    assert _timeless(ours) == _timeless(theirs)


@pytest.mark.parametrize("place", [ON_AWS, HERE])
def test_a_form_is_the_one_that_the_sdk_makes(place):
    now = datetime.now(UTC)
    ours = S3Links(place, lambda: KEYS).form(RAW, ImageType.PNG, 4321, now)
    theirs = _sdk(place).generate_presigned_post(
        place.bucket,
        RAW,
        {"Content-Type": "image/png"},
        [{"Content-Type": "image/png"}, ["content-length-range", 4321, 4321]],
        int(FORM_OPEN.total_seconds()),
    )

    assert ours.url.rstrip("/") == theirs["url"].rstrip("/")
    assert ours.fields.keys() == theirs["fields"].keys()
    said, meant = _policy(ours.fields), _policy(theirs["fields"])
    for condition in meant["conditions"]:
        if "x-amz-date" not in condition:
            assert condition in said["conditions"]
    assert len(said["conditions"]) == len(meant["conditions"])
    assert datetime.fromisoformat(said["expiration"]) - now < FORM_OPEN + timedelta(seconds=1)


def test_a_form_names_every_field_and_leaves_none_to_choose():
    form = S3Links(ON_AWS, lambda: KEYS).form(RAW, ImageType.PNG, 4321, datetime.now(UTC))
    conditions = _policy(form.fields)["conditions"]

    named = {name: value for each in conditions if isinstance(each, dict) for name, value in each.items()}
    assert {name: named[name] for name in form.fields if name in named} == {
        name: value for name, value in form.fields.items() if name not in ("policy", "x-amz-signature")
    }
    assert [each for each in conditions if isinstance(each, list)] == [["content-length-range", 4321, 4321]]
    assert named["bucket"] == ON_AWS.bucket


def _sdk(place: Place) -> Any:
    from botocore.config import Config

    style = {"addressing_style": "path" if place.endpoint else "virtual"}
    config: Any = Config(signature_version="s3v4", s3=style)  # type: ignore[arg-type]
    return Session().create_client(
        "s3",
        place.region,
        endpoint_url=place.endpoint or f"https://s3.{place.region}.amazonaws.com",
        aws_access_key_id=KEYS.access_key,
        aws_secret_access_key=KEYS.secret_key,
        aws_session_token=KEYS.token,
        config=config,
    )


def _timeless(url: str) -> tuple[Any, ...]:
    parts = urlsplit(url)
    query = {name: value for name, value in parse_qs(parts.query).items() if name not in TIMED}
    return parts.scheme, parts.netloc, parts.path, query


TIMED = ("X-Amz-Date", "X-Amz-Signature")


def _policy(fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.b64decode(fields["policy"]))
    return found
