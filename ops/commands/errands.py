"""`changes errands`: what a tenant's carts are still to be told of Sage."""

from __future__ import annotations

import typer

from ops.options import DEFAULT_PROFILE, Json, Profile, TenantArgument, desk_of
from ops.output import print_json, print_table
from shared.errands.store import DynamoDbErrands

_COLUMNS = ("kind", "about", "due", "tries")


def list_errands(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What carts are still to be told, when that is tried next, and how often it was put off."""
    desk = desk_of(context, profile)
    known = desk.tenant(tenant)
    errands = DynamoDbErrands(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))
    rows = [
        (one.kind.value, one.name, one.due_at.isoformat(), one.tries)
        for one in errands.all_open(known.id)
    ]
    if json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
        return
    print_table(f"Errands to the carts of {known.id}", _COLUMNS, rows)
