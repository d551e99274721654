"""The running stack as most tests want it: its API and its mailbox."""

import pytest

from tests.integration.stack import Api, Mailbox, Stack


@pytest.fixture
def api(stack: Stack) -> Api:
    """The HTTP API of the stack."""
    return stack.api


@pytest.fixture
def mailbox(stack: Stack) -> Mailbox:
    """The mails of the stack."""
    return stack.mailbox
