"""Shapes that real shops of Magento send: each is read to the cent, or held by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code, Reading
from carts.documents import Node
from carts.magento.readings import Followers, credit_memo_reading, whole_order
from commerce.identity import refund_breaches
from commerce.orders import LineKind
from tests.unit.carts.numbers import edited, facts_of, numbers, order_of


def order(changes: dict[str, Any], followers: Followers | None = None) -> Reading:
    """The sample's second order with those members."""
    page = edited("magento", "rest_orders_page", {f"items.1.{k}": v for k, v in changes.items()})
    return whole_order(Node(page["items"][1], "", []), "shop", followers)


def memo(changes: dict[str, Any]) -> Reading:
    return credit_memo_reading(Node(edited("magento", "creditmemo", changes), "", []), "shop")


def row(number: int, amount: float, **members: Any) -> dict[str, Any]:
    told = {"item_id": number, "sku": f"S-{number}", "qty_ordered": 1, "product_type": "simple"}
    return {**told, "price": amount, "row_total": amount, **members}


DYNAMIC = [
    row(1, 100, row_total=0, product_type="bundle", tax_amount=0, discount_amount=0),
    row(2, 60, parent_item_id=1, tax_amount=10.8, discount_amount=6, parent_item={}),
    row(3, 40, parent_item_id=1, tax_amount=7.2, discount_amount=4, parent_item={}),
]
FIXED = [
    row(1, 100, product_type="bundle", tax_amount=18, discount_amount=10),
    row(2, 0, parent_item_id=1, parent_item={}),
]
CONFIGURED = [
    row(1, 100, product_type="configurable", tax_amount=18, discount_amount=10),
    row(2, 0, parent_item_id=1, tax_amount=None, parent_item={"item_id": 1}),
]
NET_DISCOUNT = {"discount_amount": -10, "discount_tax_compensation_amount": 0}

SHAPES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "empty objects as PHP writes them": (
        {"extension_attributes": [], "payment": []},
        {"total": "114"},
    ),
    "numbers in binary arithmetic": (
        {
            "grand_total": 114.00000000000001,
            "total_due": 1.4210854715202004e-14,
            "items.0.row_total": 99.999999999999986,
        },
        {"total": "114", "lines_gross": "100"},
    ),
    "amounts, ids and quantities as text": (
        {
            "entity_id": "450",
            "grand_total": "114.0000",
            "items.0.item_id": "1201",
            "items.0.qty_ordered": "2.0000",
            "items.0.row_total": "100.0000",
        },
        {"total": "114", "lines_gross": "100"},
    ),
    "an address without a street": (
        {"billing_address": {"street": [None], "region": None}},
        {"total": "114"},
    ),
    "a bundle whose parts have the prices": (
        {"items": DYNAMIC, **NET_DISCOUNT},
        {"lines_gross": "100", "discount_total": "10"},
    ),
    "a bundle with a price of its own": (
        {"items": FIXED, **NET_DISCOUNT},
        {"lines_gross": "100", "discount_total": "10"},
    ),
    "a configured product and its simple one": (
        {"items": CONFIGURED, **NET_DISCOUNT},
        {"lines_gross": "100", "discount_total": "10"},
    ),
    "waste fees": (
        {
            "items.0.weee_tax_applied": '[{"title":"WEEE","amount":1.5}]',
            "items.0.weee_tax_applied_row_amount": 3,
            "grand_total": 117,
            "total_paid": 117,
        },
        {"total": "117"},
    ),
    "gift cards among the extensions": (
        {
            "extension_attributes": {
                "gift_cards": [{"id": 1, "code": "C", "amount": 10, "base_amount": 10}],
                "gift_cards_amount": 10,
            },
            "grand_total": 104,
            "total_paid": 104,
        },
        {"total": "104", "gift_card_total": "10"},
    ),
    "store credit and reward points": (
        {
            "customer_balance_amount": 8,
            "extension_attributes": {"reward_currency_amount": 2},
            "grand_total": 104,
            "total_paid": 104,
        },
        {"total": "104", "gift_card_total": "10"},
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_order_of_that_shape_is_read_to_the_cent(shape: str) -> None:
    changes, wanted = SHAPES[shape]

    told = numbers(facts_of(order(changes)))

    assert told["balanced"]
    assert {name: Decimal(told[name]) for name in wanted} == {
        name: Decimal(value) for name, value in wanted.items()
    }


@pytest.mark.parametrize(
    ("items", "carriers"),
    [(DYNAMIC, {"2", "3"}), (FIXED, {"1"}), (CONFIGURED, {"1"})],
    ids=["dynamic", "fixed", "configured"],
)
def test_money_stands_on_one_half_of_a_family(items: Any, carriers: set[str]) -> None:
    made = order_of(order({"items": items, **NET_DISCOUNT}))

    assert {line.id for line in made.lines if line.kind is not LineKind.COMPONENT} == carriers


MEMOS: dict[str, tuple[dict[str, Any], str, str]] = {
    "waste fees given back": (
        {"items.0.weee_tax_applied_row_amount": 3, "grand_total": 59},
        "59",
        "59",
    ),
    "gift wrap given back": (
        {"gw_items_price": 4, "gw_items_tax_amount": 0.8, "grand_total": 60.8},
        "60.8",
        "60.8",
    ),
    "shipping given back in part": (
        {"shipping_amount": 5, "shipping_tax_amount": 1, "tax_amount": 10, "grand_total": 62},
        "62",
        "62",
    ),
    "nothing adjusted, and refunded offline": (
        {
            "adjustment_negative": None,
            "adjustment_positive": None,
            "grand_total": 54,
            "invoice_id": None,
            "transaction_id": None,
        },
        "54",
        "0",
    ),
    "numbers in binary arithmetic": ({"grand_total": 55.999999999999993}, "56", "56"),
}


@pytest.mark.parametrize("shape", MEMOS)
def test_a_credit_memo_of_that_shape_is_read_to_the_cent(shape: str) -> None:
    changes, credit, paid = MEMOS[shape]

    (made,) = facts_of(memo(changes)).refunds

    assert refund_breaches(made) == []
    assert (made.credit.amount, made.paid.amount) == (Decimal(credit), Decimal(paid))


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"customer_balance_amount": 10, "grand_total": 46}, Code.UNBALANCED, "grand_total"),
        ({"state": None}, Code.PAYMENT_UNDECIDED, "state"),
        ({"items.0.tax_amount": 8.99}, Code.UNBALANCED, "grand_total"),
    ],
    ids=["store credit given back", "no state", "a cent short"],
)
def test_a_credit_memo_that_cannot_be_believed_is_held_by_name(
    changes: dict[str, Any], code: Code, place: str
) -> None:
    reading = memo(changes)

    assert reading.facts is None
    assert [(problem.code, problem.place) for problem in reading.problems] == [(code, place)]


def test_an_invoice_told_in_text_is_a_receipt_of_its_amount() -> None:
    invoice = {
        "entity_id": "402",
        "order_id": "450",
        "grand_total": "114.0000",
        "state": "2",
        "created_at": "2026-04-02 08:16:30",
        "order_currency_code": "GBP",
        "base_currency_code": "GBP",
    }

    (receipt,) = facts_of(order({}, Followers([invoice], [], []))).payments

    assert (receipt.amount.amount, receipt.is_receipt) == (Decimal(114), True)


def applied(kind: str, amount: float, **members: Any) -> dict[str, Any]:
    tax = {"code": "GB", "title": "UK VAT", "percent": 20, "amount": amount, "base_amount": amount}
    return {"type": kind, "applied_taxes": [tax], **members}


@pytest.mark.parametrize(("amount", "titles"), [(1, ["UK VAT"]), (0.99, [""])])
def test_tax_of_shipping_has_the_name_of_its_rate_where_that_adds_up(
    amount: float, titles: list[str]
) -> None:
    named = [applied("product", 18, item_id=1201), applied("shipping", amount)]

    made = order_of(order({"extension_attributes": {"item_applied_taxes": named}}))

    assert [tax.title for tax in made.shipping_lines[0].taxes] == titles
    assert [tax.title for tax in made.lines[0].taxes] == ["UK VAT"]
