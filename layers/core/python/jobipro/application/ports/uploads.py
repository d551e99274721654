"""Images that people send: their rows, their bytes, the ways to send and see them, and how they are made anew."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jobipro.application.ports.storage import Read, Search, Write
from jobipro.domain.ids import RequestId, SubjectId, UploadId
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.uploads import Image, ImageType, Upload


class Uploads(Protocol):
    """Uploads by whose they are, and the images of each request.

    An upload is looked for under its owner: another's is as unknown as one that never was.
    """

    def upload(self, owner: SubjectId, upload: UploadId) -> Read[Upload | None]: ...
    def uploads(self, owner: SubjectId, uploads: Collection[UploadId]) -> Read[Mapping[UploadId, Upload]]: ...
    def of_owner(self, owner: SubjectId) -> Search[Upload]: ...
    def announced(self, upload: Upload, key: SubjectKey) -> Write: ...
    def changed(self, upload: Upload) -> Write: ...
    def attached(
        self, upload: Upload | None, name: UploadId, owner: SubjectId, request: RequestId, nth: int
    ) -> Write: ...
    def forgotten(self, owner: SubjectId, upload: UploadId) -> Write: ...
    def due(self, before: datetime) -> Search[tuple[SubjectId, UploadId]]: ...
    def images(self, request: RequestId) -> Read[tuple[Image, ...]]: ...
    def shown(self, request: RequestId, owner: SubjectId, images: Collection[Image]) -> Write: ...
    def no_longer_shown(self, request: RequestId) -> Write: ...


class ImageStore(Protocol):
    """Bytes by name. Taking away what is not there is no error."""

    def fetched(self, key: str, most: int) -> bytes | None:
        """Return what is kept, None when nothing is; `NotTaken` when it is more than `most` bytes."""

    def kept(self, key: str, content: bytes, content_type: ImageType) -> None: ...
    def removed(self, *keys: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Form:
    """What a browser posts an image with: where to, and the fields that go before the file."""

    url: str
    fields: Mapping[str, str]


class ImageLinks(Protocol):
    """Ways to send and to see one image, each for a short time; making one takes no call."""

    def form(self, key: str, content_type: ImageType, size: int, now: datetime) -> Form: ...
    def link(self, key: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Picture:
    """An image made anew, and its sides in pixels."""

    content: bytes
    width: int
    height: int


class Pictures(Protocol):
    """Makes images anew from nothing but their pixels; `NotTaken` for what is not of the type declared, or broken."""

    def __call__(self, content: bytes, declared: ImageType) -> Picture: ...
