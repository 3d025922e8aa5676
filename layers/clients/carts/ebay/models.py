"""The parts that eBay's orders are made of: amounts with their currency, taxes, people."""

from __future__ import annotations

from carts.adapter import Code, Problem
from carts.documents import Node, believed_currency
from commerce.money import Money, total
from commerce.orders import Address, Buyer, TaxCollector, TaxLine

CART = "ebay"

VAT_INSIDE = frozenset(
    f"EBAY_{code}" for code in ("AT", "BE", "CH", "DE", "ES", "FR", "GB", "IE", "IT", "NL", "PL")
)
"""Marketplaces whose prices hold a VAT that no payload shows (carts reference §8.6)."""


def currency_of(summary: Node | None, order: Node) -> str:
    """The currency of the order's total."""
    node = summary.node("total") if summary else None
    code = node.text("currency") if node else ""
    wanted = "an amount in a currency of ISO 4217"
    return believed_currency(order, code, "pricingSummary.total", wanted)


def amount(parent: Node | None, name: str, currency: str) -> Money | None:
    """A `{value, currency}`; None when absent or null. All amounts of an order share a currency."""
    node = parent.node(name) if parent else None
    if node is None:
        return None
    if node.text("currency") != currency:
        node.refuse("currency", "the order's currency")
    found = node.money("value", currency)
    if found is None:
        node.refuse("value", "given")
    return found


def amount_or_zero(parent: Node | None, name: str, currency: str) -> Money:
    """A `{value, currency}`; zero when absent or null."""
    return amount(parent, name, currency) or Money.zero(currency)


def required_amount(parent: Node, name: str, currency: str) -> Money:
    """A `{value, currency}` that must be there."""
    found = amount(parent, name, currency)
    if found is None:
        parent.refuse(name, "given")
        return Money.zero(currency)
    return found


def hold(node: Node, name: str, code: Code, message: str, difference: Money | None = None) -> None:
    """Note why the document cannot be believed as it is."""
    node.problems.append(Problem(code, node.at(name) or "document", message, difference))


def seller_taxes(line: Node, currency: str) -> tuple[TaxLine, ...]:
    """The taxes of a line that the seller owes."""
    return _taxes(line, "taxes", currency, TaxCollector.SELLER)


def remitted_taxes(line: Node, currency: str) -> tuple[TaxLine, ...]:
    """The taxes of a line that eBay collects and remits; as a rule outside the order's total."""
    return _taxes(line, "ebayCollectAndRemitTaxes", currency, TaxCollector.MARKETPLACE)


def _taxes(line: Node, name: str, currency: str, who: TaxCollector) -> tuple[TaxLine, ...]:
    found = (
        TaxLine(
            title=tax.text("taxType") or "TAX",
            amount=required_amount(tax, "amount", currency),
            collected_by=who,
        )
        for tax in line.nodes(name)
    )
    return tuple(tax for tax in found if tax.amount)


def remitted_total(order: Node, currency: str) -> Money:
    """All tax of the order that eBay collects and remits."""
    lines = order.nodes("lineItems")
    return total((t.amount for li in lines for t in remitted_taxes(li, currency)), currency)


def address(order: Node) -> Address | None:
    """Where the goods go; eBay tells no billing address."""
    for step in order.nodes("fulfillmentStartInstructions"):
        shipping = step.node("shippingStep")
        target = shipping.node("shipTo") if shipping else None
        if target is not None:
            return _address(target)
    return None


def _address(target: Node) -> Address:
    place = target.node("contactAddress") or Node({}, target.place, target.problems)
    phone = target.node("primaryPhone")
    return Address(
        name=target.text("fullName"),
        company=target.text("companyName"),
        line1=place.text("addressLine1"),
        line2=place.text("addressLine2"),
        city=place.text("city"),
        region_code=place.text("stateOrProvince"),
        postal_code=place.text("postalCode"),
        country=place.text("countryCode"),
        phone=phone.text("phoneNumber") if phone else "",
        email=target.text("email"),
    )


def buyer(order: Node, shipping: Address | None) -> Buyer:
    """Who bought; user names change, so they are no id to key customers on (§8.1)."""
    node = order.node("buyer")
    tax = node.node("taxIdentifier") if node else None
    return Buyer(
        id=node.text("username") if node else "",
        email=shipping.email if shipping else "",
        name=shipping.name if shipping else "",
        tax_id=tax.text("taxpayerId") if tax else "",
        is_relay_email=True,
    )
