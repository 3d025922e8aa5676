"""The parts that WooCommerce's documents are made of: times, people, taxes by rate.

All amounts are net of tax, whatever `prices_include_tax` says (carts reference §6.4).
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from carts.documents import Node, believed_currency
from commerce.money import Money, MoneyError, allocate
from commerce.orders import Address, Buyer, TaxLine

CART = "woocommerce"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_YEAR = 2199
_PERCENT = Decimal(100)


def gmt(node: Node, name: str) -> datetime | None:
    """A time of a `*_gmt` member, which states no zone; None when absent, null or empty.

    The members without `_gmt` are the site's local time and are never read (§6.6).
    """
    value = node.get(name)
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if _EPOCH.year < moment.year <= _LAST_YEAR:
            return moment
    except (TypeError, ValueError, OverflowError):
        pass
    node.refuse(name, "a believable time (ISO 8601)")
    return _EPOCH


def required_gmt(node: Node, name: str) -> datetime:
    """A time that must be there."""
    found = gmt(node, name)
    if found is None:
        node.refuse(name, "given")
        return _EPOCH
    return found


def currency_of(node: Node) -> str:
    """The order's one currency; a harmless one where there is none, with a problem noted."""
    return believed_currency(node, node.text("currency"), "currency")


def required_money(node: Node, name: str, currency: str) -> Money:
    """An amount that must be there; an empty text is no amount."""
    amount = money_or_none(node, name, currency)
    if amount is None:
        node.refuse(name, "given")
        return Money.zero(currency)
    return amount


def money_or_none(node: Node, name: str, currency: str) -> Money | None:
    """An amount; None when absent, null or the empty text that the site sends for none."""
    return None if node.get(name) == "" else node.money(name, currency)


def money_or_zero(node: Node, name: str, currency: str) -> Money:
    """An amount; zero when the document does not state it."""
    return money_or_none(node, name, currency) or Money.zero(currency)


def metadata(node: Node, key: str) -> str:
    """The text of the first entry of `meta_data` with that key; empty when there is none.

    The list is everybody's: plug-ins leave values of any type in it, and a list with gaps is sent
    as an object. No order is held for that.
    """
    told = node.get("meta_data")
    entries = told.values() if isinstance(told, dict) else told if isinstance(told, list) else ()
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("key") != key:
            continue
        value = entry.get("value")
        if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            return str(value)
    return ""


class TaxRates:
    """The order's tax rates by the id that its lines refer to."""

    def __init__(self, order: Node) -> None:
        """Read `tax_lines`."""
        self._rates = {str(line.get("rate_id")): _rate(line) for line in order.nodes("tax_lines")}

    def of(self, node: Node, currency: str) -> tuple[TaxLine, ...]:
        """The taxes of a line, shipping line or fee; they add up to its `total_tax`.

        A line's taxes have more decimals than its `total_tax`, which is what the order adds up:
        that amount is split over the rates.
        """
        stated = money_or_zero(node, "total_tax", currency)
        rated = [
            (str(tax.get("id")), money_or_zero(tax, "total", currency))
            for tax in node.nodes("taxes")
        ]
        rated = [(rate, amount) for rate, amount in rated if amount]
        amounts = _shares(stated, [amount for _, amount in rated])
        if len(amounts) != len(rated):
            rated = [("", stated)]
        return tuple(
            self._line(rate, amount)
            for (rate, _), amount in zip(rated, amounts, strict=True)
            if amount
        )

    def _line(self, rate_id: str, amount: Money) -> TaxLine:
        title, rate = self._rates.get(rate_id, ("", None))
        return TaxLine(title=title, amount=amount, rate=rate)


def _rate(line: Node) -> tuple[str, Decimal | None]:
    percent = None if line.get("rate_percent") == "" else line.decimal("rate_percent")
    rate = None if percent is None else percent / _PERCENT
    return line.text("label") or line.text("rate_code"), rate


def _shares(stated: Money, exact: list[Money]) -> list[Money]:
    """The stated tax over the rates; as one amount where it cannot be split."""
    if sum(amount.amount for amount in exact) == stated.amount:
        return exact
    if len(exact) <= 1:
        return [stated]
    try:
        return allocate(stated, [abs(amount.amount) for amount in exact])
    except MoneyError:
        return [stated]


def address(node: Node | None) -> Address | None:
    """A postal address with its person; None when nothing of it is filled in."""
    if node is None:
        return None
    found = Address(
        name=f"{node.text('first_name')} {node.text('last_name')}".strip(),
        company=node.text("company"),
        line1=node.text("address_1"),
        line2=node.text("address_2"),
        city=node.text("city"),
        region_code=node.text("state"),
        postal_code=node.text("postcode"),
        country=node.text("country"),
        phone=node.text("phone"),
        email=node.text("email"),
    )
    return None if found == Address() else found


def buyer(order: Node) -> Buyer:
    """Who bought; customer 0 is a guest."""
    customer = order.text("customer_id")
    found = address(order.node("billing")) or Address()
    return Buyer(
        id="" if customer in ("", "0") else order.identifier("customer_id"),
        email=found.email,
        name=found.name,
        company=found.company,
    )
