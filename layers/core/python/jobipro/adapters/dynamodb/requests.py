"""Table `requests`: service requests, their transitions, and how far the telling of providers has come.

| row | key | clear |
|---|---|---|
| request | `R#<id>` / `REQUEST` | customer, trade, state, version, times, res-4 cell, open offers, who is engaged |
| transition | `R#<id>` / `T#<version>` | from, action, who, why, to, time, the event that tells of it |
| wave | `R#<id>` / `WAVE` | customer, waves sent, place of the last one told, when the next is due |
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from jobipro.adapters.dynamodb.rows import Absent, Check, Equals, Item, Key, Put, Update
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys, row_of
from jobipro.application.ports.storage import Read, Rows, Search, Write
from jobipro.domain import offers
from jobipro.domain.coverage import Location
from jobipro.domain.errors import Moved
from jobipro.domain.events import EventType
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.language import Language
from jobipro.domain.lifecycle import Actor, Reason, State, Transition, allowed
from jobipro.domain.postal import MailingAddress
from jobipro.domain.requests import ContactPreference, Details, Request, Standing, Wave, moved
from jobipro.domain.subject_keys import KeyClass, SubjectKey
from jobipro.domain.times import instant, written
from jobipro.domain.trades import Trade

TABLE = "requests"
REQUEST = "REQUEST"
NEXT_WAVE = "wave"
"""`due_kind` of waves that may go at `due_at`."""
DEADLINE = "deadline"
"""`due_kind` of requests that the service moves at `due_at`."""


class Requests:
    """Service requests, sealed under their customer's key."""

    def __init__(self, sealing: Sealing, keys: SubjectKeys) -> None:
        self._sealing = sealing
        self._keys = keys

    def request(self, request: RequestId, customer: SubjectId) -> Read[Request | None]:
        """Read a customer's request; None when there is none of this id, or it is somebody else's."""
        place = _request_row(request)

        def build(rows: Rows) -> Request | None:
            row = rows.get(place)
            if row is None or row["customer"] != customer:
                return None
            return self._request(row, self._keys.opened(rows, customer))

        return Read((place, row_of(customer, KeyClass.PERSONAL)), build)

    def standing(self, request: RequestId) -> Read[Standing | None]:
        """Read how a request stands, without any key; None when there is none of this id."""
        place = _request_row(request)
        return Read((place,), lambda rows: _standing(rows[place]) if place in rows else None)

    def of_customer(self, key: SubjectKey) -> Search[Request]:
        """Search a customer's requests, newest first; `key` is the customer's."""
        return Search(
            TABLE,
            index="by-customer",
            partition=("customer", key.subject),
            newest_first=True,
            build=lambda item, rows: self._request(item, key),
        )

    def posted(self, request: Request) -> tuple[Write, Write]:
        """Keep a new request and its first transition."""
        place = _request_row(request.id)
        row = {
            "customer": request.customer,
            "trade": request.trade.value,
            "state": request.state.value,
            "version": request.version,
            "posted_at": written(request.posted_at),
            "cell": request.cell,
            "offers": request.offers,
            **_due(request),
            "sealed": self._sealing.seal(request.key, place, REQUEST, _sealed_fields(request.details)),
        }
        first = {
            "action": "post",
            "actor": Actor.CUSTOMER.value,
            "after": request.state.value,
            "event": EventType.REQUEST_POSTED.value,
            "at": written(request.posted_at),
        }
        return (
            Write(Put(place, row, when=(Absent(),)), under=(request.key,)),
            Write(Put(_transition_row(request.id, request.version), first, when=(Absent(),))),
        )

    def unmoved(self, request: Standing) -> Write:
        """Insist that a request is as it was read; `Moved`, with the present state, when it is not."""
        check = Check(_request_row(request.id), (Equals("version", request.version),))
        return Write(check, refused=lambda found: _moved_before(found, Actor.SERVICE))

    def moved(
        self,
        before: Standing,
        move: Transition,
        at: datetime,
        *,
        reason: Reason | None = None,
        offer: offers.Standing | None = None,
    ) -> tuple[Write, Write]:
        """Move a request as it was read; `Moved`, with the present state, when it has moved since."""
        now = moved(before, move, at, offer)
        unchanged = (Equals("version", before.version), Equals("state", before.state.value))
        kept = {"state": now.state.value, "version": now.version, "offers": now.offers, **_engaged(now), **_due(now)}
        step = Update(
            _request_row(before.id),
            set=kept,
            remove=() if now.due_at else ("due_kind", "due_at"),
            when=unchanged,
        )
        row = {
            "before": move.before.value,
            "action": move.action.value,
            "actor": move.actor.value,
            "after": move.after.value,
            "event": move.event.value,
            "at": written(at),
        }
        if reason is not None:
            row["reason"] = reason.value
        return (
            Write(step, refused=lambda found: _moved_before(found, move.actor)),
            Write(Put(_transition_row(before.id, now.version), row, when=(Absent(),))),
        )

    def overdue(self, before: datetime) -> Search[RequestId]:
        """Search requests that the service is to move, longest due first."""
        return _due_search(DEADLINE, before)

    def wave(self, request: RequestId) -> Read[Wave | None]:
        """Read how far the telling of a request has come; None before the first wave."""
        place = _wave_row(request)
        return Read((place,), lambda rows: _wave(request, rows[place]) if place in rows else None)

    def wave_sent(self, wave: Wave, before: Wave | None) -> Write:
        """Keep how far the telling has come; `AlreadyDone` when another process came as far."""
        row: dict[str, Any] = {
            "customer": wave.customer,
            "n": wave.n,
            "after": wave.after,
            "key_number": wave.key_number,
            "finished": wave.finished,
        }
        if wave.due_at is not None:
            row |= {"due_kind": NEXT_WAVE, "due_at": written(wave.due_at)}
        unchanged = Absent() if before is None else Equals("n", before.n)
        return Write(Put(_wave_row(wave.request), row, when=(unchanged,)))

    def waves_due(self, before: datetime) -> Search[RequestId]:
        """Search requests whose next wave may go, longest due first."""
        return _due_search(NEXT_WAVE, before)

    def wave_announced(self, wave: Wave) -> Write:
        """Note that the event of a due wave is recorded; `AlreadyDone` when it was before."""
        announced = Update(
            _wave_row(wave.request),
            remove=("due_kind", "due_at"),
            when=(Equals("n", wave.n), Equals("due_kind", NEXT_WAVE)),
        )
        return Write(announced)

    def _request(self, row: Item, key: SubjectKey) -> Request:
        standing = _standing(row)
        return Request(
            **{field.name: getattr(standing, field.name) for field in fields(Standing)},
            cell=row["cell"],
            key=key,
            details=_details(self._sealing.unseal(key, row, TABLE)),
        )


def _request_row(request: RequestId) -> Key:
    return Key(TABLE, f"R#{request}", REQUEST)


def _transition_row(request: RequestId, version: int) -> Key:
    return Key(TABLE, f"R#{request}", f"T#{version}")


def _wave_row(request: RequestId) -> Key:
    return Key(TABLE, f"R#{request}", "WAVE")


def _moved_before(found: Item | None, actor: Actor) -> Moved:
    if found is None:
        return Moved()
    state = State(found["state"])
    return Moved(state.value, allowed(state, actor))


def _due_search(kind: str, before: datetime) -> Search[RequestId]:
    return Search(
        TABLE,
        index="due",
        partition=("due_kind", kind),
        from_to=("due_at", "0", written(before)),
        build=lambda item, rows: RequestId(item["pk"].removeprefix("R#")),
    )


def _due(standing: Standing) -> dict[str, str]:
    return {} if standing.due_at is None else {"due_kind": DEADLINE, "due_at": written(standing.due_at)}


def _engaged(standing: Standing) -> dict[str, str]:
    """Return who is engaged, and since and until when, as far as there is any of it."""
    times = {"engaged_at": standing.engaged_at, "ended_at": standing.ended_at}
    engaged = {"provider": standing.provider, "offer": standing.offer}
    known = {name: written(at) for name, at in times.items() if at is not None}
    return known | {name: value for name, value in engaged.items() if value is not None}


def _standing(row: Item) -> Standing:
    def time(name: str) -> datetime | None:
        return instant(row[name]) if name in row else None

    return Standing(
        id=RequestId(row["pk"].removeprefix("R#")),
        customer=SubjectId(row["customer"]),
        trade=Trade(row["trade"]),
        state=State(row["state"]),
        version=row["version"],
        posted_at=instant(row["posted_at"]),
        offers=row["offers"],
        provider=row.get("provider"),
        offer=row.get("offer"),
        engaged_at=time("engaged_at"),
        ended_at=time("ended_at"),
        due_at=time("due_at"),
    )


def _wave(request: RequestId, row: Item) -> Wave:
    return Wave(
        request=request,
        customer=SubjectId(row["customer"]),
        n=row["n"],
        after=row["after"],
        key_number=row["key_number"],
        due_at=instant(row["due_at"]) if "due_at" in row else None,
        finished=row["finished"],
    )


def _sealed_fields(details: Details) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "title": details.title,
        "description": details.description,
        "location": [details.location.latitude, details.location.longitude],
        "area": [details.area.latitude, details.area.longitude],
        "address": details.address.to_fields(),
        "phone": details.phone,
        "contact_preference": details.contact_preference.value,
        "language": details.language.value,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _details(fields: Mapping[str, Any]) -> Details:
    return Details(
        title=fields["title"],
        description=fields["description"],
        location=Location(*fields["location"]),
        area=Location(*fields["area"]),
        address=MailingAddress.from_fields(fields["address"]),
        phone=fields.get("phone"),
        contact_preference=ContactPreference(fields["contact_preference"]),
        language=Language(fields["language"]),
    )
