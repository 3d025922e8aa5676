"""A shop order as BigCommerce writes it: V2 with texts of four decimals, V3 with numbers (§11).

Prices are without tax. Items of a refund state their amounts with tax or without, by turns: which
of the two is not documented.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

from local.cart_simulators.orders import GivenBack, OrderLine, Parcel, ShopOrder

Json = dict[str, Any]

_FOUR = Decimal("0.0001")
_AWAITING_PAYMENT, _AWAITING_FULFILMENT = 7, 11
_SHIPPED, _PARTLY_SHIPPED, _REFUNDED, _CANCELLED, _PARTLY_REFUNDED = 2, 3, 4, 5, 14


def order_body(order: ShopOrder) -> Json:
    """The order resource; its products and shipments are resources of their own."""
    return {
        "id": order.id,
        "customer_id": order.sale.buyer_id,
        "date_created": text(order.placed_at),
        "date_modified": text(order.updated_at),
        "date_shipped": text(order.parcels[-1].at) if order.parcels else "",
        "status_id": _status(order),
        "payment_status": _payment_status(order),
        "payment_method": "Credit Card",
        "payment_provider_id": None,
        "currency_code": order.currency,
        "default_currency_code": order.currency,
        "currency_exchange_rate": "1.0000000000",
        "is_tax_inclusive_pricing": False,
        "subtotal_ex_tax": _money(order.goods),
        "discount_amount": "0.0000",
        "coupon_discount": _money(order.discount),
        "shipping_cost_ex_tax": _money(order.sale.shipping),
        "shipping_cost_tax": _money(order.sale.shipping_tax),
        "handling_cost_ex_tax": "0.0000",
        "handling_cost_tax": "0.0000",
        "wrapping_cost_ex_tax": "0.0000",
        "wrapping_cost_tax": "0.0000",
        "total_ex_tax": _money(order.total - order.tax),
        "total_inc_tax": _money(order.total),
        "total_tax": _money(order.tax),
        "store_credit_amount": "0.0000",
        "gift_certificate_amount": "0.0000",
        "refunded_amount": _money(order.refunded),
        "channel_id": 1,
        "fees": [],
        "billing_address": address(order),
    }


def address(order: ShopOrder) -> Json:
    """Who bought, and where to."""
    return {
        "first_name": order.sale.buyer_first_name,
        "last_name": order.sale.buyer_last_name,
        "company": "",
        "street_1": "1 Analytical Row",
        "street_2": "",
        "city": "New York",
        "state": "New York",
        "zip": "10001",
        "country": "United States",
        "country_iso2": "US",
        "phone": "",
        "email": order.sale.buyer_email,
    }


def _status(order: ShopOrder) -> int:
    """One state for everything: what happened last hides what was before."""
    if order.cancelled_at:
        return _CANCELLED
    if order.refunded:
        return _REFUNDED if order.refunded >= order.total else _PARTLY_REFUNDED
    if order.parcels:
        return _SHIPPED if order.is_shipped else _PARTLY_SHIPPED
    return _AWAITING_FULFILMENT if order.paid_at else _AWAITING_PAYMENT


def _payment_status(order: ShopOrder) -> str:
    if order.paid_at is None:
        return ""
    if not order.refunded:
        return "captured"
    return "refunded" if order.refunded >= order.total else "partially refunded"


def product_body(line: OrderLine) -> Json:
    """One line, with its share of the coupon."""
    shares = [{"id": "coupon", "amount": _money(line.discount), "code": "TEN"}]
    return {
        "id": line.id,
        "product_id": line.id,
        "variant_id": None,
        "sku": line.sku,
        "name": line.title,
        "type": "physical",
        "quantity": line.quantity,
        "base_price": _money(line.unit_price),
        "price_ex_tax": _money(line.unit_price),
        "total_ex_tax": _money(line.gross),
        "total_tax": _money(line.tax),
        "applied_discounts": shares if line.discount else [],
        "is_bundled_product": False,
        "parent_order_product_id": None,
    }


def shipment_body(parcel: Parcel) -> Json:
    """One parcel."""
    return {
        "id": parcel.id,
        "date_created": text(parcel.at),
        "items": [
            {"order_product_id": line_id, "product_id": line_id, "quantity": quantity}
            for line_id, quantity in parcel.quantities.items()
        ],
    }


def transaction_bodies(order: ShopOrder, *, is_test: bool) -> list[Json]:
    """The purchase, and what went back."""
    if order.paid_at is None:
        return []
    common: Json = {"method": "credit_card", "gateway": "stripe", "currency": order.currency}
    common |= {"status": "ok", "test": is_test}
    bought = {
        "id": order.id * 10,
        "event": "purchase",
        "amount": order.total,
        "gateway_transaction_id": f"ch_{order.id}",
        "date_created": order.paid_at.isoformat(),
    }
    back = [
        {
            "id": each.id,
            "event": "refund",
            "amount": each.amount,
            "date_created": each.at.isoformat(),
        }
        for each in order.refunds
    ]
    return [common | each for each in (bought, *back)]


def refund_body(order: ShopOrder, refund: GivenBack) -> Json:
    """What went back; amounts of items hold the tax in every other refund."""
    tax = sum((line.tax for line in refund.lines), start=Decimal(0))
    with_tax = refund.id % 2 == 0
    return {
        "id": refund.id,
        "order_id": order.id,
        "created": refund.at.isoformat(),
        "reason": "",
        "total_amount": refund.amount,
        "total_tax": tax,
        "items": [
            {
                "item_type": "PRODUCT",
                "item_id": line.line_id,
                "quantity": line.quantity,
                "requested_amount": line.net + line.tax if with_tax else line.net,
            }
            for line in refund.lines
        ],
        "payments": [
            {
                "provider_id": "stripe",
                "amount": refund.amount,
                "offline": False,
                "is_declined": False,
                "transaction_id": str(refund.id),
            }
        ],
    }


def _money(amount: Decimal) -> str:
    return str(amount.quantize(_FOUR))


def text(moment: datetime) -> str:
    """A time as V2 writes it (RFC 2822)."""
    return format_datetime(moment)
