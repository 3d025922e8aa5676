"""Chooses what a line carries by the mapping's rules, the most particular rule first (R-13.2).

The order is SKU, product type, order tag, channel, store, and the entity's own defaults. Of each
value the first rule that names one wins, and is remembered as the line's hit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from commerce.orders import Order, OrderLine
from intacct.documents import Dimensions
from shared.policy.mapping import ItemRule, LineRule, RuleScope
from shared.postings.articles import article_of_line
from shared.postings.book import StoreBook
from shared.postings.hits import Hit

_VALUES = ("location", "department", "class_id", "project")


@dataclass(frozen=True, slots=True)
class Selectors:
    """What rules see of an order besides its lines."""

    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


def selectors_of(order: Order) -> Selectors:
    """The selectors of an order as the cart tells it now."""
    channels = tuple(name for name in (order.sub_channel, order.channel) if name)
    return Selectors(order.tags, channels)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a line carries, and the hits that chose it; `account` is empty for the role's own."""

    dimensions: Dimensions
    hits: tuple[Hit, ...]
    item: str = ""
    account: str = ""


class LineRules:
    """The rules of one store's mapping, asked for the lines of one order."""

    def __init__(self, book: StoreBook, selectors: Selectors) -> None:
        """`selectors` are those under which the order is booked."""
        self._book = book
        self._mapping = book.mapping
        self._tags = {tag.casefold() for tag in selectors.tags}
        self._channels = {channel.casefold() for channel in selectors.channels}
        self._numbered = list(enumerate(book.mapping.line_rules))
        self._of_order = list(self._order_rules())
        self._usual = self._choose(self._of_order)

    @property
    def usual(self) -> Chosen:
        """What revenue and expense lines carry that belong to no goods: shipping, charges."""
        return self._usual

    def goods(self, line: OrderLine) -> Chosen:
        """What a line of goods carries.

        A rule for its very SKU comes before the item that its article is linked to, and that before
        wider rules. No item where nothing names one; the catch-all sells only for stores that link
        no articles.
        """
        rules = [*self._line_rules(line), *self._of_order]
        chosen = self._stored(self._choose(rules))
        linked = self._book.linked_items
        item = linked.get(article_of_line(line), "") if linked is not None else ""
        for label, rule in rules:
            if item and rule.scope is not RuleScope.SKU:
                break
            if rule.item:
                return _sold(chosen, rule.item, rule.account, label)
        if item:
            return _sold(chosen, item, "", "the article's link")
        default = self._mapping.items.default if linked is None else ""
        return _sold(chosen, default, "", "items.default") if default else chosen

    def _stored(self, chosen: Chosen) -> Chosen:
        """The same for goods that lie in the store's warehouse: items kept in stock need one."""
        warehouse = self._mapping.warehouse
        if not warehouse:
            return chosen
        hit = Hit("warehouse", warehouse, "mapping.warehouse of the store")
        dimensions = replace(chosen.dimensions, warehouse=warehouse)
        return replace(chosen, dimensions=dimensions, hits=(*chosen.hits, hit))

    def _line_rules(self, line: OrderLine) -> Iterator[tuple[str, LineRule]]:
        """Rules on the line's SKU (or variant or product id where it has none), then its type."""
        for wanted in [line.sku] if line.sku else [line.variant_id, line.product_id]:
            if wanted:
                yield from self._sku_rules(wanted)
        for number, rule in self._numbered:
            is_type = rule.scope is RuleScope.PRODUCT_TYPE
            if is_type and rule.value.casefold() == line.product_type.casefold():
                yield _label(number, rule), rule

    def _sku_rules(self, sku: str) -> Iterator[tuple[str, LineRule]]:
        for number, item_rule in enumerate(self._mapping.item_rules):
            if item_rule.sku == sku:
                yield f"item_rules[{number}] sku {sku}", _as_line_rule(item_rule)
        for number, rule in self._numbered:
            if rule.scope is RuleScope.SKU and rule.value == sku:
                yield _label(number, rule), rule

    def _order_rules(self) -> Iterator[tuple[str, LineRule]]:
        """Rules on the order's tags and channel, then the store's own."""
        for scope, names in ((RuleScope.TAG, self._tags), (RuleScope.CHANNEL, self._channels)):
            for number, rule in self._numbered:
                if rule.scope is scope and rule.value.casefold() in names:
                    yield _label(number, rule), rule
        for number, rule in self._numbered:
            if rule.scope is RuleScope.STORE:
                yield _label(number, rule), rule

    def _choose(self, rules: list[tuple[str, LineRule]]) -> Chosen:
        """The first value of each dimension, down to the store's and the entity's defaults."""
        values: dict[str, str] = {}
        hits: list[Hit] = []
        for name in _VALUES:
            named = ((label, getattr(rule, name)) for label, rule in rules)
            candidates = (*named, *self._defaults(name))
            label, value = next((found for found in candidates if found[1]), ("", ""))
            if value:
                values[name] = value
                hits.append(Hit(name, value, label))
        custom: dict[str, str] = {}
        for label, rule in rules:
            for name, value in rule.custom:
                if name not in custom:
                    custom[name] = value
                    hits.append(Hit(name, value, label))
        return Chosen(Dimensions(**values, custom=tuple(sorted(custom.items()))), tuple(hits))

    def _defaults(self, name: str) -> Iterator[tuple[str, str]]:
        yield f"mapping.{name} of the store", getattr(self._mapping, name, "")
        yield f"{name} of the entity", getattr(self._book.entity_dimensions, name)


def _sold(chosen: Chosen, item: str, account: str, label: str) -> Chosen:
    hits = [*chosen.hits, Hit("item", item, label)]
    if account:
        hits.append(Hit("account", account, label))
    return Chosen(chosen.dimensions, tuple(hits), item, account)


def _as_line_rule(rule: ItemRule) -> LineRule:
    return LineRule(
        RuleScope.SKU,
        value=rule.sku,
        item=rule.item,
        account=rule.account,
        department=rule.department,
        class_id=rule.class_id,
    )


def _label(number: int, rule: LineRule) -> str:
    return f"line_rules[{number}] {rule.scope.value} {rule.value}".rstrip()
