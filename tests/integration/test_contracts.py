"""The adapters do on the deployed stack what their fakes do in memory."""

from collections.abc import Callable, Iterator
from itertools import batched
from typing import Any

import pytest
import requests

from jobipro.adapters.cognito import CognitoCredentials
from jobipro.adapters.dynamodb.store import DynamoStore
from jobipro.adapters.kms import KmsDataKeys, KmsMac
from jobipro.adapters.s3 import S3Images
from jobipro.adapters.secrets import Secret
from jobipro.adapters.sqs import SqsQueues
from jobipro.adapters.stripe import StripeApi
from jobipro.domain.events import Event, Queue
from tests.contract.credentials import CredentialsContract
from tests.contract.images import ONE, OTHER, ImagesContract
from tests.contract.keys import DataKeysContract, MacContract
from tests.contract.queues import QueuesContract
from tests.contract.store import StoreContract
from tests.contract.stripe import StripeContract, payment
from tests.integration.stack import Stack

__all__ = ["payment"]


@pytest.fixture(scope="module")
def dynamo_store(stack: Stack) -> Iterator[DynamoStore]:
    client = stack.aws("dynamodb")
    yield DynamoStore(client, stack.description["tables"])
    for table in map(stack.table, ("accounts", "limits", "messages", "requests", "subject-keys")):
        pages = client.get_paginator("scan").paginate(TableName=table)
        left = [{"pk": row["pk"], "sk": row["sk"]} for page in pages for row in page["Items"] if made_here(row)]
        for some in batched(left, 25, strict=False):
            client.batch_write_item(RequestItems={table: [{"DeleteRequest": {"Key": key}} for key in some]})


def made_here(row: dict[str, dict[str, Any]]) -> bool:
    """Tell a row of the suite by its name, or a key by having been wrapped by the fake."""
    pk: str = row["pk"]["S"]
    wrapped: bytes = row.get("wrapped_key", {}).get("B", b"")
    return pk.startswith("TEST#") or wrapped.startswith(b"wrapped ")


class TestDynamoStore(StoreContract):
    @pytest.fixture
    def store(self, dynamo_store: DynamoStore) -> DynamoStore:
        return dynamo_store


class TestKmsDataKeys(DataKeysContract):
    @pytest.fixture
    def data_keys(self, stack: Stack) -> KmsDataKeys:
        return KmsDataKeys(stack.aws("kms"), stack.description["kms"]["subjects"], "test")


class TestKmsMac(MacContract):
    @pytest.fixture
    def mac(self, stack: Stack) -> KmsMac:
        return KmsMac(stack.aws("kms"), stack.description["kms"]["address-index"])

    @pytest.fixture
    def other_mac(self, stack: Stack) -> KmsMac:
        return KmsMac(stack.aws("kms"), stack.description["kms"]["suppression"])


class TestCognitoCredentials(CredentialsContract):
    @pytest.fixture
    def credentials(self, stack: Stack) -> CognitoCredentials:
        pool, client = stack.description["user_pool_id"], stack.description["user_pool_client_id"]
        return CognitoCredentials(stack.aws("cognito-idp"), pool, client)


class TestStripeApi(StripeContract):
    @pytest.fixture
    def stripe(self, stack: Stack) -> StripeApi:
        secret = Secret(stack.aws("secretsmanager"), stack.description["secrets"]["stripe"])
        return StripeApi(secret, stack.description["stripe"], stack.description["stage"])

    @pytest.fixture
    def pays(self, stack: Stack) -> Callable[[str, bool], str]:
        def pay(intent: str, good: bool) -> str:
            """Confirm as the customer's browser does; a card that wants its holder each time is good only here."""
            card = "pm_card_visa" if good else "pm_card_authenticationRequired"
            intents = stack.stripe().v1.payment_intents
            paid = intents.confirm(intent, {"payment_method": card})
            if paid.next_action:
                body = {"client_secret": paid.client_secret, "success": "true"}
                path = f"{stack.description['stripe']}/v1/payment_intents/{intent}/_authenticate"
                requests.post(path, body, auth=("sk_test_any", ""), timeout=10).raise_for_status()
            return str(paid.payment_method)

        return pay


class TestS3Images(ImagesContract):
    @pytest.fixture
    def images(self, stack: Stack) -> Iterator[S3Images]:
        images = S3Images(stack.aws("s3"), stack.description["buckets"]["media"])
        yield images
        images.removed(ONE, OTHER)


class TestSqsQueues(QueuesContract):
    """On queues of its own: what is sent to the deployed ones is taken at once."""

    @pytest.fixture
    def urls(self, stack: Stack) -> Iterator[dict[Queue, str]]:
        sqs = stack.aws("sqs")
        made = {queue: sqs.create_queue(QueueName=f"test-{queue}")["QueueUrl"] for queue in Queue}
        yield made
        for url in made.values():
            sqs.delete_queue(QueueUrl=url)

    @pytest.fixture
    def queues(self, stack: Stack, urls: dict[Queue, str]) -> SqsQueues:
        return SqsQueues(stack.aws("sqs"), urls)

    @pytest.fixture
    def received(self, stack: Stack, urls: dict[Queue, str]) -> Callable[[Queue], list[Event]]:
        sqs = stack.aws("sqs")

        def emptied(queue: Queue) -> list[Event]:
            found: list[Event] = []
            while messages := sqs.receive_message(QueueUrl=urls[queue], MaxNumberOfMessages=10).get("Messages"):
                for message in messages:
                    found.append(Event.from_body(message["Body"]))
                    sqs.delete_message(QueueUrl=urls[queue], ReceiptHandle=message["ReceiptHandle"])
            return found

        return emptied
