"""Events of one batch: their new customers in one request, and each alone in what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from intacct.errors import OutcomeUnknownError, RejectedError
from shared.customers.sync import SyncOutcome, SyncReport
from shared.facts.record import FactsStatus, order_pk
from shared.ledger.records import LEASE, SETTLE, State
from shared.messages import CartEvent
from tests.unit.customers.sync_rig import Rig, changed, sample


def order_of(number: int, **members: Any) -> Any:
    """A paid order of a buyer of its own."""
    paid = sample("orders_paid")
    buyer = {**paid["customer"], "id": 5000 + number}
    return changed(paid, id=number, customer=buyer, **members)


def sync_all(rig: Rig, *events: CartEvent) -> list[SyncReport | Exception]:
    return rig.sync.sync_all(events, rig.clock() + timedelta(seconds=90))


def outcomes_of(reports: list[SyncReport | Exception]) -> list[SyncOutcome]:
    assert all(isinstance(report, SyncReport) for report in reports)
    return [report.outcome for report in reports if isinstance(report, SyncReport)]


def test_ten_new_customers_are_created_in_one_request_and_never_looked_up() -> None:
    rig = Rig()
    events = [rig.event(order_of(number), "orders/paid") for number in range(1, 11)]

    reports = sync_all(rig, *events)

    assert outcomes_of(reports) == [SyncOutcome.READY] * 10
    assert rig.books.batches == [10]
    assert rig.books.looks == 0
    assert len(rig.lanes.messages) == 10


def test_known_customers_cost_no_request() -> None:
    rig = Rig()
    sync_all(rig, *[rig.event(order_of(number), "orders/paid") for number in range(1, 4)])
    sent = len(rig.books.sent)
    later = [order_of(number + 100) for number in range(1, 4)]
    for number, order in enumerate(later, 1):
        order["customer"]["id"] = 5000 + number

    reports = sync_all(rig, *[rig.event(order, "orders/paid") for order in later])

    assert outcomes_of(reports) == [SyncOutcome.READY] * 3
    assert (len(rig.books.sent), rig.books.looks) == (sent, 0)


def test_two_first_orders_of_one_buyer_in_one_batch_create_one_customer() -> None:
    rig = Rig()
    orders = [order_of(1), order_of(2)]
    orders[1]["customer"] = orders[0]["customer"]

    reports = sync_all(rig, *[rig.event(order, "orders/paid") for order in orders])

    assert outcomes_of(reports) == [SyncOutcome.READY] * 2
    assert len(rig.books.marks()) == 1


def test_a_refused_customer_holds_its_order_only() -> None:
    rig = Rig()
    rig.books.faults = [None, ("before", RejectedError("bad country"))]
    events = [rig.event(order_of(number), "orders/paid") for number in range(1, 4)]

    reports = sync_all(rig, *events)

    ready, held = SyncOutcome.READY, SyncOutcome.HELD
    assert outcomes_of(reports) == [ready, held, ready]


def test_a_lost_request_parks_each_order_until_its_customer_is_certain() -> None:
    rig = Rig()
    rig.books.batch_faults = [("after", OutcomeUnknownError("read timeout"))]
    events = [rig.event(order_of(number), "orders/paid") for number in (1, 2)]
    lost = sync_all(rig, *events)
    rig.clock.pass_time(LEASE.total_seconds() + 2)

    found = sync_all(rig, *events)

    assert outcomes_of(lost) == [SyncOutcome.AWAITING_CUSTOMER] * 2
    assert outcomes_of(found) == [SyncOutcome.READY] * 2
    assert len(rig.books.marks()) == 2


def test_an_event_that_breaks_off_fails_alone() -> None:
    rig = Rig()
    events = [rig.event(order_of(number), "orders/paid") for number in (1, 2)]
    rig.archive.get = _broken_for(rig, events[0].raw_key)  # type: ignore[method-assign]

    first, second = sync_all(rig, *events)

    assert isinstance(first, OSError)
    assert outcomes_of([second]) == [SyncOutcome.READY]


def _broken_for(rig: Rig, key: str) -> Any:
    get = rig.archive.get

    def broken(wanted: str) -> bytes:
        if wanted == key:
            raise OSError
        return get(wanted)

    return broken


def test_events_of_one_order_are_worked_off_in_their_order() -> None:
    rig = Rig()
    order = order_of(1)
    later = {**order, "note": "gift", "updated_at": "2026-04-03T00:00:00-04:00"}
    events = [rig.event(order, "orders/paid"), rig.event(later, "orders/updated")]

    sync_all(rig, *events)

    versions = [message.facts_version for message in rig.lanes.messages]
    assert versions == [1, 2]


def test_a_tenant_that_wants_no_batches_gets_one_request_for_each_customer() -> None:
    rig = Rig()
    intacct = rig.tenant.intacct.model_copy(update={"batch": False})
    rig.tenant = rig.tenant.model_copy(update={"intacct": intacct})
    events = [rig.event(order_of(number), "orders/paid") for number in (1, 2)]

    sync_all(rig, *events)

    assert (rig.books.batches, len(rig.books.sent)) == ([], 2)


@pytest.mark.parametrize(("when", "state"), [("before", State.READY), ("after", State.DONE)])
def test_a_customer_in_doubt_is_settled_though_its_only_order_was_cancelled_unpaid(
    when: str, state: State
) -> None:
    rig = Rig()
    rig.books.fail(when, OutcomeUnknownError("read timeout"))
    unpaid = order_of(1, financial_status="pending", fulfillment_status=None)
    rig.take(unpaid, "orders/create")
    cancelled = {
        **unpaid,
        "cancelled_at": "2026-04-03T00:00:00-04:00",
        "updated_at": "2026-04-03T00:00:00-04:00",
    }
    rig.clock.pass_time(LEASE.total_seconds() + 2)
    event = rig.event(cancelled, "orders/cancelled")

    reports = [rig.again(event)]
    while reports[-1].outcome is SyncOutcome.AWAITING_CUSTOMER:
        record = rig.facts.load(order_pk("acme", "shop", "1"))
        assert record is not None
        assert record.due_at is not None
        assert record.due_at <= rig.clock() + SETTLE + 2 * LEASE
        rig.clock.now = max(rig.clock.now, record.due_at)
        reports.append(rig.again(event))

    record = rig.facts.load(order_pk("acme", "shop", "1"))
    assert record is not None
    assert record.status is FactsStatus.READY
    (customer,) = (kept for kept in rig.ledger.records.values() if kept.key.count("customer:"))
    assert customer.state is state
    assert len(rig.books.sent) == 1
