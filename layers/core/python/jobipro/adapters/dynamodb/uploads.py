"""Table `requests`: the images that people send, and which of them a request shows.

| row | key | clear |
|---|---|---|
| upload | `U#<owner>` / `<upload id>` | type and size announced, state, version, time; sides once made anew; request |
| images of a request | `R#<id>` / `MEDIA` | owner; of each image its id, type and sides, in their order |

An upload that no request uses yet carries `due_kind` and `due_at`, when it is dropped.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from jobipro.adapters.dynamodb.rows import Absent, Check, Delete, Equals, Item, Key, Put
from jobipro.application.ports.storage import Read, Rows, Search, Write
from jobipro.domain.errors import Conflict, FieldError, Invalid, ServiceError
from jobipro.domain.ids import RequestId, SubjectId, UploadId
from jobipro.domain.subject_keys import SubjectKey
from jobipro.domain.times import instant, written
from jobipro.domain.uploads import Image, ImageType, Refusal, Upload, UploadState

TABLE = "requests"
UNUSED = "upload"
"""`due_kind` of uploads that no request uses."""

NEVER = Equals("version", 0)
"""What holds for no row: versions count from 1."""


class Uploads:
    """Uploads under their owner, so that nobody finds another's."""

    def upload(self, owner: SubjectId, upload: UploadId) -> Read[Upload | None]:
        """Read one upload; None when its owner has none of this id."""
        place = _row(owner, upload)
        return Read((place,), lambda rows: _upload(rows[place]) if place in rows else None)

    def uploads(self, owner: SubjectId, uploads: Collection[UploadId]) -> Read[Mapping[UploadId, Upload]]:
        """Read several; those that are not there are left out."""
        places = {upload: _row(owner, upload) for upload in uploads}

        def build(rows: Rows) -> Mapping[UploadId, Upload]:
            return {upload: _upload(rows[place]) for upload, place in places.items() if place in rows}

        return Read(tuple(places.values()), build)

    def of_owner(self, owner: SubjectId) -> Search[Upload]:
        """Search all uploads of a person."""
        return Search(TABLE, partition=("pk", f"U#{owner}"), build=lambda item, rows: _upload(item))

    def announced(self, upload: Upload, key: SubjectKey) -> Write:
        """Keep a new upload, while its owner's key is active: nothing begins after an erasure."""
        return Write(Put(_row(upload.owner, upload.id), _item(upload), when=(Absent(),)), under=(key,))

    def changed(self, upload: Upload) -> Write:
        """Keep an upload that moved on from its version before; `AlreadyDone` when it did otherwise meanwhile."""
        return Write(Put(_row(upload.owner, upload.id), _item(upload), when=(Equals("version", upload.version - 1),)))

    def attached(self, upload: Upload | None, name: UploadId, owner: SubjectId, request: RequestId, nth: int) -> Write:
        """Make an upload, as it was read, part of a request, as its `nth` image (from 0).

        Refused unless it is ready then, and was when it was read: `Conflict` while it is being looked at, `Invalid` for
        everything else, whether it was refused, used before, or never there.
        """
        place = _row(owner, name)

        def refused(row: Item | None) -> ServiceError:
            if row is not None and row["state"] in (UploadState.WAITING, UploadState.READY):
                return Conflict(UploadState.WAITING.value)
            return Invalid(FieldError(f"media.{nth}", "An upload of your own that is ready and in no request yet."))

        if upload is None or upload.state is not UploadState.READY:
            return Write(Check(place, when=(NEVER,)), refused=refused)
        used = _item(upload.used(request))
        return Write(Put(place, used, when=(Equals("version", upload.version),)), refused=refused)

    def forgotten(self, owner: SubjectId, upload: UploadId) -> Write:
        """Remove an upload's row, if there is one."""
        return Write(Delete(_row(owner, upload)))

    def due(self, before: datetime) -> Search[tuple[SubjectId, UploadId]]:
        """Search uploads that no request used in time, longest due first."""
        return Search(
            TABLE,
            index="due",
            partition=("due_kind", UNUSED),
            from_to=("due_at", "0", written(before)),
            build=lambda item, rows: (SubjectId(item["pk"].removeprefix("U#")), UploadId(item["sk"])),
        )

    def images(self, request: RequestId) -> Read[tuple[Image, ...]]:
        """Read the images of a request, in the order in which its customer named them."""
        place = _images_row(request)
        return Read((place,), lambda rows: _images(rows.get(place)))

    def shown(self, request: RequestId, owner: SubjectId, images: Collection[Image]) -> Write:
        """Keep which images a new request shows."""
        row = {
            "owner": owner,
            "images": [
                {"id": each.id, "content_type": each.content_type.value, "width": each.width, "height": each.height}
                for each in images
            ],
        }
        return Write(Put(_images_row(request), row, when=(Absent(),)))

    def no_longer_shown(self, request: RequestId) -> Write:
        """Remove the list of a request's images, if there is one."""
        return Write(Delete(_images_row(request)))


def _row(owner: SubjectId, upload: UploadId) -> Key:
    return Key(TABLE, f"U#{owner}", upload)


def _images_row(request: RequestId) -> Key:
    return Key(TABLE, f"R#{request}", "MEDIA")


def _item(upload: Upload) -> dict[str, Any]:
    item: dict[str, Any] = {
        "content_type": upload.content_type.value,
        "size": upload.size,
        "asked_at": written(upload.asked_at),
        "state": upload.state.value,
        "version": upload.version,
    }
    if upload.image is not None:
        item |= {
            "width": upload.image.width,
            "height": upload.image.height,
            "shown_as": upload.image.content_type.value,
        }
    if upload.reason is not None:
        item["reason"] = upload.reason.value
    if upload.request is not None:
        item["request"] = upload.request
    if upload.due_at is not None:
        item |= {"due_kind": UNUSED, "due_at": written(upload.due_at)}
    return item


def _upload(row: Item) -> Upload:
    name = UploadId(row["sk"])
    image = None
    if "shown_as" in row:
        image = Image(name, ImageType(row["shown_as"]), row["width"], row["height"])
    return Upload(
        id=name,
        owner=SubjectId(row["pk"].removeprefix("U#")),
        content_type=ImageType(row["content_type"]),
        size=row["size"],
        asked_at=instant(row["asked_at"]),
        state=UploadState(row["state"]),
        version=row["version"],
        image=image,
        reason=Refusal(row["reason"]) if "reason" in row else None,
        request=RequestId(row["request"]) if "request" in row else None,
    )


def _images(row: Item | None) -> tuple[Image, ...]:
    if row is None:
        return ()
    return tuple(
        Image(UploadId(each["id"]), ImageType(each["content_type"]), each["width"], each["height"])
        for each in row["images"]
    )
