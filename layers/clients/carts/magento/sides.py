"""The two sides of Magento's documents: the shop's base currency and the buyer's (R-8.1).

Each amount stands twice, as `base_grand_total` and `grand_total`. A document is read on one side
alone, by names: the side is chosen here once, for the order and all that follows it. An amount that
stands on the other side only is missed by its name, and never borrowed.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import Any

from carts.documents import Node, believed_currency

_ORDER, _BASE = "order_currency_code", "base_currency_code"
_TOTAL, _RATE = "grand_total", "base_to_order_rate"
_REGULAR = (
    "adjustment_negative",
    "adjustment_positive",
    "amount",
    "amount_authorized",
    "customer_balance_amount",
    "discount_amount",
    "discount_tax_compensation_amount",
    "gift_cards_amount",
    "grand_total",
    "hidden_tax_amount",
    "price",
    "reward_currency_amount",
    "row_total",
    "shipping_amount",
    "shipping_discount_amount",
    "shipping_tax_amount",
    "subtotal",
    "tax_amount",
    "total_due",
    "total_paid",
    "total_refunded",
)
_BASE_NAMES = MappingProxyType(
    {
        **{name: (f"base_{name}",) for name in _REGULAR},
        "shipping_discount_tax_compensation_amount": (
            "base_shipping_discount_tax_compensation_amnt",
            "base_shipping_discount_tax_compensation_amount",
        ),
        "weee_tax_applied_row_amount": (
            "base_weee_tax_applied_row_amnt",
            "base_weee_tax_applied_row_amount",
        ),
        "gw_price": ("gw_base_price",),
        "gw_tax_amount": ("gw_base_tax_amount",),
        "gw_items_price": ("gw_items_base_price",),
        "gw_items_tax_amount": ("gw_items_base_tax_amount",),
        "gw_card_price": ("gw_card_base_price",),
        "gw_card_tax_amount": ("gw_card_base_tax_amount",),
    }
)
"""What an amount is called on the base side: `_amnt` where Magento's columns had no room."""


class _Side(Node):
    """A document of two currencies; the amounts that it gives are all of one side."""

    __slots__ = ()

    def decimal(self, name: str) -> Decimal | None:
        """The number on this side; a problem where the other side alone tells one."""
        mine, theirs = self._names(name)
        stated = next((each for each in mine if self.get(each) is not None), mine[0])
        number = Node.decimal(self, stated)
        if number is None and any(Node.decimal(self, each) for each in theirs):
            self.refuse(mine[0], "given")
        return number

    def _names(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """How a member is called on this side and on the other one, the usual name first."""
        return (name,), _BASE_NAMES.get(name, ())


class _ShopSide(_Side):
    """The side of the shop's base currency, under the names of the other."""

    __slots__ = ()

    def at(self, name: str) -> str:
        """The place of a member, by its name on this side."""
        return super().at(_BASE if name == _ORDER else self._names(name)[0][0])

    def text(self, name: str) -> str:
        """The member as text; the currency is the base currency."""
        return super().text(_BASE if name == _ORDER else name)

    def _names(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        base = _BASE_NAMES.get(name)
        return ((name,), ()) if base is None else (base, (name,))


def one_side(node: Node, *, is_presented: bool) -> Node:
    """The document on one side, for all that is read of it; as it is where it has one currency.

    A document that does not tell its base currency cannot be read on the shop's side.

    Args:
        node: an order, or what follows one, as REST has it.
        is_presented: the buyer's side instead of the shop's.
    """
    buyer, shop = node.text(_ORDER), node.text(_BASE)
    if not buyer or buyer == shop:
        return node
    if not shop:
        if not is_presented:
            node.refuse(_BASE, "given")
        return node
    side = _Side if is_presented else _ShopSide
    return side(node.members, node.place, node.problems)


def rate_of(node: Node) -> Decimal | None:
    """How much of the currency that the order is read in one unit of its base currency is."""
    return Decimal(1) if isinstance(node, _ShopSide) else node.decimal(_RATE)


def as_seen(node: Node) -> dict[str, Any]:
    """What the buyer saw of an order that is read on the shop's side; else nothing."""
    if not isinstance(node, _ShopSide):
        return {}
    buyers = Node(node.members, node.place, node.problems)
    currency = believed_currency(buyers, buyers.text(_ORDER), _ORDER)
    return {"presentment_currency": currency, "presentment_total": buyers.money(_TOTAL, currency)}
