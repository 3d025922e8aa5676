"""The book of an order of bundles: what they are made of, and the items and costs of the parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import pytest

from commerce.money import Money
from commerce.orders import Facts, Order
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.policy.items import Bundles, ItemPolicy, UnknownSku
from shared.posting.versions import OrderBooks
from shared.postings.articles import articles_of
from shared.postings.book import StoreBook
from shared.postings.bundle_parts import Bundle, Part
from shared.tenants.item_checks import item_problems
from shared.tenants.models import Tenant
from shared.tenants.pinned import pinned
from tests.accounting.shop import facts, line, order, usd
from tests.fake_day_book import MemoryDayBook
from tests.integration.order_posting_rig import tenant

SET = Bundle((Part("TEE", Decimal(2)), Part("MUG", Decimal(1))))


def selling(bundles: Bundles, unknown: UnknownSku = UnknownSku.CREATE) -> Tenant:
    made = tenant()
    policy = ItemPolicy(unknown_sku=unknown, bundles=bundles)
    store = made.stores[0].model_copy(update={"items": policy})
    return made.model_copy(update={"stores": (store, *made.stores[1:])})


def linked(_tenant: str, _store: str, articles: Iterable[str]) -> Mapping[str, str]:
    return {article: f"ITEM-{article}" for article in articles}


def costs(_tenant: str, _store: str, sold: Order) -> Mapping[str, Money]:
    return {article: usd("1.00") for article in articles_of([sold])}


def registered(_tenant: str, _store: str, known: Facts) -> Mapping[str, Bundle]:
    return {"SET": SET} if known.order else {}


def chosen(configured: Tenant) -> StoreBook:
    books = OrderBooks(
        lambda *_: configured,
        MemoryDayBook(),
        linked=linked,
        costs=costs,
        bundles=registered,
    )
    known = facts(order(line("set", "45.00")))
    record = FactsRecord(order_pk("acme", "shop", "1"), known, status=FactsStatus.READY)
    book = books.choose(configured, record, {}).book
    assert book is not None
    return book


def test_a_store_that_sells_parts_knows_their_items_and_costs() -> None:
    book = chosen(selling(Bundles.PARTS))

    assert book.bundles == {"SET": SET}
    assert set(book.linked_items or {}) == set(book.costs) == {"SET", "TEE", "MUG"}


@pytest.mark.parametrize("bundles", [Bundles.AS_TOLD, Bundles.KIT])
def test_other_stores_ask_for_no_bundles(bundles: Bundles) -> None:
    book = chosen(selling(bundles))

    assert (book.bundles, dict(book.costs)) == (None, {})
    assert set(book.linked_items or {}) == {"SET"}


def test_what_a_bundle_is_stays_as_it_was_when_its_order_was_posted() -> None:
    then, now = selling(Bundles.PARTS), selling(Bundles.KIT, UnknownSku.HOLD)

    (items, *_) = [store.items for store in pinned(then, now).stores]

    assert (items.bundles, items.unknown_sku) == (Bundles.PARTS, UnknownSku.HOLD)


@pytest.mark.parametrize("bundles", [Bundles.PARTS, Bundles.KIT])
def test_parts_need_articles_that_are_linked(bundles: Bundles) -> None:
    configured = selling(bundles, UnknownSku.CATCH_ALL)

    told = dict(item_problems(configured.stores[0], configured.ownership))

    assert "set unknown_sku" in told["items", "bundles"]
    linking = selling(bundles, UnknownSku.HOLD)
    assert ("items", "bundles") not in dict(item_problems(linking.stores[0], linking.ownership))
