"""Table `outbox`: events committed with what they tell of, until they are handed to the queues that want them."""

from jobipro.adapters.dynamodb.rows import Absent, Delete, Item, Key, Put
from jobipro.application.ports.storage import Rows, Search, Write
from jobipro.domain.events import Event

TABLE = "outbox"


class Outbox:
    """Events that wait to be handed over: `O#<id>`, holding the body that travels."""

    def recorded(self, event: Event) -> Write:
        """Keep an event."""
        return Write(Put(Key(TABLE, f"O#{event.id}"), {"body": event.to_body()}, when=(Absent(),)))

    def handed_over(self, event: Event) -> Write:
        """Forget an event that every queue has; doing it twice changes nothing."""
        return Write(Delete(Key(TABLE, f"O#{event.id}")))

    def waiting(self) -> Search[str]:
        """Search all that wait, as bodies: there is nothing here but what just happened or could not be handed over."""
        return Search(TABLE, build=_body)


def _body(item: Item, rows: Rows) -> str:
    """Return what a row carries; a body that is no text cannot be understood later on, and hides no other row now."""
    body = item.get("body")
    return body if isinstance(body, str) else ""
