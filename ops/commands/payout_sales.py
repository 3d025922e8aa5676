"""`payout book`, `payout correct` and `payout awaited`: payouts that bring their sales along."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ops.again import invoke
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Older,
    PayoutArgument,
    Profile,
    StoreArgument,
    TenantArgument,
    Why,
    desk_of,
)
from ops.output import print_facts, print_json, print_table
from ops.payout_plans import loaded, store_book_of
from ops.payout_sales import awaited_sales
from shared.payouts.booking import BookingState
from shared.payouts.store import PayoutKey
from shared.postings.payout_entries import cleared

_FUNCTION = "PayoutSyncFunctionName"


def book(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    payout: PayoutArgument,
    *,
    even_if_incomplete: Annotated[
        bool,
        typer.Option(
            "--even-if-incomplete", help="What matches no sale stays on the clearing account."
        ),
    ] = False,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Book a payout now, as far as it has come.

    With --even-if-incomplete rows of a payout in summary_payout that match no sale do not hold it;
    `payout correct` takes their sales up later.
    """
    desk = desk_of(context, profile)
    key = PayoutKey(tenant, store, payout)
    loaded(desk, key)
    desk.audit.note(tenant, "payout book", f"payout:{store}:{payout}", why=why)
    event: dict[str, Any] = {"even_if_incomplete": True} if even_if_incomplete else {}
    _ask(desk, key, event, json=json)


def correct(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    payout: PayoutArgument,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Make the sales of a payout anew, under today's mapping, and post what changed.

    Sales that came since are taken up. In an open period its journals are posted anew and the ones
    before taken back; in a closed one the difference goes into the first open period.
    """
    desk = desk_of(context, profile)
    key = PayoutKey(tenant, store, payout)
    loaded(desk, key)
    desk.audit.note(tenant, "payout correct", f"payout:{store}:{payout}", why=why)
    _ask(desk, key, {"correct_by": desk.audit.who}, json=json)


def awaited(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    older: Older = 0,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Sales and refunds that wait for the payout of their money, the oldest first.

    Reads every order. `clearing` is what the payout must bring for it.
    """
    desk = desk_of(context, profile)
    books = store_book_of(desk, tenant, store)
    today = books.ledger_on(desk.clock())
    found = sorted(awaited_sales(desk, tenant, store, books), key=lambda one: one.occurred_at)
    columns = ("event", "order", "since", "days", "clearing")
    rows = [
        (
            one.event,
            one.order_id,
            one.ledger_on.isoformat(),
            (today - one.ledger_on).days,
            cleared(one, books.payout_clearing),
        )
        for one in found
        if (today - one.ledger_on).days >= older
    ]
    if json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table("Waiting for their payout", columns, rows)


def _ask(desk: Desk, key: PayoutKey, event: dict[str, Any], *, json: bool) -> None:
    """Have the function do it, and tell what came of it.

    Raises:
        OpsError: the payout is not booked as far as it has come.
    """
    wanted = {"tenant": key.tenant, "store": key.store, "payout": key.payout_id, **event}
    booked = invoke(desk, _FUNCTION, wanted).get("payouts", [])
    if len(booked) != 1:
        message = f"the function answered for {len(booked)} payouts instead of one"
        raise OpsError(message)
    done: dict[str, Any] = booked[0]
    if json:
        print_json(done)
    else:
        print_facts(done)
    if done["state"] != BookingState.BOOKED:
        message = f"the payout is not booked: {done['state']}"
        raise OpsError(message)
