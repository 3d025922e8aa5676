"""Adds an order's events to the days of a summary channel, before its plan is applied."""

from __future__ import annotations

from dataclasses import replace

from shared.facts.record import FactsRecord
from shared.gl.calendar import day_end
from shared.gl.days import DayBook, EntryConflictError
from shared.ledger.content import digest
from shared.posting.day_edits import book_edit, insist_on_all
from shared.postings.book import StoreBook
from shared.postings.day_fees import settled_by
from shared.postings.fees import journal_fees
from shared.postings.findings import Finding, Reason
from shared.postings.plan import Plan


def stamped(record: FactsRecord, configured: int, book: StoreBook, plan: Plan) -> FactsRecord:
    """The order's record as it must be kept before anything of the plan is sent or entered.

    It names the version of the configuration that the order is posted under, and what its days or
    its own journals book of its fees, so that no payout books them too; the very same where that is
    known already.
    """
    if not (plan.postings or plan.day_entries):
        return record
    fees = {**settled_by(plan.day_entries, book), **journal_fees(plan.postings, book)}
    if record.configured == configured and record.fees == fees:
        return record
    return replace(record, configured=configured, fees=fees)


def enter(days: DayBook, pk: str, book: StoreBook, plan: Plan) -> int:
    """Add the order's events to their days; an event is in one day book, whatever its date.

    Events that a payout pays are left to it.

    What an edit changed of an event that is there is an event of its own (R-11.6).

    Returns:
        How many events were not there yet.

    Raises:
        EntryConflictError: an event is there, or in a payout's journal, with other lines, and not
            for an edit alone; or one is there that the order does not have any more.
        BatchMovedError: others changed the event meanwhile: try again.
    """
    if not plan.events:
        return 0
    known = days.entered(pk)
    insist_on_all(book, plan, known)
    entered = 0
    for entry in plan.payout_entries:
        if known.get(entry.event, digest(entry.lines)) != digest(entry.lines):
            raise EntryConflictError(entry.event)
    for entry in plan.day_entries:
        if entry.event in known:
            if known[entry.event] != digest(entry.lines):
                entered += book_edit(days, pk, book, entry, plan.edited)
            continue
        ends_at = day_end(entry.ledger_on, book.zone, book.day_ends_at)
        days.enter(pk, book.tenant, entry, due_at=ends_at)
        entered += 1
    return entered


def entry_conflict(event: str) -> Finding:
    """What a person is told of an event whose lines changed."""
    return Finding(
        reason=Reason.CONTENT_CONFLICT,
        place=event,
        message="the event's lines changed after they had been added to a journal",
        hint="if they are right now: ops day correct, or ops payout correct",
    )
