"""Reads back what a proof wants to see again in Sage, and remembers what came of each document.

Rows come a page at a time and documents are asked for a thousand at once; what was read and what
changed lies on disk. In memory stays what differs, so that a day of any size takes no more of it.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain
from typing import Self

from intacct.deletions import Deletion
from intacct.reading import Kept, Marked
from shared.ledger.records import State
from shared.postings.plan import PostingKind
from shared.reconciliation.book import Link
from shared.reconciliation.differences import Acceptance, Difference
from shared.reconciliation.documents import BookedDocument
from shared.reconciliation.ledger_desk import LedgerDesk, opened
from shared.reconciliation.ledgers import LedgerLooked, compare_days
from shared.reconciliation.looks import Asked, DeletedOf, SageReads, gone, look, touched
from shared.reconciliation.rows import Row

_AT_ONCE = 1000
"""References that one call reads back."""

_HISTORY = timedelta(days=40)
"""How far back the audit history is asked who deleted what is missing."""

_OVERLAP = timedelta(minutes=10)
"""How far before the last proof Sage is asked for changes: rows of open transactions come late."""

_TABLES = """
CREATE TABLE changed (kind TEXT, key TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE read (key TEXT PRIMARY KEY, dated TEXT, is_judged INT) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Span:
    """What is read: one entity's documents up to a day, in a proof begun at an instant.

    `latest` is the entity's last statement; `again` reads the whole day once more.
    """

    entity: str
    base_currency: str
    on: date
    begun_at: datetime
    latest: Link | None
    again: bool


@dataclass(slots=True)
class ReadBacks:
    """What Sage says of the documents of rows; a context manager, and to be read once.

    `rows` gives every row of the tenant anew each time.
    """

    span: Span
    rows: Callable[[], Iterator[Row]]
    _troubles: dict[str, list[Difference]] = field(default_factory=lambda: defaultdict(list))
    _lines: LedgerLooked = field(default_factory=LedgerLooked)

    _notes: sqlite3.Connection = field(default_factory=lambda: opened(_TABLES))

    def __enter__(self) -> Self:
        """Give the same."""
        return self

    def __exit__(self, *_: object) -> None:
        """Clear away what lies on disk."""
        self._notes.close()

    def estimate(self) -> tuple[int, int]:
        """How many documents will be read back at least, and on how many days."""
        count, days = 0, set()
        for one in self._posted():
            if self._is_new(one.document):
                count += 1
                days.add(one.document.on)
        return count, len(days)

    def read(self, reads: SageReads) -> None:
        """Read documents and the ledger lines of their days.

        Raises:
            IntacctError: Sage could not be read; reading again is safe.
        """
        self._note_changes(reads)
        with LedgerDesk() as desk:
            self._look(reads, desk)
            days, doubtful = set(desk.days()), []
            for one in self._posted(or_in_doubt=True):
                if not one.document.is_posted:
                    doubtful.append(one.document)
                elif one.document.on in days and one.document.kind is not PostingKind.STATISTICAL:
                    desk.add(one.document.on, one, is_judged=False)
            self._lines = compare_days(desk, doubtful, reads, self.span.base_currency)

    def was_read(self, document: BookedDocument) -> bool:
        """Whether it was read back."""
        return self._note(document) is not None

    def found(self, document: BookedDocument) -> tuple[Difference, ...]:
        """What differs of a document that was read back."""
        note = self._note(document)
        kept = () if note is None or note[1] else _of_accounts(document)
        key = document.key
        return (*self._troubles.get(key, ()), *self._lines.troubles.get(key, ()), *kept)

    def updated(self, document: BookedDocument, accepted: Acceptance) -> BookedDocument:
        """A document that was read back, with what Sage says of it now.

        Args:
            document: as its row has it.
            accepted: what people took for right of it.
        """
        note, key = self._note(document), document.key
        dated = note[0] if note else None
        # What was taken back as it stood moves nothing any more.
        is_over = accepted.is_over and document.is_undone
        troubles = () if is_over else accepted.marked(self.found(document))
        return replace(
            document,
            on=document.on if document.is_dated else dated or document.on,
            troubles=troubles,
            proved_at=None if troubles else document.proved_at or self.span.begun_at,
            effect=self._lines.effects.get(key, document.effect),
            base_effect=self._lines.base_effects.get(key, document.base_effect),
        )

    def _posted(self, *, or_in_doubt: bool = False) -> Iterator[Asked]:
        """The entity's documents up to the day that are in the books, as the ledger knows."""
        for row in self.rows():
            for one in row.documents:
                is_here = one.entity == self.span.entity and one.on <= self.span.on
                may_be = or_in_doubt and one.state is State.SENT
                if (one.is_posted or may_be) and is_here and one.can_be_read_back:
                    yield Asked(row.store, row.subject, one)

    def _is_new(self, document: BookedDocument) -> bool:
        is_again = self.span.again and document.on == self.span.on
        return is_again or (document.proved_at is None and not document.troubles)

    def _note_changes(self, reads: SageReads, kinds: Sequence[Marked] = ()) -> None:
        """Note what was changed since the last proof; of all that moves money, deletions too."""
        if self.span.latest is None:
            return
        since = self.span.latest.made_at - _OVERLAP
        if kinds:
            found: Iterator[tuple[Marked, str]] = touched(reads, since, kinds)
        else:
            found = chain(touched(reads, since), gone(reads, since))
        self._notes.executemany(
            "INSERT OR IGNORE INTO changed VALUES (?, ?)",
            ((kind.value, key) for kind, key in found),
        )

    def _is_changed(self, document: BookedDocument) -> bool:
        wanted = (document.marked.value, document.sage_key)
        found = self._notes.execute("SELECT 1 FROM changed WHERE kind = ? AND key = ?", wanted)
        return found.fetchone() is not None

    def _look(self, reads: SageReads, desk: LedgerDesk) -> None:
        """Read the documents that are wanted, a thousand of a kind at once."""
        since = self.span.begun_at - _HISTORY

        @cache
        def deleted(kept: Kept) -> dict[str, Deletion]:
            return {one.identifier: one for one in reads.deletions(kept, since)}

        @cache
        def note_counted() -> None:
            """Ask what became of statistical entries, where there are any."""
            self._note_changes(reads, (Marked.STATISTICAL_ENTRY,))

        waiting: dict[Marked, list[tuple[Asked, bool]]] = defaultdict(list)
        for one in self._posted():
            document = one.document
            if document.marked is Marked.STATISTICAL_ENTRY:
                note_counted()
            is_judged = self._is_new(document) or self._is_changed(document)
            if not is_judged and not document.troubles:
                continue
            batch = waiting[document.marked]
            batch.append((one, is_judged))
            if len(batch) == _AT_ONCE:
                self._look_at(batch, reads, deleted, desk)
                batch.clear()
        for _, batch in sorted(waiting.items()):
            self._look_at(batch, reads, deleted, desk)

    def _look_at(
        self,
        batch: Iterable[tuple[Asked, bool]],
        reads: SageReads,
        deleted: DeletedOf,
        desk: LedgerDesk,
    ) -> None:
        wanted = list(batch)
        looked = look([one for one, _ in wanted], reads, deleted)
        self._troubles.update(looked.troubles)
        for one, is_judged in wanted:
            key = one.document.key
            dated = looked.dates.get(key)
            moves_money = one.document.marked is not Marked.STATISTICAL_ENTRY
            if is_judged and dated is not None and moves_money:
                desk.add(dated, one, is_judged=True)
            self._notes.execute(
                "INSERT OR REPLACE INTO read VALUES (?, ?, ?)",
                (key, dated.isoformat() if dated else None, is_judged),
            )

    def _note(self, document: BookedDocument) -> tuple[date | None, bool] | None:
        """The date that it was read with, and whether its lines were read too."""
        row = self._notes.execute(
            "SELECT dated, is_judged FROM read WHERE key = ?", (document.key,)
        ).fetchone()
        if row is None:
            return None
        return (date.fromisoformat(row[0]) if row[0] else None, bool(row[1]))


def _of_accounts(document: BookedDocument) -> tuple[Difference, ...]:
    """What was found before on single accounts, where the ledger is not read again."""
    return tuple(one for one in document.troubles if one.account)
