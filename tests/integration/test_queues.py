"""Nothing is lost on its way, and nothing that cannot be handled holds up the rest."""

import json
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest

from infra.docs import CONSUMERS
from infra.local.settings import ROOT
from jobipro.adapters.system import RandomIds
from jobipro.domain.events import Event, EventType, Queue
from jobipro.domain.ids import SubjectId
from tests.integration import insider
from tests.integration.people import QUEBEC_CITY, Person, customer, outbox_bodies, provider, settled, waiting
from tests.integration.stack import Stack, link

TRIES = 5
"""How often a message is tried. Source: the design, "Outbox"."""

LONG_AGO = "2020-01-01T00:00:00.000Z"
OVERDUE = {"at": LONG_AGO}


def reset_asked(person: Person, age: timedelta = timedelta(0)) -> str:
    """Return an event that leads to a mail with a link to set a new password."""
    subject = SubjectId(person.subject)
    return Event(RandomIds().event(), EventType.PASSWORD_RESET_ASKED, datetime.now(UTC) - age, subject).to_body()


def matched(person: Person, **refs: str) -> str:
    """Return an event that leads to a mail about a request."""
    subject = SubjectId(person.subject)
    return Event(RandomIds().event(), EventType.OPPORTUNITY_MATCHED, datetime.now(UTC), subject, refs).to_body()


def ten_times_at_once(stack: Stack, *events: str) -> None:
    """Have up to five events come ten times each to five workers at the same moment, and each copy come to its end."""
    with insider.impatient(stack, "deliveries", seconds=2):
        for _ in range(5):
            insider.send(stack, "deliveries", *events, *events)
        settled(stack)


def resets(person: Person) -> int:
    """Return how many such mails somebody has."""
    return sum("/password-resets/" in mail["text"] for mail in person.mails())


def operator(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `bin/jobipro` against the stack."""
    command = [str(ROOT / "bin" / "jobipro"), *arguments, "--stack", str(stack.folder / "stack.json")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("queue", ["deliveries", "matching", "payments"])
def test_a_message_that_cannot_be_understood_ends_whole_among_the_dead_letters(stack: Stack, queue: str):
    poison = json.dumps({"id": "evt_poison", "what": "é" * 50})
    before = _tries(stack, queue)
    with insider.impatient(stack, queue):
        insider.send(stack, queue, poison)
        insider.until_holding(stack, f"{queue}-dlq", poison)

    assert _tries(stack, queue) - before == TRIES
    settled(stack)
    insider.take(stack, f"{queue}-dlq", poison)


def test_what_comes_in_one_batch_with_a_poison_is_handled_and_handled_once(stack: Stack):
    people = [customer(stack) for _ in range(2)]
    poison = "no event at all"
    good = [reset_asked(person) for person in people]

    with insider.impatient(stack, "deliveries"):
        with insider.held_back(stack, "deliveries"):
            insider.send(stack, "deliveries", good[0], poison, good[1])
        insider.until_holding(stack, "deliveries-dlq", poison)
    settled(stack)

    assert [resets(person) for person in people] == [1, 1]
    insider.take(stack, "deliveries-dlq", poison)


def test_an_event_that_comes_again_leads_to_no_second_mail(stack: Stack):
    person = customer(stack)
    event = reset_asked(person)

    insider.send(stack, "deliveries", event)
    settled(stack)
    insider.send(stack, "deliveries", event, event)
    settled(stack)

    assert resets(person) == 1


@pytest.mark.parametrize("kind", ["commercial", "transactional"])
def test_a_mail_goes_out_once_when_its_event_comes_ten_times_at_the_same_moment(stack: Stack, kind: str):
    asking, told = customer(stack), provider(stack, "masonry")
    request = asking.post_request(trade="masonry").json()["id"]
    settled(stack)
    before = len(told.mails())

    def events() -> list[str]:
        refs = {"request": request, "customer": asking.subject}
        return [matched(told, **refs) if kind == "commercial" else reset_asked(told) for _ in range(5)]

    for _ in range(2):  # the first time starts the workers, the second time all of them begin at once
        ten_times_at_once(stack, *events())

    assert len(told.mails()) == before + 10


def test_dead_letters_are_put_back_and_delivered_once_what_was_wrong_is_mended(stack: Stack):
    person = customer(stack)
    event = reset_asked(person)
    assert insider.bodies(stack, "deliveries-dlq") == []
    insider.set_status(stack, person.subject, "no such status")
    with insider.impatient(stack, "deliveries"):
        insider.send(stack, "deliveries", event)
        insider.until_holding(stack, "deliveries-dlq", event)
    insider.set_status(stack, person.subject, "active")

    done = operator(stack, "redrive", "deliveries")
    mail = stack.mailbox.wait_for(person.email, link="/password-resets/")

    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 put back into deliveries.\n"
    assert event not in insider.bodies(stack, "deliveries-dlq")
    assert person.follow(mail, "/password-resets/", {"password": "five loud birch paddles"}).status_code == 200


def test_only_a_queue_with_dead_letters_can_be_put_back(stack: Stack):
    refused = operator(stack, "redrive", "clocks")

    assert refused.returncode == 1
    assert "deliveries, matching, media, payments" in refused.stderr


@pytest.mark.parametrize("body", ['{"type": "SomethingNew"}', "nonsense"])
def test_an_event_that_cannot_be_routed_stays_in_the_outbox_and_is_counted(stack: Stack, body: str):
    name = RandomIds().event()
    before = _told(stack, "outbox_relay", '"UnroutableEvents":[1.0]')
    put_into_outbox(stack, name, body)
    after_it = customer(stack)  # the next event is handed over all the same
    settled(stack)

    ticked = insider.tick(stack)

    assert after_it.token
    assert body in outbox_bodies(stack)
    assert _told(stack, "outbox_relay", '"UnroutableEvents":[1.0]') == before + 1
    assert ticked["UnroutableEvents"] >= 1
    forget(stack, name)


def test_an_event_that_the_stream_left_behind_is_sent_by_the_clock_after_two_minutes(stack: Stack):
    late, young = customer(stack), customer(stack)
    with insider.held_back(stack, "outbox"):
        for person, age in ((late, timedelta(minutes=2, seconds=1)), (young, timedelta(seconds=30))):
            body = reset_asked(person, age)
            put_into_outbox(stack, json.loads(body)["id"], body)
        insider.tick(stack)
        stack.mailbox.wait_for(late.email, link="/password-resets/")

        assert resets(young) == 0
        left = {json.loads(each)["subject"] for each in outbox_bodies(stack)}
        assert left & {late.subject, young.subject} == {young.subject}
    settled(stack)

    assert (resets(late), resets(young)) == (1, 1)


def test_what_the_stream_left_behind_reaches_payments_and_images_too(stack: Stack):
    person = customer(stack)
    request = person.post_request(trade="masonry").json()["id"]
    settled(stack)
    with insider.held_back(stack, "outbox"):
        assert person.call("POST", f"/requests/{request}/cancel", {}).status_code == 200
        (row,) = [row for row in insider.rows(stack, "outbox") if "RequestCancelled" in row["body"]]
        event = json.loads(row["body"])
        insider.change(stack, "outbox", row["pk"], row["sk"], body=json.dumps(event | OVERDUE))
        insider.tick(stack)
        settled(stack)

    assert _told(stack, "payment_events", event["id"]) >= 1
    assert _told(stack, "media", event["id"]) >= 1


def test_a_provider_who_moved_is_covered_anew_though_the_stream_said_nothing(stack: Stack):
    moving = provider(stack, "masonry")
    settled(stack)
    before = cells(stack, moving)
    with insider.held_back(stack, "outbox"):
        assert moving.offer("masonry", base=QUEBEC_CITY).status_code == 200
        for row in insider.rows(stack, "outbox"):
            insider.change(stack, "outbox", row["pk"], row["sk"], body=json.dumps(json.loads(row["body"]) | OVERDUE))
        insider.tick(stack)
        deadline = time.monotonic() + 30
        while not (now := cells(stack, moving)) or now & before:
            assert time.monotonic() < deadline, "still covered where it was"
            time.sleep(0.2)


def test_a_message_whose_quiet_hours_are_over_is_handed_over_by_the_clock(stack: Stack):
    person = customer(stack)
    all_day = {"quiet_hours": {"start": "00:00", "end": "23:59"}}
    assert person.call("PUT", "/me/preferences", all_day).status_code == 200
    assert person.post_request(trade="masonry").status_code == 201
    settled(stack)
    before = len(person.mails())
    (row,) = [row for row in insider.rows(stack, "messages") if row["recipient"] == person.subject and "waiting" in row]

    assert person.call("PUT", "/me/preferences", {"quiet_hours": None}).status_code == 200
    insider.change(stack, "messages", row["pk"], row["sk"], due_at=LONG_AGO)
    insider.tick(stack)
    settled(stack)

    assert len(person.mails()) == before + 1


def test_a_wave_that_is_due_is_announced_by_the_clock(stack: Stack):
    request = customer(stack).post_request(trade="masonry").json()["id"]
    settled(stack)
    insider.change(stack, "requests", f"R#{request}", "WAVE", due_kind="wave", due_at=LONG_AGO)

    insider.tick(stack)
    settled(stack)

    (wave,) = [row for row in insider.rows(stack, "requests") if (row["pk"], row["sk"]) == (f"R#{request}", "WAVE")]
    assert "due_at" not in wave


@pytest.mark.commitment("rights.deletion")
def test_a_sign_up_that_nobody_verifies_is_erased_by_the_clock(stack: Stack):
    before = insider.holders_of_keys(stack)
    person = Person(stack, f"late-{RandomIds().event()}@example.com")
    person.sign_up()
    mail = stack.mailbox.wait_for(person.email, link="/verify/")
    (subject,) = insider.holders_of_keys(stack) - before
    profile = next(row for row in insider.rows(stack, "accounts") if row["pk"] == f"A#{subject}" and "due_at" in row)
    insider.change(stack, "accounts", profile["pk"], profile["sk"], due_at=LONG_AGO)

    insider.tick(stack)
    settled(stack)

    assert subject not in insider.holders_of_keys(stack)
    assert stack.api.post("/verify/" + link(mail, "/verify/").rpartition("/")[2]).status_code == 404


def test_nothing_waits_among_the_dead_letters_of_the_relay_and_the_clock(stack: Stack):
    assert waiting(stack, "outbox-relay-dlq") == 0
    assert waiting(stack, "clocks-dlq") == 0


def cells(stack: Stack, person: Person) -> set[str]:
    """Return where requests find a provider."""
    rows = insider.rows(stack, "accounts")
    return {row["pk"] for row in rows if row["pk"].startswith("COV#") and row["sk"] == person.subject}


def put_into_outbox(stack: Stack, name: str, body: str) -> None:
    """Put a row into the outbox."""
    row = {"pk": {"S": f"O#{name}"}, "sk": {"S": "-"}, "body": {"S": body}}
    stack.aws("dynamodb").put_item(TableName=stack.table("outbox"), Item=row)


def forget(stack: Stack, name: str) -> None:
    """Take a row out of the outbox."""
    key = {"pk": {"S": f"O#{name}"}, "sk": {"S": "-"}}
    stack.aws("dynamodb").delete_item(TableName=stack.table("outbox"), Key=key)


def _tries(stack: Stack, queue: str) -> int:
    """Return how often a queue's consumer met something that it does not understand."""
    return _told(stack, CONSUMERS[Queue(queue)], "event not understood")


def _told(stack: Stack, function: str, what: str) -> int:
    """Return in how many lines a function logged something."""
    pages = stack.aws("logs").get_paginator("filter_log_events").paginate(logGroupName=f"/jobipro/local/{function}")
    return sum(what in event["message"] for page in pages for event in page["events"])
