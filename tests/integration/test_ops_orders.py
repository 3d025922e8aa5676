from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from intacct.documents import DocumentResult
from shared.customers.keeping import customer_pk
from shared.facts.record import order_pk
from shared.ledger.records import Intent
from shared.ledger.states import claim, finish
from shared.postings.findings import Reason
from tests.integration.ops_rig import OpsRig, rig

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
