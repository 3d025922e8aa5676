"""A store whose cart tells of stock is compared soon, within what may be spent on that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.inventory.pace import HEARD_A_DAY, SOONEST, may_look
from shared.inventory.sync import StockReport, StockSync
from shared.ownership.table import Side
from shared.polling.reports import PollOutcome
from tests.unit.inventory.memory import MemoryHeardLevels
from tests.unit.inventory.rig import INCREASE, Rig, policy, quantities, table


class Hearing:
    """A store that owns its one place; it was just compared, and is not due for half an hour."""

    def __init__(self) -> None:
        self.rig = Rig(policy(("W2", "71002")), ownership=table(W2=Side.CART))
        self.heard = MemoryHeardLevels()
        self.rig.sync = StockSync(replace(self.rig.parts, heard=self.heard))
        self.rig.shop.offer("MUG", L71002=5)
        self.rig.sage.has("MUG", "W2", 5)
        assert self.on_schedule().outcome is PollOutcome.COMPLETE

    def on_schedule(self) -> StockReport:
        return self.rig.run(is_now=False)

    def tell(self) -> None:
        """The cart's webhook comes."""
        store = self.rig.shop.store.id
        self.heard.note(self.rig.tenant.id, store, self.rig.clock.now())


def test_what_was_heard_is_carried_before_its_time() -> None:
    shop = Hearing()
    shop.rig.later(6)
    shop.rig.shop.count("MUG", "71002", 8)
    untold = shop.on_schedule()
    shop.tell()
    told = shop.on_schedule()

    assert untold.detail == "not due yet"
    assert (told.outcome, told.counted) == (PollOutcome.COMPLETE, 1)
    assert quantities(shop.rig.sage.adjustments()) == [(INCREASE, "MUG", 3)]


def test_one_hint_is_looked_at_once_and_not_before_counts_have_settled() -> None:
    shop = Hearing()
    shop.rig.later(1)
    shop.tell()
    too_soon = shop.on_schedule()
    shop.rig.later(5)
    looked = shop.on_schedule()
    shop.rig.later(6)
    again = shop.on_schedule()

    assert [one.detail for one in (too_soon, again)] == ["not due yet"] * 2
    assert looked.outcome is PollOutcome.COMPLETE


def test_hints_without_end_cost_no_more_than_may_be_spent_on_them() -> None:
    shop = Hearing()
    looked = 0
    for _ in range(24 * 12):
        shop.rig.later(5)
        before, due = shop.rig.sage.reads, shop.heard.load("acme", shop.rig.shop.store.id).spent
        shop.tell()
        shop.on_schedule()
        after = shop.heard.load("acme", shop.rig.shop.store.id).spent
        looked += shop.rig.sage.reads - before if after != due else 0

    assert 0 < looked <= 2 * HEARD_A_DAY  # a day here spans two dates


def test_a_month_without_reads_left_hears_nothing() -> None:
    shop = Hearing()
    shop.rig.later(6)
    shop.rig.left = 0
    shop.tell()

    assert "background reads" in shop.on_schedule().detail


def test_the_stores_of_a_company_share_what_may_be_spent() -> None:
    both = Rig(policy(("W1", "1")), policy(("W1", "2"))).tenant

    assert may_look(both, SOONEST, HEARD_A_DAY // 2 - 1)
    assert not may_look(both, SOONEST, HEARD_A_DAY // 2)
    assert not may_look(both, SOONEST - timedelta(seconds=1), 0)
