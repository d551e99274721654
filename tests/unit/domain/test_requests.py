"""What of a request a provider may see, and what a request must be."""

import re
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobipro.domain.coverage import AREA_RESOLUTION, Location, request_cell
from jobipro.domain.errors import Invalid
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import State
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province
from jobipro.domain.requests import (
    ENOUGH_OFFERS,
    ContactPreference,
    Details,
    Request,
    Shared,
    checked_details,
    matching_cell,
    opportunity_id,
    seeking,
    shared,
)
from jobipro.domain.subject_keys import KeyClass
from jobipro.domain.trades import Trade
from tests.fakes.kms import FakeDataKeys

KEY, _ = FakeDataKeys().generate(SubjectId("sub_" + "a" * 26), KeyClass.PERSONAL, 1)
ASKED: dict[str, Any] = {
    "title": "Kitchen tap drips",
    "description": "More when hot.",
    "location": Location(45.50884, -73.58781),
    "address": MailingAddress("1 rue Notre-Dame Est", "Montréal", Province.QC, "H2Y 1B6"),
    "phone": "+15145550123",
    "contact_preference": ContactPreference.BOTH,
    "language": Language.FR,
}


def request_of(details: Details, **changes: Any) -> Request:
    whole = Request(
        id=RequestId("req_" + "a" * 26),
        customer=SubjectId("sub_" + "a" * 26),
        trade=Trade.PLUMBING,
        state=State.POSTED,
        version=1,
        posted_at=datetime(2026, 11, 22, tzinfo=UTC),
        cell=matching_cell(details),
        key=KEY,
        details=details,
    )
    return replace(whole, **changes)


@pytest.mark.commitment("sharing.request-details")
def test_what_is_shared_is_trade_title_description_and_area_and_nothing_else():
    assert {field.name for field in fields(Shared)} == {"trade", "title", "description", "area"}


in_the_cell = st.builds(
    lambda north, east: Location(45.50884 + north, -73.58781 + east),
    st.floats(-0.02, 0.02),
    st.floats(-0.02, 0.02),
).filter(
    lambda place: (
        h3.latlng_to_cell(place.latitude, place.longitude, AREA_RESOLUTION)
        == h3.latlng_to_cell(45.50884, -73.58781, AREA_RESOLUTION)
    )
)


@pytest.mark.commitment("sharing.request-details", "approval.implicit")
@given(
    location=in_the_cell,
    street=st.text("abcdefgh ", min_size=1).filter(str.strip),
    phone=st.sampled_from(["+15145550123", "+16135550199"]),
    preference=st.sampled_from(ContactPreference),
    language=st.sampled_from(Language),
    state=st.sampled_from(State),
    version=st.integers(1, 9),
)
def test_requests_that_differ_only_in_what_is_not_shared_look_the_same(
    location, street, phone, preference, language, state, version
):
    one = request_of(checked_details(**ASKED))
    other = request_of(
        checked_details(
            **ASKED
            | {
                "location": location,
                "address": MailingAddress(street, "Laval", Province.QC, "H7A 0A1"),
                "phone": phone,
                "contact_preference": preference,
                "language": language,
            }
        ),
        id=RequestId("req_" + "b" * 26),
        customer=SubjectId("sub_" + "b" * 26),
        state=state,
        version=version,
    )

    assert shared(one) == shared(other)
    assert one.cell == other.cell


@pytest.mark.commitment("sharing.request-details")
def test_where_cells_do_not_nest_the_area_says_through_which_cell_a_request_is_found():
    at_the_rim = Location(45.5, -73.9395)
    details = checked_details(**ASKED | {"location": at_the_rim})

    assert request_cell(at_the_rim) != request_cell(details.area)
    assert matching_cell(details) == request_cell(details.area)


def test_every_field_that_does_not_fit_is_named():
    with pytest.raises(Invalid) as refused:
        checked_details(
            **ASKED
            | {
                "title": "Call 514 555 0123",
                "description": "Write to me@example.com",
                "location": Location(48.8566, 2.3522),
                "phone": None,
            }
        )

    assert [wrong.field for wrong in refused.value.fields] == ["title", "description", "location", "phone"]
    assert "514" not in str([wrong.expected for wrong in refused.value.fields])


@pytest.mark.commitment("account.optional-data")
@pytest.mark.parametrize(
    ("preference", "phone", "accepted"),
    [
        (ContactPreference.EMAIL, None, True),
        (ContactPreference.EMAIL, "+15145550123", True),
        (ContactPreference.PHONE, None, False),
        (ContactPreference.BOTH, None, False),
        (ContactPreference.PHONE, "+15145550123", True),
    ],
)
def test_a_phone_number_is_needed_when_contact_by_phone_is_preferred(preference, phone, accepted):
    asked = ASKED | {"contact_preference": preference, "phone": phone}
    if accepted:
        assert checked_details(**asked).phone == phone
    else:
        with pytest.raises(Invalid):
            checked_details(**asked)


def test_details_print_nothing_of_a_person():
    details = checked_details(**ASKED)
    whole = f"{details!r} {request_of(details)!r} {shared(request_of(details))!r}"
    printed = re.sub("0x[0-9a-f]+", "", whole)  # where in memory: any digits

    assert not [word for word in ("Kitchen", "514", "Notre-Dame", "45.5") if word in printed]


def test_a_delivery_to_a_provider_has_one_id_for_ever():
    request, provider = RequestId("req_" + "a" * 26), SubjectId("sub_" + "b" * 26)

    assert opportunity_id(request, provider) == "evt_hb3cqhyfcgo6y24665ioy6mine"


def test_no_two_deliveries_share_an_id():
    letters = "abcdefghij"
    ids = {opportunity_id(RequestId(f"req_{r * 26}"), SubjectId(f"sub_{p * 26}")) for r in letters for p in letters}

    assert len(ids) == len(letters) ** 2


@pytest.mark.parametrize("state", list(State))
def test_only_a_request_without_an_engagement_seeks_providers(state):
    open_ = state in (State.POSTED, State.MATCHED, State.OFFERED)

    assert seeking(request_of(checked_details(**ASKED), state=state)) is open_


def test_a_request_with_enough_offers_seeks_no_more():
    request = request_of(checked_details(**ASKED), state=State.OFFERED)

    assert seeking(replace(request, offers=ENOUGH_OFFERS - 1))
    assert not seeking(replace(request, offers=ENOUGH_OFFERS))
