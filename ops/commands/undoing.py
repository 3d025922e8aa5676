"""`order undo` and `order redo`: take an order out of the books, and let it be posted anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import typer

from ops.again import facts_of, judge_again, post_again
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    OnlyPlan,
    OrderArgument,
    Profile,
    StoreArgument,
    TenantArgument,
    Why,
    WhyAsked,
    Yes,
    agreed,
    desk_of,
)
from ops.order_books import order_book, undoer
from ops.order_plans import effect_rows
from ops.output import print_json, print_table, say
from shared.facts.record import FactsRecord, FactsStatus, StaleFactsError, UndoRequest
from shared.undo.plan import UndoPlan

_MOST_RACES = 5
_UNDO = "undo:"


def undo(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    order: OrderArgument,
    *,
    plan: OnlyPlan = False,
    apply: Annotated[bool, typer.Option("--apply", help="Have it done.")] = False,
    open_from: Annotated[
        str, typer.Option("--from", help="The first open day: what is dated before is undone then.")
    ] = "",
    why: WhyAsked = "",
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Reverse all that was posted of an order, in dependency order, so that no balance keeps it.

    What is heard of the order later goes to review, not to the books, until `order redo`.
    """
    if plan == apply:
        message = "say --plan or --apply"
        raise OpsError(message)
    desk = desk_of(context, profile)
    record = facts_of(desk, tenant, store, order)
    opens_on = _day(open_from)
    planned = _plan(desk, _wanted(record, "", opens_on))
    if not apply:
        show_undo(planned, json=json)
        return
    check_undo(record, planned)
    reason = reason_for(why, yes=yes, json=json)
    if not json:
        show_undo(planned, json=False)
    count = len(planned.items) + len(planned.day_entries)
    agreed(f"Undo order {order} by {count} postings?", yes=yes, json=json)
    details = {"postings": str(count), "from": open_from}
    desk.audit.note(tenant, "order undo", f"order:{store}:{order}", why=reason, **details)
    who, now = desk.audit.who, desk.clock()
    changed = changed_facts(
        desk, record, lambda newest: replace(_wanted(newest, who, opens_on), due_at=now)
    )
    post_again(desk, changed, cause=f"{_UNDO}{who}")
    _said(f"order {order} is being undone: see `order show`", count, json=json)


def redo(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    order: OrderArgument,
    *,
    why: Why,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Let an order that was undone be posted again: its newest facts, under keys of their own."""
    desk = desk_of(context, profile)
    record = facts_of(desk, tenant, store, order)
    if record.status is not FactsStatus.UNDONE:
        message = f"order {order} is {record.status.value}, not undone"
        raise OpsError(message)
    agreed(f"Post order {order} anew?", yes=yes, json=json)
    desk.audit.note(tenant, "order redo", f"order:{store}:{order}", why=why)
    changed = changed_facts(desk, record, lambda newest: _renewed(newest, desk))
    judge_again(desk, changed, released_by=desk.audit.who)
    _said(f"order {order} goes through customer_sync again", 0, json=json)


def _wanted(record: FactsRecord, by: str, opens_on: date | None) -> FactsRecord:
    """The record as it asks to be undone."""
    return replace(record, status=FactsStatus.UNDOING, undo=UndoRequest(by, opens_on))


def _renewed(record: FactsRecord, desk: Desk) -> FactsRecord:
    """Due at once, so that the sweeper takes it up where the message is lost.

    Its version of the configuration is chosen anew, and its findings stay until it is judged.
    """
    now = desk.clock()
    return replace(record, status=FactsStatus.AWAITING_CUSTOMER, configured=0, due_at=now)


def _plan(desk: Desk, record: FactsRecord) -> UndoPlan:
    chain = desk.ledger.chain(record.pk)
    return undoer(desk).plan(record, chain, order_book(desk, record, chain))


def check_undo(record: FactsRecord, planned: UndoPlan) -> None:
    """Refuse what cannot be undone, or need not be.

    Raises:
        OpsError: why.
    """
    order = record.known.ref.id
    if record.status is FactsStatus.UNDONE:
        message = f"order {order} is undone already"
        raise OpsError(message)
    if planned.findings:
        first = planned.findings[0]
        message = f"it cannot be undone by itself: {first.place}: {first.message}"
        raise OpsError(message)
    if not (planned.items or planned.day_entries or planned.doubts):
        message = f"nothing of order {order} is in the books"
        raise OpsError(message)


def changed_facts(
    desk: Desk, record: FactsRecord, change: Callable[[FactsRecord], FactsRecord]
) -> FactsRecord:
    """Store the change, on newer facts where some came meanwhile.

    Raises:
        OpsError: the facts kept changing, or somebody else moved the order on.
    """
    status = record.status
    for _ in range(_MOST_RACES):
        try:
            return desk.facts.save(change(record))
        except StaleFactsError:
            newest = desk.facts.load(record.pk)
            if newest is None or newest.status is not status:
                break
            record = newest
    message = "the order is changing at this moment: look at it again and repeat"
    raise OpsError(message)


def show_undo(planned: UndoPlan, *, json: bool) -> None:
    """Print what the undo of an order posts, and all that stands in its way."""
    if json:
        print_json(_told(planned))
        return
    rows = [
        (one.undoes, one.way, one.posting.key, one.dated_on, one.is_shifted)
        for one in planned.items
    ]
    columns = ("what is in the books", "is", "by the posting", "dated", "later than it")
    print_table("Undo, in this order", columns, rows)
    entries = [(one.event, one.ledger_on) for one in planned.day_entries]
    print_table("Events taken back in days' journals", ("event", "day"), entries)
    findings = [(one.reason, one.place, one.message, one.hint) for one in planned.findings]
    if findings:
        names = ("reason", "place", "what", "fix")
        print_table("Stands in the way: nothing is undone", names, findings)
    for number in planned.doubts:
        say(f"{number} was sent and never confirmed: it is looked up first, and undone if found")
    for sentence in planned.left:
        say(f"stays: {sentence}")


def _told(planned: UndoPlan) -> dict[str, Any]:
    return {
        "items": [
            {
                "undoes": one.undoes,
                "way": one.way,
                "key": one.posting.key,
                "dated_on": one.dated_on,
                "is_shifted": one.is_shifted,
                "effect": effect_rows(one.posting.effect, ()),
            }
            for one in planned.items
        ],
        "day_entries": [
            {"event": one.event, "ledger_on": one.ledger_on, "effect": effect_rows(one.lines, ())}
            for one in planned.day_entries
        ],
        "findings": list(planned.findings),
        "doubts": list(planned.doubts),
        "left": list(planned.left),
    }


def reason_for(why: str, *, yes: bool, json: bool) -> str:
    """The reason, asked for where it may be.

    Raises:
        OpsError: a script gave none.
    """
    if why:
        return why
    if yes or json:
        message = "say --why"
        raise OpsError(message)
    return str(typer.prompt("Why"))


def _day(text: str) -> date | None:
    """The day in the text, None for none.

    Raises:
        OpsError: it is no date.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        message = f"{text!r} is no date: say 2026-04-01"
        raise OpsError(message) from exc


def _said(sentence: str, count: int, *, json: bool) -> None:
    if json:
        print_json({"result": sentence, "postings": count})
    else:
        say(sentence)
