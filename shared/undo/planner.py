"""Plans the undo of an order from what is in the books and how it was written down."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date

from intacct.stock import StockDocument
from shared.ledger.content import content_hash, digest, effect_digest
from shared.ledger.records import Record, State
from shared.postings.book import StoreBook
from shared.postings.findings import Finding, Reason
from shared.postings.plan import DayEntry, Posting, PostingKind
from shared.undo.dates import posted_on
from shared.undo.in_books import UNDO, Named, in_books, of_this_life
from shared.undo.plan import Memory, Undone, UndoPlan
from shared.undo.writing import REVERSED, UndoWriter, flipped, uncosted, uncounted

CLOSE = "close:"
"""What the purposes of postings begin with that close a sales order (`postings.sales_orders`)."""

_ORDER = (
    PostingKind.CUSTOMER_REFUND,
    PostingKind.ADVANCE_APPLICATION,
    PostingKind.PAYMENT,
    PostingKind.ADVANCE,
    PostingKind.CREDIT_MEMO,
    PostingKind.DEBIT_MEMO,
    PostingKind.STOCK,
    PostingKind.INVOICE,
    PostingKind.JOURNAL_ENTRY,
    PostingKind.SALES_ORDER,
)
"""Each kind before those that it draws on: what money went back frees credits, what was applied
frees invoices and credits, and only then can either be taken back."""


def plan_undo(
    chain: Mapping[str, Record],
    memory: Memory,
    book: StoreBook,
    *,
    open_from: date | None = None,
    gone: Collection[str] = (),
) -> UndoPlan:
    """What takes the order out of the books, or everything that stands in the way.

    What was undone already is planned again, with the same keys, so that the ledger knows it.

    Args:
        chain: the order's postings as the ledger knows them.
        memory: what we know of their contents.
        book: of the order, with the policy and mapping under which it was posted.
        open_from: the first day of the first open period: what is dated before is undone on it.
        gone: the keys of documents that somebody took out of Sage: they are passed over.
    """
    return _Undo(chain, memory, book, open_from, gone).plan()


class _Undo:
    def __init__(
        self,
        chain: Mapping[str, Record],
        memory: Memory,
        book: StoreBook,
        open_from: date | None,
        gone: Collection[str],
    ) -> None:
        self._chain = chain
        self._memory = memory
        self._book = book
        self._open_from = open_from
        self._gone = frozenset(gone)
        self._writers: dict[str, UndoWriter] = {}
        self._findings: list[Finding] = []
        self._left: list[str] = []

    def plan(self) -> UndoPlan:
        """Undo every posting of the order's present life, the dependent ones first."""
        known = in_books(self._chain, self._book)
        own = of_this_life(self._chain.values(), self._book)
        self._findings += _undecided(own)
        doubts = tuple(r.document_number for _, r in own if r.state is State.SENT)
        items = [
            item
            for kind in _ORDER
            for name, record in sorted(known, key=lambda pair: pair[1].key)
            if name.kind is kind and record.key not in self._gone
            for item in self._undone(name, record, known)
        ]
        for name, record in known:
            if name.kind not in (*_ORDER, PostingKind.VOID):
                self._refuse(record, "a posting of this kind cannot be undone by itself")
        entries = tuple(self._day_entries())
        if self._findings:
            return UndoPlan(findings=tuple(self._findings), doubts=doubts)
        return UndoPlan(tuple(items), entries, (), tuple(self._left), doubts)

    def _undone(
        self, name: Named, record: Record, known: list[tuple[Named, Record]]
    ) -> Iterator[Undone]:
        if name.entity not in (self._book.entity, self._book.mapping.stock_entity):
            self._refuse(record, "it is in the books of an entity that the store has no more")
            return
        written = self._memory.written.get(record.key)
        day = posted_on(record, written, self._book)
        on = self._open_on(day)
        if on is None:
            self._findings.append(self._closed_on(record, day))
            return
        for item in self._of_kind(name, record, on, written, known):
            posting = replace(item.posting, true_on=day, posted_on=on if on > day else None)
            yield replace(item, posting=posting)

    def _writer(self, name: Named) -> UndoWriter:
        """Writes into the books of the entity that the posting is in."""
        if name.entity not in self._writers:
            book = replace(self._book, entity=name.entity)
            self._writers[name.entity] = UndoWriter(book, self._memory.number)
        return self._writers[name.entity]

    def _open_on(self, day: date) -> date | None:
        """The first day from then on that the books take, as far as is known."""
        wanted = max(day, self._open_from) if self._open_from else day
        return self._book.calendar.next_open(wanted)

    def _closed_on(self, record: Record, day: date) -> Finding:
        through = self._book.calendar.closed_through
        return Finding(
            Reason.PERIOD_CLOSED,
            record.document_number,
            f"is of {day.isoformat()}, and the books are closed through {through}",
            "have a period opened, and undo the order again",
        )

    def _of_kind(
        self,
        name: Named,
        record: Record,
        on: date,
        written: Posting | None,
        known: list[tuple[Named, Record]],
    ) -> Iterator[Undone]:
        if name.kind in REVERSED:
            yield self._writer(name).reversal(name, record, on, written)
        elif name.kind is PostingKind.SALES_ORDER:
            yield from self._closed(name, record, on, known)
        elif written is None or not _is_the_same(record, written):
            self._refuse(record, "the order tells of it otherwise than it was posted")
        elif name.kind is PostingKind.JOURNAL_ENTRY:
            yield self._writer(name).mirror(name, record, on, written)
        elif name.kind is PostingKind.STOCK:
            yield from self._taken_out(name, record, on, written)
        elif self._has_its_total(name, record, written):
            yield from self._writer(name).uninvoiced(name, record, on, written)

    def _closed(
        self, name: Named, record: Record, on: date, known: list[tuple[Named, Record]]
    ) -> Iterator[Undone]:
        if any(_closes(other, name) for other, _ in known):
            return
        if any(other.kind is PostingKind.INVOICE for other, _ in known):
            self._left.append(
                f"{record.document_number}: an order that was billed stays as it is; it has no"
                " effect in the ledger"
            )
        else:
            yield self._writer(name).close(name, record, on)

    def _taken_out(
        self, name: Named, record: Record, on: date, written: Posting
    ) -> Iterator[Undone]:
        if self._book.shelf is None or not self._book.shelf.take_back:
            self._refuse(record, "stock.take_back names no definition that takes its goods out")
            return
        yield self._writer(name).taken_out(name, record, on, written)

    def _has_its_total(self, name: Named, record: Record, written: Posting) -> bool:
        """Whether Sage made of the invoice what we expected: else its lines are not known."""
        stated = record.result.total if record.result else None
        if stated is None or not written.effect:
            return True
        ours = self._writer(name).receivable(written)
        if stated == ours:
            return True
        finding = self._finding(
            Reason.AMOUNT_MISMATCH, record, "the invoice in the books has another total than ours"
        )
        self._findings.append(replace(finding, difference=stated - ours))
        return False

    def _day_entries(self) -> Iterator[DayEntry]:
        """The opposite of each event that stands in a day's journal, on the same day."""
        entered = self._memory.entered or {}
        known = {entry.event: entry for entry in self._memory.entries}
        own = _revision_of(self._book)
        for event, lines in sorted(entered.items()):
            if event.startswith(UNDO) or _suffix(event) != own:
                continue
            entry = known.get(event)
            if entry is None or digest(entry.lines) != lines:
                self._findings.append(
                    Finding(
                        Reason.CONTENT_CONFLICT,
                        event,
                        "the order tells of this event otherwise than it was entered in its day",
                        _BY_HAND,
                    )
                )
                continue
            on = max(entry.ledger_on, self._open_from) if self._open_from else entry.ledger_on
            yield replace(
                entry,
                event=f"{UNDO}{event}",
                lines=flipped(entry.lines),
                counts=uncounted(entry.counts),
                ledger_on=on,
                order_total=None,
                why=(),
            )

    def _refuse(self, record: Record, message: str) -> None:
        self._findings.append(self._finding(Reason.CONTENT_CONFLICT, record, message))

    @staticmethod
    def _finding(reason: Reason, record: Record, message: str) -> Finding:
        return Finding(reason, record.document_number, message, _BY_HAND)


def _closes(other: Named, order: Named) -> bool:
    """Whether an edit closed the sales order already: another one took its place."""
    return other.kind is PostingKind.VOID and other.purpose == f"{CLOSE}{order.purpose}"


_BY_HAND = "compare it with the books, and undo the order by hand where they differ"


def _undecided(own: list[tuple[Named, Record]]) -> Iterator[Finding]:
    """Postings of which only a person can say whether they are in the books."""
    for _, record in own:
        if record.state is State.REVIEW:
            yield Finding(
                Reason.IN_DOUBT_EXHAUSTED,
                record.document_number,
                "whether it is in the books is not decided yet",
                "see `postings show`; release the order once the books are right",
            )


def _is_the_same(record: Record, written: Posting) -> bool:
    """Whether what is in the books had these very ledger lines."""
    if record.effect:
        return record.effect == effect_digest(written.effect)
    document = written.document
    if record.content_hash == content_hash(document):
        return True
    # What goods cost may be known now, and was not when they were received.
    return isinstance(document, StockDocument) and record.content_hash == content_hash(
        uncosted(document)
    )


def _revision_of(book: StoreBook) -> str:
    return str(book.revision) if book.revision else ""


def _suffix(event: str) -> str:
    """The revision that an event's name ends in: events of an order's first life have none."""
    return event.rpartition("@")[2] if "@" in event else ""
