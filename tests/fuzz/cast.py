"""The people of a fuzz run: who calls, somebody else whose things must not be reached, and links of both."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from tests.fuzz import jobs
from tests.fuzz.jobs import Jobs
from tests.integration.people import Person, path_of, request_body, somebody, unsubscribe_path
from tests.integration.stack import Stack, link

LOGGED_IN_FOR = 300.0
"""Seconds after which the caller logs in anew; a log-in lasts fifteen minutes."""

MOST_LINKS = 4
"""Links of a kind that are used up in one run, since each takes a mail."""

ENDS_LOG_INS = {"POST /me/password", "POST /sessions/end"}
"""Operations after which the caller must log in again."""

USES_LINKS_UP = {"POST /verify/{token}", "POST /password-resets/{token}"}
"""Operations after which a link leads nowhere."""

THEIRS = {"given_name": jobs.GIVEN_NAME, "family_name": jobs.FAMILY_NAME, "phone": jobs.PHONE}
THEIR_PASSWORD = "six brisk cedar rafts"


@dataclass(slots=True)
class Caller:
    """Who calls; logs in again when the log-in gets old, or was ended by what was called.

    `former` are the refresh tokens of earlier log-ins.
    """

    person: Person
    logged_in_at: float = field(default_factory=time.monotonic)
    former: list[str] = field(default_factory=list)

    @property
    def token(self) -> str:
        """A log-in that holds."""
        if time.monotonic() - self.logged_in_at > LOGGED_IN_FOR:
            self.log_in()
        return self.person.token

    def log_in(self) -> None:
        """Log in anew."""
        self.former.append(self.person.tokens["refresh_token"])
        self.person.log_in()
        self.logged_in_at = time.monotonic()

    def take_back(self, password: str) -> None:
        """Have the password again that the caller had before this one was set, since examples hold it."""
        former, self.person.password = self.person.password, password
        self.log_in()
        changed = self.person.call("POST", "/me/password", {"current_password": password, "password": former})
        assert changed.status_code == 204, changed.text
        self.person.password = former


@dataclass(slots=True)
class Link:
    """A link of one kind that leads somewhere, and another one when it is used up, a few times."""

    kind: str
    ask: Callable[[int], str]
    used: list[str] = field(default_factory=list)
    present: str = ""

    @property
    def token(self) -> str:
        """The token of a link that is good, as long as there are any."""
        if not self.present:
            self.present = self.ask(len(self.used) + 1).rpartition("/")[2]
        return self.present

    def renew(self) -> None:
        """Put the present link aside; the next one is asked for when it is wanted."""
        if len(self.used) < MOST_LINKS:
            self.used.append(self.present)
            self.present = ""


@dataclass
class Cast:
    """Who takes part in a run with one role: `customer` or `provider`, both of whom also stand in for nobody."""

    stack: Stack
    role: str

    @cached_property
    def caller(self) -> Caller:
        """Whose log-in the calls carry, if any."""
        person = somebody(self.stack, self.role, role=self.role).joined()
        assert person.post_request(title="My own window").status_code == 201
        return Caller(person)

    @cached_property
    def other(self) -> Person:
        """Somebody else, with the same things and a name on each."""
        person = Person(self.stack, f"their-{self.caller.person.email}", THEIR_PASSWORD, {**THEIRS, "role": self.role})
        return person.joined()

    @cached_property
    def jobs(self) -> Jobs:
        """The jobs of the two."""
        return jobs.made(self.stack, self.caller.person, self.other)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """What only somebody else's things hold."""
        return (*self.jobs.marks, self.other.email, self.other.subject)

    def unseen(self, operation: str, request: str, status: int) -> tuple[str, ...]:
        """Return those marks that an answer of an operation, for a request if any, must not tell the caller."""
        shown = self.jobs.shown(operation, request) if status == 200 else set()
        return tuple(mark for mark in self.marks if mark not in shown)

    @cached_property
    def own(self) -> str:
        """The id of a request of the caller's that leads nowhere."""
        return str(self.caller.person.call("POST", "/requests", request_body(title="My other window")).json()["id"])

    @cached_property
    def upload(self) -> str:
        """The id of an image that the caller is about to send."""
        answer = self.caller.person.call("POST", "/uploads", {"content_type": "image/jpeg", "size": 1000})
        return str(answer.json()["id"])

    def leading(self, operation: str) -> list[dict[str, str]]:
        """Return what fills the path of an operation so that it succeeds, in any of these ways; no link is here."""
        found = [job.path for job in self.jobs.leading(operation)]
        return found or [{"id": self.upload if "/uploads/" in operation else self.own}]

    @cached_property
    def requests(self) -> tuple[str, ...]:
        """Ids of requests: the caller's own, those of jobs that anything may happen to, somebody else's, nobody's."""
        spare = (job.request for job in self.jobs.leading(jobs.SPARE))
        return self.own, *spare, self.jobs.lost.request, "req_aaaaaaaaaaaaaaaaaaaaaaaaaa"

    @cached_property
    def offers(self) -> tuple[str, ...]:
        """Ids of offers: of jobs that anything may happen to, nobody's."""
        return *(job.offer for job in self.jobs.leading(jobs.SPARE)), self.jobs.lost.offer

    def take_back(self, request: str, offer: str) -> None:
        """Have the caller withdraw an offer."""
        path = f"/opportunities/{request}/offers/{offer}/withdraw"
        self.stack.api.call("POST", path, token=self.caller.token)

    @cached_property
    def links(self) -> dict[str, Link]:
        """A good link of each kind, to be used up, by the first word of its path."""
        forgetful = somebody(self.stack).joined()
        links = (
            Link("verify", lambda count: self._mailed(somebody(self.stack), "/signup", 1)),
            Link("password-resets", lambda count: self._mailed(forgetful, "/password-resets", count)),
            Link("unsubscribe", lambda count: unsubscribe_path(self.stack, forgetful.mails()[0])),
        )
        return {each.kind: each for each in links}

    @cached_property
    def looked_at(self) -> dict[str, str]:
        """A good token of each kind that is looked at alone."""
        onlooker = somebody(self.stack).joined()
        paths = {
            "verify": self._mailed(somebody(self.stack), "/signup", 1),
            "password-resets": self._mailed(onlooker, "/password-resets", 1),
            "unsubscribe": unsubscribe_path(self.stack, onlooker.mails()[0]),
        }
        return {kind: path.rpartition("/")[2] for kind, path in paths.items()}

    def _mailed(self, person: Person, asked_of: str, count: int) -> str:
        """Return the path of the link that comes by mail after a call."""
        if asked_of == "/signup":
            person.sign_up()
        else:
            self.stack.api.post(asked_of, {"email": person.email})
        kind = "/verify/" if asked_of == "/signup" else f"{asked_of}/"
        return path_of(self.stack, link(self.stack.mailbox.wait_for(person.email, link=kind, count=count), kind))

    @cached_property
    def cursors(self) -> tuple[str, ...]:
        """Cursors of the caller's lists, and one of somebody else's."""
        for person in (self.caller.person, self.other):
            person.post_request(title="One more window")
        lists = (
            self.caller.person.call("GET", "/requests", params={"limit": 1}),
            self.caller.person.call("GET", "/me/approvals", params={"limit": 1}),
            self.caller.person.call("GET", "/me/disclosures", params={"limit": 1}),
            self.caller.person.call("GET", "/opportunities", params={"limit": 1}),
            self.other.call("GET", "/requests", params={"limit": 1}),
        )
        return tuple(str(answer.json()["next"]) for answer in lists if "next" in answer.json())
