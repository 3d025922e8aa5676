"""A shop order as Magento's REST API writes it (carts reference §5.4 and §5.5).

A net catalogue in one currency: compensations are zero, `base_*` repeats the amounts and is left
out. Amounts are JSON numbers; times have no zone.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from local.cart_simulators.orders import GivenBack, OrderLine, Parcel, ShopOrder

METHOD = "checkmo"
_ZERO = Decimal(0)

Json = dict[str, Any]


def state_of(order: ShopOrder) -> str:
    """The order's state: closed after a full refund, complete once paid and shipped."""
    if order.cancelled_at:
        return "canceled"
    if order.paid_at is None:
        return "new"
    if order.refunds and order.refunded >= order.total:
        return "closed"
    return "complete" if order.parcels and order.is_shipped else "processing"


def order_body(order: ShopOrder) -> Json:
    """The order entity."""
    paid = order.total if order.paid_at else _ZERO
    person = {
        "firstname": order.sale.buyer_first_name,
        "lastname": order.sale.buyer_last_name,
        "street": ["1 Analytical Row"],
        "city": "New York",
        "region_code": "NY",
        "postcode": "10001",
        "country_id": "US",
        "telephone": "555-0100",
    }
    return {
        "entity_id": order.id,
        "increment_id": f"{order.id:09d}",
        "state": state_of(order),
        "status": state_of(order),
        "store_id": 1,
        "created_at": utc(order.placed_at),
        "updated_at": utc(order.updated_at),
        "order_currency_code": order.currency,
        "base_currency_code": order.currency,
        "base_to_order_rate": 1,
        "customer_id": order.sale.buyer_id,
        "customer_is_guest": 0,
        "customer_email": order.sale.buyer_email,
        "customer_firstname": order.sale.buyer_first_name,
        "customer_lastname": order.sale.buyer_last_name,
        "customer_note": f"touched {order.touches} times" if order.touches else None,
        "discount_amount": -order.discount,
        "discount_tax_compensation_amount": 0,
        "shipping_amount": order.sale.shipping,
        "shipping_tax_amount": order.sale.shipping_tax,
        "shipping_discount_amount": 0,
        "shipping_discount_tax_compensation_amount": 0,
        "shipping_description": "Flat Rate - Fixed",
        "subtotal": order.goods,
        "tax_amount": order.tax,
        "grand_total": order.total,
        "total_paid": paid,
        "total_due": order.total - paid,
        "total_refunded": order.refunded,
        "billing_address": {**person, "email": order.sale.buyer_email},
        "payment": {"method": METHOD, "amount_paid": paid},
        "items": [_item(order, line) for line in order.lines],
        "extension_attributes": _extension(order, person),
    }


def _extension(order: ShopOrder, person: Json) -> Json:
    taxes = [
        {
            "item_id": line.id,
            "type": "product",
            "applied_taxes": [
                {
                    "code": order.sale.tax_title,
                    "title": order.sale.tax_title,
                    "percent": order.sale.tax_rate * 100,
                    "amount": line.tax,
                }
            ],
        }
        for line in order.lines
        if line.tax
    ]
    return {
        "shipping_assignments": [{"shipping": {"address": person}}],
        "item_applied_taxes": taxes,
    }


def _item(order: ShopOrder, line: OrderLine) -> Json:
    return {
        "item_id": line.id,
        "order_id": order.id,
        "product_id": line.shown_product,
        "product_type": "simple",
        "sku": line.sku,
        "name": line.title,
        "qty_ordered": line.quantity,
        "qty_shipped": order.shipped(line.id),
        "qty_refunded": order.returned(line.id),
        "qty_canceled": line.quantity if order.cancelled_at else 0,
        "price": line.unit_price,
        "row_total": line.gross,
        "discount_amount": line.discount,
        "discount_tax_compensation_amount": 0,
        "tax_amount": line.tax,
        "tax_percent": order.sale.tax_rate * 100 if line.tax else 0,
    }


def invoice_body(order: ShopOrder) -> Json:
    """The one invoice of a paid order; its number counts apart from orders' (§5.6)."""
    paid_at = order.paid_at or order.placed_at
    return {
        "entity_id": order.id - 100,
        "increment_id": f"{order.id - 100:09d}",
        "order_id": order.id,
        "state": 2,
        "order_currency_code": order.currency,
        "grand_total": order.total,
        "created_at": utc(paid_at),
        "updated_at": utc(paid_at),
    }


def shipment_body(order: ShopOrder, parcel: Parcel) -> Json:
    """A shipment."""
    return {
        "entity_id": parcel.id,
        "increment_id": f"{parcel.id:09d}",
        "order_id": order.id,
        "created_at": utc(parcel.at),
        "updated_at": utc(parcel.at),
        "items": [
            {"order_item_id": line_id, "qty": number}
            for line_id, number in parcel.quantities.items()
        ],
    }


def memo_body(order: ShopOrder, refund: GivenBack) -> Json:
    """A credit memo that the gateway paid back."""
    by_id = {line.id: line for line in order.lines}
    items: list[Json] = []
    for each in refund.lines:
        sold = by_id[each.line_id]
        gross = sold.unit_price * each.quantity
        items.append(
            {
                "order_item_id": each.line_id,
                "sku": sold.sku,
                "qty": each.quantity,
                "price": sold.unit_price,
                "row_total": gross,
                "discount_amount": gross - each.net,
                "discount_tax_compensation_amount": 0,
                "tax_amount": each.tax,
            }
        )
    discount = sum((item["discount_amount"] for item in items), start=_ZERO)
    return {
        "entity_id": refund.id,
        "increment_id": f"{refund.id:09d}",
        "order_id": order.id,
        "state": 2,
        "order_currency_code": order.currency,
        "created_at": utc(refund.at),
        "updated_at": utc(refund.at),
        "subtotal": sum((item["row_total"] for item in items), start=_ZERO),
        "discount_amount": -discount,
        "tax_amount": sum((each.tax for each in refund.lines), start=_ZERO),
        "shipping_amount": refund.shipping,
        "shipping_tax_amount": refund.shipping_tax,
        "adjustment_positive": 0,
        "adjustment_negative": 0,
        "grand_total": refund.amount,
        "transaction_id": f"txn-{refund.id}",
        "items": items,
    }


def utc(moment: datetime) -> str:
    """A time without a zone."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")
