from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from shared.gl.days import DayKey
from shared.gl.export import DayExporter
from shared.gl.reports import DayState
from shared.gl.revisions import Batch, BatchState
from shared.gl.sealing import Sealer, following
from shared.posting.store_books import store_book
from tests.fake_day_book import MemoryDayBook
from tests.unit.gl_export.rig import KEY, ON, OpenBacklog, Rig, entry


class Overtaken(OpenBacklog):
    """While one export asks what is missing, another one exports the whole day."""

    def __init__(self, rig: Rig) -> None:
        super().__init__()
        self._rig = rig

    def unfinished(self, tenant: str, store: str, *, before: datetime) -> tuple[str, ...]:
        self._rig.due()
        return super().unfinished(tenant, store, before=before)


def test_an_export_that_was_overtaken_leaves_no_empty_batch_behind() -> None:
    slow, quick = Rig(), Rig()
    slow.days, slow.ledger, slow.books = quick.days, quick.ledger, quick.books
    parts = replace(slow.exporter._parts, days=quick.days, ledger=quick.ledger)
    slow.exporter = DayExporter(replace(parts, backlog=Overtaken(quick)))
    slow.enter(entry("sale:1", "10.00"))

    (report,) = slow.due()

    assert report.state is DayState.NOTHING
    assert [batch.state for batch in slow.days.read(KEY).batches] == [BatchState.DONE]
    assert len(slow.journals()) == 1
    assert slow.due() == []


class FrozenMeanwhile(MemoryDayBook):
    """While one export looks for free events, another one freezes them all, and dies."""

    def __init__(self) -> None:
        super().__init__()
        self._looks = 0

    def free(self, key: DayKey) -> Iterator[str]:
        self._looks += 1
        if self._looks == 2:
            batch = self.open_batch(key, Batch(1, BatchState.OPEN))
            self.freeze(key, batch, list(super().free(key)))
        return super().free(key)


def test_a_day_that_another_export_froze_and_left_stays_on_the_agenda() -> None:
    rig = Rig()
    rig.days = FrozenMeanwhile()
    rig.exporter = DayExporter(replace(rig.exporter._parts, days=rig.days))
    rig.enter(entry("sale:1", "10.00"))

    reports = [*rig.due(), *rig.due()]

    assert [report.state for report in reports][:1] == [DayState.POSTED]
    assert len(rig.journals()) == 1
    assert rig.due() == []


class FrozenAfterwards(MemoryDayBook):
    """Once the first batch is in the books another export freezes what came since, and dies."""

    def free(self, key: DayKey) -> Iterator[str]:
        day = self.head(key)
        if day.posted is not None and day.next_sequence == 2:
            batch = self.open_batch(key, following(day))
            self.freeze(key, batch, list(super().free(key)))
        return super().free(key)


def test_a_day_whose_second_batch_another_export_left_stays_on_the_agenda() -> None:
    rig = Rig()
    rig.days = FrozenAfterwards()
    rig.exporter = DayExporter(replace(rig.exporter._parts, days=rig.days))
    book = store_book(rig.tenant, KEY.store)
    assert book is not None
    rig.enter(entry("sale:1", "10.00"))
    Sealer(rig.days, rig.clock).seal(KEY, book, rig.clock() + timedelta(seconds=300))
    rig.enter(entry("sale:2", "3.63"))

    rig.due()
    reports = rig.due()

    assert [report.state for report in reports] == [DayState.POSTED]
    assert rig.days.read(KEY).unfinished is None
    assert rig.balances() == {(ON, "1100"): "13.63", (ON, "4000"): "-13.63"}
    assert rig.due() == []
