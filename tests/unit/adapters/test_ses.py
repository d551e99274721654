"""SES: what an answer, or none, says about whether a mail went out; in doubt it may have."""

from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)

from jobipro.adapters.ses import SesCarrier
from jobipro.application.ports.messages import NotSent, PerhapsSent

URL = "https://email.ca-central-1.amazonaws.com"


class Ses:
    """Answers with an error, or takes everything."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.taken: list[dict[str, Any]] = []

    def send_raw_email(self, **call: Any) -> None:
        self.taken.append(call)
        if self.trouble is not None:
            raise self.trouble


def answered(code: str, status: int) -> ClientError:
    """Return what SES says no with."""
    answer: Any = {
        "Error": {"Code": code, "Message": "marie@example.com"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return ClientError(answer, "SendRawEmail")


def test_a_mail_goes_to_one_address_whatever_its_headers_say() -> None:
    ses = Ses()

    SesCarrier(ses, "hello@jobipro.test").send("marie@example.com", b"To: others@example.com")

    (call,) = ses.taken
    assert (call["Source"], call["Destinations"]) == ("hello@jobipro.test", ["marie@example.com"])
    assert "ConfigurationSetName" not in call


@pytest.mark.parametrize(
    "trouble",
    [
        answered("Throttling", 400),
        answered("MessageRejected", 400),
        ConnectTimeoutError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL),
        ProxyConnectionError(proxy_url=URL),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
def test_what_ses_declined_or_never_saw_was_not_sent(trouble: Exception) -> None:
    with pytest.raises(NotSent) as told:
        SesCarrier(Ses(trouble), "hello@jobipro.test").send("marie@example.com", b"")

    assert "marie" not in str(told.value) + told.value.reason


@pytest.mark.parametrize(
    "trouble",
    [
        answered("InternalFailure", 500),
        answered("ServiceUnavailable", 503),
        ReadTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
        SSLError(endpoint_url=URL, error=OSError("bad record")),
        HTTPClientError(error=OSError("unknown")),
    ],
    ids=lambda trouble: type(trouble).__name__,
)
def test_where_the_answer_is_lost_or_says_nothing_the_mail_may_have_gone_out(trouble: Exception) -> None:
    with pytest.raises(PerhapsSent):
        SesCarrier(Ses(trouble), "hello@jobipro.test").send("marie@example.com", b"")
