"""A drawn history of a summary channel's days, and what must be true of it in the end.

The books of the days equal those of a channel that posts each order by itself (R-11.1), each day
holds exactly its events, and no journal is there twice, whatever came late, was corrected, was
closed, was changed by a person, broke off, or ran twice at the same time.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from commerce.orders import Facts
from intacct.documents import Document, DocumentResult, JournalEntry, JournalLine, Side
from intacct.errors import NotSentError, OutcomeUnknownError, PeriodClosedError
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.gl.correcting import planned_by
from shared.gl.days import DayKey, EntryConflictError
from shared.gl.export import DayExporter, DayExporterParts
from shared.gl.inspecting import JournalInSage, JournalState
from shared.gl.posting import Asked
from shared.gl.reports import DayReport, DayState
from shared.ledger.apply import Applier
from shared.policy.choices import PostingMode
from shared.posting.entering import enter
from shared.postings.book import StoreBook
from shared.postings.plan import Plan
from shared.postings.planner import plan
from tests.accounting.shop import book
from tests.days.channel import shop_at, tenant_at
from tests.days.orders import FIRST_DAY, Told, drawn_order
from tests.fake_day_book import MemoryDayBook
from tests.fake_sage_side import FakeSageSide, effect_of
from tests.fakes import FakeBooks, FakeClock, MemoryFacts, MemoryLedger, MemoryReviews, counting_ids

_LAST_OF_MARCH = date(2026, 3, 31)
_TICK = timedelta(hours=7)
_TICKS = 70
_MOST_ROUNDS = 60
_WRITES = ("open_batch", "freeze", "seal", "move", "complete", "settle", "amend", "correct")
_PEOPLE_HELP = frozenset({"PERIOD_CLOSED", "RESEND_LIMIT"})
"""What a person ends by opening the month, or by letting a journal go again."""
_EXCEPTED = ("1200", "2050")
"""A summary of cash sales uses neither receivables nor advances (R-11.1)."""


class Crash(BaseException):
    """The process ends here."""


class BrokenError(AssertionError):
    """Something is not true that must be."""


class DrawnBooks(FakeBooks):
    """Books that close, lose requests and answers, and see processes die."""

    def __init__(self, dice: random.Random) -> None:
        super().__init__()
        self.closed_through = date.min
        self.is_calm = False
        self._dice = dice

    def land(self, document: Document) -> DocumentResult:
        if getattr(document, "posted_on", date.max) <= self.closed_through:
            message = "the period is closed"
            raise PeriodClosedError(message)
        return super().land(document)

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        if not self.is_calm and self._dice.random() < 0.2:
            when = self._dice.choice(("before", "after"))
            errors = [OutcomeUnknownError("no answer"), Crash()]
            if when == "before":
                errors.append(NotSentError("try again"))
            self.fail(when, self._dice.choice(errors))
        return super().create(document, control_id=control_id, idempotency_key=idempotency_key)


class DaysHistory:
    """One channel from its first order until nothing is left to do."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311  # it draws histories, not keys
        self.clock = FakeClock(FIRST_DAY)
        self.days = MemoryDayBook()
        self.facts = MemoryFacts()
        self.ledger = MemoryLedger()
        self.reviews = MemoryReviews()
        self.books = DrawnBooks(self._dice)
        self.sage = FakeSageSide(self.books)
        self.version = 1
        self.policy = self._dice.choice(("hold", "next_open"))
        self.orders = [drawn_order(self._dice, f"o{n}") for n in range(self._dice.randint(2, 9))]
        self._told: dict[str, Facts] = {}
        self._plans: dict[tuple[int, int], Plan] = {}
        self._is_inside = False
        self._to_correct: set[date] = set()
        self._ids = counting_ids("history")
        self._for_dying()

    def live(self) -> None:
        """Live it to its end, and compare.

        Raises:
            BrokenError: what must be true is not.
        """
        for tick in range(_TICKS):
            self._hear()
            self._happen(tick)
            self._export(self._due)
            self.clock.now += _TICK
        self._calm_down()
        self._compare()

    # What happens

    def _hear(self) -> None:
        for told in self.orders:
            known = [facts for at, facts in told.stages if at <= self.clock.now]
            if known and self._told.get(told.id) != known[-1]:
                self._told[told.id] = known[-1]
                self._take(told, known[-1])

    def _take(self, told: Told, known: Facts) -> None:
        """What order_posting does with an order of a summary channel."""
        pk = order_pk("acme", "shop", told.id)
        record = self.facts.load(pk) or FactsRecord(
            pk, known, status=FactsStatus.READY, configured=self.version
        )
        record = self.facts.save(replace(record, known=known))
        under = self._book(record.configured)
        planned = self._planned(known, record.configured)
        try:
            enter(self.days, pk, under, planned)
        except EntryConflictError:
            # A person sees it, and has the days of the order made anew.
            self._to_correct |= {entry.ledger_on for entry in planned.day_entries}

    def _planned(self, known: Facts, version: int) -> Plan:
        """The plan of a stage, which is kept as long as its facts are: the planner is pure."""
        stage = (id(known), version)
        if stage not in self._plans:
            self._plans[stage] = plan(known, {}, self._book(version))
        return self._plans[stage]

    def _happen(self, tick: int) -> None:
        if tick == _TICKS // 3 and self._dice.random() < 0.6:
            self.books.closed_through = _LAST_OF_MARCH
        if tick == _TICKS // 2 and self._dice.random() < 0.5:
            self.version = 2
            self._to_correct |= {key.on for key in self.days.entries_of}
        if self._dice.random() < 0.05:
            self._change_in_sage()
        if self._dice.random() < 0.3:
            self.sage.changed.clear()
        for on in sorted(self._to_correct):
            if self._dice.random() < 0.4:
                self._correct(on)

    def _change_in_sage(self) -> None:
        """Somebody changes a journal in Sage, and puts it back later."""
        journals = [
            (document, result)
            for document, result in self.books.documents
            if isinstance(document, JournalEntry)
        ]
        if journals:
            document, result = self._dice.choice(journals)
            effect = effect_of(document.lines)
            effect[next(iter(effect))] += 1
            self.sage.changed[result.key] = JournalInSage(JournalState.POSTED, effect)

    def _correct(self, on: date) -> None:
        def by_hand() -> list[DayReport]:
            return self._exporter().export("acme", "shop", on, self._asked(correct_by="ops"))

        for report in self._export(by_hand):
            if report.state in (DayState.POSTED, DayState.NOTHING):
                self._to_correct.discard(on)
                self._enter_again(on)

    def _enter_again(self, on: date) -> None:
        """The orders that were held for a day go on once its lines were made anew."""
        del on
        for told in self.orders:
            if told.id in self._told:
                self._take(told, self._told[told.id])

    # Exports, which may die, and may run twice at the same time

    def _export(self, run: Callable[[], list[DayReport]]) -> list[DayReport]:
        try:
            reports = run()
        except Crash:
            return []
        for report in reports:
            if report.state is DayState.HELD and _PEOPLE_HELP & set(report.reasons):
                self._reopen(report.day)
        return reports

    def _due(self) -> list[DayReport]:
        return self._exporter().export_due(self.clock.now + timedelta(seconds=300))

    def _reopen(self, key: DayKey) -> None:
        """A person opens the month for a day that waits, lets it in, and closes again."""
        closed, self.books.closed_through = self.books.closed_through, date.min
        self.clock.pass_time(1801)
        try:
            self._exporter().export("acme", "shop", key.on, self._asked(release_by="ops"))
        except Crash:
            pass
        finally:
            self.books.closed_through = closed

    def _asked(self, **by: Any) -> Asked:
        return Asked(self.clock.now + timedelta(seconds=300), **by)

    def _for_dying(self) -> None:
        for name in _WRITES:
            setattr(self.days, name, self._mortal(getattr(self.days, name)))

    def _mortal(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **named: Any) -> Any:
            fate = 1.0 if self.books.is_calm else self._dice.random()
            if fate < 0.02:
                raise Crash
            if fate < 0.06 and not self._is_inside:
                self._is_inside = True
                try:
                    self._due()
                finally:
                    self._is_inside = False
            result = write(*args, **named)
            if 0.06 <= fate < 0.08:
                raise Crash
            return result

        return called

    def _exporter(self) -> DayExporter:
        def failed(key: DayKey, error: Exception) -> None:
            raise BrokenError(key.pk) from error

        tenant = tenant_at(self.version, self.policy)
        return DayExporter(
            DayExporterParts(
                tenants=lambda: [tenant],
                tenant_of=lambda _: tenant,
                days=self.days,
                facts=self.facts,
                ledger=self.ledger,
                reviews=self.reviews,
                backlog=self,
                applier_of=lambda *_: Applier(
                    self.ledger,
                    self.books,
                    clock=self.clock,
                    ids=self._ids,
                    pause=lambda _: None,
                ),
                sage_side_of=lambda *_: self.sage,
                replan=planned_by(plan),
                clock=self.clock,
                on_failure=failed,
            )
        )

    def unfinished(self, *_: Any, **__: Any) -> tuple[str, ...]:
        """No day waits for orders here: that is what makes events late."""
        return ()

    def _book(self, version: int) -> StoreBook:
        return shop_at(version, self.policy)

    # The end

    def _calm_down(self) -> None:
        """Faults end, people do what is theirs to do, and the exports come to rest."""
        self.books.is_calm = True
        self.books.faults.clear()
        self.sage.changed.clear()
        self.clock.now = datetime.max.replace(year=2026, month=5, day=20, tzinfo=FIRST_DAY.tzinfo)
        self.clock.now = self.clock.now.replace(hour=12, microsecond=0)
        self._hear()
        reports: list[DayReport] = []
        for _ in range(_MOST_ROUNDS):
            for on in sorted(self._to_correct):
                self._correct(on)
            reports = self._export(self._due)
            self.clock.now += timedelta(hours=7)
            if not reports and not self._to_correct:
                return
        states = [(report.day.on, report.state, report.reasons) for report in reports]
        message = f"the days do not come to rest: {states} {sorted(self._to_correct)}"
        raise BrokenError(message)

    def _compare(self) -> None:
        self._each_journal_once()
        entries = [
            entry
            for told in self.orders
            for entry in plan(told.facts, {}, self._final_book(told)).day_entries
        ]
        by_day: dict[date, list[JournalLine]] = {}
        for entry in entries:
            by_day.setdefault(entry.ledger_on, []).extend(entry.lines)
        for on in sorted({*by_day, *self._posted_days()}):
            _same(f"the day {on}", _sums(self._lines_of(on)), _sums(by_day.get(on, [])))
        _same("all days beside detail", _sums(self._all_lines()), self._detail())

    def _final_book(self, told: Told) -> StoreBook:
        record = self.facts.load(order_pk("acme", "shop", told.id))
        assert record is not None, "every order was told"
        return self._book(record.configured)

    def _detail(self) -> dict[str, Decimal]:
        """What a channel that posts each order by itself would have in its books."""
        lines: list[JournalLine] = []
        for told in self.orders:
            chart = self._final_book(told).mapping
            single = book(chart=chart, posting_mode=PostingMode.DETAIL)
            planned = plan(told.facts, {}, single)
            if planned.findings:
                raise BrokenError(told.id, planned.findings)
            lines += [line for posting in planned.postings for line in posting.effect]
        return {a: v for a, v in _sums(lines).items() if a not in _EXCEPTED}

    def _each_journal_once(self) -> None:
        marks = self.books.marks()
        if len(marks) != len(set(marks)):
            message = "a journal is in the books twice"
            raise BrokenError(message)

    def _journals(self) -> list[JournalEntry]:
        found = [document for document, _ in self.books.documents]
        return [one for one in found if isinstance(one, JournalEntry)]

    def _posted_days(self) -> set[date]:
        return {_day_of(journal) for journal in self._journals()}

    def _lines_of(self, on: date) -> list[JournalLine]:
        return [x for one in self._journals() if _day_of(one) == on for x in one.lines]

    def _all_lines(self) -> list[JournalLine]:
        return [line for journal in self._journals() for line in journal.lines]


def _day_of(journal: JournalEntry) -> date:
    """The true day of a journal, wherever it was posted: our number begins with it."""
    return datetime.strptime(journal.reference[:8], "%Y%m%d").date()  # noqa: DTZ007  # a date


def _sums(lines: list[JournalLine]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for line in lines:
        signed = line.amount.amount if line.side is Side.DEBIT else -line.amount.amount
        sums[line.account] = sums.get(line.account, Decimal(0)) + signed
    return {account: amount for account, amount in sums.items() if amount}


def _same(what: str, found: dict[str, Decimal], wanted: dict[str, Decimal]) -> None:
    if found != wanted:
        message = f"{what}: {found} instead of {wanted}"
        raise BrokenError(message)
