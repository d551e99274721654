"""Alarms: whatever is left lying somewhere wakes somebody."""

from typing import Any

from jobipro.bootstrap.clocks import ClocksUseCases
from jobipro.observability import NAMESPACE
from tests.infrastructure.shape import of_type, template


def alarms() -> list[dict[str, Any]]:
    return [each["Properties"] for each in of_type("AWS::CloudWatch::Alarm", "Observability").values()]


def test_every_queue_of_dead_letters_raises_an_alarm() -> None:
    dead_letters = {f"{name}Name" for name in of_type("AWS::SQS::Queue", "Messaging") if name.endswith("Dlq")}
    passed = template()["Resources"]["Observability"]["Properties"]["Parameters"]

    watched = {each["Dimensions"][0]["Value"]["Ref"] for each in alarms() if each["Namespace"] == "AWS/SQS"}

    assert watched == dead_letters
    assert {passed[name]["Fn::GetAtt"][1] for name in dead_letters} == {f"Outputs.{name}" for name in dead_letters}


def test_an_event_that_cannot_be_routed_raises_an_alarm_under_the_name_that_clocks_counts_it_by() -> None:
    (alarm,) = [each for each in alarms() if each["Namespace"] == NAMESPACE]

    dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}
    assert alarm["MetricName"] == "UnroutableEvents"
    assert dimensions["service"] == "clocks"
    assert dimensions["task"].replace("-", "_") in ClocksUseCases.__dataclass_fields__
    assert alarm["Threshold"] == 1


def test_every_alarm_is_told_where_a_stage_says() -> None:
    for alarm in alarms():
        assert alarm["AlarmActions"]["Fn::If"][:2] == ["HasTopic", [{"Ref": "AlarmTopicArn"}]]
