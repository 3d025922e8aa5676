"""BigCommerce order lines, and where discounts, taxes and credit belong (reference §11).

Prices without tax are used throughout, whatever prices the shop shows. The order's own sums decide
what its parts mean; where they do not, the order is held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from carts.adapter import Code
from carts.bigcommerce.models import amount, hold, required_amount, tax
from carts.documents import Node
from commerce.money import Money, MoneyError, allocate, total
from commerce.orders import Charge, ChargeKind, GiftCardUse, LineKind, OrderLine, ShippingLine

_GIFT = "giftcertificate"
_SHIPPED = "physical"
_CREDITS = ("store_credit_amount", "gift_certificate_amount")


@dataclass(frozen=True, slots=True)
class Sums:
    """What the order states of itself; `discount` is of goods, coupons included."""

    goods: Money
    discount: Money
    tax: Money
    total: Money
    shipping: Money
    shipping_tax: Money


@dataclass(frozen=True, slots=True)
class Sold:
    """The parts of an order that its total is made of."""

    lines: tuple[OrderLine, ...]
    shipping: tuple[ShippingLine, ...]
    charges: tuple[Charge, ...]
    gift_cards: tuple[GiftCardUse, ...]
    has_taxes: bool


def sums(order: Node, currency: str) -> Sums:
    """The stated sums, without tax where both are told."""
    coupons = amount(order, "coupon_discount", currency)
    return Sums(
        goods=required_amount(order, "subtotal_ex_tax", currency),
        discount=amount(order, "discount_amount", currency) + coupons,
        tax=required_amount(order, "total_tax", currency),
        total=required_amount(order, "total_inc_tax", currency),
        shipping=amount(order, "shipping_cost_ex_tax", currency),
        shipping_tax=amount(order, "shipping_cost_tax", currency),
    )


def sold(order: Node, products: Sequence[Node], stated: Sums, currency: str) -> Sold:
    """The parts, with taxes where those of the parts add up to the order's."""
    lines = tuple(_line(each, currency) for each in products)
    if not lines:
        order.refuse("products", "given")
    goods = total((line.gross for line in lines), currency)
    if goods != stated.goods:
        message = "is not what the products add up to"
        hold(order, "subtotal_ex_tax", message, stated.goods - goods, code=Code.UNBALANCED)
    lines = _discounted(order, lines, stated.discount, currency)
    charges = tuple(_charges(order, currency))
    nothing = Money.zero(currency)
    shipping = ShippingLine(
        "shipping", "", stated.shipping, nothing, taxes=tax(stated.shipping_tax)
    )
    is_charged = stated.shipping or stated.shipping_tax
    parts = [each.amount for line in lines for each in line.taxes]
    parts += [each.amount for charge in charges for each in charge.taxes]
    has_taxes = total([*parts, stated.shipping_tax], currency) == stated.tax
    if not has_taxes:
        lines = tuple(replace(line, taxes=()) for line in lines)
        charges = tuple(replace(charge, taxes=()) for charge in charges)
        shipping = replace(shipping, taxes=())
    return Sold(
        lines=lines,
        shipping=(shipping,) if is_charged else (),
        charges=charges,
        gift_cards=_credit(order, stated, charges, currency),
        has_taxes=has_taxes,
    )


def _line(node: Node, currency: str) -> OrderLine:
    """One line; what it costs in all is stated, its unit price may have been rounded."""
    price = required_amount(node, "price_ex_tax", currency)
    quantity = node.decimal("quantity")
    if quantity is None or quantity < 0:
        node.refuse("quantity", "zero or more")
    units = quantity or Decimal(0)
    gross = node.money("total_ex_tax", currency)
    if gross is None:
        gross = price * units
    kind = node.text("type").lower()
    parent = node.text("parent_order_product_id")
    is_part = parent not in ("", "0") and not gross
    discounts = (amount(each, "amount", currency) for each in node.nodes("applied_discounts"))
    return OrderLine(
        id=node.identifier("id"),
        sku=node.text("sku").strip(),
        title=node.text("name"),
        quantity=units,
        unit_price=price,
        gross=gross,
        discount=total(discounts, currency),
        taxes=tax(amount(node, "total_tax", currency)),
        kind=_kind(kind, is_part=is_part),
        parent_id=parent if is_part else "",
        product_id=node.text("product_id"),
        variant_id=node.text("variant_id"),
        requires_shipping=kind in ("", _SHIPPED),
    )


def _kind(kind: str, *, is_part: bool) -> LineKind:
    if is_part:
        return LineKind.COMPONENT
    return LineKind.GIFT_CARD if kind == _GIFT else LineKind.PRODUCT


def _discounted(
    order: Node, lines: tuple[OrderLine, ...], stated: Money, currency: str
) -> tuple[OrderLine, ...]:
    """The lines with the cart's own shares, else with shares by value (§12, proration)."""
    given = total((line.discount for line in lines), currency)
    if given == stated:
        return lines
    if given:
        message = "and coupon_discount are not what the products' discounts add up to"
        hold(order, "discount_amount", message, stated - given, code=Code.UNBALANCED)
        return lines
    try:
        shares = allocate(stated, [max(line.gross.amount, Decimal(0)) for line in lines])
    except MoneyError:
        order.refuse("discount_amount", "a discount that can be shared over the products")
        return lines
    return tuple(replace(line, discount=part) for line, part in zip(lines, shares, strict=True))


def _charges(order: Node, currency: str) -> list[Charge]:
    found = []
    for kind, name in ((ChargeKind.HANDLING, "handling"), (ChargeKind.GIFT_WRAP, "wrapping")):
        cost = amount(order, f"{name}_cost_ex_tax", currency)
        cost_tax = amount(order, f"{name}_cost_tax", currency)
        if cost or cost_tax:
            found.append(Charge(kind, cost, tax(cost_tax), name.title()))
    for fee in order.nodes("fees"):
        cost = required_amount(fee, "cost_ex_tax", currency)
        title = fee.text("display_name_customer") or fee.text("name")
        found.append(
            Charge(ChargeKind.FEE, cost, tax(amount(fee, "cost_tax", currency)), title or "Fee")
        )
    return found


def _credit(
    order: Node, stated: Sums, charges: tuple[Charge, ...], currency: str
) -> tuple[GiftCardUse, ...]:
    """Credit that the total was lowered by: whether it was is not documented, the sum tells (U10).

    Where it was not, the credit is a payment like any other.
    """
    whole = stated.goods - stated.discount + stated.shipping + stated.tax
    whole += total((charge.amount for charge in charges), currency)
    uses = [(name, amount(order, name, currency)) for name in _CREDITS]
    credit = total((each for _, each in uses), currency)
    if whole == stated.total:
        return ()
    if whole - credit == stated.total:
        return tuple(GiftCardUse(name.removesuffix("_amount"), each) for name, each in uses if each)
    message = "goods, discounts, shipping, fees, tax and credit add up to it in no known way"
    difference = min(stated.total - whole, stated.total - (whole - credit), key=abs)
    hold(order, "total_inc_tax", message, difference, code=Code.UNBALANCED)
    return ()
