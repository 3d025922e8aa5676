"""What WooCommerce rounds apart: discounts, and orders of shops that round tax at the subtotal.

The site reckons in parts of a cent where prices hold tax, and rounds some amounts and not others:
its total is right to the cent, the amounts that make it up need not be (`WC_Cart_Totals`,
`WC_Order_Item_Product::set_taxes`, `WC_Abstract_Order::set_total_tax`). Nothing here goes beyond
what that rounding can do, so an amount that is wrong by a cent stays wrong (carts reference §3.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from carts.documents import Node
from carts.woocommerce.models import (
    currency_of,
    metadata,
    money_or_none,
    money_or_zero,
    required_money,
)
from commerce.money import Money, minor_units, total

_HALF = Decimal("0.5")
_MEMBERS = ("total", "total_tax")
_PARTS = ("line_items", "shipping_lines", "fee_lines")
_FINEST = Decimal("0.000001")
"""The last decimal that the site can be asked for: amounts may be off by half of it."""

_NOISE = _FINEST * 50
"""By how much the parts of an amount may miss it that went back in many refunds."""


def stated_discount(node: Node, currency: str) -> Money | None:
    """What was taken off, as the order states it, without the prices that were raised by hand.

    The site takes what those add off the discounts, unless it did not add the order up again. Where
    it differs from what the lines say by no more than their rounding, the lines are believed.
    """
    stated = money_or_none(node, "discount_total", currency)
    if stated is None:
        return None
    lines = list(node.nodes("line_items"))
    off = [_off(line, currency) for line in lines]
    taken = total((each for each in off if not each.is_negative), currency)
    if stated == taken:
        return taken
    limit = _rounded_away(node, lines, currency)
    sums = (total(off, currency), taken)
    return taken if any(abs((stated - each).amount) <= limit for each in sums) else stated


def _off(line: Node, currency: str) -> Money:
    return money_or_zero(line, "subtotal", currency) - money_or_zero(line, "total", currency)


def _rounded_away(node: Node, lines: Iterable[Node], currency: str) -> Decimal:
    """By how much the discounts may differ: half of the last decimal of each rounded amount."""
    unit = Decimal(1).scaleb(-minor_units(currency))
    holds_tax = node.get("prices_include_tax") is True
    limit = _half_step(node.get("discount_total"), unit)
    for line in lines:
        for name in ("subtotal", "total"):
            step = _half_step(line.get(name), unit)
            if step < unit / 2 or (holds_tax and _may_be_rounded(line, name, unit)):
                limit += step
    return limit


def _half_step(told: Any, unit: Decimal) -> Decimal:
    """Half of the last decimal that an amount is told with, at most half a minor unit."""
    _, _, decimals = str(told).partition(".")
    return _HALF * min(unit, Decimal(1).scaleb(-len(decimals)))


def _may_be_rounded(line: Node, name: str, unit: Decimal) -> bool:
    """Whether a price with tax left parts of a cent when its tax was taken out.

    Price and tax together are whole: only a tax that is whole too leaves nothing to round. The tax
    by rates is never rounded. A buyer who owes none is sold what is left of the price.
    """
    taxes = [tax.decimal(name) or Decimal(0) for tax in line.nodes("taxes") if tax.get(name) != ""]
    tax = sum(taxes, Decimal(0))
    return not tax or tax % unit != 0


@dataclass(slots=True)
class _Settled:
    """An amount of the order, exact and as it was rounded, and how much of each went back."""

    exact: Money
    rounded: Money
    exact_back: Money
    rounded_back: Money

    @property
    def is_all_back(self) -> bool:
        """Whether nothing is left of it."""
        return abs((self.exact_back - self.exact).amount) <= _NOISE

    def give_back(self, exact: Money) -> Money:
        """The next part that goes back; the last one takes what is left (R-9.4)."""
        self.exact_back += exact
        sofar = self.exact_back.rounded()
        is_partial = abs(self.exact_back) < abs(self.exact)
        if self.is_all_back or (is_partial and abs(sofar) > abs(self.rounded)):
            sofar = self.rounded
        part = sofar - self.rounded_back
        self.rounded_back = sofar
        return part

    def move(self, step: Money) -> bool:
        """Give back one unit more or less, where what is left of it allows that."""
        moved = self.rounded_back + step
        low, high = sorted((Money.zero(step.currency), self.rounded))
        if self.is_all_back or not low <= moved <= high:
            return False
        self.rounded_back = moved
        return True


def settled(
    document: Mapping[str, Any], refunds: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
    """An order of six decimals in whole cents, and its refunds alike; None where that is no cure.

    Shops that round tax at the subtotal keep each line's tax exact, and round the tax and the total
    of the order. Both are shared out over the lines by largest remainder (R-9.3), if each is its
    exact sum rounded. A refund then gives back what its line was settled at.

    Raises:
        MoneyError: the document's sums are beyond belief.
    """
    node = Node(dict(document), "", [])
    currency = currency_of(node)
    parts = [part for name in _PARTS for part in node.nodes(name)]
    nets = [required_money(part, "total", currency) for part in parts]
    taxes = [money_or_zero(part, "total_tax", currency) for part in parts]
    stated = required_money(node, "total", currency)
    tax = required_money(node, "total_tax", currency)
    cards = total(
        (money_or_zero(card, "amount", currency) for card in node.nodes("gift_cards")), currency
    )
    if node.problems or all(each == each.rounded() for each in (*nets, *taxes)):
        return None
    exact_tax = total(taxes, currency)
    exact_total = total(nets, currency) + exact_tax - cards
    if not (_is_rounded(stated, exact_total, parts) and _is_rounded(tax, exact_tax, parts)):
        return None
    whole_taxes = _shared_out(tax, taxes)
    whole_nets = _shared_out(stated - tax + cards, nets)
    if whole_taxes is None or whole_nets is None:
        return None
    changes = {
        id(part.members): {"total": net.plain(), "total_tax": own.plain()}
        for part, net, own in zip(parts, whole_nets, whole_taxes, strict=True)
    }
    whole = {**document, **_with_changes(document, changes)}
    _settle_discounts(node, whole, currency)
    known = _known(parts, nets, whole_nets, "total") | _known(
        parts, taxes, whole_taxes, "total_tax"
    )
    return whole, _settled_refunds(refunds, known, currency)


def _is_rounded(stated: Money, exact: Money, parts: Sequence[object]) -> bool:
    """Whether `stated` is the exact sum in whole minor units; either neighbour of a half is."""
    half = _HALF.scaleb(-minor_units(stated.currency))
    noise = _FINEST * len(parts)
    return stated == stated.rounded() and abs((stated - exact).amount) <= half + noise


def _shared_out(whole: Money, exact: Sequence[Money]) -> list[Money] | None:
    """The exact amounts in whole minor units that add up to `whole`; none moves by a unit."""
    unit = Decimal(1).scaleb(-minor_units(whole.currency))
    units = [each.amount / unit for each in exact]
    floors = [each.to_integral_value(rounding=ROUND_FLOOR) for each in units]
    missing = whole.amount / unit - sum(floors)
    rests = [at for at in range(len(exact)) if units[at] != floors[at]]
    if not 0 <= missing <= len(rests):
        return None
    by_remainder = sorted(rests, key=lambda at: (floors[at] - units[at], at))
    for at in by_remainder[: int(missing)]:
        floors[at] += 1
    return [Money(each * unit, whole.currency) for each in floors]


def _with_changes(
    document: Mapping[str, Any], changes: Mapping[int, Mapping[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    """The lists of the document's parts, with members of some replaced."""
    return {
        name: [{**part, **changes.get(id(part), {})} for part in document[name]]
        for name in _PARTS
        if document.get(name)
    }


def _settle_discounts(node: Node, whole: dict[str, Any], currency: str) -> None:
    """Each line's discount in whole cents, and the order's where it is the sum of them."""
    lines = list(node.nodes("line_items"))
    off = [_off(line, currency) for line in lines]
    rounded = [each.rounded() for each in off]
    for line, own in zip(whole.get("line_items") or [], rounded, strict=True):
        line["subtotal"] = (Money.of(line["total"], currency) + own).plain()
    stated = money_or_none(node, "discount_total", currency)
    noise = _FINEST * (len(off) + 1)
    if stated is not None and abs((stated - total(off, currency)).amount) <= noise:
        whole["discount_total"] = total(rounded, currency).plain()


_Known = dict[tuple[str, str], _Settled]


def _known(
    parts: Sequence[Node], exact: Sequence[Money], rounded: Sequence[Money], member: str
) -> _Known:
    zero = Money.zero(exact[0].currency)
    return {
        (part.text("id"), member): _Settled(own, whole, zero, zero)
        for part, own, whole in zip(parts, exact, rounded, strict=True)
    }


def _settled_refunds(
    refunds: Sequence[Mapping[str, Any]], known: _Known, currency: str
) -> list[dict[str, Any]]:
    """The refunds in whole cents, oldest first; one of another shape is left as it is."""
    found = []
    for refund in sorted(refunds, key=_moment):
        node = Node(dict(refund), "", [])
        parts = [part for name in _PARTS for part in node.nodes(name)]
        amount = money_or_zero(node, "amount", currency)
        given = [each for part in parts for each in _given_back(part, known, currency)]
        changes: dict[int, dict[str, Any]] = {}
        for back in [] if node.problems else _fitted(given, amount):
            changes.setdefault(id(back.part.members), {})[back.member] = (-back.amount).plain()
        found.append({**refund, **_with_changes(refund, changes)} if changes else dict(refund))
    return found


@dataclass(slots=True)
class _Back:
    """An amount of a refund: exact as it is told, and what it becomes."""

    part: Node
    member: str
    exact: Money
    amount: Money
    of: _Settled


def _given_back(part: Node, known: _Known, currency: str) -> Iterator[_Back]:
    """What a part of a refund gives back: below zero there what is above it in the order."""
    named = metadata(part, "_refunded_item_id")
    for member in _MEMBERS:
        told = money_or_none(part, member, currency)
        own = known.get((named, member))
        if told is not None and own is not None:
            yield _Back(part, member, -told, own.give_back(-told), own)


def _fitted(given: list[_Back], amount: Money) -> list[_Back]:
    """The amounts so that they add up to the refund's, where they do before they are rounded."""
    currency = amount.currency
    unit = Money(Decimal(1).scaleb(-minor_units(currency)), currency)
    if not _is_rounded(amount, total((each.exact for each in given), currency), given):
        return given
    for back in given:
        missing = amount - total((each.amount for each in given), currency)
        step = -unit if missing.is_negative else unit
        if missing and back.of.move(step):
            back.amount += step
    return given


def within_order(
    document: Mapping[str, Any], refunds: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The refunds, none of which gives back more of a line than is left of it, by rounding alone.

    Units that cost parts of a cent are each rounded up: two times 0.005 are a cent, not two. What
    goes beyond that is left as it is, to be held.
    """
    node = Node(dict(document), "", [])
    currency = currency_of(node)
    sold = {
        (part.text("id"), member): _Sold(money_or_zero(part, member, currency), 0)
        for name in _PARTS
        for part in node.nodes(name)
        for member in _MEMBERS
    }
    found = []
    for refund in [] if node.problems else sorted(refunds, key=_moment):
        told = Node(dict(refund), "", [])
        changes = {
            id(part.members): dict(_capped(part, sold, currency))
            for name in _PARTS
            for part in told.nodes(name)
        }
        found.append({**refund, **({} if told.problems else _with_changes(refund, changes))})
    return found or [dict(refund) for refund in refunds]


@dataclass(slots=True)
class _Sold:
    """What is left of an amount of the order, and in how many parts the rest went back."""

    left: Money
    parts: int


def _capped(
    part: Node, sold: Mapping[tuple[str, str], _Sold], currency: str
) -> Iterator[tuple[str, str]]:
    named = metadata(part, "_refunded_item_id")
    half = _HALF.scaleb(-minor_units(currency))
    for member in _MEMBERS:
        told = money_or_none(part, member, currency)
        own = sold.get((named, member))
        if not told or own is None:
            continue
        own.parts += 1
        excess = -told - own.left
        if 0 < excess.amount <= half * (own.parts + 1) and not own.left.is_negative:
            yield member, str(-own.left.amount)
            own.left -= own.left
        else:
            own.left += told


def _moment(refund: Mapping[str, Any]) -> tuple[str, str]:
    return str(refund.get("date_created_gmt")), str(refund.get("id")).zfill(20)
