"""Has the lines of a day made anew from the facts of its orders, under today's mapping (R-11.7).

A person asks for it where a mapping was wrong or an amount was corrected after the export. Events
whose lines change are free again, and the next export corrects the day. It goes by pages, and on
in the next run where it was out of time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.facts.record import FactsRecord, FactsStore, StaleFactsError, order_pk
from shared.gl.calendar import day_end
from shared.gl.days import BatchMovedError, Day, DayBook, KeptEntry, WithEdits
from shared.gl.editing import beside
from shared.gl.revisions import BatchState
from shared.gl.sealing import NEEDED_TO_POST, OutOfTimeError
from shared.ledger.port import Ledger
from shared.ledger.records import State
from shared.ports import Clock
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry, Finding, Plan, Reason

Replan = Callable[[FactsRecord, StoreBook], Plan]
"""The plan of an order of a summary channel, from its facts alone."""

_NOTED_EVERY = 200
_BEGUN = frozenset({State.SENT, State.DONE, State.REVIEW})


@dataclass(frozen=True, slots=True)
class CorrectorParts:
    """What making a day's lines anew needs of the outside."""

    days: DayBook
    facts: FactsStore
    ledger: Ledger
    replan: Replan
    clock: Clock


class Corrector:
    """Makes the lines of days anew."""

    def __init__(self, parts: CorrectorParts) -> None:
        """`parts` are shared by all days."""
        self._parts = parts

    def correct(
        self, day: Day, book: StoreBook, version: int, deadline: datetime
    ) -> tuple[Finding, ...]:
        """Go on making the day's lines anew until all are; findings where one cannot be made.

        Args:
            day: as it stands; `corrected_by` says who asked.
            book: the store's books by today's configuration.
            version: the number of that configuration, which the orders are stamped with.
            deadline: when this process must have ended.

        Raises:
            OutOfTimeError: it goes on in the next run.
            BatchMovedError: another run is at work on the day.
        """
        days, key = self._parts.days, day.key
        set_aside(days, day)
        ends_at = day_end(key.on, book.zone, book.day_ends_at)
        through = day.corrected_to
        for number, kept in enumerate(days.entries(key, after=through)):
            if number % _NOTED_EVERY == 0 and number:
                days.correct(key, by=day.corrected_by, through=through, due_at=ends_at)
            if deadline - self._parts.clock() < NEEDED_TO_POST:
                days.correct(key, by=day.corrected_by, through=through, due_at=ends_at)
                raise OutOfTimeError
            finding = self._made_anew(kept, book, version, ends_at)
            if finding is not None:
                return (finding,)
            through = kept.entry.event
        days.correct(key, by="", through="", due_at=ends_at)
        return ()

    def must_wait(self, day: Day) -> bool:
        """Whether a batch must be finished first: something of it is, or may be, in the books."""
        return is_begun(day, self._parts.ledger)

    def _made_anew(
        self, kept: KeptEntry, book: StoreBook, version: int, ends_at: datetime
    ) -> Finding | None:
        entry = kept.entry
        if entry.edits:  # the event that it changed carries what is wrong of both
            return None
        pk = order_pk(book.tenant, book.store, entry.order_id)
        record = self._parts.facts.load(pk) if entry.order_id else None
        if record is None:
            return _conflict(entry, "the order of this event is not known")
        plan = self._parts.replan(record, book)
        if plan.findings:
            return plan.findings[0]
        wanted = {one.event: one for one in plan.day_entries}.get(entry.event)
        told = None
        if wanted is not None and kept.edits:
            wanted, told = beside(kept, wanted), WithEdits(len(kept.edits), wanted.lines)
        if wanted is None or wanted.ledger_on != entry.ledger_on:
            return _conflict(entry, "the facts do not have this event on this day any more")
        if (wanted.lines, wanted.counts) != (entry.lines, entry.counts):
            self._stamp(record, version)
            self._parts.days.amend(pk, book.tenant, wanted, due_at=ends_at, edited=told)
        return None

    def _stamp(self, record: FactsRecord, version: int) -> None:
        """From now on the order is planned under the configuration that its lines are of.

        Raises:
            BatchMovedError: its facts changed just now: the next run reads them.
        """
        if record.configured == version:
            return
        try:
            self._parts.facts.save(replace(record, configured=version))
        except StaleFactsError:
            raise BatchMovedError from None


def is_begun(day: Day, ledger: Ledger) -> bool:
    """Whether something of the day's unfinished batch is, or may be, in the books."""
    batch = day.unfinished
    if batch is None or batch.state is not BatchState.SEALED:
        return False
    chain = ledger.chain(day.key.ledger_pk)
    of_batch = (record for key, record in chain.items() if is_of(key, day, batch.sequence))
    return any(record.state in _BEGUN for record in of_batch)


def set_aside(days: DayBook, day: Day) -> None:
    """A batch of which Sage has nothing, and will get nothing, gives its events back.

    Raises:
        BatchMovedError: another run moved it on.
    """
    batch = day.unfinished
    if batch is not None:
        days.move(day.key, batch, replace(batch, state=BatchState.VOID))


def is_of(posting_key: str, day: Day, sequence: int) -> bool:
    """Whether a posting of the ledger day belongs to that batch of the day."""
    place = posting_key.partition(f"/{day.key.store}:")[2]
    wanted = (day.key.purpose(what, sequence) for what in ("summary", "statistics", "reversal"))
    return any(place == one or place.startswith(f"{one}:") for one in wanted)


def planned_by(plan: Callable[..., Plan]) -> Replan:
    """`plan` for orders of which nothing but events of a day was ever posted."""

    def replan(record: FactsRecord, book: StoreBook) -> Plan:
        return plan(record.facts, {}, book.for_customer(record.customer).for_fees(record.fees))

    return replan


def _conflict(entry: DayEntry, message: str) -> Finding:
    return Finding(
        reason=Reason.CONTENT_CONFLICT,
        place=entry.event,
        message=message,
        hint="correct this day by a journal of your own, or look at the order's facts",
    )
