"""An image has arrived: it is made anew, or not taken."""

from dataclasses import dataclass

from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.uploads import ImageStore, Pictures, Uploads
from jobipro.domain.errors import AlreadyDone
from jobipro.domain.uploads import LARGEST, SHOWN_AS, NotTaken, Upload, UploadState, raw_key, raw_of, shown_key


@dataclass(frozen=True, slots=True)
class CheckUpload:
    """Make an image anew and forget what was sent.

    Storage tells of an image more than once, late, and of things that are none: whatever the row does not wait for is
    taken away and changes nothing. The row moves on after the new image lies there and before the sent one goes, so
    whoever dies in between is followed by somebody who ends the same.
    """

    load: Load
    commit: Commit
    uploads: Uploads
    store: ImageStore
    pictures: Pictures

    def __call__(self, key: str) -> str:
        """Return what became of the object of a name, in a word."""
        named = raw_of(key)
        if named is None:
            return "not ours"
        upload = self.load(self.uploads.upload(*named))
        if upload is None or upload.state is UploadState.DROPPED:
            self.store.removed(key, shown_key(named[1]))
            return "unknown"
        if upload.state is not UploadState.WAITING:
            self.store.removed(key)
            return "seen before"
        return self._looked_at(upload)

    def _looked_at(self, upload: Upload) -> str:
        key = raw_key(upload.owner, upload.id)
        try:
            content = self.store.fetched(key, LARGEST)
            if content is None:
                return "gone"
            made = self.pictures(content, upload.content_type)
        except NotTaken as refused:
            return self._ended(upload, upload.refused(refused.reason))
        self.store.kept(shown_key(upload.id), made.content, SHOWN_AS)
        return self._ended(upload, upload.ready(made.width, made.height))

    def _ended(self, upload: Upload, now: Upload) -> str:
        """Keep what became of it; whoever was dropped meanwhile leaves nothing behind."""
        try:
            self.commit(self.uploads.changed(now))
        except AlreadyDone:
            return self(raw_key(upload.owner, upload.id))
        self.store.removed(raw_key(upload.owner, upload.id))
        return f"refused: {now.reason}" if now.reason else now.state.value
