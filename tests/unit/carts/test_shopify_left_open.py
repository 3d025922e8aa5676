"""What Shopify leaves open: states, currencies, parcels and tags that it does not tell as usual."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import Code
from carts.documents import Node
from carts.registry import adapter
from carts.shopify import graphql
from carts.shopify.orders import fulfilment
from tests.unit.carts.shopify_readings import Edit, facts_of, order_of, read

PARCEL = {"id": 71, "status": "success", "created_at": "2026-04-03T10:00:00Z", "line_items": []}
NO_AMOUNTS: dict[str, Any] = {
    "refund_line_items": [],
    "transactions": [],
    "order_adjustments": [],
    "refund_shipping_lines": [],
    "total_duties": None,
}


@pytest.mark.parametrize("status", ["unknown", "UNKNOWN", None])
def test_a_transaction_of_an_unknown_state_is_undecided(status: str | None, edited: Edit) -> None:
    document = edited("order_transactions_create.json", {"status": status})

    reading = read(document, "order_transactions/create")

    assert [(each.code, each.place) for each in reading.problems] == [
        (Code.PAYMENT_UNDECIDED, "status")
    ]
    assert reading.needs_fetch


def test_an_order_names_the_transaction_whose_state_is_unknown(edited: Edit) -> None:
    moved = edited("order_transactions_create.json", {})
    changes = {"transactions": [moved, {**moved, "id": 78, "status": "unknown"}]}

    problems = read(edited("orders_paid.json", changes)).problems

    assert [(each.code, each.place) for each in problems] == [
        (Code.PAYMENT_UNDECIDED, "transactions[1].status")
    ]


def test_a_refund_without_amounts_asks_for_the_order_that_knows_its_currency(edited: Edit) -> None:
    document = edited("refunds_create.json", NO_AMOUNTS)

    reading = adapter("shopify").read("shop", "refunds/create", document, tax_included=False)

    assert [each.place for each in reading.problems] == ["currency"]
    assert reading.needs_fetch


def test_an_order_tells_the_currency_of_its_refund_without_amounts(edited: Edit) -> None:
    empty = edited("refunds_create.json", NO_AMOUNTS)

    (refund,) = facts_of(read(edited("orders_paid.json", {"refunds": [empty]}))).refunds

    assert str(refund.credit) == "0.00 USD"


def test_a_parcel_that_states_nothing_of_itself_is_left_out(edited: Edit) -> None:
    parcels = [PARCEL, {**PARCEL, "id": 72, "status": None}]

    facts = facts_of(read(edited("orders_paid.json", {"fulfillments": parcels})))

    assert [each.ref.id for each in facts.fulfilments] == ["71"]


@pytest.mark.parametrize("tags", ["gift, wholesale", ["gift", " wholesale "]])
def test_tags_are_read_from_a_text_and_from_a_list(tags: Any, edited: Edit) -> None:
    assert order_of(read(edited("orders_paid.json", {"tags": tags}))).tags == ("gift", "wholesale")


def test_a_parcels_line_that_the_order_no_longer_holds_is_left_out() -> None:
    lines = [
        {"quantity": 1, "lineItem": None},
        {"quantity": 2, "lineItem": {"id": "gid://shopify/LineItem/9"}},
    ]
    parcel = {
        "id": "gid://shopify/Fulfillment/1",
        "status": "SUCCESS",
        "createdAt": "2026-04-03T10:00:00Z",
        "fulfillmentLineItems": {"nodes": lines},
    }

    (told,) = graphql.order_to_rest({"fulfillments": [parcel]})["fulfillments"]

    read_parcel = fulfilment(Node(told, "", []), "shop")
    assert read_parcel is not None
    assert [(line.line_id, line.quantity) for line in read_parcel.lines] == [("9", Decimal(2))]
