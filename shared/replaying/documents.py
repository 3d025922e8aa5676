"""What another mapping would have made of a day's documents of a channel posted in detail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from commerce.money import Money
from intacct.documents import JournalLine, Side
from shared.explain.lines import ExplainedEntry
from shared.facts.record import FactsRecord
from shared.ledger.records import Record
from shared.postings.book import StoreBook
from shared.postings.planner import plan, written
from shared.replaying.days import AccountDifference


@dataclass(slots=True)
class DocumentDay:
    """The documents that one store has on a ledger date, added up while they pass by.

    `same` and `different` hold posting keys: whether the archive and the mapping of its order give
    the content that was sent. `unbookable` holds what the other mapping has no document for.
    """

    store: str
    on: date
    same: list[str] = field(default_factory=list)
    different: dict[str, str] = field(default_factory=dict)
    unbookable: dict[str, str] = field(default_factory=dict)
    _frozen: dict[str, Money] = field(default_factory=dict)
    _other: dict[str, Money] = field(default_factory=dict)

    @property
    def is_same(self) -> bool:
        """Whether every document came out as it was sent."""
        return not self.different

    @property
    def accounts(self) -> list[AccountDifference]:
        """Balances by account, debits positive, as posted and under the other mapping."""
        return [
            AccountDifference(
                account,
                self._frozen.get(account, amount * 0),
                self._other.get(account, amount * 0),
            )
            for account, amount in sorted({**self._other, **self._frozen}.items())
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
        mine = [entry for entry in entries if self._is_here(entry)]
        for entry in mine:
            if entry.is_proved:
                self.same.append(entry.key)
            else:
                self.different[entry.key] = "; ".join(entry.all_problems)
            for line in entry.lines:
                _count(self._frozen, line.account, line.side, line.amount)
        if other_of is not None and mine:
            self._under(other_of(record), record, chain, mine)

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
        why = "; ".join(f"{one.reason.value} {one.place}" for one in findings)
        for entry in mine:
            posting = made.get(entry.key)
            if posting is None:
                self.unbookable[entry.key] = why or "this mapping gives no such document"
                continue
            for line in posting.effect:
                _count_line(self._other, line)


def _count_line(balances: dict[str, Money], line: JournalLine) -> None:
    _count(balances, line.account, line.side, line.amount)


def _count(balances: dict[str, Money], account: str, side: Side, amount: Money) -> None:
    signed = amount if side is Side.DEBIT else -amount
    balances[account] = balances[account] + signed if account in balances else signed
