"""Alarms: each tells somebody what happened and what to do, and watches a metric that exists."""

from __future__ import annotations

import pytest

from shared.changes.reports import Outcome as ChangeOutcome
from shared.changes.taking import Outcome as EventOutcome
from shared.connections.keeping import REFUSED
from shared.customers.sync import SyncOutcome
from shared.gl.reports import DayState
from shared.inventory.proving import WorthState
from shared.payouts.booking import BookingState
from shared.polling.reports import PollOutcome
from shared.posting.reports import PostingState
from shared.reconciliation.prove import ProofState
from tests.template.reading import functions, properties, target

ALARMS = properties("AWS::CloudWatch::Alarm")
NAMESPACE = {"Fn::Sub": "Cartledger/${Stage}"}
OURS = [name for name, alarm in ALARMS.items() if alarm["Namespace"] == NAMESPACE]
TEN_MINUTES = 600
METRICS = {
    "sage_events": {
        "SageEvent" + outcome.value.title().replace("_", "") for outcome in EventOutcome
    },
    "cart_poller": {f"CartPoll{outcome.value.title()}" for outcome in PollOutcome},
    "customer_sync": {
        "CartEvent" + outcome.value.title().replace("_", "") for outcome in SyncOutcome
    },
    "customer_watch": {"CustomerWatchFailed"},
    "item_sync": {f"ItemSync{outcome.value.title()}" for outcome in PollOutcome},
    "inventory_sync": {
        *(f"InventorySync{outcome.value.title()}" for outcome in PollOutcome),
        *(f"StockWorth{state.value.title()}" for state in WorthState),
    },
    "intacct_poller": {
        "RecordsHeld",
        "DriftFound",
        *(f"Changes{outcome.value.title()}" for outcome in ChangeOutcome),
    },
    "order_posting": {f"Order{state.value.title()}" for state in PostingState},
    "gl_export": {f"Day{state.value.title()}" for state in DayState},
    "payout_sync": {
        *(f"PayoutPoll{outcome.value.title()}" for outcome in PollOutcome),
        *(f"Payout{state.value.title()}" for state in BookingState),
    },
    "reconciliation": {f"Proof{state.value.title()}" for state in ProofState},
    "token_refresh": {"ConnectionRefused", f"Token{REFUSED.title()}"},
    "session_manager": {f"Session{REFUSED.title()}"},
    "dead_letters": {"DeadLetterKept", "DeadLetterLeft"},
}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_reaches_somebody_and_so_does_its_end(name: str) -> None:
    alarm = ALARMS[name]

    assert [target(action) for action in alarm["AlarmActions"]] == ["AlarmTopic"]
    assert [target(action) for action in alarm["OKActions"]] == ["AlarmTopic"]


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_happened_and_what_to_do(name: str) -> None:
    text = str(ALARMS[name]["AlarmDescription"])

    assert len(text.split()) >= 20
    assert len(text) <= 1024


@pytest.mark.parametrize("name", OURS)
def test_an_alarm_on_a_metric_of_ours_watches_one_that_the_function_writes(name: str) -> None:
    (dimension,) = ALARMS[name]["Dimensions"]

    assert dimension["Name"] == "service"
    assert ALARMS[name]["MetricName"] in METRICS[dimension["Value"]]
    variables = [function["Environment"]["Variables"] for function in functions().values()]
    namespaces = [
        each["POWERTOOLS_METRICS_NAMESPACE"]
        for each in variables
        if each["POWERTOOLS_SERVICE_NAME"] == dimension["Value"]
    ]
    assert namespaces == [NAMESPACE]


def test_held_orders_and_refused_credentials_raise_an_alarm() -> None:
    watched = {str(ALARMS[name]["MetricName"]) for name in OURS}

    assert {"CartEventHeld", "OrderHeld", "DayHeld", "PayoutHeld"} <= watched
    assert "ConnectionRefused" in watched


def test_refused_credentials_raise_one_alarm_that_does_not_flutter() -> None:
    """Whoever meets them writes a metric; one of these is watched, for longer than its schedule."""
    watched = [ALARMS[name] for name in OURS]
    of_refusals = [
        alarm for alarm in watched if str(alarm["MetricName"]).endswith(("Refused", "Stopped"))
    ]

    (alarm,) = of_refusals
    assert alarm["Period"] * alarm["EvaluationPeriods"] > TEN_MINUTES
