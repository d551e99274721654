"""What happened: events as facts, as they travel through outbox and queues, and who wants to hear of each."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Self

from jobipro.domain.errors import Unintelligible
from jobipro.domain.ids import EventId, SubjectId
from jobipro.domain.times import instant, written


class EventType(StrEnum):
    """A kind of fact, in the past tense."""

    ACCOUNT_CREATED = "AccountCreated"
    VERIFICATION_ASKED = "VerificationAsked"
    ADDRESS_VERIFIED = "AddressVerified"
    PASSWORD_RESET_ASKED = "PasswordResetAsked"
    PASSWORD_CHANGED = "PasswordChanged"
    ADDRESS_CHANGE_ASKED = "AddressChangeAsked"
    ADDRESS_CHANGE_TOLD = "AddressChangeTold"
    ADDRESS_CHANGED = "AddressChanged"
    PROFILE_CORRECTED = "ProfileCorrected"
    PROVIDER_CHANGED = "ProviderChanged"
    REQUEST_POSTED = "RequestPosted"
    REQUEST_MATCHED = "RequestMatched"
    REQUEST_CANCELLED = "RequestCancelled"
    REQUEST_COMPLETED = "RequestCompleted"
    REQUEST_CONFIRMED = "RequestConfirmed"
    REQUEST_DISPUTED = "RequestDisputed"
    REQUEST_EXPIRED = "RequestExpired"
    REQUEST_TOLD = "RequestTold"
    OFFER_MADE = "OfferMade"
    OFFER_WITHDRAWN = "OfferWithdrawn"
    OFFER_ACCEPTED = "OfferAccepted"
    OPPORTUNITY_MATCHED = "OpportunityMatched"
    WAVE_DUE = "WaveDue"
    STRIPE_EVENT_RECEIVED = "StripeEventReceived"
    CAPTURE_DUE = "CaptureDue"
    REFUND_ASKED = "RefundAsked"
    RECONCILIATION_DUE = "ReconciliationDue"
    PAYMENT_SETTLED = "PaymentSettled"
    PAYMENT_REFUNDED = "PaymentRefunded"
    PAYMENT_NEEDED = "PaymentNeeded"
    CASE_OPENED = "CaseOpened"
    CONSENT_GIVEN = "ConsentGiven"
    CONSENT_WITHDRAWN = "ConsentWithdrawn"
    SUBJECT_ERASED = "SubjectErased"
    UPLOAD_DROPPED = "UploadDropped"


class Queue(StrEnum):
    """Where events go, by the logical name of the queue."""

    MATCHING = "matching"
    DELIVERIES = "deliveries"
    PAYMENTS = "payments"
    MEDIA = "media"


ROUTES: Mapping[EventType, tuple[Queue, ...]] = {
    EventType.ACCOUNT_CREATED: (Queue.DELIVERIES,),
    EventType.VERIFICATION_ASKED: (Queue.DELIVERIES,),
    EventType.ADDRESS_VERIFIED: (),
    EventType.PASSWORD_RESET_ASKED: (Queue.DELIVERIES,),
    EventType.PASSWORD_CHANGED: (Queue.DELIVERIES,),
    EventType.ADDRESS_CHANGE_ASKED: (Queue.DELIVERIES,),
    EventType.ADDRESS_CHANGE_TOLD: (Queue.DELIVERIES,),
    EventType.ADDRESS_CHANGED: (Queue.DELIVERIES,),
    EventType.PROFILE_CORRECTED: (),
    EventType.PROVIDER_CHANGED: (Queue.MATCHING,),
    EventType.REQUEST_POSTED: (Queue.MATCHING, Queue.DELIVERIES),
    EventType.REQUEST_MATCHED: (),
    EventType.REQUEST_CANCELLED: (Queue.PAYMENTS, Queue.MEDIA),
    EventType.REQUEST_COMPLETED: (),
    EventType.REQUEST_CONFIRMED: (Queue.PAYMENTS,),
    EventType.REQUEST_DISPUTED: (),
    EventType.REQUEST_EXPIRED: (Queue.MEDIA,),
    EventType.REQUEST_TOLD: (Queue.DELIVERIES,),
    EventType.OFFER_MADE: (),
    EventType.OFFER_WITHDRAWN: (Queue.MATCHING,),
    EventType.OFFER_ACCEPTED: (Queue.PAYMENTS,),
    EventType.OPPORTUNITY_MATCHED: (Queue.DELIVERIES,),
    EventType.WAVE_DUE: (Queue.MATCHING,),
    EventType.STRIPE_EVENT_RECEIVED: (Queue.PAYMENTS,),
    EventType.CAPTURE_DUE: (Queue.PAYMENTS,),
    EventType.REFUND_ASKED: (Queue.PAYMENTS,),
    EventType.RECONCILIATION_DUE: (Queue.PAYMENTS,),
    EventType.PAYMENT_SETTLED: (Queue.DELIVERIES,),
    EventType.PAYMENT_REFUNDED: (Queue.DELIVERIES,),
    EventType.PAYMENT_NEEDED: (Queue.DELIVERIES,),
    EventType.CASE_OPENED: (),
    EventType.CONSENT_GIVEN: (),
    EventType.CONSENT_WITHDRAWN: (),
    EventType.SUBJECT_ERASED: (Queue.MEDIA,),
    EventType.UPLOAD_DROPPED: (Queue.MEDIA,),
}
"""Which queues want which event. `()` is a decision: the fact is kept for those who come later, nobody acts on it now.
An event whose type has no row cannot be routed and stays in the outbox until somebody looks at it."""

LARGEST_BODY = 4096
"""Characters; ids only never come near it."""

_EVENT_ID = re.compile(r"evt_[a-z2-7]{26}")
_SUBJECT_ID = re.compile(r"sub_[a-z2-7]{26}|svc_[a-z]{1,20}")
"""A person, or the service itself where a fact is about nobody."""
_REF_NAME = re.compile(r"[a-z][a-z_]{0,31}")
_REF = re.compile(r"[a-z]{2,5}_[a-z2-7]{26}|[0-9]{1,6}|[a-z][a-z_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Event:
    """One fact about one subject. It holds ids and nothing personal: it passes through queues and logs.

    A ref is an id (`req_…`), a count of up to six digits, or a word of ours such as a category; anything else is
    refused, so that no address, name or phone number can ride along.
    """

    id: EventId
    type: EventType
    at: datetime
    subject: SubjectId
    refs: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = all(isinstance(name, str) and _REF_NAME.fullmatch(name) for name in self.refs)
        opaque = all(isinstance(value, str) and _REF.fullmatch(value) for value in self.refs.values())
        ids = _EVENT_ID.fullmatch(self.id) and _SUBJECT_ID.fullmatch(self.subject)
        if not (named and opaque and ids):
            raise Unintelligible

    @property
    def queues(self) -> tuple[Queue, ...]:
        """Return the queues that want this event; `Unintelligible` if no row of the table says."""
        try:
            return ROUTES[self.type]
        except KeyError:
            raise Unintelligible from None

    def to_body(self) -> str:
        """Return the event as the text that outbox and queues carry."""
        body = {
            "id": self.id,
            "type": self.type,
            "at": written(self.at),
            "subject": self.subject,
            "refs": dict(self.refs),
        }
        return json.dumps(body, separators=(",", ":"))

    @classmethod
    def from_body(cls, body: str) -> Self:
        """Return the event that a text carries; `Unintelligible` if anything about it is off."""
        if len(body) > LARGEST_BODY:
            raise Unintelligible
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError):
            raise Unintelligible from None
        match sent:
            case {"id": str(id_), "type": str(type_), "at": str(at), "subject": str(subject), "refs": dict(refs)}:
                try:
                    event = cls(EventId(id_), EventType(type_), instant(at), SubjectId(subject), refs)
                except ValueError:
                    raise Unintelligible from None
            case _:
                raise Unintelligible
        if len(sent) != len(fields(cls)):
            raise Unintelligible
        return event
