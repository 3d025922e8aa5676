"""A shop order as Magento's REST API writes it (carts reference §5.4 and §5.5).

A net catalogue: compensations are zero. `base_*` tells the amounts in the shop's currency, which
are the same ones where the buyer saw no other. Amounts are JSON numbers; times have no zone.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from local.cart_simulators.orders import GivenBack, OrderLine, Parcel, ShopOrder
from local.cart_simulators.shop_side import in_shop_currency

METHOD = "checkmo"
_ZERO = Decimal(0)

Json = dict[str, Any]

_CURRENCIES = ("order_currency_code", "base_currency_code")


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
    shop = in_shop_currency(order)
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
        **_currencies(order, shop),
        "base_to_order_rate": order.sale.shop_rate if order.sale.shop_currency else 1,
        "customer_id": order.sale.buyer_id,
        "customer_is_guest": 0,
        "customer_email": order.sale.buyer_email,
        "customer_firstname": order.sale.buyer_first_name,
        "customer_lastname": order.sale.buyer_last_name,
        "customer_note": f"touched {order.touches} times" if order.touches else None,
        **_both(_order_amounts(order), _order_amounts(shop)),
        "shipping_discount_tax_compensation_amount": 0,
        "base_shipping_discount_tax_compensation_amnt": 0,
        "shipping_description": "Flat Rate - Fixed",
        "billing_address": {**person, "email": order.sale.buyer_email},
        "payment": {
            "method": METHOD,
            "amount_paid": _paid(order),
            "base_amount_paid": _paid(shop),
        },
        "items": [_item(order, *pair) for pair in zip(order.lines, shop.lines, strict=True)],
        "extension_attributes": _extension(order, shop, person),
    }


def _currencies(order: ShopOrder, shop: ShopOrder) -> Json:
    return dict(zip(_CURRENCIES, (order.currency, shop.currency), strict=True))


def _both(buyers: Json, shops: Json) -> Json:
    """Amounts as the buyer saw them, and those of the shop under their own names."""
    return buyers | {f"base_{name}": amount for name, amount in shops.items()}


def _paid(order: ShopOrder) -> Decimal:
    return order.total if order.paid_at else _ZERO


def _order_amounts(order: ShopOrder) -> Json:
    return {
        "discount_amount": -order.discount,
        "discount_tax_compensation_amount": 0,
        "shipping_amount": order.sale.shipping,
        "shipping_tax_amount": order.sale.shipping_tax,
        "shipping_discount_amount": 0,
        "subtotal": order.goods,
        "tax_amount": order.tax,
        "grand_total": order.total,
        "total_paid": _paid(order),
        "total_due": order.total - _paid(order),
        "total_refunded": order.refunded,
    }


def _extension(order: ShopOrder, shop: ShopOrder, person: Json) -> Json:
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
                    "base_amount": shops.tax,
                }
            ],
        }
        for line, shops in zip(order.lines, shop.lines, strict=True)
        if line.tax
    ]
    return {
        "shipping_assignments": [{"shipping": {"address": person}}],
        "item_applied_taxes": taxes,
    }


def _item(order: ShopOrder, line: OrderLine, shops: OrderLine) -> Json:
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
        **_both(_item_amounts(line), _item_amounts(shops)),
        "tax_percent": order.sale.tax_rate * 100 if line.tax else 0,
    }


def _item_amounts(line: OrderLine) -> Json:
    return {
        "price": line.unit_price,
        "row_total": line.gross,
        "discount_amount": line.discount,
        "discount_tax_compensation_amount": 0,
        "tax_amount": line.tax,
    }


def invoice_body(order: ShopOrder) -> Json:
    """The one invoice of a paid order; its number counts apart from orders' (§5.6)."""
    paid_at = order.paid_at or order.placed_at
    shop = in_shop_currency(order)
    return {
        "entity_id": order.id - 100,
        "increment_id": f"{order.id - 100:09d}",
        "order_id": order.id,
        "state": 2,
        **_currencies(order, shop),
        **_both({"grand_total": order.total}, {"grand_total": shop.total}),
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
    shop = in_shop_currency(order)
    shops = next(each for each in shop.refunds if each.id == refund.id)
    items, shop_items = _memo_items(order, refund), _memo_items(shop, shops)
    skus = {line.id: line.sku for line in order.lines}
    return {
        "entity_id": refund.id,
        "increment_id": f"{refund.id:09d}",
        "order_id": order.id,
        "state": 2,
        **_currencies(order, shop),
        "created_at": utc(refund.at),
        "updated_at": utc(refund.at),
        **_both(_memo_amounts(refund, items), _memo_amounts(shops, shop_items)),
        "transaction_id": f"txn-{refund.id}",
        "items": [
            {
                "order_item_id": each.line_id,
                "sku": skus[each.line_id],
                "qty": each.quantity,
                **_both(*pair),
            }
            for each, *pair in zip(refund.lines, items, shop_items, strict=True)
        ],
    }


def _memo_items(order: ShopOrder, refund: GivenBack) -> list[Json]:
    by_id = {line.id: line for line in order.lines}
    items: list[Json] = []
    for each in refund.lines:
        price = by_id[each.line_id].unit_price
        gross = price * each.quantity
        items.append(
            {
                "price": price,
                "row_total": gross,
                "discount_amount": gross - each.net,
                "discount_tax_compensation_amount": 0,
                "tax_amount": each.tax,
            }
        )
    return items


def _memo_amounts(refund: GivenBack, items: list[Json]) -> Json:
    return {
        "subtotal": sum((item["row_total"] for item in items), start=_ZERO),
        "discount_amount": -sum((item["discount_amount"] for item in items), start=_ZERO),
        "tax_amount": sum((each.tax for each in refund.lines), start=_ZERO),
        "shipping_amount": refund.shipping,
        "shipping_tax_amount": refund.shipping_tax,
        "adjustment_positive": 0,
        "adjustment_negative": 0,
        "grand_total": refund.amount,
    }


def utc(moment: datetime) -> str:
    """A time without a zone."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")
