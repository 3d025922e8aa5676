from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from commerce.orders import Facts, Ref
from shared.customers.lanes import lane
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.messages import CartEvent, OrderReady
from shared.sweeping.sweep import Sweep, Sweeper, SweeperParts
from shared.tenants.models import Tenant
from tests.fakes import FakeClock, MemoryFacts

TENANT = Tenant.model_validate(
    {
        "id": "acme",
        "intacct": {"company_id": "C", "user_id": "U"},
        "entities": [{"id": "100", "zone": "UTC", "base_currency": "USD"}],
    }
)


class MemoryLanes:
    def __init__(self) -> None:
        self.sent: list[tuple[OrderReady, str, str]] = []

    def send(self, message: OrderReady, *, lane: str, deduplication: str) -> None:
        self.sent.append((message, lane, deduplication))


class MemoryEvents:
    def __init__(self) -> None:
        self.sent: list[CartEvent] = []

    def send(self, event: CartEvent) -> None:
        self.sent.append(event)


class Rig:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.facts = MemoryFacts()
        self.lanes = MemoryLanes()
        self.events = MemoryEvents()
        self.failures: list[tuple[str, Exception]] = []
        self.sweeper = Sweeper(
            SweeperParts(
                facts=self.facts,
                tenant_of=lambda _: TENANT,
                lanes=self.lanes,
                events=self.events,
                clock=self.clock,
                on_failure=lambda pk, error: self.failures.append((pk, error)),
            )
        )

    def keep(self, order_id: str, *, due_in: float = 0, **changes: Any) -> FactsRecord:
        record = FactsRecord(
            order_pk("acme", "shop", order_id),
            Facts(Ref("shopify", "shop", "order", order_id)),
            status=FactsStatus.READY,
            customer="C-1",
            due_at=self.clock() + timedelta(seconds=due_in),
        )
        return self.facts.save(replace(record, **changes))

    def sweep(self, *, seconds: float = 50) -> Sweep:
        return self.sweeper.sweep(self.clock() + timedelta(seconds=seconds))


def test_orders_whose_time_has_come_are_put_on_the_lane_of_their_customer() -> None:
    rig = Rig()
    rig.keep("1001")
    rig.keep("1002", due_in=60)

    swept = rig.sweep()

    ((message, group, _),) = rig.lanes.sent
    assert swept == Sweep(sent=1, passed_over={})
    assert (message.order_id, message.cause, message.facts_version) == ("1001", "due", 1)
    assert group == lane("acme", 4, customer="C-1", order_id="1001")


def test_an_order_without_customer_goes_back_to_where_customers_are_made_sure_of() -> None:
    rig = Rig()
    rig.keep("1001", status=FactsStatus.AWAITING_CUSTOMER)

    swept = rig.sweep()

    (event,) = rig.events.sent
    assert swept == Sweep(sent=1, passed_over={})
    assert rig.lanes.sent == []
    assert (event.resource_id, event.cart, event.raw_key) == ("1001", "shopify", "")


def test_every_shard_is_swept() -> None:
    rig = Rig()
    for number in range(60):
        rig.keep(str(number))

    assert rig.sweep().sent == 60


def test_two_sweepers_do_not_send_an_order_twice() -> None:
    rig = Rig()
    rig.keep("1001")

    rig.sweep()
    rig.sweep()

    assert len(rig.lanes.sent) == 1


def test_an_order_whose_message_was_lost_comes_again() -> None:
    rig = Rig()
    rig.keep("1001")
    rig.sweep()
    rig.clock.pass_time(301)

    rig.sweep()

    assert len(rig.lanes.sent) == 2
    assert len({once for _, _, once in rig.lanes.sent}) == 2


def test_one_order_that_cannot_be_sent_does_not_stop_the_others() -> None:
    rig = Rig()
    rig.keep("1001")
    rig.facts.records["ORD#broken"] = replace(rig.keep("1002"), pk="ORD#broken", due_at=rig.clock())

    swept = rig.sweep()

    assert (swept.sent, swept.passed_over) == (2, {"failed": 1})
    assert [pk for pk, _ in rig.failures] == ["ORD#broken"]


def test_orders_that_may_not_be_posted_are_passed_over_and_counted() -> None:
    rig = Rig()
    rig.keep("1001", status=FactsStatus.WAITING)

    swept = rig.sweep()

    assert swept == Sweep(sent=0, passed_over={"status waiting": 1})


def test_an_order_that_was_finished_meanwhile_is_left_alone() -> None:
    rig = Rig()
    record = rig.keep("1001")
    load = rig.facts.load
    rig.facts.load = lambda pk: replace(load(pk) or record, due_at=None)  # type: ignore[method-assign]

    swept = rig.sweep()

    assert swept.sent == 0
    assert rig.lanes.sent == []


def test_newer_facts_bring_their_own_message() -> None:
    rig = Rig()
    record = rig.keep("1001")
    rig.facts.load = lambda pk: replace(record, pk=pk, version=0)  # type: ignore[method-assign]

    swept = rig.sweep()

    assert swept.passed_over == {"newer facts": 1}


def test_the_sweeper_stops_before_its_time_is_over() -> None:
    rig = Rig()
    rig.keep("1001")

    swept = rig.sweep(seconds=5)

    assert swept == Sweep(sent=0, passed_over={"no time left": 1})
