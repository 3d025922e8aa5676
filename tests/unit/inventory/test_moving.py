"""Stock moved by a person's order: planned, refused by its rule, and booked once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.money import Money
from intacct.errors import NotSentError, OutcomeUnknownError, RejectedError
from intacct.stock import StockDocument, WarehouseTransfer
from shared.inventory.movements import MovementKind, Wanted
from shared.inventory.moving import MoveState
from shared.ownership.table import Ownership, Right, Rule, Side
from shared.policy.choices import Cogs
from shared.policy.stock import StockRule
from shared.reviews.records import ReviewStatus
from tests.unit.inventory.moving_rig import MovingRig, of_store, transfer
from tests.unit.inventory.rig import FULL, ITEM, table

WRITE_OFF, RECEIVE = MovementKind.WRITE_OFF, MovementKind.RECEIVE


def test_a_plan_books_and_keeps_nothing() -> None:
    rig = MovingRig()

    report = rig.plan(transfer())

    assert report.state is MoveState.PLANNED
    assert report.on_hand == 10
    assert rig.sage.sent == []
    assert rig.movements.load("acme", "R-1") is None


def test_a_transfer_moves_stock_at_once_with_our_mark() -> None:
    rig = MovingRig()

    report = rig.move(transfer())

    assert (rig.on_hand("W1"), rig.on_hand("W2")) == (7, 3)
    ((document, _),) = rig.sage.documents
    assert isinstance(document, WarehouseTransfer)
    assert (document.dated_on, document.memo) == (date(2026, 4, 1), "counted")
    assert (report.state, report.mark) == (MoveState.BOOKED, document.reference)
    assert document.reference.startswith("R1-STK-")


def test_what_is_asked_for_twice_is_booked_once_whatever_the_day() -> None:
    rig = MovingRig()
    rig.move(transfer())
    rig.rig.later(60 * 48)

    again = rig.move(transfer())

    assert (again.state, rig.on_hand("W2")) == (MoveState.BOOKED, 3)
    assert len(rig.sage.sent) == 1


def test_a_reference_stands_for_one_movement() -> None:
    rig = MovingRig()
    rig.move(transfer())
    report = rig.move(transfer("4"))
    assert (report.state, rig.on_hand("W2")) == (MoveState.IMPOSSIBLE, 3)
    assert "under this reference" in report.problems[0]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_looked_up_and_leads_to_one_document(when: str) -> None:
    rig = MovingRig()
    rig.sage.fail(when, OutcomeUnknownError("lost"))

    lost = rig.move(transfer())
    rig.rig.later(60)
    (waits,) = rig.reviews.all("acme")
    again = rig.move(transfer())

    assert lost.state is MoveState.WAITING
    assert lost.due_at is not None
    assert (waits.subject, waits.status) == ("movement:R-1", ReviewStatus.OPEN)
    assert (again.state, rig.on_hand("W1"), rig.on_hand("W2")) == (MoveState.BOOKED, 7, 3)
    assert len(rig.sage.documents) == 1
    (over,) = rig.reviews.all("acme")
    assert over.status is not ReviewStatus.OPEN


def test_what_sage_refuses_is_told_and_not_in_the_books() -> None:
    rig = MovingRig()
    rig.sage.fail("before", RejectedError("the warehouse is closed"))
    report = rig.move(transfer())
    assert (report.state, rig.on_hand("W2")) == (MoveState.REFUSED, 0)
    assert report.problems
    assert list(rig.reviews.all("acme")) == []


def test_a_write_off_takes_out_and_a_receipt_puts_in_by_the_stores_definitions() -> None:
    rig = MovingRig()

    rig.move(of_store(WRITE_OFF))
    rig.move(of_store(RECEIVE, "5", reference="R-2", to_warehouse="W2"))

    first, second = rig.sage.adjustments()
    assert (first.definition, second.definition) == ("Write Off", "Return Receipt")
    assert (rig.on_hand("W1"), rig.on_hand("W2")) == (8, 5)
    assert first.reference != second.reference


def _received(rig: MovingRig, **members: str) -> StockDocument:
    report = rig.move(of_store(RECEIVE, item="", sku="CASE", **members))
    assert report.state is MoveState.BOOKED
    return rig.sage.adjustments()[-1]


def test_goods_by_sku_count_in_the_carts_units_and_go_back_at_what_they_cost_when_sold() -> None:
    rig = MovingRig(rules=(StockRule("CASE", contains=Decimal(12)),))
    rig.sage.has("CASE", "W1", 0)
    rig.costs_of("CASE", "24.00", "30.00")

    old = _received(rig, sold_on="2025-06-30")
    new = _received(rig, reference="R-2")

    assert old.lines[0].quantity == 24
    assert old.lines[0].unit_cost == Money.of("2.000000", "USD")
    assert new.lines[0].unit_cost == Money.of("2.500000", "USD")


def test_without_a_known_cost_sage_values_what_is_received_and_the_plan_says_so() -> None:
    rig = MovingRig()
    report = rig.plan(of_store(RECEIVE))
    assert report.movement is not None
    assert report.movement.unit_cost is None
    assert "Sage Intacct values it" in report.notes[0]


def test_a_store_that_books_restocked_goods_itself_is_told_of_the_second_booking() -> None:
    rig = MovingRig()
    store = rig.tenant.stores[0]
    costed = replace(store.policy, cogs=Cogs.CART_COST)
    stores = (store.model_copy(update={"policy": costed}),)
    rig.tenant = rig.tenant.model_copy(update={"stores": stores})
    assert "must not post to the ledger" in rig.plan(of_store(RECEIVE)).notes[0]


def test_a_cost_in_another_currency_than_the_books_is_refused() -> None:
    rig = MovingRig()
    rig.costs_of("MUG", "9.00")
    first = rig.costs["MUG"][0]
    rig.costs["MUG"] = (replace(first, amount=Money.of("9.00", "EUR")),)
    report = rig.plan(of_store(RECEIVE))
    assert "known in EUR" in report.problems[0]


SEEN = (Right.READ, Right.LINK)


@pytest.mark.parametrize(
    ("ownership", "rule"),
    [
        (Ownership(), "ownership.quantity.in_sage says no at W1"),
        (table(W2=Side.CART), "ownership.quantity.places.W2 says no at W2"),
        (Ownership(quantity=Rule(Side.CART, FULL, SEEN)), "ownership.quantity.master says no"),
    ],
)
def test_the_ownership_table_decides_and_names_its_rule(ownership: Ownership, rule: str) -> None:
    rig = MovingRig(ownership=ownership)
    report = rig.move(transfer())
    assert report.state is MoveState.IMPOSSIBLE
    assert any(problem.startswith(rule) for problem in report.problems)
    assert rig.sage.sent == []


def test_the_right_to_update_in_sage_is_enough_where_sage_owns_all_stock() -> None:
    rig = MovingRig(ownership=Ownership(item=ITEM, quantity=Rule(Side.SAGE, FULL, SEEN)))
    assert rig.move(transfer()).state is MoveState.BOOKED


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        (transfer("11"), "W1 shows 10"),
        (transfer("0"), "above 0"),
        (transfer("NaN"), "above 0"),
        (transfer(reference="a b"), "a reference has"),
        (transfer(to_warehouse="W1"), "two warehouses"),
        (transfer(item="CUP"), "no item 'CUP'"),
        (transfer(item="SET"), "no stock of it is kept"),
        (transfer(item="", sku="MUG"), "names no store"),
        (transfer(entity="200"), "no entity '200'"),
        (of_store(WRITE_OFF, sku="MUG"), "one of --item and --sku"),
        (of_store(WRITE_OFF, store="other"), "no store 'other'"),
        (of_store(WRITE_OFF, from_warehouse=""), "say --warehouse"),
        (of_store(RECEIVE, sold_on="soon"), "no date"),
    ],
)
def test_what_cannot_be_is_refused_with_what_mends_it(wanted: Wanted, problem: str) -> None:
    rig = MovingRig()
    rig.sage.has("SET", "W1", 5)
    rig.sage.kinds["SET"] = "kit"
    rig.costs_of("MUG", "1.00")

    report = rig.move(wanted)

    assert (report.state, rig.sage.sent) == (MoveState.IMPOSSIBLE, [])
    assert problem in report.problems[0]


def test_a_definition_comes_from_the_person_where_the_store_names_none() -> None:
    rig = MovingRig(write_off="", places=(("W1", "71001"),))
    assert "stock.write_off names no" in rig.plan(of_store(WRITE_OFF)).problems[0]
    report = rig.plan(of_store(WRITE_OFF, definition="Shrinkage", from_warehouse=""))
    assert report.movement is not None
    assert (report.movement.definition, report.movement.from_warehouse) == ("Shrinkage", "W1")


def test_of_several_entities_the_one_with_the_warehouse_is_meant() -> None:
    rig = MovingRig()
    second = rig.tenant.entities[0].model_copy(update={"id": "200"})
    both = (*rig.tenant.entities, second)
    rig.tenant = rig.tenant.model_copy(update={"entities": both})
    report = rig.plan(transfer())
    unclear = rig.plan(transfer(from_warehouse="X", to_warehouse="Y"))
    assert report.movement is not None
    assert report.movement.entity == "100"
    assert "say --entity" in unclear.problems[0]
    assert "say --unit" in rig.plan(transfer(entity="200")).problems[0]


def test_a_paused_tenant_and_a_sage_that_cannot_be_asked_move_nothing() -> None:
    rig = MovingRig()
    rig.sage.down = NotSentError("down")
    assert "could not be asked" in rig.move(transfer()).problems[0]
    rig.tenant = rig.tenant.model_copy(update={"is_paused": True})
    assert rig.move(transfer()).problems == ("the tenant is paused",)


@settings(max_examples=40)
@given(
    faults=st.lists(st.sampled_from(["before", "after", "down", "fine"]), min_size=1, max_size=5),
    minutes=st.integers(0, 90),
)
def test_whatever_is_lost_a_reference_moves_its_goods_once(faults: list[str], minutes: int) -> None:
    rig = MovingRig()
    for fault in faults:
        rig.sage.faults.clear()
        if fault == "down":
            rig.sage.fail("before", NotSentError("down"))
        elif fault != "fine":
            rig.sage.fail(fault, OutcomeUnknownError("lost"))
        rig.move(transfer())
        assert rig.on_hand("W2") in (0, 3)
        rig.rig.later(minutes)
    rig.sage.faults.clear()
    rig.rig.later(120)
    rig.move(transfer())
    rig.rig.later(120)

    assert rig.move(transfer()).state is MoveState.BOOKED
    assert (rig.on_hand("W1"), rig.on_hand("W2")) == (7, 3)


def test_a_movement_that_sage_has_twice_waits_for_a_person_and_a_release_books_no_third() -> None:
    rig = MovingRig()
    rig.sage.fail("after", OutcomeUnknownError("lost"))
    rig.move(transfer())
    ((document, _),) = rig.sage.documents
    rig.sage.land(document)
    rig.rig.later(60)

    held = rig.move(transfer())
    (review,) = rig.reviews.all("acme")
    rig.sage.documents.pop()
    still = rig.move(transfer())
    released = rig.move(transfer(), release_by="ada")

    assert (held.state, still.state) == (MoveState.HELD, MoveState.HELD)
    assert (review.subject, review.status) == ("movement:R-1", ReviewStatus.OPEN)
    assert (released.state, len(rig.sage.documents)) == (MoveState.BOOKED, 1)
