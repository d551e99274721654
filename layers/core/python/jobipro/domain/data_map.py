"""The map of everything personal that is stored: which field, what for, who receives it, how long, under which key.

Sealing asks it before every write, so a personal field that is not declared here cannot be stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jobipro.domain.errors import ServiceError
from jobipro.domain.subject_keys import KeyClass


class UndeclaredField(ServiceError):
    """A row was to hold personal fields that the data map does not know."""

    code = "undeclared-field"
    sentence = "A personal field that the data map does not declare was refused."

    def __init__(self, table: str, row: str, fields: tuple[str, ...]) -> None:
        super().__init__()
        self.table = table
        self.row = row
        self.fields = fields

    def __str__(self) -> str:
        return f"{self.sentence[:-1]}: {', '.join(self.fields)} in {self.table}/{self.row}."


class UndeclaredRecipient(ServiceError):
    """A personal field was to be given to somebody, or for something, that the data map does not say."""

    code = "undeclared-recipient"
    sentence = "A personal field was not given to a recipient that the data map does not declare."


class DataCategory(StrEnum):
    """What the policy says is collected, by the ids of `policy/commitments.yaml`."""

    CONTACT = "data.contact"
    IDENTIFIERS = "data.identifiers"
    USER_CONTENT = "data.user-content"
    PREFERENCES = "data.preferences"
    BILLING = "data.billing"


class Purpose(StrEnum):
    """What the policy says information is used for, by the ids of `policy/commitments.yaml`."""

    FULFIL_REQUEST = "purpose.fulfil-request"
    CONFIRMATIONS = "purpose.confirmations"
    SHARE_AS_ASKED = "purpose.share-as-asked"
    PRODUCT_NEWS = "purpose.product-news"
    CUSTOMER_SERVICE = "purpose.customer-service"
    ACCOUNT_ADMIN = "purpose.account-admin"
    NEWSLETTERS = "purpose.newsletters"
    CONTESTS = "purpose.contests"
    MARKETING = "purpose.marketing"
    RESEARCH = "purpose.research"
    ENFORCE_TERMS = "purpose.enforce-terms"
    PHONE_TEXT_CONTACT = "purpose.phone-text-contact"
    PAYMENTS = "purpose.payments"


class Recipient(StrEnum):
    """Who else may come to know a field. Storage is sealed before it reaches the host, which is not a recipient."""

    MAIL_CARRIER = "mail carrier"
    PROVIDERS_IN_REACH = "providers in reach"
    CUSTOMER_OFFERED = "the customer they make an offer to"
    ENGAGED_PARTY = "the other side, once engaged"
    PAYMENT_PROCESSOR = "payment processor"
    DISCLOSED_PERSON = "the person whose details were given"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a field is kept: the name of the rule, and the rule in words."""

    rule: str
    words: str


WITH_ACCOUNT = Retention(
    "with-account", "Until the account is erased; a sign-up that nobody verifies is erased after 24 hours."
)
WITH_COVERAGE = Retention("with-coverage", "Until the provider changes base, circle or trades, or is erased.")
AS_PROOF = Retention(
    "as-proof",
    "Until the last approval that it proves can no longer be questioned, erasure or not (CASL s.13; span to confirm).",
)
AS_RECORD = Retention(
    "as-record",
    "Six years from the end of the year of the payment, erasure or not (Income Tax Act s.230; span to confirm).",
)
AS_LEDGER = Retention(
    "as-ledger",
    "As long as the person whose details were given may ask who received them, whoever of the two is erased"
    " (PIPEDA, principle 4.9.3; span to confirm).",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One personal field. A dotted name is a member of a field that holds several."""

    table: str
    row: str
    field: str
    category: DataCategory
    purposes: tuple[Purpose, ...]
    recipients: tuple[Recipient, ...] = ()
    retention: Retention = WITH_ACCOUNT
    key_class: KeyClass = KeyClass.PERSONAL


AS_SENT = Retention("as-sent", "Until it was made anew or refused, which takes seconds; a day at the very most.")
WITH_REQUEST = Retention(
    "with-request",
    "Until its request is cancelled or expires; where the job was done, until the account is erased. 24 hours where no "
    "request uses it.",
)


@dataclass(frozen=True, slots=True)
class Stored:
    """Something personal that lies outside the tables, as a whole: the bucket, and how its names begin there."""

    bucket: str
    prefix: str
    what: str
    category: DataCategory
    purposes: tuple[Purpose, ...]
    recipients: tuple[Recipient, ...]
    retention: Retention


_CONTACT, _CONTENT, _PREFERENCES = DataCategory.CONTACT, DataCategory.USER_CONTENT, DataCategory.PREFERENCES
_ADMIN, _FULFIL = Purpose.ACCOUNT_ADMIN, Purpose.FULFIL_REQUEST
_TERMS, _SHARE = Purpose.ENFORCE_TERMS, Purpose.SHARE_AS_ASKED
_OPTIONAL_NEWS = (Purpose.NEWSLETTERS, Purpose.PRODUCT_NEWS, Purpose.CONTESTS, Purpose.MARKETING, Purpose.RESEARCH)
_MAIL, _IN_REACH, _ENGAGED = Recipient.MAIL_CARRIER, Recipient.PROVIDERS_IN_REACH, Recipient.ENGAGED_PARTY
_OFFERED = Recipient.CUSTOMER_OFFERED


def _profile(
    field: str, category: DataCategory, purposes: tuple[Purpose, ...], recipients: tuple[Recipient, ...] = ()
) -> Entry:
    return Entry("accounts", "PROFILE", field, category, purposes, recipients)


def _coverage(field: str) -> Entry:
    """Return an entry under the service key: personal by class, a subject of its own."""
    return Entry("accounts", "COV", field, _CONTACT, (_FULFIL,), retention=WITH_COVERAGE)


def _request(
    field: str, category: DataCategory, purposes: tuple[Purpose, ...], recipients: tuple[Recipient, ...] = ()
) -> Entry:
    return Entry("requests", "REQUEST", field, category, purposes, recipients)


def _payment(field: str, *recipients: Recipient) -> Entry:
    """Return an entry under the customer's record key: what is kept of a payment outlives an erasure."""
    purposes = (Purpose.PAYMENTS,)
    return Entry(
        "payments",
        "PAYMENT",
        field,
        DataCategory.BILLING,
        purposes,
        (Recipient.PAYMENT_PROCESSOR, *recipients),
        AS_RECORD,
        KeyClass.RECORD,
    )


def _offer(field: str) -> Entry:
    return Entry("requests", "OFFER", field, _CONTENT, (_FULFIL, _SHARE), (_OFFERED, _ENGAGED))


def _ledger(field: str) -> Entry:
    """Return an entry that is about the recipient, under the record key of the person whose details they received."""
    told = (Recipient.DISCLOSED_PERSON,)
    return Entry("disclosures", "ENTRY", field, _CONTACT, (_SHARE,), told, AS_LEDGER, KeyClass.RECORD)


ENTRIES: tuple[Entry, ...] = (
    _profile("email", _CONTACT, (_ADMIN, Purpose.CONFIRMATIONS, _FULFIL, _SHARE, *_OPTIONAL_NEWS), (_MAIL, _ENGAGED)),
    _profile("pending_email", _CONTACT, (_ADMIN,), (_MAIL,)),
    _profile("former_email", _CONTACT, (_ADMIN,), (_MAIL,)),
    _profile("given_name", _CONTACT, (_ADMIN, _FULFIL, _SHARE), (_OFFERED, _ENGAGED)),
    _profile("family_name", _CONTACT, (_ADMIN, _FULFIL, _SHARE), (_OFFERED, _ENGAGED)),
    _profile("date_of_birth", DataCategory.IDENTIFIERS, (_TERMS,)),
    _profile("province", _CONTACT, (_TERMS, _ADMIN)),
    _profile("language", _PREFERENCES, (_ADMIN, Purpose.CONFIRMATIONS)),
    _profile("phone", _CONTACT, (_ADMIN, _FULFIL, _SHARE, Purpose.PHONE_TEXT_CONTACT), (_ENGAGED,)),
    _profile("mailing_address", _CONTACT, (_ADMIN,)),
    _profile("approvals_asked", _PREFERENCES, _OPTIONAL_NEWS),
    _profile("text_messages_asked", _PREFERENCES, (Purpose.PHONE_TEXT_CONTACT,)),
    _profile("quiet_hours", _PREFERENCES, (_ADMIN,)),
    _profile("provider.trades", _CONTENT, (_FULFIL, _SHARE), (_OFFERED,)),
    _profile("provider.base", _CONTACT, (_FULFIL,)),
    _profile("provider.radius_km", _PREFERENCES, (_FULFIL,)),
    _profile("provider.about", _CONTENT, (_SHARE,), (_OFFERED,)),
    _coverage("base"),
    _coverage("radius_km"),
    _request("title", _CONTENT, (_FULFIL, _SHARE, Purpose.CONFIRMATIONS), (_MAIL, _IN_REACH, _ENGAGED)),
    _request("description", _CONTENT, (_FULFIL, _SHARE), (_MAIL, _IN_REACH, _ENGAGED)),
    _request("area", _CONTACT, (_FULFIL, _SHARE), (_MAIL, _IN_REACH, _ENGAGED)),
    _request("location", _CONTACT, (_FULFIL,), (_ENGAGED,)),
    _request("address", _CONTACT, (_FULFIL, _SHARE), (_ENGAGED,)),
    _request("phone", _CONTACT, (_FULFIL, _SHARE), (_ENGAGED,)),
    _request("contact_preference", _PREFERENCES, (_FULFIL,)),
    _request("language", _PREFERENCES, (_FULFIL,)),
    _payment("card.brand", _MAIL),
    _payment("card.last4", _MAIL),
    *(_payment(f"card.{field}") for field in ("exp_month", "exp_year", "funding", "fingerprint", "of")),
    _payment("billing_address"),
    _offer("price_cents"),
    _offer("currency"),
    _offer("earliest_on"),
    _offer("message"),
    Entry("consents", "C", "email", _CONTACT, (_TERMS,), retention=AS_PROOF, key_class=KeyClass.RECORD),
    Entry("consents", "C", "phone", _CONTACT, (_TERMS,), retention=AS_PROOF, key_class=KeyClass.RECORD),
    _ledger("recipient_name"),
    _ledger("place"),
)

STORED: tuple[Stored, ...] = (
    Stored(
        "media", "raw/", "an image as it was sent, with whatever its camera wrote", _CONTENT, (_FULFIL,), (), AS_SENT
    ),
    Stored(
        "media",
        "shown/",
        "the image made anew from its pixels",
        _CONTENT,
        (_FULFIL, _SHARE),
        (_IN_REACH, _ENGAGED),
        WITH_REQUEST,
    ),
)
"""What is not sealed under a person's key, since browsers fetch it from storage: it is encrypted there, and deleted."""

_DECLARED: Mapping[tuple[str, str, str], Entry] = {(entry.table, entry.row, entry.field): entry for entry in ENTRIES}


def declared(table: str, row: str) -> tuple[Entry, ...]:
    """Return the entries of one kind of row, none when it may hold nothing personal."""
    return tuple(entry for entry in ENTRIES if (entry.table, entry.row) == (table, row))


def check(table: str, row: str, fields: Mapping[str, Any]) -> None:
    """Refuse fields that are not all declared for a kind of row: `UndeclaredField` names them, never their values."""
    strangers = tuple(
        name
        for field, value in fields.items()
        for name in _leaves(table, row, field, value)
        if (table, row, name) not in _DECLARED
    )
    if strangers:
        raise UndeclaredField(table, row, strangers)


def check_recipient(table: str, row: str, field: str, recipient: Recipient, purpose: Purpose) -> None:
    """Refuse to give a field to somebody for something that is not declared: `UndeclaredRecipient`."""
    entry = _DECLARED.get((table, row, field))
    if entry is None or recipient not in entry.recipients or purpose not in entry.purposes:
        raise UndeclaredRecipient


def _leaves(table: str, row: str, field: str, value: object) -> tuple[str, ...]:
    """Return a field's name, or those of its members where the field as a whole is not declared."""
    if (table, row, field) in _DECLARED or not isinstance(value, Mapping):
        return (field,)
    return tuple(f"{field}.{member}" for member in value)
