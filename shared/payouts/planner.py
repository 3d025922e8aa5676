"""Plans the entries of a payout: one that equals the deposit, and what becomes of it later.

Pure. The same record under the same mapping always gives the same entries, so that a second run
finds them in the books. With findings nothing is posted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from commerce.money import Money
from commerce.payouts import Payout, PayoutLine, PayoutStatus
from intacct.documents import Dimensions, JournalEntry, JournalLine
from shared.payouts.chart import PayoutChart
from shared.payouts.corrections import with_corrections
from shared.payouts.currencies import Exchange, currency_findings
from shared.payouts.disputes import lost_entry, lost_purpose
from shared.payouts.entries import (
    dimensions,
    entry_lines,
    is_own_event,
    net_of,
    own_entry,
    row_amounts,
    transfer,
)
from shared.payouts.proof import proof_findings
from shared.payouts.records import PayoutRecord, is_sent
from shared.payouts.worths import needs_valuation
from shared.policy.choices import PostingMode
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.effects import Amount
from shared.postings.findings import Finding
from shared.postings.keys import document_number, posting_key
from shared.postings.plan import Posting, PostingKind


@dataclass(frozen=True, slots=True)
class EntityPosting:
    """A journal entry and the entity whose books it belongs to."""

    entity: str
    posting: Posting

    @property
    def purpose(self) -> str:
        """What of the payout it is: `payout:<id>`, `dispute:<id>:<row>` and so on."""
        return self.posting.key.partition(":")[2]


@dataclass(frozen=True, slots=True)
class PayoutPlan:
    """The entries of a payout in their order, or every reason why there are none.

    `waiting` says what it waits for, where not all of it can be booked yet; `is_unvalued` that it
    waits for what it is worth in the entity's currency (`shared.payouts.valuing`).
    """

    entries: tuple[EntityPosting, ...] = ()
    findings: tuple[Finding, ...] = ()
    waiting: str = ""
    is_unvalued: bool = False


def plan_payout(record: PayoutRecord, book: StoreBook) -> PayoutPlan:
    """Every entry that the payout should have in the books, as far as it has come.

    Args:
        record: the payout with its lines.
        book: the books of its store.
    """
    if not is_sent(record.payout):
        return PayoutPlan(waiting="its source has not sent the money yet")
    findings = (*proof_findings(record), *currency_findings(record, book))
    if findings:
        return PayoutPlan(findings=findings)
    planned = _Planned(record, PayoutChart(book))
    if planned.is_early:
        return PayoutPlan(waiting="the money has not arrived yet")
    if needs_valuation(record.payout, record.history.valuation, book, is_begun=bool(record.frozen)):
        return PayoutPlan(waiting="what it settles was not valued yet", is_unvalued=True)
    entries, differences = planned.in_currencies(tuple(planned.entries()))
    if planned.chart.findings or differences:
        return PayoutPlan(findings=(*planned.chart.findings, *differences))
    return PayoutPlan(entries=entries)


def settled_on(record: PayoutRecord, book: StoreBook) -> date:
    """The ledger date of the entry that settles the payout, whose rate counts."""
    return _Planned(record, PayoutChart(book)).settled_on


def rows_by_entry(record: PayoutRecord, book: StoreBook) -> dict[str, tuple[PayoutLine, ...]]:
    """The rows, as they are booked, that each entry of the payout settles, by its purpose."""
    planned, name = _Planned(record, PayoutChart(book)), f"payout:{record.payout.ref.id}"
    months = planned._by_month()  # noqa: SLF001  # this module's own
    *earlier, last = sorted(months)
    rows = {f"{name}:{month:%Y-%m}": tuple(months[month]) for month in earlier}
    return {**rows, name: tuple(months[last])}


def told_on(instant: datetime, book: StoreBook) -> date:
    """The ledger date of an instant that a source told (R-10.3).

    Shopify and Walmart tell dates without time, which read as midnight in UTC: such a date stands
    as it was told, since in a zone west of Greenwich it would become the day before.
    """
    in_utc = instant.astimezone(UTC)
    return in_utc.date() if in_utc.time() == time() else book.ledger_on(instant)


@dataclass(frozen=True, slots=True)
class _Planned:
    """One payout on its way into one store's books."""

    record: PayoutRecord
    chart: PayoutChart

    @property
    def payout(self) -> Payout:
        return self.record.payout

    @property
    def net(self) -> Money:
        return self.payout.net

    @property
    def is_settlement(self) -> bool:
        """Whether the source states a period, so that a settlement may straddle months (R-6.6)."""
        return self.payout.period_from is not None

    @property
    def arrived_at(self) -> datetime | None:
        return self.record.seen(PayoutStatus.PAID)

    @property
    def failed_at(self) -> datetime | None:
        failed = self.record.seen(PayoutStatus.FAILED)
        return failed or self.record.seen(PayoutStatus.CANCELLED)

    @property
    def travels(self) -> bool:
        """Whether the money passes the account for payouts in transit; a debit never does."""
        return self.chart.has_transit and not self.net.is_negative and bool(self.net)

    @property
    def is_early(self) -> bool:
        """Whether the entry is that of the bank's own line, and the bank has none yet."""
        is_moved = self.arrived_at is not None or self.failed_at is not None
        return bool(self.net) and not self.travels and not is_moved

    @property
    def settled_on(self) -> date:
        """The date of the entry: issued (R-10.3), or the bank's where the entry is its line."""
        is_bank_line = bool(self.net) and not self.travels and self.arrived_at is not None
        instant = self.arrived_at if is_bank_line else None
        return self.on(instant or self.payout.initiated_at)

    def on(self, instant: datetime) -> date:
        return told_on(instant, self.chart.book)

    def entries(self) -> Sequence[EntityPosting]:
        """All entries, in the order in which they happened; a correction after what it corrects."""
        return with_corrections(
            self.record, lambda said: tuple(replace(self, record=said).told()), EntityPosting
        )

    def told(self) -> Iterator[EntityPosting]:
        """The entries of what the payout says, as if it had never said anything else."""
        name = self.payout.ref.id
        for line in self.record.booked_lines:
            if is_own_event(line, is_settlement=self.is_settlement):
                lines = own_entry(line, self.chart)
                purpose = f"{line.kind.value}:{name}:{line.id}"
                yield from self._entry(purpose, self.on(line.occurred_at), lines)
            if (loss := self.record.history.loss_of(line.id)) is not None:
                lost = lost_entry(line, loss, self.chart)
                yield from self._entry(lost_purpose(name, line.id), self.on(loss.lost_at), lost)
        settled = list(self._settled(f"payout:{name}"))
        yield from settled
        if self.travels and self.arrived_at is not None:
            transit = self.chart.of(Role.PAYOUTS_IN_TRANSIT)
            moved = self._moved(f"payout:{name}:arrival", self.arrived_at, transit, self.net)
            yield from self._after(settled, moved)
        if self.failed_at is not None:
            failed = self._failed(f"payout:{name}:failure", self.failed_at)
            yield from self._after(settled, failed)

    def _after(
        self, before: Iterable[EntityPosting], entries: Iterable[EntityPosting]
    ) -> Iterator[EntityPosting]:
        """Entries that are not posted while those before them wait, as for a closed period.

        A payout that brings its sales into the books has other entries before them.
        """
        keys = tuple(each.posting.key for each in before if each.entity == self.chart.book.entity)
        is_summed = PostingMode.SUMMARY_PAYOUT in self.chart.book.policy.modes()
        for entry in entries:
            is_free = is_summed or entry.entity != self.chart.book.entity
            needs = () if is_free else keys
            yield replace(entry, posting=replace(entry.posting, needs=needs))

    def in_currencies(
        self, entries: tuple[EntityPosting, ...]
    ) -> tuple[tuple[EntityPosting, ...], list[Finding]]:
        """The entries in the currencies that they belong in, and what stops them (R-8.6)."""
        valuation = self.record.history.valuation
        if valuation is None:
            return entries, []
        exchange = Exchange(self.payout, self.chart, valuation)
        findings = list(exchange.findings(self.payout.lines))
        name, months = f"payout:{self.payout.ref.id}", self._by_month()
        rows = {f"{name}:{month:%Y-%m}": lines for month, lines in months.items()}
        rows[name] = months[self._last_month]
        exchanged = []
        for entry in entries:
            purpose = entry.posting.key.partition(":")[2]
            posting, finding = exchange.exchanged(entry.posting, rows.get(purpose, ()))
            exchanged.append(replace(entry, posting=posting))
            findings += [finding] if finding else []
        return tuple(exchanged), findings

    def _settled(self, purpose: str) -> Iterator[EntityPosting]:
        """The payout itself; a settlement's earlier months apart, with what they carry (R-6.6)."""
        months = self._by_month()
        *earlier, _ = sorted(months)
        dims = dimensions(self.chart)
        carried = Money.zero(self.payout.currency)
        before: list[EntityPosting] = []
        for month_end in earlier:
            worth = net_of(months[month_end], self.payout.currency)
            forward = Amount(self.chart.of(Role.SETTLEMENT_CARRIED_FORWARD), -worth, dims)
            lines = entry_lines([*self._rows(months[month_end]), forward], self.chart)
            before += self._entry(f"{purpose}:{month_end:%Y-%m}", month_end, lines)
            carried += worth
        yield from before
        amounts = self._rows(months[self._last_month])
        if carried:
            account = self.chart.of(Role.SETTLEMENT_CARRIED_FORWARD)
            amounts.append(Amount(account, carried, dims))
        amounts.append(Amount(self._target(), -self.net, dims))
        lines = entry_lines(amounts, self.chart)
        yield from self._after(before, self._entry(purpose, self.settled_on, lines))
        if self._target_is_bank:
            yield from self._mirrored(purpose, self.settled_on, self.net)

    def _by_month(self) -> dict[date, list[PayoutLine]]:
        """The rows by the last day of their month; what is no settlement is never split."""
        months: dict[date, list[PayoutLine]] = {self._last_month: []}
        for line in self.record.booked_lines:
            month = _month_end(self.on(line.occurred_at))
            if not self.is_settlement or month > self._last_month:
                month = self._last_month
            months.setdefault(month, []).append(line)
        return months

    @property
    def _last_month(self) -> date:
        return _month_end(self.settled_on)

    def _rows(self, lines: Sequence[PayoutLine]) -> list[Amount]:
        return list(row_amounts(lines, self.chart, is_settlement=self.is_settlement))

    @property
    def _target_is_bank(self) -> bool:
        return bool(self.net) and not self.travels and self.arrived_at is not None

    def _target(self) -> str:
        """Where the net stands: in transit, in the bank, or where it never left (J-6.3)."""
        if self.travels:
            return self.chart.of(Role.PAYOUTS_IN_TRANSIT)
        return self.chart.bank if self._target_is_bank else self.chart.of(Role.PAYOUT_CLEARING)

    def _moved(
        self, purpose: str, at: datetime, credited: str, amount: Money
    ) -> Iterator[EntityPosting]:
        """Money that reaches the bank from another account, or below zero goes back there."""
        lines = transfer(self.chart.bank, credited, amount, dimensions(self.chart))
        yield from self._entry(purpose, self.on(at), lines)
        yield from self._mirrored(purpose, self.on(at), amount)

    def _failed(self, purpose: str, at: datetime) -> Iterator[EntityPosting]:
        """The money is with its source again (J-6.3), unless it never left."""
        clearing = self.chart.of(Role.PAYOUT_CLEARING)
        if self.arrived_at is not None:
            yield from self._moved(purpose, at, clearing, -self.net)
        elif self.travels:
            transit = self.chart.of(Role.PAYOUTS_IN_TRANSIT)
            lines = transfer(clearing, transit, self.net, dimensions(self.chart))
            yield from self._entry(purpose, self.on(at), lines)

    def _mirrored(self, purpose: str, on: date, amount: Money) -> Iterator[EntityPosting]:
        """The other side of the bank's line, where the bank is another entity's (J-14.2)."""
        if self.chart.has_foreign_bank:
            entity = self.chart.book.mapping.bank_entity
            bank, owed = self.chart.of(Role.BANK), self.chart.of(Role.INTERENTITY_PAYABLE)
            lines = transfer(bank, owed, amount, Dimensions(location=entity))
            yield from self._entry(f"{purpose}:bank", on, lines, entity=entity)

    def _entry(
        self, purpose: str, on: date, lines: tuple[JournalLine, ...], *, entity: str = ""
    ) -> Iterator[EntityPosting]:
        """A posting, unless nothing is left of it: lines of zero are no document (R-0.5)."""
        if not lines:
            return
        book, kind = self.chart.book, PostingKind.JOURNAL_ENTRY
        entity = entity or book.entity
        key = posting_key(
            tenant=book.tenant, entity=entity, kind=kind, store=book.store, purpose=purpose
        )
        memo = f"payout {self.payout.ref.id}"
        told = tuple(replace(line, memo=memo) for line in lines)
        document = JournalEntry(
            reference=document_number(key, kind, self.payout.ref.id),
            journal=book.mapping.definitions.journal,
            posted_on=on,
            description=f"{book.store} {purpose}",
            lines=told,
        )
        yield EntityPosting(entity, Posting(key, kind, document, effect=told, true_on=on))


def _month_end(on: date) -> date:
    following = (on.replace(day=1) + timedelta(days=32)).replace(day=1)
    return following - timedelta(days=1)
