"""A shop order as Shopify's GraphQL Admin API shows it (carts reference §4.3 and §4.4).

Ids are global ids, states are upper case, amounts drop trailing zeros and come in both currencies.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from local.cart_simulators.orders import GivenBack, OrderLine, Parcel, ShopOrder
from local.cart_simulators.shopify.graphql import Connection
from local.cart_simulators.shopify.rest_shapes import (
    GATEWAY,
    financial_status,
    fulfillment_status,
    instant,
    refund_transaction_id,
    sale_transaction_id,
)

_FULFILLMENT = {None: "UNFULFILLED", "partial": "PARTIALLY_FULFILLED", "fulfilled": "FULFILLED"}

Json = dict[str, Any]


def order_node(order: ShopOrder) -> Json:
    """The `Order` with every field that we ask for."""
    address = {
        "name": f"{order.sale.buyer_first_name} {order.sale.buyer_last_name}",
        "firstName": order.sale.buyer_first_name,
        "lastName": order.sale.buyer_last_name,
        "company": None,
        "address1": "1 Analytical Row",
        "address2": None,
        "city": "New York",
        "provinceCode": "NY",
        "zip": "10001",
        "countryCodeV2": "US",
        "phone": None,
    }
    return {
        "id": gid("Order", order.id),
        "legacyResourceId": str(order.id),
        "name": f"#{order.number}",
        "createdAt": instant(order.placed_at),
        "processedAt": instant(order.placed_at),
        "updatedAt": instant(order.updated_at),
        "cancelledAt": instant(order.cancelled_at) if order.cancelled_at else None,
        "closedAt": None,
        "confirmed": True,
        "test": False,
        "taxesIncluded": False,
        "taxExempt": False,
        "dutiesIncluded": False,
        "currencyCode": order.currency,
        "presentmentCurrencyCode": order.currency,
        "sourceName": "web",
        "tags": [],
        "displayFinancialStatus": financial_status(order).upper(),
        "displayFulfillmentStatus": _FULFILLMENT[fulfillment_status(order)],
        "email": order.sale.buyer_email,
        "paymentGatewayNames": [GATEWAY],
        "customer": {
            "id": gid("Customer", order.sale.buyer_id),
            "firstName": order.sale.buyer_first_name,
            "lastName": order.sale.buyer_last_name,
            "taxExempt": False,
        },
        "billingAddress": address,
        "shippingAddress": address,
        "purchasingEntity": None,
        "retailLocation": None,
        "totalCashRoundingAdjustment": {"paymentSet": _money(order, Decimal(0))},
        "originalTotalDutiesSet": None,
        "originalTotalAdditionalFeesSet": None,
        **_sums(order),
        "taxLines": _taxes(order, order.tax),
        "lineItems": _connection(_line(order, line) for line in order.lines),
        "shippingLines": _connection(_shipping(order)),
        "refunds": [{"id": gid("Refund", each.id)} for each in order.refunds],
        "fulfillments": [{"id": gid("Fulfillment", each.id)} for each in order.parcels],
        "transactions": _transactions(order),
    }


def _sums(order: ShopOrder) -> Json:
    open_amount = Decimal(0) if order.paid_at else order.total
    return {
        "totalPriceSet": _money(order, order.total),
        "currentTotalPriceSet": _money(order, order.total - order.refunded),
        "totalTaxSet": _money(order, order.tax),
        "totalDiscountsSet": _money(order, order.discount),
        "totalTipReceivedSet": _money(order, Decimal(0)),
        "totalOutstandingSet": _money(order, open_amount),
    }


def refund_node(order: ShopOrder, refund: GivenBack) -> Json:
    """The `Refund`."""
    lines = (
        {
            "quantity": each.quantity,
            "restockType": "RETURN",
            "lineItem": {"id": gid("LineItem", each.line_id)},
            "subtotalSet": _money(order, each.net),
            "totalTaxSet": _money(order, each.tax),
        }
        for each in refund.lines
    )
    return {
        "id": gid("Refund", refund.id),
        "createdAt": instant(refund.at),
        "totalRefundedSet": _money(order, refund.amount),
        "refundLineItems": _connection(lines),
        "refundShippingLines": _connection([]),
        "orderAdjustments": _connection([]),
        "duties": [],
        "transactions": _connection([_refund_transaction(order, refund)]),
    }


def fulfillment_node(_: ShopOrder, parcel: Parcel) -> Json:
    """The `Fulfillment`."""
    lines = (
        {"quantity": number, "lineItem": {"id": gid("LineItem", line_id)}}
        for line_id, number in parcel.quantities.items()
    )
    return {
        "id": gid("Fulfillment", parcel.id),
        "status": "SUCCESS",
        "createdAt": instant(parcel.at),
        "fulfillmentLineItems": _connection(lines),
    }


def _line(order: ShopOrder, line: OrderLine) -> Json:
    discounts = [{"allocatedAmountSet": _money(order, line.discount)}] if line.discount else []
    return {
        "id": gid("LineItem", line.id),
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        "currentQuantity": line.quantity - order.returned(line.id),
        "isGiftCard": False,
        "taxable": True,
        "requiresShipping": True,
        "product": {"legacyResourceId": str(line.shown_product)},
        "variant": {"legacyResourceId": str(line.id + 2_000_000)},
        "originalUnitPriceSet": _money(order, line.unit_price),
        "discountAllocations": discounts,
        "duties": [],
        "taxLines": _taxes(order, line.tax),
    }


def _shipping(order: ShopOrder) -> list[Json]:
    if not order.sale.shipping:
        return []
    line = {
        "id": gid("ShippingLine", order.id * 1000),
        "title": "Standard",
        "isRemoved": False,
        "originalPriceSet": _money(order, order.sale.shipping),
        "discountAllocations": [],
        "taxLines": _taxes(order, order.sale.shipping_tax),
    }
    return [line]


def _transactions(order: ShopOrder) -> list[Json]:
    """All of the order's, those of its refunds as well: the API lists them in both places."""
    if order.paid_at is None:
        return []
    moment = instant(order.paid_at)
    sale = _transaction(order, sale_transaction_id(order), "SALE", order.total, moment)
    return [sale, *(_refund_transaction(order, each) for each in order.refunds)]


def _refund_transaction(order: ShopOrder, refund: GivenBack) -> Json:
    moment = instant(refund.at)
    number = refund_transaction_id(refund)
    parent = {"id": gid("OrderTransaction", sale_transaction_id(order))}
    found = _transaction(order, number, "REFUND", refund.amount, moment)
    return {**found, "parentTransaction": parent}


def _transaction(order: ShopOrder, number: int, kind: str, amount: Decimal, moment: str) -> Json:
    return {
        "id": gid("OrderTransaction", number),
        "kind": kind,
        "status": "SUCCESS",
        "test": False,
        "gateway": GATEWAY,
        "amountSet": _money(order, amount),
        "processedAt": moment,
        "createdAt": moment,
        "paymentId": f"{order.number}.1",
        "parentTransaction": None,
    }


def _taxes(order: ShopOrder, amount: Decimal) -> list[Json]:
    if not amount:
        return []
    return [
        {
            "title": order.sale.tax_title,
            "rate": order.sale.tax_rate,
            "channelLiable": False,
            "priceSet": _money(order, amount),
        }
    ]


def _money(order: ShopOrder, amount: Decimal) -> Json:
    side = {"amount": _text(amount), "currencyCode": order.currency}
    return {"shopMoney": side, "presentmentMoney": dict(side)}


def _text(amount: Decimal) -> str:
    """An amount without trailing zeros, but with one decimal at least."""
    shown = f"{amount:f}"
    shown = shown.rstrip("0") if "." in shown else f"{shown}."
    return f"{shown}0" if shown.endswith(".") else shown


def _connection(nodes: Iterable[Json]) -> Connection:
    return Connection([(f"{index:06d}", node) for index, node in enumerate(nodes)])


def gid(kind: str, number: int) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{number}"
