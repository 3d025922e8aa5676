"""Queues: nothing is lost, nothing is handed out twice at once, and somebody is told."""

from __future__ import annotations

import pytest

from shared.dead_letters.queues import WATCHED
from tests.template.reading import (
    alarms_on,
    as_list,
    events,
    functions,
    properties,
    statements,
    target,
    template,
)

DAY = 24 * 60 * 60
QUEUES = properties("AWS::SQS::Queue")
CONSUMED = events("SQS")
OURS = ["CartEventsQueue", "OrderPostingsQueue"]
"""What we send to ourselves; Amazon sends to standard queues only."""

SOURCES = [name for name in QUEUES if name.endswith("Queue")]
DEAD_LETTERS = [name for name in QUEUES if name.endswith("Dlq")]


def test_there_are_three_queues_and_every_other_one_is_a_dead_letter_queue() -> None:
    assert set(SOURCES) == {*OURS, "AmazonEventsQueue"}
    assert set(QUEUES) == {*SOURCES, *DEAD_LETTERS}


@pytest.mark.parametrize("name", SOURCES)
def test_a_message_that_fails_eight_times_moves_to_a_dead_letter_queue(name: str) -> None:
    policy = QUEUES[name]["RedrivePolicy"]
    dead_letters = target(policy["deadLetterTargetArn"])

    assert policy["maxReceiveCount"] == 8
    assert dead_letters == name.removesuffix("Queue") + "Dlq"
    assert QUEUES[dead_letters].get("FifoQueue") is QUEUES[name].get("FifoQueue")


@pytest.mark.parametrize("name", SOURCES)
def test_a_message_waits_four_days_for_us(name: str) -> None:
    assert QUEUES[name]["MessageRetentionPeriod"] == 4 * DAY


@pytest.mark.parametrize("name", DEAD_LETTERS)
def test_dead_letters_are_kept_fourteen_days(name: str) -> None:
    assert QUEUES[name]["MessageRetentionPeriod"] == 14 * DAY


@pytest.mark.parametrize("name", DEAD_LETTERS)
def test_the_first_dead_letter_raises_an_alarm_that_says_what_to_do(name: str) -> None:
    (alarm,) = alarms_on(name, "ApproximateNumberOfMessagesVisible")

    assert alarm["Threshold"] == 0
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert [target(action) for action in alarm["AlarmActions"]] == ["AlarmTopic"]
    assert len(alarm["AlarmDescription"].split()) > 20


@pytest.mark.parametrize("name", SOURCES)
def test_messages_that_wait_for_a_quarter_of_an_hour_raise_an_alarm(name: str) -> None:
    (alarm,) = alarms_on(name, "ApproximateAgeOfOldestMessage")

    assert alarm["Threshold"] == 15 * 60


def test_only_amazon_may_tell_amazons_queue_anything() -> None:
    ((name, policy),) = properties("AWS::SQS::QueuePolicy").items()
    (statement,) = policy["PolicyDocument"]["Statement"]

    assert name == "AmazonEventsQueuePolicy"
    assert [target(queue) for queue in policy["Queues"]] == ["AmazonEventsQueue"]
    assert target(statement["Resource"]) == "AmazonEventsQueue"
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == ["sqs:GetQueueAttributes", "sqs:SendMessage"]
    assert statement["Principal"] == {
        "AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AmazonNotificationsAccount}:root"}
    }
    assert template()["Parameters"]["AmazonNotificationsAccount"]["Default"] == "437568002678"


@pytest.mark.parametrize("name", OURS)
def test_money_keeps_its_order_by_lane_and_lanes_do_not_wait_for_each_other(name: str) -> None:
    queue = QUEUES[name]

    assert queue["FifoQueue"] is True
    assert queue["DeduplicationScope"] == "messageGroup"
    assert queue["FifoThroughputLimit"] == "perMessageGroupId"


@pytest.mark.parametrize("name", QUEUES)
def test_messages_are_encrypted_at_rest(name: str) -> None:
    assert QUEUES[name]["SqsManagedSseEnabled"] is True


def test_every_queue_has_exactly_one_consumer() -> None:
    assert sorted(target(event["Queue"]) for event in CONSUMED.values()) == sorted(SOURCES)


@pytest.mark.parametrize("name", CONSUMED)
def test_a_batch_is_hidden_six_times_as_long_as_its_function_may_run(name: str) -> None:
    queue = QUEUES[target(CONSUMED[name]["Queue"])]

    assert queue["VisibilityTimeout"] >= 6 * functions()[name]["Timeout"]


@pytest.mark.parametrize("name", CONSUMED)
def test_one_bad_message_does_not_send_the_good_ones_back(name: str) -> None:
    assert CONSUMED[name]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert 1 <= CONSUMED[name]["BatchSize"] <= 10


@pytest.mark.parametrize("name", CONSUMED)
def test_a_backlog_cannot_take_the_whole_account(name: str) -> None:
    assert "MaximumConcurrency" in CONSUMED[name]["ScalingConfig"]


def test_every_dead_letter_queue_is_watched_and_its_letters_are_taken() -> None:
    for name in ("DeadLettersFunction", "DlqRedriveFunction"):
        entries = functions()[name]["Environment"]["Variables"]["DEAD_LETTER_QUEUES"]["Fn::Sub"]
        assert entries.split() == [
            f"{one.name}|{_reference(one.dlq_output)}|{_reference(one.queue_output)}"
            for one in WATCHED
        ]
    (taking,) = [
        statement
        for statement in statements(functions()["DeadLettersFunction"])
        if "sqs:ReceiveMessage" in as_list(statement["Action"])
    ]
    assert {one.dlq_output.removesuffix("Url") for one in WATCHED} == set(DEAD_LETTERS)
    assert {target(each) for each in taking["Resource"]} == set(DEAD_LETTERS)


def _reference(output: str) -> str:
    return f"${{{output.removesuffix('Url')}}}" if output else ""
