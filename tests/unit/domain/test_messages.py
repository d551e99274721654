"""The kinds of mail."""

import re
from datetime import timedelta

import pytest

from jobipro.domain.approvals import Basis, Category
from jobipro.domain.events import ROUTES, EventType, Queue
from jobipro.domain.lifecycle import TRANSITIONS
from jobipro.domain.messages import (
    KINDS,
    KINDS_OF,
    LIFETIMES,
    LIST_IDS,
    OPPORTUNITY,
    TELLS,
    TRUE_IN,
    Kind,
    TokenPurpose,
)


@pytest.mark.parametrize("event_type", EventType)
def test_an_event_goes_to_deliveries_exactly_when_it_leads_to_mail(event_type):
    assert (Queue.DELIVERIES in ROUTES[event_type]) is (event_type in KINDS_OF)


@pytest.mark.commitment("approval.explicit")
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_commercial_mail_rests_on_an_approval_and_the_rest_on_the_transaction(kind):
    assert kind.commercial is (kind.basis is not Basis.TRANSACTIONAL)


def test_only_opportunities_are_commercial_so_far():
    assert [kind for kind in KINDS.values() if kind.commercial] == [OPPORTUNITY]


@pytest.mark.parametrize("purpose", TokenPurpose)
def test_every_single_use_link_travels_in_one_kind_of_mail(purpose):
    assert len([kind for kind in KINDS.values() if kind.token is purpose]) == 1


def test_links_last_a_day_and_those_that_open_an_account_an_hour():
    assert {purpose.value: lifetime // timedelta(hours=1) for purpose, lifetime in LIFETIMES.items()} == {
        "verify-address": 24,
        "verify-new-address": 24,
        "reset-password": 1,
    }


def test_known_and_unknown_addresses_are_mailed_under_the_same_limit():
    assert KINDS["verify-address"].unproven
    assert KINDS["already-registered"].unproven


@pytest.mark.parametrize("category", Category)
def test_every_category_has_a_list_id_of_its_own(category):
    assert re.fullmatch(r"[a-z-]+\.jobipro\.com", LIST_IDS[category])
    assert len(set(LIST_IDS.values())) == len(Category)


@pytest.mark.parametrize("about", sorted({about for _, about in TELLS}))
def test_what_a_request_tells_is_a_kind_of_mail_about_requests_that_needs_no_approval(about):
    assert KINDS[about] == Kind(about, Category.REQUESTS, Basis.TRANSACTIONAL)
    assert KINDS[about] in KINDS_OF[EventType.REQUEST_TOLD]


def test_nothing_is_told_of_a_request_but_what_its_life_says():
    assert {kind.name for kind in KINDS_OF[EventType.REQUEST_TOLD]} == {about for _, about in TELLS}


@pytest.mark.parametrize("move", [move for move in TRANSITIONS if move.tells], ids=lambda move: f"{move.event}")
def test_what_a_move_tells_is_true_once_it_is_made(move):
    assert all(move.after in TRUE_IN[KINDS[about]] for _, about in move.tells)
    assert all(move.before not in TRUE_IN[KINDS[about]] for _, about in move.tells if move.before is not move.after)
