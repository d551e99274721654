"""How many calls to AWS each request and each message costs, counted at the client: exactly these, and no more.

The functions' processes are warm (their secrets are known) and the people are new to them, so opening the key of each
person takes part: `kms:Decrypt` once a key, then it is kept for some minutes.
"""

from collections.abc import Mapping

import pytest

from tests.faults.scenarios import SCENARIOS, Setting
from tests.faults.stage import Stage
from tests.faults.state import NOBODY

LOOK, WRITE, QUERY = "dynamodb:BatchGetItem", "dynamodb:TransactWriteItems", "dynamodb:Query"
OPEN, NEW_KEY, DIGEST = "kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateMac"
SEND, MAIL = "sqs:SendMessageBatch", "ses:SendRawEmail"
FETCH, KEEP, REMOVE = "s3:GetObject", "s3:PutObject", "s3:DeleteObjects"
NEW_CUSTOMER, NEW_INTENT = "stripe:customers.create", "stripe:payment_intents.create"
SEE_INTENT = "stripe:payment_intents.retrieve"
LOG_IN, SET_PASSWORD = "cognito-idp:AdminInitiateAuth", "cognito-idp:AdminSetUserPassword"
LOG_OUT_ALL, CREATE, DELETE = (
    "cognito-idp:AdminUserGlobalSignOut",
    "cognito-idp:AdminCreateUser",
    "cognito-idp:AdminDeleteUser",
)
IDLE = ("dynamodb:Scan", *[QUERY] * 6, LOOK, QUERY)

COSTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "what anybody may ask": {"GET /status": (), "GET /policy": (), "GET /processors": (), "tick": IDLE},
    "sign up": {
        "POST /signup": (WRITE, DIGEST, NEW_KEY, CREATE, SET_PASSWORD, WRITE),
        "1 for deliveries": (SEND, WRITE),
        "AccountCreated": (LOOK, OPEN, DIGEST, LOOK, WRITE, MAIL, WRITE),
    },
    "sign up and never verify": {
        "tick": (*IDLE, LOOK, WRITE, DELETE, LOOK, WRITE),
        "1 for media": (SEND, WRITE),
        "SubjectErased": (QUERY,),
    },
    "ask for the link again": {
        "POST /verifications": (DIGEST, QUERY, WRITE),
        "VerificationAsked": (LOOK, OPEN, DIGEST, LOOK, WRITE, MAIL, WRITE),
    },
    "verify": {
        "HEAD /verify/{token}": (LOOK,),
        "GET /verify/{token}": (LOOK,),
        "POST /verify/{token}": (LOOK, LOOK, OPEN, DIGEST, NEW_KEY, QUERY, WRITE),
    },
    "log in and out": {
        "POST /sessions": (WRITE, DIGEST, LOOK, LOG_IN),
        "POST /sessions/refresh": (LOG_IN,),
        "POST /sessions/end": (LOOK, OPEN, "cognito-idp:RevokeToken", WRITE),
    },
    "ask for a password reset": {
        "POST /password-resets": (DIGEST, LOOK, WRITE),
        "PasswordResetAsked": (LOOK, OPEN, WRITE, MAIL, WRITE),
    },
    "reset the password": {
        "HEAD /password-resets/{token}": (LOOK,),
        "GET /password-resets/{token}": (LOOK,),
        "POST /password-resets/{token}": (LOOK, LOOK, OPEN, SET_PASSWORD, LOG_OUT_ALL, WRITE),
        "PasswordChanged": (LOOK, OPEN, WRITE, MAIL, WRITE),
    },
    "change the password": {"POST /me/password": (LOOK, OPEN, WRITE, LOG_IN, SET_PASSWORD, LOG_OUT_ALL, WRITE)},
    "change the address": {
        "POST /me/email": (LOOK, OPEN, WRITE, LOG_IN, DIGEST, WRITE),
        "2 for deliveries": (SEND, WRITE),
        "AddressChangeAsked": (LOOK, OPEN, DIGEST, LOOK, WRITE, MAIL, WRITE),
        "AddressChangeTold": (LOOK, WRITE, MAIL, WRITE),
    },
    "verify the new address": {
        "POST /verify/{token}": (LOOK, LOOK, OPEN, DIGEST, WRITE),
        "1 for deliveries": (SEND, WRITE),
        "AddressChanged": (LOOK, OPEN, DIGEST, WRITE, MAIL, WRITE),
    },
    "look at the profile": {"GET /me": (LOOK, OPEN)},
    "correct the profile": {"PATCH /me": (LOOK, OPEN, WRITE)},
    "look at the preferences": {"GET /me/preferences": (LOOK, OPEN)},
    "change the preferences": {"PUT /me/preferences": (LOOK, OPEN, OPEN, WRITE)},
    "look at the approvals": {"GET /me/approvals": (LOOK, OPEN, QUERY)},
    "look at the disclosures": {"GET /me/disclosures": (LOOK, OPEN, OPEN, QUERY)},
    "accept an offer": {
        "POST /requests/{id}/offers/{offer_id}/accept": (LOOK, OPEN, LOOK, OPEN, OPEN, OPEN, WRITE),
        "3 for deliveries+payments": (SEND, SEND, WRITE),
        "OfferAccepted": (LOOK, WRITE, LOOK, NEW_CUSTOMER, NEW_INTENT, WRITE, LOOK),
    },
    "reach the provider": {"GET /requests/{id}/contact": (LOOK, OPEN, LOOK, OPEN, OPEN, WRITE)},
    "reach the customer": {"GET /requests/{id}/contact": (LOOK, OPEN, LOOK, OPEN, OPEN, WRITE)},
    "look at what one offers": {"GET /me/provider": (LOOK, OPEN)},
    "offer work for the first time": {
        "PUT /me/provider": (LOOK, OPEN, OPEN, WRITE),
        "1 for matching": (SEND, WRITE),
        "ProviderChanged": (LOOK, OPEN, NEW_KEY, WRITE, WRITE),
    },
    "go further for work": {"ProviderChanged": (LOOK, OPEN, OPEN, WRITE)},
    "post a request": {
        "POST /requests": (LOOK, OPEN, WRITE),
        "1 for deliveries+matching": (SEND, SEND, WRITE),
        "RequestPosted to provider_notification": (LOOK, OPEN, OPEN, QUERY, SEND, WRITE),
        "RequestPosted to message_delivery": (LOOK, OPEN, WRITE, MAIL, WRITE),
        "OpportunityMatched": (LOOK, OPEN, WRITE, MAIL, WRITE),
    },
    "tell of a request once more": {
        "tick": (*IDLE[:3], LOOK, WRITE, *IDLE[3:]),
        "WaveDue": (LOOK, OPEN, OPEN, QUERY, SEND, WRITE),
    },
    "hear how a job goes on": {"RequestTold": (LOOK, OPEN, WRITE, MAIL, WRITE)},
    "get a receipt and money back": {
        "PaymentSettled": (LOOK, OPEN, OPEN, WRITE, MAIL, WRITE),
        "PaymentRefunded": (LOOK, WRITE, MAIL, WRITE),
    },
    "be asked for the card again": {"PaymentNeeded": (LOOK, OPEN, OPEN, WRITE, MAIL, WRITE)},
    "read and cancel a request": {
        "GET /requests": (LOOK, OPEN, QUERY),
        "GET /requests/{id}": (LOOK,),
        "POST /requests/{id}/cancel": (LOOK, WRITE),
        "1 for media+payments": (SEND, SEND, WRITE),
        "RequestCancelled to media": (LOOK,),
    },
    "pay for a job": {
        "POST /requests/{id}/payment": (
            *(LOOK, OPEN, OPEN, WRITE),  # who asks, and the billing address
            *(LOOK, WRITE, LOOK, NEW_CUSTOMER, NEW_INTENT, WRITE),
            *(LOOK, LOOK, SEE_INTENT),
        ),
        "GET /requests/{id}/payment": (LOOK, SEE_INTENT, LOOK, WRITE, LOOK, LOOK, LOOK),
        "GET /requests/{id}/payment to payments": (LOOK, LOOK),
    },
    "find the work good": {
        "1 for payments": (SEND, WRITE),
        "RequestConfirmed": (LOOK, WRITE, "stripe:payment_intents.capture", WRITE, LOOK),
        "1 for deliveries": (SEND, WRITE),
    },
    "call a job off that was paid for": {
        "RequestCancelled to payment_events": (LOOK, WRITE, "stripe:payment_intents.cancel", WRITE, LOOK),
    },
    "work for longer than a bank waits": {
        "CaptureDue": (
            *(LOOK, SEE_INTENT, WRITE, LOOK, NEW_INTENT, WRITE),
            *(LOOK, WRITE, "stripe:payment_intents.cancel", WRITE),
            LOOK,
        ),
    },
    "give money back": {
        "POST /requests/{id}/refunds": (LOOK, OPEN, WRITE),
        "RefundAsked": (LOOK, "stripe:refunds.create", WRITE, LOOK),
    },
    "hear from Stripe": {
        "POST /webhooks/stripe": (WRITE,),
        "1 for payments": (SEND, WRITE),
        "StripeEventReceived": (LOOK, LOOK, "stripe:payment_intents.retrieve", WRITE),
    },
    "hear that a bank holds the money": {
        "POST /webhooks/stripe": (WRITE,),
        "1 for payments": (SEND, WRITE),
        "StripeEventReceived": (
            *(LOOK, LOOK),  # the event, and the payment as it stood
            *(SEE_INTENT, LOOK, OPEN, WRITE),  # what the event does not tell: the card
            LOOK,
        ),
    },
    "hear that the money was taken": {"StripeEventReceived": (LOOK, LOOK, LOOK, WRITE, LOOK)},
    "compare with Stripe, and find all there": {"ReconciliationDue": (LOOK, "stripe:events.list", QUERY, WRITE)},
    "send an image": {
        "POST /uploads": (LOOK, OPEN, WRITE),
        "ObjectCreated": (LOOK, FETCH, KEEP, WRITE, REMOVE),
        "GET /uploads/{id}": (LOOK,),
        "POST /requests": (LOOK, WRITE),
        "GET /requests/{id}/media": (LOOK,),
    },
    "look at the images of an opportunity": {"GET /opportunities/{id}/media": (LOOK, OPEN)},
    "send what is no image": {"ObjectCreated": (LOOK, FETCH, WRITE, REMOVE)},
    "leave an image unused": {
        "tick": (*IDLE[:5], LOOK, WRITE, *IDLE[5:]),
        "1 for media": (SEND, WRITE),
        "UploadDropped": (REMOVE, WRITE),
    },
    "cancel a request with images": {"RequestCancelled to media": (LOOK, REMOVE, WRITE)},
    "make an offer": {
        "GET /opportunities": (LOOK, OPEN, QUERY, LOOK, OPEN),
        "GET /opportunities/{id}": (LOOK, LOOK),
        "POST /opportunities/{id}/offers": (LOOK, WRITE),
        "2 for deliveries": (SEND, WRITE),
        "GET /requests/{id}/offers": (LOOK, QUERY, LOOK),
    },
    "withdraw an offer": {
        "POST /opportunities/{id}/offers/{offer_id}/withdraw": (LOOK, OPEN, WRITE),
        "OfferWithdrawn": (LOOK, OPEN, OPEN),
    },
    "say that the work is done": {
        "POST /requests/{id}/complete": (LOOK, OPEN, WRITE),
        "2 for deliveries": (SEND, WRITE),
    },
    "confirm that the work is done": {
        "POST /requests/{id}/confirm": (LOOK, OPEN, WRITE),
        "2 for deliveries+payments": (SEND, SEND, WRITE),
    },
    "object to how a job goes": {"POST /requests/{id}/dispute": (LOOK, OPEN, WRITE)},
    "find nobody in time": {"tick": (*IDLE[:4], LOOK, WRITE, *IDLE[4:])},
    "object to nothing in time": {"tick": (*IDLE[:4], LOOK, WRITE, *IDLE[4:])},
    "unsubscribe with one click": {
        "HEAD /unsubscribe/{token}": (),
        "GET /unsubscribe/{token}": (),
        "POST /unsubscribe/{token}": (LOOK, WRITE),
    },
}
"""The calls by what causes them. A trigger that wakes two functions says which."""

BOUNDS = {
    ("sign up", "POST /signup"): 6,
    ("log in and out", "POST /sessions"): 4,
    ("post a request", "POST /requests"): 3,
    ("post a request", "OpportunityMatched"): 5,
    ("unsubscribe with one click", "POST /unsubscribe/{token}"): 2,
    ("hear from Stripe", "POST /webhooks/stripe"): 1,
}
"""Source: the design, "Budgets"."""


@pytest.mark.parametrize("name", COSTS)
def test_a_request_costs_these_calls(stage: Stage, name: str) -> None:
    found = warm(stage, name)

    assert {trigger: found.get(trigger) for trigger in COSTS[name]} == COSTS[name]


@pytest.mark.parametrize(("name", "trigger"), BOUNDS)
def test_what_happens_most_keeps_to_the_design(name: str, trigger: str) -> None:
    assert len(COSTS[name][trigger]) == BOUNDS[name, trigger]


def test_matching_takes_one_query_a_page_and_one_send_besides_a_look_a_commit_and_two_keys() -> None:
    match = COSTS["post a request"]["RequestPosted to provider_notification"]

    assert sorted(match) == sorted((LOOK, OPEN, OPEN, WRITE, QUERY, SEND))


def warm(stage: Stage, name: str) -> dict[str, tuple[str, ...]]:
    """Return the calls that a scenario makes in processes that others have warmed up, by trigger."""
    scenario, world = SCENARIOS[name], stage.world
    facts = stage.start(scenario.given)
    world.begin(NOBODY, {})
    others = Setting(world)
    scenario.given(others)
    scenario.act(others)
    world.settle(scenario.later)
    world.begin(facts.kept, facts.passwords, warm=True)
    scenario.act(Setting(world, facts))
    world.settle(scenario.later)
    found: dict[str, tuple[str, ...]] = {}
    for each in world.tape.invocations:
        calls = tuple(map(str, each.calls))
        found.setdefault(each.trigger, calls)
        found[f"{each.trigger} to {each.function}"] = calls
    return found
