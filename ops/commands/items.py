"""`items`: which item of Sage Intacct each article of a store is, and a person's word on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated

import typer

from ops.again import invoke
from ops.commands import costs
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
from ops.order_books import bundles_of
from ops.output import print_facts, print_json, print_table
from shared.bundles.register import OrderBundles
from shared.items.link_store import DynamoDbItemLinks
from shared.items.links import Condition, ItemLink, Origin, StaleLinkError
from shared.items.waiting import Waiting, WaitingOrders

app = typer.Typer(no_args_is_help=True, help="Items: what each article of a store is in Sage.")
app.add_typer(costs.app, name="costs")

_COLUMNS = ("article", "item", "origin", "by", "condition", "since")
_WAITING = ("article", "title", "orders", "oldest")
Article = Annotated[
    str, typer.Argument(help="The SKU; `id:` and the cart's id of an article without one.")
]
SageItem = Annotated[str, typer.Argument(help="The item's id in Sage Intacct.")]


@app.command("list")
def show_all(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Articles without item that orders wait for.")
    ] = False,
    condition: Annotated[
        Condition | None, typer.Option("--condition", help="Only in this condition.")
    ] = None,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """The articles of a store and their items, or those that orders wait for."""
    desk = _desk(context, profile, tenant, store)
    if waiting:
        found = _waiting(desk).of_store(tenant, store, desk.reviews.all(tenant)).values()
        _print("Articles that orders wait for", _WAITING, map(_waiting_row, found), json=json)
        return
    links = _links(desk).all(tenant, store)
    rows = (_row(link) for link in links if condition in (None, link.condition))
    _print("Items", _COLUMNS, rows, json=json)


def _print(
    title: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]], *, json: bool
) -> None:
    if json:
        print_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        print_table(title, columns, list(rows))


@app.command("show")
def show_one(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    article: Article,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """One article's link: how it came about and what was sent where."""
    desk = _desk(context, profile, tenant, store)
    link = _links(desk).load(tenant, store, article)
    if link is None:
        message = f"{article} of {store} is linked to no item"
        raise OpsError(message)
    shown = {
        **dict(zip(_COLUMNS, _row(link), strict=True)),
        "key": link.key,
        "product": link.product_id,
        "unit": link.unit,
        "fields_sent": sorted(link.sent),
        "fields_written_back": sorted(link.written),
        "version": link.version,
    }
    if json:
        print_json(shown)
    else:
        print_facts(shown)


@app.command()
def link(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    article: Article,
    item: SageItem,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Say which item an article is; the orders that waited for it go on.

    What is in the books stays there. Sage is not asked: a document that names an item that is not
    there is refused and waits for a person.
    """
    desk = _desk(context, profile, tenant, store)
    desk.audit.note(tenant, "items link", f"{store}/{article}", why=why, item=item)
    decided = ItemLink(
        tenant=tenant,
        store=store,
        article=article,
        item=item,
        origin=Origin.PERSON,
        condition=Condition.GOOD,
        linked_at=desk.clock(),
        by=desk.audit.who,
    )
    _keep(_links(desk), decided)
    waiting = _waiting(desk).of_store(tenant, store, desk.reviews.all(tenant)).get(article)
    gone = 0
    if waiting is not None:
        once = f"item {article} {desk.clock().isoformat()}"
        gone = _waiting(desk).let_go(tenant, waiting, once=once)
    if json:
        print_json({"article": article, "item": item, "orders": gone})
        return
    said(f"{article} of {store} is {item}; {gone} orders looked at again", json=json)


def _keep(links: DynamoDbItemLinks, decided: ItemLink) -> None:
    """Store what a person decided, with the ids by which the cart knows the article.

    Raises:
        OpsError: somebody else changed the link at this moment.
    """
    try:
        known = links.load(decided.tenant, decided.store, decided.article)
        if known is None:
            known = links.put_new(decided)
        if known.item != decided.item or known.condition is not Condition.GOOD:
            named = replace(decided, ref_id=known.ref_id, product_id=known.product_id)
            links.save(replace(named, version=known.version))
    except StaleLinkError as exc:
        message = "somebody changed it at this moment: look again, and say it once more"
        raise OpsError(message) from exc


@app.command()
def unlink(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    article: Article,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Say that an article is not that item any more: its orders wait until it is linked anew."""
    desk = _desk(context, profile, tenant, store)
    links = _links(desk)
    known = links.load(tenant, store, article)
    if known is None:
        message = f"{article} of {store} is linked to no item"
        raise OpsError(message)
    desk.audit.note(tenant, "items unlink", f"{store}/{article}", why=why, item=known.item)
    try:
        links.save(
            replace(known, condition=Condition.DELETED, origin=Origin.PERSON, by=desk.audit.who)
        )
    except StaleLinkError as exc:
        message = "somebody changed it at this moment: look again, and say it once more"
        raise OpsError(message) from exc
    said(f"{article} of {store} is {known.item} no more", json=json)


@app.command()
def sync(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Link what orders wait for and follow what changed in the cart, now."""
    desk = _desk(context, profile, tenant, store)
    event = {"tenant": tenant, "store": store}
    told = invoke(desk, "ItemSyncFunctionName", event).get("stores", [])
    if json:
        print_json(told)
        return
    for one in told:
        print_facts(one)


def _desk(context: typer.Context, profile: str, tenant: str, store: str) -> Desk:
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    return desk


def _links(desk: Desk) -> DynamoDbItemLinks:
    return DynamoDbItemLinks(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))


def _waiting(desk: Desk) -> WaitingOrders:
    return WaitingOrders(desk.facts, desk.resender, OrderBundles(bundles_of(desk)))


def _row(link: ItemLink) -> tuple[object, ...]:
    how = link.by or link.matched_by
    return (link.article, link.item, link.origin, how, link.condition, link.linked_at)


def _waiting_row(waiting: Waiting) -> tuple[object, ...]:
    title = waiting.line.title if waiting.line else ""
    oldest = waiting.orders[0].order_id if waiting.orders else ""
    return (waiting.article, title, len(waiting.orders), oldest)
