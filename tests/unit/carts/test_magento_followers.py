"""Invoices, shipments and credit memos of Magento: receipts, parcels and refunds."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code
from carts.documents import Node
from carts.magento.readings import Followers, credit_memo_reading
from commerce.identity import refund_breaches
from commerce.money import Money
from commerce.orders import AdjustmentKind, Facts, FulfilmentLine, PaymentState
from tests.unit.carts.magento_readings import (
    CANCELLED_ORDER,
    EXPECTED,
    as_bundle,
    gbp,
    memo,
    parsed,
    plain_order,
    read,
)


def facts_with(
    invoices: list[Any] | None = None,
    shipments: list[Any] | None = None,
    memos: list[Any] | None = None,
    order: dict[str, Any] | None = None,
) -> Facts:
    followers = Followers(parsed(invoices or []), parsed(shipments or []), parsed(memos or []))
    reading = read(order or plain_order(), followers)
    assert reading.facts is not None, reading.problems
    return reading.facts


def test_a_credit_memo_maps_to_its_expected_numbers() -> None:
    wanted = EXPECTED["creditmemo"]

    reading = credit_memo_reading(Node(parsed(memo()), "", []), "shop")

    assert reading.facts is not None, reading.problems
    (refund,) = reading.facts.refunds
    breakdown = wanted["refund_breakdown"]
    net = Decimal(breakdown["lines"]) - Decimal(breakdown["discount"])
    assert (refund.ref.id, refund.order_id) == (wanted["refund_id"], wanted["order_id"])
    assert len(refund.lines) == wanted["line_count"]
    assert refund.lines[0].subtotal.amount == net
    assert refund.lines[0].tax.plain() == breakdown["line_tax"]
    assert {part.kind: part.amount.plain() for part in refund.adjustments} == {
        AdjustmentKind.GOODWILL: breakdown["adjustment_positive"],
        AdjustmentKind.RESTOCKING_FEE: f"-{breakdown['adjustment_negative']}",
    }
    assert refund.paid.plain() == refund.credit.plain() == wanted["refunded_total"]
    assert refund_breaches(refund) == []


def test_a_paid_order_without_invoices_implies_one_receipt() -> None:
    (payment,) = facts_with().payments

    assert payment.is_implied
    assert (payment.amount, payment.gateway) == (gbp("114"), "payflowpro")


def invoice(**members: Any) -> dict[str, Any]:
    document = {
        "entity_id": 402,
        "state": 2,
        "grand_total": 114,
        "order_currency_code": "GBP",
        "created_at": "2026-04-02 08:16:00",
        "transaction_id": "txn",
    }
    return document | members


def test_every_paid_invoice_is_a_receipt() -> None:
    facts = facts_with(
        [
            invoice(grand_total=100),
            invoice(entity_id=403, grand_total=14),
            invoice(entity_id=404, state=3),
        ]
    )

    assert [(p.ref.id, p.amount, p.state) for p in facts.payments] == [
        ("invoice:402", gbp("100"), PaymentState.SUCCESS),
        ("invoice:403", gbp("14"), PaymentState.SUCCESS),
        ("invoice:404", gbp("114"), PaymentState.FAILURE),
    ]
    assert facts.payments[0].processed_at == datetime(2026, 4, 2, 8, 16, tzinfo=UTC)


def test_a_shipment_is_a_parcel() -> None:
    shipment = {
        "entity_id": 9,
        "created_at": "2026-04-03 10:00:00",
        "items": [{"order_item_id": 1201, "qty": 1}],
    }

    (parcel,) = facts_with(shipments=[shipment]).fulfilments

    assert parcel.lines == (FulfilmentLine("1201", Decimal(1)),)
    assert parcel.shipped_at == datetime(2026, 4, 3, 10, tzinfo=UTC)


def test_a_shipped_bundle_ships_the_parts_that_carry_its_money() -> None:
    order = plain_order()
    as_bundle(order)
    shipment = {
        "entity_id": 9,
        "created_at": "2026-04-03 10:00:00",
        "items": [{"order_item_id": 1201, "qty": 1}],
    }

    (parcel,) = facts_with(shipments=[shipment], order=order).fulfilments

    assert parcel.lines == (FulfilmentLine("1202", Decimal(1)), FulfilmentLine("1203", Decimal(1)))


def test_a_refund_of_a_configurable_is_told_once() -> None:
    order = plain_order(CANCELLED_ORDER)
    child = {"order_item_id": 1199, "qty": 1, "row_total": 0}
    parent = {"order_item_id": 1198, "qty": 1, "row_total": 31.25, "tax_amount": 6.25}
    document = memo()
    document.update(
        order_id=449, order_currency_code="EUR", items=[parent, child], grand_total=37.5
    )
    document.update(adjustment_positive=0, adjustment_negative=0, discount_amount=0)

    (refund,) = facts_with(memos=[document], order=order).refunds

    assert [line.line_id for line in refund.lines] == ["1198"]
    assert refund.credit == Money.of("37.5", "EUR")


def test_shipping_given_back_is_less_its_discount() -> None:
    def change(document: dict[str, Any]) -> None:
        document.update(shipping_amount=10, shipping_tax_amount=1, discount_amount=-12)
        document.update(shipping_discount_tax_compensation_amount=1, grand_total=62)

    (refund,) = facts_with(memos=[memo(change)]).refunds

    assert (refund.shipping, refund.shipping_tax) == (gbp("5"), gbp("1"))


def test_an_offline_refund_moved_no_money_that_magento_knows_of() -> None:
    (refund,) = facts_with(memos=[memo(lambda m: m.update(transaction_id=None))]).refunds

    assert (refund.transactions, refund.credit) == ((), gbp("56"))


def test_a_cancelled_memo_is_no_refund() -> None:
    assert facts_with(memos=[memo(lambda m: m.update(state=3))]).refunds == ()


def test_an_open_memo_is_money_on_its_way() -> None:
    (refund,) = facts_with(memos=[memo(lambda m: m.update(state=1))]).refunds

    assert refund.transactions[0].state is PaymentState.PENDING


@pytest.mark.parametrize(
    ("members", "code", "place"),
    [
        ({"state": 9}, Code.PAYMENT_UNDECIDED, "state"),
        ({"grand_total": 57}, Code.UNBALANCED, "grand_total"),
        ({"order_id": None}, Code.PAYLOAD_INVALID, "order_id"),
        ({"created_at": "yesterday"}, Code.PAYLOAD_INVALID, "created_at"),
    ],
)
def test_a_memo_that_is_not_understood_is_held(
    members: dict[str, Any], code: Code, place: str
) -> None:
    document = memo(lambda m: m.update(members))

    reading = credit_memo_reading(Node(parsed(document), "", []), "shop")

    assert reading.facts is None
    assert (code, place) in {(problem.code, problem.place) for problem in reading.problems}
