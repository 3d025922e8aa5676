"""`replay --day`: a past day rebuilt from the archive, under its own mapping or another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from commerce.money import Money
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import day
from ops.output import plain, print_json, print_table, say
from ops.replayed_days import Rebuilt, rebuilt
from ops.the_tenant import tenant_wanted
from shared.replaying.days import AccountDifference, DayReplay
from shared.replaying.documents import DocumentDay
from shared.replaying.lives import EventState


def replay_day(desk: Desk, tenant: str, on: str, store: str, mapping: int, *, json: bool) -> None:
    """Print what the archive gives of a day, and where that is not what was posted.

    Raises:
        OpsError: something of the day came out otherwise.
    """
    known = desk.tenant(tenant_wanted(desk, tenant))
    found = rebuilt(desk, known, day(on), store=store, mapping=mapping)
    if json:
        print_json(_told(found))
    else:
        _print(found, on, mapping)
    if not found.is_same:
        message = f"{on} does not come out of the archive as it was posted: see the differences"
        raise OpsError(message)


def _told(found: Rebuilt) -> dict[str, Any]:
    return {
        "is_same": found.is_same,
        "journals": [_journal(one) for one in found.journals],
        "documents": [_documents(one) for one in found.documents],
    }


def _journal(replay: DayReplay) -> dict[str, Any]:
    events = [
        {
            "event": one.event,
            "order": one.order_id,
            "state": one.state,
            "source": one.source,
            "note": one.note,
        }
        for one in replay.events
    ]
    told: dict[str, Any] = plain(replay)
    accounts = [
        {**shown, "difference": plain(one.difference)}
        for shown, one in zip(told["accounts"], replay.accounts, strict=True)
    ]
    return {**told, "events": plain(events), "accounts": accounts, "is_same": replay.is_same}


def _documents(documents: DocumentDay) -> dict[str, Any]:
    return {
        "store": documents.store,
        "on": documents.on,
        "what": documents.what,
        "is_same": documents.is_same,
        "same": documents.same,
        "different": documents.different,
        "unbookable": documents.unbookable,
        "accounts": [
            {**plain(one), "difference": plain(one.difference)} for one in documents.accounts
        ],
    }


def _print(found: Rebuilt, on: str, mapping: int) -> None:
    for replay in found.journals:
        place = f"{replay.key.place}, batch {replay.sequence}"
        verdict = "byte for byte the same" if replay.is_same else "NOT the same"
        say(f"{place}: {len(replay.events)} events, {verdict}, mapping {replay.mapping_version}")
        wrong = [one for one in replay.events if one.state is not EventState.SAME or one.note]
        if wrong:
            columns = ("event", "order", "state", "what is to be known")
            rows = [(one.event, one.order_id, one.state, one.note) for one in wrong]
            print_table("Events", columns, rows)
        if replay.lines:
            print_table(
                "Lines that differ",
                ("account", "side", "posted", "rebuilt"),
                [
                    (one.account, one.side, _amount(one.frozen), _amount(one.rebuilt))
                    for one in replay.lines
                ],
            )
        _print_accounts(replay.accounts, mapping)
    for documents in found.documents:
        verdict = "all as they were sent" if documents.is_same else "NOT all the same"
        count = len(documents.same) + len(documents.different)
        say(f"{documents.store} {on}: {count} documents {documents.what}, {verdict}")
        for title, told in (
            ("Documents that differ", documents.different),
            (f"Not to be booked under version {mapping}", documents.unbookable),
        ):
            if told:
                print_table(title, ("posting", "why"), list(told.items()))
        if mapping:
            _print_accounts(documents.accounts, mapping)
    if not found.journals and not found.documents:
        say(f"{on}: nothing was posted")


def _amount(amount: Money | None) -> str:
    return amount.plain() if amount is not None else "no such line"


def _print_accounts(accounts: Sequence[AccountDifference], mapping: int) -> None:
    if accounts:
        print_table(
            f"Balances, debits positive, as posted and under version {mapping}",
            ("account", "posted", "other", "difference"),
            [
                (one.account, one.frozen.plain(), one.other.plain(), one.difference.plain())
                for one in accounts
            ],
        )
