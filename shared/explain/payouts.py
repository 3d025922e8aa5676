"""The entries of a payout, line by line from its rows and from what becomes of its net (R-6.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from commerce.money import Money, total
from commerce.payouts import PayoutLine
from intacct.documents import JournalEntry, JournalLine, Side
from shared.explain.exchanged import exchanged_shares
from shared.explain.lines import ExplainedEntry, Part, explained
from shared.explain.payout_rows import opened
from shared.explain.settlements import (
    MoneyOf,
    explain_settlement,
    nothing_known,
    settlement_of,
)
from shared.ledger.content import content_hash
from shared.ledger.records import Record, State
from shared.ledger.run import mark_of
from shared.payouts.chart import PayoutChart
from shared.payouts.corrections import CORRECTION
from shared.payouts.disputes import LOST
from shared.payouts.entries import net_of, row_amounts
from shared.payouts.planner import EntityPosting, plan_payout, told_on
from shared.payouts.records import PayoutRecord
from shared.payouts.summary_parts import is_summed, settled
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.plan import PostingKind
from shared.undo.in_books import named

_NEVER_SPLIT = (9999, 12)


def explain_payout(
    record: PayoutRecord,
    chain: Mapping[str, Record],
    books: Iterable[StoreBook],
    money_of: MoneyOf = nothing_known,
    *,
    brought: Sequence[ExplainedEntry] = (),
) -> list[ExplainedEntry]:
    """Every entry of the payout that the ledger knows, and those it should know and does not.

    Args:
        record: the payout with its lines.
        chain: its ledger partition.
        books: of its store, as each version of the mapping has them, the newest first; the first
            one under which the entries are those that were sent counts.
        money_of: what the orders of a thrifty channel say of their money.
        brought: its journals, where it brought its sales into the books.
    """
    best: list[ExplainedEntry] = []
    for book in books:
        entries = _under(record, chain, book, money_of, brought)
        if all(entry.is_proved for entry in entries):
            return entries
        best = best or entries
    return best


def _under(
    record: PayoutRecord,
    chain: Mapping[str, Record],
    book: StoreBook,
    money_of: MoneyOf,
    brought: Sequence[ExplainedEntry],
) -> list[ExplainedEntry]:
    made = plan_payout(record, book)
    beside = settled(record, made, book).beside if is_summed(record, chain, book) else made.entries
    rows = _Rows(record, book)
    entries = [rows.entry(each, chain.get(each.posting.key)) for each in beside]
    summed = [rows.entry(each, None) for each in made.entries if each not in beside]
    subject = f"payout {record.payout.ref.id}"
    paid = explain_settlement(settlement_of(record, book, money_of), chain, subject, book)
    entries += [entry for entry in paid if entry.state]
    entries += [opened(entry, record.payout.ref.id, summed) for entry in brought]
    told = {entry.key for entry in entries}
    left = [known for key, known in sorted(chain.items()) if key not in told]
    unknown = [known for known in left if not _moves_nothing(known)]
    return [*entries, *(_unexplained(record, book, known) for known in unknown)]


class _Rows:
    """The rows of one payout, by the entry that holds them."""

    def __init__(self, record: PayoutRecord, book: StoreBook) -> None:
        self._record = record
        self._book = book
        self._chart = PayoutChart(book)
        self._is_settlement = record.payout.period_from is not None

    def entry(self, made: EntityPosting, known: Record | None) -> ExplainedEntry:
        """One entry with its lines."""
        document = made.posting.document
        assert isinstance(document, JournalEntry), "payouts are journal entries"  # noqa: S101
        name = named(made.posting.key)
        purpose = name.purpose if name else ""
        rows = self._rows_of(purpose, document.posted_on)
        return ExplainedEntry(
            key=made.posting.key,
            kind=made.posting.kind.value,
            subject=f"payout {self._record.payout.ref.id}",
            store=self._book.store,
            posted_on=document.posted_on,
            mapping_version=self._book.mapping.version,
            lines=tuple(
                explained(number, line, self._parts(line, rows, purpose))
                for number, line in enumerate(document.lines, start=1)
            ),
            reference=mark_of(document),
            sage_key=known.result.key if known and known.result else "",
            state=known.state.value if known else "",
            problems=tuple(_problems(made, known)),
        )

    def _rows_of(self, purpose: str, on: date) -> list[PayoutLine]:
        """The rows that an entry is about: its own event, those of its months, or none."""
        payout_id, rows = self._record.payout.ref.id, self._record.lines_behind(purpose)
        purpose = purpose.removesuffix(LOST)
        if purpose == f"payout:{payout_id}":
            return [row for row in rows if self._month(row) >= _month(on)]
        if purpose == f"payout:{payout_id}:{on:%Y-%m}":
            return [row for row in rows if self._month(row) == _month(on)]
        return [row for row in rows if purpose == f"{row.kind.value}:{payout_id}:{row.id}"]

    def _month(self, row: PayoutLine) -> tuple[int, int]:
        """The month a row is booked in; what states no period is never split (R-6.6)."""
        if not self._is_settlement:
            return _NEVER_SPLIT
        return _month(told_on(row.occurred_at, self._book))

    def _parts(self, line: JournalLine, rows: Sequence[PayoutLine], purpose: str) -> Iterator[Part]:
        """The rows on the line's account, then the payout's own money, where that is the rest."""
        payout_id = self._record.payout.ref.id
        if CORRECTION in purpose:
            what = "what its source changed after it was booked"
            yield Part(what, line.amount, mapping_version=self._version)
            return
        said, purpose = self._record.lines_behind(purpose), purpose.removesuffix(LOST)
        if len(rows) == 1 and purpose == f"{rows[0].kind.value}:{payout_id}:{rows[0].id}":
            yield self._part(rows[0], line.amount, line.account)
            return
        shares = exchanged_shares(line, rows, self._record, self._chart)
        if shares is not None:
            for what, share, order_id in shares:
                roles = self._roles(line.account)
                yield Part(what, share, order_id, rules=roles, mapping_version=self._version)
            return
        rest = line.amount
        for row in rows:
            amount = self._on_account(row, line)
            if amount:
                rest -= amount
                yield self._part(row, amount, line.account)
        if rest:
            yield from self._own_money(rest, rows, said, line.account)

    def _on_account(self, row: PayoutLine, line: JournalLine) -> Money:
        """What a row puts on the line's account, positive where it adds to the line's side.

        Clearing is netted in an entry, every other account stands gross, side by side.
        """
        found = [
            amount.signed * _sign(line)
            for amount in row_amounts([row], self._chart, is_settlement=self._is_settlement)
            if amount.account == line.account
        ]
        is_netted = line.account == self._chart.of(Role.PAYOUT_CLEARING)
        kept = [amount for amount in found if is_netted or not amount.is_negative]
        return total(kept, self._record.payout.currency)

    def _own_money(
        self, rest: Money, rows: Sequence[PayoutLine], said: Sequence[PayoutLine], account: str
    ) -> Iterator[Part]:
        """The rest of a line, if it is one of the sums that a payout moves; else nothing."""
        currency = self._record.payout.currency
        earlier = [row for row in said if row not in rows] if rows else []
        sums = {
            "the payout's net": net_of(said, currency),
            "the net of these rows, carried forward": net_of(rows, currency),
            "carried over from earlier months": net_of(earlier, currency),
        }
        for what, amount in sums.items():
            if abs(amount) == abs(rest):
                yield Part(what, rest, rules=self._roles(account), mapping_version=self._version)
                return

    def _part(self, row: PayoutLine, amount: Money, account: str) -> Part:
        word = f" ({row.type_name})" if row.type_name else ""
        by_word = any(
            rule.account == account and rule.type_name.casefold() == row.type_name.casefold()
            for rule in self._book.mapping.payout_rules
        )
        return Part(
            what=f"payout row {row.id}: {row.kind.value}{word}",
            amount=amount,
            order_id=row.order_id,
            rules=(f"payout_rules {row.type_name}",) if by_word else self._roles(account),
            mapping_version=self._version,
        )

    def _roles(self, account: str) -> tuple[str, ...]:
        """The places of the mapping that name the account."""
        accounts = self._book.mapping.accounts
        return tuple(
            f"accounts.{role.value}" for role, number in accounts.items() if number == account
        )

    @property
    def _version(self) -> str:
        return self._book.mapping.version


def _moves_nothing(known: Record) -> bool:
    """Whether it counts, or is a journal that a difference took the place of (R-11.7)."""
    name = named(known.key)
    if name is None or name.kind is not PostingKind.GL_BATCH:
        return name is not None and name.kind is PostingKind.STATISTICAL
    return known.state in (State.REFUSED, State.CANCELLED)


def _month(on: date) -> tuple[int, int]:
    return (on.year, on.month)


def _sign(line: JournalLine) -> int:
    return 1 if line.side is Side.CREDIT else -1


def _problems(made: EntityPosting, known: Record | None) -> Iterator[str]:
    if known is None:
        yield "the ledger does not know this entry: it was never sent"
    elif known.content_hash != content_hash(made.posting.document):
        yield "the entry that was sent has another content than its rows give under this mapping"
    elif known.state is not State.DONE:
        yield f"it is not in the books: {known.state.value}"


def _unexplained(record: PayoutRecord, book: StoreBook, known: Record) -> ExplainedEntry:
    name = named(known.key)
    return ExplainedEntry(
        key=known.key,
        kind=name.kind.value if name else "",
        subject=f"payout {record.payout.ref.id}",
        store=book.store,
        posted_on=None,
        mapping_version=book.mapping.version,
        lines=(),
        reference=known.document_number,
        sage_key=known.result.key if known.result else "",
        state=known.state.value,
        problems=("the payout as it is stored gives no such entry",),
    )
