"""WooCommerce refunds: the answer of `GET /orders/{id}/refunds` (carts reference §6.5).

Lines, shipping and fees are negative there, `amount` is positive and is what was given back: where
the parts do not explain it, the rest is an adjustment. A line with an amount and no units is an
allowance. The currency is the order's.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from carts.documents import Node
from carts.goodwill import allowances
from carts.woocommerce.models import (
    CART,
    metadata,
    money_or_zero,
    required_gmt,
    required_money,
)
from commerce.money import Money, total
from commerce.orders import (
    AdjustmentKind,
    Payment,
    PaymentKind,
    PaymentState,
    Ref,
    Refund,
    RefundAdjustment,
    RefundLine,
)


def read_refund(
    node: Node, store: str, *, currency: str, order_id: str = "", gateway: str = ""
) -> Refund:
    """One refund of an order in `currency`, paid back through `gateway` if the site did that."""
    order_id = order_id or node.identifier("parent_id")
    refund_id = node.identifier("id")
    amount = _amount(node, currency)
    lines = tuple(_line(line, currency) for line in node.nodes("line_items"))
    refund = Refund(
        ref=Ref(CART, store, "refund", refund_id),
        order_id=order_id,
        created_at=required_gmt(node, "date_created_gmt"),
        currency=currency,
        lines=tuple(line for line in lines if line.quantity),
        shipping=_given_back(node, "shipping_lines", "total", currency),
        shipping_tax=_given_back(node, "shipping_lines", "total_tax", currency),
        adjustments=(*allowances(lines), *_fees(node, currency)),
    )
    unexplained = _unexplained(amount - refund.credit, has_lines=bool(lines))
    adjustments = (*refund.adjustments, *unexplained)
    return replace(
        refund, adjustments=adjustments, transactions=_money(node, refund, amount, gateway)
    )


def _amount(node: Node, currency: str) -> Money:
    amount = required_money(node, "amount", currency)
    if amount.is_negative:
        node.refuse("amount", "an amount of zero or more")
    return amount


def _line(node: Node, currency: str) -> RefundLine:
    """Goods given back; the order's line stands in the line's metadata."""
    line_id = metadata(node, "_refunded_item_id")
    if not line_id:
        node.refuse("meta_data", "telling the order's line (_refunded_item_id)")
    return RefundLine(
        line_id=line_id,
        quantity=abs(node.decimal("quantity") or Decimal(0)),
        subtotal=-required_money(node, "total", currency),
        tax=-money_or_zero(node, "total_tax", currency),
    )


def _given_back(node: Node, name: str, member: str, currency: str) -> Money | None:
    listed = (money_or_zero(line, member, currency) for line in node.nodes(name))
    return -total(listed, currency) or None


def _fees(node: Node, currency: str) -> tuple[RefundAdjustment, ...]:
    """Fees of the order that were given back: more for the buyer that no goods explain."""
    found = (
        (money_or_zero(fee, "total", currency), money_or_zero(fee, "total_tax", currency))
        for fee in node.nodes("fee_lines")
    )
    return tuple(
        RefundAdjustment(AdjustmentKind.DISCREPANCY, -amount, -tax)
        for amount, tax in found
        if amount or tax
    )


def _unexplained(amount: Money, *, has_lines: bool) -> tuple[RefundAdjustment, ...]:
    """What was given back beside the listed parts: `amount` wins over their sum (§6.5)."""
    if not amount:
        return ()
    kind = AdjustmentKind.DISCREPANCY if has_lines else AdjustmentKind.GOODWILL
    return (RefundAdjustment(kind, amount, Money.zero(amount.currency)),)


def _money(node: Node, refund: Refund, amount: Money, gateway: str) -> tuple[Payment, ...]:
    """The money that the site sent back; a refund by hand moved none that it knows of."""
    if not node.flag("refunded_payment") or not amount:
        return ()
    payment = Payment(
        ref=Ref(CART, refund.ref.store, "payment", f"refund:{refund.ref.id}"),
        order_id=refund.order_id,
        kind=PaymentKind.REFUND,
        state=PaymentState.SUCCESS,
        gateway=gateway,
        amount=amount,
        processed_at=refund.created_at,
    )
    return (payment,)
