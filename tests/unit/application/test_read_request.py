"""Reading: one's own requests, nobody else's, and no telling the difference between theirs and none."""

import pytest

from jobipro.domain.errors import NotAuthenticated, NotFound
from jobipro.domain.ids import SubjectId

NOBODYS = "req_" + "z" * 26


def test_customers_read_what_they_posted(market, customer):
    request = market.posted(customer).refs["request"]

    shown = market.read_request(market.caller(customer), request)
    assert shown.details.address.city == "Montréal"


@pytest.mark.parametrize("id_", [NOBODYS, "req_", "", "R#x", "../" + NOBODYS, "x" * 512])
def test_somebody_elses_an_unknown_and_a_malformed_id_cost_the_same_and_get_the_same(market, customer, id_):
    theirs = market.posted(customer).refs["request"]
    stranger = market.caller(market.customer())
    market.calls()

    with pytest.raises(NotFound):
        market.read_request(stranger, theirs)
    for_theirs = market.calls()
    with pytest.raises(NotFound):
        market.read_request(stranger, id_)

    assert market.calls() == for_theirs == ["BatchGetItem"]


def test_a_provider_in_reach_reads_nothing_here(market, customer):
    provider = market.provider()
    request = market.posted(customer).refs["request"]

    with pytest.raises(NotFound):
        market.read_request(market.caller(provider), request)


def test_a_token_of_somebody_unknown_reads_nothing(market, customer):
    request = market.posted(customer).refs["request"]

    with pytest.raises(NotAuthenticated):
        market.read_request(market.caller(SubjectId("sub_" + "z" * 26)), request)
