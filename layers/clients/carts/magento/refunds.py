"""Magento credit memos: what is given back, and what money moved (carts reference §5.5)."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal

from carts.adapter import Code, Problem
from carts.documents import Node
from carts.magento.models import (
    CART,
    currency_of,
    money_or_zero,
    net_discount,
    required_money,
    rows,
    utc,
    waste_fees,
    wraps,
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

_OPEN, _REFUNDED, _CANCELLED = "1", "2", "3"
_STATES = {_OPEN: PaymentState.PENDING, _REFUNDED: PaymentState.SUCCESS}


def read_credit_memo(
    node: Node, store: str, *, gateway: str = "", components: AbstractSet[str] = frozenset()
) -> Refund | None:
    """One credit memo; None when it was cancelled.

    `components` are the order's rows that carry no money of their own.

    Raises:
        MoneyError: the memo's sums are beyond belief.
    """
    state = node.text("state")
    if state == _CANCELLED:
        return None
    if state not in _STATES:
        message = "is a state of a credit memo that is not understood"
        node.problems.append(Problem(Code.PAYMENT_UNDECIDED, node.at("state"), message))
    currency = currency_of(node)
    shipping_tax = money_or_zero(node, "shipping_tax_amount", currency)
    refund = Refund(
        ref=Ref(CART, store, "refund", node.identifier("entity_id")),
        order_id=node.identifier("order_id"),
        created_at=utc(node, "created_at"),
        currency=currency,
        lines=_lines(node, currency, components),
        shipping_tax=shipping_tax or None,
        adjustments=(*_adjustments(node, currency), *_charges(node, currency, components)),
    )
    refund = replace(refund, shipping=_shipping(node, currency, components) or None)
    amount = required_money(node, "grand_total", currency)
    _check(node, refund, amount)
    return replace(refund, transactions=_money(node, refund, amount, gateway))


def _lines(node: Node, currency: str, components: AbstractSet[str]) -> tuple[RefundLine, ...]:
    found = (_line(row, currency) for row in _money_rows(node, components))
    return tuple(line for line in found if line.quantity or line.subtotal or line.tax)


def _money_rows(node: Node, components: AbstractSet[str]) -> list[Node]:
    """The rows that carry money: those of a family's other half repeat or lack it."""
    return [row for row in rows(node) if row.text("order_item_id") not in components]


def _line(row: Node, currency: str) -> RefundLine:
    gross = money_or_zero(row, "row_total", currency)
    return RefundLine(
        line_id=row.identifier("order_item_id"),
        quantity=row.decimal("qty") or Decimal(0),
        subtotal=gross - net_discount(row, currency),
        tax=money_or_zero(row, "tax_amount", currency),
    )


def _shipping(node: Node, currency: str, components: AbstractSet[str]) -> Money:
    """Shipping given back, less its part of the memo's discount, which is stated only in one sum.

    The memo's discount is negative and gross of tax, the rows' are positive (§5.5).
    """
    amount = money_or_zero(node, "shipping_amount", currency)
    of_rows = total(
        (money_or_zero(row, "discount_amount", currency) for row in _money_rows(node, components)),
        currency,
    )
    shown = abs(money_or_zero(node, "discount_amount", currency)) - of_rows
    inside = money_or_zero(node, "shipping_discount_tax_compensation_amount", currency)
    return amount - (shown - inside) if shown else amount


def _adjustments(node: Node, currency: str) -> tuple[RefundAdjustment, ...]:
    """An extra refund, and a fee withheld; neither has an item or a tax."""
    extra = money_or_zero(node, "adjustment_positive", currency)
    fee = money_or_zero(node, "adjustment_negative", currency)
    zero = Money.zero(currency)
    found = (
        RefundAdjustment(AdjustmentKind.GOODWILL, extra, zero),
        RefundAdjustment(AdjustmentKind.RESTOCKING_FEE, -abs(fee), zero),
    )
    return tuple(part for part in found if part.amount)


def _charges(node: Node, currency: str, components: AbstractSet[str]) -> Iterator[RefundAdjustment]:
    """Charges of the order that were given back: waste fees and gift wrap."""
    fees = waste_fees(_money_rows(node, components), currency)
    if fees:
        yield RefundAdjustment(AdjustmentKind.DISCREPANCY, fees, Money.zero(currency))
    for amount, tax in wraps(node, currency):
        yield RefundAdjustment(AdjustmentKind.DISCREPANCY, amount, tax)


def _check(node: Node, refund: Refund, amount: Money) -> None:
    """The memo's own sum: without money that moved nothing else would be compared with it."""
    difference = amount - refund.credit
    if difference:
        message = "the parts do not add up to the credit memo's total"
        place = node.at("grand_total")
        node.problems.append(Problem(Code.UNBALANCED, place, message, difference))


def _money(node: Node, refund: Refund, amount: Money, gateway: str) -> tuple[Payment, ...]:
    """The money that the gateway sent back; an offline refund moved none that Magento knows of."""
    transaction = node.text("transaction_id")
    if not transaction or not amount:
        return ()
    payment = Payment(
        ref=Ref(CART, refund.ref.store, "payment", f"creditmemo:{refund.ref.id}"),
        order_id=refund.order_id,
        kind=PaymentKind.REFUND,
        state=_STATES.get(node.text("state"), PaymentState.PENDING),
        gateway=gateway,
        amount=amount,
        processed_at=refund.created_at,
        external_id=transaction,
    )
    return (payment,)
