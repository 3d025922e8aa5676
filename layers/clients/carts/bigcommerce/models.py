"""The parts that BigCommerce's orders are made of: amounts, moments, people (reference §11)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from carts.adapter import Code, Problem
from carts.documents import Node, believed_currency
from commerce.money import Money
from commerce.orders import Address, Buyer, TaxLine

CART = "bigcommerce"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1971, 2199


def currency_of(order: Node) -> str:
    """The currency of the amounts; held where buyer and shop had two.

    Which of the two the amounts are in is not documented.
    """
    code = believed_currency(order, order.text("currency_code"), "currency_code")
    other = order.text("default_currency_code")
    if other and other != code:
        message = f"is not {code}: in which of the two the amounts are is not documented"
        hold(order, "default_currency_code", message, code=Code.CONFIGURATION_MISSING)
    return code


def amount(node: Node, name: str, currency: str) -> Money:
    """An amount; zero when absent or null."""
    return node.money(name, currency) or Money.zero(currency)


def required_amount(node: Node, name: str, currency: str) -> Money:
    """An amount that must be there."""
    found = node.money(name, currency)
    if found is None:
        node.refuse(name, "given")
        return Money.zero(currency)
    return found


def moment(node: Node, name: str) -> datetime | None:
    """A time as RFC 2822 (V2) or ISO 8601 (V3); None when absent, null or empty."""
    value = node.get(name)
    if value in (None, ""):
        return None
    if isinstance(value, str) and value[:1].isalpha():
        try:
            found = parsedate_to_datetime(value)
            if found.tzinfo is not None and _FIRST_YEAR <= found.year <= _LAST_YEAR:
                return found.astimezone(UTC)
        except (TypeError, ValueError, IndexError, OverflowError):
            pass
        node.refuse(name, "a believable instant with a zone (RFC 2822)")
        return EPOCH
    return node.instant(name)


def required_moment(node: Node, name: str) -> datetime:
    """A time that must be there."""
    found = moment(node, name)
    if found is None:
        node.refuse(name, "given")
        return EPOCH
    return found


def tax(part: Money) -> tuple[TaxLine, ...]:
    """A tax that the seller owes; none where it is zero."""
    return (TaxLine("Tax", part),) if part else ()


def hold(
    node: Node, name: str, message: str, difference: Money | None = None, *, code: Code
) -> None:
    """Note why the document cannot be believed as it is."""
    node.problems.append(Problem(code, node.at(name) or "document", message, difference))


def address(node: Node | None) -> Address | None:
    """A postal address with its person."""
    if node is None:
        return None
    return Address(
        name=f"{node.text('first_name')} {node.text('last_name')}".strip(),
        company=node.text("company"),
        line1=node.text("street_1"),
        line2=node.text("street_2"),
        city=node.text("city"),
        region_code=node.text("state"),
        postal_code=node.text("zip"),
        country=node.text("country_iso2"),
        phone=node.text("phone"),
        email=node.text("email"),
    )


def buyer(order: Node, billing: Address | None) -> Buyer:
    """Who bought; a guest has the id 0."""
    return Buyer(
        id="" if is_guest(order) else order.identifier("customer_id"),
        email=billing.email if billing else "",
        name=billing.name if billing else "",
        company=billing.company if billing else "",
    )


def is_guest(order: Node) -> bool:
    """Whether nobody was signed in."""
    return order.get("customer_id") in (0, "0", None)
