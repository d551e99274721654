"""How AWS's errors become ours: what passes by itself is worth another try, the rest is a fault."""

import pytest
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker

from jobipro.adapters.aws import BUSY, translated
from jobipro.domain.errors import NotFound, Unavailable

OTHERS = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "SlowDown",
    "ThrottledException",
}
"""Words of services that nothing here calls."""


def answer(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "marie@example.com"}}, "SomeCall")


@pytest.mark.parametrize("code", sorted(BUSY))
def test_a_service_that_is_busy_is_unavailable(code: str) -> None:
    with pytest.raises(Unavailable), translated({}):
        raise answer(code)


def test_whatever_the_client_tries_again_by_itself_is_worth_another_try_of_the_caller() -> None:
    assert set(vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"]) - OTHERS <= BUSY.keys()


def test_a_call_may_know_better_what_a_code_means() -> None:
    with pytest.raises(NotFound), translated({"LimitExceededException": NotFound}):
        raise answer("LimitExceededException")


def test_what_nobody_words_is_a_fault_of_ours() -> None:
    with pytest.raises(ClientError), translated({}):
        raise answer("AccessDeniedException")
