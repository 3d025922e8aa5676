"""Refunds of an Amazon order: Finances alone tells of them (carts reference §7.5).

What the buyer got back stands with its sign flipped; fees that return with it are booked
from the payout. What goes to which line is told per item, or by the only item there is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from carts.adapter import Code, Problem
from carts.amazon.models import CART
from carts.amazon.transactions import BUYERS, SALES, Branch, TradedItem, Transaction, settled
from carts.goodwill import allowances
from commerce.money import Money, minor_units, total
from commerce.orders import (
    AdjustmentKind,
    Order,
    OrderLine,
    Payment,
    PaymentKind,
    PaymentState,
    Ref,
    Refund,
    RefundAdjustment,
    RefundLine,
)

_GOODS = frozenset(
    {
        "ProductCharges",
        "Principal",
        "OurPricePrincipal",
        "OurPriceDiscount",
        "PromoRebates",
        "Promo",
    }
)
_GOODS_TAX = frozenset({"Tax", "OurPriceTax", "OurPriceTaxDiscount"})
_SHIPPING = frozenset({"Shipping", "ShippingPrincipal", "ShippingDiscount"})
_SHIPPING_TAX = frozenset({"ShippingTax", "ShippingTaxDiscount"})
_ADJUSTED = {
    "GoodwillPrincipal": AdjustmentKind.GOODWILL,
    "Tips": AdjustmentKind.GOODWILL,
    "Giftwrap": AdjustmentKind.GOODWILL,
    "GiftwrapPrincipal": AdjustmentKind.GOODWILL,
    "RestockingDeductionPrincipal": AdjustmentKind.RESTOCKING_FEE,
}
_ADJUSTED_TAX = {
    "GoodwillTax": AdjustmentKind.GOODWILL,
    "GiftwrapTax": AdjustmentKind.GOODWILL,
    "RestockingDeductionTax": AdjustmentKind.RESTOCKING_FEE,
}
_SOLD_BRANCHES = SALES | BUYERS
_TOLD = _GOODS | _GOODS_TAX | _SHIPPING | _SHIPPING_TAX | _ADJUSTED.keys() | _ADJUSTED_TAX.keys()


@dataclass(slots=True)
class _Sums:
    """What went back to the buyer for one item, by what it was for; positive is more for them."""

    currency: str
    amounts: dict[str, Money] = field(default_factory=dict)

    def add(self, leaf: Branch) -> None:
        """Take a leaf of the sales branch, whose amounts are from the seller's view."""
        self.amounts[leaf.type] = self.of((leaf.type,)) - leaf.amount

    def of(self, names: Iterable[str]) -> Money:
        """The sum of the named parts."""
        found = (self.amounts[name] for name in names if name in self.amounts)
        return total(found, self.currency)


class _Units:
    """The order's lines by article, and how many units of each came back so far.

    A transaction names the article, and two lines may be of the same one.
    """

    def __init__(self, order: Order) -> None:
        self._lines = order.sale_lines
        self._back: defaultdict[str, Decimal] = defaultdict(Decimal)

    def take(self, item: TradedItem, goods: Money) -> tuple[OrderLine, Decimal] | None:
        """The line of the article and its units, as far as `goods` is their price.

        The first line goes before others whose price it is and that has units left.
        """
        lines = [line for line in self._lines if line.sku == item.sku]
        if not lines:
            return None
        found = [(line, _units(line, item, goods)) for line in lines]
        priced = [each for each in found if each[1]] or found
        left = (each for each in priced if self._back[each[0].id] + each[1] <= each[0].quantity)
        line, units = next(left, priced[0])
        self._back[line.id] += units
        return line, units


def order_refunds(
    transactions: Sequence[Transaction], order: Order, problems: list[Problem]
) -> tuple[Refund, ...]:
    """The refunds whose money moved, oldest first; what cannot be told is noted in `problems`."""
    by_id: dict[str, list[Transaction]] = {}
    for each in sorted(settled(transactions), key=lambda each: (each.posted_at, each.id)):
        if each.is_refund and each.sales:
            by_id.setdefault(each.refund_id, []).append(each)
    units = _Units(order)
    return tuple(
        _refund(refund_id, listed, order, units, problems) for refund_id, listed in by_id.items()
    )


def _refund(
    refund_id: str,
    listed: list[Transaction],
    order: Order,
    units: _Units,
    problems: list[Problem],
) -> Refund:
    currency = order.currency
    lines: list[RefundLine] = []
    sums = _Sums(currency)
    for transaction in listed:
        if transaction.total.currency != currency:
            _note(problems, transaction.place, Code.PAYMENT_UNDECIDED, "is in another currency")
            continue
        for item, leaves in _by_item(transaction, problems):
            own = _Sums(currency)
            for leaf in leaves:
                own.add(leaf)
                sums.add(leaf)
            line = _line(item, own, order, units, problems)
            if line:
                lines.append(line)
    paid = -total((t.sales for t in listed if t.total.currency == currency), currency)
    if paid.is_negative:
        message = "takes money back from the buyer"
        _note(problems, listed[0].place, Code.PAYMENT_UNDECIDED, message)
    first = min(listed, key=lambda each: each.posted_at)
    return Refund(
        ref=Ref(CART, order.ref.store, "refund", refund_id),
        order_id=order.ref.id,
        created_at=first.posted_at,
        currency=currency,
        lines=tuple(line for line in lines if line.quantity),
        shipping=sums.of(_SHIPPING) or None,
        shipping_tax=sums.of(_SHIPPING_TAX) or None,
        adjustments=(*allowances(lines), *_adjustments(sums)),
        transactions=(
            Payment(
                ref=Ref(CART, order.ref.store, "payment", refund_id),
                order_id=order.ref.id,
                kind=PaymentKind.REFUND,
                state=PaymentState.SUCCESS,
                gateway=CART,
                amount=paid,
                processed_at=first.posted_at,
                external_id=first.id,
            ),
        ),
    )


def _by_item(
    transaction: Transaction, problems: list[Problem]
) -> list[tuple[TradedItem | None, list[Branch]]]:
    """The leaves of the sales branch with the item that they belong to.

    A branch that no item tells of stands for the only item; of several it cannot be told.
    """
    whole = [leaf for part in transaction.sold for leaf in part.leaves() if leaf.amount]
    told = [item for item in transaction.items if item.branches]
    if told:
        found = [(item, _sold(item)) for item in told]
        parts = [leaf.amount for _, leaves in found for leaf in leaves]
        difference = transaction.sales - total(parts, transaction.total.currency)
        if difference:
            message = "its items do not add up to what the buyer got back"
            _note(problems, transaction.place, Code.UNBALANCED, message, difference)
        result: list[tuple[TradedItem | None, list[Branch]]] = [*found]
    elif len(transaction.items) > 1:
        message = "does not tell which of its items the money was for"
        _note(problems, transaction.place, Code.PAYMENT_UNDECIDED, message)
        result = []
    else:
        result = [(next(iter(transaction.items), None), whole)]
    for _, leaves in result:
        for leaf in leaves:
            if leaf.type not in _TOLD:
                _note(problems, leaf.place, Code.PAYLOAD_INVALID, "is no known part of a refund")
    return result


def _sold(item: TradedItem) -> list[Branch]:
    sold = (branch for branch in item.branches if branch.type in _SOLD_BRANCHES)
    return [leaf for branch in sold for leaf in branch.leaves() if leaf.amount]


def _line(
    item: TradedItem | None, own: _Sums, order: Order, units: _Units, problems: list[Problem]
) -> RefundLine | None:
    """The goods of one item on the order's line of that article.

    Without units it is an allowance on that line: money went back, and no known number of goods.
    """
    goods, tax = own.of(_GOODS), own.of(_GOODS_TAX)
    if not goods and not tax:
        return None
    taken = units.take(item, goods) if item else None
    if taken is None:
        place = item.place if item else f"refunds of {order.ref.id}"
        message = "gives back goods that the order does not hold"
        _note(problems, place, Code.PAYLOAD_INVALID, message)
        return None
    line, count = taken
    return RefundLine(line.id, count, goods, tax)


def _units(line: OrderLine, item: TradedItem, goods: Money) -> Decimal:
    """How many units came back: as told, if that is their price to the cent; else none are known.

    The number that a refund tells is at times that of the whole shipment.
    """
    told = min(item.quantity, line.quantity)
    price = Money(line.net.amount * told / line.quantity, goods.currency)
    cent = Decimal(1).scaleb(-minor_units(goods.currency))
    return told if abs(goods - price).amount < cent else Decimal(0)


def _adjustments(sums: _Sums) -> tuple[RefundAdjustment, ...]:
    found = []
    for kind in dict.fromkeys(_ADJUSTED.values()):
        amount = sums.of(name for name, each in _ADJUSTED.items() if each is kind)
        tax = sums.of(name for name, each in _ADJUSTED_TAX.items() if each is kind)
        if amount or tax:
            found.append(RefundAdjustment(kind, amount, tax))
    return tuple(found)


def _note(
    problems: list[Problem],
    place: str,
    code: Code,
    message: str,
    difference: Money | None = None,
) -> None:
    problems.append(Problem(code, place, message, difference))
