"""A new e-mail address: noted, told to the old one, and in use once it is verified."""

from dataclasses import dataclass, replace

from jobipro.application.change_password import counted, proven
from jobipro.application.log_in import admitted
from jobipro.application.ports.credentials import Credentials
from jobipro.application.ports.edge import Limits
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts, Mac
from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.address import canonical, deliverable, mac_message
from jobipro.domain.callers import Caller
from jobipro.domain.errors import FieldError, Invalid
from jobipro.domain.events import Event, EventType


@dataclass(frozen=True, slots=True)
class ChangeAddress:
    """Note a new address and have it verified; whether it has an account of its own shows only in its mailbox."""

    load: Load
    commit: Commit
    accounts: Accounts
    credentials: Credentials
    limits: Limits
    outbox: Outbox
    address_index: Mac
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, email: str, current_password: str) -> None:
        """Raises NotAuthenticated, Invalid and LimitReached."""
        now = self.clock.now()
        address, wanted = canonical(email), deliverable(email)
        account = admitted(self.load(self.accounts.account(caller.subject)), caller)
        if address == canonical(account.person.email):
            raise Invalid(FieldError("email", "An address other than the present one."))
        self.commit(counted(self.limits, account, now))
        proven(self.credentials, account, current_password)
        index = self.address_index(mac_message(address, "index"))
        changed = replace(account.with_person(pending_email=wanted), pending_index=index)
        self.commit(
            self.accounts.saved(changed, before=account),
            self.outbox.recorded(Event(self.ids.event(), EventType.ADDRESS_CHANGE_ASKED, now, account.subject)),
            self.outbox.recorded(Event(self.ids.event(), EventType.ADDRESS_CHANGE_TOLD, now, account.subject)),
        )
