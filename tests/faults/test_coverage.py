"""The suite finds by itself what can fail; this tells when something there is was never made to."""

from dataclasses import replace

import pytest

from jobipro.domain.events import ROUTES, EventType
from tests.faults.calls import WITHOUT_EFFECT, Fault
from tests.faults.processes import FOLDERS
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import Stage
from tests.faults.world import Invocation, Trouble

TO_COME: set[EventType] = set()
"""Events that are routed and that nobody makes yet."""


@pytest.fixture(scope="module")
def invocations(stage: Stage) -> list[Invocation]:
    """All that functions were woken for, in every scenario."""
    return [each for name in SCENARIOS for each in stage.without_fault(name).tape.invocations]


@pytest.fixture(scope="module")
def troubles(stage: Stage) -> list[Trouble]:
    """All that is made to go wrong, in every scenario."""
    anew = replace(stage, covered=set())
    return [each for name in SCENARIOS for each in anew.troubles(name)]


def test_every_function_has_a_scenario(invocations: list[Invocation]) -> None:
    assert sorted({each.function for each in invocations}) == FOLDERS


def test_every_route_has_a_scenario(stage: Stage, invocations: list[Invocation]) -> None:
    routes = {f"{method} {path}" for method, path in stage.world.emulator.wakers.routes}

    assert routes - {each.trigger for each in invocations} == set()


def test_every_event_that_anybody_acts_on_has_a_scenario(invocations: list[Invocation]) -> None:
    acted_on = {event for event, queues in ROUTES.items() if queues}
    played = {EventType(event) for each in invocations for event in each.trigger.split("+") if event in set(EventType)}

    assert acted_on - played == TO_COME


def test_every_scenario_succeeds_when_nothing_fails(stage: Stage) -> None:
    for name in SCENARIOS:
        tape = stage.without_fault(name).tape

        assert tape.wrongs == []
        assert [answer for answer in tape.answers if answer[1] >= 400] == [], name


def test_every_place_in_the_code_that_makes_a_call_sees_it_fail(
    invocations: list[Invocation], troubles: list[Trouble]
) -> None:
    failed = {(each.place.function, each.aim.place) for each in troubles if each.aim and each.fault is Fault.UNREACHED}

    assert {(each.function, call.place) for each in invocations for call in each.calls} == failed


@pytest.mark.parametrize("fault", [Fault.UNREACHED, Fault.LOST, Fault.KILLED])
def test_every_kind_of_work_sees_each_call_with_an_effect_fail_before_and_after_it(
    invocations: list[Invocation], troubles: list[Trouble], fault: Fault
) -> None:
    effects = {
        (each.function, each.work, call.place, call.about)
        for each in invocations
        for call in each.calls
        if call.changes
    }
    failed = {
        (each.place.function, each.place.work, each.aim.place, each.aim.about)
        for each in troubles
        if each.aim and each.fault is fault
    }

    assert effects - failed == set()


def test_calls_without_effect_are_still_made(invocations: list[Invocation]) -> None:
    made = {call.operation for each in invocations for call in each.calls}

    assert WITHOUT_EFFECT - made == set()
