"""What Stripe sends: events as its documentation shows them, full of what nobody may keep, and their signatures."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

SECRET = "whsec_" + "a1" * 24
OTHER_SECRET = "whsec_" + "b2" * 24
"""One that Stripe rotated to."""

PAYMENT = "pay_" + "q" * 26
STAGE = "test"

NAMES = ("Wilhelmina Marker", "12 Marker Crescent", "marker@example.com", "+15145550199", "Markerville", "4242 marker")
"""What a payload says of a person, and what nothing may keep."""

BILLING = {
    "address": {"city": NAMES[4], "country": "CA", "line1": NAMES[1], "postal_code": "H0H 0H0", "state": "QC"},
    "email": NAMES[2],
    "name": NAMES[0],
    "phone": NAMES[3],
}
CARD = {
    "brand": "visa",
    "capture_before": 1_795_900_000,
    "checks": {"address_line1_check": "pass", "cvc_check": "pass"},
    "exp_month": 8,
    "exp_year": 2031,
    "fingerprint": "Xt5EWLLDS7FJjR1c",
    "funding": "credit",
    "last4": "4242",
    "wallet": None,
}


def intent(**changes: Any) -> dict[str, Any]:
    """Return a PaymentIntent as events have it."""
    return {
        "id": "pi_3QMarked",
        "object": "payment_intent",
        "amount": 18_500,
        "amount_capturable": 18_500,
        "amount_received": 0,
        "charges": {"data": [charge()], "has_more": False},
        "client_secret": "pi_3QMarked_secret_marked",
        "created": 1_795_350_000,
        "currency": "cad",
        "customer": "cus_marked",
        "description": NAMES[0],
        "latest_charge": "ch_3QMarked",
        "metadata": {"payment": PAYMENT, "n": "1", "stage": STAGE, "note": NAMES[0]},
        "receipt_email": NAMES[2],
        "shipping": {"name": NAMES[0], "address": BILLING["address"], "phone": NAMES[3]},
        "status": "requires_capture",
        **changes,
    }


def charge(**changes: Any) -> dict[str, Any]:
    """Return a Charge as events have it."""
    return {
        "id": "ch_3QMarked",
        "object": "charge",
        "amount": 18_500,
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": BILLING,
        "captured": False,
        "created": 1_795_350_001,
        "currency": "cad",
        "description": NAMES[0],
        "failure_code": None,
        "metadata": {"payment": PAYMENT, "n": "1", "stage": STAGE},
        "payment_intent": "pi_3QMarked",
        "payment_method_details": {"card": CARD, "type": "card"},
        "receipt_email": NAMES[2],
        "receipt_url": "https://pay.stripe.com/receipts/marked",
        "status": "succeeded",
        **changes,
    }


def refund(**changes: Any) -> dict[str, Any]:
    """Return a Refund as events have it."""
    return {
        "id": "re_3QMarked",
        "object": "refund",
        "amount": 5_000,
        "charge": "ch_3QMarked",
        "created": 1_795_360_000,
        "currency": "cad",
        "description": NAMES[0],
        "metadata": {"n": "2", "stage": STAGE},
        "payment_intent": "pi_3QMarked",
        "reason": "requested_by_customer",
        "status": "succeeded",
        **changes,
    }


def dispute(**changes: Any) -> dict[str, Any]:
    """Return a Dispute as events have it."""
    return {
        "id": "dp_1QMarked",
        "object": "dispute",
        "amount": 18_500,
        "charge": "ch_3QMarked",
        "created": 1_795_370_000,
        "currency": "cad",
        "evidence": {"customer_name": NAMES[0], "customer_email_address": NAMES[2], "billing_address": NAMES[1]},
        "evidence_details": {"due_by": 1_796_400_000, "has_evidence": False},
        "payment_intent": "pi_3QMarked",
        "reason": "product_not_received",
        "status": "needs_response",
        **changes,
    }


def warning(**changes: Any) -> dict[str, Any]:
    """Return an early fraud warning as events have it."""
    return {
        "id": "issfr_1QMarked",
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": "ch_3QMarked",
        "created": 1_795_380_000,
        "fraud_type": "made_with_stolen_card",
        "payment_intent": "pi_3QMarked",
        **changes,
    }


def customer(**changes: Any) -> dict[str, Any]:
    """Return a Customer as events have it."""
    return {
        "id": "cus_marked",
        "object": "customer",
        "created": 1_795_340_000,
        "address": BILLING["address"],
        "email": NAMES[2],
        "name": NAMES[0],
        "phone": NAMES[3],
        **changes,
    }


def payment_method(**changes: Any) -> dict[str, Any]:
    """Return a PaymentMethod as events have it."""
    return {
        "id": "pm_1QMarked",
        "object": "payment_method",
        "billing_details": BILLING,
        "card": CARD,
        "created": 1_795_345_000,
        "customer": "cus_marked",
        "type": "card",
        **changes,
    }


ABOUT: Mapping[str, Callable[..., dict[str, Any]]] = {
    "payment_intent.amount_capturable_updated": intent,
    "charge.captured": charge,
    "refund.created": refund,
    "charge.dispute.created": dispute,
    "radar.early_fraud_warning.created": warning,
    "customer.created": customer,
    "payment_method.attached": payment_method,
}
"""What an event of a type is about."""


def event(kind: str = "charge.captured", name: str = "evt_1QMarked", **changes: Any) -> dict[str, Any]:
    """Return an event of a type; one that is not in `ABOUT` is about something that we know nothing of."""
    about = ABOUT[kind]() if kind in ABOUT else {"id": "in_1QMarked", "object": "invoice", "customer_name": NAMES[0]}
    return {
        "id": name,
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": 1_795_359_600,
        "data": {"object": about, "previous_attributes": {"receipt_email": NAMES[2]}},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": "req_marked", "idempotency_key": None},
        "type": kind,
        **changes,
    }


def body(sent: Any) -> bytes:
    """Write an event as Stripe does, on many lines."""
    return json.dumps(sent, indent=2, ensure_ascii=False).encode(errors="replace")


def made(sent: bytes, seconds: int, secret: str = SECRET) -> str:
    """Return the signature of a body at a time. Source: Stripe's docs, "Verify webhook signatures manually"."""
    return hmac.new(secret.encode(), b"%d." % seconds + sent, hashlib.sha256).hexdigest()


def header(sent: bytes, seconds: int, *secrets: str) -> str:
    """Return the header `Stripe-Signature` with a signature for each secret."""
    return ",".join([f"t={seconds}", *(f"v1={made(sent, seconds, secret)}" for secret in secrets or (SECRET,))])
