"""The limits with their real numbers, on a stack of their own."""

import time
from collections.abc import Iterator

import pytest
import requests

from jobipro.domain.limits import RULES
from tests.integration import insider
from tests.integration.people import Person, customer, provider, request_body, settled, sign_up_body, somebody
from tests.integration.stack import Stack, started


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack on which no limit is raised."""
    with started(tmp_path_factory.mktemp("strict")) as own:
        yield own


def in_one_window(rule: str, seconds: int) -> None:
    """Wait for the next window of a rule if the present one has less time left than a test takes."""
    length = RULES[rule].window_seconds
    left = length - time.time() % length
    if left < seconds:
        time.sleep(left + 0.5)


def refused_for_now(answer: requests.Response, rule: str) -> bool:
    """Tell whether an answer says that it was too often, and after how long to come back."""
    wait = int(answer.headers["Retry-After"])
    told = (answer.status_code, answer.json()["code"], answer.headers["Content-Type"])
    return told == (429, "limit-reached", "application/problem+json") and 1 <= wait <= RULES[rule].window_seconds


def test_five_sign_ups_an_hour_with_an_address_and_three_mails_to_one_that_is_not_proven(strict: Stack):
    in_one_window("sign-up.address", 30)
    person = somebody(strict)

    answers = [person.sign_up() for _ in range(5)]
    sixth = person.sign_up()
    asked_again = strict.api.post("/verifications", {"email": person.email.upper()})
    other = somebody(strict).sign_up()
    settled(strict)

    assert [answer.status_code for answer in answers] == [202] * 5
    assert refused_for_now(sixth, "sign-up.address")
    assert refused_for_now(asked_again, "sign-up.address")
    assert other.status_code == 202
    assert len(person.mails()) == 3


def test_sixty_sign_ups_an_hour_from_a_source(strict: Stack):
    in_one_window("sign-up.source", 20)
    api = strict.api.from_source("127.0.0.61")
    known = {row["pk"] for row in insider.rows(strict, "limits")}
    assert api.post("/signup", sign_up_body(somebody(strict).email)).status_code == 202
    (counter,) = [
        row
        for row in insider.rows(strict, "limits")
        if row["pk"] not in known and row["pk"].startswith("L#sign-up.source#")
    ]
    insider.change(strict, "limits", counter["pk"], counter["sk"], count=59)

    sixtieth = api.post("/signup", sign_up_body(somebody(strict).email))
    one_more = api.post("/signup", sign_up_body(somebody(strict).email))
    elsewhere = strict.api.from_source("127.0.0.62").post("/signup", sign_up_body(somebody(strict).email))

    assert (sixtieth.status_code, elsewhere.status_code) == (202, 202)
    assert refused_for_now(one_more, "sign-up.source")


def test_ten_log_ins_a_quarter_of_an_hour_with_an_address_whether_it_is_known_or_not(strict: Stack):
    in_one_window("log-in.address", 40)
    person, stranger, other = customer(strict), somebody(strict), customer(strict)

    for who, left in ((person, 9), (stranger, 10)):  # the person has logged in once
        wrong = {"email": who.email, "password": "not the one it should be"}
        answers = [strict.api.post("/sessions", wrong) for _ in range(left + 1)]
        assert [answer.status_code for answer in answers[:-1]] == [401] * left
        assert refused_for_now(answers[-1], "log-in.address")

    right = strict.api.post("/sessions", {"email": person.email, "password": person.password})
    guess = person.call("POST", "/me/password", {"current_password": "a guess", "password": "five loud birch paddles"})
    assert refused_for_now(right, "log-in.address")
    assert refused_for_now(guess, "log-in.address")
    other.log_in()


def test_ten_requests_a_day_a_customer_and_twenty_opportunity_mails_a_day_a_provider(strict: Stack):
    in_one_window("request.posted", 60)
    told = provider(strict, "locksmith", name="told")
    customers = [customer(strict) for _ in range(3)]
    settled(strict)

    posted = [_posts(person, 10) for person in customers[:2]]
    eleventh = customers[0].post_request(trade="locksmith")
    repeated = customers[1].call("POST", "/requests", request_body(trade="locksmith"), headers={"Idempotency-Key": "k"})
    last = customers[2].post_request(trade="locksmith", title="The twenty-first")
    settled(strict)

    assert posted == [[201] * 10] * 2
    assert refused_for_now(eleventh, "request.posted")
    assert refused_for_now(repeated, "request.posted")
    assert last.status_code == 201
    assert len(customers[0].call("GET", "/requests").json()["requests"]) == 10
    assert len(told.mails("New request near you")) == 20
    assert len(customers[2].mails("The twenty-first")) == 1


def test_five_resets_an_hour_with_an_address_whether_it_is_known_or_not(strict: Stack):
    in_one_window("password-reset.address", 20)
    for person in (customer(strict), somebody(strict)):
        answers = [strict.api.post("/password-resets", {"email": person.email}) for _ in range(6)]

        assert [answer.status_code for answer in answers[:5]] == [202] * 5
        assert refused_for_now(answers[5], "password-reset.address")


def test_what_is_counted_names_nobody_and_ends_by_itself(strict: Stack):
    for row in insider.rows(strict, "limits"):
        assert row.keys() <= {"pk", "sk", "count", "expires_at", "fingerprint", "answer"}
        assert row["expires_at"] > time.time() - 3600


def _posts(person: Person, times: int) -> list[int]:
    return [person.post_request(trade="locksmith", title=f"Lock {n}").status_code for n in range(times)]
