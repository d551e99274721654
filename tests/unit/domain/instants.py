"""Instants for property tests."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

instants = st.integers(0, 130 * 365 * 86_400_000_000).map(lambda passed: EPOCH + timedelta(microseconds=passed))
"""Any microsecond of the 130 years from 1970."""
