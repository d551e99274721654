"""The README's main job: every block is run as it stands there, and must show what the README says one sees."""

import secrets

import pytest

from infra.local.settings import ROOT
from tests.integration.pages import API, MAILBOX, STRIPE, followed, steps
from tests.integration.stack import Stack


@pytest.mark.commitment("approval.unsubscribe")
@pytest.mark.commitment("sharing.request-details")
def test_the_main_job_of_the_readme_works_as_written(stack: Stack) -> None:
    own = {API: stack.description["api"], MAILBOX: stack.description["mailbox"], STRIPE: stack.description["stripe"]}
    own["example.com"] = f"{secrets.token_hex(4)}.example.com"  # people of its own, however often it runs

    followed(list(steps(ROOT / "README.md", own=own)), ROOT)
