"""What another mapping would have made of a day's documents: of orders in detail, of payouts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from commerce.money import Money
from intacct.documents import JournalLine, Side
from shared.explain.lines import ExplainedEntry
from shared.facts.record import FactsRecord
from shared.ledger.records import Record
from shared.payouts.planner import PayoutPlan
from shared.postings.book import StoreBook
from shared.postings.findings import Finding
from shared.postings.plan import Posting, PostingKind
from shared.postings.planner import plan, written
from shared.replaying.days import AccountDifference

_Balances = dict[tuple[str, str], Money]
"""Debits less credits by account and currency."""

_OF_DAYS = frozenset({PostingKind.GL_BATCH.value, PostingKind.STATISTICAL.value})
"""What is rebuilt with its day, or with its payout's part, event by event."""


@dataclass(slots=True)
class DocumentDay:
    """The documents of orders, or of payouts, that one store has on a ledger date.

    `same` and `different` hold posting keys: whether the archive and the mapping of its order give
    the content that was sent. `unbookable` holds what the other mapping has no document for.
    """

    store: str
    on: date
    what: str = "of orders"
    same: list[str] = field(default_factory=list)
    different: dict[str, str] = field(default_factory=dict)
    unbookable: dict[str, str] = field(default_factory=dict)
    _frozen: _Balances = field(default_factory=dict)
    _other: _Balances = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        """Whether every document came out as it was sent."""
        return not self.different

    @property
    def accounts(self) -> list[AccountDifference]:
        """Balances by account and currency, debits positive, posted and by the other mapping."""
        return [
            AccountDifference(
                place[0],
                self._frozen.get(place, amount * 0),
                self._other.get(place, amount * 0),
            )
            for place, amount in sorted(
                {**self._other, **self._frozen}.items(), key=lambda item: item[0]
            )
        ]

    def add(
        self,
        record: FactsRecord,
        chain: Mapping[str, Record],
        entries: Iterable[ExplainedEntry],
        other_of: Callable[[FactsRecord], StoreBook] | None,
    ) -> None:
        """Take in an order's documents of that day.

        Args:
            record: the order.
            chain: its ledger partition.
            entries: its documents, explained.
            other_of: the order's book under the other mapping, where one is asked for.
        """
        mine = self._take(entries)
        if other_of is not None and mine:
            self._under(other_of(record), record, chain, mine)

    def add_payout(self, entries: Iterable[ExplainedEntry], other: PayoutPlan | None) -> None:
        """Take in a payout's entries of that day, those apart from journals with sales.

        Args:
            entries: of the payout, explained.
            other: the payout planned under the other mapping, where one is asked for.
        """
        mine = self._take(entry for entry in entries if entry.kind not in _OF_DAYS)
        if other is None:
            return
        made = {one.posting.key: one.posting for one in other.entries}
        self._add_up(mine, made, "; ".join(map(_why, other.findings)))

    def _take(self, entries: Iterable[ExplainedEntry]) -> list[ExplainedEntry]:
        mine = [entry for entry in entries if self._is_here(entry)]
        for entry in mine:
            if entry.is_proved:
                self.same.append(entry.key)
            else:
                self.different[entry.key] = "; ".join(entry.all_problems)
            for line in entry.lines:
                assert isinstance(line.amount, Money), "counts are told with their days"  # noqa: S101
                _count(self._frozen, line.account, line.side, line.amount)
        return mine

    def _is_here(self, entry: ExplainedEntry) -> bool:
        return entry.posted_on in (self.on, None) and bool(entry.lines or entry.problems)

    def _under(
        self,
        book: StoreBook,
        record: FactsRecord,
        chain: Mapping[str, Record],
        mine: Iterable[ExplainedEntry],
    ) -> None:
        book = book.for_customer(record.customer)
        made = {one.key: one for one in written(record.facts, {}, book, tuple(chain))}
        findings = plan(record.facts, {}, book, tuple(chain)).findings
        self._add_up(mine, made, "; ".join(map(_why, findings)))

    def _add_up(
        self, mine: Iterable[ExplainedEntry], made: Mapping[str, Posting], why: str
    ) -> None:
        for entry in mine:
            posting = made.get(entry.key)
            if posting is None:
                self.unbookable[entry.key] = why or "this mapping gives no such document"
                continue
            for line in posting.effect:
                _count_line(self._other, line)


def _why(finding: Finding) -> str:
    return f"{finding.reason.value} {finding.place}"


def _count_line(balances: _Balances, line: JournalLine) -> None:
    _count(balances, line.account, line.side, line.amount)


def _count(balances: _Balances, account: str, side: Side, amount: Money) -> None:
    place = (account, amount.currency)
    signed = amount if side is Side.DEBIT else -amount
    balances[place] = balances[place] + signed if place in balances else signed
