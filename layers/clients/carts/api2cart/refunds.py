"""API2Cart refunds: `refunds[]`; what `status.refund_info` repeats is only compared (§10.4)."""

from __future__ import annotations

from decimal import Decimal

from carts.adapter import Code
from carts.api2cart.models import CART, amount, child, children, hold, number, required_instant
from carts.documents import Node
from carts.goodwill import allowances
from commerce.money import Money, MoneyError, allocate, total
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
)


def refunds(node: Node, order: Order) -> tuple[Refund, ...]:
    """What went back; what the status says went back must be the same."""
    found = tuple(_refund(each, order) for each in children(node, "refunds"))
    status = child(node, "status")
    info = child(status, "refund_info") if status else None
    told = info.money("total_refunded", order.currency) if info else None
    paid_back = total((refund.paid for refund in found), order.currency)
    if told is not None and told != paid_back:
        message = "tells of another sum than the refunds do"
        difference = told - paid_back
        hold(node, "status.refund_info", message, difference, code=Code.UNBALANCED)
    return found


def _refund(node: Node, order: Order) -> Refund:
    currency = order.currency
    stated = node.money("total", currency)
    if stated is None or stated.is_negative:
        node.refuse("total", "an amount of zero or more")
        stated = Money.zero(currency)
    shipping, tax = amount(node, "shipping", currency), amount(node, "tax", currency)
    fee = amount(node, "fee", currency)
    items = list(children(node, "items"))
    goods = [amount(item, "refund", currency) for item in items]
    worth = total(goods, currency)
    inside = _holds_tax(node, stated, worth + shipping, tax, fee)
    shares = _shares(node, tax, goods)
    lines = tuple(
        RefundLine(
            line_id=item.identifier("order_product_id"),
            quantity=number(item, "qty"),
            subtotal=part - share if inside else part,
            tax=share,
        )
        for item, part, share in zip(items, goods, shares, strict=True)
    )
    beside = _adjustments(stated, worth + shipping, tax, fee, has_items=bool(items))
    created_at = required_instant(node, "modified_time", "created_time")
    ref = Ref(CART, order.ref.store, "refund", node.identifier("id"))
    return Refund(
        ref=ref,
        order_id=order.ref.id,
        created_at=created_at,
        currency=currency,
        lines=tuple(line for line in lines if line.quantity),
        shipping=shipping or None,
        adjustments=(*allowances(lines), *beside),
        transactions=(
            Payment(
                ref=Ref(CART, order.ref.store, "payment", ref.id),
                order_id=order.ref.id,
                kind=PaymentKind.REFUND,
                state=PaymentState.SUCCESS,
                gateway=order.gateways[0] if order.gateways else "",
                amount=stated,
                processed_at=created_at,
            ),
        ),
    )


def _holds_tax(node: Node, stated: Money, parts: Money, tax: Money, fee: Money) -> bool:
    """Whether the items' amounts hold the tax already: the total decides, or nobody does."""
    if not tax:
        return False
    sums = [parts + tax, parts + tax + fee, parts + tax - fee]
    if stated in sums or not any(True for _ in children(node, "items")):
        return False
    if stated in (parts, parts + fee, parts - fee):
        return True
    message = "items, shipping, tax and fee add up to it in no known way"
    hold(node, "total", message, stated - sums[0], code=Code.UNBALANCED)
    return False


def _shares(node: Node, tax: Money, goods: list[Money]) -> list[Money]:
    """The refund's tax over its items by their amounts."""
    if not goods:
        return []
    try:
        return allocate(tax, [max(part.amount, Decimal(0)) for part in goods])
    except MoneyError:
        node.refuse("tax", "a tax that can be shared over the items")
        return [Money.zero(tax.currency) for _ in goods]


def _adjustments(
    stated: Money, parts: Money, tax: Money, fee: Money, *, has_items: bool
) -> tuple[RefundAdjustment, ...]:
    """A fee kept or given back, and money that went back without any item."""
    none = Money.zero(stated.currency)
    if not has_items:
        rest = stated - parts - tax
        if not rest and not tax:
            return ()
        return (RefundAdjustment(AdjustmentKind.GOODWILL, rest, tax),)
    if not fee:
        return ()
    is_kept = stated in (parts + tax - fee, parts - fee)
    kind = AdjustmentKind.RESTOCKING_FEE if is_kept else AdjustmentKind.GOODWILL
    return (RefundAdjustment(kind, -fee if is_kept else fee, none),)
