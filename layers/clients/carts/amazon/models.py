"""The parts that Amazon's orders are made of: amounts, breakdowns, people."""

from __future__ import annotations

from dataclasses import dataclass

from carts.adapter import Code, Problem
from carts.documents import Node
from commerce.money import Money, total
from commerce.orders import Address, Buyer, TaxCollector

CART = "amazon"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One `proceeds.breakdowns[]` entry: its sum, and its parts by subtype."""

    node: Node
    type: str
    amount: Money
    parts: dict[str, Money]


def money(parent: Node | None, name: str, currency: str) -> Money | None:
    """An `{amount, currencyCode}`; None when absent or null. An order has one currency."""
    node = parent.node(name) if parent else None
    if node is None:
        return None
    if node.text("currencyCode") != currency:
        node.refuse("currencyCode", "the order's currency")
    found = node.money("amount", currency)
    if found is None:
        node.refuse("amount", "given")
    return found


def required_money(parent: Node, name: str, currency: str) -> Money:
    """An `{amount, currencyCode}` that must be there."""
    found = money(parent, name, currency)
    if found is None:
        parent.refuse(name, "given")
        return Money.zero(currency)
    return found


def breakdowns(proceeds: Node | None, currency: str) -> list[Breakdown]:
    """The breakdowns of an item or order; parts that do not add up to theirs are held."""
    found = []
    for node in proceeds.nodes("breakdowns") if proceeds else ():
        amount = required_money(node, "subtotal", currency)
        parts: dict[str, Money] = {}
        for part in node.nodes("detailedBreakdowns"):
            name = part.text("subtype").upper()
            value = required_money(part, "value", currency)
            parts[name] = parts.get(name, Money.zero(currency)) + value
        difference = amount - total(parts.values(), currency)
        if parts and difference:
            message = "its details do not add up to it"
            hold(node, "subtotal", Code.UNBALANCED, message, difference)
        found.append(Breakdown(node, node.text("type").upper(), amount, parts))
    return found


def hold(node: Node, name: str, code: Code, message: str, difference: Money | None = None) -> None:
    """Note why the document cannot be believed as it is."""
    node.problems.append(Problem(code, node.at(name) or "document", message, difference))


def collector(item: Node) -> TaxCollector:
    """Who remits the tax of an item: without a collection model, the seller (R-1.6)."""
    tax = item.node("tax")
    models = {each.text("model") for each in tax.nodes("taxCollections")} if tax else set()
    if not models:
        return TaxCollector.SELLER
    is_facilitated = models == {"MARKETPLACE_FACILITATOR"}
    return TaxCollector.MARKETPLACE if is_facilitated else TaxCollector.UNKNOWN


def address(order: Node) -> Address | None:
    """Where the goods go; Amazon tells no billing address."""
    recipient = order.node("recipient")
    node = recipient.node("deliveryAddress") if recipient else None
    if node is None:
        return None
    return Address(
        name=node.text("name"),
        company=node.text("companyName"),
        line1=node.text("addressLine1"),
        line2=node.text("addressLine2"),
        city=node.text("city"),
        region_code=node.text("stateOrRegion"),
        postal_code=node.text("postalCode"),
        country=node.text("countryCode"),
        phone=node.text("phone"),
    )


def buyer(order: Node) -> Buyer:
    """Who bought, behind Amazon's relay address."""
    node = order.node("buyer")
    if node is None:
        return Buyer(is_relay_email=True)
    return Buyer(
        email=node.text("buyerEmail"),
        name=node.text("buyerName"),
        company=node.text("buyerCompanyName"),
        is_relay_email=True,
    )
