"""What is heard of an order that was undone is kept and shown, and never posted by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.customers.sync import SyncOutcome
from shared.facts.record import FactsStatus, UndoRequest
from shared.messages import CartEvent
from shared.postings.findings import Reason
from tests.unit.customers.sync_rig import ORDER_ID, PK, Rig, changed, sample


def undone(status: FactsStatus = FactsStatus.UNDONE) -> Rig:
    """An order that was heard of, and is undone or being undone."""
    rig = Rig()
    rig.take(sample("orders_paid"))
    undo = UndoRequest("ada") if status is FactsStatus.UNDOING else None
    due_at = rig.clock() if undo else None
    rig.facts.records[PK] = replace(rig.record, status=status, undo=undo, due_at=due_at)
    rig.lanes.sent.clear()
    return rig


@pytest.mark.parametrize("status", [FactsStatus.UNDOING, FactsStatus.UNDONE])
def test_a_new_event_goes_to_review_and_not_to_the_books(status: FactsStatus) -> None:
    rig = undone(status)
    before = rig.record

    report = rig.take(sample("refunds_create"), "refunds/create")

    assert report.outcome is SyncOutcome.HELD
    assert report.reasons == (Reason.ORDER_UNDONE.value,)
    assert rig.reasons == {Reason.ORDER_UNDONE}
    assert rig.lanes.messages == []
    assert len(rig.record.known.refunds) == len(before.known.refunds) + 1
    assert (rig.record.status, rig.record.undo, rig.record.due_at) == (
        status,
        before.undo,
        before.due_at,
    )


def test_a_repeated_delivery_asks_nobody_to_look() -> None:
    rig = undone()
    before = rig.record

    report = rig.take(sample("orders_paid"))

    assert report.outcome is SyncOutcome.UNCHANGED
    assert rig.reasons == set()
    assert replace(rig.record, sources=before.sources) == before


def test_a_release_does_not_post_it_either() -> None:
    rig = undone()
    rig.take(sample("refunds_create"), "refunds/create")
    released = CartEvent(
        tenant="acme",
        store="shop",
        cart="shopify",
        topic="release",
        delivery="r1",
        resource_id=ORDER_ID,
        received_at=rig.clock() + timedelta(minutes=1),
        released_by="ada",
    )

    rig.again(released)

    assert rig.record.status is FactsStatus.UNDONE
    assert rig.lanes.messages == []


def test_after_a_redo_the_newest_facts_are_ready_and_the_review_is_closed() -> None:
    rig = undone()
    rig.take(changed(sample("orders_paid"), note="x", updated_at="2026-04-02T15:00:00-04:00"))
    rig.take(sample("refunds_create"), "refunds/create")
    renewed = replace(rig.record, status=FactsStatus.AWAITING_CUSTOMER, configured=0)
    rig.facts.records[PK] = replace(renewed, due_at=rig.clock())

    report = rig.take(sample("orders_paid"))

    assert report.outcome is SyncOutcome.READY
    assert rig.reasons == set()
    assert [message.order_id for message in rig.lanes.messages] == [ORDER_ID]
