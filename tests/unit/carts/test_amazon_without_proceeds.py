"""Items and orders of Amazon that state no amounts: cancelled in part, or sent as a replacement."""

from __future__ import annotations

from typing import Any

import pytest

from carts.adapter import Code, Reading
from carts.registry import adapter
from commerce.identity import order_breaches
from tests.unit.carts.numbers import facts_of, order_of, sample

NOTHING: dict[str, Any] = {"breakdowns": []}
CANCELLED = {"cancellationExecution": {"cancelledBy": "MERCHANT"}}


def read(document: Any) -> Reading:
    return adapter("amazon").read("shop", "order", document)


def shipped(item: dict[str, Any]) -> Any:
    """The sample as it left, without the second of its items: that one is as `item` says."""
    document = sample("amazon", "get_order")
    order = document["order"]
    order["fulfillment"]["fulfillmentStatus"] = "SHIPPED"
    order["proceeds"]["grandTotal"]["amount"] = "40.79"
    order["orderItems"][1].update(item)
    return document


def replacement(kind: str, proceeds: Any) -> Any:
    document = sample("amazon", "get_order")
    order = document["order"]
    order["fulfillment"]["fulfillmentStatus"] = "SHIPPED"
    order["associatedOrders"] = [{"orderId": "111-1", "associationType": kind}]
    for holder in (order, *order["orderItems"]):
        holder["proceeds"] = proceeds
    for item in order["orderItems"]:
        item["product"].pop("price")
    return document


@pytest.mark.parametrize(
    "item",
    [
        {"quantityOrdered": 0, "proceeds": None},
        {"quantityOrdered": 0, "proceeds": NOTHING},
        {"cancellation": CANCELLED, "proceeds": None},
        {"cancellation": CANCELLED, "proceeds": NOTHING},
    ],
)
def test_an_item_that_was_cancelled_is_no_part_of_what_left(item: dict[str, Any]) -> None:
    facts = facts_of(read(shipped(item)))

    assert facts.order is not None
    assert [line.id for line in facts.order.lines] == ["90000000000101"]
    assert order_breaches(facts.order) == []
    assert len(facts.fulfilments) == 1


def test_an_item_of_no_units_that_states_money_is_held() -> None:
    problems = read(shipped({"quantityOrdered": 0})).problems

    assert [each.place for each in problems] == ["order.orderItems[1].quantityOrdered"]


def test_an_item_without_amounts_that_nobody_cancelled_is_held() -> None:
    assert read(shipped({"proceeds": None})).problems


@pytest.mark.parametrize("proceeds", [None, NOTHING])
@pytest.mark.parametrize("kind", ["REPLACEMENT_ORIGINAL_ID", "EXCHANGE_ORIGINAL_ID"])
def test_a_replacement_that_states_no_money_is_free(kind: str, proceeds: Any) -> None:
    order = order_of(read(replacement(kind, proceeds)))

    assert order.is_replacement
    assert order.tax_known
    assert str(order.total) == "0.00 USD"
    assert [line.quantity for line in order.lines] == [2, 1]
    assert order_breaches(order) == []


def test_an_order_that_replaces_nothing_must_state_its_money() -> None:
    problems = read(replacement("OTHER", None)).problems

    assert {each.code for each in problems} == {Code.PAYLOAD_INVALID}
