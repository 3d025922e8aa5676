"""Posting orders, built on first use."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from functools import cache

from shared.bootstrap.books import books
from shared.bootstrap.facts import facts_store
from shared.bootstrap.gl import day_book
from shared.bootstrap.ledger import ledger
from shared.bootstrap.reviews import reviews
from shared.bootstrap.tenants import tenants
from shared.ledger.apply import Applier
from shared.posting.post_order import OrderPoster, OrderPosterParts
from shared.postings.planner import plan
from shared.tenants.models import Tenant


def now() -> datetime:
    """The time now, aware and in UTC."""
    return datetime.now(UTC)


def new_id() -> str:
    """A fresh opaque id for a claim attempt."""
    return secrets.token_hex(8)


def applier(tenant: Tenant, entity: str) -> Applier:
    """What applies postings to the books of one entity of a tenant."""
    return Applier(
        ledger(),
        books(tenant, entity),
        clock=now,
        ids=new_id,
        hard_unique=tenant.intacct.hard_unique,
    )


@cache
def order_poster() -> OrderPoster:
    """The process's one poster of orders."""
    return OrderPoster(
        OrderPosterParts(
            tenant_of=tenants().tenant,
            facts=facts_store(),
            ledger=ledger(),
            days=day_book(),
            reviews=reviews(),
            applier_of=applier,
            plan=plan,
            clock=now,
        )
    )
