"""What function `signup` is wired from."""

from dataclasses import dataclass
from typing import Any

from jobipro.adapters.aws import client
from jobipro.adapters.cognito import CognitoCredentials
from jobipro.adapters.digests import EdgeDigests
from jobipro.adapters.dynamodb.accounts import Accounts, LinkTokens
from jobipro.adapters.dynamodb.consents import Consents
from jobipro.adapters.dynamodb.limits import Attempts, Limits
from jobipro.adapters.dynamodb.outbox import Outbox
from jobipro.adapters.dynamodb.sealed import Sealing
from jobipro.adapters.system import RandomIds, SystemClock
from jobipro.application.ask_verification import AskVerification
from jobipro.application.change_address import ChangeAddress
from jobipro.application.change_password import AskPasswordReset, ChangePassword, LookAtReset, ResetPassword
from jobipro.application.log_in import LogIn, LogOut, Refresh
from jobipro.application.sign_up import SignUp
from jobipro.application.verify_address import LookAtVerification, VerifyAddress
from jobipro.bootstrap import parts
from jobipro.domain.limits import with_overrides


@dataclass(frozen=True, slots=True)
class SignupUseCases:
    """What the routes of function `signup` call."""

    sign_up: SignUp
    ask_verification: AskVerification
    look_at_verification: LookAtVerification
    verify_address: VerifyAddress
    log_in: LogIn
    refresh: Refresh
    log_out: LogOut
    ask_password_reset: AskPasswordReset
    look_at_reset: LookAtReset
    reset_password: ResetPassword
    change_password: ChangePassword
    change_address: ChangeAddress
    page: parts.Pages


def signup(settings: Any) -> SignupUseCases:
    """Return the use cases of function `signup`."""
    store = parts.store(settings)
    kms = client("kms")
    keys = parts.subject_keys(settings, kms)
    index, suppression = parts.address_index(settings, kms), parts.suppression(settings, kms)
    sealing = Sealing(settings.stage)
    digests = EdgeDigests(parts.rotating_key(settings.secret_edge))
    accounts, tokens, consents = Accounts(sealing, keys), LinkTokens(), Consents(sealing)
    limits = Limits(digests, with_overrides(settings.limits))
    credentials = CognitoCredentials(client("cognito-idp"), settings.user_pool_id, settings.user_pool_client_id)
    outbox, clock, ids = Outbox(), SystemClock(), RandomIds()
    return SignupUseCases(
        sign_up=SignUp(
            store.commit,
            accounts,
            keys,
            consents,
            credentials,
            limits,
            Attempts(digests),
            outbox,
            index,
            clock,
            ids,
        ),
        ask_verification=AskVerification(store.commit, store.find, accounts, limits, outbox, index, clock, ids),
        look_at_verification=LookAtVerification(store.load, tokens, clock),
        verify_address=VerifyAddress(
            store.load,
            store.commit,
            store.find,
            accounts,
            tokens,
            credentials,
            keys,
            consents,
            outbox,
            suppression,
            clock,
            ids,
        ),
        log_in=LogIn(store.load, store.commit, accounts, credentials, limits, index, clock),
        refresh=Refresh(credentials),
        log_out=LogOut(store.load, store.commit, accounts, credentials, clock),
        ask_password_reset=AskPasswordReset(store.load, store.commit, accounts, limits, outbox, index, clock, ids),
        look_at_reset=LookAtReset(store.load, tokens, clock),
        reset_password=ResetPassword(store.load, store.commit, accounts, tokens, credentials, outbox, clock, ids),
        change_password=ChangePassword(store.load, store.commit, accounts, credentials, limits, outbox, clock, ids),
        change_address=ChangeAddress(
            store.load, store.commit, accounts, credentials, limits, outbox, index, clock, ids
        ),
        page=parts.pages(settings),
    )
