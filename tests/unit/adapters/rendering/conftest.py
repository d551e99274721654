"""What every mail and page of these tests is made from."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from jobipro.adapters.rendering.identification import Identification
from jobipro.adapters.rendering.mails import Links
from jobipro.domain.lifecycle import Actor


@pytest.fixture
def identification() -> Identification:
    return Identification(
        sender_name="JobiPro Inc.",
        sender_address="bonjour@jobipro.example",
        postal_address="100, rue Principale, Montréal (Québec) H2X 1Y4, Canada",
        officer_email="vieprivee@jobipro.example",
    )


@pytest.fixture
def links() -> Links:
    return Links(
        action="https://api.jobipro.example/verify/a1?x=1&y=2", unsubscribe="https://api.jobipro.example/unsubscribe/u1"
    )


@pytest.fixture(params=[Actor.CUSTOMER, Actor.PROVIDER])
def side(request: pytest.FixtureRequest) -> str:
    """Who reads: mails about a job say it to each side in its own way."""
    return str(request.param)


@pytest.fixture
def facts(side: str) -> dict[str, object]:
    """Everything that any mail uses."""
    return {
        "reference": "req_abcdefghijklmnopqrstuvwxyz",
        "trade": "Plumbing",
        "title": "Leaking tap",
        "description": "It leaks all day.\n\nWe are at home in the evenings.",
        "latitude": 45.5017,
        "longitude": -73.5673,
        "side": side,
        "days": 30,
        "hours": 72,
        "reason": "Another reason",
        "done": side == Actor.PROVIDER,
        "currency": "CAD",
        "owed": 123450,
        "taken": 123450,
        "returned": 5000,
        "on": datetime(2026, 11, 22, 9, 30, tzinfo=ZoneInfo("America/Toronto")),
        "paid_with": ("visa", "4242"),
        "until": datetime(2026, 11, 25, 15, 4, tzinfo=ZoneInfo("America/Toronto")),
    }
