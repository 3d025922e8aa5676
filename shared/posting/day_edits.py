"""Books the edit of an order whose events are in day books: an event of the edit's day (R-11.6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shared.gl.calendar import day_end
from shared.gl.days import BatchMovedError, DayBook, EntryConflictError, KeptEntry
from shared.gl.editing import changed_by_edit
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry, Edited, Plan

EDIT = "edit:"
"""What the name of an edit's event begins with; the edited event and the edition follow."""

_EDITABLE = ("sale:", "recognise:", "cogs:")
"""What an edit may change: a refund that is told otherwise afterwards goes to a person."""

_LASTING = (*_EDITABLE, "refund:", "returned:", "restock:")
"""What does not go away again: facts that do without an event which is booked belie its day."""

_MOST_TRIES = 4


def book_edit(
    days: DayBook, pk: str, book: StoreBook, wanted: DayEntry, edited: Edited | None
) -> int:
    """Enter what an edit changed of an event that is in its day with other lines than `wanted`.

    Returns:
        How many events that made.

    Raises:
        EntryConflictError: the order was not edited since, or a refund may give back the same as
            the edit: a person decides.
        BatchMovedError: others changed the event again and again.
    """
    if edited is None or not edited.is_clear or not wanted.event.startswith(_EDITABLE):
        raise EntryConflictError(wanted.event)
    for _ in range(_MOST_TRIES):
        known = days.booked(pk, wanted.event)
        if known is None or _edition(known) in ("", edited.edition):
            raise EntryConflictError(wanted.event)
        entry = edit_entry(known, wanted, edited, book)
        if not entry.lines:
            raise EntryConflictError(wanted.event)
        ends_at = day_end(entry.ledger_on, book.zone, book.day_ends_at)
        try:
            days.add_edit(pk, book.tenant, known, entry, told=wanted.lines, due_at=ends_at)
        except BatchMovedError:
            continue
        return 1
    raise BatchMovedError


def insist_on_all(book: StoreBook, plan: Plan, entered: Collection[str]) -> None:
    """Make sure that no event which is in a day is gone from the order.

    Money of another tender, a parcel or an edit that is heard of late may leave nothing of it.

    Raises:
        EntryConflictError: there is one; whether it never was, or is told elsewhere, is not known.
    """
    if not plan.has_all_events:
        return
    told = {entry.event for entry in plan.events}
    for event in sorted(set(entered) - told):
        if event.startswith(_LASTING) and book.named_event(event.partition("@")[0]) == event:
            raise EntryConflictError(event)


def _edition(known: KeptEntry) -> str:
    """The edition of the order that was booked last."""
    return (known.edits or (known.entry,))[-1].edition


def edit_entry(known: KeptEntry, wanted: DayEntry, edited: Edited, book: StoreBook) -> DayEntry:
    """The edit's event: on its own day, or when the money for what became dearer came."""
    booked = (known.entry, *known.edits)
    name = f"{EDIT}{wanted.event}:{edited.edition}"
    before = sum(1 for entry in known.edits if entry.edition == edited.edition)
    at = max(edited.since, wanted.occurred_at, *(entry.occurred_at for entry in booked))
    dated = replace(wanted, occurred_at=at, ledger_on=book.ledger_on(at))
    return changed_by_edit(known, dated, f"{name}:{before + 1}" if before else name)
