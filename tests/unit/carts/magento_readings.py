"""Orders and credit memos of a Magento store, changed and read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carts.adapter import Reading
from carts.documents import Node, parse
from carts.magento.readings import Followers, whole_order
from commerce.money import Money
from commerce.orders import Order

EVENTS = Path(__file__).parents[3] / "events" / "magento"
EXPECTED: dict[str, Any] = json.loads((EVENTS / "expected.json").read_bytes())
CANCELLED_ORDER, PAID_ORDER = 0, 1
Change = Callable[[dict[str, Any]], None]


def plain_order(index: int = PAID_ORDER) -> dict[str, Any]:
    page = json.loads((EVENTS / "rest_orders_page.json").read_bytes())
    order: dict[str, Any] = page["items"][index]
    return order


def parsed(document: Any) -> Any:
    return parse(json.dumps(document).encode())


def read(order: dict[str, Any], followers: Followers | None = None) -> Reading:
    return whole_order(Node(parsed(order), "", []), "shop", followers, is_presented=True)


def order_of(reading: Reading) -> Order:
    assert reading.facts is not None, reading.problems
    assert reading.facts.order is not None
    return reading.facts.order


def changed(change: Change) -> Order:
    order = plain_order()
    change(order)
    return order_of(read(order))


def memo(change: Change | None = None) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((EVENTS / "creditmemo.json").read_bytes())
    if change is not None:
        change(document)
    return document


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def as_bundle(order: dict[str, Any]) -> None:
    """The sold row becomes a bundle whose two parts carry the money."""
    row = order["items"][0]
    part = {
        "product_type": "simple",
        "parent_item_id": 1201,
        "qty_ordered": 2,
        "discount_amount": 6,
        "discount_tax_compensation_amount": 1,
        "tax_amount": 9,
        "tax_percent": 20,
    }
    order["items"] += [
        part | {"item_id": 1202, "sku": "A", "price": 30, "row_total": 60},
        part | {"item_id": 1203, "sku": "B", "price": 20, "row_total": 40},
    ]
    row["product_type"] = "bundle"
    del row["row_total"]
    for member in ("discount_amount", "tax_amount", "discount_tax_compensation_amount"):
        row[member] = 0
