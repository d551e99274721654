"""Routes of service requests, from their customer's side."""

from collections.abc import Callable
from functools import cache

from chalice.app import Blueprint

from functions.request_posting.schemas import (
    ContactAnswer,
    ImageAnswer,
    OfferId,
    RequestAnswer,
    RequestBody,
    RequestId,
    RequestPaging,
    RequestsAnswer,
    StatusAnswer,
    UploadAnswer,
    UploadBody,
    UploadId,
    UploadStatus,
)
from functions.request_posting.settings import settings
from jobipro.bootstrap.request_posting import RequestPostingUseCases, request_posting
from jobipro.domain.callers import Caller
from jobipro.domain.errors import Conflict, IdempotencyMismatch, LimitReached, NotFound
from jobipro.domain.lifecycle import State
from jobipro.http import view


@cache
def use_cases() -> RequestPostingUseCases:
    """Return what the routes call, wired once from the environment."""
    return request_posting(settings())


def blueprint(use_cases: Callable[[], RequestPostingUseCases] = use_cases) -> Blueprint:
    """Return a fresh blueprint: Chalice lets each one be registered once only."""
    routes = Blueprint(__name__)

    @routes.route("/requests", methods=["POST"])
    @view(
        body=RequestBody,
        status=201,
        answers=StatusAnswer,
        errors=(IdempotencyMismatch, LimitReached, Conflict),
        summary="Post a request; the providers in reach hear of it",
    )
    def post_request(body: RequestBody, caller: Caller, idempotency_key: str | None) -> StatusAnswer:
        """Providers see trade, title, description and the area; never name, address, phone or e-mail.

        Ten a day for each customer. With `media` that is still being looked at the answer is 409 with the state
        `waiting`: try again in a moment.
        """
        posted = use_cases().post_request(caller, body.to_command(idempotency_key))
        return StatusAnswer(id=posted.id, status=posted.state)

    @routes.route("/requests", methods=["GET"])
    @view(query=RequestPaging, answers=RequestsAnswer, summary="List one's own requests, newest first")
    def list_requests(query: RequestPaging, caller: Caller) -> RequestsAnswer:
        return RequestsAnswer.of(use_cases().list_requests(caller, query.limit, query.cursor))

    @routes.route("/requests/{id}", methods=["GET"])
    @view(answers=RequestAnswer, errors=(NotFound,), summary="Show one of one's own requests")
    def get_request(id: RequestId, caller: Caller) -> RequestAnswer:  # noqa: A002 (the name in the path)
        return RequestAnswer.of(use_cases().read_request(caller, id))

    @routes.route("/requests/{id}/cancel", methods=["POST"])
    @view(answers=StatusAnswer, errors=(NotFound, Conflict), summary="Take a request back")
    def cancel_request(id: RequestId, caller: Caller) -> StatusAnswer:  # noqa: A002 (the name in the path)
        """Asking again changes nothing and is no error."""
        return StatusAnswer(id=use_cases().cancel_request(caller, id), status=State.CANCELLED)

    @routes.route("/requests/{id}/media", methods=["GET"])
    @view(answers=list[ImageAnswer], errors=(NotFound,), summary="Show the images of one of one's own requests")
    def get_request_media(id: RequestId, caller: Caller) -> list[ImageAnswer]:  # noqa: A002 (the name in the path)
        """Each link works for five minutes; ask again for new ones."""
        return ImageAnswer.all_of(use_cases().read_images(caller, id))

    @routes.route("/uploads", methods=["POST"])
    @view(
        body=UploadBody,
        status=201,
        answers=UploadAnswer,
        errors=(IdempotencyMismatch, LimitReached),
        summary="Announce an image, to send it straight into storage",
    )
    def post_upload(body: UploadBody, caller: Caller, idempotency_key: str | None) -> UploadAnswer:
        """The form takes one file of exactly this type and size, for ten minutes.

        The image is then made anew from its pixels alone, which takes seconds: where it was taken, with what and when
        is gone before anybody sees it. One that no request uses is dropped after 24 hours. Sixty a day for each person.
        """
        return UploadAnswer.of(use_cases().announce_upload(caller, body.to_command(idempotency_key)))

    @routes.route("/uploads/{id}", methods=["GET"])
    @view(answers=UploadStatus, errors=(NotFound,), summary="Tell how an upload of one's own stands")
    def get_upload(id: UploadId, caller: Caller) -> UploadStatus:  # noqa: A002 (the name in the path)
        return UploadStatus.of(use_cases().read_upload(caller, id))

    @routes.route("/requests/{id}/offers/{offer_id}/accept", methods=["POST"])
    @view(answers=StatusAnswer, errors=(NotFound, Conflict), summary="Accept an offer")
    def accept_offer(id: RequestId, offer_id: OfferId, caller: Caller) -> StatusAnswer:  # noqa: A002 (as in the path)
        """Engages its provider; from then on each side can read the other's contact. One offer at most is accepted.

        Asking again changes nothing and is no error.
        """
        return StatusAnswer(id=use_cases().accept_offer(caller, id, offer_id), status=State.ENGAGED)

    @routes.route("/requests/{id}/contact", methods=["GET"])
    @view(answers=ContactAnswer, errors=(NotFound,), summary="Show how to reach the other side of a job")
    def get_contact(id: RequestId, caller: Caller) -> ContactAnswer:  # noqa: A002 (the name in the path)
        """For customer and engaged provider, from acceptance until 30 days after the job's end; as the other prefers.

        Each look is listed among the other's disclosures.
        """
        return ContactAnswer.of(use_cases().reveal_contact(caller, id))

    return routes
