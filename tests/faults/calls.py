"""Watches every call to AWS that this process makes through the functions' session, and lets one of them fail."""

import base64
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import requests
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

from infra.local.settings import ROOT

TRANSACTION = "TransactWriteItems"
MAIL = "SendRawEmail"
OK = 200
WORD = re.compile(r"""(?<=['"])[A-Za-z][A-Za-z_-]{0,24}(?=\\\\?['"])""")
"""What is not made up anew each time: no id is as short, or goes without a digit."""
OURS = tuple(f"{ROOT / each}/" for each in ("functions", "layers"))


class Killed(BaseException):
    """The function's process is gone, or out of time: nothing in it can catch this."""


class Fault(StrEnum):
    """What goes wrong at one call."""

    UNREACHED = "the call never arrives"
    LOST = "the call takes effect, its answer is lost"
    REPEATED = "the first answer is lost and the SDK sends the call again"
    THROTTLED = "the service has too much to do"
    CONFLICT = "another transaction is in the way, once"
    CONFLICTS = "other transactions stay in the way"
    KILLED = "the process dies after the call"
    """Before it, too: that is after the one before."""

    def fits(self, call: "Call") -> bool:
        """Tell whether such a thing happens to a call, and would not come to the same as `UNREACHED`."""
        if self in (Fault.CONFLICT, Fault.CONFLICTS):
            return call.operation == TRANSACTION
        if self is Fault.REPEATED and not call.again:
            return False
        return self in (Fault.UNREACHED, Fault.THROTTLED) or call.changes


WITHOUT_EFFECT = frozenset(
    {
        "AdminInitiateAuth",
        "BatchGetItem",
        "Decrypt",
        "GenerateDataKey",
        "GenerateMac",
        "GetObject",
        "GetSecretValue",
        "Query",
        "Scan",
        "events.list",
        "payment_intents.retrieve",
    }
)
"""Calls that change nothing: an answer that was lost is as good as one never given."""

BUSY = {
    "cognito-idp": "TooManyRequestsException",
    "dynamodb": "ThrottlingException",
    "kms": "ThrottlingException",
    "s3": "SlowDown",
    "secretsmanager": "ThrottlingException",
    "ses": "Throttling",
    "sqs": "RequestThrottled",
}
"""How each service says that it has too much to do. Source: the common and own errors of its API reference."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: which service, what for, from where in our code.

    `about` are the words in what it stores: tables, attributes, states, kinds of events. `again` tells whether the SDK
    may send it again, `token` whether it carries one by which the service does it once.
    """

    service: str
    operation: str
    site: str = field(default="", compare=False)
    about: frozenset[str] = field(default=frozenset(), compare=False)
    again: bool = field(default=True, compare=False)
    token: bool = field(default=False, compare=False)

    @property
    def place(self) -> tuple[str, str, str]:
        """What tells calls apart that compare equal, too: where they are made."""
        return self.service, self.operation, self.site

    @property
    def adapter(self) -> str:
        """The line of the adapter that makes it."""
        return self.site.partition(" < ")[0]

    @property
    def changes(self) -> bool:
        """Whether the call may have an effect."""
        return self.operation not in WITHOUT_EFFECT

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class Change:
    """A call that may have changed something, by its service and the text that was sent."""

    service: str
    about: str


@dataclass(slots=True)
class Watch:
    """The calls of one invocation, and what is to happen at one of them (counted from 0).

    `changes` are those of the calls that may have had an effect, `mails` what SES took, as it was sent.
    """

    fault: Fault | None = None
    at: int = 0
    calls: list[Call] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    struck: bool = False

    @property
    def here(self) -> bool:
        """Whether the present call is the one to fail."""
        return self.fault is not None and len(self.calls) - 1 == self.at


class Wire:
    """Between the functions and AWS: hangs on the events of their one session, from before its clients are made."""

    def __init__(self, session: Any) -> None:
        self._watch: Watch | None = None
        self._sends_again = False
        self._asked: tuple[str, Any] = ("", None)
        self._plain = URLLib3Session()
        session.register("before-call", self._before)
        session.register("before-send", self._sending)
        session.register("after-call", self._after)

    @contextmanager
    def watching(self, watch: Watch) -> Iterator[Watch]:
        """Count the calls of a block, and let one fail if the watch says so."""
        self._watch = watch
        try:
            yield watch
        finally:
            self._watch = None

    def stripe[T](self, operation: str, send: Callable[[], T]) -> T:
        """Make a call to Stripe, which goes another way than those to AWS."""
        watch = self._watch
        if watch is None:
            return send()
        watch.calls.append(Call("stripe", operation, _site()))
        if not watch.here:
            return send()
        watch.struck = True
        if watch.fault in (Fault.UNREACHED, Fault.THROTTLED):
            raise requests.ConnectionError
        if watch.fault is Fault.REPEATED:
            send()
            return send()
        send()
        if watch.fault is Fault.KILLED:
            raise Killed
        raise requests.ReadTimeout

    def _before(self, model: Any, params: Any, context: Any, **_: Any) -> tuple[Any, dict[str, Any]] | None:
        watch = self._watch
        if watch is None:
            return None
        self._sends_again = context["client_config"].retries["total_max_attempts"] > 1
        sent = str(params["body"])
        token = "ClientRequestToken" in sent
        service = model.service_model.service_name
        about = frozenset(WORD.findall(sent) if service == "dynamodb" else ())
        call = Call(service, model.name, _site(), about, self._sends_again, token)
        watch.calls.append(call)
        self._asked = call.operation, params["body"]
        if call.changes:
            watch.changes.append(Change(call.service, sent))
        again = watch.fault is Fault.CONFLICTS and watch.struck and call.operation == TRANSACTION
        if not (watch.here or again) or watch.fault is None:
            return None
        watch.struck = True
        match watch.fault:
            case Fault.UNREACHED:
                raise EndpointConnectionError(endpoint_url=call.service)
            case Fault.THROTTLED:
                return _refused(400, BUSY[call.service])
            case Fault.CONFLICT | Fault.CONFLICTS:
                return _refused(400, "TransactionCanceledException", CancellationReasons=_met(params))
        return None

    def _sending(self, request: Any, **_: Any) -> None:
        """Send a call once more than the SDK knows, if it is one that the SDK may send again."""
        watch = self._watch
        if watch is not None and watch.here and watch.fault is Fault.REPEATED and self._sends_again:
            self._answered(watch, self._plain.send(request))
            request.reset_stream()

    def _after(self, model: Any, http_response: Any, **_: Any) -> None:
        watch = self._watch
        if watch is None:
            return
        self._answered(watch, http_response)
        if not watch.here:
            return
        if watch.fault is Fault.KILLED:
            raise Killed
        if watch.fault is Fault.LOST or (watch.fault is Fault.REPEATED and not self._sends_again):
            raise ReadTimeoutError(endpoint_url=model.service_model.service_name)

    def _answered(self, watch: Watch, answer: Any) -> None:
        operation, sent = self._asked
        if operation == MAIL and answer.status_code == OK:
            watch.mails.append(base64.b64decode(sent["RawMessage.Data"]))


def _site() -> str:
    """Return where in our code the present call is made: each line on the way there, from the innermost out."""
    frame, lines = sys._getframe(1), []
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code.co_filename.startswith(OURS):
            lines.append(f"{frame.f_code.co_filename.removeprefix(f'{ROOT}/')}:{frame.f_lineno}")
    return " < ".join(lines)


def _refused(status: int, code: str, **more: Any) -> tuple[AWSResponse, dict[str, Any]]:
    answer = {
        "Error": {"Code": code, "Message": "injected"},
        "ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": 0},
        **more,
    }
    return AWSResponse("", status, HTTPHeaders(), None), answer


def _met(params: Any) -> list[dict[str, str]]:
    """Return the reasons of a transaction whose first row another one is writing at this moment."""
    members = json.loads(params["body"])["TransactItems"]
    return [{"Code": "TransactionConflict"}, *({"Code": "None"} for _ in members[1:])]
