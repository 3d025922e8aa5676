"""The values that stored orders carry, and what a document does with each, for its authors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from commerce.orders import Facts, Order, TaxCollector
from shared.policy.mapping import Mapping, RuleScope
from shared.postings.book import StoreBook


class Sort(StrEnum):
    """The sorts of values that finance maps."""

    GATEWAY = "gateway"
    TAX = "tax title"
    SHIPPING = "shipping method"
    CURRENCY = "currency"
    LOCATION = "location"
    PRODUCT_TYPE = "product type"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Seen:
    """A value, how many orders carry it, and the part of the mapping that covers it, if any."""

    store: str
    sort: Sort
    value: str
    orders: int
    covered_by: str = ""


def values_of(facts: Facts) -> Iterator[tuple[Sort, str]]:
    """Every value of an order that a mapping may name."""
    for payment in facts.payments:
        yield Sort.GATEWAY, payment.gateway
    if facts.order is not None:
        yield from _of_order(facts.order)


def _of_order(order: Order) -> Iterator[tuple[Sort, str]]:
    for tax in order.all_taxes:
        if tax.collected_by is not TaxCollector.MARKETPLACE:
            yield Sort.TAX, tax.title
    for line in order.shipping_lines:
        yield Sort.SHIPPING, line.title
    for sold in order.sale_lines:
        yield Sort.PRODUCT_TYPE, sold.product_type
    yield Sort.CURRENCY, order.currency
    yield Sort.LOCATION, order.location_id
    yield Sort.CHANNEL, order.sub_channel
    yield Sort.CHANNEL, order.channel


def covered_by(book: StoreBook, sort: Sort, value: str) -> str:
    """What in the store's document looks at the value; empty where nothing does."""
    mapping, wanted = book.mapping, value.casefold()
    match sort:
        case Sort.GATEWAY:
            return _first(_names(mapping, "tenders", "gateway"), wanted, "tenders")
        case Sort.TAX:
            return _first(_names(mapping, "taxes", "title"), wanted, "taxes")
        case Sort.SHIPPING:
            return "items.shipping" if mapping.items.shipping else ""
        case Sort.CURRENCY:
            return "the entity's books" if value == book.base_currency else ""
        case Sort.PRODUCT_TYPE | Sort.CHANNEL:
            scope = RuleScope.CHANNEL if sort is Sort.CHANNEL else RuleScope.PRODUCT_TYPE
            names = [rule.value if rule.scope is scope else "" for rule in mapping.line_rules]
            return _first(names, wanted, "line_rules")
        case Sort.LOCATION:
            return ""


def _names(mapping: Mapping, rules: str, member: str) -> list[str]:
    return [getattr(rule, member) for rule in getattr(mapping, rules)]


def _first(names: list[str], wanted: str, path: str) -> str:
    for number, name in enumerate(names):
        if name and name.casefold() == wanted:
            return f"{path}[{number}]"
    return ""
