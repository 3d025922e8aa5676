"""WooCommerce orders in the commerce model (carts reference §6.4 and §6.6).

Line, shipping and fee totals are net of tax even where prices are entered with tax: tax is always
added. `total` does not shrink with refunds.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from carts.adapter import Code, Problem
from carts.documents import Node
from carts.woocommerce.fees import kept_of
from carts.woocommerce.models import (
    CART,
    TaxRates,
    address,
    buyer,
    currency_of,
    gmt,
    money_or_none,
    money_or_zero,
    required_gmt,
    required_money,
)
from carts.woocommerce.rounding import stated_discount
from commerce.money import Money, total
from commerce.orders import (
    Charge,
    ChargeKind,
    FulfillmentStatus,
    Fulfilment,
    FulfilmentLine,
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
    Version,
    implied_receipt_id,
)

DRAFTS = frozenset({"checkout-draft", "auto-draft"})
"""Carts that nobody has ordered yet: they mean nothing."""

_WAITING = frozenset({"pending", "on-hold", "failed"})
_TRASH = "trash"
_PARTLY_PAID = frozenset({"partial-payment", "partially-paid"})
"""States of deposit plug-ins: the date of payment is that of a part, and no part is told."""

_COMPONENT_MARKS = ("bundled_by", "composite_parent")
_PRICE_DECIMALS = Decimal("0.000001")


def is_rest_error(node: Node) -> bool:
    """Whether the site sent an error object: the user who made the webhook lost their rights."""
    return node.has("code") and node.has("message") and not node.has("id")


def read_order(node: Node, store: str, refunds: Mapping[str, Money]) -> Order:
    """The order, without a digest; problems are noted in `node`, and it is then no good.

    `refunds` are the refunds that it lists, see `stated_refunds`.
    """
    currency = currency_of(node)
    rates = TaxRates(node)
    paid_at = gmt(node, "date_paid_gmt")
    stated_total = required_money(node, "total", currency)
    status = node.text("status")
    order = Order(
        ref=Ref(CART, store, "order", node.identifier("id")),
        number=node.text("number"),
        version=Version(required_gmt(node, "date_modified_gmt"), ""),
        placed_at=required_gmt(node, "date_created_gmt"),
        status=_status(status, is_paid=paid_at is not None),
        payment_status=_payment_status(node, stated_total, refunds),
        fulfillment_status=FulfillmentStatus.FULFILLED
        if status == "completed"
        else FulfillmentStatus.UNKNOWN,
        currency=currency,
        total=stated_total,
        lines=tuple(_line(line, currency, rates) for line in node.nodes("line_items")),
        tax_included=False,
        shipping_lines=_shipping_lines(node, currency, rates),
        charges=_fees(node, currency, rates),
        stated_tax=money_or_none(node, "total_tax", currency),
        stated_discount=stated_discount(node, currency),
        gift_cards_applied=_gift_cards(node, currency),
        paid_at=paid_at,
        captured=stated_total if paid_at else Money.zero(currency),
        **_people(node),
        **_end(node, status),
    )
    _check_trash(node, status, order)
    _check_deposit(node, status, order)
    return order


def _status(status: str, *, is_paid: bool) -> OrderStatus:
    """Where the order stands; shops may add states of their own, then payment decides."""
    if status in ("cancelled", _TRASH):
        return OrderStatus.CANCELLED
    if status in ("completed", "refunded"):
        return OrderStatus.CLOSED
    if status in _WAITING:
        return OrderStatus.PENDING
    return OrderStatus.OPEN if status == "processing" or is_paid else OrderStatus.PENDING


def _payment_status(node: Node, stated_total: Money, refunds: Mapping[str, Money]) -> PaymentStatus:
    """Paid is what has a date of payment; a full refund alone changes the order's status."""
    if node.text("status") == "refunded":
        return PaymentStatus.REFUNDED
    if not node.get("date_paid_gmt"):
        return PaymentStatus.PENDING
    refunded = total(refunds.values(), stated_total.currency)
    if refunded:
        is_full = refunded >= stated_total
        return PaymentStatus.REFUNDED if is_full else PaymentStatus.PARTIALLY_REFUNDED
    return PaymentStatus.PAID


def _end(node: Node, status: str) -> dict[str, Any]:
    """When it was cancelled: the site states no time of its own for that."""
    if status not in ("cancelled", _TRASH):
        return {}
    return {"cancelled_at": gmt(node, "date_modified_gmt")}


def _check_trash(node: Node, status: str, order: Order) -> None:
    """A paid order in the trash is no sale taken back: only a person knows what it means."""
    if status == _TRASH and order.paid_at is not None:
        message = "is an order that was paid and then put in the trash"
        node.problems.append(Problem(Code.PAYMENT_UNDECIDED, "status", message))


def _check_deposit(node: Node, status: str, order: Order) -> None:
    """How much of a deposit came in stands in no member: the whole total would be a guess."""
    if status in _PARTLY_PAID and order.paid_at is not None:
        message = "is an order that was paid in part, and how much is not said"
        node.problems.append(Problem(Code.PAYMENT_UNDECIDED, "status", message))


def _people(node: Node) -> dict[str, Any]:
    gateway = node.text("payment_method")
    who = buyer(node)
    return {
        "buyer": who,
        "billing": address(node.node("billing")),
        "shipping": address(node.node("shipping")),
        "is_guest": not who.id,
        "channel": CART,
        "sub_channel": node.text("created_via"),
        "gateways": (gateway,) if gateway else (),
    }


def _line(node: Node, currency: str, rates: TaxRates) -> OrderLine:
    """One line: `subtotal` is before and `total` after discounts; `price` is after them too.

    A total above its subtotal is a price that was raised by hand: nothing was taken off.
    """
    quantity = node.decimal("quantity")
    if quantity is None:
        node.refuse("quantity", "given")
        quantity = Decimal(0)
    net = required_money(node, "total", currency)
    gross = max(required_money(node, "subtotal", currency), net)
    taxes = rates.of(node, currency)
    is_part = any(node.get(mark) for mark in _COMPONENT_MARKS)
    carries_money = bool(gross or net or taxes)
    return OrderLine(
        id=node.identifier("id"),
        sku=node.text("sku").strip(),
        title=node.text("name"),
        quantity=quantity,
        unit_price=_unit_price(gross, quantity),
        gross=gross,
        discount=gross - net,
        taxes=taxes,
        kind=LineKind.COMPONENT if is_part and not carries_money else LineKind.PRODUCT,
        parent_id=_parent(node),
        product_id=_real_id(node, "product_id"),
        variant_id=_real_id(node, "variation_id"),
        taxable=node.text("tax_status") != "none",
    )


def _unit_price(gross: Money, quantity: Decimal) -> Money:
    if not quantity:
        return gross
    price = (gross.amount / quantity).quantize(_PRICE_DECIMALS, rounding=ROUND_HALF_UP)
    return Money(price, gross.currency)


def _parent(node: Node) -> str:
    """The line that a part of a bundle or composite belongs to."""
    for mark in _COMPONENT_MARKS:
        value = node.get(mark)
        if isinstance(value, int | str) and value and not isinstance(value, bool):
            return str(value)
    return ""


def _real_id(node: Node, name: str) -> str:
    """An id; the site writes 0 for none."""
    return "" if node.text(name) in ("", "0") else node.identifier(name)


def _shipping_lines(node: Node, currency: str, rates: TaxRates) -> tuple[ShippingLine, ...]:
    return tuple(
        ShippingLine(
            id=line.optional_identifier("id"),
            title=line.text("method_title"),
            amount=required_money(line, "total", currency),
            discount=Money.zero(currency),
            taxes=rates.of(line, currency),
        )
        for line in node.nodes("shipping_lines")
    )


def _fees(node: Node, currency: str, rates: TaxRates) -> tuple[Charge, ...]:
    """Fees; a negative one is a discount that the shop gave as a fee."""
    return tuple(
        Charge(
            kind=ChargeKind.FEE,
            amount=required_money(line, "total", currency),
            taxes=rates.of(line, currency),
            title=line.text("name"),
        )
        for line in node.nodes("fee_lines")
    )


def _gift_cards(node: Node, currency: str) -> tuple[GiftCardUse, ...]:
    """Cards of the Gift Cards extension: tender that `total` no longer holds."""
    return tuple(
        GiftCardUse(
            id=card.optional_identifier("id") or f"card-{index}",
            amount=required_money(card, "amount", currency),
        )
        for index, card in enumerate(node.nodes("gift_cards"))
    )


def receipt(node: Node, order: Order) -> tuple[Payment, ...]:
    """The one payment that a paid order implies: WooCommerce keeps no list of payments."""
    if order.paid_at is None or not order.total:
        return ()
    payment = Payment(
        ref=Ref(CART, order.ref.store, "payment", implied_receipt_id(order.ref.id)),
        order_id=order.ref.id,
        kind=PaymentKind.CAPTURE,
        state=PaymentState.SUCCESS,
        gateway=node.text("payment_method"),
        amount=order.total,
        processed_at=order.paid_at,
        external_id=node.text("transaction_id"),
        fee=kept_of(node, order.currency),
    )
    return (payment,)


def completion(node: Node, order: Order) -> tuple[Fulfilment, ...]:
    """A completed order was handed over whole: WooCommerce itself knows no parcels."""
    completed_at = gmt(node, "date_completed_gmt")
    if node.text("status") != "completed" or completed_at is None:
        return ()
    lines = tuple(FulfilmentLine(line.id, line.quantity) for line in order.sale_lines)
    ref = Ref(CART, order.ref.store, "fulfilment", f"completed:{order.ref.id}")
    return (Fulfilment(ref, order.ref.id, completed_at, lines),)


def stated_refunds(node: Node, currency: str) -> dict[str, Money]:
    """The ids and amounts of the refunds that the order lists; it tells no more of them."""
    return {
        each.identifier("id"): -money_or_zero(each, "total", currency)
        for each in node.nodes("refunds")
    }
