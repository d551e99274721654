"""Unsubscribe links: they name a random subscription and a topic, never a person, and never expire.

`base64url(version ‖ key id ‖ purpose ‖ 16-byte subscription id ‖ topic ‖ first 16 bytes of HMAC-SHA256)`, one byte each
where no length is given.
"""

import base64
import binascii
import hmac

from jobipro.adapters.secrets import RotatingKey
from jobipro.domain.approvals import Category
from jobipro.domain.errors import NotFound
from jobipro.domain.ids import SubscriptionId

VERSION = 1
PURPOSE = 1
_MAC = 16
_LENGTH = 3 + 16 + 1 + _MAC

TOPICS: dict[Category, int] = {
    Category.ACCOUNT: 1,
    Category.REQUESTS: 2,
    Category.OPPORTUNITIES: 3,
    Category.NEWSLETTER: 4,
    Category.PRODUCT_NEWS: 5,
    Category.PROMOTIONS: 6,
    Category.RESEARCH: 7,
}
"""A category's number in links; numbers are never used again for another one."""

_CATEGORIES = {number: category for category, number in TOPICS.items()}


class UnsubscribeLinks:
    """Makes and reads unsubscribe tokens."""

    def __init__(self, keys: RotatingKey) -> None:
        self._keys = keys

    def token(self, subscription: SubscriptionId, topic: Category) -> str:
        """Return the token that stops a topic of a subscription."""
        number, key = self._keys.signing("unsubscribe")
        body = bytes([VERSION, number, PURPOSE]) + subscription + bytes([TOPICS[topic]])
        return base64.urlsafe_b64encode(body + _mac(key, body)).decode().rstrip("=")

    def read(self, token: str) -> tuple[SubscriptionId, Category]:
        """Return what a token names; `NotFound` when it is forged, cut or of another purpose."""
        try:
            raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            raw = b""
        if len(raw) != _LENGTH:
            raise NotFound
        body, mac = raw[:-_MAC], raw[-_MAC:]
        key = self._keys.of("unsubscribe", body[1])
        genuine = hmac.compare_digest(mac, _mac(key or bytes(32), body)) and key is not None
        topic = _CATEGORIES.get(body[-1])
        if not genuine or body[0] != VERSION or body[2] != PURPOSE or topic is None:
            raise NotFound
        return SubscriptionId(body[3:19]), topic


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.digest(key, body, "sha256")[:_MAC]
