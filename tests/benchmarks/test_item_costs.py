"""The bench of items counts what runs ask for; its figures are `docs/benchmarks.md`'s."""

from __future__ import annotations

from tests.benchmarks.item_costs import first_load, item_costs


def test_items_cost_a_write_each_and_a_search_for_many() -> None:
    link, create, update, look, righted, carried = item_costs(20)

    assert (link.sage_reads, create.sage_reads, update.sage_reads) == (1, 1, 0)
    assert (create.sage_writes, update.sage_writes, righted.sage_writes) == (20, 20, 20)
    assert (look.sage_reads, look.sage_writes, carried.sage_writes) == (1, 0, 0)


def test_a_first_load_makes_every_item() -> None:
    assert first_load(600).items == 600
