"""BigCommerce refunds: items with amounts, a total with its tax, and payments (reference §11).

Whether an item's amount holds tax is not documented: the refund's total decides, or nobody does.
Where the total must fill in an amount, the order's own prices of the other items decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from carts.adapter import Code
from carts.bigcommerce.models import CART, amount, hold, required_amount, required_moment
from carts.documents import Node
from carts.goodwill import allowances
from commerce.money import Money, MoneyError, allocate, minor_units, total
from commerce.orders import (
    AdjustmentKind,
    Order,
    Payment,
    PaymentKind,
    PaymentState,
    Ref,
    Refund,
    RefundAdjustment,
    RefundLine,
    TaxLine,
)

_PRODUCT, _SHIPPING, _WHOLE = "PRODUCT", "SHIPPING", "ORDER"
_SOLD = frozenset({_PRODUCT, _SHIPPING})
_KINDS = frozenset({_PRODUCT, _SHIPPING, _WHOLE, "HANDLING", "FEE", "GIFT_WRAPPING"})

_Part = tuple[Node, Money, Money]
"""An item, its amount without tax, and its tax."""


def refunds(nodes: Sequence[Node], node: Node, order: Order) -> tuple[Refund, ...]:
    """What went back; the sum that the order states must be the same."""
    found = tuple(_refund(each, order) for each in nodes)
    told = amount(node, "refunded_amount", order.currency)
    paid_back = total((refund.credit for refund in found), order.currency)
    if told != paid_back:
        message = "is not what the refunds add up to"
        hold(node, "refunded_amount", message, told - paid_back, code=Code.UNBALANCED)
    return found


def _refund(node: Node, order: Order) -> Refund:
    """One refund; an amount for a product of which no unit went back is an allowance."""
    currency = order.currency
    parts = _parts(node, order)
    goods = [
        RefundLine(
            line_id=item.identifier("item_id"),
            quantity=item.decimal("quantity") or Decimal(0),
            subtotal=net,
            tax=tax,
        )
        for item, net, tax in parts
        if item.text("item_type") == _PRODUCT
    ]
    shipping = [part for part in parts if part[0].text("item_type") == _SHIPPING]
    beside = [(net, tax) for item, net, tax in parts if item.text("item_type") not in _SOLD]
    ref = Ref(CART, order.ref.store, "refund", node.identifier("id"))
    return Refund(
        ref=ref,
        order_id=order.ref.id,
        created_at=required_moment(node, "created"),
        currency=currency,
        lines=tuple(line for line in goods if line.quantity),
        shipping=total((net for _, net, _ in shipping), currency) if shipping else None,
        shipping_tax=total((tax for *_, tax in shipping), currency) if shipping else None,
        adjustments=(
            *(
                RefundAdjustment(AdjustmentKind.GOODWILL, net, tax)
                for net, tax in beside
                if net or tax
            ),
            *allowances(goods),
        ),
        transactions=_payments(node, ref, order),
    )


def _parts(node: Node, order: Order) -> list[_Part]:
    """The items without their tax, and the tax that each carries."""
    currency = order.currency
    stated = required_amount(node, "total_amount", currency)
    tax = amount(node, "total_tax", currency)
    items = list(node.nodes("items"))
    for item in items:
        if item.text("item_type") not in _KINDS:
            item.refuse("item_type", "a known type of item")
    if not items:
        node.refuse("items", "given")
    found = [item.money("requested_amount", currency) for item in items]
    if sum(part is None for part in found) > 1:
        message = "several items state no amount: how the sum splits is not said"
        hold(node, "items", message, code=Code.CONFIGURATION_MISSING)
    worth = total((part for part in found if part is not None), currency)
    with_tax = [stated - worth if part is None else part for part in found]
    if None in found:
        without = [stated - tax - worth if part is None else part for part in found]
        return _filled(node, items, found, (with_tax, without), order)
    if worth == stated:
        return _without_tax(items, with_tax, _shares(node, tax, items, with_tax))
    difference = stated - (worth + tax)
    if difference:
        message = "is not what the items add up to, with their tax or without"
        hold(node, "total_amount", message, difference, code=Code.UNBALANCED)
    return list(zip(items, with_tax, _shares(node, tax, items, with_tax), strict=True))


def _without_tax(
    items: Sequence[Node], amounts: Sequence[Money], shares: Sequence[Money]
) -> list[_Part]:
    """Items of which the amounts hold their shares of the tax."""
    parts = zip(items, amounts, shares, strict=True)
    return [(item, part - share, share) for item, part, share in parts]


def _filled(
    node: Node,
    items: list[Node],
    found: Sequence[Money | None],
    ways: tuple[list[Money], list[Money]],
    order: Order,
) -> list[_Part]:
    """The items with the only amount that is not stated filled in, with tax or without.

    Either way gives the total: the way in which the stated items have the order's own prices is the
    one, else that in which the item that was filled in has its price.
    """
    tax = amount(node, "total_tax", order.currency)
    with_tax, without = ways
    inside = _without_tax(items, with_tax, _shares(node, tax, items, with_tax))
    outside = list(zip(items, without, _shares(node, tax, items, without), strict=True))
    if inside == outside:
        return inside
    prices = [_price(item, order) for item in items]
    ranks = [part is None for part in found]
    for is_filled in (False, True):
        asked = [
            (price, gross, net)
            for price, gross, net, rank in zip(prices, with_tax, without, ranks, strict=True)
            if price is not None and rank is is_filled
        ]
        if asked and all(price.is_net(net) for price, _, net in asked):
            return outside
        if asked and all(price.is_taxed(gross) for price, gross, _ in asked):
            return inside
    message = "states no amount for an item, and not whether those of the others hold tax"
    hold(node, "items", message, code=Code.CONFIGURATION_MISSING)
    return inside


@dataclass(frozen=True, slots=True)
class _Price:
    """What the order asked for an item, as exactly as it can be shared by units."""

    net: Fraction
    tax: Fraction
    cent: Fraction

    def is_net(self, amount: Money) -> bool:
        """Whether the amount is the price without its tax, to the cent."""
        return abs(Fraction(amount.amount) - self.net) < self.cent

    def is_taxed(self, amount: Money) -> bool:
        """Whether the amount is the price with its tax, to the cent."""
        return abs(Fraction(amount.amount) - self.net - self.tax) < self.cent


def _price(item: Node, order: Order) -> _Price | None:
    """The price of the item's units in the order; None where the order does not tell it.

    It tells none of what is refunded of the whole order, of fees, handling and wrapping by their
    items, and none at all where its taxes are not those of its parts.
    """
    kind, share = item.text("item_type"), Fraction(1)
    net: Money | None = None
    taxes: tuple[TaxLine, ...] = ()
    if kind == _SHIPPING and order.shipping_lines:
        sent = order.shipping_lines[0]
        net, taxes = sent.amount - sent.discount, sent.taxes
    elif kind == _PRODUCT:
        line_id = item.identifier("item_id")
        sold = next((line for line in order.lines if line.id == line_id and line.quantity), None)
        if sold is not None:
            share = Fraction(item.decimal("quantity") or 0) / Fraction(sold.quantity)
            net, taxes = sold.net, sold.taxes
    if net is None or order.taxes or not share:
        return None
    tax = total((each.amount for each in taxes), order.currency)
    cent = Fraction(1, 10 ** minor_units(order.currency))
    return _Price(Fraction(net.amount) * share, Fraction(tax.amount) * share, cent)


def _shares(node: Node, tax: Money, items: list[Node], amounts: list[Money]) -> list[Money]:
    """The refund's tax over its items by their amounts; what is of the whole order has none."""
    if not items:
        return []
    weights = [
        Decimal(0) if item.text("item_type") == _WHOLE else max(part.amount, Decimal(0))
        for item, part in zip(items, amounts, strict=True)
    ]
    if any(weights) or not tax:
        try:
            return allocate(tax, weights)
        except MoneyError:
            pass
    node.refuse("total_tax", "a tax that can be shared over the items")
    return [Money.zero(tax.currency) for _ in items]


def _payments(node: Node, ref: Ref, order: Order) -> tuple[Payment, ...]:
    found = []
    for index, each in enumerate(node.nodes("payments")):
        declined = each.flag("is_declined")
        found.append(
            Payment(
                ref=Ref(CART, ref.store, "payment", f"refund:{ref.id}.{index}"),
                order_id=order.ref.id,
                kind=PaymentKind.REFUND,
                state=PaymentState.FAILURE if declined else PaymentState.SUCCESS,
                gateway=each.text("provider_id"),
                amount=required_amount(each, "amount", order.currency),
                processed_at=required_moment(node, "created"),
                external_id=each.text("transaction_id"),
            )
        )
    return tuple(found)
