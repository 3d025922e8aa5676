"""`queues`: what is on its way, and what is dead."""

from __future__ import annotations

import typer

from ops.options import DEFAULT_PROFILE, Json, Profile, desk_of
from ops.output import print_json, print_table
from ops.queues import standings


def show(context: typer.Context, *, profile: Profile = DEFAULT_PROFILE, json: Json = False) -> None:
    """How full every queue is, how old its oldest message, and how many dead letters are kept."""
    desk = desk_of(context, profile)
    found = list(standings(desk.place, desk.clock(), desk.kept.count))
    if json:
        print_json(found)
        return
    rows = [
        (
            f"{one.queue} dead letters" if one.is_dlq else one.queue,
            one.visible,
            one.in_flight,
            one.delayed,
            one.oldest_seconds,
            one.kept if one.is_dlq else None,
        )
        for one in found
    ]
    print_table(
        f"Queues of {desk.place.name}",
        ("queue", "waiting", "in flight", "delayed", "oldest (s)", "kept"),
        rows,
    )
