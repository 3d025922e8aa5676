"""Cost of goods that an edit adds for nothing, after the order was billed on capture."""

from __future__ import annotations

from decimal import Decimal

import pytest

from commerce.orders import Facts, OrderLine
from shared.facts.merge import merge
from shared.policy.choices import Cogs, Moment, Presentation
from shared.postings.book import StoreBook
from shared.postings.plan import Posted, Posting
from shared.postings.planner import plan
from tests.accounting.journals import net
from tests.accounting.lives import edited
from tests.accounting.shop import book, captured, day, facts, line, order
from tests.unit.postings.any_order import post_stage

MUG = line("mug", "10.00", discount="10.00", cost="4.00")
FREE = line("swap", "25.00", discount="25.00", cost="9.00")
SECOND = line("more", "5.00", discount="5.00", cost="2.00")
PAID = captured("capture-1", "25.00", day(1))
TEE = line("tee", "25.00", cost="9.00")


def _books(presentation: Presentation = Presentation.NET) -> StoreBook:
    return book(
        invoice_on=Moment.CAPTURE,
        recognise_on=Moment.CAPTURE,
        discount_presentation=presentation,
        cogs=Cogs.CART_COST,
    )


def _cost(*stages: Facts, books: StoreBook) -> Decimal:
    """What the goods cost, each stage heard of after the one before was posted; twice as well."""
    posted: Posted = {}
    done: list[Posting] = []
    known = stages[0]
    for stage in stages:
        known = merge(known, stage)
        post_stage(known, posted, books, done)
        assert not plan(known, posted, books).postings
    return net(entry for posting in done for entry in posting.effect)["5000"]


@pytest.mark.parametrize("presentation", Presentation)
@pytest.mark.parametrize("first", [TEE, MUG], ids=["sold", "given away"])
def test_goods_that_an_edit_adds_for_nothing_cost_what_they_cost(
    presentation: Presentation, first: OrderLine
) -> None:
    placed = order(first)
    paid = facts(placed, *([PAID] if placed.total.amount else []))
    stages = (paid, facts(edited(order(first, FREE), at=5)))
    cost = Decimal("18.00") if first is TEE else Decimal("13.00")
    assert _cost(*stages, books=_books(presentation)) == cost


def test_each_of_two_edits_that_add_goods_for_nothing_has_its_cost() -> None:
    grown = facts(edited(order(TEE, FREE), at=5))
    more = facts(edited(order(TEE, FREE, SECOND), at=6))
    assert _cost(facts(order(TEE), PAID), grown, more, books=_books()) == Decimal("20.00")


def test_a_cost_that_changed_since_changes_nothing_that_is_in_the_books() -> None:
    dearer = line("tee", "25.00", cost="11.00")
    later = facts(edited(order(dearer), at=5))
    assert _cost(facts(order(TEE), PAID), later, books=_books()) == Decimal("9.00")
