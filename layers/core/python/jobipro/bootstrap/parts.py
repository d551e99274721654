"""Parts that several functions are wired from. `settings` is a function's own frozen settings object."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from jobipro.adapters.aws import client
from jobipro.adapters.dynamodb.store import DynamoStore
from jobipro.adapters.dynamodb.subject_keys import SubjectKeys
from jobipro.adapters.kms import KmsDataKeys, KmsMac
from jobipro.adapters.rendering.identification import Identification
from jobipro.adapters.secrets import RotatingKey
from jobipro.adapters.sqs import SqsQueues
from jobipro.domain.events import Queue
from jobipro.domain.language import Language


def store(settings: Any) -> DynamoStore:
    """Return the store of the tables that a function is told of: `table_subject_keys` is table `subject-keys`."""
    names = [field.name for field in fields(settings) if field.name.startswith("table_")]
    tables = {name.removeprefix("table_").replace("_", "-"): getattr(settings, name) for name in names}
    return DynamoStore(client("dynamodb"), tables)


def subject_keys(settings: Any, kms: Any) -> SubjectKeys:
    """Return the keeper of people's keys."""
    return SubjectKeys(KmsDataKeys(kms, settings.key_subjects, settings.stage))


def address_index(settings: Any, kms: Any) -> KmsMac:
    """Return the digest that finds accounts by address."""
    return KmsMac(kms, settings.key_address_index)


def suppression(settings: Any, kms: Any) -> KmsMac:
    """Return the digest that finds suppressed addresses."""
    return KmsMac(kms, settings.key_suppression)


def rotating_key(secret: str) -> RotatingKey:
    """Return the keys of a secret, fetched when first used."""
    return RotatingKey(client("secretsmanager"), secret)


def queues(settings: Any) -> SqsQueues:
    """Return the way to the queues that a function is told of: `queue_payments` is the queue `payments`."""
    names = [field.name for field in fields(settings) if field.name.startswith("queue_")]
    return SqsQueues(client("sqs"), {Queue(name.removeprefix("queue_")): getattr(settings, name) for name in names})


def identification(settings: Any) -> Identification:
    """Return what every mail and page says about the sender."""
    return Identification(
        sender_name=settings.sender_name,
        sender_address=settings.sender_address,
        postal_address=settings.postal_address,
        officer_email=settings.officer_email,
    )


def queue_urls(settings: Any) -> dict[Queue, str]:
    """Return the URLs of the queues that a function is told of: `queue_matching` is that of queue `matching`."""
    names = [field.name for field in fields(settings) if field.name.startswith("queue_")]
    return {Queue(name.removeprefix("queue_").replace("_", "-")): getattr(settings, name) for name in names}


class Pages:
    """Renders pages with this service's identification; the templates are loaded with the first page."""

    def __init__(self, speaker: Identification) -> None:
        self._speaker = speaker

    def __call__(self, name: str, language: Language | None, facts: Mapping[str, object]) -> str:
        """Return a page as HTML."""
        from jobipro.adapters.rendering.pages import page

        return page(name, language, facts, self._speaker)


def pages(settings: Any) -> Pages:
    """Return what renders pages."""
    return Pages(identification(settings))
