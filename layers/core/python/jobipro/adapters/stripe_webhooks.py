"""Webhooks of Stripe: from the bytes that anybody may send to an event that is Stripe's.

First come bounds, then Stripe's own check of the signature, then JSON, then the list of fields that are kept.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any, NoReturn

from stripe import SignatureVerificationError, WebhookSignature

from jobipro.adapters.secrets import FRESH_SECONDS, Secret
from jobipro.adapters.stripe_events import event_of
from jobipro.domain.errors import EventRefused, SignatureRefused, Unavailable, Unintelligible
from jobipro.domain.stripe_events import StripeEvent

LONGEST_HEADER = 4096
"""Characters of the header `Stripe-Signature`; Stripe's own has some hundred and fifty."""
MOST_SIGNATURES = 20
TOLERANCE = 300
"""Seconds between the time that was signed and ours, in either direction. Source: Stripe's docs, "Webhooks"."""
DEEPEST = 32
"""Levels of lists and objects."""
UNKNOWN_SECONDS = 10.0
"""How old the secrets must be before they are looked for again because none fits: after a rotation Stripe signs with
the old one as well, and whoever makes signatures up shall not keep us fetching."""

_PAIR = re.compile(r"([a-z][a-z0-9]{0,15})=([0-9a-f]{1,128})")
_SECONDS = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


class StripeWebhooks:
    """Opens what Stripe sent to one stage.

    `secret` holds the signing secrets as `webhook_secrets`, newest first.
    """

    def __init__(self, secret: Secret, stage: str, *, livemode: bool) -> None:
        self._secret = secret
        self._stage = stage
        self._livemode = livemode

    def opened(self, body: bytes, signature: str, now: datetime) -> StripeEvent:
        """Return the event that a body is.

        Raises `SignatureRefused` when the header is not one of Stripe's, is from another time, or bears no signature
        that a secret of ours made; `EventRefused` when the body is no event, or one of the other mode (live or test).
        """
        check_header(signature, now)
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise SignatureRefused from None  # what Stripe signs is UTF-8
        if not self._is_signed(text, signature):
            raise SignatureRefused
        sent = parsed(text)
        if not isinstance(sent, dict) or sent.get("livemode") is not self._livemode:
            raise EventRefused
        try:
            return event_of(sent, self._stage)
        except Unintelligible:
            raise EventRefused from None

    def _is_signed(self, text: str, signature: str) -> bool:
        known = self._secrets(FRESH_SECONDS)
        if any(bears(text, signature, secret) for secret in known):
            return True
        newer = [secret for secret in self._secrets(UNKNOWN_SECONDS) if secret not in known]
        return any(bears(text, signature, secret) for secret in newer)

    def _secrets(self, oldest: float) -> list[str]:
        """Return the secrets; `Unavailable` when there is none, so that Stripe sends again once there is."""
        held = self._secret.value(oldest).get("webhook_secrets")
        secrets = [each for each in held if isinstance(each, str) and each.strip()] if isinstance(held, list) else []
        if not secrets:
            raise Unavailable
        return secrets


def bears(text: str, signature: str, secret: str) -> bool:
    """Tell whether a header bears a signature that a secret made of a text, by Stripe's own check.

    That looks at no time here: it refuses what is too old, and would let pass what comes from the future.
    """
    try:
        return bool(WebhookSignature.verify_header(text, signature, secret, tolerance=None))
    except SignatureVerificationError:
        return False


def check_header(signature: str, now: datetime) -> None:
    """Refuse, with `SignatureRefused`, a header that is not as Stripe writes it, or from another time.

    `t=<seconds>,v1=<64 hexadecimal digits>` and perhaps more signatures, of this scheme or others, in any order.
    """
    if len(signature) > LONGEST_HEADER or signature.count(",") > MOST_SIGNATURES:
        raise SignatureRefused
    pairs = [_PAIR.fullmatch(each) for each in signature.split(",")]
    found = [(pair[1], pair[2]) for pair in pairs if pair]
    times = [value for scheme, value in found if scheme == "t"]
    signatures = [value for scheme, value in found if scheme == "v1"]
    whole = len(found) == len(pairs) and len(times) == 1 and all(map(_SIGNATURE.fullmatch, signatures))
    if not whole or not signatures or not _SECONDS.fullmatch(times[0]):
        raise SignatureRefused
    if abs(int(times[0]) - now.timestamp()) > TOLERANCE:
        raise SignatureRefused


def parsed(text: str) -> Any:
    """Return what JSON says; `EventRefused` when it is none, says what JSON has no word for, or is built to hurt."""
    try:
        sent = _JSON.decode(text)
    except (ValueError, RecursionError):
        raise EventRefused from None
    if text.count("{") + text.count("[") > DEEPEST and _depth(sent) > DEEPEST:
        raise EventRefused
    return sent


def _refused(word: str) -> NoReturn:
    raise ValueError(word)


_JSON = json.JSONDecoder(parse_constant=_refused)


def _depth(sent: Any) -> int:
    """Return how many levels a value has, without recursion, or one more than are allowed."""
    level, depth = [sent], 0
    while level and depth <= DEEPEST:
        level = list(chain.from_iterable(map(_inner, level)))
        depth += 1
    return depth - 1


def _inner(sent: Any) -> Iterator[Any]:
    if isinstance(sent, dict):
        return iter(sent.values())
    return iter(sent if isinstance(sent, list) else ())
