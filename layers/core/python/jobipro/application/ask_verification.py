"""The verification link once more, for whoever lost the first one."""

from dataclasses import dataclass

from jobipro.application.ports.edge import Limits
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts, Mac
from jobipro.application.ports.storage import Commit, Find
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.address import canonical, mac_message
from jobipro.domain.events import Event, EventType

MOST = 10
"""Sign-ups with one address that are looked at; the limit on sign-ups keeps them few."""


@dataclass(frozen=True, slots=True)
class AskVerification:
    """Have the link sent again to whoever signed up with an address; the caller cannot tell whether anybody did."""

    commit: Commit
    find: Find
    accounts: Accounts
    limits: Limits
    outbox: Outbox
    address_index: Mac
    clock: Clock
    ids: Ids

    def __call__(self, email: str) -> None:
        """Raises Invalid and LimitReached."""
        now = self.clock.now()
        address = canonical(email)
        index = self.address_index(mac_message(address, "index"))
        found = self.find(self.accounts.with_address(index), limit=MOST).items
        writes = [self.limits.counted("sign-up.address", address, now)]
        if found:
            subject = min(found, key=lambda who: not who[1])[0]
            event = Event(self.ids.event(), EventType.VERIFICATION_ASKED, now, subject)
            writes.append(self.outbox.recorded(event))
        self.commit(writes)
