"""S3 behind `ImageStore` and `ImageLinks`.

Forms and links are signed with the function's own credentials, and open nothing that its role may not do. Signing needs
no client and takes no call, so a function that only hands them out does not load one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.auth import ISO8601, S3SigV4PostAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from jobipro.adapters.aws import translated
from jobipro.application.ports.uploads import Form
from jobipro.domain.errors import Unavailable
from jobipro.domain.uploads import FORM_OPEN, LINK_OPEN, ImageType, NotTaken, Refusal

SHOWN_IN = "inline"
KEPT_BY_NOBODY = "private, no-store"


class S3Images:
    """The objects of one bucket; it encrypts them by itself."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def fetched(self, key: str, most: int) -> bytes | None:
        """Return an object's bytes, None when there is none; `NotTaken` when there are more than `most`."""
        try:
            with translated({}):
                found = self._client.get_object(Bucket=self._bucket, Key=key)
                if found["ContentLength"] > most:
                    raise NotTaken(Refusal.TOO_LARGE)
                content: bytes = found["Body"].read()
                return content
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise

    def kept(self, key: str, content: bytes, content_type: ImageType) -> None:
        """Keep an object, to be shown in place and kept by no cache."""
        with translated({}):
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType=content_type.value,
                ContentDisposition=SHOWN_IN,
                CacheControl=KEPT_BY_NOBODY,
            )

    def removed(self, *keys: str) -> None:
        """Remove objects, a thousand at most, whether they are there or not; `Unavailable` when one was not removed."""
        with translated({}):
            objects = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
            answer = self._client.delete_objects(Bucket=self._bucket, Delete=objects)
        if answer.get("Errors"):
            raise Unavailable


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bucket is reached; `endpoint` is that of the embedded cloud, empty on AWS."""

    bucket: str
    region: str
    endpoint: str = ""

    @property
    def url(self) -> str:
        """Return the bucket's address."""
        return (
            f"{self.endpoint}/{self.bucket}"
            if self.endpoint
            else f"https://{self.bucket}.s3.{self.region}.amazonaws.com"
        )


class S3Links:
    """Signs what a browser sends to a bucket, or asks it for. `credentials` gives those of this moment."""

    def __init__(self, place: Place, credentials: Callable[[], Any]) -> None:
        self._place = place
        self._credentials = credentials

    def form(self, key: str, content_type: ImageType, size: int, now: datetime) -> Form:
        """Return a form for one object of this name, type and size in bytes, and nothing else.

        A field that the policy does not name is refused by S3, so nobody can choose who may read the object, what it
        is tagged with or how it is encrypted.
        """
        fields = {"key": key, "Content-Type": content_type.value}
        request = AWSRequest("POST", self._place.url)
        request.context["s3-presign-post-fields"] = fields
        request.context["s3-presign-post-policy"] = {
            "expiration": (now + FORM_OPEN).strftime(ISO8601),
            "conditions": [
                {"bucket": self._place.bucket},
                *({name: value} for name, value in fields.items()),
                ["content-length-range", size, size],
            ],
        }
        S3SigV4PostAuth(self._credentials(), "s3", self._place.region).add_auth(request)
        return Form(self._place.url, fields)

    def link(self, key: str) -> str:
        """Return an address that shows one object, for as long as links are open."""
        request = AWSRequest("GET", f"{self._place.url}/{key}")
        S3SigV4QueryAuth(
            self._credentials(), "s3", self._place.region, expires=int(LINK_OPEN.total_seconds())
        ).add_auth(request)
        return str(request.url)
