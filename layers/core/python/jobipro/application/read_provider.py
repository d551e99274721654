"""A provider looks at their own profile."""

from dataclasses import dataclass

from jobipro.application.log_in import admitted
from jobipro.application.ports.people import Accounts
from jobipro.application.ports.storage import Load
from jobipro.domain.accounts import ProviderProfile
from jobipro.domain.callers import Caller
from jobipro.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class ReadProvider:
    """Show the caller what they do and where."""

    load: Load
    accounts: Accounts

    def __call__(self, caller: Caller) -> ProviderProfile:
        """Raises NotAuthenticated, and NotFound for somebody who is no provider."""
        profile = admitted(self.load(self.accounts.account(caller.subject)), caller).person.provider
        if profile is None:
            raise NotFound
        return profile
