"""Shopify orders in the commerce model (carts reference §4.4 and §4.9).

Amounts are those of the shop's currency and of the sale as it was made: the `current_*` members
shrink with refunds and never say what was sold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from carts.documents import Node
from carts.shopify.models import (
    CART,
    address,
    buyer,
    discounts,
    money_or_zero,
    own_money,
    read_currency,
    required_money,
    shop_money,
    tax_lines,
)
from commerce.identity import order_breaches
from commerce.money import Money
from commerce.orders import (
    Charge,
    ChargeKind,
    FulfillmentStatus,
    Fulfilment,
    FulfilmentLine,
    LineKind,
    Order,
    OrderLine,
    OrderStatus,
    PaymentStatus,
    Ref,
    ShippingLine,
    Version,
)

_PAYMENT_STATUS = {
    "pending": PaymentStatus.PENDING,
    "authorized": PaymentStatus.AUTHORIZED,
    "partially_paid": PaymentStatus.PARTIALLY_PAID,
    "paid": PaymentStatus.PAID,
    "partially_refunded": PaymentStatus.PARTIALLY_REFUNDED,
    "refunded": PaymentStatus.REFUNDED,
    "voided": PaymentStatus.VOIDED,
    "expired": PaymentStatus.VOIDED,
}
_FULFILLMENT_STATUS = {
    "": FulfillmentStatus.UNFULFILLED,
    "partial": FulfillmentStatus.PARTIAL,
    "fulfilled": FulfillmentStatus.FULFILLED,
    "restocked": FulfillmentStatus.UNFULFILLED,
}
_NOT_SHIPPED = frozenset({"pending", "open", "error", "failure"})


def read_order(node: Node, store: str) -> Order:
    """The order, without a digest; problems are noted in `node`, and it is then no good."""
    currency = read_currency(node, "currency")
    order = Order(
        ref=Ref(CART, store, "order", node.identifier("id")),
        number=node.text("name"),
        version=Version(node.required_instant("updated_at"), ""),
        placed_at=node.required_instant("processed_at", "created_at"),
        status=_status(node),
        payment_status=_PAYMENT_STATUS.get(
            node.text("financial_status").lower(), PaymentStatus.UNKNOWN
        ),
        fulfillment_status=_FULFILLMENT_STATUS.get(
            node.text("fulfillment_status").lower(), FulfillmentStatus.UNKNOWN
        ),
        currency=currency,
        total=required_money(node, "total_price", currency),
        lines=tuple(_line(line, currency) for line in node.nodes("line_items")),
        tax_included=node.flag("taxes_included"),
        shipping_lines=tuple(_shipping_lines(node, currency)),
        charges=tuple(_charges(node, currency)),
        taxes=tax_lines(node, currency),
        stated_tax=shop_money(node, "total_tax", currency),
        stated_discount=shop_money(node, "total_discounts", currency),
        cancelled_at=node.instant("cancelled_at"),
        outstanding=shop_money(node, "total_outstanding", currency),
        is_test=node.flag("test"),
        **_people(node),
        **_channel(node),
        **_presentment(node, currency),
    )
    return _with_undocumented_parts(order, node)


def _status(node: Node) -> OrderStatus:
    if node.get("cancelled_at") is not None:
        return OrderStatus.CANCELLED
    if node.get("closed_at") is not None:
        return OrderStatus.CLOSED
    return OrderStatus.OPEN if node.flag("confirmed", default=True) else OrderStatus.PENDING


def _people(node: Node) -> dict[str, Any]:
    email = node.text("email") or node.text("contact_email")
    company = node.node("company")
    who = buyer(node)
    return {
        "buyer": who,
        "billing": address(node.node("billing_address"), email),
        "shipping": address(node.node("shipping_address")),
        "is_guest": not who.id,
        "is_b2b": company is not None,
    }


def _channel(node: Node) -> dict[str, Any]:
    flags = ("DUTIES_INCLUDED",) if node.flag("duties_included") else ()
    listed = isinstance(node.get("tags"), list)
    tags = node.texts("tags") if listed else node.text("tags").split(",")
    return {
        "channel": CART,
        "sub_channel": node.text("source_name"),
        "location_id": node.optional_identifier("location_id"),
        "tags": tuple(tag.strip() for tag in tags if tag.strip()),
        "gateways": tuple(dict.fromkeys(n for n in node.texts("payment_gateway_names") if n)),
        "source_flags": flags,
    }


def _presentment(node: Node, currency: str) -> dict[str, Any]:
    """What the buyer saw: informative, never booked."""
    shown = node.text("presentment_currency")
    if not shown or shown == currency:
        return {}
    shown = read_currency(node, "presentment_currency")
    pair = node.node("total_price_set")
    side = pair.node("presentment_money") if pair else None
    amount = side.money("amount", shown) if side else None
    return {"presentment_currency": shown, "presentment_total": amount}


def _line(node: Node, currency: str) -> OrderLine:
    """One line as it was ordered: `quantity` and `price`, whatever came back later."""
    quantity = node.decimal("quantity")
    if quantity is None:
        node.refuse("quantity", "given")
        quantity = Decimal(0)
    price = required_money(node, "price", currency)
    is_tip = _is_tip(node)
    kind = LineKind.GIFT_CARD if node.flag("gift_card") else LineKind.PRODUCT
    return OrderLine(
        id=node.identifier("id"),
        sku=node.text("sku").strip(),
        title=node.text("title"),
        quantity=quantity,
        unit_price=price,
        gross=_times(node, price, quantity),
        discount=discounts(node, currency),
        taxes=tax_lines(node, currency),
        kind=LineKind.TIP if is_tip else kind,
        product_id=node.optional_identifier("product_id"),
        variant_id=node.optional_identifier("variant_id"),
        taxable=node.flag("taxable", default=True),
        requires_shipping=node.flag("requires_shipping", default=True),
    )


def _times(node: Node, price: Money, quantity: Decimal) -> Money:
    try:
        return price * quantity
    except ValueError:
        node.refuse("quantity", "a believable number")
        return Money.zero(price.currency)


def _is_tip(node: Node) -> bool:
    """Tips may stand as lines that name the gateway that took them (carts reference §4.4)."""
    return node.get("tip") is not None or node.get("tip_payment_gateway") is not None


def _shipping_lines(node: Node, currency: str) -> Iterator[ShippingLine]:
    for line in node.nodes("shipping_lines"):
        if line.flag("is_removed"):
            continue
        amount = required_money(line, "price", currency)
        discount = discounts(line, currency)
        discounted = shop_money(line, "discounted_price", currency)
        if line.get("discount_allocations") is None and discounted is not None:
            discount = amount - discounted
        yield ShippingLine(
            id=line.optional_identifier("id"),
            title=line.text("title"),
            amount=amount,
            discount=discount,
            taxes=tax_lines(line, currency),
        )


def _charges(node: Node, currency: str) -> Iterator[Charge]:
    tip = money_or_zero(node, "total_tip_received", currency)
    if tip:
        yield Charge(ChargeKind.TIP, tip, title="Tip")
    if not node.flag("duties_included"):
        yield from _duties(node, currency)
    fees = money_or_zero(node, "original_total_additional_fees", currency)
    if fees:
        yield Charge(ChargeKind.FEE, fees, title="Additional fees")


def _duties(node: Node, currency: str) -> Iterator[Charge]:
    """Duties of the lines with their taxes; where none is listed, the order's sum."""
    listed = [duty for line in node.nodes("line_items") for duty in line.nodes("duties")]
    for duty in listed:
        amount = own_money(duty, "price", currency)
        taxes = tax_lines(duty, currency)
        yield Charge(ChargeKind.DUTY, amount, taxes, title=duty.text("harmonized_system_code"))
    stated = money_or_zero(node, "original_total_duties", currency)
    if stated and not listed:
        yield Charge(ChargeKind.DUTY, stated, title="Duties")


def _with_undocumented_parts(order: Order, node: Node) -> Order:
    """Settle by the identity what the documents leave open (carts reference §13, U9).

    A tip may stand as a line and in `total_tip_received`: it counts once. Cash rounding may or may
    not be part of the total. Whatever does not make the sums right is left as it was: the identity
    then holds the order.
    """
    if node.problems or not order_breaches(order):
        return order
    tips = [line for line in order.lines if line.kind is LineKind.TIP]
    if tips and any(charge.kind is ChargeKind.TIP for charge in order.charges):
        without = replace(order, lines=tuple(li for li in order.lines if li not in tips))
        if not order_breaches(without):
            return without
    rounding = money_or_zero(node, "total_cash_rounding_payment_adjustment", order.currency)
    if rounding:
        charge = Charge(ChargeKind.ROUNDING, rounding, title="Cash rounding")
        rounded = replace(order, charges=(*order.charges, charge))
        if not order_breaches(rounded):
            return rounded
    return order


def captured(node: Node, order: Order, refunded: Money | None) -> Money | None:
    """What was received so far, refunds not taken off; None when the order leaves it open.

    Two sums lead there: total less what is open; and what the order is worth now less what is open
    plus what went back. An edit spoils the first and a goodwill refund the second; a sum above the
    total is spoilt, and two that differ decide nothing.
    """
    if order.payment_status in (PaymentStatus.PENDING, PaymentStatus.AUTHORIZED):
        return Money.zero(order.currency)
    settled = (PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED)
    is_settled = order.payment_status in settled
    if not is_settled and order.payment_status is not PaymentStatus.PARTIALLY_PAID:
        return None
    open_amount = order.outstanding
    if open_amount is None:
        if not is_settled:
            return None
        open_amount = Money.zero(order.currency)
    if refunded is None or money_or_zero(
        node, "total_cash_rounding_payment_adjustment", order.currency
    ):
        return None
    sums = {(order.total - open_amount).amount}
    worth_now = shop_money(node, "current_total_price", order.currency)
    if worth_now is not None:
        sums.add((worth_now - open_amount + refunded).amount)
    believable = [amount for amount in sums if 0 <= amount <= order.total.amount]
    return Money(believable[0], order.currency) if len(believable) == 1 else None


def fulfilments(nodes: Iterator[Node], store: str) -> tuple[Fulfilment, ...]:
    """The parcels that left; those still being prepared, or that failed, are left out."""
    read = (fulfilment(node, store) for node in nodes)
    return tuple(each for each in read if each is not None)


def fulfilment(node: Node, store: str) -> Fulfilment | None:
    """One parcel; None while it has not left, or nothing says that it has."""
    status = node.text("status").lower()
    if not status or status in _NOT_SHIPPED:
        return None
    if status not in ("success", "cancelled"):
        node.refuse("status", "a known state of a fulfillment")
    lines = (
        FulfilmentLine(line.identifier("id"), line.decimal("quantity") or Decimal(0))
        for line in node.nodes("line_items")
    )
    return Fulfilment(
        ref=Ref(CART, store, "fulfilment", node.identifier("id")),
        order_id=node.optional_identifier("order_id"),
        shipped_at=_shipped_at(node),
        lines=tuple(lines),
        is_cancelled=status == "cancelled",
        delivered_at=_delivered_at(node),
    )


def _delivered_at(node: Node) -> datetime | None:
    """When the carrier's last word was `delivered`; the resource states no other moment for it."""
    if node.text("shipment_status").lower() != "delivered":
        return None
    told_at = node.instant("updated_at")
    return told_at.astimezone(UTC) if told_at else None


def _shipped_at(node: Node) -> datetime:
    return node.required_instant("created_at").astimezone(UTC)
