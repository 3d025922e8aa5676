"""Posting orders, built on first use."""

from __future__ import annotations

from functools import cache

from shared.against.looking import OrderLooker
from shared.bootstrap import aws
from shared.bootstrap.books import books, reads
from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.gl import day_book
from shared.bootstrap.ledger import applier_by_hand, ledger, new_id
from shared.bootstrap.order_books import order_books
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import tenants
from shared.posting.closed_period_store import DynamoDbClosings, DynamoDbLateItems
from shared.posting.closed_periods import ClosedPeriods
from shared.posting.closings import Calendars
from shared.posting.post_order import OrderPoster, OrderPosterParts
from shared.postings.planner import plan
from shared.settings import OrdersSettings


@cache
def order_poster() -> OrderPoster:
    """The process's one poster of orders."""
    return OrderPoster(
        OrderPosterParts(
            tenant_of=tenants().tenant,
            books=order_books(notes=True),
            facts=facts_store(),
            ledger=ledger(),
            days=day_book(),
            reviews=reviews(),
            applier_of=applier_by_hand,
            plan=plan,
            clock=now,
            ids=new_id,
            closed=closed_periods(),
        )
    )


@cache
def closed_periods() -> ClosedPeriods:
    """What posting does about closed periods."""
    table = OrdersSettings.from_environment().ORDERS_TABLE
    closings = DynamoDbClosings(aws.dynamodb(), table)
    calendars = Calendars(
        closings, lambda tenant, entity: reads(tenant, entity).periods(), clock=now
    )
    return ClosedPeriods(calendars, DynamoDbLateItems(aws.dynamodb(), table))


@cache
def order_looker() -> OrderLooker:
    """What looks orders up in Sage for a person."""
    return OrderLooker(
        tenant_of=tenants().tenant,
        facts=facts_store(),
        ledger=ledger(),
        books=order_books(),
        books_of=books,
        plan=plan,
    )
