"""What function `profile` is wired from."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.aws import client
from jobipro.adapters.digests import SignedCursors
from jobipro.adapters.dynamodb.accounts import Accounts
from jobipro.adapters.dynamodb.consents import Consents
from jobipro.adapters.dynamodb.disclosures import Disclosures
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.application.change_provider import ChangeProvider
from jobipro.application.correct_profile import CorrectProfile
from jobipro.application.list_approvals import ListApprovals
from jobipro.application.list_disclosures import ListDisclosures
from jobipro.application.read_preferences import ReadPreferences
from jobipro.application.read_profile import ReadProfile
from jobipro.application.read_provider import ReadProvider
from jobipro.application.set_preferences import SetPreferences
from jobipro.bootstrap import parts


@dataclass(frozen=True, slots=True)
class ProfileUseCases:
    """What the routes of function `profile` call."""

    read_profile: ReadProfile
    correct_profile: CorrectProfile
    read_preferences: ReadPreferences
    set_preferences: SetPreferences
    list_approvals: ListApprovals
    list_disclosures: ListDisclosures
    read_provider: ReadProvider
    change_provider: ChangeProvider


def profile(settings: Any) -> ProfileUseCases:
    """Return the use cases of function `profile`."""
    store = parts.store(settings)
    keys = parts.subject_keys(settings, client("kms"))
    sealing = Sealing(settings.stage)
    accounts, consents, disclosures = Accounts(sealing, keys), Consents(sealing), Disclosures(sealing, keys)
    cursors = SignedCursors(parts.rotating_key(settings.secret_edge))
    outbox, clock, ids = Outbox(), SystemClock(), RandomIds()
    return ProfileUseCases(
        read_profile=ReadProfile(store.load, accounts),
        correct_profile=CorrectProfile(store.load, store.commit, accounts, outbox, clock, ids),
        read_preferences=ReadPreferences(store.load, accounts, consents, clock),
        set_preferences=SetPreferences(store.load, store.commit, accounts, keys, consents, outbox, clock, ids),
        list_approvals=ListApprovals(store.load, store.find, accounts, consents, cursors),
        list_disclosures=ListDisclosures(store.load, store.find, accounts, keys, disclosures, cursors),
        read_provider=ReadProvider(store.load, accounts),
        change_provider=ChangeProvider(store.load, store.commit, accounts, keys, consents, outbox, clock, ids),
    )
