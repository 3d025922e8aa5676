"""eBay orders in the commerce model (carts reference §8.4).

What the buyer paid is the order's total; `paymentSummary.payments` holds that less eBay's fee. Tax
that eBay collects and remits lies outside the total and is no part of the order here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from carts.adapter import Code, Reading
from carts.assembly import order_reading as assembled
from carts.documents import Node
from carts.ebay.models import (
    CART,
    VAT_INSIDE,
    address,
    amount,
    amount_or_zero,
    buyer,
    currency_of,
    hold,
    remitted_taxes,
    required_amount,
    seller_taxes,
)
from carts.ebay.refunds import refunds
from commerce.money import Money, minor_units, total
from commerce.orders import (
    Charge,
    ChargeKind,
    FulfillmentStatus,
    Fulfilment,
    FulfilmentLine,
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

_PAYMENT_STATUS = {
    "PENDING": PaymentStatus.PENDING,
    "PAID": PaymentStatus.PAID,
    "PARTIALLY_REFUNDED": PaymentStatus.PARTIALLY_REFUNDED,
    "FULLY_REFUNDED": PaymentStatus.REFUNDED,
    "FAILED": PaymentStatus.VOIDED,
}
_FULFILLMENT_STATUS = {
    "NOT_STARTED": FulfillmentStatus.UNFULFILLED,
    "IN_PROGRESS": FulfillmentStatus.PARTIAL,
    "FULFILLED": FulfillmentStatus.FULFILLED,
}
_RECEIVED = (PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED)


def order_reading(
    node: Node, store: str, shipped_at: Mapping[str, datetime] | None = None
) -> Reading:
    """One order with the receipt that it implies, what left, and its refunds.

    `shipped_at` is when each line left, by its id; the order itself does not tell.
    """
    summary = node.node("pricingSummary")
    currency = currency_of(summary, node)
    order = _order(node, summary or Node({}, node.at("pricingSummary"), node.problems), currency)
    order = replace(order, ref=Ref(CART, store, "order", order.ref.id))
    return assembled(
        node,
        order,
        payments=_receipt(node, order),
        fulfilments=tuple(_parcels(node, order, shipped_at or {})),
        refunds=refunds(node, order),
    )


def _order(node: Node, summary: Node, currency: str) -> Order:
    shipping = address(node)
    status = _PAYMENT_STATUS.get(node.text("orderPaymentStatus"), PaymentStatus.UNKNOWN)
    stated = required_amount(summary, "total", currency)
    cancel = node.node("cancelStatus")
    is_cancelled = cancel is not None and cancel.text("cancelState") == "CANCELED"
    changed_at = node.required_instant("lastModifiedDate", "creationDate")
    at = cancel.instant("cancelledDate") if cancel else None
    no_money = status in (PaymentStatus.PENDING, PaymentStatus.VOIDED)
    order = Order(
        ref=Ref(CART, "", "order", node.identifier("orderId")),
        number=node.text("salesRecordReference") or node.text("orderId"),
        version=Version(changed_at, ""),
        placed_at=node.required_instant("creationDate"),
        status=OrderStatus.CANCELLED if is_cancelled else OrderStatus.OPEN,
        payment_status=status,
        fulfillment_status=_FULFILLMENT_STATUS.get(
            node.text("orderFulfillmentStatus"), FulfillmentStatus.UNKNOWN
        ),
        currency=currency,
        total=stated,
        lines=tuple(_line(line, currency) for line in node.nodes("lineItems")),
        shipping_lines=_shipping(summary, currency),
        charges=tuple(_charges(summary, currency)),
        stated_discount=_stated_discount(summary, currency),
        buyer=buyer(node, shipping),
        shipping=shipping,
        channel=CART,
        sub_channel=_marketplace(node),
        gateways=(CART,),
        cancelled_at=(at or changed_at) if is_cancelled else None,
        captured=stated if status in _RECEIVED else Money.zero(currency) if no_money else None,
        **_presentment(summary),
    )
    return _with_tax(node, summary, order)


def _stated_discount(summary: Node, currency: str) -> Money:
    """What was taken off goods and delivery, which stands below zero; goods' has an older name."""
    names = ("priceDiscount", "priceDiscountSubtotal")
    goods = next((each for n in names if (each := amount(summary, n, currency))), None)
    off = goods or Money.zero(currency)
    return -(off + amount_or_zero(summary, "deliveryDiscount", currency))


def _presentment(summary: Node) -> dict[str, Any]:
    """What the buyer saw, where the payout is in another currency: informative, never booked."""
    shown = summary.node("total")
    currency = shown.text("convertedFromCurrency") if shown else ""
    if shown is None or not (currency.isascii() and currency.isupper() and len(currency) == 3):  # noqa: PLR2004  # ISO 4217
        return {}
    seen = shown.money("convertedFromValue", currency)
    return {"presentment_currency": currency, "presentment_total": seen}


def _marketplace(node: Node) -> str:
    for line in node.nodes("lineItems"):
        return line.text("listingMarketplaceId")
    return ""


def _line(node: Node, currency: str) -> OrderLine:
    """One line: `lineItemCost` is for all its units."""
    cost = required_amount(node, "lineItemCost", currency)
    quantity = node.decimal("quantity")
    if quantity is None or quantity <= 0 or quantity != quantity.to_integral_value():
        node.refuse("quantity", "a whole number above zero")
        quantity = Decimal(1)
    off = total(
        (required_amount(p, "discountAmount", currency) for p in node.nodes("appliedPromotions")),
        currency,
    )
    discounted = amount(node, "discountedLineItemCost", currency)
    if discounted is not None and discounted != cost - off:
        message = "is not the cost less its promotions"
        difference = discounted - (cost - off)
        hold(node, "discountedLineItemCost", Code.UNBALANCED, message, difference)
    return OrderLine(
        id=node.identifier("lineItemId"),
        sku=node.text("sku").strip(),
        title=node.text("title"),
        quantity=quantity,
        unit_price=_per_unit(cost, quantity),
        gross=cost,
        discount=off,
        product_id=node.text("legacyItemId"),
        variant_id=node.text("legacyVariationId"),
    )


def _per_unit(cost: Money, quantity: Decimal) -> Money:
    """The price of one unit, four decimals finer than the currency; the line's total counts."""
    step = Decimal(1).scaleb(-minor_units(cost.currency) - 4)
    return Money((cost.amount / quantity).quantize(step), cost.currency)


def _shipping(summary: Node, currency: str) -> tuple[ShippingLine, ...]:
    """Delivery of the whole order; its discount is stated below zero."""
    cost = amount(summary, "deliveryCost", currency)
    off = -amount_or_zero(summary, "deliveryDiscount", currency)
    if not cost and not off:
        return ()
    return (ShippingLine("delivery", "Delivery", cost or Money.zero(currency), off),)


def _charges(summary: Node, currency: str) -> list[Charge]:
    kinds = (("fee", ChargeKind.FEE), ("adjustment", ChargeKind.OTHER))
    found = ((kind, amount_or_zero(summary, name, currency), name) for name, kind in kinds)
    return [Charge(kind, part, title=name) for kind, part, name in found if part]


def _with_tax(node: Node, summary: Node, order: Order) -> Order:
    """The order with the taxes that its total holds, and whether its tax is known at all.

    Old orders, and answers with a tax breakdown, hold the collected tax in the total and list it
    twice: it counts once, as the marketplace's (carts reference §8.6).
    """
    currency = order.currency
    stated = amount_or_zero(summary, "tax", currency)
    nodes = list(node.nodes("lineItems"))
    own = [seller_taxes(each, currency) for each in nodes]
    theirs = [remitted_taxes(each, currency) for each in nodes]
    sums = {"own": _sum(own, currency), "theirs": _sum(theirs, currency)}
    if not stated:
        is_listed_twice = sums["own"] == sums["theirs"]
        if sums["own"] and not is_listed_twice:
            message = "lists a tax that the order's total does not hold"
            hold(node, "lineItems", Code.UNBALANCED, message, -sums["own"])
        return replace(order, tax_known=_is_tax_known(nodes, sums["theirs"]))
    if stated == sums["theirs"]:
        chosen = theirs
    elif stated == sums["own"]:
        chosen = own
    else:
        chosen = [(*mine, *other) for mine, other in zip(own, theirs, strict=True)]
    taxed = (replace(li, taxes=taxes) for li, taxes in zip(order.lines, chosen, strict=True))
    return replace(order, lines=tuple(taxed), stated_tax=stated)


def _sum(taxes: list[tuple[TaxLine, ...]], currency: str) -> Money:
    return total((tax.amount for group in taxes for tax in group), currency)


def _is_tax_known(lines: list[Node], remitted: Money) -> bool:
    """False where the price holds a VAT that nothing shows: a configured rate is needed."""
    names = ("listingMarketplaceId", "purchaseMarketplaceId")
    hides_vat = any(line.text(name) in VAT_INSIDE for line in lines for name in names)
    return bool(remitted) or not hides_vat


def _receipt(node: Node, order: Order) -> tuple[Payment, ...]:
    """What eBay took for the seller; its fee is booked from the payout."""
    if not order.captured:
        return ()
    summary = node.node("paymentSummary")
    paid = [p for p in summary.nodes("payments") if p.get("paymentDate")] if summary else []
    at = paid[0].required_instant("paymentDate") if paid else order.placed_at
    receipt = Payment(
        ref=Ref(CART, order.ref.store, "payment", implied_receipt_id(order.ref.id)),
        order_id=order.ref.id,
        kind=PaymentKind.CAPTURE,
        state=PaymentState.SUCCESS,
        gateway=CART,
        amount=order.captured,
        processed_at=at,
        external_id=paid[0].text("paymentReferenceId") if paid else "",
    )
    return (receipt,)


def _parcels(node: Node, order: Order, shipped_at: Mapping[str, datetime]) -> list[Fulfilment]:
    """Lines that left as a whole; where nothing tells when, the order's last change is nearest."""
    is_all = order.fulfillment_status is FulfillmentStatus.FULFILLED
    lines = zip(node.nodes("lineItems"), order.lines, strict=True)
    return [
        Fulfilment(
            ref=Ref(CART, order.ref.store, "fulfilment", f"{order.ref.id}:{line.id}"),
            order_id=order.ref.id,
            shipped_at=shipped_at.get(line.id, order.version.updated_at),
            lines=(FulfilmentLine(line.id, line.quantity),),
        )
        for each, line in lines
        if is_all or each.text("lineItemFulfillmentStatus") == "FULFILLED"
    ]
