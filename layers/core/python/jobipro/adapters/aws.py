"""The one AWS session, its clients, and how AWS's errors become ours."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from botocore.session import Session

from jobipro.domain.errors import ServiceError, Unavailable

BUSY = {
    "InternalServerError": Unavailable,
    "InternalError": Unavailable,
    "InternalFailure": Unavailable,
    "InternalErrorException": Unavailable,
    "InternalServiceError": Unavailable,
    "KMSInternalException": Unavailable,
    "KeyUnavailableException": Unavailable,
    "DependencyTimeoutException": Unavailable,
    "LimitExceededException": Unavailable,
    "ProvisionedThroughputExceededException": Unavailable,
    "RequestLimitExceeded": Unavailable,
    "RequestThrottled": Unavailable,
    "RequestThrottledException": Unavailable,
    "RequestTimeout": Unavailable,
    "ServiceUnavailable": Unavailable,
    "ServiceUnavailableException": Unavailable,
    "SlowDown": Unavailable,
    "Throttling": Unavailable,
    "ThrottlingException": Unavailable,
    "TooManyRequestsException": Unavailable,
    "TransactionInProgressException": Unavailable,
}
"""What every service says when it has too much to do, or is still at what it was asked before."""


@cache
def session() -> Session:
    """Return the process's session: clients share its credentials and its parsed service models.

    It is botocore's own. What boto3 puts around it serves S3 and resources, and takes a quarter of a start.
    """
    return Session()


def client(service: str, attempts: int = 3, read_timeout: float = 3.0) -> Any:
    """Return a new client; waits are in seconds, short enough to try again inside one request.

    Its calls are not checked against the service's model before they are sent, and it says of itself no more than its
    name: together these took a fifth of the time of a warm request. What a call lacks, the service says itself.
    """
    config = Config(
        parameter_validation=False,
        user_agent="jobipro",
        connect_timeout=1.0,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
        max_pool_connections=4,
    )
    return session().create_client(service, config=config)


@contextmanager
def translated(errors: Mapping[str, Callable[[], ServiceError]]) -> Iterator[None]:
    """Turn what AWS raises into our errors by the table given, and by `BUSY`; what is in neither is a fault of ours."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        ours = errors.get(code) or BUSY.get(code)
        if ours is None:
            raise
        raise ours() from error
    except (NoConnection, HTTPClientError) as error:
        raise Unavailable from error
