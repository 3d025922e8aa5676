"""Days of a summary channel in memory: orders come in, days are closed as an export closes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from commerce.orders import Facts
from intacct.documents import DocumentResult
from shared.explain.days import ExplainedDays
from shared.explain.lines import ExplainedEntry
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.gl.batches import Sealed, postings, sealed
from shared.gl.contents import contents_of
from shared.gl.days import DayKey
from shared.gl.revisions import Batch, BatchKind, BatchState
from shared.ledger.content import digest
from shared.policy.choices import CustomerMode, PostingMode
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry
from shared.postings.planner import plan
from shared.replaying.days import BookOf, DayReplay, DayReplayer, ReplayParts
from tests.accounting.shop import book, mapping
from tests.fake_day_book import MemoryDayBook
from tests.fakes import MemoryFacts, MemoryLedger
from tests.unit.explain.telling import MemoryDocuments, record_of

DAY = date(2026, 3, 2)
KEY = DayKey("acme", "shop", "USD", DAY)
_LATER = datetime(2026, 3, 3, 5, tzinfo=UTC)


def summary_book(**chart: object) -> StoreBook:
    """The test shop as a channel of daily journals."""
    return book(
        chart=mapping(channel_customer="WEB", **chart),
        posting_mode=PostingMode.SUMMARY_DAILY,
        customer_mode=CustomerMode.CHANNEL,
    )


class DayRig:
    """Facts, archive, day book and ledger of one channel."""

    def __init__(self, under: StoreBook | None = None, days: Any = None) -> None:
        self.book = under or summary_book()
        self.documents = MemoryDocuments()
        self.facts = MemoryFacts()
        self.days = days or MemoryDayBook()
        self.ledger = MemoryLedger()

    def take(self, order_id: str, *stages: Facts) -> None:
        """The cart tells of an order, time after time; each time what is new is entered."""
        pk = order_pk("acme", "shop", order_id)
        for stage in stages:
            known = self.facts.load(pk) or FactsRecord(pk, stage, configured=1)
            name = f"{order_id}-{len(known.sources) + 1}"
            sources = (*known.sources, self.documents.keep(name, stage))
            told = replace(known, known=stage, sources=sources, status=FactsStatus.READY)
            self.facts.save(told)
            made = plan(told.facts, {}, self.book)
            if made.findings:
                continue  # the order is held, and nothing of it is entered
            entered = self.days.entered(pk)
            for entry in made.day_entries:
                if entered.get(entry.event, digest(entry.lines)) == digest(entry.lines):
                    self.enter(entry)

    def enter(self, entry: DayEntry) -> None:
        """Put an event into its day."""
        pk = order_pk("acme", "shop", entry.order_id)
        self.days.enter(pk, "acme", entry, due_at=_LATER)

    def amend(self, entry: DayEntry) -> None:
        """Give an event other lines."""
        pk = order_pk("acme", "shop", entry.order_id)
        self.days.amend(pk, "acme", entry, due_at=_LATER)

    def close(
        self,
        key: DayKey = KEY,
        *,
        replaces: int = 0,
        kind: BatchKind = BatchKind.REVISION,
        posted_on: date | None = None,
    ) -> None:
        """Freeze and seal what is free, and take its journals for posted."""
        number = self.days.head(key).next_sequence
        batch = Batch(number, BatchState.OPEN, kind, replaces=replaces, posted_on=posted_on)
        self.days.open_batch(key, batch)
        self.days.freeze(key, batch, list(self.days.free(key)))
        day = self.days.read(key)
        frozen = day.batch(number)
        assert frozen is not None
        members = [entry for one in day.entries if (entry := one.as_of(number))]
        contents = contents_of(members, key.store, key.currency, key.on)
        done = sealed(frozen, contents, self.book)
        self.days.seal(key, done, contents.parts)
        before = day.batch(replaces) if replaces else None
        made = postings(
            key,
            Sealed(done, contents.parts),
            Sealed(before, self.days.parts(key, before)) if before else None,
        )
        for place, posting in enumerate(made):
            result = DocumentResult(f"{number}{place}")
            record = record_of(key.ledger_pk, posting, result, place=place)
            self.ledger.records[key.ledger_pk, posting.key] = record
        self.days.complete(key, done, {})

    def close_all(self) -> list[DayKey]:
        """Close every day that holds something."""
        keys = sorted(self.days.entries_of)
        for key in keys:
            self.close(key)
        return keys

    def explained(self, key: DayKey = KEY) -> list[ExplainedEntry]:
        """The day's journals, explained."""
        return ExplainedDays(self.days).journals(key, self.ledger.chain(key.ledger_pk))

    def replayed(self, key: DayKey = KEY, *, other: BookOf | None = None) -> Sequence[DayReplay]:
        """The day rebuilt from the archive."""
        parts = ReplayParts(self.facts, self.days, self.ledger, self.documents, lambda _: self.book)
        return DayReplayer(parts).replay(key, other=other)
