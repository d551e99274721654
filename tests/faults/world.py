"""The world around the functions: callers who try again, queues that deliver again, a stream, a clock that ticks."""

import base64
import json
import time
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from urllib3.filepost import encode_multipart_formdata

from jobipro.domain.events import Event
from jobipro.queues import STORED, TickFailed
from tests.faults.calls import Call, Change, Fault, Killed, Watch, Wire
from tests.faults.emulator import Emulator
from tests.faults.processes import Context, Processes
from tests.faults.state import Kept, Mail, Storage, mail
from tests.faults.stripe import StripeAccount

TRIES = 4
"""How often a caller repeats a request that was not answered, or answered that it may be."""

DELIVERIES = 5
"""How often a queue delivers before the dead letters. Source: infra/messaging.yaml."""

HIDDEN = 360
"""Seconds until a queue delivers again what failed. Source: infra/messaging.yaml."""

STREAM_TRIES = 6
"""The first one and five more. Source: template.yaml."""

ROUNDS = 20
LATER = 3700
"""Seconds: beyond what makes an event overdue, a wave due, and a sign-up that was never finished one to sweep up."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a caller sends; `caller` is an id token, `key` an Idempotency-Key."""

    method: str
    route: str
    body: object = None
    path: Mapping[str, str] = field(default_factory=dict)
    caller: str | None = None
    key: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def trigger(self) -> str:
        """What the request wakes a function with."""
        return f"{self.method} {self.route}"

    def event(self) -> dict[str, Any]:
        """Return the request as API Gateway hands it over."""
        headers = {"Content-Type": "application/json", **self.headers}
        if self.key is not None:
            headers["Idempotency-Key"] = self.key
        return {
            "headers": headers,
            "pathParameters": dict(self.path),
            "requestContext": {
                "resourcePath": self.route,
                "httpMethod": self.method,
                "requestId": "00000000-0000-4000-8000-000000000000",
                "identity": {"sourceIp": "203.0.113.7"},
                "authorizer": {"claims": _claims(self.caller)} if self.caller else None,
            },
            "body": self.body if self.body is None or isinstance(self.body, str) else json.dumps(self.body),
            "isBase64Encoded": False,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back in the end."""

    status: int
    body: str

    def json(self) -> Any:
        """Return the body as what it says."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Place:
    """One call of the functions: who makes it, woken by what, as the which (from 0), at the which such waking."""

    function: str
    trigger: str
    at: int
    time: int = 0

    @property
    def work(self) -> str:
        """What kind of work it is made for."""
        return _work(self.trigger)

    def __str__(self) -> str:
        return f"{self.function} on {self.trigger}, call {self.at}"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One time that a function was woken, and the calls it made."""

    function: str
    trigger: str
    calls: tuple[Call, ...]

    @property
    def work(self) -> str:
        """What kind of work there was."""
        return _work(self.trigger)


@dataclass(slots=True)
class Trouble:
    """The one fault of a run, until it struck; `aim` is what it is meant for, `call` what it struck."""

    fault: Fault
    place: Place
    aim: Call | None = None
    call: Call | None = None

    @property
    def missed(self) -> bool:
        """Whether it struck nothing, or something else than it was meant for."""
        return self.call is None or (self.aim is not None and self.aim.place != self.call.place)


@dataclass(slots=True)
class Tape:
    """What happened: invocations, the answers callers got in the end, facts committed, bodies on queues, and wrongs."""

    invocations: list[Invocation] = field(default_factory=list)
    answers: list[tuple[str, int]] = field(default_factory=list)
    facts: list[Event] = field(default_factory=list)
    bodies: list[tuple[str, str]] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)

    @property
    def touched_log_ins(self) -> bool:
        """Whether a log-in may have come, gone or got another password."""
        return any(
            call.service == "cognito-idp" and call.changes
            for invocation in self.invocations
            for call in invocation.calls
        )


class World:
    """Functions, emulator, and whoever wakes them."""

    def __init__(self, emulator: Emulator, wire: Wire, processes: Processes, stripe: StripeAccount) -> None:
        self.emulator = emulator
        self.storage = Storage(emulator, stripe)
        self.processes = processes
        self.tape = Tape()
        self.trouble: Trouble | None = None
        self._wire = wire
        self._sqs = emulator.client("sqs")
        self._streams = emulator.client("dynamodbstreams")
        table = emulator.client("dynamodb").describe_table(TableName=emulator.tables["outbox"])
        self._stream = table["Table"]["LatestStreamArn"]
        self._position = self._newest()
        self._waiting = set(emulator.queues)
        self.mails: list[Mail] = []
        """The mails sent since the beginning."""
        self.mails_ever = 0
        self._passwords: Mapping[str, str] = {}
        self._cognito = emulator.client("cognito-idp")

    # Beginnings.

    def begin(
        self, kept: Kept, passwords: Mapping[str, str], trouble: Trouble | None = None, warm: bool = False
    ) -> None:
        """Go back to a state, with every queue empty, no mail sent and new processes; one thing may go wrong then.

        `passwords` are those of the log-ins there are, by subject. Only the process that will have trouble is a new
        one, when there is any: the calls of a function that has its caches filled are fewer. When it is to be `warm`,
        none is.
        """
        self.storage.put_back(kept)
        if self.tape.touched_log_ins or passwords != self._passwords:
            for subject, password in passwords.items():
                self._cognito.admin_set_user_password(
                    UserPoolId=self.emulator.user_pool, Username=subject, Password=password, Permanent=True
                )
        self._passwords = passwords
        if self.tape.wrongs:
            for url in self.emulator.queues.values():
                self._sqs.purge_queue(QueueUrl=url)
        self.put_into_outbox()
        self.mails = []
        if not warm:
            for folder in [trouble.place.function] if trouble else self.emulator.environments:
                self.processes.end(folder)
        self.tape = Tape()
        self.trouble = trouble

    # Callers.

    def ask(self, request: Request) -> Answer:
        """Send a request, again as it was when the answer says so or never comes, and return the answer."""
        function = self.emulator.wakers.routes[request.method, request.route]
        for _ in range(TRIES):
            try:
                response = self._wake(function, request.trigger, request.event())
            except Killed:
                continue
            answer = Answer(response["statusCode"], response["body"])
            if answer.status < 500:
                self.tape.answers.append((request.trigger, answer.status))
                return answer
            if answer.status != 503 or "Retry-After" not in response["headers"]:
                self.tape.wrongs.append(f"{request.trigger} was answered {answer.status}")
        self.tape.answers.append((request.trigger, 503))
        return answer

    def send_image(self, form: Mapping[str, Any], content: bytes) -> None:
        """Send an image with a form, as a browser does, and wait until storage has told of it."""
        data, boundary = encode_multipart_formdata({**form["fields"], "file": ("x", content)})
        sent = urllib.request.Request(form["url"], data, {"Content-Type": boundary})
        urllib.request.urlopen(sent).close()
        self._heard([Change("s3", form["url"])])
        asked = {"QueueUrl": self.emulator.queues["media"], "AttributeNames": ["ApproximateNumberOfMessages"]}
        while self._sqs.get_queue_attributes(**asked)["Attributes"]["ApproximateNumberOfMessages"] == "0":
            time.sleep(0.01)

    # What happens by itself.

    def settle(self, later: int = LATER) -> None:
        """Let everything that is on its way arrive, time pass (in seconds), and what that brings arrive, too.

        After a tick that went wrong, the work it left is taken up by a later one.
        """
        self.arrive()
        self.storage.age(later)
        for _ in range(TRIES):
            well = self._tick()
            self.arrive()
            if well:
                return
            self.storage.age(LATER)
        self.tape.wrongs.append("no tick went well")

    def _tick(self) -> bool:
        try:
            self._wake(self.emulator.wakers.schedule, "tick", {})
        except (TickFailed, Killed):
            return False
        return True

    def arrive(self) -> None:
        """Let everything that is on its way arrive."""
        for _ in range(ROUNDS):
            before = len(self.tape.invocations)
            self._relay()
            for queue, (function, batch) in self.emulator.wakers.queues.items():
                while queue in self._waiting:
                    self._consume(queue, function, batch)
            if len(self.tape.invocations) == before:
                return
        self.tape.wrongs.append("events go round and round")

    def _relay(self) -> None:
        put = self.put_into_outbox()
        if not put:
            return
        events = [Event.from_body(_body(record)) for record in put]
        trigger = (
            f"{len(put)} for {'+'.join(sorted({queue for event in events for queue in event.queues})) or 'nobody'}"
        )
        for _ in range(STREAM_TRIES):
            try:
                answer = self._wake(self.emulator.wakers.stream, trigger, {"Records": put})
            except Killed:
                continue
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            if not failed:
                return
            first = next(n for n, each in enumerate(put) if each["dynamodb"]["SequenceNumber"] in failed)
            put = put[first:]

    def _consume(self, queue: str, function: str, batch: int) -> None:
        url = self.emulator.queues[queue]
        found = self._sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=batch, AttributeNames=["All"], VisibilityTimeout=600
        )
        messages = found.get("Messages", [])
        if len(messages) < batch:
            self._waiting.discard(queue)
        if not messages:
            return
        self.tape.bodies += [(queue, message["Body"]) for message in messages]
        trigger = "+".join(sorted(_kind(json.loads(message["Body"])) for message in messages))
        event = {"Records": [_record(message, url) for message in messages]}
        try:
            answer = self._wake(function, trigger, event)
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        except Killed:
            failed = {message["MessageId"] for message in messages}
        if failed:
            self.storage.age(HIDDEN)
            self._waiting.add(queue)
        self._settle_up(queue, messages, failed)

    def _settle_up(self, queue: str, messages: list[Any], failed: set[str]) -> None:
        """Take what was handled off a queue; what failed can be received again at once."""
        url = self.emulator.queues[queue]
        handled, back = [], []
        for n, message in enumerate(messages):
            entry = {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]}
            if message["MessageId"] not in failed:
                handled.append(entry)
                continue
            if int(message["Attributes"]["ApproximateReceiveCount"]) >= DELIVERIES:
                self.tape.wrongs.append(f"a message of {queue} is a dead letter")
            back.append(entry | {"VisibilityTimeout": 0})
        if handled:
            self._sqs.delete_message_batch(QueueUrl=url, Entries=handled)
        if back:
            self._sqs.change_message_visibility_batch(QueueUrl=url, Entries=back)

    def _heard(self, changes: Iterable[Change]) -> None:
        """Take note of calls that may have changed something: what storage has to look at, where messages may wait."""
        for change in changes:
            self.storage.heard(change)
            if change.service == "s3":  # which tells of new objects
                self._waiting.add("media")
            if change.service == "sqs":
                self._waiting |= {queue for queue, url in self.emulator.queues.items() if url in change.about}

    def _wake(self, function: str, trigger: str, event: object) -> Any:
        """Wake a function; a process that was killed is gone afterwards."""
        trouble = self.trouble
        watch = Watch()
        time = [(each.function, each.trigger) for each in self.tape.invocations].count((function, trigger))
        if trouble is not None and trouble.place == Place(function, trigger, trouble.place.at, time):
            watch = Watch(trouble.fault, trouble.place.at)
        handler = self.processes.handler(function)
        try:
            with self._wire.watching(watch):
                return handler(event, Context(function))
        except Killed:
            self.processes.end(function)
            raise
        finally:
            self.tape.invocations.append(Invocation(function, trigger, tuple(watch.calls)))
            self._heard(watch.changes)
            self.mails += map(mail, watch.mails)
            self.mails_ever += len(watch.mails)
            if trouble is not None and watch.struck:
                trouble.call = watch.calls[watch.at]

    def put_into_outbox(self) -> list[Any]:
        """Return what the stream holds that nobody has seen, as the relay's filter lets it through."""
        if not self.storage.outbox_moved:
            return []
        self.storage.outbox_moved = False
        found = self._streams.get_records(ShardIterator=self._position)
        self._position = found["NextShardIterator"]
        put = [record for record in found["Records"] if record["eventName"] == "INSERT"]
        self.tape.facts += [Event.from_body(_body(record)) for record in put]
        return put

    def opens(self, subject: str, password: str) -> bool:
        """Tell whether a password opens a log-in."""
        try:
            self.token(subject, password)
        except ClientError:
            return False
        return True

    def token(self, subject: str, password: str) -> dict[str, str]:
        """Return the tokens of a new log-in."""
        answer = self._cognito.admin_initiate_auth(
            UserPoolId=self.emulator.user_pool,
            ClientId=self.emulator.environments["signup"]["USER_POOL_CLIENT_ID"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": subject, "PASSWORD": password},
        )
        return dict(answer["AuthenticationResult"])

    def _newest(self) -> str:
        shards = self._streams.describe_stream(StreamArn=self._stream)["StreamDescription"]["Shards"]
        return str(
            self._streams.get_shard_iterator(
                StreamArn=self._stream, ShardId=shards[-1]["ShardId"], ShardIteratorType="LATEST"
            )["ShardIterator"]
        )


def _work(trigger: str) -> str:
    """Return what a trigger asks for, however much of a kind came at once."""
    return "+".join(sorted(set(trigger.rpartition(" for ")[2].split("+"))))


def _body(record: Any) -> str:
    return str(record["dynamodb"]["NewImage"]["body"]["S"])


def _kind(body: Mapping[str, Any]) -> str:
    """Return what a message tells of; what storage tells has no type of ours."""
    return str(body.get("type", STORED))


def _record(message: Any, url: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:ca-central-1:000000000000:{url.rpartition('/')[2]}",
        "awsRegion": "ca-central-1",
    }


def _claims(token: str) -> dict[str, str]:
    """Return what API Gateway's authorizer tells of a token that it let through."""
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return {name: str(claims[name]) for name in ("cognito:username", "iat", "origin_jti")}
