"""Images go: with their request, with their person, or because no request ever used them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from jobipro.application.ports.events import Outbox
from jobipro.application.ports.storage import Commit, Find, Load, Write
from jobipro.application.ports.system import Clock, Ids
from jobipro.application.ports.uploads import ImageStore, Uploads
from jobipro.application.sweep import Piece, pages
from jobipro.domain.errors import AlreadyDone
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import RequestId, SubjectId, UploadId
from jobipro.domain.uploads import Upload, raw_key, shown_key

IN_ONE_COMMIT = 40
"""Uploads whose rows go in one transaction, which takes 100, with the lists of the requests that show them."""


@dataclass(frozen=True, slots=True)
class DropImages:
    """Remove images: first the bytes, then the rows that name them, so that what is left half-way can be found again.

    Doing it twice removes nothing twice.
    """

    load: Load
    commit: Commit
    find: Find
    uploads: Uploads
    store: ImageStore

    def of_request(self, request: RequestId, customer: SubjectId) -> int:
        """Remove the images of a request that was cancelled or has expired; return how many."""
        images = self.load(self.uploads.images(request))
        if images:
            self.store.removed(*(shown_key(image.id) for image in images))
            self.commit(
                self.uploads.no_longer_shown(request),
                (self.uploads.forgotten(customer, image.id) for image in images),
            )
        return len(images)

    def of_upload(self, owner: SubjectId, upload: UploadId) -> int:
        """Remove what there is of an upload that was dropped; return 1."""
        self.store.removed(raw_key(owner, upload), shown_key(upload))
        self.commit(self.uploads.forgotten(owner, upload))
        return 1

    def of_person(self, owner: SubjectId) -> int:
        """Remove everything that a person ever sent; return how many uploads that were."""
        removed = 0
        for page in pages(self.find, self.uploads.of_owner(owner), IN_ONE_COMMIT):
            self.store.removed(*self._keys(page))
            self.commit(self._rows(page))
            removed += len(page)
        return removed

    def _keys(self, uploads: Collection[Upload]) -> Iterator[str]:
        for upload in uploads:
            yield raw_key(upload.owner, upload.id)
            yield shown_key(upload.id)

    def _rows(self, uploads: Collection[Upload]) -> Iterator[Write]:
        yield from (self.uploads.forgotten(upload.owner, upload.id) for upload in uploads)
        yield from map(self.uploads.no_longer_shown, {upload.request for upload in uploads if upload.request})


@dataclass(frozen=True, slots=True)
class DropUnused:
    """Give up uploads that no request used in time: whoever wants to use one now comes too late."""

    load: Load
    commit: Commit
    find: Find
    uploads: Uploads
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self) -> Iterator[Piece]:
        """Yield a piece of work an upload; it counts `UploadsDropped`."""
        for page in pages(self.find, self.uploads.due(self.clock.now())):
            for owner, upload in page:
                yield partial(self._one, owner, upload)

    def _one(self, owner: SubjectId, upload: UploadId) -> Mapping[str, int]:
        now = self.clock.now()
        found = self.load(self.uploads.upload(owner, upload))
        if found is None or found.due_at is None or found.due_at > now:
            return {}
        event = Event(self.ids.event(), EventType.UPLOAD_DROPPED, now, owner, {"upload": upload})
        try:
            self.commit(self.uploads.changed(found.dropped()), self.outbox.recorded(event))
        except AlreadyDone:
            return {}  # it was used, or looked at, at this moment
        return {"UploadsDropped": 1}
