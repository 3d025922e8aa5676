"""What a simulated Amazon posts of its orders: shipments, refunds, groups of two weeks (§7.5).

Type names are those of the composed samples, the real list is open (U5). Fees: 15 % of the goods.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from local.cart_simulators.amazon.shapes import MARKETPLACE, SELLER, order_id, text
from local.cart_simulators.orders import GivenBack, Parcel, ShopOrder

GROUP_LENGTH = timedelta(days=14)
_EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
_COMMISSION = Decimal("0.15")
_ZERO = Decimal("0.00")

Json = dict[str, Any]
_Tree = tuple[str, Decimal, list[Any]]


@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction of the book of finances; `serial` tells one from another."""

    order: ShopOrder
    serial: int
    kind: str
    at: datetime
    items: tuple[tuple[str, int, Decimal, Decimal], ...]
    """Article, units, goods and tax of each item, from the seller's view."""
    shipping: Decimal = _ZERO
    shipping_tax: Decimal = _ZERO

    @property
    def id(self) -> str:
        """Amazon's id of it."""
        return f"txn-{self.kind.lower()}-{self.serial}"

    @property
    def sales(self) -> Decimal:
        """What the buyer paid, below zero what the buyer got back."""
        goods = sum((net + tax for _, _, net, tax in self.items), start=_ZERO)
        return goods + self.shipping + self.shipping_tax

    @property
    def tax(self) -> Decimal:
        """The buyer's tax in it."""
        return sum((tax for *_, tax in self.items), start=_ZERO) + self.shipping_tax

    @property
    def commission(self) -> Decimal:
        """The fee, signed like the sale."""
        goods = sum((net for _, _, net, _ in self.items), start=_ZERO)
        return (goods * _COMMISSION).quantize(Decimal("0.01"), ROUND_HALF_EVEN)

    @property
    def net(self) -> Decimal:
        """What it does to the seller's balance."""
        return self.sales - self.tax - self.commission


def postings(order: ShopOrder) -> Iterator[Posting]:
    """Everything that was posted of the order, oldest first of each kind."""
    sent: dict[int, int] = {}
    for index, parcel in enumerate(order.parcels):
        yield _shipment(order, parcel, sent, is_first=index == 0)
    for refund in order.refunds:
        yield _refund(order, refund)


def _shipment(order: ShopOrder, parcel: Parcel, sent: dict[int, int], *, is_first: bool) -> Posting:
    items = []
    for line in order.lines:
        if units := parcel.quantities.get(line.id, 0):
            before = sent.get(line.id, 0)
            net, tax = (line.share(each, before, units) for each in (line.net, line.tax))
            items.append((line.sku, units, net, tax))
            sent[line.id] = before + units
    sale = order.sale
    shipping, shipping_tax = (sale.shipping, sale.shipping_tax) if is_first else (_ZERO, _ZERO)
    kind = "Shipment"
    return Posting(order, parcel.id, kind, parcel.at, tuple(items), shipping, shipping_tax)


def _refund(order: ShopOrder, refund: GivenBack) -> Posting:
    skus = {line.id: line.sku for line in order.lines}
    items = tuple(
        (skus[each.line_id], each.quantity, -each.net, -each.tax) for each in refund.lines
    )
    shipping = -refund.shipping
    return Posting(order, refund.id, "Refund", refund.at, items, shipping, -refund.shipping_tax)


def transaction(posting: Posting, *, defers: bool) -> list[Json]:
    """The posting as `listTransactions` tells it; deferred money is told twice."""
    plain = _body(posting, posting.id, "RELEASED", ())
    if not defers:
        return [plain]
    deferred_id = f"{posting.id}-deferred"
    release = _body(posting, posting.id, "RELEASED", (("DEFERRED_TRANSACTION_ID", deferred_id),))
    links = (("RELEASE_TRANSACTION_ID", posting.id),)
    return [_body(posting, deferred_id, "DEFERRED_RELEASED", links), release]


def _body(
    posting: Posting, transaction_id: str, status: str, links: tuple[tuple[str, str], ...]
) -> Json:
    currency = posting.order.currency
    related = [("ORDER_ID", order_id(posting.order)), *links]
    if posting.kind == "Refund":
        related.append(("REFUND_ID", f"RFND{posting.serial}"))
    related.append(("FINANCIAL_EVENT_GROUP_ID", group_id(posting.at)))
    goods = sum((net for _, _, net, _ in posting.items), start=_ZERO)
    sales: list[_Tree] = [("ProductCharges", goods, []), ("Shipping", posting.shipping, [])]
    sales += [("Tax", posting.tax, [])]
    fees: list[_Tree] = [("Commission", -posting.commission, [])]
    expenses: list[_Tree] = [("AmazonFees", -posting.commission, fees)]
    expenses += [("MarketplaceWithheldTax", -posting.tax, [])]
    tree = [
        ("Sales", posting.sales, sales),
        ("Expenses", -posting.commission - posting.tax, expenses),
    ]
    return {
        "sellingPartnerMetadata": {"sellingPartnerId": SELLER, "marketplaceId": MARKETPLACE},
        "marketplaceDetails": {"marketplaceId": MARKETPLACE, "marketplaceName": "Amazon.com"},
        "relatedIdentifiers": [
            {"relatedIdentifierName": name, "relatedIdentifierValue": value}
            for name, value in related
        ],
        "transactionType": posting.kind,
        "transactionId": transaction_id,
        "transactionStatus": status,
        "postedDate": text(posting.at),
        "totalAmount": amount(posting.net, currency, "currencyAmount", "currencyCode"),
        "items": [_item(posting, index) for index in range(len(posting.items))],
        "contexts": [],
        "breakdowns": [_branch(each, currency) for each in tree],
    }


def _item(posting: Posting, index: int) -> Json:
    """One item with its own tree; the shipping is told with the first."""
    sku, units, net, tax = posting.items[index]
    currency = posting.order.currency
    taxes: list[_Tree] = [("OurPriceTax", tax, [])]
    tree: list[_Tree] = [("ProductCharges", net, [("OurPricePrincipal", net, [])])]
    if index == 0 and posting.shipping:
        tree.append(("Shipping", posting.shipping, [("ShippingPrincipal", posting.shipping, [])]))
    if index == 0 and posting.shipping_tax:
        taxes.append(("ShippingTax", posting.shipping_tax, []))
    tree.append(("Tax", sum((part for _, part, _ in taxes), start=_ZERO), taxes))
    return {
        "description": sku,
        "relatedIdentifiers": [],
        "breakdowns": [_branch(each, currency) for each in tree],
        "contexts": [
            {"contextType": "ProductContext", "sku": sku, "quantityShipped": units},
        ],
    }


def _branch(branch: _Tree, currency: str) -> Json:
    name, value, parts = branch
    return {
        "breakdownType": name,
        "breakdownAmount": amount(value, currency, "currencyAmount", "currencyCode"),
        "breakdowns": [_branch(part, currency) for part in parts] or None,
    }


def group_number(at: datetime) -> int:
    """Which settlement a moment falls into."""
    return int((at - _EPOCH) / GROUP_LENGTH)


def group_id(at: datetime) -> str:
    """Amazon's id of the settlement that a moment falls into."""
    return f"GRP{group_number(at):04d}"


def group(number: int, total: Decimal, currency: str, now: datetime) -> Json:
    """A settlement as `listFinancialEventGroups` tells it; closed ones were paid two days later."""
    begun = _EPOCH + GROUP_LENGTH * number
    ended = begun + GROUP_LENGTH
    body: Json = {
        "FinancialEventGroupId": f"GRP{number:04d}",
        "ProcessingStatus": "Closed" if ended <= now else "Open",
        "OriginalTotal": amount(total, currency, "CurrencyAmount", "CurrencyCode"),
        "BeginningBalance": amount(_ZERO, currency, "CurrencyAmount", "CurrencyCode"),
        "FinancialEventGroupStart": text(begun),
    }
    if ended <= now:
        body["FinancialEventGroupEnd"] = text(ended)
        body["FundTransferStatus"] = "Succeeded"
        body["FundTransferDate"] = text(ended + timedelta(days=2))
        body["TraceId"] = f"TRACE{number:04d}"
    return body


def amount(value: Decimal, currency: str, amount_name: str, currency_name: str) -> Json:
    """Money of Finances: a JSON number."""
    return {currency_name: currency, amount_name: value.quantize(Decimal("0.01"))}
