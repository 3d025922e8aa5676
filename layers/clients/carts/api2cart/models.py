"""The parts that API2Cart's answers are made of, whatever shape the cart behind it gives them.

A single object may arrive as a list of one, a list may be wrapped in an object, numbers may be
text, dates may be bare (carts reference §10.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from carts.adapter import Code, Problem
from carts.documents import Node, believed_currency, to_identifier
from commerce.money import Money
from commerce.orders import Address, Buyer

CART = "api2cart"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND_DIGITS = 13  # years 2001 to 2286


def unwrap(value: Any) -> Any:
    """The only member of a list of one; anything else as it is."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def child(node: Node, name: str) -> Node | None:
    """A member that is one object, be it in a list of one; None when absent, null or empty."""
    value = unwrap(node.get(name))
    return Node(value, node.at(name), node.problems) if value not in (None, [], "") else None


def children(node: Node, name: str, wrapper: str = "") -> Iterator[Node]:
    """A member that is a list of objects, or a lone object.

    Each may hold the very objects in its `wrapper`: eBay's lines stand as `[{"product": [...]}]`.
    """
    value = node.get(name)
    if value in (None, ""):
        return
    lone = isinstance(value, dict)
    found = [Node(value, node.at(name), node.problems)] if lone else node.nodes(name)
    for each in found:
        if wrapper and each.has(wrapper):
            yield from children(each, wrapper)
        else:
            yield each


def extension(node: Node) -> Node | None:
    """What a cart tells beside the usual members, under either of its names."""
    return child(node, "additional_fields") or child(node, "additional_attributes")


def currency_of(order: Node) -> str:
    """The order's currency: the default field set leaves it out, and it is never guessed."""
    node = child(order, "currency")
    code = node.text("iso3") if node else ""
    return believed_currency(order, code, "currency.iso3")


def amount(node: Node | None, name: str, currency: str) -> Money:
    """An amount; zero when absent or null."""
    found = node.money(name, currency) if node else None
    return found or Money.zero(currency)


def number(node: Node, name: str) -> Decimal:
    """A decimal; zero when absent or null."""
    return node.decimal(name) or Decimal(0)


def is_true(node: Node, name: str) -> bool:
    """A yes, be it a boolean, a number or text (`"False"` is none)."""
    value = node.get(name)
    return value is True or value == 1 or str(value).strip().lower() in ("true", "yes", "1")


def instant(node: Node, name: str) -> datetime | None:
    """A time given as `{value, format}` or as text; bare text is taken as UTC (U11)."""
    value = unwrap(node.get(name))
    if isinstance(value, dict):
        value = value.get("value")
    if value in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return Node({"at": found.isoformat()}, node.place, node.problems).instant("at")
    except (TypeError, ValueError, OverflowError):
        node.refuse(name, "an instant (ISO 8601)")
        return _EPOCH


def milliseconds(node: Node, name: str) -> datetime | None:
    """A time in milliseconds since 1970, as a number or text; None where there is none such.

    Carts pass it on as they have it: no order is held for a mark that only orders its versions.
    """
    text = str(node.get(name))
    is_time = text.isascii() and text.isdecimal() and len(text) == _MILLISECOND_DIGITS
    return _EPOCH + timedelta(milliseconds=int(text)) if is_time else None


def required_instant(node: Node, *names: str) -> datetime:
    """The first of the times that is there."""
    for name in names:
        found = instant(node, name)
        if found is not None:
            return found
    node.refuse(names[0], "given")
    return _EPOCH


def is_bare(node: Node, name: str) -> bool:
    """Whether the time states no zone, so that UTC is an assumption."""
    value = unwrap(node.get(name))
    if isinstance(value, dict):
        value = value.get("value")
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        return False


def hold(
    node: Node, name: str, message: str, difference: Money | None = None, *, code: Code
) -> None:
    """Note why the document cannot be believed as it is."""
    node.problems.append(Problem(code, node.at(name) or "document", message, difference))


def address(order: Node, name: str, email: str = "") -> Address | None:
    """A postal address with its person."""
    node = child(order, name)
    if node is None:
        return None
    country, state = child(node, "country"), child(node, "state")
    return Address(
        name=f"{node.text('first_name')} {node.text('last_name')}".strip(),
        company=node.text("company"),
        line1=node.text("address1"),
        line2=node.text("address2"),
        city=node.text("city"),
        region_code=state.text("code") if state else "",
        postal_code=node.text("postcode"),
        country=country.text("code2") if country else "",
        phone=node.text("phone"),
        email=email,
    )


def buyer(order: Node) -> Buyer:
    """Who bought; all blanks where the marketplace does not say, and no id of a guest (0)."""
    node = child(order, "customer")
    if node is None:
        return Buyer()
    own = to_identifier(node.get("id"))
    return Buyer(
        id="" if own == "0" else own,
        email=node.text("email"),
        name=f"{node.text('first_name')} {node.text('last_name')}".strip(),
    )
