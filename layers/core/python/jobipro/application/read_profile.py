"""A person looks at what is held about them in their profile."""

from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.storage import Load
from jobipro.domain.accounts import Account
from jobipro.domain.callers import Caller


@dataclass(frozen=True, slots=True)
class ReadProfile:
    """Show the caller their account."""

    load: Load
    accounts: Accounts

    def __call__(self, caller: Caller) -> Account:
        """Raises NotAuthenticated."""
        return admitted(self.load(self.accounts.account(caller.subject)), caller)
