"""What each side is shown of the other, and that it is what the data map lets pass."""

from datetime import date

import pytest

from jobipro.domain import data_map
from jobipro.domain.accounts import Person
from jobipro.domain.contact import KEPT, PURPOSE, SHOWN, Contact, of_provider
from jobipro.domain.data_map import Purpose, Recipient, UndeclaredRecipient
from jobipro.domain.disclosures import Detail
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import Actor
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province
from jobipro.domain.requests import ContactPreference


@pytest.mark.commitment("sharing.only-as-stated", "purpose.bound")
@pytest.mark.parametrize(("side", "detail"), [(side, detail) for (side, _), shown in SHOWN.items() for detail in shown])
def test_what_is_shown_may_go_to_the_other_side_by_the_data_map(side, detail):
    data_map.check_recipient(*KEPT[side, detail], Recipient.ENGAGED_PARTY, PURPOSE)


@pytest.mark.commitment("sharing.only-as-stated", "purpose.bound")
@pytest.mark.parametrize(
    ("field", "recipient", "purpose"),
    [
        (("accounts", "PROFILE", "date_of_birth"), Recipient.ENGAGED_PARTY, PURPOSE),
        (("accounts", "PROFILE", "shoe_size"), Recipient.ENGAGED_PARTY, PURPOSE),
        (("accounts", "PROFILE", "email"), Recipient.PROVIDERS_IN_REACH, PURPOSE),
        (("accounts", "PROFILE", "email"), Recipient.ENGAGED_PARTY, Purpose.ENFORCE_TERMS),
        (("requests", "REQUEST", "address"), Recipient.PROVIDERS_IN_REACH, PURPOSE),
    ],
)
def test_what_the_data_map_does_not_declare_is_refused(
    field: tuple[str, str, str], recipient: Recipient, purpose: Purpose
) -> None:
    with pytest.raises(UndeclaredRecipient):
        data_map.check_recipient(*field, recipient, purpose)


@pytest.mark.commitment("sharing.contact-exchange")
def test_the_address_goes_to_the_provider_alone_and_contact_by_what_is_preferred():
    for (side, preference), shown in SHOWN.items():
        assert (Detail.ADDRESS in shown) == (side is Actor.CUSTOMER)
        assert (Detail.EMAIL in shown) == (preference is not ContactPreference.PHONE)
        assert (Detail.PHONE in shown) == (preference is not ContactPreference.EMAIL)


def test_every_preference_of_a_customer_has_its_row():
    assert {preference for side, preference in SHOWN if side is Actor.CUSTOMER} == set(ContactPreference)


def test_a_contact_names_what_it_holds_and_cannot_slip_into_a_log():
    address = MailingAddress("1 rue Notre-Dame Est", "Montréal", Province.QC, "H2Y 1B6")
    contact = Contact("Marie", "Tremblay", phone="+15145550123", address=address)

    assert contact.details == (Detail.GIVEN_NAME, Detail.FAMILY_NAME, Detail.PHONE, Detail.ADDRESS)
    assert "Marie" not in repr(contact)


def test_a_mailing_address_of_a_provider_is_not_shown():
    born, address = date(1980, 1, 1), MailingAddress("1 rue Notre-Dame Est", "Montréal", Province.QC, "H2Y 1B6")
    person = Person("p@example.com", "P", "Q", born, Province.QC, Language.FR, mailing_address=address)

    assert of_provider(person) == Contact("P", "Q", email="p@example.com")
