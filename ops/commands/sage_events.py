"""`changes events`: what an administrator sets up so that Sage tells of changes, and what it told.

Sage has no way to register a trigger but its own pages (REST reference §15): this prints what to
enter there.
"""

from __future__ import annotations

import json as text_json

import typer

from intacct.events import EVENTS, MEMBERS, OBJECTS
from intacct.reading import Kept
from ops.desk import Desk
from ops.options import DEFAULT_PROFILE, Json, Profile, TenantArgument, desk_of, said
from ops.output import print_json, print_table
from shared.changes.hint_store import DynamoDbHints
from shared.changes.hints import Heard, Hints
from shared.changes.pace import Place, places_of
from shared.changes.taking import SECRETS_MEMBER
from shared.tenants.models import Tenant

_HEARD = ("entity", "kind", "object in Sage", "change heard", "deletion heard")


def show_events(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What to enter in Sage so that it tells of changes itself, and when it last told of each."""
    desk = desk_of(context, profile)
    known = desk.tenant(tenant)
    hints = DynamoDbHints(desk.place.client("dynamodb"), desk.place.output("OrdersTableName"))
    heard = hints.of_tenant(tenant)
    rows = [_row(place, heard) for place in places_of(known, Kept)]
    if json:
        print_json({**_setup(desk, known), **_pull(known, heard), "heard": _dicts(rows)})
        return
    setup = _setup(desk, known)
    print_table("Triggers in Sage", ("what", "is"), list(setup.items()))
    print_table(f"Event queue of {tenant}", ("what", "is"), list(_pull(known, heard).items()))
    print_table("What Sage told", _HEARD, rows)
    events = known.changes.events
    if not (events.webhooks or events.pull):
        said("- nothing of it is taken: set changes.events in the tenant's document", json=json)


def _setup(desk: Desk, tenant: Tenant) -> dict[str, object]:
    """What a trigger in Sage is made with."""
    template = dict.fromkeys(MEMBERS, "")
    return {
        "is_taken": tenant.changes.events.webhooks,
        "address": f"{desk.place.output('WebhookApiUrl')}/sage/{tenant.id}",
        "events": ", ".join(EVENTS),
        "body": text_json.dumps(template),
        "secret": f"cartledger/{desk.place.output('Stage')}/intacct-events/{tenant.id}",
        "its member": f"{SECRETS_MEMBER}: the client secret that signs, and the one before",
    }


def _pull(tenant: Tenant, heard: Hints) -> dict[str, object]:
    return {
        "is_pulled": tenant.changes.events.pull,
        "pulled_at": heard.pulled_at,
        "pull_failed_at": heard.pull_failed_at,
    }


def _row(place: Place, hints: Hints) -> tuple[object, ...]:
    heard = hints.places.get(place, Heard())
    named = (place.entity or "top level", place.kind.value, OBJECTS[place.kind][0])
    return (*named, heard.changed_at, heard.gone_at)


def _dicts(rows: list[tuple[object, ...]]) -> list[dict[str, object]]:
    return [dict(zip(_HEARD, row, strict=True)) for row in rows]
