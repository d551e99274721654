"""The data map."""

import pytest

from jobipro.domain.data_map import ENTRIES, UndeclaredField, check, declared
from jobipro.domain.subject_keys import KeyClass


def test_declared_fields_pass():
    check("accounts", "PROFILE", {"email": "a", "date_of_birth": "b", "mailing_address": {"street": "c"}})
    check("accounts", "PROFILE", {"provider": {"base": ["1", "2"], "radius_km": 5}})
    check("accounts", "COV", {"base": ["1", "2"], "radius_km": 5})
    check("requests", "REQUEST", {})


@pytest.mark.commitment("purpose.bound")
@pytest.mark.parametrize(
    ("table", "row", "fields", "named"),
    [
        ("accounts", "PROFILE", {"email": "a", "shoe_size": "secret"}, ("shoe_size",)),
        ("accounts", "PROFILE", {"provider": {"base": 1, "income": "secret"}}, ("provider.income",)),
        ("accounts", "PROFILE", {"provider": "secret"}, ("provider",)),
        ("accounts", "COV", {"email": "secret"}, ("email",)),
        ("requests", "OFFER", {"title": "secret"}, ("title",)),
        ("outbox", "O", {"email": "secret"}, ("email",)),
    ],
)
def test_an_undeclared_field_is_refused_by_name_and_without_its_value(table, row, fields, named):
    with pytest.raises(UndeclaredField) as refused:
        check(table, row, fields)

    assert refused.value.fields == named
    assert "secret" not in str(refused.value)


@pytest.mark.commitment("purpose.bound")
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.table}.{entry.row}.{entry.field}")
def test_every_field_has_a_purpose_and_a_retention(entry):
    assert entry.purposes
    assert entry.retention.words.endswith(".")


def test_a_field_is_declared_once():
    assert len({(entry.table, entry.row, entry.field) for entry in ENTRIES}) == len(ENTRIES)


def test_only_records_of_payments_proof_of_consent_and_names_in_a_ledger_outlive_an_erasure():
    outliving = [entry for entry in ENTRIES if entry.key_class is KeyClass.RECORD]

    assert outliving == [
        *declared("payments", "PAYMENT"),
        *declared("consents", "C"),
        *declared("disclosures", "ENTRY"),
    ]
