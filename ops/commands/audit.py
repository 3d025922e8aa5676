"""`audit`: who did what."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.options import DEFAULT_PROFILE, Json, Profile, desk_of
from ops.output import print_json, print_table
from shared.audit import NOBODY


def show(
    context: typer.Context,
    tenant: Annotated[str, typer.Argument(help="The tenant's id; - for what belongs to none.")],
    *,
    last: Annotated[int, typer.Option("--last", min=1, help="How many, the newest.")] = 50,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What people did to a tenant's work: who, when, what and why."""
    desk = desk_of(context, profile)
    found = list(desk.audit.all(tenant or NOBODY))[-last:]
    if json:
        print_json(found)
        return
    rows = [(one.at, one.who, one.what, one.subject, one.why) for one in found]
    print_table(f"Audit records of {tenant}", ("at", "who", "what", "subject", "why"), rows)
