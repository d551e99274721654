"""A stack as its users see it: the HTTP API and the mails that come."""

import random
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from urllib3.util import Retry

from infra.demo.cast import Person, Provider, Wish
from infra.demo.places import Place
from infra.local.failure import CannotRun
from infra.local.settings import HOST
from infra.local.sources import FromSource

PASSWORD = "four quiet maple canoes"
ANSWERED_WITHIN = 60.0  # seconds
MAILED_WITHIN = 60.0
LOG_IN_LASTS = timedelta(minutes=10)
"""Well below the 15 minutes of a token."""

FROM_ONE_SOURCE = 50
"""People who sign up from one address, below the 60 that may in an hour."""

BUSY = Retry(
    total=3, connect=0, read=0, status_forcelist=(502, 503, 504), allowed_methods=None, backoff_factor=1,
    raise_on_status=False,
)  # fmt: skip
"""An overloaded stack is asked again."""

VERIFY = re.compile(r"https?://\S+(/verify/\S+)")


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that came: its subject and when it reached the mailbox."""

    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Posted:
    """A request that was posted: its id and when."""

    id: str
    at: datetime


class Sources:
    """Addresses of the loopback network to call from: what is counted by address sees several networks, as in life.

    They are drawn anew in every run, or a second run would find the counts of the first. Where only 127.0.0.1 is to be
    had, as on macOS, `one` does for a stack that does not count.
    """

    def __init__(self) -> None:
        self._start = random.randrange(2, 250)  # noqa: S311, just another one
        self._network = random.randrange(256)  # noqa: S311

    def of(self, n: int) -> str:
        """Return where the `n`th person calls from."""
        return f"127.{self._start}.{self._network}.{1 + n // FROM_ONE_SOURCE}"


class Client(requests.Session):
    """One person's way to the API and the mailbox. Raises CannotRun when either does not answer as it should."""

    def __init__(self, description: Mapping[str, Any], source: str = HOST) -> None:
        super().__init__()
        self._description = description
        self.mount("http://", FromSource(source, BUSY))

    def call(self, method: str, path: str, expected: int, body: object = None, token: str = "") -> Any:
        """Send JSON and return the JSON of the answer; the key makes sure that what is sent again happens once."""
        headers = {"Idempotency-Key": secrets.token_hex(16)} | ({"Authorization": token} if token else {})
        answer = self._send(method, f"{self._description['api']}{path}", json=body, headers=headers)
        if answer.status_code != expected:
            route = re.sub(r"(?<=/verify/).*", "…", path)
            raise CannotRun(f"{method} {route} was answered with {answer.status_code}: {_reason(answer)}")
        return answer.json()

    def mails(self, address: str) -> list[Mail]:
        """Return the mails to an address, oldest first."""
        found = self._send("GET", f"{self._description['mailbox']}/api/messages", params={"to": address}).json()
        return [Mail(each["subject"], each["text"], datetime.fromisoformat(each["sent_at"])) for each in found]

    def join(self, person: Person, policy_version: str) -> None:
        """Sign up, and follow the link in the mail that comes."""
        self.call("POST", "/signup", 202, _sign_up(person, policy_version))
        deadline = time.monotonic() + MAILED_WITHIN
        while time.monotonic() < deadline:
            for mail in self.mails(person.address):
                if link := VERIFY.search(mail.text):
                    self.call("POST", link[1], 200)
                    return
            time.sleep(0.25)
        raise CannotRun(f"No mail with a link came within {MAILED_WITHIN:.0f} seconds: .local/logs may tell why.")

    def log_in(self, person: Person) -> str:
        """Return a token."""
        token: str = self.call("POST", "/sessions", 200, {"email": person.address, "password": PASSWORD})["id_token"]
        return token

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            return self.request(method, url, timeout=ANSWERED_WITHIN, **options)
        except requests.RequestException:
            where = "/".join(url.split("/")[:3])
            raise CannotRun(f"{where} does not answer (any more): start the stack anew with 'make run'.") from None


@dataclass(slots=True)
class Member:
    """Somebody who acts on the API, logging in when it is time to."""

    person: Person
    token: str = ""
    since: datetime | None = None

    def call(self, client: Client, method: str, path: str, expected: int, body: object = None) -> Any:
        """Send JSON as this person and return the JSON of the answer."""
        return client.call(method, path, expected, body, self.logged_in(client))

    def post(self, client: Client, wish: Wish) -> Posted:
        """Post a request; return which one it is, and when."""
        token, at = self.logged_in(client), datetime.now(UTC)
        return Posted(client.call("POST", "/requests", 201, _request(wish), token)["id"], at)

    def logged_in(self, client: Client) -> str:
        """Return a token that is good for a while."""
        now = datetime.now(UTC)
        if self.since is None or now - self.since > LOG_IN_LASTS:
            self.token, self.since = client.log_in(self.person), now
        return self.token


def introduce(client: Client, provider: Provider) -> None:
    """Log in and say what work is done, and where."""
    body = {"trades": provider.trades, "base": _point(provider.base), "radius_km": provider.radius_km}
    client.call("PUT", "/me/provider", 200, body, client.log_in(provider.person))


def _reason(answer: requests.Response) -> str:
    """Return what the API says is wrong, in its own words."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return "no reason given."


def _sign_up(person: Person, policy_version: str) -> Mapping[str, object]:
    return {
        "email": person.address,
        "password": PASSWORD,
        "given_name": person.given,
        "family_name": person.family,
        "date_of_birth": "1985-06-30",
        "province": person.area.province,
        "role": person.role,
        "language": person.language,
        "policy_version": policy_version,
    }


def _request(wish: Wish) -> Mapping[str, object]:
    return {
        "trade": wish.trade,
        "title": wish.title,
        "description": "It can wait until next week. Please say what it would cost, about.",
        "location": _point(wish.place),
        "address": {
            "street": "100 Example Street",
            "city": wish.area.name[:100],
            "province": wish.area.province,
            "postal_code": f"{wish.area.code} 1A1",
        },
        "contact_preference": "email",
    }


def _point(place: Place) -> Mapping[str, float]:
    return {"latitude": place.latitude, "longitude": place.longitude}
