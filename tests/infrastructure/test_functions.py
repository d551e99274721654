"""What every function is given: a published version, traces, logs that end, bounds and surroundings of its own."""

import dataclasses
import importlib
import json
from datetime import timedelta
from typing import Any, get_type_hints

import pytest

from jobipro.application.deliver_message import HELD
from tests.infrastructure.shape import ROOT, events, functions, of_type, role, target, template

FOLDERS = sorted(functions())
WITH_SETTINGS = sorted(path.parent.name for path in ROOT.glob("functions/*/settings.py"))

LONGEST_ANSWER = 15
"""Seconds a person waits for an answer at most; API Gateway itself gives up after 29."""


def variables(folder: str) -> dict[str, Any]:
    """Return the environment of a function, without what Powertools reads by itself."""
    shared = template()["Globals"]["Function"]["Environment"]["Variables"]
    given = shared | functions()[folder]["Environment"]["Variables"]
    return {name: value for name, value in given.items() if not name.startswith("POWERTOOLS_")}


def wanted(shape: Any) -> dict[str, bool]:
    """Return the variables that a settings class reads, and whether each must be there."""
    kinds = get_type_hints(shape)
    found: dict[str, bool] = {}
    for field in dataclasses.fields(shape):
        if dataclasses.is_dataclass(kinds[field.name]):
            found |= wanted(kinds[field.name])
        else:
            found[field.name.upper()] = field.default is field.default_factory is dataclasses.MISSING
    return found


def test_every_folder_of_functions_is_deployed_and_every_deployed_function_has_its_handler() -> None:
    assert sorted(path.parent.name for path in ROOT.glob("functions/*/handler.py")) == FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_handler_is_the_one_of_the_folder(folder: str) -> None:
    assert functions()[folder]["Handler"] == f"functions.{folder}.handler.handler"
    assert functions()[folder]["CodeUri"] == f"build/functions/{folder}"


@pytest.mark.parametrize("folder", WITH_SETTINGS)
def test_a_function_is_told_what_its_settings_read_and_nothing_else(folder: str) -> None:
    reads = wanted(importlib.import_module(f"functions.{folder}.settings").Settings)
    given = variables(folder)

    assert given.keys() <= reads.keys()
    assert {name for name, needed in reads.items() if needed} <= given.keys()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_that_pages_may_call_is_told_which_pages(folder: str) -> None:
    assert ("ALLOWED_ORIGINS" in variables(folder)) == bool(events(folder, "Api"))


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_variable_means_the_table_key_secret_or_queue_it_is_named_after(folder: str) -> None:
    outputs = {"TABLE": "Name", "KEY": "KeyArn", "SECRET": "SecretArn", "QUEUE": "Url"}

    for name, value in variables(folder).items():
        kind, _, logical = name.partition("_")
        if kind in outputs:
            wanted_output = logical.title().replace("_", "") + outputs[kind]
            assert value["Fn::GetAtt"][1] == f"Outputs.{wanted_output}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_logs_and_metrics_carry_the_name_of_the_function(folder: str) -> None:
    assert functions()[folder]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] == folder


def test_functions_start_from_a_snapshot_of_a_published_version_and_are_traced() -> None:
    shared = template()["Globals"]["Function"]

    assert shared["Runtime"] == "python3.13"
    assert shared["AutoPublishAlias"] == "live"
    assert shared["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert shared["Tracing"] == "Active"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_change_of_surroundings_alone_publishes_a_version_too(folder: str) -> None:
    assert functions()[folder]["AutoPublishAliasAllProperties"] is True
    assert not functions()[folder].keys() & {"AutoPublishAlias", "SnapStart", "Tracing", "Runtime"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_memory_and_timeout_are_said_for_each_function_and_people_do_not_wait_long(folder: str) -> None:
    own = functions()[folder]

    assert own["MemorySize"] >= 128
    assert own["Timeout"] <= (LONGEST_ANSWER if events(folder, "Api") else 60)


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_function_writes_structured_logs_to_a_group_of_its_own_that_ends_and_is_encrypted(folder: str) -> None:
    logging = functions()[folder]["LoggingConfig"]
    group = of_type("AWS::Logs::LogGroup")[target(logging["LogGroup"]).name]["Properties"]

    assert logging["LogFormat"] == "JSON"
    assert group["LogGroupName"] == {"Fn::Sub": f"/jobipro/${{Stage}}/{folder}"}


@pytest.mark.commitment("security.encrypted-at-rest")
@pytest.mark.parametrize("name", sorted(of_type("AWS::Logs::LogGroup")))
def test_every_log_group_ends_and_is_encrypted_with_our_key(name: str) -> None:
    group = of_type("AWS::Logs::LogGroup")[name]["Properties"]

    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert target(group["KmsKeyId"]).name == "AtRestKey"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_runs_under_a_role_that_no_other_function_has(folder: str) -> None:
    assert [other for other in FOLDERS if role(other) == role(folder)] == [folder]


def test_functions_and_layers_are_built_for_one_architecture_which_is_a_parameter() -> None:
    parameter = {"Ref": "Architecture"}

    assert template()["Globals"]["Function"]["Architectures"] == [parameter]
    for layer in of_type("AWS::Serverless::LayerVersion").values():
        assert layer["Properties"]["CompatibleArchitectures"] == [parameter]


def test_a_stream_record_is_handed_over_once_and_what_fails_is_isolated_then_kept() -> None:
    [stream] = events("outbox_relay", "DynamoDB")

    assert target(stream["Stream"]).name == "Outbox"
    assert json.loads(stream["FilterCriteria"]["Filters"][0]["Pattern"]) == {"eventName": ["INSERT"]}
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert stream["BisectBatchOnFunctionError"] is True
    assert target(stream["DestinationConfig"]["OnFailure"]["Destination"]).name == "OutboxRelayDlq"


def test_whoever_claimed_a_message_is_over_when_another_process_takes_it_over() -> None:
    assert timedelta(seconds=functions()["message_delivery"]["Timeout"]) <= HELD


def test_clocks_strike_each_minute_and_a_missed_stroke_is_kept() -> None:
    [schedule] = events("clocks", "ScheduleV2")

    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert target(schedule["DeadLetterConfig"]["Arn"]).name == "ClocksDlq"
    failed = functions()["clocks"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    assert target(failed["Destination"]).name == "ClocksDlq"
    assert functions()["clocks"]["Timeout"] < 60
