"""A customer posts a service request."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from jobipro.application.attempts import described
from jobipro.application.log_in import admitted
from jobipro.application.ports.consents import Consents
from jobipro.application.ports.edge import Attempts, Limits
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.requests import Requests
from jobipro.application.ports.storage import Commit, Load, Write
from jobipro.application.ports.system import Clock, Ids
from jobipro.application.ports.uploads import Uploads
from jobipro.domain import policy
from jobipro.domain.approvals import Approval, Basis, Category, Channel, HowGiven, shown, until
from jobipro.domain.callers import Caller
from jobipro.domain.coverage import Location
from jobipro.domain.errors import AlreadyDone
from jobipro.domain.events import Event, EventType
from jobipro.domain.ids import RequestId, UploadId
from jobipro.domain.lifecycle import FIRST, State, due_at
from jobipro.domain.postal import MailingAddress
from jobipro.domain.requests import ContactPreference, Request, checked_details, matching_cell
from jobipro.domain.trades import Trade
from jobipro.domain.uploads import Upload


@dataclass(frozen=True, slots=True, repr=False)
class PostRequestCommand:
    """What a customer wants done, and where; `media` are uploads of theirs, to be shown in this order."""

    trade: Trade
    title: str
    description: str
    location: Location
    address: MailingAddress
    contact_preference: ContactPreference
    phone: str | None = None
    media: tuple[UploadId, ...] = ()
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """The new request, or the one that the same call made before, as it stood then."""

    id: RequestId
    state: State


@dataclass(frozen=True, slots=True)
class PostRequest:
    """Keep a request; whoever has an account may post one, since providers need work done, too."""

    load: Load
    commit: Commit
    accounts: Accounts
    requests: Requests
    uploads: Uploads
    consents: Consents
    limits: Limits
    attempts: Attempts
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, command: PostRequestCommand) -> Posted:
        """Raises NotAuthenticated, Invalid, LimitReached, IdempotencyMismatch; Conflict while an image is looked at."""
        now = self.clock.now()
        found, uploads = self.load(
            self.accounts.account(caller.subject), self.uploads.uploads(caller.subject, command.media)
        )
        account = admitted(found, caller)
        details = checked_details(
            title=command.title,
            description=command.description,
            location=command.location,
            address=command.address,
            phone=command.phone,
            contact_preference=command.contact_preference,
            language=account.person.language,
        )
        request = Request(
            id=self.ids.request(),
            customer=account.subject,
            trade=command.trade,
            state=FIRST,
            version=1,
            posted_at=now,
            due_at=due_at(FIRST, now, now),
            cell=matching_cell(details),
            key=account.key,
            details=details,
        )
        refs = {"request": request.id}
        try:
            self.commit(
                # First, so that a repeat is told from a call too many.
                self._claimed(request, command, now),
                self.limits.counted("request.posted", account.subject, now),
                self.requests.posted(request),
                self._illustrated(request, command.media, uploads),
                (self.consents.recorded(account.subject, each) for each in self._approvals(request, now)),
                self.outbox.recorded(Event(self.ids.event(), EventType.REQUEST_POSTED, now, account.subject, refs)),
            )
        except AlreadyDone as done:
            return Posted(RequestId(str(done.before["id"])), State(str(done.before["status"])))
        return Posted(request.id, request.state)

    def _illustrated(
        self, request: Request, names: tuple[UploadId, ...], uploads: Mapping[UploadId, Upload]
    ) -> Iterator[Write]:
        """Yield what makes uploads part of a request; whether each may be is for the commit to say, repeats first."""
        for nth, name in enumerate(names):
            yield self.uploads.attached(uploads.get(name), name, request.customer, request.id, nth)
        images = [upload.image for name in names if (upload := uploads.get(name)) and upload.image]
        if names:
            yield self.uploads.shown(request.id, request.customer, images)

    def _claimed(self, request: Request, command: PostRequestCommand, now: datetime) -> tuple[Write, ...]:
        if command.idempotency_key is None:
            return ()
        asked = described(asdict(command), leaving_out={"idempotency_key"})
        answer = {"id": request.id, "status": request.state.value}
        who = f"post-request {request.customer}"
        return (self.attempts.first(who, command.idempotency_key, asked, answer, now),)

    def _approvals(self, request: Request, now: datetime) -> tuple[Approval, Approval]:
        """Return what posting implies, as two records.

        The first is the use of phone and address for this request (privacy law), the second the inquiry that opens six
        months in which we may write about it (CASL s.10(10)). Neither switches any marketing on.
        """
        use, inquiry = (
            Approval(
                id=self.ids.approval(),
                category=Category.REQUESTS,
                channel=Channel.EMAIL,
                basis=basis,
                at=now,
                how=HowGiven.REQUEST_FORM,
                shown=shown(Category.REQUESTS, request.details.language),
                language=request.details.language,
                policy_version=policy.current(now.date()).version,
                until=until(basis, now),
                refs={"request": request.id},
            )
            for basis in (Basis.IMPLICIT, Basis.IMPLIED_INQUIRY)
        )
        return use, inquiry
