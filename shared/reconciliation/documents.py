"""One document that should be in the books, or is: what was sent, and what Sage says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from intacct.documents import (
    Adjustment,
    Advance,
    ArInvoice,
    CustomerRefund,
    Document,
    JournalEntry,
    JournalLine,
    Payment,
    SalesDocument,
    Side,
)
from intacct.reading import Marked
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument
from intacct.undoing import ReverseDocument
from shared.ledger.records import State
from shared.postings.plan import PostingKind
from shared.postings.rounding_limit import is_rounding
from shared.reconciliation.differences import Cause, Difference

MARKED_AS: Mapping[PostingKind, Marked] = {
    PostingKind.SALES_ORDER: Marked.SALES_DOCUMENT,
    PostingKind.INVOICE: Marked.SALES_DOCUMENT,
    PostingKind.ADVANCE: Marked.ADVANCE,
    PostingKind.PAYMENT: Marked.PAYMENT,
    PostingKind.ADVANCE_APPLICATION: Marked.PAYMENT,
    PostingKind.CREDIT_MEMO: Marked.ADJUSTMENT,
    PostingKind.DEBIT_MEMO: Marked.ADJUSTMENT,
    PostingKind.CUSTOMER_REFUND: Marked.CUSTOMER_REFUND,
    PostingKind.JOURNAL_ENTRY: Marked.JOURNAL_ENTRY,
    PostingKind.GL_BATCH: Marked.JOURNAL_ENTRY,
    PostingKind.STATISTICAL: Marked.STATISTICAL_ENTRY,
}
"""How a posting's document is read back by its reference."""

WORDS: Mapping[PostingKind, str] = {
    PostingKind.SALES_ORDER: "sales order",
    PostingKind.INVOICE: "invoice",
    PostingKind.ADVANCE: "advance",
    PostingKind.PAYMENT: "payment",
    PostingKind.ADVANCE_APPLICATION: "advance applied",
    PostingKind.CREDIT_MEMO: "credit memo",
    PostingKind.DEBIT_MEMO: "debit memo",
    PostingKind.CUSTOMER_REFUND: "customer refund",
    PostingKind.JOURNAL_ENTRY: "journal entry",
    PostingKind.GL_BATCH: "summary journal",
    PostingKind.STATISTICAL: "statistical entry",
    PostingKind.VOID: "reversal",
    PostingKind.STOCK: "receipt of goods",
}
"""What an accountant calls a posting's document."""

Effect = tuple[tuple[str, Decimal], ...]
"""Accounts and what a document moves on each, debits positive, in its currency."""


@dataclass(frozen=True, slots=True)
class BookedDocument:
    """A document that the facts want or that the ledger says is in the books.

    `state` is the ledger's, None where nothing was begun. `on` is the date it carries in the books.
    `totals` are the amounts that Sage may state of it; `effect` is None where it was posted under a
    mapping that nobody knows any more. `base_effect` is what Sage booked in base currency, for a
    document in another one. `proved_at` is when it was found in Sage as it was sent; `troubles`
    are what was found instead. `is_wanted` says that today's facts ask for it, `is_undone`
    that we took it back ourselves, `is_dated` that `on` is the date that it was sent with,
    `is_receivable` that the invoice was made in receivables, without Order Entry. `taxed` is what
    Sage's tax engine added to it when it was posted (R-9.5): `totals` have that in them, `effect`
    has it once the ledger was read. `counts` is what a statistical entry adds on each account; None
    of every other document, and of what was sent otherwise than it is planned.
    """

    key: str
    kind: PostingKind
    reference: str
    on: date
    currency: str
    state: State | None = None
    sage_key: str = ""
    invoice_key: str = ""
    customer: str = ""
    totals: tuple[Decimal, ...] = ()
    effect: Effect | None = None
    base_effect: Effect | None = None
    content: str = ""
    proved_at: datetime | None = None
    troubles: tuple[Difference, ...] = ()
    is_wanted: bool = True
    is_undone: bool = False
    is_dated: bool = True
    is_receivable: bool = False
    taxed: Decimal = Decimal(0)
    counts: Effect | None = None

    @property
    def entity(self) -> str:
        """The entity whose books it belongs to, from its posting key (R-15.1)."""
        return self.key.split("/", 2)[1]

    @property
    def rounded(self) -> Decimal | None:
        """What it has on the rounding account, debits positive; None where it is no rounding line.

        A credit memo takes off what Sage billed too much, an invoice adds what is missing.
        """
        if not is_rounding(self.key):
            return None
        return self.amount if self.kind is PostingKind.CREDIT_MEMO else -self.amount

    @property
    def is_posted(self) -> bool:
        """Whether the ledger says that it is in the books."""
        return self.state is State.DONE

    @property
    def can_be_read_back(self) -> bool:
        """Whether Sage shows it under our reference; a reversal by Sage itself has none.

        Receipts of goods state no amount: that what they are worth is right is proved of all stock
        together (`shared.reconciliation.stock_worth`).
        """
        return self.kind in MARKED_AS

    @property
    def marked(self) -> Marked:
        """How it is read back."""
        return Marked.AR_INVOICE if self.is_receivable else MARKED_AS[self.kind]

    @property
    def what(self) -> str:
        """What an accountant calls it, with our reference."""
        return f"{WORDS[self.kind]} {self.reference}"

    @property
    def amount(self) -> Decimal:
        """What it comes to: its total, or the sum of its debits where it has none.

        Sage may state an application of credits as zero or as what was applied: it comes to that.
        """
        if self.totals:
            return max(self.totals)
        return sum((a for _, a in self.effect or () if a > 0), start=Decimal(0))

    @property
    def is_in_sage(self) -> bool:
        """Whether Sage was seen to have it, as it was sent or otherwise."""
        is_missing = any(one.cause is Cause.MISSING_IN_SAGE for one in self.troubles)
        return (self.proved_at is not None or bool(self.troubles)) and not is_missing

    @property
    def amount_in_sage(self) -> Decimal:
        """What Sage was seen to have of it, however often it has it."""
        if self.proved_at is None and not self.troubles:
            return Decimal(0)
        stated = (one.amount for one in self.troubles if not one.account and one.amount is not None)
        return self.amount + sum(stated, start=Decimal(0))

    @property
    def balance_effect(self) -> Effect:
        """What it moves on each account in base currency, as far as that is known."""
        return self.base_effect if self.base_effect is not None else self.effect or ()


def effect_of(lines: tuple[JournalLine, ...]) -> Effect:
    """Ledger lines as one signed amount for each account; what cancels out is left out."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        amount = line.amount.amount if line.side is Side.DEBIT else -line.amount.amount
        sums[line.account] = sums.get(line.account, Decimal(0)) + amount
    return tuple((account, amount) for account, amount in sorted(sums.items()) if amount)


def counts_of(document: Document) -> Effect | None:
    """What a statistical entry adds on each account; None for every other document."""
    if not isinstance(document, StatisticalEntry):
        return None
    sums: dict[str, Decimal] = {}
    for line in document.lines:
        quantity = line.quantity if line.side is Side.DEBIT else -line.quantity
        sums[line.account] = sums.get(line.account, Decimal(0)) + quantity
    return tuple((account, count) for account, count in sorted(sums.items()) if count)


def dated_on(document: Document) -> date | None:  # noqa: PLR0911  # one per kind
    """The ledger date that the document carries; None for what has none of its own."""
    match document:
        case SalesDocument() | ArInvoice():
            return document.posted_on or document.dated_on
        case Adjustment() | StockDocument():
            return document.dated_on
        case Advance() | Payment():
            return document.received_on
        case CustomerRefund():
            return document.refunded_on
        case JournalEntry() | StatisticalEntry():
            return document.posted_on
        case ReverseDocument():
            return document.reversed_on
        case _:
            return None


def currency_of(document: Document) -> str:
    """The currency of the document's amounts; empty where it has none."""
    match document:
        case SalesDocument() | Adjustment():
            return document.currency
        case ArInvoice():
            return document.lines[0].amount.currency if document.lines else ""
        case JournalEntry():
            return _currency_of_lines(document.lines)
        case Advance() | Payment():
            return document.amount.currency
        case CustomerRefund():
            return document.details[0].amount.currency if document.details else ""
        case _:
            return ""


def _currency_of_lines(lines: tuple[JournalLine, ...]) -> str:
    """The entity's, where the worth of a line is stated in it: the entry balances in that."""
    amounts = [line.worth for line in lines if line.worth is not None]
    amounts += [line.amount for line in lines]
    return amounts[0].currency if amounts else ""
