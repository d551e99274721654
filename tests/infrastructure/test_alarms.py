"""Alarms: whatever fails, waits or is left lying somewhere wakes somebody, who finds in the runbook what to do."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import time, timedelta
from itertools import batched, pairwise
from typing import Any
from uuid import uuid4

import pytest

from jobipro.application.ports.messages import State
from jobipro.bootstrap.clocks import ClocksUseCases
from jobipro.domain.cases import Case, CaseKind
from jobipro.domain.ids import PaymentId
from jobipro.domain.lifecycle import OPEN_FOR, Action, Actor
from jobipro.domain.requests import WAVE
from jobipro.observability import NAMESPACE
from jobipro.queues import run_due
from tests.fakes.jobs import engaged, moved
from tests.fakes.post_office import PostOffice
from tests.functional.waking import Heard, Invocation
from tests.infrastructure.shape import ROOT, Place, of_type, target, template

STACK = "Observability"
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
STEPS = ("1. ", "2. ", "3. ")

ALIKE = {"Media", "Payments"}
"""Names that a queue and a table, or a queue and a function share."""

PARAMETERS: Mapping[str, Any] = template()["Resources"][STACK]["Properties"]["Parameters"]


def alarms() -> dict[str, dict[str, Any]]:
    """Return the properties of every alarm."""
    return {name: each["Properties"] for name, each in of_type("AWS::CloudWatch::Alarm", STACK).items()}


def watching(namespace: str, metric: str) -> set[Place | None]:
    """Return whom the alarms on a metric watch; None for everybody at once."""
    return {
        target(PARAMETERS[each["Dimensions"][0]["Value"]["Ref"]]) if each["Dimensions"] else None
        for each in alarms().values()
        if (each["Namespace"], each["MetricName"]) == (namespace, metric)
    }


def places(kind: str, stack: str = "") -> set[Place]:
    """Return where resources of a type stand."""
    return {Place(stack, name) for name in of_type(kind, stack)}


def queues(*, dead: bool) -> set[Place]:
    """Return the queues of dead letters, or the others."""
    return {each for each in places("AWS::SQS::Queue", "Messaging") if each.name.endswith("Dlq") == dead}


def named(place: Place) -> str:
    """Return the parameter that holds a thing's name; a queue and a table that are called alike say what they are."""
    name = place.name.removesuffix("Function")
    alike = {"Messaging": "Queue", "Data": "Table"}.get(place.stack, "") if name in ALIKE else ""
    return f"{name}{alike}Name"


def headings() -> list[str]:
    """Return the alarms that the runbook has a section for."""
    return re.findall(r"^### `(\w+)`$", RUNBOOK, re.MULTILINE)


def section(name: str) -> str:
    """Return what the runbook says of an alarm."""
    return re.split(r"^##", RUNBOOK.partition(f"### `{name}`\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_function_that_fails_raises_an_alarm() -> None:
    assert watching("AWS/Lambda", "Errors") == places("AWS::Serverless::Function")


def test_functions_that_may_not_run_raise_an_alarm_together_since_they_share_the_room() -> None:
    assert watching("AWS/Lambda", "Throttles") == {None}


def test_every_queue_of_dead_letters_raises_an_alarm() -> None:
    assert watching("AWS/SQS", "ApproximateNumberOfMessagesVisible") == queues(dead=True)


def test_every_other_queue_raises_an_alarm_when_something_waits_in_it_for_long() -> None:
    assert watching("AWS/SQS", "ApproximateAgeOfOldestMessage") == queues(dead=False)


def test_the_relay_raises_an_alarm_when_the_stream_waits_for_it() -> None:
    assert watching("AWS/Lambda", "IteratorAge") == {Place("", "OutboxRelayFunction")}


@pytest.mark.parametrize("name", ["ApiFails", "ApiSlow"])
def test_an_alarm_on_the_api_names_it_as_it_is_deployed(name: str) -> None:
    dimensions = {each["Name"]: PARAMETERS[each["Value"]["Ref"]] for each in alarms()[name]["Dimensions"]}
    api = template()["Resources"]["Api"]["Properties"]

    assert dimensions == {"ApiName": api["Name"], "Stage": api["StageName"]}
    assert api["MethodSettings"][0]["MetricsEnabled"] is True


def test_every_parameter_of_the_stack_is_what_its_name_says() -> None:
    for name, value in PARAMETERS.items():
        if isinstance(value, dict) and name.endswith("Name") and name != "ApiName":
            assert named(target(value)) == name


def test_an_alarm_of_our_own_watches_a_metric_that_a_tick_of_clocks_writes(capsys: pytest.CaptureFixture[str]) -> None:
    written = written_by_a_tick(capsys)
    ours = [each for each in alarms().values() if each["Namespace"] == NAMESPACE]

    assert {each["MetricName"] for each in ours} == {
        "EventsSentAgain",
        "UnroutableEvents",
        "Pieces",
        "CasesDueSoon",
        "CasesOverdue",
        "GapsFound",
        "ReconciliationsOverdue",
    }
    assert {metric(each["MetricName"], each["Dimensions"]) for each in ours} <= written


def test_an_alarm_on_what_is_counted_only_while_it_is_there_ends_when_it_is_gone() -> None:
    counted = (
        "EventsNotHandedOver",
        "UnroutableEvents",
        "CasesDueSoon",
        "CasesOverdue",
        "GapsFound",
        "ReconciliationsOverdue",
    )

    assert {alarms()[name]["TreatMissingData"] for name in counted} == {"notBreaching"}


def test_the_alarm_on_a_silent_clock_watches_the_last_task_of_a_tick() -> None:
    *_, last = ClocksUseCases.__dataclass_fields__
    stopped = alarms()["ClocksStopped"]

    assert {"Name": "task", "Value": last.replace("_", "-")} in stopped["Dimensions"]
    assert stopped["TreatMissingData"] == "breaching"


@pytest.mark.parametrize("name", alarms())
def test_an_alarm_is_told_where_a_stage_says_and_says_in_a_sentence_what_it_means(name: str) -> None:
    for actions in ("AlarmActions", "OKActions"):
        assert alarms()[name][actions]["Fn::If"][:2] == ["HasTopic", [{"Ref": "AlarmTopicArn"}]]
    assert alarms()[name]["AlarmDescription"].endswith(".")


def test_the_runbook_has_a_section_for_every_alarm_and_for_nothing_else() -> None:
    assert sorted(headings()) == sorted(alarms())


@pytest.mark.parametrize("name", alarms())
def test_the_runbook_says_what_an_alarm_means_and_what_to_do_first_second_and_third(name: str) -> None:
    told = section(name)

    assert told.strip().startswith("Means: ")
    places_of_steps = [told.find(f"\n{step}") for step in STEPS]
    assert -1 not in places_of_steps
    assert all(one < other for one, other in pairwise(places_of_steps))


def test_the_dashboard_shows_every_function_queue_and_table() -> None:
    shown = places("AWS::Serverless::Function") | queues(dead=True) | queues(dead=False)
    shown |= places("AWS::DynamoDB::Table", "Data")

    in_it = set(re.findall(r"\$\{(\w+)\}", dashboard()))

    assert set(map(named, shown)) <= in_it
    assert in_it <= {*template(STACK)["Parameters"], "AWS::Region"}


def test_the_dashboard_shows_counts_of_our_own_by_the_names_that_a_tick_writes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert {each for namespace, each in shown() if namespace == NAMESPACE} <= written_by_a_tick(capsys)


@pytest.mark.parametrize("name", alarms())
def test_the_dashboard_shows_what_an_alarm_watches(name: str) -> None:
    watched = alarms()[name]
    named = [{"Name": each["Name"], "Value": as_written(each["Value"])} for each in watched.get("Dimensions", [])]

    assert (watched["Namespace"], metric(watched["MetricName"], named)) in shown()


def as_written(value: str | Mapping[str, str]) -> str:
    """Return a value of a dimension as the dashboard writes it."""
    return value if isinstance(value, str) else f"${{{value['Ref']}}}"


def shown() -> set[tuple[str, tuple[str, tuple[tuple[str, str], ...]]]]:
    """Return every metric of the dashboard, with its namespace before it."""
    found = set()
    for widget in json.loads(dashboard())["widgets"]:
        above: list[str] = []
        for row in widget["properties"]["metrics"]:
            words = [each for each in row if isinstance(each, str)]
            if not words:
                continue  # a line that is reckoned from others
            above = written_out(words, above)
            namespace, name, *dimensions = above
            named = [{"Name": key, "Value": value} for key, value in batched(dimensions, 2, strict=True)]
            found.add((namespace, metric(name, named)))
    return found


def dashboard() -> str:
    """Return the body of the dashboard, with the places where names go."""
    (board,) = of_type("AWS::CloudWatch::Dashboard", STACK).values()
    return str(board["Properties"]["DashboardBody"]["Fn::Sub"])


def written_out(row: list[str], above: list[str]) -> list[str]:
    """Return a row of a widget with what it repeats of the one above: `...` what goes before, `.` one field."""
    if row[0] == "...":
        return above[: len(above) + 1 - len(row)] + row[1:]
    return [above[place] if field == "." else field for place, field in enumerate(row)]


def metric(name: str, dimensions: Iterable[Mapping[str, str]]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return what makes a metric one of its own."""
    return name, tuple(sorted((each["Name"], each["Value"]) for each in dimensions))


def to_be_looked_at(office: PostOffice) -> None:
    """Let there be a case that will be due soon tomorrow, and one that will be overdue."""
    now, payment, request = office.clock.now(), PaymentId("pay_1"), office.ids.request()
    for name, days in (("du_1", 2), ("du_2", 1)):
        due_by = now + timedelta(days=days)
        case = Case(name, payment, request, CaseKind.DISPUTE, "open", "fraudulent", 500, now, due_by, now)
        office.store.commit(office.payments.case_opened(case))


def written_by_a_tick(capsys: pytest.CaptureFixture[str]) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """Return the metrics that clocks writes when there is something to do of every kind."""
    office = PostOffice()
    office.posted(office.customer())
    moved(office, engaged(office), Action.COMPLETE, Actor.PROVIDER)
    office.clock.forward(OPEN_FOR - timedelta(days=1))
    office.pending()
    office.told_of_upload(office.customer())
    asleep, customer = office.provider(), office.customer()
    office.quiet(asleep, time(0, 0), time(23, 59))
    assert office.deliver(office.opportunity(asleep, customer)) is State.WAITING
    for _ in range(WAVE):
        office.provider()
    office.notify_providers(office.posted(customer))
    to_be_looked_at(office)
    office.tick("announce-reconciliation")
    office.clock.forward(timedelta(days=1, minutes=1))
    capsys.readouterr()
    # A service of its own name: a second logger of the same name would write to where the first one wrote.
    run_due(f"clocks-{uuid4().hex}", office.tasks)({}, Invocation())
    return {
        metric(
            each["Name"],
            (
                {"Name": key, "Value": written[key].partition("-")[0] if key == "service" else written[key]}
                for key in declared["Dimensions"][0]
            ),
        )
        for written in Heard(capsys).metrics
        for declared in written["_aws"]["CloudWatchMetrics"]
        for each in declared["Metrics"]
    }
