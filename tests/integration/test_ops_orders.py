from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from intacct.documents import DocumentResult
from shared.customers.keeping import customer_pk
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.records import Intent
from shared.ledger.states import claim, finish
from shared.postings.findings import Reason
from tests.integration.ops_rig import OpsRig, rig
from tests.integration.order_posting_rig import sold

__all__ = ["rig"]

LONG_AGO = datetime(2026, 3, 2, 12, tzinfo=UTC)
INVOICE = "acme/100/INVOICE/shop:invoice:F1001"


def claimed(rig: OpsRig, pk: str, key: str, *, at: datetime = LONG_AGO) -> None:
    intent = Intent(pk, key, "1001-INV-ABCDEFGH", "CONTROL", "hash")
    rig.desk.ledger.commit(claim(intent, None, owner="worker", now=at))


def booked(rig: OpsRig, pk: str, key: str) -> None:
    intent = Intent(pk, key, "C-1", "CONTROL2", "hash")
    (mine,) = rig.desk.ledger.commit(claim(intent, None, owner="worker", now=LONG_AGO))
    rig.desk.ledger.commit(finish(mine, DocumentResult(key="17", id="C-1"), now=LONG_AGO))


def test_an_orders_postings_stand_behind_its_customers(rig: OpsRig) -> None:
    rig.keep("1001")
    claimed(rig, order_pk("acme", "shop", "1001"), INVOICE)
    booked(rig, customer_pk("acme", "C-1"), "acme//CUSTOMER/shop:customer:C-1")

    listed = rig.json("postings", "list", "acme", "shop", "1001")
    in_doubt = rig.json("postings", "list", "acme", "shop", "1001", "--state", "SENT")

    assert [(one["state"], one["sage_id"]) for one in listed] == [("DONE", "C-1"), ("SENT", "")]
    assert [one["key"] for one in in_doubt] == [INVOICE]


def test_one_posting_is_shown_with_its_history(rig: OpsRig) -> None:
    rig.keep("1001")
    claimed(rig, order_pk("acme", "shop", "1001"), INVOICE)

    shown = rig.run("postings", "show", "acme", "shop", "1001", "invoice:F1001")
    missing = rig.run("postings", "show", "acme", "shop", "1001", "invoice:F9")

    assert "1001-INV-ABCDEFGH" in shown.output
    assert "2026-03-02" in shown.output.partition("history")[2]
    assert missing.exit_code == 1


def test_settling_puts_the_order_on_its_lane_and_leaves_a_record(rig: OpsRig) -> None:
    rig.keep("1001")
    claimed(rig, order_pk("acme", "shop", "1001"), INVOICE)

    result = rig.run("postings", "settle", "acme", "shop", "1001", "--why", "month end")

    (message,) = rig.take("OrderPostingsQueueUrl")
    (note,) = rig.desk.audit.all("acme")
    assert result.exit_code == 0, result.output
    assert json.loads(message["Body"])["cause"] == f"settle:{note.who}"
    assert note.details["keys"] == INVOICE


def test_what_a_worker_holds_or_what_is_not_in_doubt_is_left_alone(rig: OpsRig) -> None:
    for order_id in ("1001", "1002"):
        rig.keep(order_id)
    just_now = rig.desk.clock() - timedelta(seconds=1)
    claimed(rig, order_pk("acme", "shop", "1001"), INVOICE, at=just_now)

    leased = rig.run("postings", "settle", "acme", "shop", "1001", "--why", "x")
    settled = rig.run("postings", "settle", "acme", "shop", "1002", "--why", "x")

    assert (leased.exit_code, settled.exit_code) == (1, 1)
    assert "a worker is at it" in leased.output
    assert "no posting of the order is in doubt" in settled.output
    assert rig.take("OrderPostingsQueueUrl") == []
    assert list(rig.desk.audit.all("acme")) == []


def test_an_order_is_shown_by_numbers_and_codes(rig: OpsRig) -> None:
    rig.keep("1001")
    claimed(rig, order_pk("acme", "shop", "1001"), INVOICE)
    rig.hold("1001", Reason.PERIOD_CLOSED)

    document = rig.json("order", "show", "acme", "shop", "1001")
    shown = rig.run("order", "show", "acme", "shop", "1001")
    unknown = rig.run("order", "show", "acme", "shop", "404")

    assert (document["status"], document["payments"]) == ("ready", 1)
    assert document["postings"] == {INVOICE: "SENT"}
    assert document["reviews"] == {"order:shop:1001:posting": "open"}
    assert "PERIOD_CLOSED" in shown.output
    assert "100.00" not in shown.output
    assert unknown.exit_code == 1
    assert "nothing is known of order 404" in unknown.output


def test_an_orders_whole_life_is_told_with_who_decided_what(rig: OpsRig) -> None:
    record = rig.keep("1001")
    rig.desk.facts.save(replace(record, sources=("raw/acme/shop/abc.json",)))
    claimed(rig, order_pk("acme", "shop", "1001"), INVOICE)
    rig.run("postings", "settle", "acme", "shop", "1001", "--why", "month end")
    rig.run("postings", "settle", "acme", "shop", "1002", "--why", "of another order")
    rig.dead_order("1001")
    later = rig.desk.clock() + timedelta(minutes=5)
    rig.desk.collector.collect([rig.dead_queue("order-postings")], later)

    told = rig.json("order", "show", "acme", "shop", "1001")
    shown = rig.run("order", "show", "acme", "shop", "1001").output

    assert told["events"] == ["raw/acme/shop/abc.json"]
    assert [one["is_newest"] for one in told["versions"]] == [True]
    assert [one["id"] for one in told["told"]] == ["P1001", "F1001"]
    assert [one["why"] for one in told["decisions"]] == ["month end"]
    assert [one["queue"] for one in told["dead_letters"]] == ["order-postings"]
    (document,) = told["documents"]
    assert (document["key"], document["state"]) == (INVOICE, "SENT")
    assert document["history"]
    assert "month end" in shown
    assert "raw/acme/shop/abc.json" in shown
    assert "100.00" not in shown


def test_a_plan_tells_documents_lines_accounts_and_the_rule_behind_each(rig: OpsRig) -> None:
    rig.keep("1001")

    told = rig.json("order", "plan", "acme", "shop", "1001")
    shown = rig.run("order", "plan", "acme", "shop", "1001").output

    kinds = [one["kind"] for one in told["postings"]]
    assert sorted(kinds) == ["ADVANCE", "APPLY", "INVOICE", "SO_CREATE"]
    assert sorted(told["missing"]) == sorted(one["key"] for one in told["postings"])
    invoice = next(one for one in told["postings"] if one["kind"] == "INVOICE")
    assert [(one["account"], one["side"], one["amount"]) for one in invoice["effect"]] == [
        ("1200", "debit", "100.00"),
        ("4000", "credit", "100.00"),
    ]
    assert [one["item"] for one in invoice["items"]] == ["TEE"]
    assert any("sku TEE" in why for why in invoice["effect"][1]["why"])
    assert invoice["switches"]["invoice_on"] == "ship"
    assert told["switches"]["posting_mode"] == "detail"
    assert invoice["dated_on"] == invoice["true_on"] == "2026-03-02"
    net = {one["account"]: one["net"] for one in told["balances"]}
    assert net == {"1100": "100.00", "1200": "0.00", "2050": "0.00", "4000": "-100.00"}
    assert "would be posted" in shown
    assert "account 4000 by" in shown
    assert "recognise_on=ship" in shown
    assert rig.take("OrderPostingsQueueUrl") == []


def test_a_plan_tells_what_stands_in_its_way(rig: OpsRig) -> None:
    pk = order_pk("acme", "shop", "1001")
    known = sold("1001")
    assert known.order is not None
    twice = replace(known.order, total=known.order.total * 2)
    rig.desk.facts.save(FactsRecord(pk, replace(known, order=twice), customer="C-1"))

    told = rig.json("order", "plan", "acme", "shop", "1001")
    shown = rig.run("order", "plan", "acme", "shop", "1001").output

    assert told["is_held_back"]
    assert "the order is waiting: nothing of it is posted as long as it is" in shown
    assert {one["reason"] for one in told["findings"]} >= {"UNBALANCED"}
    assert told["missing"] == []
    assert "Stands in the way: nothing is posted" in shown


def test_a_plan_of_a_summary_channel_tells_its_events(rig: OpsRig) -> None:
    pk = order_pk("acme", "outlet", "7001")
    facts = sold("7001", store="outlet")
    rig.desk.facts.save(FactsRecord(pk, facts, status=FactsStatus.READY))

    told = rig.json("order", "plan", "acme", "outlet", "7001")
    shown = rig.run("order", "plan", "acme", "outlet", "7001").output

    assert told["postings"] == []
    assert [one["event"] for one in told["day_entries"]] == ["sale:7001:F7001"]
    assert "Ledger lines of sale:7001:F7001" in shown


def test_a_plan_against_the_books_ends_with_an_error_where_they_differ(rig: OpsRig) -> None:
    rig.keep("1001")
    there = {
        "key": INVOICE,
        "number": "1001-INV-ABCDEFGH",
        "state": "DONE",
        "standing": "as sent",
        "is_right": True,
        "differences": [],
        "sage_key": "17",
        "sage_id": "17",
        "sage_state": "posted",
        "total": "100.00 USD",
    }
    gone = {**there, "standing": "missing in Sage", "is_right": False, "sage_key": ""}
    plan = ("order", "plan", "acme", "shop", "1001", "--against")
    functions = rig.answer_functions({"OrderPosting": {"documents": [there], "findings": []}})

    right = rig.run(*plan, "books")
    rig.answer_functions({"OrderPosting": {"documents": [there, gone], "findings": []}})
    wrong = rig.run(*plan, "books")
    rig.answer_functions({"OrderPosting": {"documents": [], "findings": ["store: unknown"]}})
    unknown = rig.run(*plan, "books")
    other = rig.run(*plan, "cart")

    look = {"tenant": "acme", "store": "shop", "order_id": "1001"}
    assert functions.asked == [("OrderPosting", {"look": look})]
    assert right.exit_code == 0, right.output
    assert "Beside the books" in right.output
    assert [one.exit_code for one in (wrong, unknown, other)] == [1, 1, 1]
    assert "1 of 2 documents are not in Sage as the ledger says" in wrong.output
    assert "store: unknown" in unknown.output
