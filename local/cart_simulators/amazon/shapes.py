"""A shop order as Amazon's Orders API 2026-01-01 writes it, and what a queue hears of it (§7).

Prices are without tax, tax is collected by Amazon and inside the grand total.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from local.cart_simulators.orders import OrderLine, ShopOrder

SELLER = "A0DEMOSELLER01"
MARKETPLACE = "ATVPDKIKX0DER"

Json = dict[str, Any]


def order_id(order: ShopOrder) -> str:
    """Amazon's id of an order of the book."""
    return f"111-0000001-{order.id:07d}"


def book_id(amazon_id: str) -> str:
    """The id in the book; empty for what is no id of Amazon's."""
    prefix, _, number = amazon_id.rpartition("-")
    return str(int(number)) if prefix == "111-0000001" and number.isdigit() else ""


def state_of(order: ShopOrder) -> str:
    """The one word of fulfilment that also tells pending and cancelled orders."""
    if order.cancelled_at:
        return "CANCELLED"
    if order.paid_at is None:
        return "PENDING"
    if not order.parcels:
        return "UNSHIPPED"
    return "SHIPPED" if order.is_shipped else "PARTIALLY_SHIPPED"


def order_body(order: ShopOrder, updated_at: datetime) -> Json:
    """The order resource; pending and cancelled ones state no money."""
    state = state_of(order)
    tells_money = state not in ("PENDING", "CANCELLED")
    body: Json = {
        "orderId": order_id(order),
        "orderAliases": [{"aliasId": order.number, "aliasType": "SELLER_ORDER_ID"}],
        "createdTime": text(order.placed_at),
        "lastUpdatedTime": text(updated_at),
        "programs": [],
        "salesChannel": {
            "channelName": "AMAZON",
            "marketplaceId": MARKETPLACE,
            "marketplaceName": "Amazon.com",
        },
        "buyer": {
            "buyerName": f"{order.sale.buyer_first_name} {order.sale.buyer_last_name}",
            "buyerEmail": f"relay{order.id}@marketplace.amazon.example",
        },
        "recipient": {
            "deliveryAddress": {
                "name": f"{order.sale.buyer_first_name} {order.sale.buyer_last_name}",
                "addressLine1": "1 Analytical Row",
                "city": "New York",
                "stateOrRegion": "NY",
                "postalCode": "10001",
                "countryCode": "US",
            }
        },
        "fulfillment": {"fulfillmentStatus": state, "fulfilledBy": "MERCHANT"},
        "orderItems": [
            _item(order, line, index == 0, tells_money=tells_money)
            for index, line in enumerate(order.lines)
        ],
    }
    if tells_money:
        body["proceeds"] = {"grandTotal": _money(order, order.total)}
    return body


def _item(order: ShopOrder, line: OrderLine, is_first: bool, *, tells_money: bool) -> Json:  # noqa: FBT001  # of a pair
    left = order.shipped(line.id)
    item: Json = {
        "orderItemId": str(line.id),
        "quantityOrdered": line.quantity,
        "product": {
            "asin": f"B0{line.id:08d}",
            "title": line.title,
            "sellerSku": line.sku,
            "price": {"unitPrice": _money(order, line.unit_price)},
        },
        "fulfillment": {"quantityFulfilled": left, "quantityUnfulfilled": line.quantity - left},
        "tax": {
            "taxCollections": [
                {"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon Services, Inc."}
            ]
        },
    }
    if tells_money:
        item["proceeds"] = {"breakdowns": _breakdowns(order, line, is_first=is_first)}
    return item


def _breakdowns(order: ShopOrder, line: OrderLine, *, is_first: bool) -> list[Json]:
    """The item's parts; the whole shipping is told with the first item."""
    sale = order.sale
    shipping = sale.shipping if is_first else Decimal(0)
    shipping_tax = sale.shipping_tax if is_first else Decimal(0)
    parts: list[tuple[str, Decimal, dict[str, Decimal]]]
    parts = [("ITEM", line.gross, {}), ("SHIPPING", shipping, {})]
    if line.discount:
        parts.append(("DISCOUNT", line.discount, {"ITEM": line.discount}))
    parts.append(("TAX", line.tax + shipping_tax, {"ITEM": line.tax, "SHIPPING": shipping_tax}))
    return [
        {
            "type": kind,
            "subtotal": _money(order, amount),
            "detailedBreakdowns": [
                {"subtype": name, "value": _money(order, part)} for name, part in details.items()
            ],
        }
        for kind, amount, details in parts
    ]


def order_notification(order: ShopOrder, number: int, at: datetime) -> Json:
    """`ORDER_CHANGE`: ids and states, no amounts."""
    summary = {"MarketplaceId": MARKETPLACE, "OrderStatus": state_of(order).title()}
    change = {
        "NotificationLevel": "OrderLevel",
        "SellerId": SELLER,
        "AmazonOrderId": order_id(order),
        "OrderChangeType": "OrderStatusChange",
        "OrderChangeTrigger": {"TimeOfOrderChange": text(at), "ChangeReason": None},
        "Summary": summary,
    }
    return _notification("ORDER_CHANGE", {"OrderChangeNotification": change}, number, at)


def refund_notification(order: ShopOrder, number: int, at: datetime) -> Json:
    """`TRANSACTION_UPDATE`: something was posted to the order."""
    update = {
        "SellingPartnerMetadata": {
            "SellingPartnerId": SELLER,
            "MarketplaceId": MARKETPLACE,
            "AccountType": "PAYABLE",
        },
        "RelatedIdentifiers": [
            {"RelatedIdentifierName": "OrderId", "RelatedIdentifierValue": order_id(order)}
        ],
        "TransactionType": "Refund",
        "PostedDate": text(at),
        "TotalAmount": {"CurrencyAmount": Decimal(0), "CurrencyCode": order.currency},
    }
    payload = {"TransactionUpdateNotification": update}
    return _notification("TRANSACTION_UPDATE", payload, number, at)


def _notification(kind: str, payload: Json, number: int, at: datetime) -> Json:
    return {
        "NotificationVersion": "1.0",
        "NotificationType": kind,
        "PayloadVersion": "1.0",
        "EventTime": text(at),
        "Payload": payload,
        "NotificationMetadata": {
            "ApplicationId": "amzn1.sp.solution.demo",
            "SubscriptionId": "sub-demo",
            "PublishTime": text(at),
            "NotificationId": f"bbbbbbbb-0000-4000-8000-{number:012d}",
        },
    }


def _money(order: ShopOrder, amount: Decimal) -> Json:
    return {"amount": f"{amount:.2f}", "currencyCode": order.currency}


def text(moment: datetime) -> str:
    """A time as Amazon writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
