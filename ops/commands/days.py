"""`day export` and `day correct`: the journals of a summary channel's day, by hand."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ops.again import invoke
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Profile,
    StoreArgument,
    TenantArgument,
    Why,
    day,
    desk_of,
)
from ops.output import print_json, print_table
from shared.gl.reports import DayState

app = typer.Typer(no_args_is_help=True, help="The journals of a summary channel's days.")

_COLUMNS = ("currency", "state", "what", "reference", "posted", "events", "debits", "why")
_FINE = (DayState.POSTED.value, DayState.NOTHING.value)
Day = Annotated[str, typer.Argument(help="The ledger date, as 2026-03-02.")]
Currency = Annotated[str, typer.Option("--currency", help="Only the day in this currency, as EUR.")]


@app.command()
def export(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    on: Day,
    *,
    even_if_incomplete: Annotated[
        bool, typer.Option("--even-if-incomplete", help="Without the orders that are held.")
    ] = False,
    currency: Currency = "",
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Export a day that is over now, or correct it by what came since.

    Orders that are held and left out correct the day when they are released.
    """
    desk = desk_of(context, profile)
    event = _event(tenant, store, on, currency)
    if even_if_incomplete:
        event["even_if_incomplete"] = True
    desk.audit.note(tenant, "day export", _subject(store, on), why=why)
    _ask(desk, event, json=json)


@app.command()
def correct(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    on: Day,
    *,
    currency: Currency = "",
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Make the lines of a day anew from the facts, under today's mapping, and post what changed.

    In an open period the day is posted anew and its journal taken back; in a closed one the
    difference goes into the first open period. The orders stay under today's mapping. A long day
    goes on by itself where this run was out of time.
    """
    desk = desk_of(context, profile)
    event = {**_event(tenant, store, on, currency), "correct_by": desk.audit.who}
    desk.audit.note(tenant, "day correct", _subject(store, on), why=why)
    _ask(desk, event, json=json)


def _event(tenant: str, store: str, on: str, currency: str) -> dict[str, Any]:
    wanted = {"tenant": tenant, "store": store, "date": day(on).isoformat()}
    return {**wanted, "currency": currency} if currency else wanted


def _subject(store: str, on: str) -> str:
    return f"day:{store}:{on}"


def _ask(desk: Desk, event: dict[str, Any], *, json: bool) -> None:
    """Have the function do it, and tell what came of it.

    Raises:
        OpsError: a day is neither posted nor without anything to post.
    """
    days = invoke(desk, "GlExportFunctionName", event).get("days", [])
    if json:
        print_json(days)
    else:
        print_table("Days", _COLUMNS, [row for each in days for row in _rows(each)])
    unfinished = sorted({each["state"] for each in days} - set(_FINE))
    if unfinished:
        message = f"the day is not done: {', '.join(unfinished)}"
        raise OpsError(message)


def _rows(told: dict[str, Any]) -> list[tuple[str, ...]]:
    why = ", ".join(told["reasons"])
    journals = told["journals"]
    if not journals:
        return [(told["currency"], told["state"], "", "", "", "", "", why)]
    return [
        (
            told["currency"],
            told["state"],
            journal["what"],
            journal["reference"],
            journal["posted_on"],
            str(journal["events"]),
            journal["debits"],
            why,
        )
        for journal in journals
    ]
