"""`stock prove`: whether all stock of an entity is worth what its inventory account says."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ops.again import invoke
from ops.errors import OpsError
from ops.options import DEFAULT_PROFILE, EntityArgument, Json, Profile, TenantArgument, desk_of
from ops.output import print_facts, print_json


def prove(
    context: typer.Context,
    tenant: TenantArgument,
    entity: EntityArgument,
    *,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take the difference that is found now for right.")
    ] = False,
    why: Annotated[str, typer.Option("--why", help="The reason, needed with --accept.")] = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Compare the entity's stock, by what it costs in Sage, with its inventory account now.

    Shown are both amounts, their difference, how much of it rounding may explain, and items that
    lie there at no cost. What is accepted counts as equal from then on; kept in the audit record.
    """
    desk = desk_of(context, profile)
    if entity not in {one.id for one in desk.tenant(tenant).entities}:
        message = f"{tenant} has no entity {entity}"
        raise OpsError(message)
    asked = {"entity": entity}
    if accept:
        if not why:
            message = "say --why: it is kept in the audit record"
            raise OpsError(message)
        desk.audit.note(tenant, "stock prove --accept", f"worth:{entity}", why=why)
        asked["accept_by"] = desk.audit.who
    event = {"tenant": tenant, "worth": asked}
    told: list[dict[str, Any]] = invoke(desk, "InventorySyncFunctionName", event)["worths"]
    for one in told:
        if json:
            print_json(one)
        else:
            print_facts(one)
