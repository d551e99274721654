"""Keys from Secrets Manager: when they are fetched, and that rotation loses nothing."""

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from jobipro.adapters.secrets import FRESH_SECONDS, UNKNOWN_SECONDS, RotatingKey
from jobipro.domain.errors import Unavailable
from tests.fakes.secrets import FakeSecrets


class Seconds:
    """A stopwatch that is moved by hand."""

    def __init__(self):
        self.at = 0.0

    def __call__(self):
        return self.at


@pytest.fixture
def secrets():
    return FakeSecrets()


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def keys(secrets, seconds):
    return RotatingKey(secrets, "edge", seconds)


def test_nothing_is_fetched_before_the_first_use(secrets, keys):
    assert secrets.calls == []

    keys.signing("cursor")

    assert secrets.calls == ["GetSecretValue"]


def test_what_was_fetched_serves_for_five_minutes(secrets, keys, seconds):
    for at in (0.0, 1.0, FRESH_SECONDS - 0.001):
        seconds.at = at
        keys.signing("cursor")
    assert len(secrets.calls) == 1

    seconds.at = FRESH_SECONDS
    keys.signing("cursor")
    assert len(secrets.calls) == 2


def test_each_purpose_has_a_key_of_its_own_and_none_is_the_secret_itself(secrets, keys):
    (_, cursor), (_, limits) = keys.signing("cursor"), keys.signing("limits")

    assert cursor != limits
    assert len(cursor) == len(limits) == 32
    assert cursor not in secrets.keys["1"].encode()


def test_the_keys_are_derived_as_they_always_were(keys):
    assert keys.of("cursor", 1) == bytes.fromhex("9e5a1a2bc8b5750d48d1d7eac3b49ab53ca449968516b413590d15623c37d9ee")


def test_after_a_rotation_the_new_key_signs_and_the_old_one_still_verifies(secrets, keys, seconds):
    before = keys.signing("cursor")
    secrets.rotate()
    seconds.at = FRESH_SECONDS

    number, key = keys.signing("cursor")

    assert (number, keys.current) == (2, 2)
    assert key != before[1]
    assert keys.of("cursor", 1) == before[1]


def test_a_number_that_somebody_rotated_to_meanwhile_is_looked_for_at_once(secrets, keys, seconds):
    keys.signing("cursor")
    secrets.rotate()
    seconds.at = UNKNOWN_SECONDS

    assert keys.of("cursor", 2) is not None


def test_numbers_that_are_made_up_do_not_keep_us_fetching(secrets, keys, seconds):
    keys.signing("cursor")
    for step in range(100):
        seconds.at = step * UNKNOWN_SECONDS / 100
        assert keys.of("cursor", step + 2) is None

    assert len(secrets.calls) == 1


def test_number_and_key_belong_together_whenever_the_secret_is_rotated(secrets):
    hours = iter(range(0, 10_000_000, 3600))
    keys = RotatingKey(secrets, "edge", lambda: rotating(secrets, next(hours)))

    for _ in range(5):
        number, key = keys.signing("cursor")
        assert keys.of("cursor", number) == key


def rotating(secrets, at):
    secrets.rotate()
    return at


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue"),
        ClientError({"Error": {"Code": "InternalServiceError"}}, "GetSecretValue"),
        EndpointConnectionError(endpoint_url="https://secretsmanager"),
    ],
    ids=["throttled", "internal", "no connection"],
)
def test_a_keeper_that_does_not_answer_is_no_fault_of_the_caller(error):
    class Down:
        def get_secret_value(self, **asked):
            raise error

    with pytest.raises(Unavailable):
        RotatingKey(Down(), "edge").signing("cursor")
