"""Somebody is about to send an image, and asks how it stands."""

from dataclasses import asdict, dataclass

from jobipro.application.attempts import described
from jobipro.application.log_in import admitted
from jobipro.application.ports.edge import Attempts, Limits
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock, Ids
from jobipro.application.ports.uploads import Form, ImageLinks, Uploads
from jobipro.domain.callers import Caller
from jobipro.domain.errors import AlreadyDone, NotFound
from jobipro.domain.ids import UploadId
from jobipro.domain.uploads import ImageType, Upload, UploadState, raw_key


@dataclass(frozen=True, slots=True)
class AnnounceUploadCommand:
    """What is about to be sent; `size` in bytes."""

    content_type: ImageType
    size: int
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """The upload's id, and what to send the image with."""

    id: UploadId
    form: Form


@dataclass(frozen=True, slots=True)
class AnnounceUpload:
    """Let somebody send one image of a type and size straight into storage; its name there is ours."""

    load: Load
    commit: Commit
    accounts: Accounts
    uploads: Uploads
    links: ImageLinks
    limits: Limits
    attempts: Attempts
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, command: AnnounceUploadCommand) -> Announced:
        """Raises NotAuthenticated, LimitReached, IdempotencyMismatch."""
        now = self.clock.now()
        account = admitted(self.load(self.accounts.account(caller.subject)), caller)
        upload = Upload(self.ids.upload(), account.subject, command.content_type, command.size, now)
        name = upload.id
        try:
            self.commit(
                self._claimed(upload, command),
                self.limits.counted("upload.announced", account.subject, now),
                self.uploads.announced(upload, account.key),
            )
        except AlreadyDone as done:
            name = UploadId(str(done.before["id"]))
        key = raw_key(account.subject, name)
        return Announced(name, self.links.form(key, command.content_type, command.size, now))

    def _claimed(self, upload: Upload, command: AnnounceUploadCommand) -> tuple[Write, ...]:
        if command.idempotency_key is None:
            return ()
        asked = described(asdict(command), leaving_out={"idempotency_key"})
        who, answer = f"announce-upload {upload.owner}", {"id": upload.id}
        return (self.attempts.first(who, command.idempotency_key, asked, answer, upload.asked_at),)


@dataclass(frozen=True, slots=True)
class ReadUpload:
    """Show somebody how an upload of theirs stands."""

    load: Load
    accounts: Accounts
    uploads: Uploads

    def __call__(self, caller: Caller, upload: str) -> Upload:
        """Raises NotAuthenticated, and NotFound for another's as for one that never was."""
        account, found = self.load(
            self.accounts.account(caller.subject), self.uploads.upload(caller.subject, UploadId(upload))
        )
        admitted(account, caller)
        if found is None or found.state is UploadState.DROPPED:
            raise NotFound
        return found
