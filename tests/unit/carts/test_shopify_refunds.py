"""Refunds of Shopify explain the money that moved, or are a breach."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Reading
from carts.documents import parse
from carts.registry import adapter
from commerce.identity import refund_breaches
from commerce.money import Money
from commerce.orders import Refund, Restock
from tests.unit.carts.shopify_readings import Edit, Sample, expected, facts_of, read


def refund_of(reading: Reading) -> Refund:
    return facts_of(reading).refunds[0]


def test_a_refund_maps_to_its_expected_numbers(sample: Sample) -> None:
    wanted = expected(sample, "refunds_create")

    refund = refund_of(read(parse(sample("refunds_create.json")), "refunds/create"))

    breakdown = wanted["refund_breakdown"]
    assert (refund.ref.id, refund.order_id) == (wanted["refund_id"], wanted["order_id"])
    assert refund.paid.plain() == wanted["refunded_total"]
    assert refund.lines[0].subtotal.plain() == breakdown["lines"]
    assert refund.lines[0].tax.plain() == breakdown["line_tax"]
    assert refund.shipping == Money.of(breakdown["shipping"], "USD")
    assert refund.shipping_tax == Money.of(breakdown["shipping_tax"], "USD")
    assert refund.adjustments == ()
    assert refund.lines[0].restock is Restock.RETURN
    assert refund_breaches(refund) == []


class TestRefundsWithTaxInPrices:
    """Lines 120.00 with 20.00 tax inside; whether the refund repeats that is not documented."""

    @staticmethod
    def refund(subtotal: str, moved: str | None) -> dict[str, Any]:
        transaction = {
            "id": 3,
            "kind": "refund",
            "status": "success",
            "amount": moved,
            "currency": "GBP",
            "gateway": "g",
            "processed_at": "2026-01-02T00:00:00Z",
        }
        return {
            "id": 1,
            "order_id": 9,
            "created_at": "2026-01-02T00:00:00Z",
            "refund_line_items": [
                {
                    "line_item_id": 2,
                    "quantity": 1,
                    "restock_type": "return",
                    "subtotal": Decimal(subtotal),
                    "total_tax": Decimal("20.00"),
                    "line_item": {"quantity": 1, "price": "120.00", "discount_allocations": []},
                    "subtotal_set": {
                        "shop_money": {"amount": subtotal, "currency_code": "GBP"},
                    },
                }
            ],
            "transactions": [transaction] if moved else [],
        }

    @pytest.mark.parametrize("subtotal", ["120.00", "100.00"])
    def test_the_money_that_moved_decides(self, subtotal: str) -> None:
        reading = read(self.refund(subtotal, "120.00"), "refunds/create")

        refund = refund_of(reading)
        assert str(refund.lines[0].subtotal) == "100.00 GBP"
        assert str(refund.credit) == "120.00 GBP"
        assert refund_breaches(refund) == []

    @pytest.mark.parametrize("subtotal", ["120.00", "100.00"])
    def test_without_money_the_prices_of_the_order_decide(self, subtotal: str) -> None:
        reading = adapter("shopify").read(
            "shop", "refunds/create", self.refund(subtotal, None), tax_included=True
        )

        assert str(refund_of(reading).lines[0].subtotal) == "100.00 GBP"

    def test_without_money_and_without_the_order_nothing_is_believed(self) -> None:
        reading = read(self.refund("120.00", None), "refunds/create")

        assert reading.facts is None
        assert reading.needs_fetch
        assert "only its order" in reading.problems[0].message

    def test_a_shop_without_tax_in_prices_adds_it(self) -> None:
        reading = adapter("shopify").read(
            "shop", "refunds/create", self.refund("120.00", None), tax_included=False
        )

        assert str(refund_of(reading).credit) == "140.00 GBP"


def test_a_discrepancy_explains_money_that_no_line_does(edited: Edit) -> None:
    adjustments = [
        {"kind": "shipping_refund", "amount": "-6.00", "tax_amount": "-0.45"},
        {"kind": "refund_discrepancy", "amount": "-5.00", "tax_amount": "0.00"},
    ]
    changes = {"order_adjustments": adjustments, "transactions.0.amount": "50.15"}

    refund = refund_of(read(edited("refunds_create.json", changes), "refunds/create"))

    assert str(refund.adjustments[0].amount) == "5.00 USD"
    assert refund_breaches(refund) == []


def test_the_old_place_of_a_shipping_refund_counts_where_the_new_one_is_missing(
    edited: Edit,
) -> None:
    changes: dict[str, Any] = {"refund_shipping_lines": []}

    refund = refund_of(read(edited("refunds_create.json", changes), "refunds/create"))

    assert (str(refund.shipping), str(refund.shipping_tax)) == ("6.00 USD", "0.45 USD")
    assert refund_breaches(refund) == []


def test_a_refund_that_does_not_explain_its_money_is_a_breach_with_the_difference(
    edited: Edit,
) -> None:
    document = edited("refunds_create.json", {"transactions.0.amount": "45.16"})

    reading = adapter("shopify").read("shop", "refunds/create", document, tax_included=False)

    refund = refund_of(reading)
    breach = refund_breaches(refund)[0]
    assert breach.difference == Money.of("0.01", "USD")
    assert breach.place == "refunds[960000002001]"
