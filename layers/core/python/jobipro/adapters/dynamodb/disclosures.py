"""Table `disclosures`: who was given what of whom, a chain of entries a person.

| row | key | clear |
|---|---|---|
| head | `D#<subject>` / `HEAD` | number and digest of the last entry |
| entry | `D#<subject>` / `<number, 12 digits>` | recipient, request, kind, fields, purpose, time, last digest |

The recipient's name and place are sealed under the record key of the person whose details they were given: that person
may ask for them whatever becomes of the recipient's own account.
"""

from typing import Any

from jobipro.adapters.dynamodb.rows import Absent, Equals, Item, Key, Put
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys, row_of
from jobipro.application.ports.storage import Read, Rows, Search, Write
from jobipro.domain.data_map import Purpose
from jobipro.domain.disclosures import Detail, Disclosure, Kind, Ledger, digest, written_seq
from jobipro.domain.ids import RequestId, SubjectId
from jobipro.domain.subject_keys import KeyClass, SubjectKey
from jobipro.domain.times import instant, written

TABLE = "disclosures"
ENTRY = "ENTRY"
_LAST_NUMBER = "9" * 12


class Disclosures:
    """People's ledgers."""

    def __init__(self, sealing: Sealing, keys: SubjectKeys) -> None:
        self._sealing = sealing
        self._keys = keys

    def ledger(self, subject: SubjectId) -> Read[Ledger]:
        """Read how far a person's ledger has come, with the key to add to it; `SubjectErased` when that is gone."""
        head = _head_row(subject)

        def build(rows: Rows) -> Ledger:
            key = self._keys.opened(rows, subject, KeyClass.RECORD)
            return Ledger(key, rows[head]["seq"], rows[head]["last"]) if head in rows else Ledger(key)

        return Read((head, row_of(subject, KeyClass.RECORD)), build)

    def of_subject(self, key: SubjectKey) -> Search[Disclosure]:
        """Search a person's entries, newest first; `key` is their record key."""
        return Search(
            TABLE,
            partition=("pk", f"D#{key.subject}"),
            from_to=("sk", "0", _LAST_NUMBER),
            newest_first=True,
            build=lambda item, rows: self._disclosure(item, key),
        )

    def added(self, disclosure: Disclosure, ledger: Ledger, under: tuple[SubjectKey, ...] = ()) -> tuple[Write, Write]:
        """Add an entry behind the last one; `AlreadyDone` when another came in between.

        `under` are the keys of people who must still be there: `SubjectErased` when one of them is not.
        """
        number = ledger.seq + 1
        place = Key(TABLE, f"D#{ledger.key.subject}", written_seq(number))
        row = self._row(place, disclosure, ledger)
        head = {"seq": number, "last": digest(row | {"pk": place.pk, "sk": place.sk})}
        unmoved = Equals("last", ledger.last) if ledger.seq else Absent()
        return (
            Write(Put(place, row, when=(Absent(),)), under=(ledger.key, *under)),
            Write(Put(_head_row(ledger.key.subject), head, when=(unmoved,))),
        )

    def _row(self, place: Key, disclosure: Disclosure, ledger: Ledger) -> dict[str, Any]:
        named = {"recipient_name": disclosure.recipient_name, "place": disclosure.place}
        return {
            "recipient": disclosure.recipient,
            "request": disclosure.request,
            "kind": disclosure.kind.value,
            "fields": [detail.value for detail in disclosure.details],
            "purpose": disclosure.purpose.value,
            "at": written(disclosure.at),
            "prev": ledger.last,
            "sealed": self._sealing.seal(ledger.key, place, ENTRY, named),
        }

    def _disclosure(self, row: Item, key: SubjectKey) -> Disclosure:
        named = self._sealing.unseal(key, row, TABLE)
        return Disclosure(
            recipient=SubjectId(row["recipient"]),
            recipient_name=named["recipient_name"],
            place=named["place"],
            request=RequestId(row["request"]),
            kind=Kind(row["kind"]),
            details=tuple(map(Detail, row["fields"])),
            purpose=Purpose(row["purpose"]),
            at=instant(row["at"]),
        )


def _head_row(subject: SubjectId) -> Key:
    return Key(TABLE, f"D#{subject}", "HEAD")
