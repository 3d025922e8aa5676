"""Magento's order rows as lines: which of a family carries the money, and at which amounts.

A configurable's parent has the price and its child none; a dynamic bundle's parent shows a price
that only its children add up (carts reference §5.6). The order's `subtotal` decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from carts.adapter import Code, Problem
from carts.documents import Node
from carts.magento.models import money_or_zero, net_discount, rows, waste_fees
from commerce.money import Money, total
from commerce.orders import LineKind, OrderLine, TaxLine

_PERCENT = Decimal(100)
_SHIPPING = "shipping"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an order: `stated` is its `row_total`, `priced` price times quantity."""

    node: Node
    id: str
    parent_id: str
    quantity: Decimal
    price: Money
    stated: Money
    priced: Money


@dataclass(frozen=True, slots=True)
class _Choice:
    """One way to read the rows: which carry money, and which of their two amounts is meant."""

    money_ids: frozenset[str]
    amount: Callable[[Row], Money]

    def sum_of(self, read: Sequence[Row], currency: str) -> Money:
        return total((self.amount(row) for row in read if row.id in self.money_ids), currency)

    def fees_of(self, read: Sequence[Row], currency: str) -> Money:
        """The fixed product taxes of the rows that carry money."""
        return waste_fees((row.node for row in read if row.id in self.money_ids), currency)


def order_lines(order: Node, currency: str) -> tuple[OrderLine, ...]:
    """All rows as lines; those without money of their own are components.

    Raises:
        MoneyError: the rows' sums are beyond belief.
    """
    read = [_row(node, currency) for node in rows(order)]
    choice = _choice(order, read, currency)
    named = _applied_taxes(order, currency)
    return tuple(_line(row, choice, named.get(row.id, ()), currency) for row in read)


def _row(node: Node, currency: str) -> Row:
    quantity = node.decimal("qty_ordered")
    if quantity is None:
        node.refuse("qty_ordered", "given")
        quantity = Decimal(0)
    price = money_or_zero(node, "price", currency)
    return Row(
        node=node,
        id=node.identifier("item_id"),
        parent_id=node.optional_identifier("parent_item_id"),
        quantity=quantity,
        price=price,
        stated=money_or_zero(node, "row_total", currency),
        priced=_times(node, price, quantity),
    )


def _times(node: Node, price: Money, quantity: Decimal) -> Money:
    try:
        return price * quantity
    except ValueError:
        node.refuse("qty_ordered", "a believable number")
        return Money.zero(price.currency)


def _choice(order: Node, read: Sequence[Row], currency: str) -> _Choice:
    """The reading of the rows that adds up to `subtotal`.

    Price times quantity comes first, since customised shops state `row_total` after the discount
    (§5.6). Parts of a bundle that have prices come before their bundle: a fixed bundle's have none.
    A shop may count the fixed product taxes of its rows in the subtotal; they stay charges.
    """
    children: dict[str, list[Row]] = {}
    for row in read:
        if row.parent_id:
            children.setdefault(row.parent_id, []).append(row)
    by_parents = frozenset(row.id for row in read if not row.parent_id)
    by_children = _with_children(read, children)
    choices = [
        _Choice(ids, amount)
        for ids in dict.fromkeys((by_children, by_parents))
        for amount in (lambda row: row.priced, lambda row: row.stated)
    ]
    subtotal = order.money("subtotal", currency)
    usual = choices[1]
    if subtotal is None:
        return usual
    sums = [(choice, choice.sum_of(read, currency)) for choice in choices]
    sums += [(choice, amount + choice.fees_of(read, currency)) for choice, amount in sums]
    for choice, amount in sums:
        if amount == subtotal:
            return choice
    difference = subtotal - usual.sum_of(read, currency)
    message = "the rows do not add up to the subtotal"
    order.problems.append(Problem(Code.UNBALANCED, "subtotal", message, difference))
    return usual


def _with_children(read: Sequence[Row], children: Mapping[str, Sequence[Row]]) -> frozenset[str]:
    """The rows that carry money where bundles are added up by their parts."""
    split = {
        row.id
        for row in read
        if row.node.text("product_type") == "bundle"
        and any(child.stated or child.priced for child in children.get(row.id, ()))
    }
    return frozenset(
        row.id
        for row in read
        if (row.parent_id in split) or (not row.parent_id and row.id not in split)
    )


def _line(row: Row, choice: _Choice, named: tuple[TaxLine, ...], currency: str) -> OrderLine:
    node = row.node
    is_money = row.id in choice.money_ids
    zero = Money.zero(currency)
    return OrderLine(
        id=row.id,
        sku=node.text("sku").strip(),
        title=node.text("name"),
        quantity=row.quantity,
        unit_price=row.price if is_money else zero,
        gross=choice.amount(row) if is_money else zero,
        discount=net_discount(node, currency) if is_money else zero,
        taxes=_taxes(node, named, currency) if is_money else (),
        kind=_kind(node) if is_money else LineKind.COMPONENT,
        parent_id=row.parent_id,
        product_id=node.optional_identifier("product_id"),
        quantity_cancelled=node.decimal("qty_canceled") or Decimal(0),
        taxable=bool(node.decimal("tax_percent") or node.decimal("tax_amount")),
        requires_shipping=not _is_virtual(node),
    )


def _kind(node: Node) -> LineKind:
    """A sold gift card is a liability and no sale."""
    is_card = node.text("product_type") in ("giftcard", "gift_card")
    return LineKind.GIFT_CARD if is_card else LineKind.PRODUCT


def _is_virtual(node: Node) -> bool:
    return str(node.get("is_virtual")) in ("1", "True")


def _taxes(node: Node, named: tuple[TaxLine, ...], currency: str) -> tuple[TaxLine, ...]:
    """The row's tax by rate where the order names rates that add up to it, else as one."""
    amount = money_or_zero(node, "tax_amount", currency)
    if named and sum(tax.amount.amount for tax in named) == amount.amount:
        return named
    if not amount:
        return ()
    percent = node.decimal("tax_percent")
    return (TaxLine(title="", amount=amount, rate=percent / _PERCENT if percent else None),)


def shipping_taxes(order: Node, amount: Money) -> tuple[TaxLine, ...]:
    """The tax of shipping by rate where the order names rates that add up to it, else as one."""
    named = _applied_taxes(order, amount.currency).get(_SHIPPING, ())
    if named and sum(tax.amount.amount for tax in named) == amount.amount:
        return named
    return (TaxLine(title="", amount=amount),) if amount else ()


def _applied_taxes(order: Node, currency: str) -> dict[str, tuple[TaxLine, ...]]:
    """The taxes that the order names (`item_applied_taxes`), by the row's id or as `shipping`."""
    extension = order.node("extension_attributes")
    if extension is None:
        return {}
    found: dict[str, tuple[TaxLine, ...]] = {}
    for entry in extension.nodes("item_applied_taxes"):
        kind = entry.text("type")
        name = entry.text("item_id") if kind == "product" else kind
        if name and kind in ("product", _SHIPPING):
            found[name] = tuple(_named_tax(tax, currency) for tax in entry.nodes("applied_taxes"))
    return found


def _named_tax(tax: Node, currency: str) -> TaxLine:
    percent = tax.decimal("percent")
    return TaxLine(
        title=tax.text("title") or tax.text("code"),
        amount=money_or_zero(tax, "amount", currency),
        rate=None if percent is None else percent / _PERCENT,
    )
