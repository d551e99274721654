"""What function `media` is wired from."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.aws import client
from jobipro.adapters.dynamodb.uploads import Uploads
from jobipro.adapters.pictures import picture
from jobipro.adapters.s3 import S3Images
from jobipro.application.check_upload import CheckUpload
from jobipro.application.drop_images import DropImages
from jobipro.bootstrap import parts
from jobipro.domain.errors import Unintelligible
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import RequestId, UploadId


@dataclass(frozen=True, slots=True)
class MediaUseCases:
    """What function `media` does with what comes through queue `media`."""

    check_upload: CheckUpload
    drop_images: DropImages

    def arrived(self, key: str) -> str:
        """Look at an object that was stored; return what became of it, in words."""
        return self.check_upload(key)

    def happened(self, event: Event) -> str:
        """Return what was done, in words; Unintelligible for an event that is none of this function's."""
        match event.type:
            case EventType.REQUEST_CANCELLED | EventType.REQUEST_EXPIRED:
                return f"removed {self.drop_images.of_request(RequestId(event.refs['request']), event.subject)}"
            case EventType.UPLOAD_DROPPED:
                return f"removed {self.drop_images.of_upload(event.subject, UploadId(event.refs['upload']))}"
            case EventType.SUBJECT_ERASED:
                return f"removed {self.drop_images.of_person(event.subject)}"
        raise Unintelligible


def media(settings: Any) -> MediaUseCases:
    """Return the use cases of function `media`."""
    store, uploads = parts.store(settings), Uploads()
    images = S3Images(client("s3", read_timeout=10.0), settings.bucket_media)
    return MediaUseCases(
        check_upload=CheckUpload(store.load, store.commit, uploads, images, picture),
        drop_images=DropImages(store.load, store.commit, store.find, uploads, images),
    )
