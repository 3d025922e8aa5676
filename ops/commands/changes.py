"""`changes`: what is followed of a company's books, what is gone there, and a person's word."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from intacct.limits import Tier
from intacct.reading import Kept
from ops.again import invoke
from ops.commands import errands, sage_events
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Profile,
    TenantArgument,
    Why,
    Yes,
    agreed,
    desk_of,
    said,
)
from ops.output import print_json, print_table
from shared.budgets.depths import BACKGROUND_READS_MOST
from shared.changes.checkpoints import DynamoDbChangeCheckpoints, Progress
from shared.changes.pace import DOCUMENTS, Place, cost_of, pace_of, places_of
from shared.changes.tombstones import DynamoDbTombstones, Held, StaleHeldError, Tombstone
from shared.changes.warehouses import warehouses_of
from shared.customers.keeping import TOP_LEVEL
from shared.items.link_store import DynamoDbItemLinks
from shared.tenants.models import Tenant

app = typer.Typer(
    no_args_is_help=True, help="Changes: what others do in Sage, what is gone, what it costs."
)

app.command("errands")(errands.list_errands)
app.command("events")(sage_events.show_events)

_FUNCTION = "IntacctPollerFunctionName"
_DAYS = 30
_SHOWN = 50
_PLACES = ("entity", "kind", "read", "reached", "next", "compared", "waiting", "gone", "failed")
_STONES = ("entity", "kind", "key", "id", "reference", "how", "deleted", "by", "noticed", "back")
_COSTS = (
    "profile",
    "whose",
    "polls",
    "comparing",
    "a day",
    "a month",
    "of background reads",
    "nights",
)
_REPORT = ("entity", "kind", "outcome", "changes", "compared", "gone", "back", "held", "detail")
KindOption = Annotated[Kept, typer.Option("--kind", help="Of this kind of records.")]
AnyKindOption = Annotated[Kept | None, typer.Option("--kind", help="Only this kind.")]
EntityOption = Annotated[
    str, typer.Option("--entity", help="In this entity's books; documents need it.")
]


@dataclass(frozen=True, slots=True)
class _Books:
    """A tenant and where what is known of its books is kept."""

    desk: Desk
    tenant: Tenant
    checkpoints: DynamoDbChangeCheckpoints
    tombstones: DynamoDbTombstones

    @property
    def places(self) -> tuple[Place, ...]:
        """What is read of the tenant's books."""
        return places_of(self.tenant, Kept)

    def progress(self) -> Mapping[Place, Progress]:
        """How far each place was read; those that never were are left out."""
        entities = dict.fromkeys(place.entity for place in self.places)
        return {
            Place(entity, kind): progress
            for entity in entities
            for kind, progress in self.checkpoints.of_entity(self.tenant.id, entity).items()
        }

    def stones(self) -> Iterator[Tombstone]:
        """Everything that was found to be gone."""
        for entity in dict.fromkeys(place.entity for place in self.places):
            yield from self.tombstones.of_entity(self.tenant.id, entity)


@app.command("list")
def show_all(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    gone: Annotated[bool, typer.Option("--gone", help="The records that are gone.")] = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What is followed: when each kind was read, what waits for a person, how many are gone."""
    books = _books(context, profile, tenant)
    if gone:
        _print("Gone from Sage", _STONES, [_stone_row(one) for one in books.stones()], json=json)
        return
    tier, is_pulled = Tier(books.tenant.intacct.tier), books.tenant.changes.events.pull
    known, pace = books.progress(), pace_of(tier, books.places, is_pulled=is_pulled)
    lost = Counter(
        Place(one.entity, one.gone.kind) for one in books.stones() if one.back_at is None
    )
    rows = []
    for place in books.places:
        at = known.get(place, Progress())
        held = books.tombstones.held(tenant, place)
        due = at.read_at + pace.of(place.kind) if at.read_at else "now"
        waiting = 0 if held is None or held.is_confirmed else len(held.records)
        named = (place.entity or "top level", place.kind.value)
        read = (at.read_at, at.watermark.reached_at, due, at.looked_at)
        rows.append((*named, *read, waiting, lost[place], at.failed_at))
    _print("What is followed", _PLACES, rows, json=json)


@app.command("show")
def show_one(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    kind: KindOption,
    entity: EntityOption = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """One kind: what of it is gone, since when and by whom, and what waits for a person."""
    books = _books(context, profile, tenant)
    place = _place(books, kind, entity)
    stones = [_stone_row(one) for one in books.tombstones.of_kind(tenant, place).values()]
    held = books.tombstones.held(tenant, place)
    waits = [] if held is None else [(one.key, one.id, one.reference) for one in held.records]
    if json:
        print_json(
            {
                "gone": [dict(zip(_STONES, row, strict=True)) for row in stones],
                "waiting": [
                    dict(zip(("key", "id", "reference"), row, strict=True)) for row in waits
                ],
                "confirmed_by": held.confirmed_by if held else "",
                "noticed_at": held.noticed_at if held else None,
            }
        )
        return
    print_table(f"Gone: {place}", _STONES, stones)
    title = f"Not shown, and waiting: {len(waits)} (the first {_SHOWN})"
    print_table(title, ("key", "id", "reference"), waits[:_SHOWN])


@app.command()
def cost(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    documents: Annotated[
        int, typer.Option("--documents", min=0, help="Posted in two months, for the estimate.")
    ] = 0,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What a usual day of following costs in API transactions, at each profile."""
    books = _books(context, profile, tenant)
    known = _counted(books, documents)
    rows = []
    for tier in Tier:
        found = cost_of(tier, books.places, known, is_pulled=books.tenant.changes.events.pull)
        month = found.total * _DAYS
        ours = "this company's" if tier.value == books.tenant.intacct.tier else ""
        day = (round(found.polls, 1), round(found.looks, 1), round(found.total, 1))
        rows.append((tier.value, ours, *day, round(month), _percent(month), found.nights))
    _print("Transactions a day of following changes", _COSTS, rows, json=json)
    said(
        "- a reading that finds more than a page, or something missing, costs a few more", json=json
    )
    if not documents:
        said("- documents are not counted here: say how many with --documents", json=json)


@app.command()
def confirm(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    kind: KindOption,
    entity: EntityOption = "",
    why: Why,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Say that the records that wait were deleted; each is then treated by its policy.

    Only those that are listed now count, and of them only those that are still not shown.
    """
    books = _books(context, profile, tenant)
    place = _place(books, kind, entity)
    held = _waiting(books, place)
    named = ", ".join(one.id or one.key for one in held.records[:5])
    question = f"{len(held.records)} records of {place} were deleted in Sage ({named} ...)?"
    agreed(question, yes=yes, json=json)
    desk = books.desk
    what = f"{place.entity}:{kind.value}"
    desk.audit.note(tenant, "changes confirm", what, why=why, records=str(len(held.records)))
    try:
        books.tombstones.confirm(tenant, held, by=desk.audit.who, at=desk.clock())
    except StaleHeldError as exc:
        message = "other records wait by now: look again, and say it once more"
        raise OpsError(message) from exc
    event = {"tenant": tenant, "entity": entity, "kind": kind.value, "is_forced": True}
    _told(invoke(desk, _FUNCTION, {**event, "looks": True}), json=json)


@app.command()
def poll(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    kind: AnyKindOption = None,
    entity: Annotated[
        str | None, typer.Option("--entity", help="Only this entity; empty: top level.")
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Compare keys as well.")] = False,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Read now what changed, due or not; it counts as background reads of the month."""
    books = _books(context, profile, tenant)
    noted = " ".join(filter(None, (entity, kind.value if kind else ""))) or "everything"
    books.desk.audit.note(tenant, "changes poll", noted, why=why)
    event: dict[str, Any] = {"tenant": tenant, "is_forced": True, "looks": compare}
    event |= {"kind": kind.value} if kind else {}
    event |= {"entity": entity} if entity is not None else {}
    _told(invoke(books.desk, _FUNCTION, event), json=json)


def _told(answer: Mapping[str, Any], *, json: bool) -> None:
    """Print what became of each place.

    Raises:
        OpsError: something was not read.
    """
    places = list(answer.get("places", []))
    if json:
        print_json(places)
    else:
        print_table("Followed", _REPORT, [[one.get(name) for name in _REPORT] for one in places])
    open_ = [one for one in places if one.get("outcome") != "complete"]
    if open_:
        message = f"{len(open_)} of {len(places)} were not read whole"
        raise OpsError(message)


def _books(context: typer.Context, profile: str, tenant: str) -> _Books:
    desk = desk_of(context, profile)
    dynamodb = desk.place.client("dynamodb")
    return _Books(
        desk,
        desk.tenant(tenant),
        DynamoDbChangeCheckpoints(dynamodb, desk.place.output("TenantsTableName"), owner="ops"),
        DynamoDbTombstones(dynamodb, desk.place.output("OrdersTableName")),
    )


def _place(books: _Books, kind: Kept, entity: str) -> Place:
    """The place that is meant.

    Raises:
        OpsError: the tenant's books have no such place.
    """
    place = Place(entity, kind)
    if place not in books.places:
        entities = ", ".join(books.tenant.entities_with_stores())
        where = (
            f"in an entity: say --entity ({entities})" if kind in DOCUMENTS else "at the top level"
        )
        message = f"{kind.value} records of {books.tenant.id} are kept {where}"
        raise OpsError(message)
    return place


def _waiting(books: _Books, place: Place) -> Held:
    """What waits at a place.

    Raises:
        OpsError: nothing does.
    """
    held = books.tombstones.held(books.tenant.id, place)
    if held is None or not held.records:
        message = f"nothing of {place} waits for a person"
        raise OpsError(message)
    return held


def _counted(books: _Books, documents: int) -> dict[Place, int]:
    """How many records of each place our tables name, as far as links tell."""
    desk, found = books.desk, Counter[Place]()
    customers, contacts, items = (
        Place(TOP_LEVEL, kind) for kind in (Kept.CUSTOMER, Kept.CONTACT, Kept.ITEM)
    )
    found[Place(TOP_LEVEL, Kept.WAREHOUSE)] = len(warehouses_of(books.tenant))
    for link in desk.links.all(books.tenant.id):
        found[customers] += bool(link.key)
        found[contacts] += len(link.contacts)
    links = DynamoDbItemLinks(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))
    for store in books.tenant.stores:
        found[items] += sum(bool(link.key) for link in links.all(books.tenant.id, store.id))
    entities = books.tenant.entities_with_stores()
    for entity in entities:
        found[Place(entity, Kept.SALES_DOCUMENT)] += math.ceil(documents / len(entities))
    return dict(found)


def _percent(month: float) -> str:
    return f"{100 * month / BACKGROUND_READS_MOST:.0f} %"


def _stone_row(one: Tombstone) -> tuple[object, ...]:
    gone = one.gone
    told = (one.entity or "top level", gone.kind.value, gone.key, gone.id, gone.reference)
    return (*told, gone.how.value, gone.deleted_at, gone.deleted_by, one.noticed_at, one.back_at)


def _print(
    title: str, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]], *, json: bool
) -> None:
    if json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(title, columns, rows)
