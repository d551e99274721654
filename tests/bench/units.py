"""What sealing and token checks take beside the bare primitive of the library below them."""

import base64
import hmac
import json
import os
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jobipro.adapters.sealing import DataKey, Place
from jobipro.adapters.secrets import RotatingKey
from jobipro.adapters.unsubscribe_links import UnsubscribeLinks
from jobipro.domain.approvals import Category
from jobipro.domain.ids import SubjectId, SubscriptionId
from jobipro.domain.subject_keys import KeyClass
from tests.bench.figures import Figure

TIMES = 2_000
ROUNDS = 21
STEPS = 3
LENGTH = 200
MOST = 20.0
"""Microseconds for sealing 200 bytes. Source: the design, "Budgets"."""

MASTER = "a master key of the bench"
MAC_LENGTH = 16


def figures(tell: Callable[[], object]) -> Iterator[Figure]:
    """Measure both ways of each, in turns."""
    seal, unseal, encrypt, decrypt = _sealing()
    read, raw = _tokens()
    for name, ours, bare, beside in (
        ("seal 200 bytes", seal, encrypt, "× raw AESGCM"),
        ("open 200 bytes", unseal, decrypt, "× raw AESGCM"),
        ("check an unsubscribe token", read, raw, "× raw HMAC"),
    ):
        yield _figure(name, ours, bare, beside)
        tell()


def _figure(name: str, ours: Callable[[], object], bare: Callable[[], object], beside: str) -> Figure:
    taken = [(_microseconds(ours), _microseconds(bare)) for _ in range(ROUNDS)]
    ratio = median(own / raw for own, raw in taken)
    own, raw = (median(column) for column in zip(*taken, strict=True))
    return Figure(name, own, "µs", MOST, {beside: ratio, "µs raw": raw}, main=True)


def _microseconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    for _ in range(TIMES):
        work()
    return (time.process_time() - before) / TIMES * 1e6


def _sealing() -> tuple[Callable[[], object], ...]:
    """Return sealing, opening, and both without anything but the cipher; the fields come to 200 bytes of JSON."""
    key = DataKey.of(SubjectId("sub_" + "a" * 26), KeyClass.PERSONAL, 1, bytes(32))
    place = Place("bench", "accounts", "A#sub_" + "a" * 26, "PROFILE")
    fields = {"name": "x" * (LENGTH - len(json.dumps({"name": ""}, separators=(",", ":"))))}
    cipher, text = AESGCM(bytes(32)), json.dumps(fields, separators=(",", ":")).encode()
    nonce = os.urandom(12)
    sealed, raw = key.seal(place, fields), cipher.encrypt(nonce, text, None)
    return (
        lambda: key.seal(place, fields),
        lambda: key.unseal(place, sealed),
        lambda: cipher.encrypt(os.urandom(12), text, None),
        lambda: cipher.decrypt(nonce, raw, None),
    )


def _tokens() -> tuple[Callable[[], object], Callable[[], object]]:
    """Return reading a token, and what of it cannot be less: a MAC over as many bytes, compared in constant time."""
    links = UnsubscribeLinks(RotatingKey(_Secrets(), "unsubscribe"))
    token = links.token(SubscriptionId(bytes(16)), Category.OPPORTUNITIES)
    raw = base64.urlsafe_b64decode(token)
    body, mac, key = raw[:-MAC_LENGTH], raw[-MAC_LENGTH:], bytes(32)
    return lambda: links.read(token), lambda: hmac.compare_digest(mac, hmac.digest(key, body, "sha256")[:MAC_LENGTH])


class _Secrets:
    """Secrets Manager with one secret."""

    def get_secret_value(self, **_: Any) -> dict[str, str]:
        return {"SecretString": json.dumps({"current": 1, "1": MASTER})}
