"""What every disclosure writes: that details of one person were opened to another, or read by them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jobipro.application.ports.disclosures import Disclosures
from jobipro.application.ports.storage import Commit, Write
from jobipro.domain.accounts import Account
from jobipro.domain.contact import PURPOSE, Contact
from jobipro.domain.disclosures import Disclosure, Kind, Ledger, place_in
from jobipro.domain.errors import AlreadyDone, Moved, SubjectErased, Unavailable
from jobipro.domain.ids import RequestId

LOOKS = 8
"""How often something is looked at that others write to at the same moment."""


@dataclass(frozen=True, slots=True)
class Disclose:
    """Makes disclosures of contact details into writes, for one transaction with whatever they come of."""

    disclosures: Disclosures

    def __call__(
        self, kind: Kind, contact: Contact, ledger: Ledger, of: Account, to: Account, request: RequestId, at: datetime
    ) -> tuple[Write, ...]:
        """Return the writes of an entry in the ledger of a person; both people must still be there.

        Refused with AlreadyDone when another entry came in between, with SubjectErased when one of the two is gone.
        """
        disclosure = Disclosure(
            recipient=to.subject,
            recipient_name=f"{to.person.given_name} {to.person.family_name}",
            place=place_in(to.person.province),
            request=request,
            kind=kind,
            details=contact.details,
            purpose=PURPOSE,
            at=at,
        )
        return self.disclosures.added(disclosure, ledger, under=(of.key, to.key))


def undisturbed[T](look: Callable[[], tuple[Sequence[Write], T]], commit: Commit) -> T:
    """Commit what a look at a request and its ledgers gives, and return the answer that comes with it.

    When something came in between, it is looked at again: then there is an answer to that.
    """
    for _ in range(LOOKS):
        writes, answer = look()
        try:
            if writes:
                commit(writes)
        except (Moved, AlreadyDone, SubjectErased):
            continue
        return answer
    raise Unavailable
