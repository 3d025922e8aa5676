"""Having a held order looked at again: through its queue, by the workers that held it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.customers.lanes import OrderLanes, deduplication_id, lane
from shared.facts.record import FactsRecord, FactsStore, order_of, order_pk
from shared.intake.cart_events import CartEvents
from shared.messages import CartEvent, OrderReady
from shared.ports import Clock
from shared.reviews.records import Stage
from shared.tenants.models import Tenant

RETRY = "retry"
"""The topic, or cause, of a message that has an order looked at again in nobody's name."""


class CannotResendError(ValueError):
    """The order cannot be looked at again from here; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """What a review record's subject names: an order, and the stage it was stopped at."""

    store: str
    order_id: str
    stage: Stage


def held_order(subject: str) -> HeldOrder | None:
    """The order in `order:<store>:<order id>:<stage>`; None where the subject names another."""
    kind, store, rest = (*subject.split(":", 2), "", "")[:3]
    order_id, _, stage = rest.rpartition(":")
    if kind != "order" or not order_id or stage not in set(Stage):
        return None
    return HeldOrder(store, order_id, Stage(stage))


@dataclass(frozen=True, slots=True)
class Resender:
    """Puts held orders back on their queues; `tenant_of` finds the configuration of now."""

    facts: FactsStore
    tenant_of: Callable[[str], Tenant]
    lanes: OrderLanes
    events: CartEvents
    clock: Clock

    def send(self, tenant: str, held: HeldOrder, *, once: str) -> None:
        """Have the order looked at again; the same `once` within five minutes counts once.

        Raises:
            CannotResendError: nothing is known of the order, or it may not be posted.
            NotKeptError: it could not be queued.
            botocore.exceptions.ClientError: it could not be read or queued.
        """
        record = self.facts.load(order_pk(tenant, held.store, held.order_id))
        if record is None:
            message = f"nothing is known of order {held.order_id} of store {held.store}"
            raise CannotResendError(message)
        if held.stage is Stage.FACTS:
            self.judge(record, once=once)
        else:
            self.post(record, cause=RETRY, once=once)

    def judge(self, record: FactsRecord, *, once: str, released_by: str = "") -> None:
        """Have facts and customer judged anew, as the sweeper does; a release names the person.

        Raises:
            NotKeptError: it could not be queued.
        """
        ref = record.known.ref
        self.events.send(
            CartEvent(
                tenant=order_of(record.pk)[0],
                store=ref.store,
                cart=ref.cart,
                topic="release" if released_by else RETRY,
                delivery=deduplication_id(record.pk, once),
                resource_id=ref.id,
                received_at=self.clock(),
                released_by=released_by,
            )
        )

    def post(self, record: FactsRecord, *, cause: str, once: str) -> None:
        """Put the order on its lane once more.

        Raises:
            CannotResendError: the order is not ready to post.
        """
        tenant, store, order_id = order_of(record.pk)
        if not record.status.has_work:
            message = f"order {order_id} is {record.status.value}, not ready to post"
            raise CannotResendError(message)
        lanes = self.tenant_of(tenant).intacct.lanes
        self.lanes.send(
            OrderReady(
                tenant=tenant,
                store=store,
                order_id=order_id,
                facts_version=record.version,
                cause=cause,
            ),
            lane=lane(tenant, lanes, customer=record.customer, order_id=order_id),
            deduplication=deduplication_id(record.pk, once),
        )
