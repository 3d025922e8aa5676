"""`connections`: a tenant's tokens and sessions, what its role covers, and what it used."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ops.again import invoke
from ops.budgeting import budget as budget_of
from ops.connecting import company_health, connections
from ops.errors import OpsError
from ops.options import DEFAULT_PROFILE, Json, Profile, TenantArgument, Why, desk_of
from ops.output import plain, print_json, print_table
from ops.pricing import priced
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
    """How long each connection lives, what was refused, whether the company pauses; no value."""
    desk = desk_of(context, profile)
    found = list(connections(desk, tenant))
    health = company_health(desk, desk.tenant(tenant).intacct.company_id)
    found += [health] if health else []
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
        "refused or paused until",
        "times",
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
            (kind, _whose(one), one.get("outcome", ""), one.get("error", ""))
            for kind, kept in (("token", tokens), ("session", sessions))
            for one in kept
        ]
        print_table(f"Connections of {tenant}", ("kind", "of", "outcome", "error"), rows)
    if any(one.get("outcome") in (REFUSED, FAILED) for one in (*tokens, *sessions)):
        message = f"not every connection of {tenant} could be renewed; the functions' logs say why"
        raise OpsError(message)


@app.command()
def probe(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Try each permission that the tenant's stores need, as each of its users; nothing is written.

    Ends with an error when one is missing or could not be found out.
    """
    desk = desk_of(context, profile)
    desk.tenant(tenant)
    event = {"tenant": tenant, "probe": True}
    users: list[dict[str, Any]] = invoke(desk, "TokenRefreshFunctionName", event).get("users", [])
    if json:
        print_json({"users": users})
    else:
        rows = [
            (one["user"], finding, permission)
            for one in users
            for finding in ("missing", "unclear", "excess")
            for permission in one[finding]
        ]
        print_table(f"Role of {tenant}'s users", ("user", "finding", "permission"), rows)
    if not users or not all(one["is_sufficient"] for one in users):
        message = f"the role of {tenant}'s users does not cover what its stores need"
        raise OpsError(message)


@app.command()
def budget(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    month: Annotated[str, typer.Option("--month", help="Like 2026-11; this one if none.")] = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """API transactions of a month: used, its share of the tier, where the month is heading."""
    found = budget_of(desk_of(context, profile), tenant, month)
    if json:
        print_json({"tenant": tenant, **plain(found)})
        return
    rows = [
        (f"tier {found.tier}", found.allowance, ""),
        ("used", found.used, f"{found.used_percent} %"),
        ("forecast", found.forecast, f"{found.forecast_percent} %"),
        ("overage in USD", priced(found.overage_usd), ""),
        ("background reads", found.background, f"of at most {found.background_most}"),
        *((f"calls, {kind}", count, "") for kind, count in sorted(found.calls.items())),
    ]
    title = f"API transactions of {tenant} in {found.month}"
    print_table(title, ("what", "count", "of the allowance"), rows)


def _whose(kept: dict[str, Any]) -> str:
    return str(kept.get("entity") or kept.get("user") or "")
