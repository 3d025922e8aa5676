"""Posting orders, built on first use."""

from __future__ import annotations

from functools import cache

from shared.against.looking import OrderLooker
from shared.bootstrap.books import books
from shared.bootstrap.clock import now
from shared.bootstrap.facts import facts_store
from shared.bootstrap.gl import day_book
from shared.bootstrap.ledger import applier, ledger, new_id
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import tenants
from shared.posting.post_order import OrderPoster, OrderPosterParts
from shared.posting.versions import OrderBooks
from shared.postings.planner import plan


@cache
def order_poster() -> OrderPoster:
    """The process's one poster of orders."""
    return OrderPoster(
        OrderPosterParts(
            tenant_of=tenants().tenant,
            tenant_under=tenants().tenant_under,
            facts=facts_store(),
            ledger=ledger(),
            days=day_book(),
            reviews=reviews(),
            applier_of=applier,
            plan=plan,
            clock=now,
            ids=new_id,
        )
    )


@cache
def order_looker() -> OrderLooker:
    """What looks orders up in Sage for a person."""
    return OrderLooker(
        tenant_of=tenants().tenant,
        facts=facts_store(),
        ledger=ledger(),
        books=OrderBooks(tenants().tenant_under, day_book()),
        books_of=books,
        plan=plan,
    )
