"""A whole stack on this machine, from a fresh start to the last file removed."""

import fcntl
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple
from pathlib import Path

from infra.build import BuildFailed, build, host_architecture
from infra.local.child import Child
from infra.local.cloud import Cloud
from infra.local.deploy import deploy
from infra.local.failure import CannotRun
from infra.local.logs import following
from infra.local.mailbox import mailbox_of
from infra.local.post import Post, receiving
from infra.local.proxy import Route, proxy_to
from infra.local.reference import reference_of
from infra.local.room import refuse_without_room
from infra.local.settings import REGION, STAGE, Settings
from infra.local.stripe import LocalStripe
from infra.local.stripe_keys import StripeKeys
from infra.local.web import refuse_taken, serving
from infra.outputs import named

ROOM = 10**9
"""Bytes that must be free: 0.2 GB for a start, the rest for what the embedded cloud's workers copy in use."""

type Say = Callable[[str], object]


@contextmanager
def running(settings: Settings, say: Say) -> Iterator[Sequence[Child]]:
    """Start everything, write stack.json, and take all of it down again when the block ends, however it ends.

    Yields the processes that have to go on.
    """
    with ExitStack() as held:
        held.enter_context(_only_one(settings.state))
        refuse_without_room("A stack", ROOM, settings.state)
        refuse_taken(*astuple(settings.ports))
        _start_fresh(settings)
        held.callback(settings.description.unlink, missing_ok=True)
        _build(settings, say)
        post = Post()
        held.enter_context(serving(settings.ports.mailbox, mailbox_of(post, settings.reference_url)))
        held.enter_context(serving(settings.ports.reference, reference_of(settings)))
        mail_port = held.enter_context(receiving(post, say))
        with _timed(say, "starting the embedded cloud"):
            cloud = Cloud(settings, mail_port)
            held.callback(cloud.stop)
            cloud.wait_until_ready()
        keys = settings.account or StripeKeys.drawn()
        children = [cloud, *_local_stripe(settings, keys, held, say)]
        with _timed(say, "deploying template.yaml"):
            outputs = deploy(cloud, settings, keys)
        held.enter_context(following(cloud, settings.logs))
        route = Route(settings.ports.api, settings.ports.cloud, outputs["ApiId"], STAGE)
        held.enter_context(serving(settings.ports.api, proxy_to(route)))
        _describe(settings, outputs, keys)
        yield children


def _local_stripe(settings: Settings, keys: StripeKeys, held: ExitStack, say: Say) -> Iterator[LocalStripe]:
    """Yield the local Stripe, unless an account at the real one is named."""
    if settings.account:
        return
    with _timed(say, "starting the local Stripe"):
        stripe = LocalStripe(settings)
        held.callback(stripe.stop)
        stripe.wait_until_ready()
        stripe.tell(f"{settings.api_url}/webhooks/stripe", keys.webhook_secret)
    yield stripe


def _build(settings: Settings, say: Say) -> None:
    try:
        with _timed(say, "staging functions and layers"):
            build(settings.root, host_architecture())
    except BuildFailed as failure:
        raise CannotRun(str(failure)) from None


def _start_fresh(settings: Settings) -> None:
    settings.description.unlink(missing_ok=True)
    shutil.rmtree(settings.logs, ignore_errors=True)
    settings.logs.mkdir(parents=True)


def _describe(settings: Settings, outputs: Mapping[str, str], keys: StripeKeys) -> None:
    """Write where everything is, all at once: a reader never sees half of it."""
    description = {
        "api": settings.api_url,
        "aws": settings.cloud_url,
        "mailbox": settings.mailbox_url,
        "reference": settings.reference_url,
        "stripe": settings.stripe_url,
        "stripe_webhook_secret": None if settings.account else keys.webhook_secret,
        "region": REGION,
        "stage": STAGE,
        "tables": named("Table", outputs),
        "queues": named("Queue", outputs),
        "buckets": named("Bucket", outputs),
        "kms": named("Key", outputs),
        "secrets": named("Secret", outputs),
        "user_pool_id": outputs["UserPoolId"],
        "user_pool_client_id": outputs["UserPoolClientId"],
    }
    draft = settings.description.with_suffix(".draft")
    draft.write_text(json.dumps(description, indent=2) + "\n")
    draft.replace(settings.description)


@contextmanager
def _only_one(state: Path) -> Iterator[None]:
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun("A stack of this checkout is running already: stop that one first.") from None
        yield


@contextmanager
def _timed(say: Say, what: str) -> Iterator[None]:
    began = time.monotonic()
    say(f"  {what} …")
    yield
    say(f"  {what}: {time.monotonic() - began:.1f} s")
