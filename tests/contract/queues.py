"""What every way to the queues does: subclasses give the fixtures `queues` and `received`, which empties a queue."""

from datetime import UTC, datetime

import pytest

from jobipro.adapters.system import RandomIds
from jobipro.domain.events import Event, EventType, Queue

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


class QueuesContract:
    """What is sent arrives whole, where it was sent, and nothing else."""

    @pytest.mark.parametrize("number", [0, 1, 10, 11, 25])
    def test_all_events_arrive_as_they_were_however_many(self, queues, received, number):
        ids = RandomIds()
        refs = {"request": ids.request(), "wave": "2"}
        sent = [Event(ids.event(), EventType.WAVE_DUE, NOON, ids.subject(), refs) for _ in range(number)]

        queues.send(Queue.MATCHING, iter(sent))

        assert sorted(received(Queue.MATCHING), key=lambda event: event.id) == sorted(sent, key=lambda event: event.id)
        assert received(Queue.DELIVERIES) == []
