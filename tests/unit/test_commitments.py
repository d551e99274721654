"""The commitments as they are listed, the tests that are marked with them, and the page that shows both."""

import pytest

from infra.promises.__main__ import mistakes
from infra.promises.commitments import ROOT, Kind, listed
from infra.promises.page import PAGE, page
from infra.promises.proofs import proofs
from jobipro.domain.data_map import DataCategory, Purpose


def test_the_list_knows_every_commitment_that_a_test_names_and_every_claim_names_code_and_has_a_test() -> None:
    assert mistakes(listed(), proofs(ROOT), ROOT) == []


def test_there_are_commitments_of_every_kind() -> None:
    assert {each.kind for each in listed()} == set(Kind)


@pytest.mark.parametrize("named", [*DataCategory, *Purpose])
def test_the_data_map_names_what_is_collected_and_why_by_ids_that_are_listed(named: str) -> None:
    assert named in {each.id for each in listed()}


def test_the_page_shows_the_commitments_as_they_are_listed_and_proved() -> None:
    assert (ROOT / PAGE).read_text() == page(listed(), proofs(ROOT)), "write it anew with 'make promises'"
