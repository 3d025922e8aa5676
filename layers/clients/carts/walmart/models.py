"""The parts that Walmart's orders are made of: charges, line states, moments, people."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from carts.adapter import Code, Problem
from carts.documents import Node
from commerce.money import Money
from commerce.orders import Address, Buyer, TaxCollector, TaxLine

CART = "walmart"
CURRENCY = "USD"
"""Walmart US trades in dollars; Mexico and Canada have other schemas (carts reference §9.1)."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MILLISECONDS = 7_258_118_400_000  # 2200-01-01
_LONGEST_MILLISECONDS = 13
_COUNTRIES = {"USA": "US", "CAN": "CA", "MEX": "MX", "PRI": "PR"}


class ChargesPer(StrEnum):
    """What the amount of a charge is per, where a line holds several units.

    Walmart does not document it (U3): such lines are held until the store's secret says it.
    """

    UNKNOWN = ""
    LINE = "line"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class ChargeAmount:
    """One charge of a line as the cart states it, signed."""

    node: Node
    kind: str
    name: str
    amount: Money
    taxes: tuple[TaxLine, ...]

    @property
    def tax(self) -> Money:
        """Its tax, signed as stated; zero when there is none."""
        return self.taxes[0].amount if self.taxes else Money.zero(CURRENCY)

    def times(self, units: Decimal) -> ChargeAmount:
        """The charge of so many units."""
        taxes = tuple(replace(tax, amount=tax.amount * units) for tax in self.taxes)
        return replace(self, amount=self.amount * units, taxes=taxes)


def dollars(node: Node | None, parent: Node, name: str) -> Money:
    """A required `{currency, amount}` in US dollars."""
    if node is None:
        parent.refuse(name, "given")
        return Money.zero(CURRENCY)
    if node.text("currency") != CURRENCY:
        node.refuse("currency", "USD: Walmart Mexico and Canada need adapters of their own")
    amount = node.money("amount", CURRENCY)
    if amount is None:
        node.refuse("amount", "given")
        return Money.zero(CURRENCY)
    return amount


def charge(node: Node) -> ChargeAmount:
    """One charge with its tax, which Walmart collects and remits in the US.

    A tax without an amount is none.
    """
    tax = node.node("tax")
    told = tax.node("taxAmount") if tax else None
    taxes: tuple[TaxLine, ...] = ()
    if tax is not None and told is not None and told.get("amount") is not None:
        amount = dollars(told, tax, "taxAmount")
        if amount:
            title = tax.text("taxName") or "Tax"
            taxes = (TaxLine(title, amount, collected_by=TaxCollector.MARKETPLACE),)
    return ChargeAmount(
        node=node,
        kind=node.text("chargeType").upper(),
        name=node.text("chargeName"),
        amount=dollars(node.node("chargeAmount"), node, "chargeAmount"),
        taxes=taxes,
    )


def moment(node: Node, name: str) -> datetime | None:
    """A time given in milliseconds since 1970, as ISO 8601 in returns; None when absent or null."""
    value = node.get(name)
    if value is None:
        return None
    if isinstance(value, str) and not value.isdecimal():
        return node.instant(name)
    if isinstance(value, str) and value.isascii() and len(value) <= _LONGEST_MILLISECONDS:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LATEST_MILLISECONDS:
        return EPOCH + timedelta(milliseconds=value)
    node.refuse(name, "milliseconds since 1970")
    return EPOCH


def required_moment(node: Node, name: str) -> datetime:
    """A time in milliseconds that must be there."""
    found = moment(node, name)
    if found is None:
        node.refuse(name, "given")
        return EPOCH
    return found


def quantity(node: Node | None) -> Decimal:
    """A quantity `{unitOfMeasurement, amount}`; zero when absent."""
    return (node.decimal("amount") if node else None) or Decimal(0)


def hold(node: Node, name: str, code: Code, message: str, difference: Money | None = None) -> None:
    """Note why the document cannot be believed as it is."""
    node.problems.append(Problem(code, node.at(name) or "document", message, difference))


def address(order: Node) -> Address | None:
    """Where the goods go; Walmart tells no billing address."""
    info = order.node("shippingInfo")
    postal = info.node("postalAddress") if info else None
    if info is None or postal is None:
        return None
    country = postal.text("country")
    return Address(
        name=postal.text("name"),
        line1=postal.text("address1"),
        line2=postal.text("address2"),
        city=postal.text("city"),
        region_code=postal.text("state"),
        postal_code=postal.text("postalCode"),
        country=_COUNTRIES.get(country, country),
        phone=info.text("phone"),
        email=order.text("customerEmailId"),
    )


def buyer(order: Node, shipping: Address | None) -> Buyer:
    """Who bought, behind Walmart's relay address."""
    return Buyer(
        id=order.optional_identifier("buyerId"),
        email=order.text("customerEmailId"),
        name=shipping.name if shipping else "",
        is_relay_email=True,
    )
