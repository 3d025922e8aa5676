"""Writes what undoes each posting: one that Sage reverses by key, or documents of our own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from commerce.money import Money
from intacct.documents import (
    Adjustment,
    AdjustmentKind,
    Application,
    ArInvoice,
    CreditKind,
    JournalEntry,
    JournalLine,
    KeyOf,
    MoneyPlace,
    Payment,
    SalesDocument,
    Side,
)
from intacct.entries import mirrored
from intacct.statistics import StatisticalLine
from intacct.stock import StockDocument
from intacct.undoing import CloseSalesDocument, ReverseDocument, Reversible
from shared.ledger.records import Record
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.order_keys import Keys
from shared.postings.plan import Posting, PostingKind
from shared.postings.rates import DocumentRate
from shared.postings.returns import adjustment_lines
from shared.undo.dates import posted_on
from shared.undo.in_books import UNDO, Named
from shared.undo.plan import Undone, Way

REVERSED: Mapping[PostingKind, Reversible] = {
    PostingKind.CUSTOMER_REFUND: Reversible.CUSTOMER_REFUND,
    PostingKind.ADVANCE_APPLICATION: Reversible.PAYMENT,
    PostingKind.PAYMENT: Reversible.PAYMENT,
    PostingKind.ADVANCE: Reversible.ADVANCE,
    PostingKind.CREDIT_MEMO: Reversible.ADJUSTMENT,
    PostingKind.DEBIT_MEMO: Reversible.ADJUSTMENT,
}
"""The kinds that Sage reverses by key, and what they are there."""

_OTHER = {Side.DEBIT: Side.CREDIT, Side.CREDIT: Side.DEBIT}


def flipped(lines: tuple[JournalLine, ...]) -> tuple[JournalLine, ...]:
    """The same lines on their other sides."""
    return tuple(replace(line, side=_OTHER[line.side]) for line in lines)


def uncounted(lines: tuple[StatisticalLine, ...]) -> tuple[StatisticalLine, ...]:
    """The same counts on their other sides (R-12.2)."""
    return tuple(replace(line, side=_OTHER[line.side]) for line in lines)


def uncosted(document: StockDocument) -> StockDocument:
    """The same document without what its goods cost: Sage values them."""
    return replace(document, lines=tuple(replace(line, unit_cost=None) for line in document.lines))


class UndoWriter:
    """Writes the undo of one order's postings."""

    def __init__(self, book: StoreBook, number: str) -> None:
        """`number` is the cart's order number, for people who read the documents in Sage."""
        self._book = book
        self._keys = Keys(book, number, ())
        self._memo = f"Undone, order {number}"

    def reversal(self, name: Named, record: Record, on: date, written: Posting | None) -> Undone:
        """Sage's own reversal of a document of receivables."""
        assert record.result is not None, "only what is in the books is undone"  # noqa: S101
        kind, purpose = PostingKind.VOID, _purpose(name)
        reference = self._keys.reference(kind, purpose)
        document = ReverseDocument(
            kind=REVERSED.get(name.kind, Reversible.AR_INVOICE),
            key=record.result.key,
            reversed_on=on,
            memo=f"{self._memo} ({reference})",
            reference=reference,
        )
        effect = flipped(written.effect) if written is not None else ()
        posting = Posting(self._keys.of(kind, purpose), kind, document, effect=effect, true_on=on)
        return Undone(record.key, Way.REVERSAL, posting, on)

    def mirror(self, name: Named, record: Record, on: date, written: Posting) -> Undone:
        """The journal entry of the opposite sides."""
        assert isinstance(written.document, JournalEntry), "of a journal entry"  # noqa: S101
        rate = self._rate(record, written)
        entry = replace(
            written.document,
            lines=written.effect,
            description=self._memo,
            exchange_rate=rate.rate,
            rate_on=rate.on,
        )
        return self._entry(name, record, on, entry)

    def taken_out(self, name: Named, record: Record, on: date, written: Posting) -> Undone:
        """The inventory document that takes received goods out again, at the cost they came at."""
        received, shelf = written.document, self._book.shelf
        assert isinstance(received, StockDocument), "a receipt of goods"  # noqa: S101
        assert shelf is not None, "whoever received goods has a shelf"  # noqa: S101
        kind, purpose = PostingKind.STOCK, _purpose(name)
        document = replace(
            received,
            definition=shelf.take_back,
            reference=self._keys.reference(kind, purpose),
            dated_on=on,
            memo=self._memo,
        )
        posting = Posting(self._keys.of(kind, purpose), kind, document, true_on=on)
        return Undone(record.key, Way.TAKEN_OUT, posting, on)

    def uninvoiced(self, name: Named, record: Record, on: date, written: Posting) -> list[Undone]:
        """What takes an invoice back: nothing where it moved no account.

        One that was made in receivables Sage reverses, as long as nothing was paid on it.
        """
        if not written.effect:
            return []
        if isinstance(written.document, ArInvoice):
            return [self.reversal(name, record, on, written)]
        if not self.receivable(written):
            journal = self._book.mapping.definitions.journal
            rate = self._rate(record, written)
            entry = JournalEntry(
                "",
                journal,
                on,
                self._memo,
                written.effect,
                exchange_rate=rate.rate,
                rate_on=rate.on,
            )
            return [self._entry(name, record, on, entry)]
        credit = self._credit(name, record, on, written)
        applied = self._application(name, record, on, written, credit)
        return [
            Undone(record.key, Way.CREDIT_MEMO, credit, on),
            Undone(record.key, Way.APPLICATION, applied, on),
        ]

    def close(self, name: Named, record: Record, on: date) -> Undone:
        """An order that nothing was billed from is closed: nobody can convert it any more."""
        assert record.result is not None, "only what is in the books is undone"  # noqa: S101
        kind, purpose = PostingKind.VOID, _purpose(name)
        document = CloseSalesDocument(
            definition=self._book.mapping.definitions.sales_order,
            key=record.result.key,
            id=record.result.id,
            reference=self._keys.reference(kind, purpose),
        )
        posting = Posting(self._keys.of(kind, purpose), kind, document, true_on=on)
        return Undone(record.key, Way.CLOSED, posting, on)

    def receivable(self, written: Posting) -> Money:
        """What the invoice added to receivables."""
        account = self._book.mapping.accounts.get(Role.RECEIVABLE, "")
        zero = written.effect[0].amount * 0
        signed = (
            line.amount if line.side is Side.DEBIT else -line.amount
            for line in written.effect
            if line.account == account
        )
        return sum(signed, start=zero)

    def _entry(self, name: Named, record: Record, on: date, entry: JournalEntry) -> Undone:
        kind, purpose = PostingKind.JOURNAL_ENTRY, _purpose(name)
        reference = self._keys.reference(kind, purpose)
        document = mirrored(entry, reference=reference, posted_on=on)
        posting = Posting(
            self._keys.of(kind, purpose), kind, document, effect=document.lines, true_on=on
        )
        return Undone(record.key, Way.MIRROR, posting, on)

    def _rate(self, record: Record, written: Posting) -> DocumentRate:
        """The rate of a document in another currency, so that its undo is worth the same (R-8.4).

        Its own, or that of the day which Sage took it from: the date of an invoice stays the true
        one when its period is closed, that of an entry is the one it was posted under.
        """
        document = written.document
        base = self._book.base_currency
        if all(line.amount.currency == base for line in written.effect):
            return DocumentRate()
        day = document.dated_on if isinstance(document, SalesDocument) else None
        on = getattr(document, "rate_on", None) or day or posted_on(record, written, self._book)
        return DocumentRate(getattr(document, "exchange_rate", None), on)

    def _credit(self, name: Named, record: Record, on: date, written: Posting) -> Posting:
        """A memo of the opposite lines: one by one where each is turned into base currency."""
        kind, purpose = PostingKind.CREDIT_MEMO, _purpose(name)
        account = self._book.mapping.accounts.get(Role.RECEIVABLE, "")
        document, rate = written.document, self._rate(record, written)
        assert isinstance(document, SalesDocument), "invoices are Order Entry's"  # noqa: S101
        back = flipped(written.effect)
        own = (line for line in back if line.account != account)
        memo = Adjustment(
            reference=self._keys.reference(kind, purpose),
            kind=AdjustmentKind.CREDIT,
            customer=document.customer,
            dated_on=on,
            currency=document.currency,
            lines=adjustment_lines(flipped(written.parts) or own),
            description=self._memo,
            exchange_rate=rate.rate,
            rate_on=rate.on,
        )
        return Posting(self._keys.of(kind, purpose), kind, memo, effect=back, true_on=on)

    def _application(
        self, name: Named, record: Record, on: date, written: Posting, credit: Posting
    ) -> Posting:
        """No account moves by it: the invoice and its credit are both settled."""
        kind, purpose = PostingKind.ADVANCE_APPLICATION, _purpose(name)
        memo = credit.document
        assert isinstance(memo, Adjustment), "an invoice is credited by a memo"  # noqa: S101
        total = self.receivable(written)
        applied = Application(KeyOf(record.key), total, CreditKind.ADJUSTMENT, KeyOf(credit.key))
        payment = Payment(
            reference=self._keys.reference(kind, purpose),
            customer=memo.customer,
            received_on=on,
            amount=total * 0,
            place=MoneyPlace(
                undeposited_account=self._book.mapping.accounts[Role.CUSTOMER_ADVANCES]
            ),
            applications=(applied,),
            description=self._memo,
        )
        needs = (record.key, credit.key)
        return Posting(self._keys.of(kind, purpose), kind, payment, needs=needs, true_on=on)


def _purpose(name: Named) -> str:
    """The purpose of what undoes it: kinds may share one purpose, so the kind is in it."""
    return f"{UNDO}{name.kind.value}:{name.purpose}"
