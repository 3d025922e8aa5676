"""A shop order as API2Cart writes it (carts reference §10.4); prices are without tax.

`oddly` gives it the shapes that some carts behind API2Cart have: objects in lists of one, products
wrapped, numbers and dates as bare text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from local.cart_simulators.orders import GivenBack, OrderLine, ShopOrder

Json = dict[str, Any]

_BARE = "%Y-%m-%d %H:%M:%S"


def order_body(order: ShopOrder) -> Json:
    """The order as `order.info` tells it."""
    return {
        "id": str(order.id),
        "order_id": f"1000{order.id}",
        "channel_id": None,
        "customer": _customer(order),
        "create_at": _moment(order.placed_at),
        "modified_at": _moment(order.updated_at),
        "finished_time": _moment(order.parcels[-1].at) if _has_left(order) else None,
        "currency": {"id": "1", "name": order.currency, "iso3": order.currency, "rate": 1},
        "shipping_address": _address(order, "shipping"),
        "billing_address": _address(order, "billing"),
        "payment_method": {"name": "stripe"},
        "shipping_method": {"name": "Ground", "additional_fields": {}},
        "shipping_methods": [{"name": "Ground", "additional_fields": {}}],
        "status": _status(order),
        "totals": None,
        "total": _total(order),
        "discounts": [],
        "order_products": [_line(line) for line in order.lines],
        "bundles": [],
        "store_id": "1",
        "refunds": [_refund(order, each) for each in order.refunds],
        "additional_fields": {},
    }


def listed_body(order: ShopOrder) -> Json:
    """What a list tells of an order when only its ids and times are asked for."""
    body = order_body(order)
    return {name: body[name] for name in ("id", "order_id", "create_at", "modified_at")}


def oddly(body: Json) -> Json:
    """The same order in the shapes of carts that are told oddly."""
    odd = dict(body)
    for name in ("create_at", "modified_at", "finished_time"):
        moment = body.get(name)
        if moment:
            odd[name] = datetime.fromisoformat(moment["value"]).strftime(_BARE)
    if "order_products" not in body:
        return odd
    for name in ("customer", "currency", "status", "total"):
        odd[name] = [body[name]]
    odd["total"] = [_as_text(body["total"])]
    odd["order_products"] = {"product": [_as_text(each) for each in body["order_products"]]}
    odd["refunds"] = body["refunds"] or None
    return odd


def _as_text(members: Json) -> Json:
    return {
        name: _as_text(value)
        if isinstance(value, dict)
        else str(value)
        if isinstance(value, Decimal | int)
        else value
        for name, value in members.items()
    }


def _customer(order: ShopOrder) -> Json:
    return {
        "id": str(order.sale.buyer_id),
        "email": order.sale.buyer_email,
        "first_name": order.sale.buyer_first_name,
        "last_name": order.sale.buyer_last_name,
    }


def _address(order: ShopOrder, kind: str) -> Json:
    return {
        "id": 1,
        "type": kind,
        "first_name": order.sale.buyer_first_name,
        "last_name": order.sale.buyer_last_name,
        "postcode": "10001",
        "address1": "1 Analytical Row",
        "address2": "",
        "city": "New York",
        "country": {"code2": "US", "code3": "USA", "name": "United States"},
        "state": {"code": "NY", "name": "New York"},
        "company": "",
    }


def _has_left(order: ShopOrder) -> bool:
    return order.is_shipped and bool(order.parcels)


def _status(order: ShopOrder) -> Json:
    steps = [("Pending", order.placed_at)]
    if order.paid_at:
        steps.append(("Processing", order.paid_at))
    if _has_left(order):
        steps.append(("Completed", order.parcels[-1].at))
    if order.cancelled_at:
        steps.append(("Cancelled", order.cancelled_at))
    back = [line for each in order.refunds for line in each.lines]
    name = steps[-1][0]
    return {
        "id": name.lower(),
        "name": name,
        "history": [
            {"id": str(at), "name": step, "modified_time": _moment(moment), "notify": False}
            for at, (step, moment) in enumerate(steps)
        ],
        "refund_info": {"total_refunded": order.refunded} if back else None,
    }


def _total(order: ShopOrder) -> Json:
    return {
        "subtotal_ex_tax": order.goods,
        "wrapping_ex_tax": Decimal(0),
        "shipping_ex_tax": order.sale.shipping,
        "total_discount": order.discount,
        "total_tax": order.tax,
        "total": order.total,
        "total_paid": order.total if order.paid_at else Decimal(0),
        "additional_fields": {
            "shipping_discount_ex_tax": Decimal(0),
            "shipping_tax": order.sale.shipping_tax,
        },
    }


def _line(line: OrderLine) -> Json:
    return {
        "product_id": str(line.id),
        "order_product_id": str(line.id),
        "model": line.sku,
        "name": line.title,
        "price": line.unit_price,
        "price_inc_tax": line.unit_price,
        "quantity": line.quantity,
        "discount_amount": line.discount,
        "total_price": line.gross,
        "tax_percent": None,
        "tax_value": line.tax,
        "variant_id": None,
        "parent_order_product_id": None,
        "additional_fields": {},
    }


def _refund(order: ShopOrder, refund: GivenBack) -> Json:
    tax = sum((line.tax for line in refund.lines), start=refund.shipping_tax)
    return {
        "id": str(refund.id),
        "shipping": refund.shipping,
        "fee": Decimal(0),
        "tax": tax,
        "total": refund.amount,
        "items": [
            {"order_product_id": str(line.line_id), "qty": line.quantity, "refund": line.net}
            for line in refund.lines
        ],
        "modified_time": _moment(refund.at),
        "is_online": order.paid_at is not None,
    }


def _moment(moment: datetime) -> Json:
    value = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
    return {"value": value, "format": "Y-m-d\\TH:i:sO"}
