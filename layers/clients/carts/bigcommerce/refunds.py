"""BigCommerce refunds: items with amounts, a total with its tax, and payments (reference §11).

Whether an item's amount holds tax is not documented: the refund's total decides, or nobody does.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from carts.adapter import Code
from carts.bigcommerce.models import CART, amount, hold, required_amount, required_moment
from carts.documents import Node
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

_PRODUCT, _SHIPPING, _WHOLE = "PRODUCT", "SHIPPING", "ORDER"
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
    currency = order.currency
    parts = _parts(node, currency)
    lines = tuple(
        RefundLine(
            line_id=item.identifier("item_id"),
            quantity=item.decimal("quantity") or Decimal(0),
            subtotal=net,
            tax=tax,
        )
        for item, net, tax in parts
        if item.text("item_type") == _PRODUCT
    )
    shipping = [part for part in parts if part[0].text("item_type") == _SHIPPING]
    adjustments = tuple(
        RefundAdjustment(AdjustmentKind.GOODWILL, net, tax)
        for item, net, tax in parts
        if item.text("item_type") not in (_PRODUCT, _SHIPPING)
    )
    ref = Ref(CART, order.ref.store, "refund", node.identifier("id"))
    return Refund(
        ref=ref,
        order_id=order.ref.id,
        created_at=required_moment(node, "created"),
        currency=currency,
        lines=lines,
        shipping=total((net for _, net, _ in shipping), currency) if shipping else None,
        shipping_tax=total((tax for *_, tax in shipping), currency) if shipping else None,
        adjustments=adjustments,
        transactions=_payments(node, ref, order),
    )


def _parts(node: Node, currency: str) -> list[_Part]:
    """The items without their tax, and the tax that each carries."""
    stated = required_amount(node, "total_amount", currency)
    tax = amount(node, "total_tax", currency)
    items = list(node.nodes("items"))
    for item in items:
        if item.text("item_type") not in _KINDS:
            item.refuse("item_type", "a known type of item")
    if not items:
        node.refuse("items", "given")
    amounts = _amounts(node, items, stated, currency)
    shares = _shares(node, tax, items, amounts)
    worth = total(amounts, currency)
    if worth == stated:
        nets = [part - share for part, share in zip(amounts, shares, strict=True)]
    else:
        nets = amounts
        difference = stated - (worth + tax)
        if difference:
            message = "is not what the items add up to, with their tax or without"
            hold(node, "total_amount", message, difference, code=Code.UNBALANCED)
    return list(zip(items, nets, shares, strict=True))


def _amounts(node: Node, items: list[Node], stated: Money, currency: str) -> list[Money]:
    """What each item was refunded; the only one without an amount takes what the others leave."""
    found = [item.money("requested_amount", currency) for item in items]
    missing = [at for at, part in enumerate(found) if part is None]
    if len(missing) > 1:
        message = "several items state no amount: how the sum splits is not said"
        hold(node, "items", message, code=Code.CONFIGURATION_MISSING)
    rest = stated - total((part for part in found if part is not None), currency)
    return [rest if part is None else part for part in found]


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
