"""Lists the open cases, the one that is due first at the top: ids, amounts and Stripe's words, nobody's data."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NoReturn

from jobipro.adapters.dynamodb.payments import TABLE, Payments
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.store import DynamoStore
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys
from jobipro.application.sweep import pages
from jobipro.domain.cases import Case
from jobipro.domain.times import LAST, instant, written


class NobodysKeys:
    """In place of KMS: whoever lists cases opens no keys."""

    def generate(self, *asked: object) -> NoReturn:
        """Refuse."""
        raise PermissionError("whoever lists cases makes no keys")

    def open(self, *asked: object) -> NoReturn:
        """Refuse."""
        raise PermissionError("whoever lists cases opens no keys")


def open_cases(dynamodb: Any, table: str) -> list[Case]:
    """Return the open cases; `table` is the physical name of table `payments`."""
    store = DynamoStore(dynamodb, {TABLE: table})
    payments = Payments(Sealing(""), SubjectKeys(NobodysKeys()))
    names = [name for page in pages(store.find, payments.cases_due(instant(LAST))) for name in page]
    found = [case for name in names if (case := store.load(payments.case(name))) and case.open]
    return sorted(found, key=lambda case: case.due_by)


def lines(cases: list[Case], now: datetime) -> Iterator[str]:
    """Yield a line a case, and one that counts them."""
    for case in cases:
        due = f"{'OVERDUE since' if case.due_by <= now else 'due by'} {written(case.due_by)}"
        money = f"{case.cents / 100:.2f} CAD"
        about = f"{case.kind} {case.id}  {case.state}  {case.reason or '-'}  {money}"
        yield f"{due}  {about}  {case.payment}  {case.request}"
    yield f"{len(cases)} open."
