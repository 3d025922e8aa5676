"""The shared connections of a tenant: how long each lives and what stands against it, no value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ops.desk import Desk
from shared.connections.health import SharedHealth

_SHOWN = (
    "generation, expires_at, renew_at, refused_until, refusals, lease_owner, lease_until,"
    " intent_at, pk, sk"
)
_PURPOSES = {"token": "TOKEN", "session": "SESSION"}


@dataclass(frozen=True, slots=True)
class Connection:
    """A token or session as it is kept; `name` is the user at its company, and the entity.

    The company itself is one more where it asked for a pause or fails.

    `refused_until`: the credentials were refused and are not tried before. `is_unfinished`: a
    refresh was sent and its answer never stored.
    """

    purpose: str
    name: str
    state: str
    generation: int
    expires_at: datetime | None
    renew_at: datetime | None
    refused_until: datetime | None
    refusals: int
    is_unfinished: bool


def connections(desk: Desk, tenant: str) -> Iterator[Connection]:
    """The tenant's token and its sessions; sealed values are not even read."""
    table = desk.place.output("ConnectionsTableName")
    for purpose, kind in _PURPOSES.items():
        pages = (
            desk.place.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": {"S": f"{kind}#{tenant}"}},
                ProjectionExpression=_SHOWN,
                ConsistentRead=True,
            )
        )
        for page in pages:
            for item in page["Items"]:
                yield _connection(purpose, item, desk.clock())


def company_health(desk: Desk, company_id: str) -> Connection | None:
    """What stands against calls to the company itself: a pause it asked for, or that it fails.

    None where nothing does.
    """
    table = desk.place.output("ConnectionsTableName")
    health = SharedHealth(desk.place.client("dynamodb"), table).read(company_id)
    now = desk.clock()
    is_paused = health.paused_until is not None and health.paused_until > now
    if not is_paused and not health.is_open:
        return None
    return Connection(
        purpose="company",
        name=company_id,
        state="failing" if health.is_open else "paused",
        generation=0,
        expires_at=None,
        renew_at=None,
        refused_until=health.open_until if health.is_open else health.paused_until,
        refusals=health.failed_in_a_row if health.is_open else health.limited_in_a_row,
        is_unfinished=False,
    )


def _connection(purpose: str, item: Mapping[str, Any], now: datetime) -> Connection:
    expires_at, refused_until = _instant(item, "expires_at"), _instant(item, "refused_until")
    return Connection(
        purpose=purpose,
        name=item["sk"]["S"],
        state=_state(expires_at, refused_until, now),
        generation=int(item.get("generation", {}).get("N", "0")),
        expires_at=expires_at,
        renew_at=_instant(item, "renew_at"),
        refused_until=refused_until,
        refusals=int(item.get("refusals", {}).get("N", "0")),
        is_unfinished=_instant(item, "intent_at") is not None,
    )


def _state(expires_at: datetime | None, refused_until: datetime | None, now: datetime) -> str:
    if refused_until is not None and refused_until > now:
        return "refused"
    return "live" if expires_at is not None and expires_at > now else "ended"


def _instant(item: Mapping[str, Any], name: str) -> datetime | None:
    seconds = float(item.get(name, {}).get("N", "0"))
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
