"""Shopify deliveries of the demo shop: bodies in the shape of the REST resources, signed.

The amounts are those of the accounting reference's orders A and B, so that an accountant can follow
the demo with that page at hand.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

SHOP_DOMAIN = "cartledger-demo.myshopify.example"
OUTLET_DOMAIN = "cartledger-outlet.myshopify.example"
PLACED_AT = "2026-03-02T10:15:00-05:00"
SHIPPED_AT = "2026-03-02T15:40:00-05:00"
REFUNDED_AT = "2026-03-02T17:05:00-05:00"

Json = dict[str, Any]

_EMAIL = "ada@example.com"
_ADDRESS = {
    "first_name": "Ada",
    "last_name": "Example",
    "name": "Ada Example",
    "address1": "1 Analytical Row",
    "city": "New York",
    "province_code": "NY",
    "zip": "10001",
    "country_code": "US",
}


@dataclass(frozen=True, slots=True)
class Tax:
    """One tax line: title and amount."""

    title: str
    amount: str


@dataclass(frozen=True, slots=True)
class Line:
    """One sold line of a demo order; amounts are decimal text in dollars."""

    sku: str
    title: str
    quantity: int
    price: str
    discount: str = "0.00"
    taxes: tuple[Tax, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoOrder:
    """An order of the demo shop; `total` is what the cart says, right or wrong."""

    id: int
    name: str
    customer_id: int
    lines: tuple[Line, ...]
    total: str
    shipping: str = "0.00"
    shipping_taxes: tuple[Tax, ...] = ()
    placed_at: str = PLACED_AT

    @property
    def line_ids(self) -> tuple[int, ...]:
        """The ids of the lines, made from the order's own."""
        return tuple(self.id * 10 + index for index in range(len(self.lines)))


def _money(amount: str | Decimal) -> Json:
    money = {"amount": str(amount), "currency_code": "USD"}
    return {"shop_money": money, "presentment_money": dict(money)}


def _taxes(taxes: tuple[Tax, ...]) -> list[Json]:
    return [
        {
            "title": tax.title,
            "price": tax.amount,
            "price_set": _money(tax.amount),
            "rate": None,
            "channel_liable": False,
        }
        for tax in taxes
    ]


def _by_title(taxes: tuple[Tax, ...]) -> tuple[Tax, ...]:
    sums: dict[str, Decimal] = {}
    for tax in taxes:
        sums[tax.title] = sums.get(tax.title, Decimal(0)) + Decimal(tax.amount)
    return tuple(Tax(title, f"{amount:.2f}") for title, amount in sums.items())


def _line_item(line: Line, line_id: int) -> Json:
    discounts = []
    if Decimal(line.discount):
        discounts.append(
            {
                "amount": line.discount,
                "amount_set": _money(line.discount),
                "discount_application_index": 0,
            }
        )
    return {
        "id": line_id,
        "sku": line.sku,
        "title": line.title,
        "name": line.title,
        "quantity": line.quantity,
        "current_quantity": line.quantity,
        "price": line.price,
        "price_set": _money(line.price),
        "total_discount": "0.00",
        "gift_card": False,
        "taxable": True,
        "requires_shipping": True,
        "product_id": line_id + 1_000_000,
        "variant_id": line_id + 2_000_000,
        "tax_lines": _taxes(line.taxes),
        "discount_allocations": discounts,
        "duties": [],
    }


def order_body(order: DemoOrder, *, paid: bool = True, updated_at: str = "") -> Json:
    """The order resource as `orders/paid` and `orders/create` carry it."""
    return {
        "id": order.id,
        "name": order.name,
        "order_number": int(order.name.lstrip("#")),
        "created_at": order.placed_at,
        "processed_at": order.placed_at,
        "updated_at": updated_at or order.placed_at,
        "currency": "USD",
        "presentment_currency": "USD",
        "financial_status": "paid" if paid else "pending",
        "fulfillment_status": None,
        "payment_gateway_names": ["shopify_payments"],
        "taxes_included": False,
        "test": False,
        "email": _EMAIL,
        "customer": {
            "id": order.customer_id,
            "email": _EMAIL,
            "first_name": "Ada",
            "last_name": "Example",
            "tax_exempt": False,
        },
        "billing_address": dict(_ADDRESS),
        "line_items": [
            _line_item(line, line_id)
            for line, line_id in zip(order.lines, order.line_ids, strict=True)
        ],
        "shipping_lines": [_shipping_line(order)],
        **_totals(order),
        "total_outstanding": "0.00" if paid else order.total,
        "fulfillments": [],
        "refunds": [],
    }


def _shipping_line(order: DemoOrder) -> Json:
    return {
        "id": order.id * 10 + 9,
        "title": "Standard",
        "code": "Standard",
        "price": order.shipping,
        "price_set": _money(order.shipping),
        "discounted_price": order.shipping,
        "is_removed": False,
        "tax_lines": _taxes(order.shipping_taxes),
        "discount_allocations": [],
    }


def _totals(order: DemoOrder) -> Json:
    nested = tuple(tax for line in order.lines for tax in line.taxes) + order.shipping_taxes
    total_tax = sum((Decimal(tax.amount) for tax in nested), start=Decimal("0.00"))
    discount = sum((Decimal(line.discount) for line in order.lines), start=Decimal("0.00"))
    gross = sum((line.quantity * Decimal(line.price) for line in order.lines), start=Decimal(0))
    return {
        "tax_lines": _taxes(_by_title(nested)),
        "total_line_items_price": f"{gross:.2f}",
        "total_discounts": f"{discount:.2f}",
        "total_shipping_price_set": _money(order.shipping),
        "total_tax": f"{total_tax:.2f}",
        "total_tip_received": "0.00",
        "total_price": order.total,
    }


def fulfillment_body(order: DemoOrder) -> Json:
    """The fulfillment resource of everything in the order, as `fulfillments/create` carries it."""
    return {
        "id": order.id + 500,
        "order_id": order.id,
        "status": "success",
        "created_at": SHIPPED_AT,
        "updated_at": SHIPPED_AT,
        "line_items": [
            {"id": line_id, "sku": line.sku, "quantity": line.quantity, "price": line.price}
            for line, line_id in zip(order.lines, order.line_ids, strict=True)
        ],
    }


def refund_body(order: DemoOrder, *, subtotal: str, tax: str) -> Json:
    """One unit of the first line comes back and is paid back, as `refunds/create` says it."""
    amount = f"{Decimal(subtotal) + Decimal(tax):.2f}"
    return {
        "id": order.id + 700,
        "order_id": order.id,
        "created_at": REFUNDED_AT,
        "processed_at": REFUNDED_AT,
        "refund_line_items": [
            {
                "id": order.id + 701,
                "line_item_id": order.line_ids[0],
                "quantity": 1,
                "restock_type": "return",
                "subtotal": float(subtotal),
                "subtotal_set": _money(subtotal),
                "total_tax": float(tax),
                "total_tax_set": _money(tax),
            }
        ],
        "order_adjustments": [],
        "transactions": [
            {
                "id": order.id + 702,
                "order_id": order.id,
                "parent_id": order.id + 600,
                "kind": "refund",
                "status": "success",
                "gateway": "shopify_payments",
                "amount": amount,
                "currency": "USD",
                "created_at": REFUNDED_AT,
                "processed_at": REFUNDED_AT,
                "test": False,
            }
        ],
    }


def delivery(
    body: Json, *, topic: str, event_id: str, secret: str, domain: str
) -> tuple[bytes, dict[str, str]]:
    """The raw bytes and the signed headers of one delivery."""
    raw = json.dumps(body, separators=(",", ":")).encode()
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).digest()
    return raw, {
        "Content-Type": "application/json",
        "X-Shopify-Topic": topic,
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Shop-Domain": domain,
        "X-Shopify-API-Version": "2026-01",
        "X-Shopify-Webhook-Id": f"w-{event_id}",
        "X-Shopify-Event-Id": event_id,
        "X-Shopify-Triggered-At": "2026-03-02T15:15:01Z",
    }


ORDER_A = DemoOrder(
    id=5_900_000_002_001,
    name="#2001",
    customer_id=730_000_000_101,
    lines=(
        Line(
            "TEE-BLUE",
            "Tee, blue",
            2,
            "25.00",
            "5.00",
            (
                Tax("New York State Tax", "1.80"),
                Tax("New York City Tax", "2.02"),
                Tax("MTA District Tax", "0.17"),
            ),
        ),
        Line(
            "MUG-WHITE",
            "Mug, white",
            1,
            "12.50",
            "1.25",
            (
                Tax("New York State Tax", "0.45"),
                Tax("New York City Tax", "0.51"),
                Tax("MTA District Tax", "0.04"),
            ),
        ),
    ),
    shipping="8.00",
    shipping_taxes=(
        Tax("New York State Tax", "0.32"),
        Tax("New York City Tax", "0.36"),
        Tax("MTA District Tax", "0.03"),
    ),
    total="69.95",
)
ORDER_B = DemoOrder(
    id=5_900_000_002_002,
    name="#2002",
    customer_id=730_000_000_102,
    lines=(Line("TEE-RED", "Tee, red", 4, "30.00", "0.00", (Tax("New York State Tax", "10.65"),)),),
    total="130.65",
)
ORDER_BROKEN = DemoOrder(
    id=5_900_000_002_003,
    name="#2003",
    customer_id=730_000_000_103,
    lines=(Line("TEE-RED", "Tee, red", 1, "30.00", "0.00", (Tax("New York State Tax", "1.20"),)),),
    total="31.21",
)
OUTLET_A = replace(ORDER_A, id=5_900_000_003_001, name="#3001")
OUTLET_B = replace(ORDER_B, id=5_900_000_003_002, name="#3002")
