"""Finds the entries that a person asks to have explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ops.desk import Desk
from ops.errors import OpsError
from ops.explaining import explainer
from ops.lookups import days_on, postings_named
from ops.stored_orders import stored_orders
from ops.the_tenant import tenant_wanted
from shared.explain.explainer import Explainer, day_of
from shared.explain.lines import ExplainedEntry
from shared.facts.record import order_pk
from shared.payouts.store import PayoutKey
from shared.tenants.models import Tenant


def of_journal(desk: Desk, name: str) -> list[ExplainedEntry]:
    """The entries of that posting key, number of ours or key of Sage's.

    Reads the whole ledger where the name is not the posting key of a day's journal.

    Raises:
        OpsError: nothing is posted under that name.
        NothingKnownError, NoBookError: what it is about is not stored.
    """
    explains = explainer(desk)
    day = day_of(name)
    if day is not None:
        found = [entry for entry in explains.day(day) if entry.key == name]
    else:
        found = [
            explains.posting(record)
            for record in postings_named(desk, name)
            if not record.pk.startswith("CUS#")
        ]
    if not found:
        message = f"nothing is posted under {name!r}"
        raise OpsError(message)
    return found


def of_order(desk: Desk, tenant_id: str, store: str, order_id: str) -> list[ExplainedEntry]:
    """Every ledger line that holds something of an order, in whichever store it is.

    Raises:
        OpsError: no store knows the order.
        NothingKnownError, NoBookError: what it is about is not stored.
    """
    tenant = desk.tenant(tenant_wanted(desk, tenant_id))
    explains = explainer(desk)
    found: list[ExplainedEntry] = []
    is_known = False
    for name in _stores(tenant, store):
        if desk.facts.load(order_pk(tenant.id, name, order_id)) is not None:
            is_known = True
            found += explains.order(tenant.id, name, order_id)
    if not is_known:
        message = f"nothing is known of order {order_id} of tenant {tenant.id}"
        raise OpsError(message)
    return found


def of_account(
    desk: Desk, tenant_id: str, store: str, account: str, on: date
) -> list[ExplainedEntry]:
    """Every line on an account and a ledger date; reads all orders, days and payouts.

    Raises:
        NothingKnownError, NoBookError: what a posting is about is not stored.
    """
    tenant = desk.tenant(tenant_wanted(desk, tenant_id))
    stores = _stores(tenant, store)
    found = []
    for entry in _all_on(desk, explainer(desk), tenant.id, stores, on):
        numbers = [line.number for line in entry.lines if line.account == account]
        if entry.posted_on == on and numbers:
            found.append(entry.only(numbers))
        elif entry.posted_on is None and entry.problems:
            found.append(entry)  # it may be on this account and day: nobody can say
    return found


def _all_on(
    desk: Desk, explains: Explainer, tenant: str, stores: Iterable[str], on: date
) -> Iterator[ExplainedEntry]:
    for key in days_on(desk, tenant, on):
        if key.store in stores:
            yield from explains.day(key)
    for store in stores:
        for record in stored_orders(desk, tenant, store):
            yield from explains.documents(record)
        for head in desk.payouts.heads(tenant, store):
            payout = PayoutKey(tenant, store, head.payout.ref.id)
            if desk.ledger.chain(payout.ledger_pk):
                yield from explains.payout(payout)


def _stores(tenant: Tenant, wanted: str) -> list[str]:
    stores = [store.id for store in tenant.stores if wanted in ("", store.id)]
    if not stores:
        message = f"tenant {tenant.id} has no store {wanted}"
        raise OpsError(message)
    return stores
