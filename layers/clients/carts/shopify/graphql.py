"""What the GraphQL Admin API is asked, and its answers in the shape of REST resources.

One shape means one mapping: an order polled and an order delivered become the same document
(carts reference §4.3 and §4.4). Sub-lists are read to their end before anything is mapped.
"""

from __future__ import annotations

from typing import Any

_MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
_TAXES = f"taxLines {{ title rate channelLiable priceSet {_MONEY} }}"
_PAGE = "pageInfo { hasNextPage endCursor }"
_ADDRESS = (
    "{ name firstName lastName company address1 address2 city provinceCode zip countryCodeV2"
    " phone }"
)
_TRANSACTION = (
    f"{{ id kind status test gateway amountSet {_MONEY} processedAt createdAt paymentId"
    " parentTransaction { id } }"
)
_LINE_ITEMS = f"""{{ nodes {{ id sku title quantity currentQuantity isGiftCard taxable
    requiresShipping product {{ legacyResourceId }} variant {{ legacyResourceId }}
    originalUnitPriceSet {_MONEY} discountAllocations {{ allocatedAmountSet {_MONEY} }}
    duties {{ price {_MONEY} {_TAXES} }} {_TAXES} }} {_PAGE} }}"""

CHANGED_ORDERS = f"""query ChangedOrders($first: Int!, $after: String, $query: String!) {{
  orders(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {{
    nodes {{ legacyResourceId updatedAt }} {_PAGE}
  }}
}}"""

SCOPES = "query Scopes { currentAppInstallation { accessScopes { handle } } }"

ORDER = f"""query OneOrder($id: ID!) {{
  order(id: $id) {{
    id legacyResourceId name createdAt processedAt updatedAt cancelledAt closedAt confirmed test
    taxesIncluded taxExempt dutiesIncluded currencyCode presentmentCurrencyCode sourceName tags
    displayFinancialStatus displayFulfillmentStatus email paymentGatewayNames
    customer {{ id firstName lastName taxExempt }}
    billingAddress {_ADDRESS} shippingAddress {_ADDRESS}
    purchasingEntity {{ ... on PurchasingCompany {{ company {{ id }} }} }}
    retailLocation {{ legacyResourceId }}
    totalPriceSet {_MONEY} currentTotalPriceSet {_MONEY} totalTaxSet {_MONEY}
    totalDiscountsSet {_MONEY} totalTipReceivedSet {_MONEY} totalOutstandingSet {_MONEY}
    originalTotalDutiesSet {_MONEY} originalTotalAdditionalFeesSet {_MONEY}
    totalCashRoundingAdjustment {{ paymentSet {_MONEY} }}
    {_TAXES}
    lineItems(first: 50) {_LINE_ITEMS}
    shippingLines(first: 20) {{ nodes {{ id title isRemoved originalPriceSet {_MONEY}
      discountAllocations {{ allocatedAmountSet {_MONEY} }} {_TAXES} }} {_PAGE} }}
    refunds {{ id }}
    fulfillments {{ id }}
    transactions {_TRANSACTION}
  }}
}}"""

LINE_ITEMS = f"""query MoreLines($id: ID!, $after: String) {{
  order(id: $id) {{ lineItems(first: 50, after: $after) {_LINE_ITEMS} }}
}}"""

REFUND = f"""query OneRefund($id: ID!) {{
  refund(id: $id) {{
    id createdAt totalRefundedSet {_MONEY}
    refundLineItems(first: 100) {{ nodes {{ quantity restockType lineItem {{ id }}
      subtotalSet {_MONEY} totalTaxSet {_MONEY} }} {_PAGE} }}
    refundShippingLines(first: 20) {{ nodes {{ subtotalAmountSet {_MONEY} taxAmountSet {_MONEY} }}
      {_PAGE} }}
    orderAdjustments(first: 20) {{ nodes {{ id reason amountSet {_MONEY} taxAmountSet {_MONEY} }}
      {_PAGE} }}
    duties {{ amountSet {_MONEY} }}
    transactions(first: 50) {{ nodes {_TRANSACTION} {_PAGE} }}
  }}
}}"""

FULFILLMENT = f"""query OneFulfillment($id: ID!) {{
  fulfillment(id: $id) {{
    id status createdAt
    fulfillmentLineItems(first: 100) {{ nodes {{ quantity lineItem {{ id }} }} {_PAGE} }}
  }}
}}"""

_FULFILLMENT_STATUS = {
    "FULFILLED": "fulfilled",
    "PARTIALLY_FULFILLED": "partial",
    "RESTOCKED": "restocked",
}


class TruncatedError(ValueError):
    """A sub-list has more entries than were read: mapping it would give a wrong number."""


def last_part(gid: Any) -> Any:
    """The number at the end of a global id (`gid://shopify/Order/59`), as text."""
    return gid.rsplit("/", 1)[-1].split("?")[0] if isinstance(gid, str) else gid


def nodes(connection: Any) -> list[dict[str, Any]]:
    """The entries of a connection that was read to its end, or of a plain list.

    They may stand as `nodes` or as `edges` with a node each.

    Raises:
        TruncatedError: there are more.
    """
    if connection is None:
        return []
    if isinstance(connection, list):
        return connection
    if (connection.get("pageInfo") or {}).get("hasNextPage"):
        message = "a list of the order has more entries than were read"
        raise TruncatedError(message)
    listed: list[dict[str, Any]] = connection.get("nodes") or []
    return listed or [edge["node"] for edge in connection.get("edges") or []]


def order_to_rest(order: dict[str, Any]) -> dict[str, Any]:
    """An order node, with its refunds and fulfillments, in the shape of the REST resource.

    Raises:
        TruncatedError: a sub-list was not read to its end.
    """
    currency = order.get("currencyCode")
    company = (order.get("purchasingEntity") or {}).get("company")
    location = order.get("retailLocation") or {}
    tags = order.get("tags")
    return {
        "id": order.get("legacyResourceId") or last_part(order.get("id")),
        "name": order.get("name"),
        "created_at": order.get("createdAt"),
        "processed_at": order.get("processedAt"),
        "updated_at": order.get("updatedAt"),
        "cancelled_at": order.get("cancelledAt"),
        "closed_at": order.get("closedAt"),
        "confirmed": order.get("confirmed"),
        "test": order.get("test"),
        "taxes_included": order.get("taxesIncluded"),
        "tax_exempt": order.get("taxExempt"),
        "duties_included": order.get("dutiesIncluded"),
        "currency": currency,
        "presentment_currency": order.get("presentmentCurrencyCode"),
        "financial_status": _lower(order.get("displayFinancialStatus")),
        "fulfillment_status": _FULFILLMENT_STATUS.get(order.get("displayFulfillmentStatus") or ""),
        "source_name": order.get("sourceName"),
        "tags": ",".join(tags) if isinstance(tags, list) else tags,
        "email": order.get("email"),
        "payment_gateway_names": order.get("paymentGatewayNames"),
        "location_id": location.get("legacyResourceId"),
        "company": {"id": last_part(company.get("id"))} if company else None,
        "customer": _customer(order.get("customer")),
        "billing_address": _address(order.get("billingAddress")),
        "shipping_address": _address(order.get("shippingAddress")),
        **_sums(order),
        "tax_lines": _taxes(order),
        "line_items": [_line(line) for line in nodes(order.get("lineItems"))],
        "shipping_lines": [_shipping(line) for line in nodes(order.get("shippingLines"))],
        "refunds": [_refund(refund) for refund in nodes(order.get("refunds"))],
        "fulfillments": [_fulfillment(parcel) for parcel in nodes(order.get("fulfillments"))],
        "transactions": [_transaction(each) for each in nodes(order.get("transactions"))],
    }


def _sums(order: dict[str, Any]) -> dict[str, Any]:
    """The order's stated sums in both currencies."""
    rounding = order.get("totalCashRoundingAdjustment") or {}
    return {
        "total_price_set": _pair(order.get("totalPriceSet")),
        "current_total_price_set": _pair(order.get("currentTotalPriceSet")),
        "total_tax_set": _pair(order.get("totalTaxSet")),
        "total_discounts_set": _pair(order.get("totalDiscountsSet")),
        "total_tip_received_set": _pair(order.get("totalTipReceivedSet")),
        "total_outstanding_set": _pair(order.get("totalOutstandingSet")),
        "original_total_duties_set": _pair(order.get("originalTotalDutiesSet")),
        "original_total_additional_fees_set": _pair(order.get("originalTotalAdditionalFeesSet")),
        "total_cash_rounding_payment_adjustment_set": _pair(rounding.get("paymentSet")),
    }


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _pair(money: Any) -> dict[str, Any] | None:
    """An amount in both currencies."""
    if not isinstance(money, dict):
        return None
    sides = (("shop_money", "shopMoney"), ("presentment_money", "presentmentMoney"))
    return {
        rest: {"amount": side.get("amount"), "currency_code": side.get("currencyCode")}
        for rest, graphql in sides
        if isinstance(side := money.get(graphql), dict)
    }


def _taxes(node: dict[str, Any]) -> list[dict[str, Any]]:
    """Tax lines; the API leaves `channelLiable` out where it was not asked, null where unknown."""
    taxes = []
    for line in node.get("taxLines") or []:
        tax = {
            "title": line.get("title"),
            "rate": line.get("rate"),
            "price_set": _pair(line.get("priceSet")),
        }
        if "channelLiable" in line:
            tax["channel_liable"] = line["channelLiable"]
        taxes.append(tax)
    return taxes


def _allocations(node: dict[str, Any]) -> list[dict[str, Any]]:
    listed = node.get("discountAllocations") or []
    return [{"amount_set": _pair(each.get("allocatedAmountSet"))} for each in listed]


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": last_part(line.get("id")),
        "sku": line.get("sku"),
        "title": line.get("title"),
        "quantity": line.get("quantity"),
        "gift_card": line.get("isGiftCard"),
        "taxable": line.get("taxable"),
        "requires_shipping": line.get("requiresShipping"),
        "product_id": (line.get("product") or {}).get("legacyResourceId"),
        "variant_id": (line.get("variant") or {}).get("legacyResourceId"),
        "price_set": _pair(line.get("originalUnitPriceSet")),
        "discount_allocations": _allocations(line),
        "duties": [
            {"price_set": _pair(duty.get("price")), "tax_lines": _taxes(duty)}
            for duty in line.get("duties") or []
        ],
        "tax_lines": _taxes(line),
    }


def _shipping(line: dict[str, Any]) -> dict[str, Any]:
    shipping = {
        "id": last_part(line.get("id")),
        "title": line.get("title"),
        "is_removed": line.get("isRemoved"),
        "price_set": _pair(line.get("originalPriceSet")),
        "tax_lines": _taxes(line),
    }
    if "discountAllocations" in line:
        shipping["discount_allocations"] = _allocations(line)
    else:
        shipping["discounted_price_set"] = _pair(line.get("discountedPriceSet"))
    return shipping


def _transaction(node: dict[str, Any]) -> dict[str, Any]:
    """A transaction in the shop's currency, with both sides of its amount."""
    pair = _pair(node.get("amountSet")) or {}
    shop = pair.get("shop_money") or {}
    return {
        "id": last_part(node.get("id")),
        "kind": _lower(node.get("kind")),
        "status": _lower(node.get("status")),
        "test": node.get("test"),
        "gateway": node.get("gateway"),
        "amount": shop.get("amount"),
        "currency": shop.get("currency_code"),
        "amount_set": pair,
        "processed_at": node.get("processedAt"),
        "created_at": node.get("createdAt"),
        "payment_id": node.get("paymentId"),
        "parent_id": last_part((node.get("parentTransaction") or {}).get("id")),
    }


def _refund(refund: dict[str, Any]) -> dict[str, Any]:
    transactions = [_transaction(each) for each in nodes(refund.get("transactions"))]
    for each in transactions:
        each["created_at"] = each["created_at"] or refund.get("createdAt")
    return {
        "id": refund.get("legacyResourceId") or last_part(refund.get("id")),
        "created_at": refund.get("createdAt"),
        "refund_line_items": [
            {
                "line_item_id": last_part((line.get("lineItem") or {}).get("id")),
                "quantity": line.get("quantity"),
                "restock_type": _lower(line.get("restockType")),
                "subtotal_set": _pair(line.get("subtotalSet")),
                "total_tax_set": _pair(line.get("totalTaxSet")),
            }
            for line in nodes(refund.get("refundLineItems"))
        ],
        "refund_shipping_lines": [
            {
                "subtotal_amount_set": _pair(line.get("subtotalAmountSet")),
                "tax_amount_set": _pair(line.get("taxAmountSet")),
            }
            for line in nodes(refund.get("refundShippingLines"))
        ],
        "order_adjustments": [
            {
                "reason": _lower(each.get("reason")),
                "amount_set": _pair(each.get("amountSet")),
                "tax_amount_set": _pair(each.get("taxAmountSet")),
            }
            for each in nodes(refund.get("orderAdjustments"))
        ],
        "refund_duties": [
            {"amount_set": _pair(duty.get("amountSet"))} for duty in refund.get("duties") or []
        ],
        "transactions": transactions,
    }


def _fulfillment(parcel: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": last_part(parcel.get("id")),
        "status": _lower(parcel.get("status")),
        "created_at": parcel.get("createdAt"),
        "line_items": [
            {"id": last_part(line["lineItem"].get("id")), "quantity": line.get("quantity")}
            for line in nodes(parcel.get("fulfillmentLineItems"))
            if line.get("lineItem")  # null where the order no longer holds the line
        ],
    }


def _customer(customer: Any) -> dict[str, Any] | None:
    if not isinstance(customer, dict):
        return None
    return {
        "id": last_part(customer.get("id")),
        "first_name": customer.get("firstName"),
        "last_name": customer.get("lastName"),
        "tax_exempt": customer.get("taxExempt"),
    }


def _address(address: Any) -> dict[str, Any] | None:
    if not isinstance(address, dict):
        return None
    return {
        "name": address.get("name"),
        "first_name": address.get("firstName"),
        "last_name": address.get("lastName"),
        "company": address.get("company"),
        "address1": address.get("address1"),
        "address2": address.get("address2"),
        "city": address.get("city"),
        "province_code": address.get("provinceCode"),
        "zip": address.get("zip"),
        "country_code": address.get("countryCodeV2"),
        "phone": address.get("phone"),
    }
