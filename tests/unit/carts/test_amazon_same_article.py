"""Two items of one article are told apart by price and by the units that came back before."""

from __future__ import annotations

import json
from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from carts.amazon.readings import whole_order
from carts.documents import parse
from shared.facts.checks import findings_of
from shared.facts.receipts import ReceiptSource
from tests.unit.carts.numbers import facts_of
from tests.unit.carts.test_amazon_finances import branch, item, posted, shipped_order

FIRST, SECOND = "90000000000102", "90000000000103"
SKU = "COA-CRK-04"


def order_with_two(price: str) -> Any:
    """The sample with its coasters sold twice, the second time at that price without its tax."""
    document = shipped_order()
    order = document["order"]
    again = deepcopy(order["orderItems"][1])
    again["orderItemId"] = SECOND
    again["proceeds"]["breakdowns"][0]["subtotal"]["amount"] = price
    again["product"]["price"]["unitPrice"]["amount"] = price
    order["orderItems"].append(again)
    grand = Decimal(order["proceeds"]["grandTotal"]["amount"]) + Decimal(price) + Decimal("0.76")
    order["proceeds"]["grandTotal"]["amount"] = str(grand)
    return document


def refund_of(number: int, price: str, day: int) -> dict[str, Any]:
    paid = str(-Decimal(price) - Decimal("0.76"))
    sold = branch("Sales", paid, branch("ProductCharges", f"-{price}"), branch("Tax", "-0.76"))
    return posted(
        "Refund",
        paid,
        sold,
        transactionId=f"t-{number}",
        postedDate=f"2026-04-{day}T09:30:00Z",
        relatedIdentifiers=[
            {"relatedIdentifierName": "REFUND_ID", "relatedIdentifierValue": f"R{number}"}
        ],
        items=[item(SKU, 1, sold)],
    )


def lines_of(price: str, *listed: dict[str, Any]) -> dict[str, list[tuple[str, Decimal]]]:
    """Where each refund went, and how many units of it; nothing stands against booking them."""
    transactions = parse(json.dumps(listed, default=str).encode())
    facts = facts_of(whole_order(order_with_two(price), transactions, "shop"))
    assert findings_of(facts, ReceiptSource.ORDER) == ()
    return {
        each.ref.id: [(line.line_id, line.quantity) for line in each.lines]
        for each in facts.refunds
    }


def test_units_at_one_price_come_back_one_line_after_the_other() -> None:
    one, other = refund_of(1, "9.50", 10), refund_of(2, "9.50", 12)
    wanted = {"R1": [(FIRST, Decimal(1))], "R2": [(SECOND, Decimal(1))]}

    assert lines_of("9.50", one, other) == wanted
    assert lines_of("9.50", other, one) == wanted


@pytest.mark.parametrize(("price", "line"), [("9.50", FIRST), ("19.50", SECOND)])
def test_the_price_of_a_unit_tells_which_line_it_was(price: str, line: str) -> None:
    assert lines_of("19.50", refund_of(1, price, 10)) == {"R1": [(line, Decimal(1))]}
