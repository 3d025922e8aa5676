"""What the stored orders of a tenant say that its document has no rule for.

Every order is planned anew as if nothing of it were posted: what would hold it is what is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from commerce.orders import Order
from ops.tenant_seen import Seen, Sort, covered_by, values_of
from shared.facts.record import FactsRecord, FactsStatus
from shared.policy.mapping import Mapping, RuleScope
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.postings.findings import Reason
from shared.postings.planner import plan
from shared.tenants.models import Tenant

_OF_MAPPING = frozenset(
    {
        Reason.MAPPING_MISSING,
        Reason.TAX_UNMAPPED,
        Reason.TAX_LIABILITY_UNKNOWN,
        Reason.DIMENSION_INVALID,
        Reason.CONFIGURATION_MISSING,
        Reason.OUT_OF_SCOPE,
    }
)
_SOUND = frozenset({FactsStatus.READY, FactsStatus.AWAITING_CUSTOMER})
"""Facts that can be planned; what holds the others is no mapping's."""

_NOBODY = "NOBODY"
_FORGOTTEN = "add a line rule, or let the store's defaults stand"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Something that stored orders say and no rule covers; `example` is one of the orders."""

    store: str
    what: str
    orders: int
    example: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """What was looked at, and what was found."""

    orders: int
    unmapped: tuple[Unmapped, ...]
    seen: tuple[Seen, ...] = ()


def past(tenant: Tenant, records: Iterable[FactsRecord]) -> Past:
    """Plan every stored order under this document; what holds them is told once each."""
    counts: Counter[tuple[str, str, str]] = Counter()
    examples: dict[tuple[str, str, str], str] = {}
    values: Counter[tuple[str, Sort, str]] = Counter()
    orders = 0
    for record in records:
        if record.known.order is None or record.status is FactsStatus.SKIPPED:
            continue
        orders += 1
        store = record.known.ref.store
        values.update({(store, sort, value) for sort, value in values_of(record.known) if value})
        for told in set(_told(tenant, record)):
            counts[told] += 1
            examples.setdefault(told, record.known.ref.id)
    found = (
        Unmapped(store, what, count, examples[(store, what, fix)], fix)
        for (store, what, fix), count in counts.items()
    )
    unmapped = sorted(found, key=lambda one: (one.store, -one.orders, one.what))
    return Past(orders, tuple(unmapped), tuple(_seen(tenant, values)))


def _seen(tenant: Tenant, values: Counter[tuple[str, Sort, str]]) -> Iterator[Seen]:
    for (store, sort, value), count in sorted(values.items()):
        book = store_book(tenant, store)
        yield Seen(store, sort, value, count, covered_by(book, sort, value) if book else "")


def _told(tenant: Tenant, record: FactsRecord) -> Iterator[tuple[str, str, str]]:
    store, order = record.known.ref.store, record.known.order
    book = store_book(tenant, store)
    if book is None or order is None:
        yield store, "the store is not in the document", "add the store"
        return
    if record.status not in _SOUND:
        return
    for finding in plan(record.facts, {}, _with_customer(book, record), ()).findings:
        if finding.reason in _OF_MAPPING:
            yield store, finding.message, finding.hint
    for what, fix in _uncovered(order, book.mapping):
        yield store, what, fix


def _with_customer(book: StoreBook, record: FactsRecord) -> StoreBook:
    """Customers are found when orders are posted; here they must not stand in the way."""
    return book.for_customer(record.customer or _NOBODY)


def _uncovered(order: Order, mapping: Mapping) -> Iterator[tuple[str, str]]:
    """Values beside rules that name others of their sort: a forgotten one, most likely."""
    types = {line.product_type for line in order.sale_lines if line.product_type}
    known = _named(mapping, RuleScope.PRODUCT_TYPE)
    for value in sorted(types):
        if known and value.casefold() not in known:
            yield f"no line rule for the product type {value}", _FORGOTTEN
    channels = [name for name in (order.sub_channel, order.channel) if name]
    known = _named(mapping, RuleScope.CHANNEL)
    if known and channels and not known.intersection(name.casefold() for name in channels):
        yield f"no line rule for the channel {channels[-1]}", _FORGOTTEN
    if order.shipping_lines and not mapping.items.shipping:
        for line in order.shipping_lines:
            yield f"no item for the shipping method {line.title}", "name items.shipping"


def _named(mapping: Mapping, scope: RuleScope) -> set[str]:
    return {rule.value.casefold() for rule in mapping.line_rules if rule.scope is scope}
