"""`cart poll` and `cart backfill`: have a store read now, or a range of its past once more."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

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
    desk_of,
    said,
)
from ops.output import print_facts, print_json
from shared.polling.reports import PollOutcome
from shared.tenants.models import Store, Tenant

_FUNCTION = "CartPollerFunctionName"
_TURN_SECONDS = 40
"""How long the function works per call: shorter than the client waits for an answer."""

_PAUSE_SECONDS = 15.0
_MOST_BUSY = 40


def poll(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Ask the store's API now for orders that changed since the last poll."""
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    desk.audit.note(tenant, "cart poll", f"store:{store}", why=why)
    done = _asked(desk, {"tenant": tenant, "store": store, "seconds": _TURN_SECONDS})
    if json:
        print_json(done)
    else:
        print_facts(done)
    if done["outcome"] in (PollOutcome.FAILED, PollOutcome.SKIPPED):
        message = f"the store was not read: {done['detail']}"
        raise OpsError(message)


def backfill(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    first: Annotated[str, typer.Option("--from", help="The first day, as 2026-01-01.")],
    last: Annotated[str, typer.Option("--to", help="The last day, as 2026-01-31.")],
    label: Annotated[
        str, typer.Option("--label", help="A name, to read a range again that was read.")
    ] = "",
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Read once more which orders changed from one day to another, and bring in what is missing.

    Days are of the entity's calendar. It may be stopped with Ctrl-C at any time: the same command
    goes on where it was. Orders that are known as they are stay as they are.
    """
    desk = desk_of(context, profile)
    owner, shop = desk.store(tenant, store)
    begin, until = _midnight(owner, shop, first), _midnight(owner, shop, last, after=True)
    asked: dict[str, Any] = {
        "tenant": tenant,
        "store": store,
        "begin": begin.isoformat(),
        "until": until.isoformat(),
        "label": label,
        "seconds": _TURN_SECONDS,
    }
    noted = f"store:{store}"
    desk.audit.note(tenant, "cart backfill", noted, why=why, first=first, last=last, label=label)
    done = _walked(desk, asked, (begin, until), json=json)
    if json:
        print_json(done)
    if done["outcome"] != PollOutcome.COMPLETE:
        message = (
            f"stopped: {done['detail'] or done['outcome']}; the same command goes on from here"
        )
        raise OpsError(message)


def _walked(
    desk: Desk, asked: dict[str, Any], ends: tuple[datetime, datetime], *, json: bool
) -> dict[str, Any]:
    """Call the function until the range is read, or it cannot be read further."""
    hints = busy = 0
    while True:
        done = _asked(desk, asked)
        hints += int(done["hints"])
        said(
            f"{_share(done, ends):4.0%}  read to {done['read_to'] or '-'}, {hints} hints", json=json
        )
        if done["outcome"] == PollOutcome.BUSY and busy < _MOST_BUSY:
            busy += 1
            desk.sleep(_PAUSE_SECONDS)
        elif done["outcome"] != PollOutcome.PARTIAL:
            return {**done, "hints": hints}


def _share(done: dict[str, Any], ends: tuple[datetime, datetime]) -> float:
    """How much of the range was read, between 0 and 1."""
    if done["outcome"] == PollOutcome.COMPLETE:
        return 1.0
    if not done["read_to"]:
        return 0.0
    begin, until = ends
    return (datetime.fromisoformat(done["read_to"]) - begin) / (until - begin)


def _asked(desk: Desk, event: dict[str, Any]) -> dict[str, Any]:
    """What became of the one store."""
    stores = invoke(desk, _FUNCTION, event).get("stores", [])
    if len(stores) != 1:
        message = f"the poller answered for {len(stores)} stores instead of one"
        raise OpsError(message)
    found: dict[str, Any] = stores[0]
    return found


def _midnight(tenant: Tenant, store: Store, text: str, *, after: bool = False) -> datetime:
    """The begin of a day in the entity's zone; `after` gives that of the day behind it."""
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
    except (ValueError, OverflowError) as exc:
        message = f"{text!r} is no date: say it as 2026-01-31"
        raise OpsError(message) from exc
    entity = tenant.entity(store.entity)
    if entity is None:
        message = f"the store's entity {store.entity} is not configured"
        raise OpsError(message)
    return datetime.combine(day, time(), ZoneInfo(entity.zone))
