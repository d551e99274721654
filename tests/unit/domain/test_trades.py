"""The trades."""

import re

import pytest

from jobipro.domain.language import Language
from jobipro.domain.trades import NAMES, Trade


@pytest.mark.parametrize("trade", Trade)
def test_every_trade_has_a_name_in_both_languages(trade):
    assert all(NAMES[trade][language] for language in Language)


@pytest.mark.parametrize("trade", Trade)
def test_a_trade_can_stand_in_a_key(trade):
    assert re.fullmatch("[a-z_]+", trade)


def test_the_trades_of_the_design_are_there():
    named = "plumbing electrical painting cleaning moving landscaping carpentry roofing hvac handyman"
    assert set(named.split()) <= set(Trade)


@pytest.mark.parametrize("language", Language)
def test_no_two_trades_share_a_name(language):
    assert len({names[language] for names in NAMES.values()}) == len(Trade)
