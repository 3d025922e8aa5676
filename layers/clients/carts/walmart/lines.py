"""Walmart order lines: what was sold, what left, what was cancelled (reference §9.4, §9.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from carts.adapter import Code
from carts.documents import Node
from carts.walmart.models import (
    CURRENCY,
    ChargeAmount,
    ChargesPer,
    charge,
    hold,
    moment,
    quantity,
    required_moment,
)
from commerce.money import Money, total
from commerce.orders import Charge, ChargeKind, OrderLine, ShippingLine, TaxLine

_STATES = frozenset({"CREATED", "ACKNOWLEDGED", "SHIPPED", "DELIVERED", "CANCELLED", "REFUND"})
_LEFT = frozenset({"SHIPPED", "DELIVERED", "REFUND"})
"""A refunded line was sent and charged before: what is given up before that is cancelled."""

_ITEM_PRICE = "itemprice"
_SUBSCRIPTION = "subscriptiondiscount"
_FINE = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Sold:
    """One line with everything that it carries; `shipped_at` is None until it left.

    `is_priced_by_unit` when its charges were stated for one of several units.
    """

    node: Node
    line: OrderLine
    shipping: tuple[ShippingLine, ...]
    fees: tuple[Charge, ...]
    is_cancelled: bool
    shipped_at: datetime | None
    changed_at: datetime
    is_priced_by_unit: bool = False

    @property
    def worth(self) -> Money:
        """What the buyer pays for the line: goods, shipping, fees and their taxes."""
        parts = [self.line.net, *(tax.amount for tax in self.line.taxes)]
        for part in self.shipping:
            parts += [part.amount - part.discount, *(tax.amount for tax in part.taxes)]
        for fee in self.fees:
            parts += [fee.amount, *(tax.amount for tax in fee.taxes)]
        return total(parts, CURRENCY)


def sold(node: Node, charges_per: ChargesPer = ChargesPer.UNKNOWN) -> Sold:
    """One line of the order; `charges_per` is what charges of several units mean.

    A cancelled line comes back emptied (§9.5): it needs neither units nor charges.
    """
    changed_at = required_moment(node, "statusDate")
    is_cancelled, shipped_at = _progress(node, changed_at)
    units = quantity(node.node("orderLineQuantity"))
    if units < 0 or not (units or is_cancelled):
        node.refuse("orderLineQuantity", "a quantity above zero")
    if units > 1 and not is_cancelled and charges_per is ChargesPer.UNKNOWN:
        message = "holds several units: say in charges_per whether charges are per line or unit"
        hold(node, "orderLineQuantity", Code.CONFIGURATION_MISSING, message)
    is_priced_by_unit = units > 1 and charges_per is ChargesPer.UNIT
    charges = _charges(node, is_cancelled=is_cancelled)
    if is_priced_by_unit:
        charges = [part.times(units) for part in charges]
    line = _line(node, charges, units)
    return Sold(
        node=node,
        line=line,
        shipping=_shipping(line.id, [part for part in charges if part.kind == "SHIPPING"]),
        fees=tuple(
            Charge(ChargeKind.FEE, part.amount, part.taxes, part.name)
            for part in charges
            if part.kind == "FEE"
        ),
        is_cancelled=is_cancelled,
        shipped_at=shipped_at,
        changed_at=changed_at,
        is_priced_by_unit=is_priced_by_unit,
    )


def _line(node: Node, charges: list[ChargeAmount], units: Decimal) -> OrderLine:
    item = node.node("item")
    if item is None:
        node.refuse("item", "given")
    gross, discount, taxes = _goods(charges)
    return OrderLine(
        id=node.identifier("lineNumber"),
        sku=item.text("sku").strip() if item else "",
        title=item.text("productName") if item else "",
        quantity=units,
        unit_price=_per_unit(gross, units),
        gross=gross,
        discount=discount,
        taxes=taxes,
    )


def _per_unit(gross: Money, units: Decimal) -> Money:
    """The price of one unit, four decimals finer than cents; the line's gross counts."""
    if units <= 1:
        return gross
    return Money((gross.amount / units).quantize(_FINE), CURRENCY)


def _none() -> Money:
    return Money.zero(CURRENCY)


def _charges(node: Node, *, is_cancelled: bool) -> list[ChargeAmount]:
    holder = node.node("charges")
    listed = list(holder.nodes("charge")) if holder else []
    if is_cancelled:
        listed = [each for each in listed if each.get("chargeAmount") is not None]
    found = [charge(each) for each in listed]
    if not found and not is_cancelled:
        node.refuse("charges", "given")
    elif not (is_cancelled or any(_is_price(each) for each in found)):
        node.refuse("charges", "a list with an ItemPrice")
    for each in found:
        if each.kind not in ("PRODUCT", "SHIPPING", "FEE"):
            each.node.refuse("chargeType", "a known type of charge")
        elif each.amount.is_negative and each.kind == "FEE":
            each.node.refuse("chargeAmount", "zero or more")
        if each.tax.is_negative and not each.amount.is_negative:
            each.node.refuse("tax", "of the sign of its charge")
    return found


def _is_price(part: ChargeAmount) -> bool:
    return part.kind == "PRODUCT" and _name(part) == _ITEM_PRICE


def _name(part: ChargeAmount) -> str:
    return part.name.replace(" ", "").lower()


def _goods(charges: list[ChargeAmount]) -> tuple[Money, Money, tuple[TaxLine, ...]]:
    """Gross, discount and taxes of the goods: a charge below zero is a discount (§12)."""
    gross, discount = _none(), _none()
    taxes: list[TaxLine] = []
    for part in (each for each in charges if each.kind == "PRODUCT"):
        taxes += part.taxes
        if part.amount.is_negative:
            discount -= part.amount
        elif _name(part) == _SUBSCRIPTION and part.amount:
            message = "is a discount above zero: its sign is not documented"
            hold(part.node, "chargeAmount", Code.PAYLOAD_INVALID, message)
        else:
            gross += part.amount
    return gross, discount, tuple(taxes)


def _shipping(line_id: str, charges: list[ChargeAmount]) -> tuple[ShippingLine, ...]:
    """Shipping as charged; what is below zero is a discount on it, with its tax (§12)."""
    found: list[ShippingLine] = []
    lowered = [part for part in charges if part.amount.is_negative]
    off = -total((part.amount for part in lowered), CURRENCY)
    fewer_taxes = tuple(tax for part in lowered for tax in part.taxes)
    for index, part in enumerate(charges):
        if not part.amount.is_negative:
            discount, taxes = min(off, part.amount), _joined((*part.taxes, *fewer_taxes))
            found.append(
                ShippingLine(f"{line_id}.{index}", part.name, part.amount, discount, taxes)
            )
            off -= discount
            fewer_taxes = ()
    if off:
        lowered[0].node.refuse("chargeAmount", "covered by what else is charged for shipping")
    return tuple(found)


def _joined(taxes: tuple[TaxLine, ...]) -> tuple[TaxLine, ...]:
    """The taxes with those of one name in one, and without those that come to nothing."""
    found: dict[str, TaxLine] = {}
    for tax in taxes:
        before = found.get(tax.title)
        found[tax.title] = replace(tax, amount=before.amount + tax.amount) if before else tax
    return tuple(tax for tax in found.values() if tax.amount)


def _progress(node: Node, changed_at: datetime) -> tuple[bool, datetime | None]:
    """Whether the line was cancelled, and when it left."""
    holder = node.node("orderLineStatuses")
    states = list(holder.nodes("orderLineStatus")) if holder else []
    live: list[Node] = []
    for state in states:
        if state.text("status").upper() not in _STATES:
            state.refuse("status", "a known status of an order line")
        if quantity(state.node("statusQuantity")) != Decimal(0) or len(states) == 1:
            live.append(state)
    names = [state.text("status").upper() for state in live or states]
    if not names:
        node.refuse("orderLineStatuses", "given")
    if len(set(names)) > 1 and not set(names) <= _LEFT:
        message = "is partly in one state and partly in another: how its amounts split is not said"
        hold(node, "orderLineStatuses", Code.CONFIGURATION_MISSING, message)
    is_cancelled = bool(names) and set(names) == {"CANCELLED"}
    if not set(names) & _LEFT:
        return is_cancelled, None
    return is_cancelled, _shipped_at([*live, *states], changed_at)


def _shipped_at(states: list[Node], changed_at: datetime) -> datetime:
    """When the parcel left; the line's last change where no tracking says it.

    What moved on to another state may have left its tracking behind, at a quantity of zero.
    """
    for state in states:
        tracking = state.node("trackingInfo") if state.text("status").upper() in _LEFT else None
        found = moment(tracking, "shipDateTime") if tracking else None
        if found is not None:
            return found
    return changed_at
