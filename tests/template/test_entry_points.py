"""What sets the product going: the webhook API and the schedules."""

from __future__ import annotations

import json
import re

import pytest

from tests.template.reading import (
    alarms_on,
    events,
    functions,
    properties,
    statements,
    target,
    template,
)

SCHEDULES = events("ScheduleV2")
ASKED = {"DlqRedriveFunction"}
API = properties("AWS::Serverless::Api")["WebhookApi"]


def test_carts_deliver_by_post_and_shake_hands_by_get() -> None:
    delivered = functions()["WebhookIntakeFunction"]["Events"].values()

    assert {event["Properties"]["Method"] for event in delivered} == {"POST", "GET"}
    assert {event["Properties"]["Path"] for event in delivered} == {"/webhooks/{cart}/{store}"}
    assert set(events("Api")) == {"WebhookIntakeFunction", "SageEventsFunction"}


def test_sage_delivers_by_post_to_an_address_of_the_tenant() -> None:
    (event,) = functions()["SageEventsFunction"]["Events"].values()

    assert target(event["Properties"]["RestApiId"]) == "WebhookApi"
    assert (event["Properties"]["Method"], event["Properties"]["Path"]) == (
        "POST", "/sage/{tenant}",
    )  # fmt: skip


def test_bodies_arrive_byte_for_byte() -> None:
    assert API["BinaryMediaTypes"] == ["*~1*"]


def test_a_flood_is_throttled() -> None:
    (settings,) = API["MethodSettings"]

    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert settings["ThrottlingRateLimit"] == 50
    assert settings["ThrottlingBurstLimit"] == 100


def test_the_access_log_names_no_address_and_no_query() -> None:
    condition, setting, nothing = API["AccessLogSetting"]["Fn::If"]
    entry = json.loads(setting["Format"])

    assert condition == "HasAccessLogs"
    assert nothing == {"Ref": "AWS::NoValue"}
    assert target(setting["DestinationArn"]) == "WebhookAccessLogGroup"
    assert set(entry) >= {"request_id", "method", "resource", "status"}
    for told in entry.values():
        assert not told.startswith(("$context.identity", "$context.path", "$context.authorizer"))


def test_failures_of_the_api_raise_an_alarm() -> None:
    alarm = properties("AWS::CloudWatch::Alarm")["WebhookApiFailuresAlarm"]
    dimensions = {each["Name"]: each["Value"] for each in alarm["Dimensions"]}

    assert alarm["MetricName"] == "5XXError"
    assert dimensions == {"ApiName": API["Name"], "Stage": API["StageName"]}


def test_every_job_without_a_queue_has_a_schedule_unless_it_runs_when_asked() -> None:
    triggered = {*events("SQS"), *events("Api"), *ASKED}

    assert set(SCHEDULES) == set(functions()) - triggered
    assert all("Events" not in functions()[name] for name in ASKED)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_punctual_and_runs_only_where_it_shall(name: str) -> None:
    assert SCHEDULES[name]["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert SCHEDULES[name]["State"] == {"Ref": "SchedulesState"}
    assert template()["Parameters"]["SchedulesState"]["Default"] == "DISABLED"


@pytest.mark.parametrize("name", SCHEDULES)
def test_two_stages_of_one_account_do_not_fight_for_the_name_of_a_schedule(name: str) -> None:
    assert SCHEDULES[name]["OmitName"] is True
    assert "Name" not in SCHEDULES[name]


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_run_that_does_not_happen_or_fails_ends_in_a_queue_with_an_alarm(name: str) -> None:
    own = name.removesuffix("Function") + "Dlq"
    afterwards = functions()[name]["EventInvokeConfig"]

    assert target(SCHEDULES[name]["DeadLetterConfig"]["Arn"]) == own
    assert target(afterwards["DestinationConfig"]["OnFailure"]["Destination"]) == own
    assert alarms_on(own, "ApproximateNumberOfMessagesVisible")


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_late_run_gives_way_to_the_next(name: str) -> None:
    rate = re.fullmatch(r"rate\((\d+) minutes?\)", str(SCHEDULES[name]["ScheduleExpression"]))
    assert rate
    every_seconds = int(rate[1]) * 60
    afterwards = functions()[name]["EventInvokeConfig"]

    assert SCHEDULES[name]["RetryPolicy"]["MaximumEventAgeInSeconds"] <= every_seconds
    assert afterwards["MaximumEventAgeInSeconds"] <= every_seconds
    # The schedule itself is the retry: a second one beside it would only run at the same time.
    assert afterwards["MaximumRetryAttempts"] == 0
    assert functions()[name]["Timeout"] <= every_seconds


def test_the_sweeper_runs_every_minute() -> None:
    assert SCHEDULES["SweeperFunction"]["ScheduleExpression"] == "rate(1 minute)"


def test_the_sweeper_reads_what_is_due_by_index() -> None:
    index = {"Fn::Sub": "${OrdersTable.Arn}/index/due-index"}

    assert [
        statement["Action"]
        for statement in statements(functions()["SweeperFunction"])
        if statement["Resource"] == index
    ] == ["dynamodb:Query"]
