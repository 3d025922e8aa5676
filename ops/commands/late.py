"""`order late`: what was posted under another date than its own, since its period was closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import typer

from ops.desk import Desk
from ops.options import DEFAULT_PROFILE, Json, OfTenant, Profile, desk_of
from ops.output import print_json, print_table
from shared.ledger.records import Record
from shared.posting.closed_period_store import DynamoDbLateItems
from shared.posting.late_items import LateItem

_COLUMNS = ("tenant", "order", "posting", "true date", "posted", "amount", "state", "why")


def late(
    context: typer.Context,
    *,
    tenant: OfTenant = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """The late items: each posting that was moved out of a closed period, by its new date.

    The state is the ledger's: DONE is in the books; nothing is shown where it never was sent.
    """
    desk = desk_of(context, profile)
    items = DynamoDbLateItems(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))
    state_of = _states(desk)
    rows = [
        _told(tenant_id, item, state_of(item.order_pk).get(item.key))
        for tenant_id in desk.tenant_ids(tenant)
        for item in items.all(tenant_id)
    ]
    rows.sort(key=lambda row: (row["posted_on"], row["order"], row["posting"]))
    if json:
        print_json(rows)
        return
    print_table("Late items", _COLUMNS, [tuple(row.values()) for row in rows])


def _states(desk: Desk) -> Callable[[str], Mapping[str, Record]]:
    @cache
    def chain(pk: str) -> Mapping[str, Record]:
        return desk.ledger.chain(pk)

    return chain


def _named(pk: str) -> str:
    """The order as store and id; a payout, which has no order, says that it is one."""
    kind, _, store, name = pk.split("#", 3)
    return f"{store} {name}" if kind == "ORD" else f"{store} payout {name}"


def _told(tenant: str, item: LateItem, record: Record | None) -> dict[str, str]:
    return {
        "tenant": tenant,
        "order": _named(item.order_pk),
        "posting": item.key.split("/", 2)[-1],
        "true_on": item.true_on.isoformat(),
        "posted_on": item.posted_on.isoformat(),
        "amount": str(item.amount) if item.amount else "",
        "state": record.state.value if record else "",
        "reason": item.reason,
    }
