"""Settings are read once, from variables named like their fields, and say what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from jobipro.settings import SettingsError, Shared, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    user_pool_id: str
    retries: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Shared):
    table_accounts: str
    limits: Mapping[str, int]
    pool: Pool


ENVIRON = {
    "STAGE": "dev",
    "SERVICE_VERSION": "1",
    "ALLOWED_ORIGINS": "https://a.example, https://b.example,",
    "TABLE_ACCOUNTS": "dev-accounts",
    "LIMITS": '{"sign-up": 5}',
    "USER_POOL_ID": "pool",
    "UNRELATED": "x",
}


def test_fields_are_filled_from_variables_of_their_name() -> None:
    assert read(Settings, ENVIRON) == Settings(
        stage="dev",
        service_version="1",
        allowed_origins=("https://a.example", "https://b.example"),
        table_accounts="dev-accounts",
        limits={"sign-up": 5},
        pool=Pool(user_pool_id="pool"),
    )


def test_what_is_missing_is_named_all_at_once() -> None:
    environ = {"STAGE": "", "SERVICE_VERSION": "1", "LIMITS": "{}"}

    with pytest.raises(SettingsError) as caught:
        read(Settings, environ)

    assert str(caught.value) == "STAGE is missing; TABLE_ACCOUNTS is missing; USER_POOL_ID is missing"


@pytest.mark.parametrize(("name", "text"), [("RETRIES", "three"), ("LIMITS", "[]"), ("LIMITS", "{")])
def test_what_does_not_fit_is_named_without_its_value(name: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(Settings, ENVIRON | {name: text})

    assert str(caught.value) == f"{name} does not fit"


def test_an_empty_list_and_a_default_are_values() -> None:
    assert read(Shared, {"STAGE": "dev", "SERVICE_VERSION": "1", "ALLOWED_ORIGINS": ""}).allowed_origins == ()
    assert read(Shared, {"STAGE": "dev", "SERVICE_VERSION": "1"}).allowed_origins == ()


def test_a_field_of_a_kind_unknown_is_a_mistake_of_ours() -> None:
    @dataclass(frozen=True)
    class Odd:
        stage: float

    with pytest.raises(TypeError, match="a setting cannot be"):
        read(Odd, ENVIRON)
