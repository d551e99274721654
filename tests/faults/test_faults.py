"""Whatever call fails, and however: what people did ends as if none had."""

import pytest

from tests.faults.scenarios import SCENARIOS
from tests.faults.stage import Stage


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_failing_call_changes_nothing_in_the_end(stage: Stage, name: str) -> None:
    found = []
    for trouble in stage.troubles(name):
        differences = stage.differences(name, trouble)
        found += [f"{trouble.place} ({trouble.call}), {trouble.fault}: {each}" for each in differences]

    assert not found, "\n".join(found)
