"""`stock`: the owner of each place, what differs, and a person's word on what is not believed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import typer

from ops.again import invoke
from ops.commands import stock_moves, stock_worth
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Profile,
    StoreArgument,
    TenantArgument,
    desk_of,
)
from ops.output import print_facts, print_json, print_table
from shared.inventory.counts import CountBook, DynamoDbCounts
from shared.inventory.findings import plain, stock_subject
from shared.inventory.sync import STOCK_READER
from shared.ownership.table import Side
from shared.policy.stock import StockPlace
from shared.reviews.records import ReviewStatus
from shared.tenants.models import Store, Tenant
from shared.tenants.stock_checks import decision_of, owner_of

app = typer.Typer(no_args_is_help=True, help="Stock: carts' levels and warehouses, by owner.")
app.command()(stock_moves.transfer)
app.command("write-off")(stock_moves.write_off)
app.command()(stock_moves.receive)
app.command()(stock_worth.prove)

_PLACES = ("warehouse", "location", "owner", "carried", "open_count", "last_count_at")
_DIFFERENCES = ("name", "at", "shown", "wanted")


@app.command()
def show(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """The store's places, who owns each, counts that are open, and what waits for a person."""
    desk = desk_of(context, profile)
    known, shop = desk.store(tenant, store)
    counts = DynamoDbCounts(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))
    places = [
        _place(known, place, counts.load(tenant, store, place.warehouse))
        for place in shop.stock.places
    ]
    review = [one for one in desk.reviews.all(tenant) if one.subject == stock_subject(store)]
    is_open = bool(review) and review[0].status is ReviewStatus.OPEN
    findings = [one.message for one in review[0].findings] if is_open else []
    compared_at = _compared_at(desk, tenant, store)
    if json:
        print_json({"places": places, "compared_at": compared_at, "findings": findings})
        return
    rows = [tuple(place[name] for name in _PLACES) for place in places]
    print_table(_title(shop, compared_at), _PLACES, rows)
    for message in findings:
        typer.echo(f"- {message}")


@app.command()
def compare(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What differs now, and what would wait for a person; nothing is written."""
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    (told,) = _asked(desk, {"tenant": tenant, "store": store, "dry": True})
    if json:
        print_json(told)
        return
    rows = [tuple(one[name] for name in _DIFFERENCES) for one in told.get("differences", [])]
    print_table(f"What differs ({told['outcome']})", _DIFFERENCES, rows)
    for message in told.get("reviews", []):
        typer.echo(f"- {message}")


@app.command()
def sync(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", help="A SKU whose implausible change is right; `*` is every one."),
    ] = None,
    release: Annotated[
        bool, typer.Option("--release", help="Let an adjustment in doubt go again.")
    ] = False,
    why: Annotated[
        str, typer.Option("--why", help="The reason, needed with --accept or --release.")
    ] = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Compare the stock now and carry over what differs.

    What `--accept` names is carried whatever the jump. `--release` sends an adjustment again of
    which it is not known whether Sage has it: look for its reference there first.
    """
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    event: dict[str, Any] = {"tenant": tenant, "store": store}
    if accept or release:
        if not why:
            message = "say --why: it is kept in the audit record"
            raise OpsError(message)
        skus = ",".join(accept or ())
        desk.audit.note(tenant, "stock sync", store, why=why, accept=skus, release=str(release))
        event |= {"accept": accept or [], "release_by": desk.audit.who if release else ""}
    told = _asked(desk, event)
    if json:
        print_json(told)
        return
    for one in told:
        print_facts(one)


def _asked(desk: Desk, event: dict[str, Any]) -> list[dict[str, Any]]:
    """What the function says of the one store.

    Raises:
        OpsError: it said nothing of it.
    """
    told: list[dict[str, Any]] = invoke(desk, "InventorySyncFunctionName", event).get("stores", [])
    if not told:
        message = "the function said nothing of this store"
        raise OpsError(message)
    return told


def _place(tenant: Tenant, place: StockPlace, book: CountBook) -> dict[str, object]:
    owner, decision = owner_of(tenant.ownership, place), decision_of(tenant.ownership, place)
    way = "to the cart" if owner is Side.SAGE else "to Sage Intacct"
    opened = ""
    if book.opened is not None:
        units = sum((line.quantity for line in book.opened.lines), Decimal(0))
        opened = f"{book.opened.definition}: {len(book.opened.lines)} items, {plain(units)} units"
    return {
        "warehouse": place.warehouse,
        "location": place.location,
        "owner": owner.value,
        "carried": way if decision.is_allowed else f"not: {decision.rule}",
        "open_count": opened,
        "last_count_at": book.ended_at,
    }


def _compared_at(desk: Desk, tenant: str, store: str) -> datetime | None:
    """When a run last compared all of the store's stock."""
    answer = desk.place.client("dynamodb").get_item(
        TableName=desk.place.output("TenantsTableName"),
        Key={"pk": {"S": f"CHECKPOINT#{tenant}#{store}"}, "sk": {"S": STOCK_READER}},
        ConsistentRead=True,
    )
    millis = answer.get("Item", {}).get("read_to", {}).get("N")
    return datetime.fromtimestamp(int(millis) / 1000, UTC) if millis else None


def _title(store: Store, compared_at: datetime | None) -> str:
    if not store.stock.is_kept:
        return "Stock is not kept"
    return f"Stock, compared at {compared_at:%Y-%m-%d %H:%M} UTC" if compared_at else "Stock"
