"""Amazon order items: goods, their shipping and charges, each with its tax (reference §7.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from carts.amazon.models import Breakdown, breakdowns, collector, money
from carts.documents import Node
from commerce.money import Money, minor_units, total
from commerce.orders import Charge, ChargeKind, OrderLine, ShippingLine, TaxCollector, TaxLine

_CHARGES = {
    "GIFT_WRAP": ChargeKind.GIFT_WRAP,
    "COD_FEE": ChargeKind.COD,
    "OTHER": ChargeKind.OTHER,
}
_KNOWN = frozenset({"ITEM", "SHIPPING", "TAX", "DISCOUNT", *_CHARGES})


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the order with what belongs to it."""

    line: OrderLine
    shipping: tuple[ShippingLine, ...]
    charges: tuple[Charge, ...]
    has_left: bool
    states_tax: bool


def read_item(node: Node, currency: str, *, is_free: bool = False) -> Item:
    """One item; a tax or discount of its shipping or wrapping stays with those.

    `is_free` is whether it replaces what was sold before: then no amount of it is stated.
    """
    found = breakdowns(node.node("proceeds"), currency)
    for each in found:
        if each.type not in _KNOWN:
            each.node.refuse("type", "a known breakdown of an item")
    who = collector(node)
    taxes = _split(found, "TAX", currency)
    # The sign of a discount is not documented (U5): it lowers the price either way.
    off = {name: abs(amount) for name, amount in _split(found, "DISCOUNT", currency).items()}
    sums = {each.type: each.amount for each in found}
    item_id = node.identifier("orderItemId")
    shipping = _shipping(item_id, sums, off, _tax(taxes.pop("SHIPPING", None), who), currency)
    charges = []
    for name, kind in _CHARGES.items():
        if sums.get(name):
            tax = _tax(taxes.pop(name, None), who)
            charges.append(Charge(kind, sums[name], tax, title=name))
    goods_tax = total(taxes.values(), currency)
    goods_off = total((part for name, part in off.items() if name != "SHIPPING"), currency)
    none = Money.zero(currency) if is_free else None
    line, has_left = _line(node, item_id, sums.get("ITEM", none), currency, goods_off)
    line = replace(line, taxes=_tax(goods_tax, who))
    return Item(line, shipping, tuple(charges), has_left, states_tax="TAX" in sums)


def _split(found: list[Breakdown], name: str, currency: str) -> dict[str, Money]:
    """The parts of a breakdown by what they belong to; to the goods where that is not said."""
    split: dict[str, Money] = {}
    for each in found:
        if each.type == name:
            for part, amount in (each.parts or {"ITEM": each.amount}).items():
                split[part] = split.get(part, Money.zero(currency)) + amount
    return split


def _tax(amount: Money | None, who: TaxCollector) -> tuple[TaxLine, ...]:
    return (TaxLine("Tax", amount, collected_by=who),) if amount else ()


def _shipping(
    item_id: str,
    sums: dict[str, Money],
    off: dict[str, Money],
    taxes: tuple[TaxLine, ...],
    currency: str,
) -> tuple[ShippingLine, ...]:
    none = Money.zero(currency)
    amount, discount = sums.get("SHIPPING", none), off.get("SHIPPING", none)
    if not (amount or discount or taxes):
        return ()
    return (ShippingLine(item_id, "Shipping", amount, discount, taxes),)


def _line(
    node: Node, item_id: str, gross: Money | None, currency: str, off: Money
) -> tuple[OrderLine, bool]:
    ordered = node.decimal("quantityOrdered")
    if ordered is None or ordered <= 0 or ordered != ordered.to_integral_value():
        node.refuse("quantityOrdered", "a whole number above zero")
        ordered = Decimal(1)
    if gross is None:
        node.refuse("proceeds.breakdowns", "a list with an ITEM")
        gross = Money.zero(currency)
    product = node.node("product") or Node({}, node.at("product"), node.problems)
    unit = money(product.node("price"), "unitPrice", currency)
    progress = node.node("fulfillment")
    left = (progress.decimal("quantityFulfilled") if progress else None) or Decimal(0)
    line = OrderLine(
        id=item_id,
        sku=product.text("sellerSku").strip(),
        title=product.text("title"),
        quantity=ordered,
        unit_price=unit or _per_unit(gross, ordered),
        gross=gross,
        discount=off,
        product_id=product.text("asin"),
    )
    return line, left >= ordered


def _per_unit(gross: Money, ordered: Decimal) -> Money:
    """The price of one unit, four decimals finer than the currency; the line's total counts."""
    step = Decimal(1).scaleb(-minor_units(gross.currency) - 4)
    return Money((gross.amount / ordered).quantize(step), gross.currency)
