"""`customer`: which customer of Sage Intacct each buyer is, and a person's word on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from ops.again import facts_of, invoke, judge_again
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Profile,
    TenantArgument,
    Why,
    desk_of,
    said,
)
from ops.output import print_facts, print_json, print_table, say
from shared.customers.deciding import Decided, LinkDesk, UndecidableError
from shared.customers.links import Condition, CustomerLink, Origin, StaleLinkError
from shared.facts.record import FactsRecord, StaleFactsError, order_pk
from shared.releasing.resend import held_order
from shared.reviews.records import ReviewStatus, Stage

app = typer.Typer(no_args_is_help=True, help="Customers: who each buyer is in Sage Intacct.")

_COLUMNS = ("buyer", "store", "customer", "origin", "by", "condition", "since")
Who = Annotated[
    str,
    typer.Argument(help="An order as STORE/ORDER, a buyer from `customer list`, or a customer id."),
]
SageId = Annotated[str, typer.Argument(help="The customer's id in Sage Intacct.")]


@app.command("list")
def show_all(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    store: Annotated[str, typer.Option("--store", help="First met in this store.")] = "",
    origin: Annotated[Origin | None, typer.Option("--origin", help="Only so come about.")] = None,
    condition: Annotated[
        Condition | None, typer.Option("--condition", help="Only in this condition.")
    ] = None,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """The buyers of a tenant and their customers; nobody's name."""
    desk = desk_of(context, profile)
    desk.tenant(tenant)
    rows = [
        _row(link)
        for link in desk.links.all(tenant)
        if store in ("", link.store)
        and origin in (None, link.origin)
        and condition in (None, link.condition)
    ]
    if json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        print_table("Customers", _COLUMNS, rows)


@app.command("show")
def show_one(
    context: typer.Context,
    tenant: TenantArgument,
    who: Who,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """One buyer's link: how it came about, what was sent and when, and whom the buyer is not."""
    desk = desk_of(context, profile)
    shown = _shown(_the_link(desk, tenant, who))
    if json:
        print_json(shown)
    else:
        print_facts(shown)


@app.command()
def link(
    context: typer.Context,
    tenant: TenantArgument,
    who: Who,
    sage_id: SageId,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Say which customer a buyer is; its waiting orders go on, and Sage is asked for it.

    An order that has documents in the books keeps its customer: undo it first.
    """
    desk = desk_of(context, profile)
    configured = desk.tenant(tenant)
    decider = _link_desk(desk)
    desk.audit.note(tenant, "customer link", who, why=why, customer=sage_id)
    try:
        if "/" in who:
            record = _order(desk, tenant, who)
            decided = decider.link_order(configured, record, sage_id, by=desk.audit.who)
        else:
            known = _the_link(desk, tenant, who)
            decided = decider.link_buyer(configured, known, sage_id, by=desk.audit.who)
    except (UndecidableError, StaleFactsError, StaleLinkError) as exc:
        raise _cannot(exc) from exc
    _go_on(desk, decided, json=json)


@app.command()
def unlink(
    context: typer.Context,
    tenant: TenantArgument,
    who: Who,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Say that a buyer is not that customer, now and for good; it is chosen anew without it.

    What is in the books stays there, and so do orders that are ready to post.
    """
    desk = desk_of(context, profile)
    configured = desk.tenant(tenant)
    known = _the_link(desk, tenant, who)
    desk.audit.note(tenant, "customer unlink", who, why=why, customer=known.customer)
    try:
        decided = _link_desk(desk).unlink(configured, known, by=desk.audit.who)
    except (UndecidableError, StaleLinkError) as exc:
        raise _cannot(exc) from exc
    _go_on(desk, decided, json=json)


@app.command()
def check(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Notice what became of the tenant's customers in Sage; orders that waited for it go on.

    All linked customers are looked at once a day, those that hold an order each time.
    """
    desk = desk_of(context, profile)
    desk.tenant(tenant)
    told = invoke(desk, "CustomerWatchFunctionName", {"tenant": tenant}).get("tenants", [])
    if json:
        print_json(told)
        return
    for one in told:
        print_facts(one)
    if not told:
        say("the tenant is paused")


def _link_desk(desk: Desk) -> LinkDesk:
    def held(tenant: str) -> Iterator[FactsRecord]:
        for review in desk.reviews.all(tenant):
            order = held_order(review.subject)
            if review.status is ReviewStatus.OPEN and order and order.stage is Stage.FACTS:
                record = desk.facts.load(order_pk(tenant, order.store, order.order_id))
                if record is not None:
                    yield record

    return LinkDesk(desk.links, desk.facts, desk.ledger, held, desk.clock)


def _order(desk: Desk, tenant: str, who: str) -> FactsRecord:
    store, _, order_id = who.partition("/")
    return facts_of(desk, tenant, store, order_id)


def _the_link(desk: Desk, tenant: str, who: str) -> CustomerLink:
    """The one link that is meant.

    Raises:
        OpsError: none is, or several are.
    """
    desk.tenant(tenant)
    named = who
    if "/" in who:
        named = _order(desk, tenant, who).customer
        if not named:
            message = f"order {who} has no customer of its own yet"
            raise OpsError(message)
    found = _link_desk(desk).found(tenant, named)
    if len(found) == 1:
        return found[0]
    buyers = ", ".join(one.buyer for one in found)
    message = f"several buyers are {named}; name one: {buyers}" if found else f"nobody is {who}"
    raise OpsError(message)


def _go_on(desk: Desk, decided: Decided, *, json: bool) -> None:
    """Have the waiting orders looked at again, and tell what was decided."""
    for record in decided.waiting:
        judge_again(desk, record)
    orders = [f"{one.known.ref.store}/{one.known.ref.id}" for one in decided.waiting]
    if json:
        print_json({**_shown(decided.link), "previous": decided.previous, "orders": orders})
        return
    now = decided.link.customer or "nobody yet"
    said(f"buyer {decided.link.buyer} is {now}, was {decided.previous or 'nobody'}", json=json)
    said(f"looked at again: {', '.join(orders) or 'no order waits'}", json=json)


def _cannot(exc: Exception) -> OpsError:
    if isinstance(exc, UndecidableError):
        return OpsError(str(exc))
    return OpsError("somebody changed it at this moment: look again, and say it once more")


def _row(link: CustomerLink) -> tuple[object, ...]:
    how = link.by or link.matched_by
    return (
        link.buyer,
        link.store,
        link.customer,
        link.origin,
        how,
        link.condition,
        link.linked_at,
    )


def _shown(link: CustomerLink) -> dict[str, object]:
    return {
        **dict(zip(_COLUMNS, _row(link), strict=True)),
        "key": link.key,
        "excluded": list(link.excluded),
        "generation": link.generation,
        "fields_sent": sorted(link.sent),
        "sent_as_of": link.as_of,
        "contacts": sorted(link.contacts),
        "version": link.version,
    }
