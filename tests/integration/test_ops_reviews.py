from __future__ import annotations

import json

import pytest

from shared.facts.record import FactsStatus
from shared.postings.findings import Finding, Reason
from shared.reviews.records import ReviewStatus, Stage
from tests.integration.ops_rig import OpsRig, order_ids, rig

__all__ = ["rig"]


def test_open_records_are_listed_by_reason_and_shown_with_their_findings(rig: OpsRig) -> None:
    subject = rig.hold("1001", Reason.PERIOD_CLOSED)
    rig.hold("1002", Reason.MAPPING_MISSING)

    listed = rig.json("review", "list", "--reason", "PERIOD_CLOSED")
    shown = rig.run("review", "show", "acme", subject)

    assert [one["subject"] for one in listed] == [subject]
    assert "PERIOD_CLOSED at line 1: something is wrong" in shown.output
    assert "fix: set it right" in shown.output


def test_a_retry_of_held_facts_goes_through_customer_sync_without_a_release(rig: OpsRig) -> None:
    rig.keep("1001", status=FactsStatus.HELD)
    subject = rig.hold("1001", Reason.MAPPING_MISSING, Stage.FACTS)

    result = rig.run("review", "retry", "acme", subject, "--why", "mapped the item")

    (message,) = rig.take("CartEventsQueueUrl")
    event = json.loads(message["Body"])
    (note,) = rig.desk.audit.all("acme")
    assert result.exit_code == 0, result.output
    assert (event["resource_id"], event["raw_key"], event["released_by"]) == ("1001", "", "")
    assert message["Attributes"]["MessageGroupId"] == "acme#shop#1001"
    assert (note.what, note.subject, note.why) == ("review retry", subject, "mapped the item")


def test_a_release_names_the_person_to_the_workers_and_in_the_record(rig: OpsRig) -> None:
    for order_id, status in (("1001", FactsStatus.READY), ("1002", FactsStatus.HELD)):
        rig.keep(order_id, status=status)
    posting = rig.hold("1001", Reason.REFUSED_BY_SAGE)
    customer = rig.hold("1002", Reason.REFUSED_BY_SAGE, Stage.FACTS)

    for subject in (posting, customer):
        rig.run("review", "release", "acme", subject, "--why", "term added in Sage", "--yes")

    who = rig.desk.audit.who
    (order,) = [json.loads(m["Body"]) for m in rig.take("OrderPostingsQueueUrl")]
    (event,) = [json.loads(m["Body"]) for m in rig.take("CartEventsQueueUrl")]
    assert who
    assert order["cause"] == f"release:{who}"
    assert event["released_by"] == who
    assert [note.who for note in rig.desk.audit.all("acme")] == [who, who]


def test_a_retry_of_a_posting_is_no_release_and_keeps_the_lane(rig: OpsRig) -> None:
    rig.keep("1001")
    subject = rig.hold("1001", Reason.PERIOD_CLOSED)

    rig.run("review", "retry", "acme", subject, "--why", "period opened")
    rig.run("review", "retry", "acme", subject, "--why", "period opened, really")

    messages = rig.take("OrderPostingsQueueUrl")
    assert [json.loads(m["Body"])["cause"] for m in messages] == ["retry", "retry"]
    assert len({m["Attributes"]["MessageGroupId"] for m in messages}) == 1


def test_a_posting_that_may_not_be_posted_is_refused_with_its_status(rig: OpsRig) -> None:
    rig.keep("1001", status=FactsStatus.HELD)
    subject = rig.hold("1001", Reason.PERIOD_CLOSED)

    result = rig.run("review", "retry", "acme", subject, "--why", "x")

    assert result.exit_code == 1
    assert "is held, not ready" in result.output
    assert rig.take("OrderPostingsQueueUrl") == []


def test_dismissing_closes_with_a_record_and_posts_nothing(rig: OpsRig) -> None:
    subject = rig.hold("1001", Reason.TEST_ORDER)

    first = rig.run("review", "dismiss", "acme", subject, "--why", "a test", answers="y\n")
    second = rig.run("review", "dismiss", "acme", subject, "--why", "a test", "--yes")

    assert first.exit_code == 0
    assert rig.desk.review("acme", subject).status is ReviewStatus.CLOSED
    assert second.exit_code == 1
    assert [note.what for note in rig.desk.audit.all("acme")] == ["review dismiss"]
    assert rig.take("OrderPostingsQueueUrl") == []


def test_a_day_is_exported_anew_by_its_function_in_the_persons_name(rig: OpsRig) -> None:
    functions = rig.answer_functions({"GlExport": {"days": [{"state": "posted"}]}})
    subject = "day:outlet:USD:2026-03-02"
    finding = Finding(Reason.REFUSED_BY_SAGE, "day", "refused")
    rig.desk.reviews.open("acme", subject, [finding], at=rig.desk.clock())

    told = rig.run("review", "release", "acme", subject, "--why", "account added", "--yes")

    (name, asked) = functions.asked[0]
    assert name == "GlExport"
    assert asked == {
        "tenant": "acme",
        "store": "outlet",
        "date": "2026-03-02",
        "release_by": rig.desk.audit.who,
    }
    assert "posted" in told.output


def test_an_intake_that_lacks_its_configuration_cannot_be_retried(rig: OpsRig) -> None:
    finding = Finding(Reason.CONFIGURATION_MISSING, "store", "there is no secret")
    rig.desk.reviews.open("acme", "intake:shop", [finding], at=rig.desk.clock())

    result = rig.run("review", "retry", "acme", "intake:shop", "--why", "x")

    assert result.exit_code == 1
    assert "correct what its findings say" in result.output


@pytest.mark.parametrize("command", ["release", "dismiss"])
def test_with_json_nobody_is_asked_and_nothing_is_done(rig: OpsRig, command: str) -> None:
    subject = rig.hold("1001", Reason.TEST_ORDER)

    result = rig.run("review", command, "acme", subject, "--why", "x", "--json")

    assert result.exit_code == 1
    assert rig.desk.review("acme", subject).status is ReviewStatus.OPEN
    assert list(rig.desk.audit.all("acme")) == []


def test_all_orders_with_a_reason_go_again_in_the_order_in_which_they_were_held(
    rig: OpsRig,
) -> None:
    for order_id in ("1003", "1001", "1002"):
        rig.keep(order_id)
        rig.hold(order_id, Reason.MAPPING_MISSING)
    rig.keep("1004")
    rig.hold("1004", Reason.PERIOD_CLOSED)
    arguments = ("review", "retry", "--reason", "MAPPING_MISSING", "--why", "mapped", "--yes")

    report = rig.json(*arguments, "--rate", "4")

    assert report == {"started": 3, "left": 0, "failed": []}
    assert order_ids(rig.take("OrderPostingsQueueUrl")) == ["1003", "1001", "1002"]
    assert rig.slept == [0.25, 0.25, 0.25]
    notes = list(rig.desk.audit.all("acme"))
    assert [(note.what, note.why) for note in notes] == [("review retry", "mapped")] * 3


def test_a_bulk_retry_goes_on_past_what_cannot_be_started_and_says_so(rig: OpsRig) -> None:
    rig.hold("1001", Reason.MAPPING_MISSING)
    rig.keep("1002")
    rig.hold("1002", Reason.MAPPING_MISSING)
    finding = Finding(Reason.MAPPING_MISSING, "x", "y")
    rig.desk.reviews.open("acme", "delivery:shop:d1", [finding], at=rig.desk.clock())

    result = rig.run("review", "retry", "--reason", "MAPPING_MISSING", "--why", "x", "--yes")

    assert result.exit_code == 1
    assert "1 go again; 1 are no orders" in result.output
    assert "nothing is known of order 1001" in result.output
    assert order_ids(rig.take("OrderPostingsQueueUrl")) == ["1002"]


def test_a_bulk_release_names_the_person_and_asks(rig: OpsRig) -> None:
    rig.keep("1001")
    rig.hold("1001", Reason.PERIOD_CLOSED)
    arguments = ("review", "release", "acme", "--reason", "PERIOD_CLOSED", "--why", "opened")

    declined = rig.run(*arguments, answers="n\n")
    before = rig.take("OrderPostingsQueueUrl")
    agreed = rig.run(*arguments, answers="y\n")

    (message,) = rig.take("OrderPostingsQueueUrl")
    assert (declined.exit_code, before) == (1, [])
    assert agreed.exit_code == 0, agreed.output
    assert json.loads(message["Body"])["cause"] == f"release:{rig.desk.audit.who}"


def test_a_retry_of_nothing_in_particular_is_refused(rig: OpsRig) -> None:
    result = rig.run("review", "retry", "--why", "x")

    assert result.exit_code == 1
    assert "--reason" in result.output
