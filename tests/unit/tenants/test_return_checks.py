"""Receipts of returned goods that book themselves: what a document lacks is found before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.ownership.table import Ownership, Rule, Side
from shared.policy.choices import PostingMode, Restocking
from shared.policy.stock import StockPlace, StockPolicy, StockRule
from shared.posting.store_books import store_book
from shared.tenants.checks import disagreements
from shared.tenants.models import Tenant
from shared.tenants.return_checks import shelf_of
from tests.unit.tenants.test_pinned import tenant
from tests.unit.tenants.test_stock_checks import FULL

RECEIVES = StockPolicy(receive="Receipt of returns", take_back="Issue of returns")
OF_SAGE = Ownership(quantity=Rule(Side.SAGE, FULL, FULL))
OF_THE_CART = Ownership(quantity=Rule(Side.CART, FULL, FULL))


def known(
    stock: StockPolicy = RECEIVES,
    ownership: Ownership = OF_SAGE,
    *,
    warehouse: str = "MAIN",
    stock_entity: str = "",
    **policy: Any,
) -> Tenant:
    base = tenant()
    (store, *_) = base.stores
    mapping = replace(store.mapping, warehouse=warehouse, stock_entity=stock_entity)
    switches = replace(store.policy, **{"restock": Restocking.BOOK, **policy})
    changed = store.model_copy(update={"mapping": mapping, "stock": stock, "policy": switches})
    return base.model_copy(update={"stores": (changed,), "ownership": ownership})


def problems(told: Tenant) -> list[str]:
    words = ("restock", "warehouse", "receive", "take_back")
    return [message for place, message in disagreements(told) if set(place) & set(words)]


def test_a_warehouse_of_sage_and_two_definitions_are_all_it_takes() -> None:
    assert problems(known()) == []


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (known(replace(RECEIVES, receive="")), "definition"),
        (known(replace(RECEIVES, take_back="")), "definition"),
        (known(replace(RECEIVES, take_back=RECEIVES.receive)), "either adds or takes away"),
        (known(warehouse=""), "name the warehouse"),
        (known(ownership=OF_THE_CART), "reaches Sage as a count"),
        (known(stock_entity="E200"), "another entity's stock"),
        (known(posting_mode=PostingMode.SUMMARY_DAILY), "posting_mode detail"),
    ],
)
def test_what_is_missing_or_would_count_twice_is_named(told: Tenant, word: str) -> None:
    assert any(word in message for message in problems(told)), problems(told)


def test_nothing_is_asked_of_a_store_whose_people_receive() -> None:
    told = known(StockPolicy(), OF_THE_CART, warehouse="", restock=Restocking.BY_HAND)
    assert problems(told) == []
    assert shelf_of(told, told.stores[0]) is None


def test_goods_go_where_the_stores_sales_say_or_to_its_only_warehouse_of_sages() -> None:
    rules = (StockRule("CASE"),)
    one = replace(RECEIVES, places=(StockPlace("ONLY", "1"),), rules=rules)
    two = replace(RECEIVES, places=(StockPlace("ONLY", "1"), StockPlace("OTHER", "2")))

    def warehouse(told: Tenant) -> str:
        shelf = shelf_of(told, told.stores[0])
        assert shelf is not None
        return shelf.warehouse

    assert warehouse(known(one)) == "MAIN"
    assert warehouse(known(one, warehouse="")) == "ONLY"
    assert warehouse(known(two, warehouse="")) == ""


def test_the_planner_learns_of_the_shelf() -> None:
    told = known()
    book = store_book(told, told.stores[0].id)
    assert book is not None
    assert book.shelf == shelf_of(told, told.stores[0])
