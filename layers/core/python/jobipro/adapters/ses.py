"""SES behind `Carrier`: its first API, whose feedback the embedded cloud has, too.

The client must not repeat calls by itself: a mail whose answer got lost may have gone out.
"""

from typing import Any

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
)
from botocore.exceptions import ConnectionError as AnyConnectionError

from jobipro.application.ports.messages import NotSent, PerhapsSent

NEVER_REACHED = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)
"""Failures to connect: SES saw nothing of the mail. TLS is not among them: it can break while the answer is read."""

SERVER_ERROR = 500
"""From this status on an answer does not say what became of the mail."""


class SesCarrier:
    """Sends mails from one address; `configuration_set` names the set that watches over them, if there is one."""

    def __init__(self, client: Any, sender: str, configuration_set: str = "") -> None:
        self._client = client
        self._sender = sender
        self._more = {"ConfigurationSetName": configuration_set} if configuration_set else {}

    def send(self, to: str, mail: bytes) -> None:
        """Send a mail (one SendRawEmail); `NotSent` when SES declined, `PerhapsSent` when it did not say."""
        try:
            self._client.send_raw_email(Source=self._sender, Destinations=[to], RawMessage={"Data": mail}, **self._more)
        except ClientError as error:
            answer = error.response
            if answer.get("ResponseMetadata", {}).get("HTTPStatusCode", SERVER_ERROR) < SERVER_ERROR:
                raise NotSent(answer.get("Error", {}).get("Code", "")) from error
            raise PerhapsSent from error
        except NEVER_REACHED as error:
            raise NotSent from error
        except (AnyConnectionError, HTTPClientError) as error:
            raise PerhapsSent from error
