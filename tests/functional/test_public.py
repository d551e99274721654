"""Anybody may ask whether the service is up, which policy is in force, and who processes data for it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from functions.public.routes import blueprint
from functions.public.settings import Settings
from jobipro.domain import policy
from jobipro.domain.approvals import WORDINGS, Category, Channel
from jobipro.domain.processors import PROCESSORS
from jobipro.http import create_app
from jobipro.settings import read
from tests.functional.conftest import Api

SETTINGS = Settings(stage="test", service_version="1.2.3", officer_email="officer@example.com")


@pytest.fixture
def api() -> Api:
    return Api(create_app("public", blueprint(lambda: SETTINGS, lambda: date(2026, 11, 22)), settings=SETTINGS))


def test_status_names_the_version_deployed(api: Api) -> None:
    assert api.get("/status").json == {"status": "ok", "version": "1.2.3"}


@pytest.mark.commitment("officer.designated")
@pytest.mark.commitment("account.policy-version")
def test_policy_names_the_version_in_force_and_the_officer(api: Api) -> None:
    told = api.get("/policy").json

    assert (told["version"], told["effective_on"]) == ("2026-11-01", "2026-11-01")
    assert told["officer_email"] == "officer@example.com"
    assert told["languages"] == ["en", "fr"]


@pytest.mark.commitment("approval.explicit")
def test_policy_gives_the_wording_to_show_for_each_optional_approval_in_both_languages(api: Api) -> None:
    told = api.get("/policy").json["approvals"]

    asked = [Category.NEWSLETTER, Category.PRODUCT_NEWS, Category.PROMOTIONS, Category.RESEARCH, Channel.SMS]
    assert {str(topic) for topic in asked} <= told.keys()
    for topic, languages in WORDINGS.items():
        assert told[topic] == languages
        assert languages.keys() == set(policy.LANGUAGES)


@pytest.mark.commitment("sharing.processors")
@pytest.mark.commitment("sharing.cross-border")
def test_every_processor_is_named_with_its_purpose_place_and_policy(api: Api) -> None:
    told = api.get("/processors").json

    assert [each["name"] for each in told] == [each.name for each in PROCESSORS]
    for each in told:
        assert each.keys() == {"name", "purpose", "country", "policy_url", "receives"}
        assert all(each.values())
        assert len(each["country"]) == 2
        assert each["policy_url"].startswith("https://")


@pytest.mark.commitment("sharing.processors")
def test_the_register_shows_where_the_published_policy_names_another_host() -> None:
    assert {each.published_as for each in PROCESSORS if each.published_as} == {"Ionos by 1&1"}


@pytest.mark.commitment("officer.designated")
def test_the_officers_address_is_the_published_one_unless_a_stage_says_otherwise() -> None:
    assert read(Settings, {"STAGE": "prod", "SERVICE_VERSION": "1"}).officer_email == "info@jobipro.com"


def test_a_policy_version_is_in_force_from_its_day_on() -> None:
    (only,) = policy.VERSIONS
    before = only.effective_on - timedelta(days=1)

    assert policy.current(only.effective_on) == policy.current(datetime(2030, 1, 1, tzinfo=UTC).date()) == only
    assert policy.in_force(only.version, only.effective_on)
    assert not policy.in_force(only.version, before)
    assert not policy.in_force("2025-01-01", only.effective_on)


@pytest.mark.commitment("account.policy-version")
def test_a_newer_version_takes_the_place_of_the_older_one(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = policy.PolicyVersion("2027-03-01", date(2027, 3, 1))
    monkeypatch.setattr(policy, "VERSIONS", (*policy.VERSIONS, newer))

    assert policy.in_force("2026-11-01", date(2027, 2, 28))
    assert not policy.in_force("2026-11-01", date(2027, 3, 1))
    assert policy.in_force("2027-03-01", date(2027, 3, 1))


def test_versions_are_listed_oldest_first() -> None:
    days = [each.effective_on for each in policy.VERSIONS]

    assert days == sorted(set(days))
