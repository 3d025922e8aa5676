"""Facts of a shop in few words: orders, parcels, captures and refunds for the worked journals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from commerce.money import Money, total
from commerce.orders import (
    Facts,
    FulfillmentStatus,
    Fulfilment,
    FulfilmentLine,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Ref,
    Refund,
    RefundLine,
    Restock,
    ShippingLine,
    TaxLine,
    Version,
)
from shared.policy.mapping import Definitions, ItemRule, Items, Mapping, Role, TaxRule, Tender
from shared.policy.switches import PostingPolicy
from shared.postings.book import StoreBook

USD = "USD"
STATE, CITY, DISTRICT = "New York State Tax", "New York City Tax", "MTA District Tax"

ACCOUNTS = {
    Role.BANK: "1010",
    Role.RECEIVABLE: "1200",
    Role.INVENTORY: "1300",
    Role.CUSTOMER_ADVANCES: "2050",
    Role.REFUNDS_PAYABLE: "2060",
    Role.MARKETPLACE_TAX: "2105",
    Role.DUTIES_COLLECTED: "2120",
    Role.GIFT_CARDS: "2200",
    Role.GIFT_CARD_DISCOUNT: "2201",
    Role.STORE_CREDIT: "2210",
    Role.DEFERRED_REVENUE: "2300",
    Role.TIPS_PAYABLE: "2350",
    Role.PRODUCT_REVENUE: "4000",
    Role.SHIPPING_REVENUE: "4010",
    Role.FEE_REVENUE: "4010",
    Role.RESTOCKING_FEE_REVENUE: "4030",
    Role.DISCOUNTS: "4090",
    Role.RETURNS: "4095",
    Role.COST_OF_GOODS: "5000",
    Role.INVENTORY_WRITE_DOWN: "5050",
    Role.ROUNDING: "7900",
}
TAXES = (
    TaxRule(STATE, "2100-NYS", "TAX-NYS"),
    TaxRule(CITY, "2100-NYC", "TAX-NYC"),
    TaxRule(DISTRICT, "2100-MTA", "TAX-MTA"),
    TaxRule("VAT", "2110", "TAX-VAT"),
)
TENDERS = (
    Tender("shopify_payments", "1100", financial_entity="CLR-SHOPIFY"),
    Tender("Cash on Delivery (COD)", "1101", financial_entity="CLR-PAYPAL"),
    Tender("Bank Deposit", "1010", financial_entity="BANK"),
    Tender("gift_card", "2200", undeposited_account="2200"),
    Tender("shopify_store_credit", "2210", undeposited_account="2210"),
)
ITEMS = Items(
    default="WEB-GOODS",
    shipping="SHIPPING",
    discount="DISCOUNT",
    tip="TIP",
    duty="DUTY",
    fee="FEE",
    gift_card="GIFT-CARD",
    gift_card_discount="GIFT-CARD-DISCOUNT",
    deferred="DEFERRED",
    marketplace_tax="MKT-TAX",
    rounding="ROUNDING",
)


def mapping(**changes: Any) -> Mapping:
    """The mapping of the test shop, with changes."""
    usual = Mapping(
        version="test-1",
        accounts=ACCOUNTS,
        taxes=TAXES,
        tenders=TENDERS,
        item_rules=(ItemRule("TEE", "TEE"), ItemRule("MUG", "MUG")),
        items=ITEMS,
        definitions=Definitions(),
        location="100",
        term="Net 30",
    )
    return replace(usual, **changes)


def book(*, chart: Mapping | None = None, **policy: Any) -> StoreBook:
    """The books that the test shop posts to, with policy switches."""
    return StoreBook(
        tenant="acme",
        entity="100",
        zone="America/New_York",
        base_currency=USD,
        store="shop",
        mapping=chart or mapping(),
        policy=PostingPolicy(**policy),
        customer="C-ADA",
    )


def usd(amount: str) -> Money:
    """Dollars."""
    return Money.of(amount, USD)


def day(number: int, hour: int = 15) -> datetime:
    """An instant of March 2026, well inside the New York day."""
    return datetime(2026, 3, number, hour, tzinfo=UTC)


def ref(kind: str, name: str) -> Ref:
    """A document of the shop."""
    return Ref("shopify", "shop", kind, name)


def tax(title: str, amount: str) -> TaxLine:
    """A tax that the seller owes."""
    return TaxLine(title, usd(amount))


def line(
    name: str,
    price: str,
    quantity: int = 1,
    *,
    discount: str = "0.00",
    sku: str = "",
    cost: str = "",
    **more: Any,
) -> OrderLine:
    """An order line; the name is its id, and its SKU unless another is given."""
    return OrderLine(
        id=name,
        sku=sku or name.upper(),
        title=name,
        quantity=Decimal(quantity),
        unit_price=usd(price),
        gross=usd(price) * quantity,
        discount=usd(discount),
        unit_cost=usd(cost) if cost else None,
        **more,
    )


def shipping(amount: str, *, discount: str = "0.00", taxes: tuple[TaxLine, ...] = ()) -> Any:
    """The one shipping charge of an order."""
    return (ShippingLine("standard", "Standard", usd(amount), usd(discount), taxes),)


def order(*lines: OrderLine, at: datetime | None = None, **more: Any) -> Order:
    """An order whose total is what its parts add up to."""
    placed_at = at or day(1)
    usual: dict[str, Any] = {
        "ref": ref("order", "order-1"),
        "number": "#2001",
        "version": Version(placed_at, "1"),
        "placed_at": placed_at,
        "status": OrderStatus.OPEN,
        "payment_status": PaymentStatus.PENDING,
        "fulfillment_status": FulfillmentStatus.UNFULFILLED,
        "currency": USD,
        "lines": lines,
        "total": usd("0.00"),
    }
    made = Order(**{**usual, **more})
    return made if "total" in more else replace(made, total=_total(made))


def _total(made: Order) -> Money:
    parts = [sold.net for sold in made.sale_lines]
    parts += [sent.amount - sent.discount for sent in made.shipping_lines]
    parts += [charge.amount for charge in made.charges]
    if not made.tax_included:
        parts += [one.amount for one in made.all_taxes]
    return total(parts, USD) - total((card.amount for card in made.gift_cards_applied), USD)


def captured(name: str, amount: str, at: datetime, gateway: str = "shopify_payments") -> Payment:
    """A capture that succeeded."""
    paid = _payment(PaymentKind.CAPTURE, name, amount, at)
    return replace(paid, gateway=gateway)


def given_back(
    amount: str,
    at: datetime,
    *,
    gateway: str = "shopify_payments",
    state: PaymentState = PaymentState.SUCCESS,
    name: str = "refund-money",
) -> Payment:
    """The money of a refund."""
    money = _payment(PaymentKind.REFUND, name, amount, at)
    return replace(money, gateway=gateway, state=state)


def _payment(kind: PaymentKind, name: str, amount: str, at: datetime) -> Payment:
    return Payment(
        ref=ref("payment", name),
        order_id="order-1",
        kind=kind,
        state=PaymentState.SUCCESS,
        gateway="shopify_payments",
        amount=usd(amount),
        processed_at=at,
    )


def parcel(name: str, at: datetime, **quantities: int) -> Fulfilment:
    """A parcel with so many of each line."""
    lines = tuple(FulfilmentLine(key, Decimal(count)) for key, count in quantities.items())
    return Fulfilment(ref("fulfilment", name), "order-1", at, lines)


def back(
    name: str,
    quantity: int,
    subtotal: str,
    tax_: str = "0.00",
    restock: Restock = Restock.RETURN,
) -> RefundLine:
    """A refunded line."""
    return RefundLine(name, Decimal(quantity), usd(subtotal), usd(tax_), restock)


def refund(*lines: RefundLine, at: datetime, name: str = "refund-1", **more: Any) -> Refund:
    """A refund of some lines."""
    return Refund(ref("refund", name), "order-1", at, USD, lines, **more)


def facts(known: Order | None, *parts: Payment | Fulfilment | Refund) -> Facts:
    """What is known of an order."""
    return Facts(
        ref=ref("order", "order-1"),
        order=known,
        payments=tuple(part for part in parts if isinstance(part, Payment)),
        fulfilments=tuple(part for part in parts if isinstance(part, Fulfilment)),
        refunds=tuple(part for part in parts if isinstance(part, Refund)),
    )
