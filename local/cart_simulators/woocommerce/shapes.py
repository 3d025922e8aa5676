"""A shop order as WooCommerce's REST v3 writes it (carts reference §6.4 and §6.5).

Amounts are texts with two decimals, net of tax; times come without a zone, once local and once GMT.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from local.cart_simulators.orders import GivenBack, OrderLine, ShopOrder

GATEWAY = "stripe"
_TAX_ID = 1
_SITE_OFFSET = timedelta(hours=-5)
_FEE_SHARE = Decimal("0.029")
_FEE_EACH = Decimal("0.30")

Json = dict[str, Any]


def status_of(order: ShopOrder) -> str:
    """The one word that tells payment, parcels and refunds apart."""
    if order.cancelled_at:
        return "cancelled"
    if order.paid_at is None:
        return "pending"
    if order.refunds and order.refunded >= order.total:
        return "refunded"
    return "completed" if order.parcels and order.is_shipped else "processing"


def order_body(order: ShopOrder) -> Json:
    """The order resource."""
    completed_at = order.parcels[-1].at if status_of(order) == "completed" else None
    person = {
        "first_name": order.sale.buyer_first_name,
        "last_name": order.sale.buyer_last_name,
        "company": "",
        "address_1": "1 Analytical Row",
        "address_2": "",
        "city": "New York",
        "state": "NY",
        "postcode": "10001",
        "country": "US",
        "phone": "",
    }
    return {
        "id": order.id,
        "parent_id": 0,
        "number": order.number,
        "status": status_of(order),
        "currency": order.currency,
        "prices_include_tax": False,
        **_time("date_created", order.placed_at),
        **_time("date_modified", order.updated_at),
        **_time("date_paid", order.paid_at),
        **_time("date_completed", completed_at),
        "discount_total": _text(order.discount),
        "discount_tax": "0.00",
        "shipping_total": _text(order.sale.shipping),
        "shipping_tax": _text(order.sale.shipping_tax),
        "cart_tax": _text(order.tax - order.sale.shipping_tax),
        "total": _text(order.total),
        "total_tax": _text(order.tax),
        "customer_id": order.sale.buyer_id,
        "customer_note": f"touched {order.touches} times" if order.touches else "",
        "created_via": "checkout",
        "payment_method": GATEWAY,
        "payment_method_title": "Card",
        "transaction_id": f"pi_{order.id}" if order.paid_at else "",
        "billing": {**person, "email": order.sale.buyer_email},
        "shipping": person,
        "meta_data": _fee(order),
        "line_items": [_line(line) for line in order.lines],
        "tax_lines": [_tax_line(order)],
        "shipping_lines": _shipping(order),
        "fee_lines": [],
        "coupon_lines": [],
        "refunds": [
            {"id": each.id, "reason": "", "total": _text(-each.amount)} for each in order.refunds
        ],
    }


def refund_body(order: ShopOrder, refund: GivenBack) -> Json:
    """A refund resource: parts are negative, `amount` is positive."""
    by_id = {line.id: line for line in order.lines}
    lines: list[Json] = []
    for each in refund.lines:
        sold = by_id[each.line_id]
        meta = {"id": each.line_id, "key": "_refunded_item_id", "value": str(each.line_id)}
        lines.append(
            {
                "id": refund.id * 10 + len(lines),
                "name": sold.title,
                "product_id": sold.shown_product,
                "variation_id": 0,
                "quantity": -each.quantity,
                "subtotal": _text(-each.net),
                "subtotal_tax": _text(-each.tax),
                "total": _text(-each.net),
                "total_tax": _text(-each.tax),
                "taxes": _taxes(-each.tax),
                "meta_data": [meta],
                "sku": sold.sku,
                "price": sold.unit_price,
            }
        )
    return {
        "id": refund.id,
        "parent_id": order.id,
        **_time("date_created", refund.at),
        "amount": _text(refund.amount),
        "reason": "",
        "refunded_by": 1,
        "refunded_payment": True,
        "meta_data": [],
        "line_items": lines,
        "shipping_lines": [],
        "tax_lines": [],
        "fee_lines": [],
    }


def _line(line: OrderLine) -> Json:
    return {
        "id": line.id,
        "name": line.title,
        "product_id": line.shown_product,
        "variation_id": 0,
        "quantity": line.quantity,
        "tax_class": "",
        "subtotal": _text(line.gross),
        "subtotal_tax": _text(line.tax),
        "total": _text(line.net),
        "total_tax": _text(line.tax),
        "taxes": _taxes(line.tax),
        "meta_data": [],
        "sku": line.sku,
        "price": line.net / line.quantity,
    }


def _shipping(order: ShopOrder) -> list[Json]:
    if not order.sale.shipping:
        return []
    line = {
        "id": order.id * 1000,
        "method_title": "Standard",
        "method_id": "flat_rate",
        "total": _text(order.sale.shipping),
        "total_tax": _text(order.sale.shipping_tax),
        "taxes": _taxes(order.sale.shipping_tax),
        "meta_data": [],
    }
    return [line]


def _tax_line(order: ShopOrder) -> Json:
    return {
        "id": order.id * 1000 + 1,
        "rate_code": "US-NY-TAX-1",
        "rate_id": _TAX_ID,
        "label": order.sale.tax_title,
        "compound": False,
        "tax_total": _text(order.tax - order.sale.shipping_tax),
        "shipping_tax_total": _text(order.sale.shipping_tax),
        "rate_percent": order.sale.tax_rate * 100,
    }


def _taxes(amount: Decimal) -> list[Json]:
    return [{"id": _TAX_ID, "total": _text(amount), "subtotal": _text(amount)}] if amount else []


def _fee(order: ShopOrder) -> list[Json]:
    """What the gateway's plug-in notes of its own price; plug-ins differ (§6.4, unconfirmed)."""
    if not order.paid_at:
        return []
    fee = (order.total * _FEE_SHARE + _FEE_EACH).quantize(Decimal("0.01"))
    return [
        {"id": order.id * 10 + 1, "key": "_stripe_fee", "value": _text(fee)},
        {"id": order.id * 10 + 2, "key": "_stripe_net", "value": _text(order.total - fee)},
        {"id": order.id * 10 + 3, "key": "_stripe_currency", "value": order.currency},
    ]


def _time(name: str, moment: datetime | None) -> dict[str, str | None]:
    """A time twice: the site's own and GMT, neither with a zone (§2.5)."""
    if moment is None:
        return {name: None, f"{name}_gmt": None}
    return {name: gmt(moment + _SITE_OFFSET), f"{name}_gmt": gmt(moment)}


def gmt(moment: datetime) -> str:
    """A time without a zone."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"
