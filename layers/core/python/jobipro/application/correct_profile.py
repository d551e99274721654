"""A person corrects what is held about them."""

from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from jobipro.application import sign_up
from jobipro.application.log_in import admitted
from jobipro.application.ports.events import Outbox
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.storage import Commit, Load
from jobipro.application.ports.system import Clock, Ids
from jobipro.domain.accounts import Account
from jobipro.domain.callers import Caller
from jobipro.domain.errors import Conflict
from jobipro.domain.events import Event, EventType
from jobipro.domain.language import Language
from jobipro.domain.postal import MailingAddress
from jobipro.domain.provinces import Province


class Correction(TypedDict, total=False):
    """What is to be different; what is left out stays. None takes an optional field away."""

    given_name: str
    family_name: str
    date_of_birth: date
    province: Province
    language: Language
    phone: str | None
    mailing_address: MailingAddress | None


@dataclass(frozen=True, slots=True)
class CorrectProfile:
    """Apply a correction; one that changes nothing leaves no trace."""

    load: Load
    commit: Commit
    accounts: Accounts
    outbox: Outbox
    clock: Clock
    ids: Ids

    def __call__(self, caller: Caller, correction: Correction) -> Account:
        """Return the account as it is then.

        Raises NotAuthenticated, Invalid, UnderAge when the person would not be of age any more, and Conflict when the
        account changes at the same moment twice.
        """
        try:
            return self._corrected(caller, correction)
        except Conflict:
            return self._corrected(caller, correction)

    def _corrected(self, caller: Caller, correction: Correction) -> Account:
        now = self.clock.now()
        account = admitted(self.load(self.accounts.account(caller.subject)), caller)
        corrected = account.with_person(**correction)
        if corrected == account:
            return account
        person = corrected.person
        if (person.date_of_birth, person.province) != (account.person.date_of_birth, account.person.province):
            sign_up.admitted(person.date_of_birth, person.province, now)
        self.commit(
            self.accounts.saved(corrected, before=account),
            self.outbox.recorded(Event(self.ids.event(), EventType.PROFILE_CORRECTED, now, account.subject)),
        )
        return corrected
