"""A webhook written the plainest usual way: Stripe's package makes an event of the payload, and all of it is put."""

import json
import os
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import boto3
import stripe

from jobipro.adapters.aws import client

secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET_STRIPE"])
held = json.loads(secret["SecretString"])


def take_in(dynamodb: Any, event: dict[str, Any], context: object) -> dict[str, Any]:
    """Check the signature, keep the payload, answer."""
    try:
        told = stripe.Webhook.construct_event(
            event["body"], event["headers"]["Stripe-Signature"], held["webhook_secrets"][0]
        )
    except (ValueError, stripe.SignatureVerificationError):
        return {"statusCode": 400, "body": ""}
    row = {"pk": {"S": told.id}, "type": {"S": told.type}, "event": {"S": json.dumps(told.to_dict())}}
    dynamodb.put_item(TableName=os.environ["TABLE_PAYMENTS"], Item=row)
    return {"statusCode": 200, "body": ""}


handlers: Mapping[str, Callable[[Any, object], Any]] = {
    "with boto3 as it comes": partial(take_in, boto3.client("dynamodb")),
    "with our client": partial(take_in, client("dynamodb")),
}
"""The same by two clients."""
