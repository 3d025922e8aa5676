"""A fake of what the export looks at in Sage: journals as they were posted, and months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from intacct.documents import JournalEntry, JournalLine, Side
from intacct.reading import ReportingPeriod
from intacct.statistics import StatisticalEntry
from shared.gl.inspecting import JournalInSage, JournalState
from tests.fakes import FakeBooks


class FakeSageSide:
    """What Sage has of journals: as they were posted, unless a test says otherwise."""

    def __init__(self, books: FakeBooks) -> None:
        self.changed: dict[str, JournalInSage] = {}
        self.counted: dict[str, dict[str, Decimal]] = {}
        self.months = [month(2026, 3), month(2026, 4), month(2026, 5)]
        self.looks = 0
        self._books = books

    def journals(self, keys: Sequence[str], on: date) -> dict[str, JournalInSage]:
        self.looks += 1
        del on
        return {key: self.changed.get(key, self._as_posted(key)) for key in keys}

    def counts(self, keys: Sequence[str]) -> dict[str, dict[str, Decimal]]:
        return {key: self.counted.get(key, self._as_counted(key)) for key in keys}

    def periods(self) -> list[ReportingPeriod]:
        return self.months

    def _as_counted(self, key: str) -> dict[str, Decimal]:
        (document,) = [one for one, result in self._books.documents if result.key == key]
        assert isinstance(document, StatisticalEntry)
        counts: dict[str, Decimal] = {}
        for line in document.lines:
            signed = line.quantity if line.side is Side.DEBIT else -line.quantity
            counts[line.account] = counts.get(line.account, Decimal(0)) + signed
        return counts

    def _as_posted(self, key: str) -> JournalInSage:
        (document,) = [one for one, result in self._books.documents if result.key == key]
        assert isinstance(document, JournalEntry)
        state = JournalState.DRAFT if document.is_draft else JournalState.POSTED
        return JournalInSage(state, effect_of(document.lines) if state == "posted" else {})


def effect_of(lines: Sequence[JournalLine]) -> dict[tuple[str, str], Decimal]:
    effect: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        signed = line.amount.amount if line.side is Side.DEBIT else -line.amount.amount
        place = (line.account, line.amount.currency)
        effect[place] = effect.get(place, Decimal(0)) + signed
    return effect


def month(year: int, number: int) -> ReportingPeriod:
    first = date(year, number, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return ReportingPeriod(f"{number}", f"{first:%B %Y}", first, last, is_active=True)
