"""The suite finds by itself what can fail; this tells when something there is was never made to."""

import pytest

from jobipro.domain.events import ROUTES, EventType
from tests.faults.calls import WITHOUT_EFFECT
from tests.faults.processes import FOLDERS
from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import Stage
from tests.faults.world import Invocation

TO_COME: set[EventType] = set()
"""Events that are routed and that nobody makes yet."""


@pytest.fixture(scope="module")
def invocations(stage: Stage) -> list[Invocation]:
    """All that functions were woken for, in every scenario."""
    return [each for name in SCENARIOS for each in stage.without_fault(name).tape.invocations]


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


def test_calls_without_effect_are_still_made(invocations: list[Invocation]) -> None:
    made = {call.operation for each in invocations for call in each.calls}

    assert WITHOUT_EFFECT - made == set()
