"""Returned goods over both protocols: received once, worth what the ledger says, taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from commerce.orders import Restock
from intacct.capabilities import Protocol
from intacct.errors import OutcomeUnknownError
from intacct.stock import StockDocument, StockLine
from shared.facts.record import FactsStatus
from shared.ledger.apply import results_of
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.policy.choices import Cogs, Restocking
from shared.policy.mapping import ItemRule
from shared.posting.doubts import begun
from shared.postings.book import Shelf, StoreBook
from shared.postings.plan import PostingKind
from shared.postings.planner import plan
from tests.accounting.lives import PAID, SHIPPED, OrderLife, one_tee_back, order_a_placed
from tests.accounting.shop import book, facts, mapping, usd
from tests.unit.undo.rig import PK, Crash, UndoRig, told

SHELF = Shelf("W1", "Inventory Adjustment Increase", "Inventory Adjustment Decrease")
OPENING, SOLD, COST = 10, 2, Decimal("9.00")


def books(cogs: Cogs = Cogs.CART_COST, shelf: Shelf = SHELF) -> StoreBook:
    rules = (ItemRule("TEE", "TEE-STOCK"), ItemRule("MUG", "MUG"))
    chart = mapping(item_rules=rules, warehouse="W1")
    return replace(book(chart=chart, cogs=cogs, restock=Restocking.BOOK), shelf=shelf)


def life(restock: Restock = Restock.RETURN, chosen: StoreBook | None = None) -> OrderLife:
    """Order A: two tees and a mug leave, one tee comes back."""
    sent = facts(order_a_placed(), PAID, SHIPPED)
    returned = facts(order_a_placed(), PAID, SHIPPED, one_tee_back(restock=restock))
    return OrderLife(chosen or books(), (sent, returned))


def move(rig: UndoRig, definition: str, quantity: int, reference: str) -> None:
    """Another one's movement of tees, at what they cost."""
    line = StockLine("TEE-STOCK", "W1", Decimal(quantity), "Each", unit_cost=usd("9.00"))
    rig.teller.post(StockDocument(definition, reference, date(2026, 3, 1), (line,)))


def on_hand(rig: UndoRig) -> Decimal:
    levels = rig.teller.reads.stock_levels(("TEE-STOCK",), "W1")
    return sum((level.on_hand for level in levels), Decimal(0))


def of_goods(rig: UndoRig) -> dict[str, Decimal]:
    """What lies on the accounts of inventory and of cost."""
    return {name: sum_ for name, sum_ in rig.balances().items() if name in ("1300", "5000", "5050")}


@pytest.fixture(params=list(Protocol))
def rig(request: pytest.FixtureRequest) -> Iterator[UndoRig]:
    made = told(request.param)
    with made.teller:
        move(made, SHELF.receive, OPENING, "OPENING")
        move(made, SHELF.take_back, SOLD, "PARCEL")
        yield made


def test_goods_on_the_shelf_again_are_worth_what_the_ledger_says(rig: UndoRig) -> None:
    """J-2.4 and J-3.6: 2 tees and a mug left at 22.10, a tee came back at 9.00."""
    rig.live(life())

    mug = Decimal("4.10")
    assert on_hand(rig) == OPENING - SOLD + 1
    assert of_goods(rig) == {"1300": Decimal("-13.10"), "5000": Decimal("13.10")}
    assert (on_hand(rig) - OPENING) * COST - mug == of_goods(rig)["1300"]


def test_what_was_scrapped_moves_no_stock_and_is_written_down(rig: UndoRig) -> None:
    """J-3.7, where Sage's own documents book costs: Dr 5050 9.00; Cr 5000 9.00."""
    rig.live(life(Restock.SCRAP, books(Cogs.OFF)))

    assert on_hand(rig) == OPENING - SOLD
    assert of_goods(rig) == {"5000": -COST, "5050": COST}


def test_an_undone_order_takes_its_received_goods_out_again(rig: UndoRig) -> None:
    rig.live(life())
    rig.ask()

    outcome = rig.undo(books())

    assert outcome.kind is OutcomeKind.COMPLETE, outcome.findings
    assert on_hand(rig) == OPENING - SOLD
    assert rig.balances() == {}
    assert rig.kept.status is FactsStatus.UNDONE


def test_a_cost_that_became_known_later_does_not_stand_against_the_undo(rig: UndoRig) -> None:
    uncosted = replace(
        order_a_placed(),
        lines=tuple(replace(one, unit_cost=None) for one in order_a_placed().lines),
    )
    chosen = books(Cogs.OFF)
    rig.live(OrderLife(chosen, (facts(uncosted, PAID, SHIPPED, one_tee_back()),)))
    rig.ask()

    outcome = rig.undo(chosen.for_costs({"TEE": usd("9.00")}))

    assert outcome.kind is OutcomeKind.COMPLETE, outcome.findings
    assert on_hand(rig) == OPENING - SOLD


def test_an_undo_without_its_definition_is_refused_by_name(rig: UndoRig) -> None:
    chosen = books(shelf=replace(SHELF, take_back=""))
    rig.live(life(chosen=chosen))
    rig.ask()

    outcome = rig.undo(chosen)

    assert outcome.kind is OutcomeKind.HELD
    assert "stock.take_back" in outcome.findings[0].message
    assert on_hand(rig) == OPENING - SOLD + 1


@pytest.mark.parametrize("when", ["before", "after", "lost"])
def test_a_receipt_is_in_the_warehouse_once_wherever_its_posting_breaks_off(
    rig: UndoRig, when: str
) -> None:
    lived = life()
    rig.live(OrderLife(lived.book, lived.stages[:1]))
    rig.books.at, rig.books.calls = place_of_receipt(rig, lived), 0
    rig.books.when = "after" if when == "lost" else when
    rig.books.error = OutcomeUnknownError("no answer came") if when == "lost" else None

    outcome = run(rig, lived)
    while outcome is None or outcome.kind is OutcomeKind.PARKED:
        rig.books.at = 0
        rig.clock.pass_time(1500.0)
        outcome = run(rig, lived)

    assert outcome.kind is OutcomeKind.COMPLETE, outcome
    assert on_hand(rig) == OPENING - SOLD + 1
    assert of_goods(rig) == {"1300": Decimal("-13.10"), "5000": Decimal("13.10")}


def place_of_receipt(rig: UndoRig, lived: OrderLife) -> int:
    """Which request, counted from 1, brings the receipt."""
    posted = results_of(rig.ledger.chain(PK))
    planned = plan(lived.stages[-1], posted, lived.book)
    kinds = [posting.kind for posting in planned.postings]
    return kinds.index(PostingKind.STOCK) + 1


def run(rig: UndoRig, lived: OrderLife) -> Outcome | None:
    """One run of the worker over all that is known; None where the process ends."""
    chain = rig.ledger.chain(PK)
    posted = results_of(chain)
    planned = plan(lived.stages[-1], posted, lived.book, begun(chain))
    assert not planned.findings, planned.findings
    try:
        return rig.applier.apply(PK, planned.postings, posted, rig.deadline, records=chain)
    except Crash:
        return None
