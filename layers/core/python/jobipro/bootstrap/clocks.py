"""What function `clocks` is wired from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from jobipro.adapters.aws import client
from jobipro.adapters.cognito import CognitoCredentials
from jobipro.adapters.dynamodb.accounts import Accounts
from jobipro.adapters.dynamodb.coverage import Coverage
from jobipro.adapters.dynamodb.messages import Messages
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.payments import Payments
from jobipro.adapters.dynamodb.reconciliations import Reconciliations
from jobipro.adapters.dynamodb.requests import Requests
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys
from jobipro.adapters.dynamodb.uploads import Uploads
from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.application.announce_captures import AnnounceCaptures
from jobipro.application.drop_images import DropUnused
from jobipro.application.erase_subject import EraseSubject
from jobipro.application.hand_over import HandOver, HandOverOverdue
from jobipro.application.moves import Moves
from jobipro.application.reconcile import AnnounceReconciliation
from jobipro.application.remind_of_cases import RemindOfCases
from jobipro.application.sweep import AnnounceWaves, EraseOverdue, HandOverWaiting, MoveOverdue, Task
from jobipro.bootstrap import parts
from jobipro.domain.ids import SubjectId
from jobipro.domain.subject_keys import KeyClass


class NobodysKeys:
    """In place of KMS: the clocks end keys and make or open none, so they are given no right to."""

    def generate(self, subject: SubjectId, key_class: KeyClass, version: int) -> NoReturn:
        """Refuse."""
        raise PermissionError("clocks makes no keys")

    def open(self, subject: SubjectId, key_class: KeyClass, version: int, wrapped: bytes) -> NoReturn:
        """Refuse."""
        raise PermissionError("clocks opens no keys")


@dataclass(frozen=True, slots=True)
class ClocksUseCases:
    """What function `clocks` does each minute."""

    hand_over_overdue: HandOverOverdue
    hand_over_waiting: HandOverWaiting
    announce_waves: AnnounceWaves
    move_overdue: MoveOverdue
    drop_unused: DropUnused
    announce_captures: AnnounceCaptures
    remind_of_cases: RemindOfCases
    announce_reconciliation: AnnounceReconciliation
    erase_overdue: EraseOverdue

    def tasks(self) -> Mapping[str, Task]:
        """Return the tasks by name, those that somebody waits for first."""
        return {
            "hand-over-overdue": self.hand_over_overdue,
            "hand-over-waiting": self.hand_over_waiting,
            "announce-waves": self.announce_waves,
            "move-overdue": self.move_overdue,
            "drop-unused": self.drop_unused,
            "announce-captures": self.announce_captures,
            "remind-of-cases": self.remind_of_cases,
            "announce-reconciliation": self.announce_reconciliation,
            "erase-overdue": self.erase_overdue,
        }


def clocks(settings: Any) -> ClocksUseCases:
    """Return the use cases of function `clocks`."""
    store = parts.store(settings)
    sealing, keys = Sealing(settings.stage), SubjectKeys(NobodysKeys())
    accounts, requests = Accounts(sealing, keys), Requests(sealing, keys)
    outbox, clock, ids = Outbox(), SystemClock(), RandomIds()
    queues = parts.queues(settings)
    erase = EraseSubject(
        load=store.load,
        commit=store.commit,
        accounts=accounts,
        keys=keys,
        coverage=Coverage(sealing),
        credentials=CognitoCredentials(client("cognito-idp"), settings.user_pool_id, app_client=""),
        outbox=outbox,
        clock=clock,
        ids=ids,
    )
    return ClocksUseCases(
        hand_over_overdue=HandOverOverdue(store.find, HandOver(store.commit, outbox, queues), outbox, clock),
        hand_over_waiting=HandOverWaiting(store.load, store.commit, store.find, Messages(), queues, clock),
        announce_waves=AnnounceWaves(store.load, store.commit, store.find, requests, outbox, clock, ids),
        move_overdue=MoveOverdue(store.load, store.commit, store.find, requests, Moves(requests, outbox, ids), clock),
        drop_unused=DropUnused(store.load, store.commit, store.find, Uploads(), outbox, clock, ids),
        announce_captures=AnnounceCaptures(
            store.load, store.commit, store.find, Payments(sealing, keys), outbox, clock, ids
        ),
        remind_of_cases=RemindOfCases(store.load, store.commit, store.find, Payments(sealing, keys), clock),
        announce_reconciliation=AnnounceReconciliation(store.load, store.commit, Reconciliations(), outbox, clock, ids),
        erase_overdue=EraseOverdue(store.find, erase, accounts, clock),
    )
