"""Listing: one's own requests, newest first, page by page, with cursors that fit nobody else."""

from datetime import timedelta

import pytest

from jobipro.domain.errors import Invalid
from jobipro.domain.ids import SubjectId
from tests.fakes.market import Market


def given_requests(market: Market, customer: SubjectId, count: int) -> list[str]:
    """Post some and return their ids, newest first."""
    ids = []
    for _ in range(count):
        market.clock.forward(timedelta(seconds=1))
        ids.append(market.posted(customer).refs["request"])
    return ids[::-1]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_together_are_the_whole_list_newest_first(market, customer, limit):
    wanted = given_requests(market, customer, 5)
    given_requests(market, market.customer(), 2)

    found, cursor = [], None
    while True:
        page = market.list_requests(market.caller(customer), limit, cursor)
        assert len(page.requests) <= limit
        found += [request.id for request in page.requests]
        cursor = page.next
        if cursor is None:
            break

    assert found == wanted


def test_a_page_costs_one_look_and_one_query(market, customer):
    given_requests(market, customer, 3)
    market.calls()

    market.list_requests(market.caller(customer), 2)

    assert market.calls() == ["BatchGetItem", "Query"]


def test_a_cursor_of_somebody_else_or_of_ones_own_making_is_refused(market, customer):
    given_requests(market, customer, 3)
    cursor = market.list_requests(market.caller(customer), 1).next
    stranger = market.customer()

    for caller, wrong in (
        (market.caller(stranger), cursor),
        (market.caller(customer), cursor[:-2]),
        (market.caller(customer), "x"),
        (market.caller(customer), ""),
    ):
        with pytest.raises(Invalid) as refused:
            market.list_requests(caller, 1, wrong)
        assert [field.field for field in refused.value.fields] == ["cursor"]


def test_who_posted_nothing_has_an_empty_list(market, customer):
    page = market.list_requests(market.caller(customer), 20)

    assert (list(page.requests), page.next) == ([], None)
