"""A stage in memory with requests on it, and the providers who may hear of them."""

import json
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from jobipro.adapters.digests import SignedCursors
from jobipro.adapters.dynamodb.coverage import Coverage
from jobipro.adapters.dynamodb.disclosures import Disclosures
from jobipro.adapters.dynamodb.offers import Offers
from jobipro.adapters.dynamodb.payments import Payments
from jobipro.adapters.dynamodb.requests import Requests
from jobipro.adapters.dynamodb.rows import Key
from jobipro.adapters.dynamodb.uploads import Uploads
from jobipro.adapters.secrets import RotatingKey
from jobipro.application.accept_offer import AcceptOffer
from jobipro.application.announce_upload import AnnounceUpload, AnnounceUploadCommand, ReadUpload
from jobipro.application.change_provider import ChangeProvider
from jobipro.application.check_upload import CheckUpload
from jobipro.application.cover_provider import CoverProvider
from jobipro.application.drop_images import DropImages
from jobipro.application.list_disclosures import ListDisclosures
from jobipro.application.list_offers import ListOffers
from jobipro.application.list_opportunities import ListOpportunities
from jobipro.application.list_requests import ListRequests
from jobipro.application.make_offer import MadeOffer, MakeOffer, MakeOfferCommand
from jobipro.application.move_request import MoveRequest
from jobipro.application.moves import Moves
from jobipro.application.notify_providers import NotifyProviders
from jobipro.application.post_request import PostRequest, PostRequestCommand
from jobipro.application.read_images import ReadImages, ReadOpportunityImages
from jobipro.application.read_opportunity import ReadOpportunity
from jobipro.application.read_provider import ReadProvider
from jobipro.application.read_request import ReadRequest
from jobipro.application.reveal_contact import RevealContact
from jobipro.application.sweep import MoveOverdue
from jobipro.application.withdraw_offer import WithdrawOffer
from jobipro.bootstrap.request_posting import RequestPostingUseCases
from jobipro.domain.accounts import Account, AccountStatus, Person, ProviderProfile, Role
from jobipro.domain.coverage import Location
from jobipro.domain.events import Event, EventType, Queue
from jobipro.domain.ids import RequestId, SubjectId, UploadId
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import Action, CancelReason, State
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province
from jobipro.domain.requests import WAVES_APART, ContactPreference, Standing
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.trades import Trade
from jobipro.domain.uploads import ImageType, Upload, raw_key
from tests.fakes.images import FakeImages, FakeLinks, plain
from tests.fakes.queues import FakeQueues
from tests.fakes.world import World

MONTREAL = Location(45.50884, -73.58781)
OTTAWA = Location(45.42153, -75.69719)


class FakeSecrets:
    """Secrets Manager with one secret."""

    def __init__(self) -> None:
        self.held = {"current": 1, "1": "first"}
        self.calls: list[str] = []

    def get_secret_value(self, **named: str) -> dict[str, str]:
        self.calls.append("GetSecretValue")
        return {"SecretString": json.dumps(self.held)}


class Market(World):
    """One stage in memory; `store` may be wrapped, to count calls or to let them fail."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.requests = Requests(self.sealing, self.keys)
        self.offers = Offers(self.sealing, self.keys)
        self.moves = Moves(self.requests, self.outbox, self.ids)
        self.coverage = Coverage(self.sealing)
        self.disclosures = Disclosures(self.sealing, self.keys)
        self.uploads = Uploads()
        self.images = FakeImages()
        self.image_links = FakeLinks()
        self.payments = Payments(self.sealing, self.keys)
        self.queues = FakeQueues()
        self.secrets = FakeSecrets()
        self.edge = RotatingKey(self.secrets, "edge", seconds=self._seconds)
        self.cursors = SignedCursors(self.edge)

    def _seconds(self) -> float:
        return self.clock.now().timestamp()

    def calls(self) -> list[str]:
        made = super().calls() + self.queues.calls + self.images.calls
        self.queues.calls.clear()
        self.images.calls.clear()
        return made

    def forgotten_keys(self) -> None:
        """Begin with an empty cache of keys, as a new process does."""
        self.keys._cache.clear()

    @property
    def post_request(self) -> PostRequest:
        return PostRequest(
            self.store.load,
            self.store.commit,
            self.accounts,
            self.requests,
            self.uploads,
            self.consents,
            self.limits,
            self.attempts,
            self.outbox,
            self.clock,
            self.ids,
        )

    @property
    def list_requests(self) -> ListRequests:
        return ListRequests(self.store.load, self.store.find, self.accounts, self.requests, self.cursors)

    @property
    def accept_offer(self) -> AcceptOffer:
        return AcceptOffer(
            self.store.load,
            self.store.commit,
            self.accounts,
            self.requests,
            self.offers,
            self.payments,
            self.disclosures,
            self.moves,
            self.clock,
        )

    @property
    def reveal_contact(self) -> RevealContact:
        return RevealContact(
            self.store.load, self.store.commit, self.accounts, self.requests, self.disclosures, self.clock
        )

    @property
    def list_disclosures(self) -> ListDisclosures:
        return ListDisclosures(
            self.store.load, self.store.find, self.accounts, self.keys, self.disclosures, self.cursors
        )

    @property
    def read_request(self) -> ReadRequest:
        return ReadRequest(self.store.load, self.accounts, self.requests)

    @property
    def move_request(self) -> MoveRequest:
        return MoveRequest(self.store.load, self.store.commit, self.accounts, self.requests, self.moves, self.clock)

    @property
    def make_offer(self) -> MakeOffer:
        return MakeOffer(
            self.store.load,
            self.store.commit,
            self.accounts,
            self.requests,
            self.offers,
            self.attempts,
            self.moves,
            self.clock,
        )

    @property
    def withdraw_offer(self) -> WithdrawOffer:
        return WithdrawOffer(
            self.store.load, self.store.commit, self.accounts, self.requests, self.offers, self.moves, self.clock
        )

    @property
    def list_offers(self) -> ListOffers:
        return ListOffers(self.store.load, self.store.find, self.accounts, self.requests, self.offers, self.cursors)

    @property
    def list_opportunities(self) -> ListOpportunities:
        return ListOpportunities(
            self.store.load, self.store.find, self.accounts, self.requests, self.offers, self.cursors
        )

    @property
    def read_opportunity(self) -> ReadOpportunity:
        return ReadOpportunity(self.store.load, self.accounts, self.requests, self.offers)

    @property
    def move_overdue(self) -> MoveOverdue:
        return MoveOverdue(self.store.load, self.store.commit, self.store.find, self.requests, self.moves, self.clock)

    @property
    def announce_upload(self) -> AnnounceUpload:
        return AnnounceUpload(
            self.store.load,
            self.store.commit,
            self.accounts,
            self.uploads,
            self.image_links,
            self.limits,
            self.attempts,
            self.clock,
            self.ids,
        )

    @property
    def read_upload(self) -> ReadUpload:
        return ReadUpload(self.store.load, self.accounts, self.uploads)

    @property
    def read_images(self) -> ReadImages:
        return ReadImages(self.store.load, self.accounts, self.requests, self.uploads, self.image_links)

    @property
    def read_opportunity_images(self) -> ReadOpportunityImages:
        return ReadOpportunityImages(
            self.store.load, self.accounts, self.requests, self.offers, self.uploads, self.image_links
        )

    def check_upload(self, key: str, store: Any = None, images: Any = None) -> str:
        """Look at an object that was stored; `store` and `images` may stand in for the market's own."""
        store = store or self.store
        return CheckUpload(store.load, store.commit, self.uploads, images or self.images, plain)(key)

    def drop_images(self, store: Any = None, images: Any = None) -> DropImages:
        """Return what removes images; `store` and `images` may stand in for the market's own."""
        store = store or self.store
        return DropImages(store.load, store.commit, store.find, self.uploads, images or self.images)

    @property
    def request_posting(self) -> RequestPostingUseCases:
        """Everything that the routes of requests call."""
        return RequestPostingUseCases(
            **{each.name: getattr(self, each.name) for each in fields(RequestPostingUseCases)}
        )

    @property
    def change_provider(self) -> ChangeProvider:
        return ChangeProvider(
            self.store.load,
            self.store.commit,
            self.accounts,
            self.keys,
            self.consents,
            self.outbox,
            self.clock,
            self.ids,
        )

    @property
    def read_provider(self) -> ReadProvider:
        return ReadProvider(self.store.load, self.accounts)

    def cover_provider(self, event: Event, store: Any = None) -> None:
        """Handle `ProviderChanged`; `store` may stand in for the market's own."""
        store = store or self.store
        CoverProvider(store.load, store.commit, self.accounts, self.keys, self.coverage, self.clock)(event)

    def notify_providers(self, event: Event, store: Any = None, queues: Any = None) -> int:
        """Handle `RequestPosted` or `WaveDue`; `store` and `queues` may stand in for the market's own."""
        store = store or self.store
        notify = NotifyProviders(
            store.load,
            store.find,
            store.commit,
            self.requests,
            self.offers,
            self.coverage,
            self.keys,
            self.edge,
            queues or self.queues,
            self.clock,
        )
        return notify(event)

    def customer(self) -> SubjectId:
        """Return somebody new who may post requests."""
        return self.active(email=f"customer{len(self.store.rows)}@example.com")

    def provider(self, profile: ProviderProfile | None = None, covered: bool = True) -> SubjectId:
        """Return somebody new who does plumbing around Montréal, or whatever else the profile says."""
        subject = self.active(email=f"provider{len(self.store.rows)}@example.com")
        event = self.changed(subject, profile or plumber())
        if covered:
            self.cover_provider(event)
        return subject

    def placed(self, profile: ProviderProfile) -> SubjectId:
        """Return a provider who is there and covered without ever having signed up: for tests with very many."""
        subject, now = self.ids.subject(), self.clock.now()
        key, kept = self.keys.create(subject, KeyClass.PERSONAL, now)
        born = date(1980, 1, 1)
        person = Person(f"{subject}@example.com", "P", "Q", born, Province.QC, Language.FR, provider=profile)
        active, version = AccountStatus.ACTIVE, "2026-11-01"
        account = Account(subject, active, Role.PROVIDER, 1, now, version, f"index#{subject}", key, person)
        self.store.commit(self.accounts.opening(subject, now, now))
        self.store.commit(kept, self.accounts.signed_up(account, now))
        self.cover_provider(Event(self.ids.event(), EventType.PROVIDER_CHANGED, now, subject))
        return subject

    def changed(self, subject: SubjectId, profile: ProviderProfile) -> Event:
        """Save a provider's profile and return the event that tells of it."""
        self.change_provider(self.caller(subject), profile.trades, profile.base, profile.radius_km, profile.about)
        return self.told(EventType.PROVIDER_CHANGED)

    def posted(self, customer: SubjectId, **changes: Any) -> Event:
        """Post a request and return the event that tells of it."""
        self.post_request(self.caller(customer), wish(**changes))
        return self.told(EventType.REQUEST_POSTED)

    def told_of_upload(self, owner: SubjectId, kind: ImageType = ImageType.JPEG) -> UploadId:
        """Announce an image."""
        return self.announce_upload(self.caller(owner), AnnounceUploadCommand(kind, 1000)).id

    def sends(self, owner: SubjectId, shows: str = "a tap", kind: ImageType = ImageType.JPEG) -> UploadId:
        """Announce an image and send it; nobody has looked at it yet."""
        upload = self.told_of_upload(owner, kind)
        self.images.objects[raw_key(owner, upload)] = f"{kind} {shows}".encode()
        return upload

    def uploaded(self, owner: SubjectId, shows: str = "a tap") -> UploadId:
        """Return an upload that is ready."""
        upload = self.sends(owner, shows)
        assert self.check_upload(raw_key(owner, upload)) == "ready"
        return upload

    def upload(self, owner: SubjectId, upload: UploadId) -> Upload | None:
        """Return an upload as it stands."""
        found = self.store.load(self.uploads.upload(owner, upload))
        assert found is None or isinstance(found, Upload)
        return found

    def matched(self, customer: SubjectId, **changes: Any) -> RequestId:
        """Post a request, tell the first wave of it, and return its id."""
        event = self.posted(customer, **changes)
        self.notify_providers(event)
        return RequestId(event.refs["request"])

    def offered(
        self, request: str, provider: SubjectId, key: str | None = None, commit: Any = None, **changes: Any
    ) -> MadeOffer:
        """Make a provider's offer for a request; `commit` may stand in for the market's own."""
        tomorrow = self.clock.now().date() + timedelta(days=1)
        asked: dict[str, Any] = {"price_cents": 12_500, "earliest_on": tomorrow, "message": "I can come at nine."}
        command = MakeOfferCommand(**{**asked, **changes}, idempotency_key=key)
        make = replace(self.make_offer, commit=commit or self.store.commit)
        return make(self.caller(provider), request, command)

    def standing(self, request: str) -> Standing:
        """Return how a request stands."""
        found = self.store.load(self.requests.standing(RequestId(request)))
        assert isinstance(found, Standing)
        return found

    def cancel(self, subject: SubjectId, request: str, reason: CancelReason | None = None) -> State:
        """Take a request back, or call a job off."""
        return self.move_request(self.caller(subject), request, Action.CANCEL, reason)

    def waves_due(self) -> list[Event]:
        """Announce the waves that may go now, as `clocks` does, and return the events."""
        announced = []
        for request in self.store.find(self.requests.waves_due(self.clock.now()), 100).items:
            wave = self.store.load(self.requests.wave(request))
            self.store.commit(self.requests.wave_announced(wave))
            refs = {"request": request}
            announced.append(Event(self.ids.event(), EventType.WAVE_DUE, self.clock.now(), wave.customer, refs))
        return announced

    def all_waves(self, event: Event) -> list[int]:
        """Handle a request that was posted and every wave that follows; return how many each told."""
        told = [self.notify_providers(event)]
        while self.store.load(self.requests.wave(RequestId(event.refs["request"]))).due_at:
            self.clock.forward(WAVES_APART)
            told += [self.notify_providers(due) for due in self.waves_due()]
        return told

    def told(self, kind: EventType) -> Event:
        """Return the last event of a kind that waits in the outbox."""
        return [event for event in self.events() if event.type is kind][-1]

    def deliveries(self) -> list[Event]:
        """Return what waits to be delivered."""
        return self.queues.of(Queue.DELIVERIES)

    def rows(self, prefix: str) -> set[Key]:
        """Return the keys of the rows whose partition begins so."""
        return {key for key in self.store.rows if key.pk.startswith(prefix)}

    def erase(self, subject: SubjectId) -> None:
        """Take a person's key and profile away, in whichever order the rest is cleared."""
        standing = self.store.load(self.accounts.standing(subject))
        self.store.commit(
            self.accounts.erasing(subject, standing, self.clock.now()),
            self.keys.erased(subject, KeyClass.PERSONAL, self.clock.now()),
        )


def plumber(
    base: Location = MONTREAL, radius_km: int = 25, trades: Iterable[Trade] = (Trade.PLUMBING,)
) -> ProviderProfile:
    """Return what somebody does and where."""
    return ProviderProfile(tuple(trades), base, radius_km)


def wish(**changes: Any) -> PostRequestCommand:
    """Return what somebody in Montréal wants done."""
    asked: dict[str, Any] = {
        "trade": Trade.PLUMBING,
        "title": "Kitchen tap drips",
        "description": "It has dripped since Monday,\nmore when hot.",
        "location": MONTREAL,
        "address": MailingAddress("1 rue Notre-Dame Est", "Montréal", Province.QC, "H2Y 1B6"),
        "contact_preference": ContactPreference.BOTH,
        "phone": "+15145550123",
    }
    return PostRequestCommand(**{**asked, **changes})
