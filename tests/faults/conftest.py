"""One emulator for the suite, with every function in this process."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import SystemRandom
from typing import Any
from unittest.mock import patch

import pytest

from jobipro.adapters import aws
from jobipro.adapters.dynamodb import store
from tests.faults.calls import Wire
from tests.faults.emulator import Emulator, running
from tests.faults.processes import Processes, environment
from tests.faults.stage import Stage
from tests.faults.stripe import StripeAccount
from tests.faults.world import World


class Impatient(SystemRandom):
    """Chance that always falls on the shortest wait."""

    def uniform(self, a: float, b: float) -> float:
        """Return the least."""
        return min(a, b)


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Where scenarios are played; a client that was made once serves all processes, since it remembers no answers."""
    with running(tmp_path_factory.mktemp("bare") / "stack") as emulator, staged(emulator) as made:
        session = aws.session()
        with patch.object(session, "create_client", _once(session.create_client)):
            yield made


def _once(create: Callable[..., Any]) -> Callable[..., Any]:
    """Return what makes a client when the first one of its kind is asked for."""
    made: dict[str, Any] = {}

    def client(service: str, config: Any) -> Any:
        kind = f"{service} {vars(config)}"
        if kind not in made:
            made[kind] = create(service, config=config)
        return made[kind]

    return client


@contextmanager
def staged(emulator: Emulator, world: type[World] = World) -> Iterator[Stage]:
    """Return a stage whose functions work on an emulator; they share one session, which the wire hangs on."""
    aws.session.cache_clear()
    with environment({**emulator.environments["signup"], "PATH": os.defpath}):
        wire = Wire(aws.session())
    # Transactions that met another one are tried again after a while drawn by chance: nobody is there to wait for.
    patient, store.CHANCE = store.CHANCE, Impatient()
    account = StripeAccount(emulator.stage, emulator.environments["payments"]["STRIPE_URL"], wire)
    with account.answering():
        yield Stage(world(emulator, wire, Processes(emulator.environments), account))
    store.CHANCE = patient
    aws.session.cache_clear()
