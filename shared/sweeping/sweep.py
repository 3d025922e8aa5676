"""Put orders whose time has come back on their lanes, each minute (reliability rule 7).

The sweeper is also the net under every queue: an order stays due until nothing is left to do with
it, so that a message that was never sent, or was lost, comes again from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.customers.lanes import OrderLanes, deduplication_id, lane
from shared.facts.record import DUE_SHARDS, DueOrder, FactsRecord, FactsStatus, FactsStore, order_of
from shared.intake.cart_events import CartEvents
from shared.messages import CartEvent, OrderReady
from shared.ports import Clock
from shared.tenants.models import Tenant

CAUSE = "due"
"""What a message of the sweeper gives as its cause."""

_AGAIN = timedelta(minutes=5)
_MOST_PER_SHARD = 200
_MARGIN = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one run did: `sent` back on lanes; `passed_over` counts the others by their reason."""

    sent: int
    passed_over: dict[str, int]


@dataclass(frozen=True, slots=True)
class SweeperParts:
    """What sweeping needs of the outside; `on_failure` is told of an order that could not be."""

    facts: FactsStore
    tenant_of: Callable[[str], Tenant]
    lanes: OrderLanes
    events: CartEvents
    clock: Clock
    on_failure: Callable[[str, Exception], None]


class Sweeper:
    """Sends due orders again; two sweepers at once do little harm and lose nothing."""

    def __init__(self, parts: SweeperParts) -> None:
        """`parts` are shared by all orders."""
        self._parts = parts

    def sweep(self, deadline: datetime) -> Sweep:
        """Go through all shards, the oldest orders first, and stop in time before `deadline`."""
        sent, passed_over = 0, Counter[str]()
        for shard in range(DUE_SHARDS):
            due = self._parts.facts.due(shard, now=self._parts.clock(), limit=_MOST_PER_SHARD)
            for order in due:
                if self._parts.clock() + _MARGIN >= deadline:
                    passed_over["no time left"] += 1
                    continue
                reason = self._guarded(order)
                passed_over.update([reason] if reason else [])
                sent += not reason
        return Sweep(sent, dict(passed_over))

    def _guarded(self, order: DueOrder) -> str:
        try:
            return self._send(order)
        except Exception as error:  # noqa: BLE001  # a process edge: the other orders go on
            self._parts.on_failure(order.pk, error)
            return "failed"

    def _send(self, order: DueOrder) -> str:
        """Send the order again; empty text, or why it was passed over.

        It is pushed back first: a crash before the message only makes it come some minutes later,
        and a second sweeper finds nothing due.
        """
        record = self._parts.facts.load(order.pk)
        now = self._parts.clock()
        if record is None or record.due_at is None or record.due_at > now:
            return "not due any more"
        if not record.status.has_work and record.status is not FactsStatus.AWAITING_CUSTOMER:
            return f"status {record.status.value}"
        due_at = record.due_at
        if not self._parts.facts.schedule(order.pk, version=record.version, due_at=now + _AGAIN):
            return "newer facts"
        if record.status.has_work:
            self._put_on_lane(record, due_at)
        else:
            self._judge_again(record, due_at)
        return ""

    def _judge_again(self, record: FactsRecord, due_at: datetime) -> None:
        """An order without customer goes back to where customers are made sure of."""
        tenant_id, store, order_id = order_of(record.pk)
        self._parts.events.send(
            CartEvent(
                tenant=tenant_id,
                store=store,
                cart=record.known.ref.cart,
                topic=CAUSE,
                delivery=deduplication_id(record.pk, f"{CAUSE} {_minute(due_at)}"),
                resource_id=order_id,
                received_at=self._parts.clock(),
            )
        )

    def _put_on_lane(self, record: FactsRecord, due_at: datetime) -> None:
        tenant_id, store, order_id = order_of(record.pk)
        tenant = self._parts.tenant_of(tenant_id)
        message = OrderReady(
            tenant=tenant_id,
            store=store,
            order_id=order_id,
            facts_version=record.version,
            cause=CAUSE,
        )
        group = lane(tenant_id, tenant.intacct.lanes, customer=record.customer, order_id=order_id)
        once = deduplication_id(record.pk, f"{CAUSE} {_minute(due_at)}")
        self._parts.lanes.send(message, lane=group, deduplication=once)


def _minute(due_at: datetime) -> str:
    return due_at.strftime("%Y%m%dT%H%M")
