"""The parts that Shopify's documents are made of: money in two currencies, taxes, people, payments.

REST resources and webhooks have this shape; what the GraphQL API answers is brought into it first.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from carts.adapter import Code, Problem
from carts.documents import Node, believed_currency
from commerce.money import Money, total
from commerce.orders import (
    Address,
    Buyer,
    Payment,
    PaymentKind,
    PaymentState,
    Ref,
    TaxCollector,
    TaxLine,
)

CART = "shopify"

_KINDS = {
    "authorization": PaymentKind.AUTHORIZATION,
    "emv_authorization": PaymentKind.AUTHORIZATION,
    "capture": PaymentKind.CAPTURE,
    "sale": PaymentKind.SALE,
    "void": PaymentKind.VOID,
    "refund": PaymentKind.REFUND,
}
_SUGGESTIONS = frozenset({"suggested_refund"})
_STATES = {
    "success": PaymentState.SUCCESS,
    "pending": PaymentState.PENDING,
    "awaiting_response": PaymentState.PENDING,
    "failure": PaymentState.FAILURE,
    "error": PaymentState.FAILURE,
}


def shop_money(node: Node, name: str, currency: str) -> Money | None:
    """The amount in the shop's currency; None when the document does not state it.

    It may stand as `name`, as `name_set.shop_money`, or as both: then they must agree.
    """
    plain = node.money(name, currency)
    pair = node.node(f"{name}_set")
    shop = pair.node("shop_money") if pair else None
    if shop is None:
        return plain
    if shop.text("currency_code") != currency:
        shop.refuse("currency_code", "the shop's currency")
    amount = shop.money("amount", currency)
    if plain is not None and amount is not None and plain.amount != amount.amount:
        node.refuse(name, "the same as its shop_money")
    return amount


def required_money(node: Node, name: str, currency: str) -> Money:
    """The amount in the shop's currency, which must be there."""
    amount = shop_money(node, name, currency)
    if amount is None:
        node.refuse(name, "given")
        return Money.zero(currency)
    return amount


def money_or_zero(node: Node, name: str, currency: str) -> Money:
    """The amount in the shop's currency; zero when the document does not state it."""
    return shop_money(node, name, currency) or Money.zero(currency)


def own_money(node: Node, name: str, currency: str) -> Money:
    """The amount of a member that is an amount itself: as `name`, or the node is its own pair.

    Duties of REST are such pairs: `shop_money` stands beside their code and taxes.
    """
    pair = {f"{name}_set": node.members} if node.has("shop_money") else node.members
    return required_money(type(node)(pair, node.place, node.problems), name, currency)


def read_currency(node: Node, name: str) -> str:
    """A required currency code; a harmless one where there is none, with a problem noted."""
    return believed_currency(node, node.text(name), name)


def discounts(node: Node, currency: str) -> Money:
    """The discounts allocated to a line: `total_discount` leaves out those of the whole order.

    API versions that know no allocations tell `total_discount` alone.
    """
    if not node.has("discount_allocations"):
        return money_or_zero(node, "total_discount", currency)
    allocated = node.nodes("discount_allocations")
    return total((required_money(each, "amount", currency) for each in allocated), currency)


def tax_lines(node: Node, currency: str) -> tuple[TaxLine, ...]:
    """The taxes of a line, shipping line, duty or order."""
    return tuple(
        TaxLine(
            title=tax.text("title"),
            amount=required_money(tax, "price", currency),
            rate=tax.decimal("rate"),
            collected_by=_collector(tax),
        )
        for tax in node.nodes("tax_lines")
    )


def _collector(tax: Node) -> TaxCollector:
    """Who owes it: an explicit null is unknown, an absent member means the seller (R-1.6)."""
    if not tax.has("channel_liable"):
        return TaxCollector.SELLER
    if tax.get("channel_liable") is None:
        return TaxCollector.UNKNOWN
    return TaxCollector.MARKETPLACE if tax.flag("channel_liable") else TaxCollector.SELLER


def address(node: Node | None, email: str = "") -> Address | None:
    """A postal address with its person."""
    if node is None:
        return None
    name = node.text("name") or f"{node.text('first_name')} {node.text('last_name')}".strip()
    return Address(
        name=name,
        company=node.text("company"),
        line1=node.text("address1"),
        line2=node.text("address2"),
        city=node.text("city"),
        region_code=node.text("province_code"),
        postal_code=node.text("zip"),
        country=node.text("country_code"),
        phone=node.text("phone"),
        email=email,
    )


def buyer(order: Node) -> Buyer:
    """Who bought; a guest has no id, nor has whom the shop may not name to us."""
    customer = order.node("customer")
    billing = order.node("billing_address")
    email = order.text("email") or order.text("contact_email")
    company = billing.text("company") if billing else ""
    if customer is None:
        name = billing.text("name") if billing else ""
        return Buyer(email=email, name=name, company=company)
    name = f"{customer.text('first_name')} {customer.text('last_name')}".strip()
    return Buyer(
        id=customer.optional_identifier("id"),
        email=email or customer.text("email"),
        name=name or (billing.text("name") if billing else ""),
        company=company,
        tax_exempt=order.flag("tax_exempt") or customer.flag("tax_exempt"),
    )


def payments(nodes: Iterable[Node], store: str) -> tuple[Payment, ...]:
    """The transactions that moved or may move money."""
    read = (payment(node, store) for node in nodes)
    return tuple(each for each in read if each is not None)


def payment(node: Node, store: str) -> Payment | None:
    """One transaction in the currency it states; None for kinds that move no money.

    Change given at a till is a problem of a transaction by itself: what was received is told by the
    order with all of them (`tills`).
    """
    kind_name = node.text("kind").lower()
    if kind_name in _SUGGESTIONS:
        return None
    kind = _KINDS.get(kind_name)
    if kind is None:
        message = "is a kind of transaction that is not understood"
        node.problems.append(Problem(Code.PAYMENT_UNDECIDED, node.at("kind"), message))
        return None
    state = _STATES.get(node.text("status").lower())
    if state is None:
        message = "is a state of a transaction that is not understood"
        node.problems.append(Problem(Code.PAYMENT_UNDECIDED, node.at("status"), message))
        return None
    currency = read_currency(node, "currency")
    amount = node.money("amount", currency)
    if amount is None or amount.is_negative:
        node.refuse("amount", "an amount of zero or more")
        amount = Money.zero(currency)
    return Payment(
        ref=Ref(CART, store, "payment", node.identifier("id")),
        order_id=node.optional_identifier("order_id"),
        kind=kind,
        state=state,
        gateway=node.text("gateway"),
        amount=amount,
        processed_at=_moment(node),
        parent_id=node.optional_identifier("parent_id"),
        external_id=node.text("payment_id"),
        is_test=node.flag("test"),
        card_id=_card(node),
    )


def _card(node: Node) -> str:
    """The gift card that a transaction drew on, as its receipt names it; empty for other money."""
    receipt = node.node("receipt") if node.text("gateway") == "gift_card" else None
    return receipt.optional_identifier("gift_card_id") if receipt else ""


def _moment(node: Node) -> datetime:
    """When the gateway did it; transactions that are still pending may not say."""
    found = node.instant("processed_at") or node.instant("created_at")
    if found is None:
        node.refuse("processed_at", "given")
        return datetime(1970, 1, 1, tzinfo=UTC)
    return found
