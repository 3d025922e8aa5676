"""The parts that Magento's documents are made of: times, money, people, rows of families.

All amounts are net of tax, of the side that `sides.py` chose; gross twins (`*_incl_tax`) are not
read (carts reference §5.4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from carts.documents import Node, believed_currency
from commerce.money import Money, total
from commerce.orders import Address, Buyer

CART = "magento"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_YEAR = 2199


def utc(node: Node, name: str) -> datetime:
    """A required time (`2026-04-02 08:15:00`); it states no zone and is kept in UTC (U7)."""
    value = node.get(name)
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if _EPOCH.year < moment.year <= _LAST_YEAR:
            return moment
    except (TypeError, ValueError, OverflowError):
        pass
    node.refuse(name, "a believable time")
    return _EPOCH


def currency_of(node: Node) -> str:
    """The currency of what is read; a harmless one where there is none, with a problem noted."""
    name = "order_currency_code"
    return believed_currency(node, node.text(name), name)


def required_money(node: Node, name: str, currency: str) -> Money:
    """An amount that must be there."""
    amount = node.money(name, currency)
    if amount is None:
        node.refuse(name, "given")
        return Money.zero(currency)
    return amount


def money_or_zero(node: Node, name: str, currency: str) -> Money:
    """An amount; zero when the document does not state it."""
    return node.money(name, currency) or Money.zero(currency)


def extended_money(node: Node, name: str, currency: str) -> Money:
    """An amount of Adobe Commerce: in the document or in its `extension_attributes`, else zero."""
    amount = node.money(name, currency)
    if amount is None:
        extension = node.node("extension_attributes")
        amount = extension.money(name, currency) if extension else None
    return amount or Money.zero(currency)


def waste_fees(found: Iterable[Node], currency: str) -> Money:
    """The fixed product taxes of those rows, which their `row_total` does not hold."""
    name = "weee_tax_applied_row_amount"
    return total((money_or_zero(row, name, currency) for row in found), currency)


def wraps(node: Node, currency: str) -> Iterator[tuple[Money, Money]]:
    """Gift wrap of Adobe Commerce with its tax: of the order, of its items, and the card."""
    for kind in ("gw", "gw_items", "gw_card"):
        amount = extended_money(node, f"{kind}_price", currency)
        tax = extended_money(node, f"{kind}_tax_amount", currency)
        if amount or tax:
            yield amount, tax


def compensation(node: Node, currency: str) -> Money:
    """The tax inside a gross discount; `hidden_tax_amount` is its name in old exports (§5.6)."""
    stated = node.money("discount_tax_compensation_amount", currency)
    return stated if stated is not None else money_or_zero(node, "hidden_tax_amount", currency)


def net_discount(node: Node, currency: str) -> Money:
    """The discount of a row net of tax: the shown one less its compensation (§5.4)."""
    return money_or_zero(node, "discount_amount", currency) - compensation(node, currency)


def rows(node: Node) -> Iterator[Node]:
    """The items of a document, without the copies of parents inside them."""
    yield from node.nodes("items")


def address(node: Node | None) -> Address | None:
    """A postal address with its person; `street` is a list, or one text with line feeds."""
    if node is None:
        return None
    street = _street(node)
    return Address(
        name=f"{node.text('firstname')} {node.text('lastname')}".strip(),
        company=node.text("company"),
        line1=street[0] if street else "",
        line2=", ".join(street[1:]),
        city=node.text("city"),
        region_code=node.text("region_code"),
        postal_code=node.text("postcode"),
        country=node.text("country_id"),
        phone=node.text("telephone"),
        email=node.text("email"),
    )


def _street(node: Node) -> list[str]:
    value = node.get("street")
    lines: Iterable[str] = value.splitlines() if isinstance(value, str) else node.texts("street")
    return [line.strip() for line in lines if line.strip()]


def buyer(order: Node) -> Buyer:
    """Who bought; a guest has no id."""
    billing = address(order.node("billing_address")) or Address()
    name = f"{order.text('customer_firstname')} {order.text('customer_lastname')}".strip()
    customer = order.text("customer_id")
    return Buyer(
        id="" if customer in ("", "0") else order.identifier("customer_id"),
        email=order.text("customer_email") or billing.email,
        name=name or billing.name,
        company=billing.company,
        tax_id=order.text("customer_taxvat"),
    )
