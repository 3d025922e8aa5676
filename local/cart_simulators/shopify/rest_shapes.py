"""A shop order as Shopify's REST resources and webhooks write it (carts reference §4.4 and §4.5).

Amounts are texts with two decimals, except in refunds, whose lines carry numbers.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from local.cart_simulators.orders import GivenBack, OrderLine, Parcel, ShopOrder

GATEWAY = "shopify_payments"

Json = dict[str, Any]


def financial_status(order: ShopOrder) -> str:
    """How far the money is."""
    if order.paid_at is None:
        return "voided" if order.cancelled_at else "pending"
    if not order.refunds:
        return "paid"
    return "refunded" if order.refunded >= order.total else "partially_refunded"


def fulfillment_status(order: ShopOrder) -> str | None:
    """How far the goods are."""
    if not order.parcels:
        return None
    return "fulfilled" if order.is_shipped else "partial"


def order_body(order: ShopOrder) -> Json:
    """The order resource, as webhooks carry it: without transactions."""
    address = {
        "first_name": order.sale.buyer_first_name,
        "last_name": order.sale.buyer_last_name,
        "name": f"{order.sale.buyer_first_name} {order.sale.buyer_last_name}",
        "address1": "1 Analytical Row",
        "city": "New York",
        "province_code": "NY",
        "zip": "10001",
        "country_code": "US",
    }
    open_amount = Decimal(0) if order.paid_at else order.total
    return {
        "id": order.id,
        "name": f"#{order.number}",
        "created_at": instant(order.placed_at),
        "processed_at": instant(order.placed_at),
        "updated_at": instant(order.updated_at),
        "cancelled_at": instant(order.cancelled_at) if order.cancelled_at else None,
        "currency": order.currency,
        "presentment_currency": order.currency,
        "financial_status": financial_status(order),
        "fulfillment_status": fulfillment_status(order),
        "payment_gateway_names": [GATEWAY],
        "taxes_included": False,
        "test": False,
        "note": f"touched {order.touches} times" if order.touches else None,
        "email": order.sale.buyer_email,
        "customer": {
            "id": order.sale.buyer_id,
            "email": order.sale.buyer_email,
            "first_name": order.sale.buyer_first_name,
            "last_name": order.sale.buyer_last_name,
            "tax_exempt": False,
        },
        "billing_address": address,
        "shipping_address": address,
        "line_items": [_line(order, line) for line in order.lines],
        "shipping_lines": _shipping(order),
        "tax_lines": _taxes(order, order.tax),
        "total_line_items_price": text(order.goods),
        "total_discounts": text(order.discount),
        "total_tax": text(order.tax),
        "total_tip_received": "0.00",
        "total_price": text(order.total),
        "current_total_price": text(order.total - order.refunded),
        "total_outstanding": text(open_amount),
        "fulfillments": [fulfillment_body(order, each) for each in order.parcels],
        "refunds": [refund_body(order, each) for each in order.refunds],
    }


def _line(order: ShopOrder, line: OrderLine) -> Json:
    discounts = []
    if line.discount:
        discounts.append({"amount": text(line.discount), "discount_application_index": 0})
    return {
        "id": line.id,
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "current_quantity": line.quantity - order.returned(line.id),
        "price": text(line.unit_price),
        "total_discount": "0.00",
        "gift_card": False,
        "taxable": True,
        "requires_shipping": True,
        "product_id": line.shown_product,
        "variant_id": line.id + 2_000_000,
        "tax_lines": _taxes(order, line.tax),
        "discount_allocations": discounts,
        "duties": [],
    }


def _shipping(order: ShopOrder) -> list[Json]:
    if not order.sale.shipping:
        return []
    line = {
        "id": order.id * 1000,
        "title": "Standard",
        "price": text(order.sale.shipping),
        "discounted_price": text(order.sale.shipping),
        "is_removed": False,
        "tax_lines": _taxes(order, order.sale.shipping_tax),
        "discount_allocations": [],
    }
    return [line]


def _taxes(order: ShopOrder, amount: Decimal) -> list[Json]:
    if not amount:
        return []
    return [
        {
            "title": order.sale.tax_title,
            "price": text(amount),
            "rate": order.sale.tax_rate,
            "channel_liable": False,
        }
    ]


def fulfillment_body(order: ShopOrder, parcel: Parcel) -> Json:
    """The fulfillment resource."""
    return {
        "id": parcel.id,
        "order_id": order.id,
        "status": "success",
        "created_at": instant(parcel.at),
        "updated_at": instant(parcel.at),
        "line_items": [
            {"id": line_id, "quantity": number} for line_id, number in parcel.quantities.items()
        ],
    }


def refund_body(order: ShopOrder, refund: GivenBack) -> Json:
    """The refund resource with the transaction that paid it."""
    return {
        "id": refund.id,
        "order_id": order.id,
        "created_at": instant(refund.at),
        "processed_at": instant(refund.at),
        "refund_line_items": [
            {
                "id": refund.id * 10 + index,
                "line_item_id": each.line_id,
                "quantity": each.quantity,
                "restock_type": "return",
                "subtotal": each.net,
                "total_tax": each.tax,
            }
            for index, each in enumerate(refund.lines)
        ],
        "order_adjustments": [],
        "transactions": [
            {
                "id": refund_transaction_id(refund),
                "order_id": order.id,
                "parent_id": sale_transaction_id(order),
                "kind": "refund",
                "status": "success",
                "gateway": GATEWAY,
                "amount": text(refund.amount),
                "currency": order.currency,
                "payment_id": f"{order.number}.1",
                "created_at": instant(refund.at),
                "processed_at": instant(refund.at),
                "test": False,
            }
        ],
    }


def sale_transaction_id(order: ShopOrder) -> int:
    """The id of the transaction that paid the order."""
    return order.id * 10 + 6


def refund_transaction_id(refund: GivenBack) -> int:
    """The id of the transaction that paid the refund."""
    return refund.id * 10 + 7


def instant(moment: datetime) -> str:
    """A time with its zone."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def text(amount: Decimal) -> str:
    """An amount with two decimals."""
    return f"{amount:.2f}"
