"""`replay`: history once more, from the archive of raw deliveries, through the product itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from ops.archived import Archived, ArchiveReader, Window, instant, is_event
from ops.commands.replays import replay_day
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Limit,
    OfStore,
    Profile,
    TenantArgument,
    Yes,
    agreed,
    desk_of,
    said,
)
from ops.output import print_json, print_table
from ops.the_tenant import tenant_wanted
from shared.customers.lanes import deduplication_id
from shared.intake.cart_events import group_of
from shared.messages import CartEvent
from shared.tenants.models import Store

What = Annotated[str, typer.Argument(help="A delivery (64 hex digits) or an order's id.")]


def replay(
    context: typer.Context,
    tenant: TenantArgument = "",
    what: What = "",
    *,
    why: Annotated[
        str, typer.Option("--why", help="The reason, kept in the audit record; not for --day.")
    ] = "",
    day: Annotated[
        str, typer.Option("--day", help="Rebuild this ledger date and compare; sends nothing.")
    ] = "",
    mapping: Annotated[
        int, typer.Option("--mapping", min=0, help="... under this version of the document too.")
    ] = 0,
    store: OfStore = "",
    since: Annotated[str, typer.Option("--since", help="What came from then on.")] = "",
    until: Annotated[str, typer.Option("--until", help="What came before then.")] = "",
    limit: Limit = 10_000,
    rate: Annotated[float, typer.Option("--rate", min=0.2, help="Deliveries a second.")] = 10.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Queue archived deliveries again, in the order in which they came; facts never go backwards.

    One delivery, all of one order, or all since an instant. Nothing is posted twice by it: what is
    in the ledger is known. With --day nothing is queued: the day's journals and documents are
    rebuilt from the archive and compared with what was posted.
    """
    desk = desk_of(context, profile)
    if day:
        replay_day(desk, tenant, day, store, mapping, json=json)
        return
    tenant = tenant_wanted(desk, tenant)
    why = why or str(typer.prompt("Why"))
    window = Window(instant(since), instant(until))
    if not what and window.since is None:
        message = "name a delivery or an order, or say --since"
        raise OpsError(message)
    found = list(_found(desk, tenant, what, store, window))[:limit]
    if what and not found:
        message = f"nothing is archived of {what!r}"
        raise OpsError(message)
    if not json:
        _show(tenant, found)
    events = [one.event for one in found if one.event is not None]
    sent = 0
    if events and not dry_run:
        agreed(f"Queue {len(events)} deliveries of {tenant} again?", yes=yes, json=json)
        subject = f"replay:{store or '*'}:{what or since}"
        desk.audit.note(tenant, "replay", subject, why=why, count=str(len(events)), until=until)
        sent = _send(desk, events, rate)
    _report(found, sent, json=json)


def _report(found: Sequence[Archived], sent: int, *, json: bool) -> None:
    names = [one.event.delivery for one in found if one.event is not None]
    unclear = [one.key for one in found if one.event is None]
    if json:
        print_json({"found": names, "unclear": unclear, "sent": sent})
    else:
        said(f"{sent} queued again, {len(unclear)} cannot be told", json=json)


def _found(desk: Desk, tenant: str, what: str, store: str, window: Window) -> Iterator[Archived]:
    reader = ArchiveReader(desk, tenant)
    for one in _stores(desk, tenant, store):
        if is_event(what):
            found = reader.one(one, what)
            if found is not None:
                yield found
            continue
        for delivery in reader.all(one, window):
            about = delivery.event.resource_id if delivery.event else ""
            if what in ("", about):
                yield delivery


def _stores(desk: Desk, tenant: str, wanted: str) -> Sequence[Store]:
    stores = [one for one in desk.tenant(tenant).stores if wanted in ("", one.id)]
    if not stores:
        message = f"tenant {tenant} has no store {wanted}"
        raise OpsError(message)
    return stores


def _send(desk: Desk, events: Sequence[CartEvent], rate: float) -> int:
    """Queue each under an id of this run: its own would be swallowed soon after it came."""
    sqs, url = desk.place.client("sqs"), desk.place.output("CartEventsQueueUrl")
    run = desk.clock().isoformat(timespec="minutes")
    for event in events:
        sqs.send_message(
            QueueUrl=url,
            MessageBody=event.model_dump_json(),
            MessageGroupId=group_of(event),
            MessageDeduplicationId=deduplication_id(event.raw_key, f"replay {run}"),
        )
        desk.sleep(1 / rate)
    return len(events)


def _show(tenant: str, found: Sequence[Archived]) -> None:
    rows = [
        (
            one.received_at,
            one.event.store if one.event else "",
            one.event.topic if one.event else "cannot be told",
            one.event.resource_id if one.event else "",
            one.event.delivery if one.event else one.key,
        )
        for one in found
    ]
    columns = ("came at", "store", "topic", "order", "delivery")
    print_table(f"Archived deliveries of {tenant}", columns, rows)
