"""Both sides of an order are whole: read as its shop or as its buyer saw it, and never mixed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import as_presented
from carts.documents import Node, parse
from carts.registry import adapter
from carts.shopify.graphql import order_to_rest
from carts.shopify.readings import order_reading
from carts.shopify.sides import presented
from commerce.identity import order_breaches
from commerce.money import Money
from commerce.orders import Order

RATE = {"tee": ("25.00", "23.04"), "ship": ("8.00", "7.37"), "total": ("33.00", "30.41")}


def both(name: str) -> dict[str, Any]:
    """An amount in the shop's dollars and the buyer's euros."""
    shop, buyer = RATE[name]
    return {
        "shop_money": {"amount": shop, "currency_code": "USD"},
        "presentment_money": {"amount": buyer, "currency_code": "EUR"},
    }


def order(**changes: Any) -> dict[str, Any]:
    """An order of a tee as a webhook tells it: 33.00 USD, which the buyer saw as 30.41 EUR."""
    shop = {name: amounts[0] for name, amounts in RATE.items()}
    zero = {side: {"amount": "0.00", "currency_code": c} for side, c in SIDES.items()}
    line = {
        "id": 1,
        "title": "Tee",
        "sku": "TEE",
        "quantity": 1,
        "price": shop["tee"],
        "price_set": both("tee"),
        "requires_shipping": True,
        "taxable": True,
        "discount_allocations": [],
        "tax_lines": [],
        "duties": [],
    }
    shipping = {
        "id": 2,
        "title": "Post",
        "price": shop["ship"],
        "price_set": both("ship"),
        "discount_allocations": [],
        "tax_lines": [],
    }
    told = {
        "id": 1001,
        "name": "#1001",
        "currency": "USD",
        "presentment_currency": "EUR",
        "created_at": "2026-03-01T10:00:00Z",
        "processed_at": "2026-03-01T10:00:00Z",
        "updated_at": "2026-03-01T10:00:00Z",
        "confirmed": True,
        "financial_status": "pending",
        "fulfillment_status": None,
        "taxes_included": False,
        "test": False,
        "total_price": shop["total"],
        "total_price_set": both("total"),
        "total_tax": "0.00",
        "total_tax_set": zero,
        "total_discounts": "0.00",
        "total_discounts_set": zero,
        "total_outstanding": "33.00",
        "tax_lines": [],
        "line_items": [line],
        "shipping_lines": [shipping],
        "refunds": [],
        "fulfillments": [],
        "payment_gateway_names": ["shopify_payments"],
    }
    return {**told, **changes}


SIDES = {"shop_money": "USD", "presentment_money": "EUR"}


def read(document: Any) -> Order:
    reading = adapter("shopify").read("shop", "orders/create", document)
    assert reading.problems == ()
    assert reading.facts is not None
    assert reading.facts.order is not None
    return reading.facts.order


@pytest.mark.parametrize(
    ("side", "currency", "total", "other"),
    [("shop", "USD", "33.00", "30.41 EUR"), ("presentment", "EUR", "30.41", "33.00 USD")],
)
def test_every_amount_of_an_order_is_of_one_side(
    side: str, currency: str, total: str, other: str
) -> None:
    document = order()
    made = read(as_presented(adapter("shopify"), document) if side == "presentment" else document)

    assert (made.currency, made.total) == (currency, Money.of(total, currency))
    assert f"{made.presentment_total}" == other
    assert made.presentment_currency == other[-3:]
    assert order_breaches(made) == []


def test_the_document_itself_is_left_as_it_was_and_turned_twice_tells_the_same() -> None:
    document = order()
    before = copy.deepcopy(document)

    twice = read(presented(presented(document)))

    assert document == before
    assert (twice.currency, twice.total) == ("USD", Money.of("33.00", "USD"))


def test_an_amount_without_the_buyers_side_is_missed_and_not_mixed() -> None:
    document = order()
    del document["line_items"][0]["price_set"]

    reading = adapter("shopify").read("shop", "orders/create", presented(document))

    assert reading.facts is None
    assert {problem.place for problem in reading.problems} == {"line_items[0].price"}


def test_a_refund_is_read_on_the_side_of_its_order() -> None:
    transaction = {
        "id": 9,
        "kind": "refund",
        "status": "success",
        "gateway": "shopify_payments",
        "amount": "25.00",
        "currency": "USD",
        "amount_set": both("tee"),
        "processed_at": "2026-03-05T10:00:00Z",
    }
    refund = {
        "id": 5,
        "order_id": 1001,
        "created_at": "2026-03-05T10:00:00Z",
        "refund_line_items": [
            {
                "line_item_id": 1,
                "quantity": 1,
                "restock_type": "return",
                "subtotal": "25.00",
                "subtotal_set": both("tee"),
            }
        ],
        "order_adjustments": [],
        "transactions": [transaction],
    }
    cart = adapter("shopify")

    reading = cart.read("shop", "refunds/create", presented(refund), tax_included=False)

    assert reading.facts is not None
    (made,) = reading.facts.refunds
    assert (made.currency, made.credit, made.paid) == (
        "EUR",
        Money.of("23.04", "EUR"),
        Money.of("23.04", "EUR"),
    )


def test_a_transaction_that_tells_one_side_stays_on_it() -> None:
    told = {"id": 9, "kind": "sale", "gateway": "x", "amount": "25.00", "currency": "USD"}

    assert presented(told) == told


def test_a_cart_with_one_side_reads_its_documents_as_they_are() -> None:
    document = {"total": Decimal(1)}

    assert as_presented(adapter("woocommerce"), document) is document


def test_an_order_polled_by_graphql_has_its_money_on_the_same_side(
    sample: Callable[[str], bytes],
) -> None:
    page = parse(sample("graphql_orders_page.json"))
    document = order_to_rest(_in_euros(page["data"]["orders"]["edges"][0]["node"]))

    shop, buyer = (
        order_reading(Node(told, "", []), "shop").facts for told in (document, presented(document))
    )

    assert shop is not None
    assert buyer is not None
    assert {payment.amount.currency for payment in shop.payments} == {"USD"}
    assert {payment.amount.currency for payment in buyer.payments} == {"EUR"}
    assert {refund.currency for refund in buyer.refunds} == {"EUR"}
    assert buyer.order is not None
    assert order_breaches(buyer.order) == []
    assert buyer.order.captured == Money.of("58.985", "EUR")


def _in_euros(node: Any) -> Any:
    """The same order, as a buyer saw it who paid half as many euros; whatever that rounds to."""
    if isinstance(node, list):
        return [_in_euros(each) for each in node]
    if not isinstance(node, dict):
        return node
    made = {name: _in_euros(value) for name, value in node.items()}
    if "shopMoney" in made:
        half = Decimal(made["shopMoney"]["amount"]) / 2
        made["presentmentMoney"] = {"amount": str(half), "currencyCode": "EUR"}
    if "currencyCode" in made and "lineItems" in made:
        made["presentmentCurrencyCode"] = "EUR"
    return made
