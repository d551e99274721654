"""One stack for all: a running one that JOBIPRO_STACK names by its stack.json, or one of their own."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobipro.domain.limits import RULES
from tests.integration.stack import Api, Mailbox, Stack, started

# Out of the way of tests whose subject they are not. The limits have tests of their own, with their real numbers.
RAISED = dict.fromkeys(RULES, 1_000_000)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The deployed stack."""
    if named := os.environ.get("JOBIPRO_STACK"):
        description = Path(named)
        yield Stack(json.loads(description.read_text()), description.parent)
        return
    with started(tmp_path_factory.mktemp("stack"), RAISED) as own:
        yield own


@pytest.fixture
def api(stack: Stack) -> Api:
    """The HTTP API of the stack."""
    return stack.api


@pytest.fixture
def mailbox(stack: Stack) -> Mailbox:
    """The mails of the stack."""
    return stack.mailbox
