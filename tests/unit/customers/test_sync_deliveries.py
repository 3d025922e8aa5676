"""Deliveries in any order, twice or late end in the same facts, and each order is sent once."""

from __future__ import annotations

import itertools

import pytest

from shared.customers.sync import SyncOutcome
from shared.facts.record import FactsStatus
from tests.unit.customers.sync_rig import DELIVERIES, PK, Rig, sample


def test_a_duplicate_changes_nothing_and_is_posted_once() -> None:
    rig = Rig()
    event = rig.event(sample("orders_paid"), "orders/paid")
    rig.again(event)
    saved = rig.record

    report = rig.again(event)

    assert report.outcome is SyncOutcome.UNCHANGED
    assert rig.record == saved
    assert len(rig.lanes.messages) == 1


def test_a_message_that_was_lost_after_the_record_is_sent_by_the_redelivery() -> None:
    rig = Rig()
    event = rig.event(sample("orders_paid"), "orders/paid")
    rig.lanes.is_down = True
    with pytest.raises(ConnectionError):
        rig.again(event)
    rig.lanes.is_down = False

    rig.again(event)

    assert [message.facts_version for message in rig.lanes.messages] == [1]


def test_what_is_posted_already_is_not_sent_again_by_a_late_duplicate() -> None:
    rig = Rig()
    event = rig.event(sample("orders_paid"), "orders/paid")
    rig.again(event)
    rig.facts.schedule(PK, version=1, due_at=None)
    rig.lanes.sent.clear()

    rig.again(event)

    assert rig.lanes.messages == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_deliveries_in_any_order_end_in_the_same_facts(order: tuple[int, ...]) -> None:
    rig, straight = Rig(), Rig()
    for index in range(4):
        straight.take(*DELIVERIES[index])

    for index in (*order, order[0]):
        rig.take(*DELIVERIES[index])

    assert rig.record.facts == straight.record.facts
    assert rig.record.status is FactsStatus.READY
    assert rig.reasons == set()
    assert len(rig.books.marks()) == 1
