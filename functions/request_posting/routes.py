"""Routes of service requests: their customers' side, and the providers' side."""

from collections.abc import Callable
from functools import cache

from chalice.app import Blueprint

from functions.request_posting.offer_schemas import (
    OfferBody,
    OfferId,
    OfferPaging,
    OffersAnswer,
    OfferStatusAnswer,
    OpportunitiesAnswer,
    OpportunityAnswer,
    OpportunityPaging,
)
from functions.request_posting.schemas import (
    CancelBody,
    ContactAnswer,
    DisputeBody,
    RequestAnswer,
    RequestBody,
    RequestId,
    RequestPaging,
    RequestsAnswer,
    StatusAnswer,
)
from functions.request_posting.settings import settings
from functions.request_posting.upload_schemas import ImageAnswer, UploadAnswer, UploadBody, UploadId, UploadStatus
from jobipro.bootstrap.request_posting import RequestPostingUseCases, request_posting
from jobipro.domain.callers import Caller
from jobipro.domain.errors import Conflict, IdempotencyMismatch, LimitReached, NotFound
from jobipro.domain.lifecycle import Action, State
from jobipro.domain.offers import OfferState
from jobipro.http import view


@cache
def use_cases() -> RequestPostingUseCases:
    """Return what the routes call, wired once from the environment."""
    return request_posting(settings())


def blueprint(use_cases: Callable[[], RequestPostingUseCases] = use_cases) -> Blueprint:
    """Return a fresh blueprint: Chalice lets each one be registered once only."""
    routes = Blueprint(__name__)
    _requests(routes, use_cases)
    _moves(routes, use_cases)
    _images(routes, use_cases)
    _opportunities(routes, use_cases)
    return routes


def _requests(routes: Blueprint, use_cases: Callable[[], RequestPostingUseCases]) -> None:
    """Add what a customer does."""

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

    @routes.route("/requests/{id}/offers", methods=["GET"])
    @view(query=OfferPaging, answers=OffersAnswer, errors=(NotFound,), summary="List the offers for a request")
    def list_offers(id: RequestId, query: OfferPaging, caller: Caller) -> OffersAnswer:  # noqa: A002
        """Shows the open offers with each provider's public profile, without contact details.

        In no particular order. Once an offer is accepted, that one alone.
        """
        return OffersAnswer.of(use_cases().list_offers(caller, id, query.limit, query.cursor))

    @routes.route("/requests/{id}/offers/{offer_id}/accept", methods=["POST"])
    @view(answers=StatusAnswer, errors=(NotFound, Conflict), summary="Accept an offer")
    def accept_offer(id: RequestId, offer_id: OfferId, caller: Caller) -> StatusAnswer:  # noqa: A002 (as in the path)
        """Engages its provider; from then on each side can read the other's contact. One offer at most is accepted.

        Asking again changes nothing and is no error.
        """
        return StatusAnswer(id=use_cases().accept_offer(caller, id, offer_id), status=State.ENGAGED)


def _moves(routes: Blueprint, use_cases: Callable[[], RequestPostingUseCases]) -> None:
    """Add what either side of a request does to it; asking again changes nothing and is no error."""

    @routes.route("/requests/{id}/cancel", methods=["POST"])
    @view(body=CancelBody, answers=StatusAnswer, errors=(NotFound, Conflict), summary="Take a request back")
    def cancel_request(id: RequestId, body: CancelBody, caller: Caller) -> StatusAnswer:  # noqa: A002
        """The customer's, and free, until somebody is engaged. Then either side calls the job off, with a reason.

        Asking again changes nothing and is no error.
        """
        return StatusAnswer(id=id, status=use_cases().move_request(caller, id, Action.CANCEL, body.reason))

    @routes.route("/requests/{id}/complete", methods=["POST"])
    @view(answers=StatusAnswer, errors=(NotFound, Conflict), summary="Say that the work is done")
    def complete_request(id: RequestId, caller: Caller) -> StatusAnswer:  # noqa: A002
        """For the provider who is engaged. Asking again changes nothing and is no error."""
        return StatusAnswer(id=id, status=use_cases().move_request(caller, id, Action.COMPLETE))

    @routes.route("/requests/{id}/confirm", methods=["POST"])
    @view(answers=StatusAnswer, errors=(NotFound, Conflict), summary="Confirm that the work is done")
    def confirm_request(id: RequestId, caller: Caller) -> StatusAnswer:  # noqa: A002
        """For the customer; 72 hours after completion it counts as confirmed, unless it is disputed before.

        Asking again changes nothing and is no error.
        """
        return StatusAnswer(id=id, status=use_cases().move_request(caller, id, Action.CONFIRM))

    @routes.route("/requests/{id}/dispute", methods=["POST"])
    @view(body=DisputeBody, answers=StatusAnswer, errors=(NotFound, Conflict), summary="Object to how a job goes")
    def dispute_request(id: RequestId, body: DisputeBody, caller: Caller) -> StatusAnswer:  # noqa: A002
        """For either side while the work goes on, and for the customer until it is confirmed.

        It ends with the customer's confirmation, or with the provider calling the job off. Asking again changes nothing
        and is no error.
        """
        return StatusAnswer(id=id, status=use_cases().move_request(caller, id, Action.DISPUTE, body.reason))

    @routes.route("/requests/{id}/contact", methods=["GET"])
    @view(answers=ContactAnswer, errors=(NotFound,), summary="Show how to reach the other side of a job")
    def get_contact(id: RequestId, caller: Caller) -> ContactAnswer:  # noqa: A002 (the name in the path)
        """For customer and engaged provider, from acceptance until 30 days after the job's end; as the other prefers.

        Each look is listed among the other's disclosures.
        """
        return ContactAnswer.of(use_cases().reveal_contact(caller, id))


def _images(routes: Blueprint, use_cases: Callable[[], RequestPostingUseCases]) -> None:
    """Add what lets people show with images what they mean."""

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


def _opportunities(routes: Blueprint, use_cases: Callable[[], RequestPostingUseCases]) -> None:
    """Add what a provider does."""

    @routes.route("/opportunities", methods=["GET"])
    @view(query=OpportunityPaging, answers=OpportunitiesAnswer, summary="List the requests one was told of")
    def list_opportunities(query: OpportunityPaging, caller: Caller) -> OpportunitiesAnswer:
        """Those that still look for a provider, and the jobs one is engaged for; those heard of last come first."""
        return OpportunitiesAnswer.of(use_cases().list_opportunities(caller, query.limit, query.cursor))

    @routes.route("/opportunities/{id}", methods=["GET"])
    @view(answers=OpportunityAnswer, errors=(NotFound,), summary="Show a request that one was told of")
    def get_opportunity(id: RequestId, caller: Caller) -> OpportunityAnswer:  # noqa: A002
        """Shows what customers share before anybody is engaged, and one's own offer.

        Once the request is closed there is nothing here, but for the provider who is engaged.
        """
        return OpportunityAnswer.of(use_cases().read_opportunity(caller, id))

    @routes.route("/opportunities/{id}/media", methods=["GET"])
    @view(answers=list[ImageAnswer], errors=(NotFound,), summary="Show the images of a request one was told of")
    def get_opportunity_media(id: RequestId, caller: Caller) -> list[ImageAnswer]:  # noqa: A002
        """Each link works for five minutes; ask again for new ones, while the request is open or the job one's own."""
        return ImageAnswer.all_of(use_cases().read_opportunity_images(caller, id))

    @routes.route("/opportunities/{id}/offers", methods=["POST"])
    @view(
        body=OfferBody,
        status=201,
        answers=OfferStatusAnswer,
        errors=(NotFound, Conflict, IdempotencyMismatch),
        summary="Offer to do what a request asks",
    )
    def post_offer(
        id: RequestId,  # noqa: A002 (the name in the path)
        body: OfferBody,
        caller: Caller,
        idempotency_key: str | None,
    ) -> OfferStatusAnswer:
        """One offer at a time; one that was withdrawn may be made anew."""
        made = use_cases().make_offer(caller, id, body.to_command(idempotency_key))
        return OfferStatusAnswer(id=made.id, status=made.state)

    @routes.route("/opportunities/{id}/offers/{offer_id}/withdraw", methods=["POST"])
    @view(answers=OfferStatusAnswer, errors=(NotFound, Conflict), summary="Withdraw an offer")
    def withdraw_offer(id: RequestId, offer_id: OfferId, caller: Caller) -> OfferStatusAnswer:  # noqa: A002
        """Until it is accepted. Asking again changes nothing and is no error."""
        withdrawn = use_cases().withdraw_offer(caller, id, offer_id)
        return OfferStatusAnswer(id=withdrawn, status=OfferState.WITHDRAWN)
