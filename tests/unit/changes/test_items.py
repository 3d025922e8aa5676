"""What people do to items in Sage reaches the articles of every store that sells them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from intacct.reading import Kept
from shared.changes.items import ItemChanges
from shared.changes.ports import Change, Gone, How, Known
from shared.items.links import Condition, ItemLink, StaleLinkError
from shared.items.watching import ItemWatch
from shared.policy.items import ItemPolicy, UnknownSku
from shared.tenants.models import Tenant
from tests.contract.test_item_links_contract import link
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.changes.rig import tenant
from tests.unit.items.memory import MemoryItemLinks, MemoryItemNews


class Rig:
    def __init__(self) -> None:
        self.clock, self.reviews, self.links = FakeClock(), MemoryReviews(), MemoryItemLinks()
        watch = ItemWatch(self.links, lambda *_: None)  # type: ignore[arg-type]
        self.news = MemoryItemNews()
        self.changes = ItemChanges(watch, self.links, self.news, self.reviews, clock=self.clock)
        self.tenant = _linking(tenant())
        self.links.put_new(link("MUG-1", key="17"))
        self.links.put_new(replace(link("MUG-1", key="17"), store="outlet"))
        self.links.put_new(link("TEE", key="18"))

    def at(self, article: str, store: str = "shop") -> ItemLink:
        found = self.links.load("acme", store, article)
        assert found is not None
        return found

    def change(self, key: str, state: str = "active") -> None:
        told = Change(Kept.ITEM, key, "X", "", state, self.clock())
        self.changes.changed(self.tenant, "", [told])


def _linking(plain: Tenant) -> Tenant:
    items = ItemPolicy(unknown_sku=UnknownSku.HOLD)
    stores = tuple(store.model_copy(update={"items": items}) for store in plain.stores)
    return plain.model_copy(update={"stores": stores})


def known(rig: Rig, **where: Any) -> list[Known]:
    return list(rig.changes.known(rig.tenant, where.get("entity", ""), Kept.ITEM))


def test_items_of_all_stores_that_link_them_are_known() -> None:
    rig = Rig()
    rig.links.put_new(link("NEW", key="", condition=Condition.UNMADE))
    rig.links.put_new(link("OURS", key="20", condition=Condition.DELETED, by="ann"))

    assert known(rig) == [Known("17", "MUG-1"), Known("18", "TEE"), Known("17", "MUG-1")]
    assert known(rig, entity="100") == []
    rig.tenant = tenant()
    assert known(rig) == []


def test_an_item_that_was_deactivated_sells_in_no_store_until_it_is_back() -> None:
    rig = Rig()

    rig.change("17", "inactive")
    assert (rig.at("MUG-1").sells, rig.at("MUG-1", "outlet").sells) == (False, False)
    assert rig.at("TEE").sells
    assert rig.reviews.is_open("acme", "item:outlet:MUG-1")
    rig.change("17")

    assert rig.at("MUG-1").sells
    assert not rig.reviews.is_open("acme", "item:shop:MUG-1")


def test_a_deleted_item_is_kept_so_and_a_persons_word_stands() -> None:
    rig = Rig()
    rig.links.save(replace(rig.at("TEE"), condition=Condition.DELETED, by="ann"))

    gone = [Gone(Kept.ITEM, "17", How.AUDITED), Gone(Kept.ITEM, "18", How.AUDITED)]
    rig.changes.gone(rig.tenant, "", gone)

    assert rig.at("MUG-1").condition is Condition.DELETED
    assert rig.at("TEE").by == "ann"
    assert {review.subject for review in rig.reviews.all("acme")} == {
        "item:outlet:MUG-1",
        "item:shop:MUG-1",
    }


def test_a_link_that_somebody_changes_at_that_moment_is_told_again() -> None:
    rig = Rig()
    stale = list(rig.links.all("acme", "shop"))
    rig.links.save(rig.at("MUG-1"))
    rig.links.all = lambda *_: iter(stale)  # type: ignore[method-assign]

    with pytest.raises(StaleLinkError):
        rig.changes.gone(rig.tenant, "", [Gone(Kept.ITEM, "17", How.ABSENT)])


def test_what_changed_is_looked_at_soon_in_each_store_that_carries_something() -> None:
    rig = Rig()

    rig.change("17")
    rig.change("404")

    for store in ("shop", "outlet"):
        assert rig.news.of_store("acme", store).articles == {"MUG-1"}


def test_nothing_is_noted_where_nothing_would_travel_nor_of_what_is_gone() -> None:
    rig = Rig()
    rig.changes.gone(rig.tenant, "", [Gone(Kept.ITEM, "18", How.ABSENT)])
    items = ItemPolicy(unknown_sku=UnknownSku.HOLD, updates=False, writes_back=False)
    stores = tuple(one.model_copy(update={"items": items}) for one in rig.tenant.stores)
    rig.tenant = rig.tenant.model_copy(update={"stores": stores})

    rig.change("17")

    assert rig.news.waiting == {}
