"""What cannot be believed is held with all its findings, and released when it is put right."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.identity import order_breaches
from commerce.money import Money
from shared.customers.sync import StoreMissingError, SyncOutcome
from shared.facts.record import order_pk
from shared.postings.plan import Reason
from tests.unit.customers.sync_rig import DELIVERIES, Rig, changed, sample


def test_an_order_that_does_not_add_up_is_held_with_the_difference_and_nothing_is_sent() -> None:
    rig = Rig()

    report = rig.take(changed(sample("orders_paid"), total_price="117.98"))

    assert report.outcome is SyncOutcome.HELD
    assert "UNBALANCED" in report.reasons
    assert Money.of("0.01", "USD") in [f.difference for f in rig.record.findings]
    assert rig.reasons >= {Reason.UNBALANCED}
    assert rig.lanes.messages == []
    assert rig.books.marks() == []
    assert rig.record.due_at is None


def test_a_corrected_order_is_released_and_its_review_closed() -> None:
    rig = Rig()
    rig.take(changed(sample("orders_paid"), total_price="117.98"))

    report = rig.take(changed(sample("orders_paid"), updated_at="2026-04-02T10:00:00-05:00"))

    assert report.outcome is SyncOutcome.READY
    assert rig.reasons == set()
    assert len(rig.lanes.messages) == 1


def test_every_finding_is_reported_at_once() -> None:
    rig = Rig()
    broken = changed(
        sample("orders_paid"), total_price="1.00", total_tax="1.00", total_discounts="1.00"
    )

    rig.take(broken)

    places = {finding.place for finding in rig.record.findings}
    assert {"total", "taxes", "discounts"} <= places


def test_a_payload_that_cannot_be_read_holds_its_order_until_a_better_one_comes() -> None:
    rig = Rig()
    rig.take(sample("orders_paid"))
    broken = changed(sample("orders_paid"), updated_at="2026-04-02T11:00:00-05:00")
    broken["line_items"] = "none"

    held = rig.take(broken, "orders/updated")
    still = rig.take(*DELIVERIES[3])
    better = rig.take(changed(sample("orders_paid"), updated_at="2026-04-02T12:00:00-05:00"))

    assert (held.outcome, still.outcome) == (SyncOutcome.HELD, SyncOutcome.HELD)
    assert held.reasons == ("PAYLOAD_INVALID",)
    assert better.outcome is SyncOutcome.READY
    assert rig.record.unread == ()


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b"\xff", b'{"id":[1]}'])
def test_a_delivery_that_names_no_order_is_held_for_itself(body: bytes) -> None:
    rig = Rig()

    report = rig.take(body)

    assert report.outcome is SyncOutcome.HELD
    assert rig.reasons == {Reason.PAYLOAD_INVALID}


def test_a_store_that_is_not_configured_is_reported_and_the_event_kept() -> None:
    rig = Rig()
    event = rig.event(sample("orders_paid"), "orders/paid")
    rig.tenant = rig.tenant.model_copy(update={"stores": ()})

    with pytest.raises(StoreMissingError):
        rig.again(event)

    assert rig.reasons == {Reason.CONFIGURATION_MISSING}


def _anything_replaced(document: Any, data: st.DataObject) -> None:
    """Replace one member, somewhere in the document, by anything."""
    node = document
    while True:
        keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        child = node[key]
        if not (isinstance(child, dict | list) and child) or data.draw(st.booleans()):
            break
        node = child
    junk = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    node[key] = data.draw(junk | st.lists(junk, max_size=2) | st.dictionaries(st.text(), junk))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), index=st.integers(0, 3))
def test_whatever_a_signed_body_says_it_is_taken_or_held_and_never_half_believed(
    data: st.DataObject, index: int
) -> None:
    rig = Rig()
    original, topic = DELIVERIES[index]
    document = json.loads(json.dumps(original))
    for _ in range(data.draw(st.integers(1, 2))):
        _anything_replaced(document, data)

    report = rig.take(document, topic)

    assert isinstance(report.outcome, SyncOutcome)
    for message in rig.lanes.messages:
        record = rig.facts.load(order_pk("acme", "shop", message.order_id))
        assert record is not None
        assert record.facts.order is not None
        assert order_breaches(record.facts.order) == []
