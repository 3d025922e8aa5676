"""`order returned`: a person says what became of goods, and it is kept for the planner."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from commerce.money import Money
from commerce.orders import Ref, Refund, RefundLine, Restock
from ops.order_books import order_book
from shared.facts.record import FactsRecord, order_pk
from shared.postings.fates import Fate
from tests.integration.ops_rig import OpsRig, rig
from tests.integration.order_posting_rig import SOLD_AT

__all__ = ["rig"]

PK = order_pk("acme", "shop", "1001")
SAY = ("order", "returned", "acme", "shop", "1001", "R1", "--why", "the parcel was opened")


def kept(rig: OpsRig) -> FactsRecord:
    record = rig.desk.facts.load(PK)
    assert record is not None
    return record


def give_back(rig: OpsRig, restock: Restock = Restock.NONE) -> None:
    """The order's refund names its line, and says so much of its goods."""
    record = rig.keep("1001")
    assert record.known.order is not None
    (line,) = record.known.order.lines
    money = Money.of("10.00", "USD")
    back = RefundLine(line.id, line.quantity, money, money * 0, restock)
    ref = Ref("shopify", "shop", "refund", "R1")
    refund = Refund(ref, "1001", SOLD_AT + timedelta(hours=2), "USD", (back,))
    rig.desk.facts.save(replace(record, known=replace(record.known, refunds=(refund,))))


def line_of(rig: OpsRig) -> str:
    order = kept(rig).known.order
    assert order is not None
    return order.lines[0].id


def test_what_is_said_is_kept_and_the_planner_learns_of_it(rig: OpsRig) -> None:
    give_back(rig)

    told = rig.json(*SAY, "--line", line_of(rig), "--as", "scrapped")

    assert told["as"] == "scrapped"
    record = kept(rig)
    fates = {f"R1:{line_of(rig)}": Fate.SCRAPPED}
    assert record.fates == fates
    assert record.due_at is not None
    assert order_book(rig.desk, record, {}).fates == fates


@pytest.mark.parametrize(
    ("line", "restock", "word"),
    [("none", Restock.NONE, "gives back nothing"), ("", Restock.RETURN, "says itself")],
)
def test_what_cannot_be_said_is_refused(
    rig: OpsRig, line: str, restock: Restock, word: str
) -> None:
    give_back(rig, restock)

    answer = rig.run(*SAY, "--line", line or line_of(rig), "--as", "shelved")

    assert word in answer.output
    assert kept(rig).fates == {}
