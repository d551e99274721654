"""What function `request_posting` is wired from."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.aws import client, session
from jobipro.adapters.digests import EdgeDigests, SignedCursors
from jobipro.adapters.dynamodb.accounts import Accounts
from jobipro.adapters.dynamodb.consents import Consents
from jobipro.adapters.dynamodb.disclosures import Disclosures
from jobipro.adapters.dynamodb.limits import Attempts, Limits
from jobipro.adapters.dynamodb.offers import Offers
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.payments import Payments
from jobipro.adapters.dynamodb.requests import Requests
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.uploads import Uploads
from jobipro.adapters.s3 import Place, S3Links
from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.application.accept_offer import AcceptOffer
from jobipro.application.announce_upload import AnnounceUpload, ReadUpload
from jobipro.application.list_offers import ListOffers
from jobipro.application.list_opportunities import ListOpportunities
from jobipro.application.list_requests import ListRequests
from jobipro.application.make_offer import MakeOffer
from jobipro.application.move_request import MoveRequest
from jobipro.application.moves import Moves
from jobipro.application.post_request import PostRequest
from jobipro.application.read_images import ReadImages, ReadOpportunityImages
from jobipro.application.read_opportunity import ReadOpportunity
from jobipro.application.read_request import ReadRequest
from jobipro.application.reveal_contact import RevealContact
from jobipro.application.withdraw_offer import WithdrawOffer
from jobipro.bootstrap import parts
from jobipro.domain.limits import with_overrides


@dataclass(frozen=True, slots=True)
class RequestPostingUseCases:
    """What the routes of function `request_posting` call."""

    post_request: PostRequest
    list_requests: ListRequests
    read_request: ReadRequest
    announce_upload: AnnounceUpload
    read_upload: ReadUpload
    read_images: ReadImages
    read_opportunity_images: ReadOpportunityImages
    accept_offer: AcceptOffer
    reveal_contact: RevealContact
    move_request: MoveRequest
    list_offers: ListOffers
    list_opportunities: ListOpportunities
    read_opportunity: ReadOpportunity
    make_offer: MakeOffer
    withdraw_offer: WithdrawOffer


def request_posting(settings: Any) -> RequestPostingUseCases:
    """Return the use cases of function `request_posting`."""
    store = parts.store(settings)
    keys = parts.subject_keys(settings, client("kms"))
    sealing = Sealing(settings.stage)
    edge = parts.rotating_key(settings.secret_edge)
    digests = EdgeDigests(edge)
    accounts, requests, consents = Accounts(sealing, keys), Requests(sealing, keys), Consents(sealing)
    limits, attempts = Limits(digests, with_overrides(settings.limits)), Attempts(digests)
    outbox, clock, ids = Outbox(), SystemClock(), RandomIds()
    uploads, links = Uploads(), image_links(settings)
    offers, payments, disclosures = Offers(sealing, keys), Payments(sealing, keys), Disclosures(sealing, keys)
    moves, cursors = Moves(requests, outbox, ids), SignedCursors(edge)
    return RequestPostingUseCases(
        post_request=PostRequest(
            store.load, store.commit, accounts, requests, uploads, consents, limits, attempts, outbox, clock, ids
        ),
        list_requests=ListRequests(store.load, store.find, accounts, requests, cursors),
        read_request=ReadRequest(store.load, accounts, requests),
        announce_upload=AnnounceUpload(
            store.load, store.commit, accounts, uploads, links, limits, attempts, clock, ids
        ),
        read_upload=ReadUpload(store.load, accounts, uploads),
        read_images=ReadImages(store.load, accounts, requests, uploads, links),
        read_opportunity_images=ReadOpportunityImages(store.load, accounts, requests, offers, uploads, links),
        accept_offer=AcceptOffer(
            store.load, store.commit, accounts, requests, offers, payments, disclosures, moves, clock
        ),
        reveal_contact=RevealContact(store.load, store.commit, accounts, requests, disclosures, clock),
        move_request=MoveRequest(store.load, store.commit, accounts, requests, moves, clock),
        list_offers=ListOffers(store.load, store.find, accounts, requests, offers, cursors),
        list_opportunities=ListOpportunities(store.load, store.find, accounts, requests, offers, cursors),
        read_opportunity=ReadOpportunity(store.load, accounts, requests, offers),
        make_offer=MakeOffer(store.load, store.commit, accounts, requests, offers, attempts, moves, clock),
        withdraw_offer=WithdrawOffer(store.load, store.commit, accounts, requests, offers, moves, clock),
    )


def image_links(settings: Any) -> S3Links:
    """Return what signs the ways to send and see images, with the credentials that the function has at the moment."""
    ours: Any = session()
    place = Place(settings.bucket_media, ours.get_config_variable("region"), settings.aws_endpoint_url)
    return S3Links(place, lambda: ours.get_credentials().get_frozen_credentials())
