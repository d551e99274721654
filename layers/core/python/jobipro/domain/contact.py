"""Contact between two people who are engaged: what each side is shown of the other, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from jobipro.domain import data_map
from jobipro.domain.accounts import Person
from jobipro.domain.data_map import Purpose, Recipient
from jobipro.domain.disclosures import Detail
from jobipro.domain.lifecycle import Actor
from jobipro.domain.postal import MailingAddress
from jobipro.domain.requests import ContactPreference, Details, Standing

PURPOSE = Purpose.SHARE_AS_ASKED
"""What contact details are passed on for."""

OPEN_AFTER_END = timedelta(days=30)
"""How long after a job's end its two sides can still reach each other."""

_NAME = (Detail.GIVEN_NAME, Detail.FAMILY_NAME)

SHOWN: Mapping[tuple[Actor, ContactPreference], tuple[Detail, ...]] = {
    (Actor.CUSTOMER, ContactPreference.EMAIL): (*_NAME, Detail.EMAIL, Detail.ADDRESS),
    (Actor.CUSTOMER, ContactPreference.PHONE): (*_NAME, Detail.PHONE, Detail.ADDRESS),
    (Actor.CUSTOMER, ContactPreference.BOTH): (*_NAME, Detail.EMAIL, Detail.PHONE, Detail.ADDRESS),
    (Actor.PROVIDER, ContactPreference.EMAIL): (*_NAME, Detail.EMAIL),
    (Actor.PROVIDER, ContactPreference.BOTH): (*_NAME, Detail.EMAIL, Detail.PHONE),
}
"""What is shown of each side to the other: customers say with each request how they want to be reached, providers by
having a phone number in their profile or none."""

KEPT: Mapping[tuple[Actor, Detail], tuple[str, str, str]] = {
    (Actor.CUSTOMER, Detail.GIVEN_NAME): ("accounts", "PROFILE", "given_name"),
    (Actor.CUSTOMER, Detail.FAMILY_NAME): ("accounts", "PROFILE", "family_name"),
    (Actor.CUSTOMER, Detail.EMAIL): ("accounts", "PROFILE", "email"),
    (Actor.CUSTOMER, Detail.PHONE): ("requests", "REQUEST", "phone"),
    (Actor.CUSTOMER, Detail.ADDRESS): ("requests", "REQUEST", "address"),
    (Actor.PROVIDER, Detail.GIVEN_NAME): ("accounts", "PROFILE", "given_name"),
    (Actor.PROVIDER, Detail.FAMILY_NAME): ("accounts", "PROFILE", "family_name"),
    (Actor.PROVIDER, Detail.EMAIL): ("accounts", "PROFILE", "email"),
    (Actor.PROVIDER, Detail.PHONE): ("accounts", "PROFILE", "phone"),
}
"""Where what is shown comes from, by table, kind of row and field of the data map, which says who may receive it."""


@dataclass(frozen=True, slots=True, repr=False)
class Contact:
    """How to reach somebody, as far as they are shown; it has no repr, so that it cannot slip into a log."""

    given_name: str
    family_name: str
    email: str | None = None
    phone: str | None = None
    address: MailingAddress | None = None

    @property
    def details(self) -> tuple[Detail, ...]:
        """Return what there is."""
        return tuple(detail for detail in Detail if getattr(self, detail) is not None)


def of_customer(person: Person, details: Details) -> Contact:
    """Return what the provider who is engaged for a request is shown of its customer."""
    held = {
        Detail.EMAIL: person.email,
        Detail.PHONE: details.phone,
        Detail.ADDRESS: details.address,
    }
    return _shown(Actor.CUSTOMER, details.contact_preference, person, held)


def of_provider(person: Person) -> Contact:
    """Return what the customer who engaged a provider is shown of them."""
    preference = ContactPreference.BOTH if person.phone else ContactPreference.EMAIL
    return _shown(Actor.PROVIDER, preference, person, {Detail.EMAIL: person.email, Detail.PHONE: person.phone})


def is_open(request: Standing, now: datetime) -> bool:
    """Tell whether the two sides of a request can reach each other: from engagement to some time after its end."""
    if request.engaged_at is None:
        return False
    return request.ended_at is None or now < request.ended_at + OPEN_AFTER_END


def _shown(side: Actor, preference: ContactPreference, person: Person, held: Mapping[Detail, object]) -> Contact:
    """Return a contact with what the table shows; `UndeclaredRecipient` for what the data map does not let pass."""
    shown = SHOWN[side, preference]
    for detail in shown:
        data_map.check_recipient(*KEPT[side, detail], Recipient.ENGAGED_PARTY, PURPOSE)
    given: dict[str, object] = {detail.value: value for detail, value in held.items() if detail in shown}
    return Contact(person.given_name, person.family_name, **given)  # type: ignore[arg-type]
