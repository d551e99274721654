"""Images that people send: what is taken, where the bytes lie, and what becomes of them.

An image goes from its sender straight into storage, as it is; only what is made anew from it is ever shown. The words
here are clear ones of ours: nothing of an image but its size is written down.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from jobipro.domain.ids import RequestId, SubjectId, UploadId


class ImageType(StrEnum):
    """What may be sent, by its media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


class UploadState(StrEnum):
    """Where an upload stands."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"
    USED = "used"
    DROPPED = "dropped"


class Refusal(StrEnum):
    """Why an image was not taken."""

    TYPE = "not-the-type-declared"
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_LARGE = "too-large"


class NotTaken(Exception):
    """An image that cannot be made anew, and why; nobody's mistake but the image's."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


LARGEST = 10 * 1024 * 1024
"""Bytes of an image as it is sent."""

MOST_PIXELS = 50_000_000
"""Of an image as it is sent: what the largest sensors of today's telephones give."""

LONGEST_SIDE = 2048
"""Pixels of an image as it is shown."""

SHOWN_AS = ImageType.JPEG
"""What every image is made anew as."""

MOST_OF_A_REQUEST = 6

FORM_OPEN = timedelta(minutes=10)
"""How long an image may be sent after it was announced."""

LINK_OPEN = timedelta(minutes=5)
"""How long a link to an image opens it."""

UNUSED_FOR = timedelta(hours=24)
"""When an upload that no request uses is dropped."""


@dataclass(frozen=True, slots=True)
class Image:
    """One image as it is shown; sides in pixels."""

    id: UploadId
    content_type: ImageType
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Upload:
    """One image on its way: what was announced, and what became of it.

    `size` are the bytes announced, `image` is there once it was made anew, `reason` once it was refused. `version`
    grows with every change.
    """

    id: UploadId
    owner: SubjectId
    content_type: ImageType
    size: int
    asked_at: datetime
    state: UploadState = UploadState.WAITING
    version: int = 1
    image: Image | None = None
    reason: Refusal | None = None
    request: RequestId | None = None

    @property
    def due_at(self) -> datetime | None:
        """When it is dropped unless a request uses it; None once one does, or it was."""
        kept = self.state in (UploadState.USED, UploadState.DROPPED)
        return None if kept else self.asked_at + UNUSED_FOR

    def ready(self, width: int, height: int) -> "Upload":
        """Return it with its image made anew."""
        image = Image(self.id, SHOWN_AS, width, height)
        return replace(self, state=UploadState.READY, version=self.version + 1, image=image)

    def refused(self, reason: Refusal) -> "Upload":
        """Return it as one that was not taken."""
        return replace(self, state=UploadState.REFUSED, version=self.version + 1, reason=reason)

    def used(self, request: RequestId) -> "Upload":
        """Return it as part of a request, for good."""
        return replace(self, state=UploadState.USED, version=self.version + 1, request=request)

    def dropped(self) -> "Upload":
        """Return it as one whose bytes are about to go."""
        return replace(self, state=UploadState.DROPPED, version=self.version + 1)


def raw_key(owner: SubjectId, upload: UploadId) -> str:
    """Return where the bytes lie as they were sent; nobody but their sender and `media` gets to see this name."""
    return f"raw/{owner}/{upload}"


def shown_key(upload: UploadId) -> str:
    """Return where the image lies that was made anew: it names neither person nor request."""
    return f"shown/{upload}"


_RAW = re.compile(r"raw/(sub_[a-z2-7]{26})/(upl_[a-z2-7]{26})")


def raw_of(key: str) -> tuple[SubjectId, UploadId] | None:
    """Return whose upload a name in storage stands for; None for one that is not of ours."""
    found = _RAW.fullmatch(key)
    return (SubjectId(found[1]), UploadId(found[2])) if found else None
