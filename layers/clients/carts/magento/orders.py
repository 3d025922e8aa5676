"""Magento orders in the commerce model (carts reference §5.4).

In gross catalogues the shown discount holds tax, which the compensation takes out again; in net
catalogues the compensation is zero. A cancelled order keeps its totals.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from carts.documents import Node
from carts.magento.lines import order_lines, shipping_taxes
from carts.magento.models import (
    CART,
    address,
    buyer,
    compensation,
    currency_of,
    extended_money,
    money_or_zero,
    required_money,
    rows,
    utc,
    waste_fees,
    wraps,
)
from carts.magento.sides import as_seen, rate_of
from commerce.identity import order_sums
from commerce.money import Money
from commerce.orders import (
    Address,
    Charge,
    ChargeKind,
    FulfillmentStatus,
    GiftCardUse,
    LineKind,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Ref,
    ShippingLine,
    TaxLine,
    Version,
    implied_receipt_id,
)

_STATES = {
    "new": OrderStatus.PENDING,
    "pending_payment": OrderStatus.PENDING,
    "payment_review": OrderStatus.PENDING,
    "holded": OrderStatus.PENDING,
    "processing": OrderStatus.OPEN,
    "complete": OrderStatus.CLOSED,
    "closed": OrderStatus.CLOSED,
    "canceled": OrderStatus.CANCELLED,
}
_TENDERS = {
    "gift_cards_amount": "gift-cards",
    "customer_balance_amount": "store-credit",
    "reward_currency_amount": "reward-points",
}


def read_order(node: Node, store: str) -> Order:
    """The order, without a digest; problems are noted in `node`, and it is then no good.

    Raises:
        MoneyError: the order's sums are beyond belief.
    """
    currency = currency_of(node)
    status = _status(node)
    updated_at = utc(node, "updated_at")
    paid = money_or_zero(node, "total_paid", currency)
    lines = order_lines(node, currency)
    order = Order(
        ref=Ref(CART, store, "order", node.identifier("entity_id")),
        number=node.text("increment_id"),
        version=Version(updated_at, ""),
        placed_at=utc(node, "created_at"),
        status=status,
        payment_status=_payment_status(node, currency, status, paid),
        fulfillment_status=FulfillmentStatus.UNKNOWN,
        currency=currency,
        total=required_money(node, "grand_total", currency),
        lines=lines,
        tax_included=False,
        shipping_lines=_shipping_lines(node, currency),
        charges=tuple(_charges(node, currency, lines)),
        stated_tax=node.money("tax_amount", currency),
        gift_cards_applied=_tenders(node, currency),
        cancelled_at=updated_at if status is OrderStatus.CANCELLED else None,
        outstanding=node.money("total_due", currency),
        captured=paid,
        exchange_rate=rate_of(node),
        rate_currency=node.text("base_currency_code"),
        **as_seen(node),
        **_people(node),
    )
    return _with_stated_discount(order, node)


def _status(node: Node) -> OrderStatus:
    """By `state`: `status` is free text of the shop."""
    found = _STATES.get(node.text("state"))
    if found is None:
        node.refuse("state", "a known state of an order")
        return OrderStatus.PENDING
    return found


def _payment_status(node: Node, currency: str, status: OrderStatus, paid: Money) -> PaymentStatus:
    refunded = money_or_zero(node, "total_refunded", currency)
    if refunded:
        return PaymentStatus.REFUNDED if refunded >= paid else PaymentStatus.PARTIALLY_REFUNDED
    if paid:
        is_paid = paid >= money_or_zero(node, "grand_total", currency)
        return PaymentStatus.PAID if is_paid else PaymentStatus.PARTIALLY_PAID
    if status is OrderStatus.CANCELLED:
        return PaymentStatus.VOIDED
    payment = node.node("payment")
    is_authorized = payment is not None and money_or_zero(payment, "amount_authorized", currency)
    return PaymentStatus.AUTHORIZED if is_authorized else PaymentStatus.PENDING


def _people(node: Node) -> dict[str, Any]:
    who = buyer(node)
    payment = node.node("payment")
    method = payment.text("method") if payment else ""
    return {
        "buyer": who,
        "billing": address(node.node("billing_address")),
        "shipping": _shipping_address(node),
        "is_guest": not who.id,
        "is_b2b": bool(who.company),
        "channel": CART,
        "location_id": node.optional_identifier("store_id"),
        "gateways": (method,) if method else (),
    }


def _shipping_address(node: Node) -> Address | None:
    """The address of the first shipping assignment; virtual orders have none."""
    extension = node.node("extension_attributes")
    for assignment in extension.nodes("shipping_assignments") if extension else ():
        shipping = assignment.node("shipping")
        return address(shipping.node("address")) if shipping else None
    return None


def _shipping_lines(node: Node, currency: str) -> tuple[ShippingLine, ...]:
    """The one shipping charge; the order's discount already holds its part of it."""
    amount = money_or_zero(node, "shipping_amount", currency)
    tax = money_or_zero(node, "shipping_tax_amount", currency)
    inside = money_or_zero(node, "shipping_discount_tax_compensation_amount", currency)
    discount = money_or_zero(node, "shipping_discount_amount", currency) - inside
    if not (amount or tax or discount):
        return ()
    line = ShippingLine(
        id="shipping",
        title=node.text("shipping_description"),
        amount=amount,
        discount=discount,
        taxes=shipping_taxes(node, tax),
    )
    return (line,)


def _charges(node: Node, currency: str, lines: tuple[OrderLine, ...]) -> Iterator[Charge]:
    """Waste fees of the rows that carry money, and gift wrap of Adobe Commerce."""
    components = {line.id for line in lines if line.kind is LineKind.COMPONENT}
    sold = (row for row in rows(node) if row.text("item_id") not in components)
    fees = waste_fees(sold, currency)
    if fees:
        yield Charge(ChargeKind.WEEE, fees, title="Fixed product tax")
    for amount, tax in wraps(node, currency):
        taxes = (TaxLine(title="", amount=tax),) if tax else ()
        yield Charge(ChargeKind.GIFT_WRAP, amount, taxes, title="Gift wrap")


def _tenders(node: Node, currency: str) -> tuple[GiftCardUse, ...]:
    """Gift cards, store credit and reward points, which the grand total no longer holds."""
    found = (
        (name, abs(extended_money(node, member, currency))) for member, name in _TENDERS.items()
    )
    return tuple(GiftCardUse(name, amount) for name, amount in found if amount)


def _with_stated_discount(order: Order, node: Node) -> Order:
    """The order with its own discount, net of tax, to be compared with those of its parts.

    Whether the order's compensation holds the shipping part is unconfirmed (U7): the parts decide
    between the two readings; where neither fits, the first one holds the order.
    """
    shown = node.money("discount_amount", order.currency)
    if shown is None:
        return order
    without = abs(shown) - compensation(node, order.currency)
    shipping = money_or_zero(node, "shipping_discount_tax_compensation_amount", order.currency)
    readings = (without - shipping, without)
    discount = order_sums(order).discount
    fitting = (each for each in readings if each.amount == discount.amount)
    return replace(order, stated_discount=next(fitting, readings[0]))


def implied_receipt(node: Node, order: Order) -> tuple[Payment, ...]:
    """The one receipt that a fully paid order without invoices implies.

    A partly paid order would imply another amount later, so it implies none.
    """
    if not order.captured or order.captured != order.total or len(order.gateways) != 1:
        return ()
    payment = node.node("payment")
    receipt = Payment(
        ref=Ref(CART, order.ref.store, "payment", implied_receipt_id(order.ref.id)),
        order_id=order.ref.id,
        kind=PaymentKind.CAPTURE,
        state=PaymentState.SUCCESS,
        gateway=order.gateways[0],
        amount=order.captured,
        processed_at=order.placed_at,
        external_id=payment.text("last_trans_id") if payment else "",
    )
    return (receipt,)
