"""`connections`: a tenant's token and sessions at Sage Intacct, and renewing what is due."""

from __future__ import annotations

import typer

from ops.again import invoke
from ops.connecting import connections
from ops.errors import OpsError
from ops.options import DEFAULT_PROFILE, Json, Profile, TenantArgument, Why, desk_of
from ops.output import print_json, print_table
from shared.connections.keeping import FAILED, REFUSED

app = typer.Typer(no_args_is_help=True, help="Tokens and sessions, shared by the fleet.")


@app.command()
def show(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """How long each connection lives, and whether its credentials were refused; no value."""
    found = list(connections(desk_of(context, profile), tenant))
    if json:
        print_json(found)
        return
    rows = [
        (
            one.purpose,
            one.name,
            one.state,
            one.expires_at,
            one.renew_at,
            one.refused_until,
            one.refusals,
            one.is_unfinished,
        )
        for one in found
    ]
    columns = (
        "kind",
        "user and entity",
        "state",
        "ends",
        "renewed from",
        "refused until",
        "refusals",
        "refresh unanswered",
    )
    print_table(f"Connections of {tenant}", columns, rows)


@app.command()
def renew(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Have the functions renew now what ends within a quarter of an hour."""
    desk = desk_of(context, profile)
    if desk.tenant(tenant).is_paused:
        message = f"tenant {tenant} is paused, and so are its connections: resume it first"
        raise OpsError(message)
    desk.audit.note(tenant, "connections renew", f"tenant:{tenant}", why=why)
    event = {"tenant": tenant}
    tokens = invoke(desk, "TokenRefreshFunctionName", event).get("tokens", [])
    sessions = invoke(desk, "SessionManagerFunctionName", event).get("sessions", [])
    if json:
        print_json({"tokens": tokens, "sessions": sessions})
    else:
        rows = [
            (kind, one.get("entity", ""), one.get("outcome", ""), one.get("error", ""))
            for kind, kept in (("token", tokens), ("session", sessions))
            for one in kept
        ]
        print_table(f"Connections of {tenant}", ("kind", "entity", "outcome", "error"), rows)
    if any(one.get("outcome") in (REFUSED, FAILED) for one in (*tokens, *sessions)):
        message = f"not every connection of {tenant} could be renewed; the functions' logs say why"
        raise OpsError(message)
