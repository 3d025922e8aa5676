"""API2Cart order lines, and where the order's discount and tax belong (carts reference §10.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from carts.adapter import Code
from carts.api2cart.models import amount, child, children, extension, hold, number
from carts.documents import Node
from commerce.money import Money, MoneyError, allocate, total
from commerce.orders import LineKind, OrderLine, TaxCollector, TaxLine


@dataclass(frozen=True, slots=True)
class Sums:
    """What the order states of itself, from `total` or the older `totals`."""

    subtotal: Money
    shipping: Money
    wrapping: Money
    discount: Money
    shipping_discount: Money
    tax: Money
    shipping_tax: Money
    total: Money
    paid: Money | None


def sums(order: Node, currency: str) -> Sums:
    """The stated sums; where both members tell the total they must agree."""
    new, old = child(order, "total"), child(order, "totals")
    source = new or old
    if source is None:
        order.refuse("total", "given")
        source = Node({}, order.at("total"), order.problems)
    is_new = new is not None
    names = ("subtotal_ex_tax", "shipping_ex_tax", "total_discount", "total_tax")
    if not is_new:
        names = ("subtotal", "shipping", "discount", "tax")
    stated = source.money("total", currency)
    if stated is None:
        source.refuse("total", "given")
        stated = Money.zero(currency)
    other = old.money("total", currency) if old and is_new else None
    if other is not None and other != stated:
        order.refuse("totals.total", "the same as total.total")
    extra = extension(source)
    subtotal, shipping, discount, tax = (amount(source, name, currency) for name in names)
    return Sums(
        subtotal=subtotal,
        shipping=shipping,
        wrapping=amount(source, "wrapping_ex_tax", currency),
        discount=abs(discount),
        shipping_discount=abs(amount(extra, "shipping_discount_ex_tax", currency)),
        tax=tax,
        shipping_tax=amount(extra, "shipping_tax", currency),
        total=stated,
        paid=source.money("total_paid", currency),
    )


def order_lines(order: Node, stated: Sums, currency: str) -> tuple[OrderLine, ...]:
    """The lines with their share of discount and tax."""
    nodes = list(children(order, "order_products", "product"))
    lines = [_line(each, currency) for each in nodes]
    if not lines:
        order.refuse("order_products", "given")
    sold = [line for line in lines if line.kind is not LineKind.COMPONENT]
    counts_discount = _counts_discount(order, stated)
    gross = total((line.gross for line in sold), currency)
    if not counts_discount and gross - stated.discount != stated.subtotal:
        # The subtotal is net of the discount, and so are the prices.
        return tuple(replace(line, discount=Money.zero(currency)) for line in lines)
    discount = stated.discount - stated.shipping_discount
    return _discounted(order, lines, [_is_silent(each) for each in nodes], discount)


def _counts_discount(order: Node, stated: Sums) -> bool:
    """Whether the discount still has to be taken off the subtotal: exactly one way must add up."""
    whole = stated.subtotal + stated.shipping + stated.wrapping + stated.tax
    before, after = whole - stated.discount == stated.total, whole == stated.total
    if not before and not after:
        message = "subtotal, discount, shipping, wrapping and tax add up to it in no known way"
        difference = stated.total - (whole - stated.discount)
        hold(order, "total.total", message, difference, code=Code.UNBALANCED)
    return before


def _is_silent(node: Node) -> bool:
    """Whether a line states no discount, which is not the same as none (§10.4)."""
    return node.get("discount_amount") is None


def _discounted(
    order: Node, lines: list[OrderLine], silent: list[bool], discount: Money
) -> tuple[OrderLine, ...]:
    """The lines with the cart's allocation; what it leaves open is shared by value (§12).

    Lines that state no discount take what the others leave of the order's, all of them where no
    line states any.
    """
    missing = discount - total((line.discount for line in lines), discount.currency)
    if not missing or not discount:
        return tuple(lines)
    takes = [True] * len(lines) if missing == discount else silent
    weights = [
        max(line.gross.amount, Decimal(0)) if is_taker else Decimal(0)
        for line, is_taker in zip(lines, takes, strict=True)
    ]
    if missing.is_negative or not any(weights):
        message = "the lines' discounts do not add up to the order's"
        hold(order, "order_products", message, missing, code=Code.UNBALANCED)
        return tuple(lines)
    try:
        shares = allocate(missing, weights)
    except MoneyError:
        order.refuse("total.total_discount", "a discount that can be shared over the lines")
        return tuple(lines)
    return tuple(
        replace(line, discount=line.discount + share)
        for line, share in zip(lines, shares, strict=True)
    )


def _line(node: Node, currency: str) -> OrderLine:
    """One line; `price` is per unit and without tax, `price_inc_tax` is not to be trusted."""
    price = node.money("price", currency)
    quantity = node.decimal("quantity")
    if price is None or quantity is None:
        node.refuse("price" if price is None else "quantity", "given")
    price = price or Money.zero(currency)
    quantity = quantity if quantity is not None else number(node, "quantity")
    parent = node.text("parent_order_product_id")
    is_part = parent not in ("", "0")
    try:
        gross = price * quantity
    except MoneyError:
        node.refuse("quantity", "a believable number")
        gross = price
    none = Money.zero(currency)
    return OrderLine(
        id=node.identifier("order_product_id"),
        sku=node.text("model").strip(),
        title=node.text("name"),
        quantity=quantity,
        unit_price=price,
        gross=none if is_part else gross,
        discount=none if is_part else abs(amount(node, "discount_amount", currency)),
        kind=LineKind.COMPONENT if is_part else LineKind.PRODUCT,
        parent_id=parent if is_part else "",
        product_id=node.text("product_id"),
        variant_id=node.text("variant_id"),
    )


def taxed(
    order: Node, lines: tuple[OrderLine, ...], stated: Sums, currency: str
) -> tuple[tuple[OrderLine, ...], tuple[TaxLine, ...], tuple[TaxLine, ...]]:
    """Lines with their taxes, the shipping's taxes, and those that only the order can carry.

    The parts carry the tax where their taxes add up to the order's; else the order does. Who owes
    it is not marked (§10.4): the store's policy answers.
    """
    nodes = list(children(order, "order_products", "product"))
    parts = [amount(node, "tax_value", currency) for node in nodes]
    is_sold = [line.kind is not LineKind.COMPONENT for line in lines]
    counted = [p if sold else Money.zero(currency) for p, sold in zip(parts, is_sold, strict=True)]
    if total(counted, currency) + stated.shipping_tax == stated.tax:
        with_tax = (
            replace(line, taxes=_tax(part)) for line, part in zip(lines, counted, strict=True)
        )
        return tuple(with_tax), _tax(stated.shipping_tax), ()
    return lines, (), _tax(stated.tax)


def _tax(part: Money) -> tuple[TaxLine, ...]:
    return (TaxLine("Tax", part, collected_by=TaxCollector.UNKNOWN),) if part else ()
