"""What a WooCommerce site makes of a cart: `WC_Cart_Totals`, in parts of a cent, told at `dp`.

Prices are reckoned in minor units to four decimals of them; a coupon takes whole minor units off.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from tests.unit.carts.woocommerce_readings import PROCESSING, document

_CENTS = Decimal(100)
_REMOVED = ("gift_cards", "refunds", "coupon_lines")


def _rounded(value: Decimal, decimals: int = 0, rounding: str = ROUND_HALF_UP) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=rounding)


@dataclass(frozen=True)
class Item:
    """A line of the cart, all in parts of minor units."""

    quantity: int
    subtotal: Decimal
    subtotal_tax: Decimal
    total: Decimal
    total_tax: Decimal
    discount: Decimal


@dataclass(frozen=True)
class Cart:
    """Prices in minor units with their quantities, and how the shop is set up."""

    prices: Sequence[tuple[int, int]]
    rate: Decimal
    coupon: int = 0
    holds_tax: bool = True
    rounds_at_subtotal: bool = False
    shipping: int = 490

    def _tax(self, exact: Decimal) -> Decimal:
        """A line's tax as the order keeps it (`WC_Order_Item_Product::set_taxes`)."""
        if self.rounds_at_subtotal:
            return exact
        return _rounded(exact, 0, ROUND_HALF_DOWN if self.holds_tax else ROUND_HALF_UP)

    def _parted(self, price: Decimal) -> tuple[Decimal, Decimal]:
        if self.holds_tax:
            tax = _rounded(price - price / (1 + self.rate), 4)
            return price - tax, tax
        return price, _rounded(price * self.rate, 4)

    @cached_property
    def items(self) -> list[Item]:
        """The lines, exact."""
        found = []
        for each, quantity in self.prices:
            price = Decimal(each * quantity)
            off = _rounded(price * self.coupon / 100)
            off_net = self._parted(off)[0]
            found.append(Item(quantity, *self._parted(price), *self._parted(price - off), off_net))
        return found

    @cached_property
    def shipping_tax(self) -> Decimal:
        """Shipping is entered without tax."""
        return _rounded(self.shipping * self.rate, 4)

    @cached_property
    def tax(self) -> Decimal:
        """All tax, before `set_total_tax` rounds it."""
        taxes = [self._tax(item.total_tax) for item in self.items]
        return sum(taxes, self._tax(self.shipping_tax))

    @cached_property
    def total(self) -> Decimal:
        """What the buyer pays, in minor units."""
        nets = (item.total for item in self.items)
        whole = nets if self.rounds_at_subtotal else (_rounded(net) for net in nets)
        return _rounded(sum(whole, Decimal(self.shipping)) + self.tax)

    def told(self, decimals: int, order_id: int = 7001) -> Any:
        """The order as the API tells it at so many decimals."""

        def text(minor: Decimal) -> str:
            return str(_rounded(minor / _CENTS, decimals))

        def line(number: int, item: Item) -> dict[str, Any]:
            exact = {"total": item.total_tax / _CENTS, "subtotal": item.subtotal_tax / _CENTS}
            return {
                "id": 500 + number,
                "name": "Scarf",
                "sku": f"SCARF-{number}",
                "quantity": item.quantity,
                "subtotal": text(item.subtotal),
                "subtotal_tax": text(self._tax(item.subtotal_tax)),
                "total": text(item.total),
                "total_tax": text(self._tax(item.total_tax)),
                "taxes": [{"id": 1, **{name: str(tax) for name, tax in exact.items()}}],
                "meta_data": [],
            }

        order = {
            **{k: v for k, v in document(PROCESSING).items() if k not in _REMOVED},
            "id": order_id,
            "prices_include_tax": self.holds_tax,
            "line_items": [line(number, item) for number, item in enumerate(self.items, start=1)],
            "fee_lines": [],
            "discount_total": text(sum((item.discount for item in self.items), Decimal(0))),
            "shipping_total": text(Decimal(self.shipping)),
            "total": text(self.total),
            "total_tax": text(_rounded(self.tax)),
            "shipping_lines": [
                {
                    "id": 590,
                    "method_title": "Post",
                    "total": text(Decimal(self.shipping)),
                    "total_tax": text(self._tax(self.shipping_tax)),
                    "taxes": [{"id": 1, "total": str(self.shipping_tax / _CENTS)}],
                }
            ],
            "refunds": [],
        }
        return json.loads(json.dumps(order, default=str))

    def given_back(self, decimals: int, refund_id: int, shares: Sequence[int]) -> Any:
        """A refund of so many units of each line as the admin page reckons it.

        Without `shares` it gives back all, shipping too.
        """

        def text(minor: Decimal) -> str:
            return str(_rounded(-minor / _CENTS, decimals))

        def part(name: int, quantity: int, net: Decimal, tax: Decimal) -> dict[str, Any]:
            return {
                "id": refund_id * 10 + name,
                "quantity": -quantity,
                "total": text(net),
                "total_tax": text(tax),
                "taxes": [],
                "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(name)}],
            }

        counts = shares or [item.quantity for item in self.items]
        lines, amount = [], Decimal(0)
        for number, (item, count) in enumerate(zip(self.items, counts, strict=True), start=1):
            net = _rounded(item.total * count / item.quantity, 4)
            tax = _rounded(self._tax(item.total_tax) * count / item.quantity, 4)
            amount += net + tax
            if count:
                lines.append(part(500 + number, count, net, tax))
        shipping = []
        if not shares:
            tax = self._tax(self.shipping_tax)
            shipping = [part(590, 0, Decimal(self.shipping), tax)]
            amount = self.total
        return {
            "id": refund_id,
            "parent_id": 7001,
            "date_created_gmt": f"2026-04-06T14:{refund_id % 60:02}:00",
            "amount": str(_rounded(_rounded(amount) / _CENTS, decimals)),
            "refunded_payment": True,
            "line_items": lines,
            "shipping_lines": shipping,
            "fee_lines": [],
            "meta_data": [],
        }
