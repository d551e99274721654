"""What images of a request take and give."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from jobipro.application.announce_upload import Announced, AnnounceUploadCommand
from jobipro.application.read_images import ShownImage
from jobipro.domain.uploads import FORM_OPEN, LARGEST, LINK_OPEN, ImageType, Refusal, Upload, UploadState
from jobipro.http import Answer, Body

UploadId = Annotated[
    str, Field(description="Opaque, as `POST /uploads` gave it.", examples=["upl_aaaaaaaaaaaaaaaaaaaaaaaaaa"])
]


class UploadBody(Body):
    """What is about to be sent."""

    content_type: Annotated[ImageType, Field(strict=False, examples=["image/jpeg"])]
    size: Annotated[int, Field(ge=1, le=LARGEST, description="Bytes, exactly.", examples=[48213])]

    def to_command(self, idempotency_key: str | None) -> AnnounceUploadCommand:
        """Return the wish as the use case takes it."""
        return AnnounceUploadCommand(self.content_type, self.size, idempotency_key)


class UploadAnswer(Answer):
    """What to send an image with: `fields`, then the image as `file`, as `multipart/form-data` to `url`."""

    id: UploadId
    url: Annotated[str, Field(examples=["https://images.example.com"])]
    fields: Annotated[
        dict[str, str],
        Field(
            description="Form fields, which go before the file as they are.",
            examples=[{"key": "raw/sub_…/upl_…", "Content-Type": "image/jpeg", "policy": "…"}],
        ),
    ]
    expires_in: Annotated[int, Field(description="Seconds in which to send it.", examples=[600])]

    @classmethod
    def of(cls, announced: Announced) -> "UploadAnswer":
        """Return the answer that lets somebody send an image."""
        form = announced.form
        seconds = int(FORM_OPEN.total_seconds())
        return cls(id=announced.id, url=form.url, fields=dict(form.fields), expires_in=seconds)


class UploadStatus(Answer):
    """How an upload stands."""

    id: UploadId
    status: Annotated[
        UploadState,
        Field(
            description="`waiting` until the image came and was looked at; `ready` for a request; `used` in one.",
            examples=["ready"],
        ),
    ]
    reason: Annotated[
        Refusal | None, Field(description="Why it was refused, when it was.", examples=["not-the-type-declared"])
    ] = None

    @classmethod
    def of(cls, upload: Upload) -> "UploadStatus":
        """Return the answer that shows an upload."""
        return cls(id=upload.id, status=upload.state, reason=upload.reason)


class ImageAnswer(Answer):
    """An image of a request, made anew without anything but its pixels, and a link that shows it for a short while."""

    id: UploadId
    url: Annotated[str, Field(examples=["https://images.example.com/shown/upl_aaaaaaaaaaaaaaaaaaaaaaaaaa?X-Amz-…"])]
    expires_in: Annotated[int, Field(description="Seconds for which the link works.", examples=[300])]
    content_type: Annotated[ImageType, Field(examples=["image/jpeg"])]
    width: Annotated[int, Field(description="Pixels.", examples=[2048])]
    height: Annotated[int, Field(description="Pixels.", examples=[1536])]

    @classmethod
    def all_of(cls, images: Sequence[ShownImage]) -> "list[ImageAnswer]":
        """Return the answer that shows the images of a request."""
        seconds = int(LINK_OPEN.total_seconds())
        return [
            cls(
                id=each.image.id,
                url=each.url,
                expires_in=seconds,
                content_type=each.image.content_type,
                width=each.image.width,
                height=each.image.height,
            )
            for each in images
        ]
