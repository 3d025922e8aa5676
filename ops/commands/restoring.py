"""`drift restore`: an order's documents as they were sent, by its undo and by posting it anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import typer

from ops.again import facts_of, post_again
from ops.commands.undoing import changed_facts, check_undo, reason_for, show_undo
from ops.desk import Desk
from ops.drifts import drift_named, drifts_of, of_subject
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    DocumentArgument,
    Json,
    OnlyPlan,
    Profile,
    TenantArgument,
    WhyAsked,
    Yes,
    agreed,
    desk_of,
    said,
)
from ops.order_books import order_book, undoer
from ops.output import print_json
from shared.drift.deciding import DecidedError, Decider, check
from shared.drift.records import Drift, DriftStatus, StaleDriftError
from shared.drift.restoring import obstacles, taken_out
from shared.facts.record import FactsRecord, FactsStatus, UndoRequest, order_of

_UNDO = "undo:"


def restore(
    context: typer.Context,
    tenant: TenantArgument,
    document: DocumentArgument,
    *,
    plan: OnlyPlan = False,
    why: WhyAsked = "",
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Have what was sent again: the whole order is undone and posted anew, under new numbers.

    With it go all other documents of the order that differ in Sage. Says what stands in the way
    where that cannot be done, and what to do instead.
    """
    desk = desk_of(context, profile)
    drift = drift_named(desk, tenant, document)
    wanted = _wanted(desk, drift)
    record = facts_of(desk, *order_of(drift.place.pk))
    asked = _undoing(record, desk.audit.who, wanted)
    chain = desk.ledger.chain(asked.pk)
    planned = undoer(desk).plan(asked, chain, order_book(desk, asked, chain))
    if plan:
        show_undo(planned, json=json)
        return
    if record.status is FactsStatus.UNDOING:
        message = f"{drift.subject} is being undone already"
        raise OpsError(message)
    check_undo(record, planned)
    reason = reason_for(why, yes=yes, json=json)
    if not json:
        show_undo(planned, json=False)
    agreed(
        f"Undo {drift.subject} by {len(planned.items)} postings, and post it anew?",
        yes=yes,
        json=json,
    )
    numbers = " ".join(one.number for one in wanted)
    desk.audit.note(
        tenant, "drift restore", f"drift:{drift.place.key}", why=reason, documents=numbers
    )
    _have_it_done(desk, record, wanted, reason)
    sentence = f"{drift.subject} is being undone and is posted anew then: see `order show`"
    if json:
        print_json({"result": sentence, "documents": [one.number for one in wanted]})
    else:
        said(sentence, json=json)


def _have_it_done(desk: Desk, record: FactsRecord, wanted: Sequence[Drift], why: str) -> None:
    """Keep in the order's record that it is undone and posted anew, and put it on its lane."""
    who, now = desk.audit.who, desk.clock()
    changed = changed_facts(
        desk, record, lambda newest: replace(_undoing(newest, who, wanted), due_at=now)
    )
    _decide(desk, wanted, why)
    post_again(desk, changed, cause=f"{_UNDO}{who}")


def _wanted(desk: Desk, drift: Drift) -> Sequence[Drift]:
    """Every document of the order that is to be as it was sent.

    Raises:
        OpsError: it is restored already, or something stands in the way.
    """
    try:
        check(drift, DriftStatus.RESTORED)
    except DecidedError as error:
        raise OpsError(str(error)) from error
    found = of_subject(desk, drift)
    in_the_way = obstacles(found)
    if in_the_way:
        told = "; ".join(f"{one.number}: {one.why}; {one.instead}" for one in in_the_way)
        message = f"it cannot be restored: {told}"
        raise OpsError(message)
    return [one for one in found if one.status is not DriftStatus.RESTORED]


def _undoing(record: FactsRecord, by: str, wanted: Sequence[Drift]) -> FactsRecord:
    """The record as it asks to be undone and posted anew."""
    undo = UndoRequest(by, gone=taken_out(wanted), is_redone=True)
    return replace(record, status=FactsStatus.UNDOING, undo=undo)


def _decide(desk: Desk, wanted: Sequence[Drift], why: str) -> None:
    decider = Decider(drifts_of(desk), desk.reviews, desk.clock)
    for one in wanted:
        try:
            decider.decide(one, DriftStatus.RESTORED, by=desk.audit.who, why=why)
        except StaleDriftError as error:
            message = (
                f"the order is being undone, but {one.number} changed at this moment: look again"
            )
            raise OpsError(message) from error
