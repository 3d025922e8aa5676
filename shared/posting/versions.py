"""The version of the tenant's document that an order is posted under: that of its first posting.

As long as nothing of an order is or may be in the books, the current version counts; from then on
the one that its record was stamped with, until a person has it re-planned under another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from commerce.money import Money
from commerce.orders import Facts, Order
from shared.facts.record import FactsRecord, order_of
from shared.gl.days import DayBook
from shared.ledger.records import Record, State
from shared.policy.choices import Cogs
from shared.policy.items import Bundles
from shared.posting.store_books import store_book
from shared.postings.articles import articles_of
from shared.postings.book import StoreBook
from shared.postings.bundle_parts import Bundle
from shared.postings.findings import Finding, Reason
from shared.postings.gift_cards import Card
from shared.postings.in_parts import with_parts
from shared.tenants.models import Tenant
from shared.tenants.versions import UnknownVersionError, number_of

_BEGUN = frozenset({State.DONE, State.SENT, State.REVIEW})


LinkedItems = Callable[[str, str, Iterable[str]], Mapping[str, str]]
"""The Sage items of those articles that have one, for a tenant and one of its stores."""


def nothing_linked(_tenant: str, _store: str, _articles: Iterable[str]) -> Mapping[str, str]:
    """Where no store links articles."""
    return {}


ArticleCosts = Callable[[str, str, Order], Mapping[str, Money]]
"""What the articles of an order of a tenant's store cost when it was placed, by article."""


def no_costs(_tenant: str, _store: str, _order: Order) -> Mapping[str, Money]:
    """Where no cost is registered."""
    return {}


OrderBundles = Callable[[str, str, Facts], Mapping[str, Bundle]]
"""What the bundles of an order of a tenant's store were made of when it was placed, by article."""


def no_bundles(_tenant: str, _store: str, _facts: Facts) -> Mapping[str, Bundle]:
    """Where no bundle is registered."""
    return {}


RedeemedCards = Callable[[str, str, Facts], Mapping[str, Card]]
"""The registered gift cards that an order of a tenant's store redeems, by id."""


def no_cards(_tenant: str, _store: str, _facts: Facts) -> Mapping[str, Card]:
    """Where no gift card is registered."""
    return {}


@dataclass(frozen=True, slots=True)
class Choice:
    """The book of an order and the version it is from; no book where `findings` say why."""

    number: int
    book: StoreBook | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderBooks:
    """Chooses the book of each order; `tenant_under` is the tenant as a version had it.

    `tenant_under` may raise `UnknownVersionError`. `linked` gives the Sage items of a store's
    articles; it is asked for stores that link them. `cards` gives the gift cards of its facts,
    `costs` what its articles cost, where the store books costs, receives returned goods or divides
    bundles, and `bundles` what those are made of.
    """

    tenant_under: Callable[[str, int], Tenant]
    days: DayBook
    linked: LinkedItems = nothing_linked
    cards: RedeemedCards = no_cards
    costs: ArticleCosts = no_costs
    bundles: OrderBundles = no_bundles

    def choose(self, tenant: Tenant, record: FactsRecord, chain: Mapping[str, Record]) -> Choice:
        """The book to plan the order with; `tenant` is the current one, `chain` its ledger."""
        now = number_of(tenant)
        number = record.configured or now
        if number != now and not is_begun(record.pk, chain, self.days):
            number = now
        store = order_of(record.pk)[1]
        try:
            under = tenant if number == now else self.tenant_under(tenant.id, number)
        except UnknownVersionError as error:
            return Choice(number, findings=(_unreadable(str(error)),))
        book = store_book(under, store) if tenant.store(store) else None
        if book is None:
            return Choice(number, findings=(_no_store(store),))
        book = book.for_customer(record.customer).for_revision(record.revision)
        book = book.for_fees(record.fees)
        cards = self.cards(tenant.id, store, record.facts)
        book = replace(book, cards=cards, fates=record.fates)
        book = self._with_bundles(under, book, record)
        return Choice(number, self._with_items(under, self._with_costs(book, record), record))

    def _with_bundles(self, tenant: Tenant, book: StoreBook, record: FactsRecord) -> StoreBook:
        store = tenant.store(book.store)
        if store is None or store.items.bundles is not Bundles.PARTS:
            return book
        return book.for_bundles(self.bundles(tenant.id, store.id, record.known))

    def _with_costs(self, book: StoreBook, record: FactsRecord) -> StoreBook:
        order = record.known.order
        is_costed = book.policy.cogs is not Cogs.OFF or book.shelf or book.bundles is not None
        if order is None or not is_costed:
            return book
        return book.for_costs(self.costs(book.tenant, book.store, with_parts(order, book.bundles)))

    def _with_items(self, tenant: Tenant, book: StoreBook, record: FactsRecord) -> StoreBook:
        store, order = tenant.store(book.store), record.known.order
        if store is None or order is None or not store.items.is_kept:
            return book
        return book.for_items(
            self.linked(tenant.id, store.id, articles_of([with_parts(order, book.bundles)]))
        )


def is_begun(pk: str, chain: Mapping[str, Record], days: DayBook) -> bool:
    """Whether something of the order is in the books, may be, or is promised to a day."""
    is_sent = any(record.state in _BEGUN for record in chain.values())
    return is_sent or bool(days.entered(pk))


def _no_store(store: str) -> Finding:
    return Finding(
        reason=Reason.CONFIGURATION_MISSING,
        place=f"store {store}",
        message="the store, or the entity it posts to, is not in the tenant's configuration",
    )


def _unreadable(message: str) -> Finding:
    return Finding(
        reason=Reason.CONFIGURATION_MISSING,
        place="the tenant's document",
        message=message,
        hint="have the order planned under another version: ops order replan",
    )
