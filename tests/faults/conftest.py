"""One emulator for the suite, with every function in this process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from jobipro.adapters import aws
from tests.faults.calls import Wire
from tests.faults.emulator import Emulator, running
from tests.faults.processes import Processes, environment
from tests.faults.stage import Stage
from tests.faults.stripe import StripeAccount
from tests.faults.world import World


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Where scenarios are played."""
    with running(tmp_path_factory.mktemp("bare") / "stack") as emulator, staged(emulator) as made:
        yield made


@contextmanager
def staged(emulator: Emulator, world: type[World] = World) -> Iterator[Stage]:
    """Return a stage whose functions work on an emulator; they share one session, which the wire hangs on."""
    aws.session.cache_clear()
    with environment({**emulator.environments["signup"], "PATH": os.defpath}):
        wire = Wire(aws.session())
    account = StripeAccount(emulator.stage, emulator.environments["payments"]["STRIPE_URL"], wire)
    with account.answering():
        yield Stage(world(emulator, wire, Processes(emulator.environments), account))
    aws.session.cache_clear()
