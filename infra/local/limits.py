"""Limits out of the way of whatever is not about them."""

from collections.abc import Mapping

from jobipro.domain.limits import RULES

RAISED: Mapping[str, int] = dict.fromkeys(RULES, 1_000_000)
"""What a stack is started with whose people do more than people do."""
