"""What looks after customers and the orders that wait for them, built on first use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from shared.bootstrap import aws
from shared.bootstrap.books import reads, records
from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.ledger import ledger
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import tenants
from shared.customers.following import Follower
from shared.customers.lanes import SqsOrderLanes
from shared.customers.link_store import DynamoDbLinks
from shared.customers.resuming import Held, Resumer, ResumerParts
from shared.customers.watching import CustomerWatch
from shared.facts.record import order_pk
from shared.intake.cart_events import SqsCartEvents
from shared.posting.arrivals import RELEASE
from shared.releasing.resend import Resender, held_order
from shared.reviews.records import ReviewStatus
from shared.settings import CartEventsSettings, LaneSettings, OrdersSettings


@cache
def customer_resumer() -> Resumer:
    """The process's one resumer of orders that wait for their customers."""
    links = DynamoDbLinks(aws.dynamodb(), OrdersSettings.from_environment().ORDERS_TABLE)
    lanes_url = LaneSettings.from_environment().ORDER_POSTINGS_QUEUE_URL
    events_url = CartEventsSettings.from_environment().CART_EVENTS_QUEUE_URL
    again = Resender(
        facts=facts_store(),
        tenant_of=tenants().tenant,
        lanes=SqsOrderLanes(aws.sqs(), lanes_url),
        events=SqsCartEvents(aws.sqs(), events_url),
        clock=now,
    )
    return Resumer(
        ResumerParts(
            watch=CustomerWatch(links, Follower(reads, records), reads, reviews(), clock=now),
            links=links,
            facts=facts_store(),
            ledger=ledger(),
            held=_held,
            again=again,
            release=RELEASE,
            clock=now,
        )
    )


def _held(tenant: str) -> Iterator[Held]:
    """The tenant's orders with an open review record, at whatever stage."""
    for review in reviews().all(tenant):
        order = held_order(review.subject)
        if review.status is not ReviewStatus.OPEN or order is None:
            continue
        record = facts_store().load(order_pk(tenant, order.store, order.order_id))
        if record is not None:
            yield Held(review, order.stage, record)
