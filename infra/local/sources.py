"""Calls from an address of the loopback network: another source is another caller to the limits."""

from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.util import Retry


class FromSource(HTTPAdapter):
    """Makes the connections of a session of requests come from one address, such as 127.0.0.9."""

    def __init__(self, source: str, again: Retry | int = 0) -> None:
        self._source = source
        super().__init__(max_retries=again)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make connections that come from the source."""
        super().init_poolmanager(*arguments, source_address=(self._source, 0), **options)
