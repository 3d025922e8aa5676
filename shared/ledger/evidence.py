"""Whether a document that was found by our mark is the one we meant to send (reliability §3.4)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from commerce.money import Money, total
from intacct.documents import (
    Adjustment,
    Advance,
    ArInvoice,
    Customer,
    CustomerRefund,
    Document,
    DocumentResult,
    JournalEntry,
    Payment,
    SalesDocument,
    Side,
)
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer
from intacct.undoing import CloseSalesDocument, ReverseDocument
from shared.ports import Found
from shared.postings.plan import Posting, PostingKind
from shared.postings.rounding_limit import MOST_UNITS, most_rounding

TAXED = "TAXED"
"""The reason of an invoice that is in the books with a total which Sage made itself (R-9.5)."""


class Verdict(StrEnum):
    """What a look-up says of a posting in doubt."""

    ABSENT = "absent"
    OURS = "ours"
    DIFFERENT = "different"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Expected:
    """What Sage must state of a document for it to be believed: for whom, and how much.

    `totals` are the amounts that it may state; empty where it states none that we know. `shape` is
    what a look-up needs besides the mark: the document's class, its definition, kind or journal,
    its currency, and what decides its protocol; of what undoes a document, that document's key.
    """

    customer: str = ""
    totals: tuple[Money, ...] = ()
    shape: tuple[str, str, str, str] = ("", "", "", "")

    def written(self) -> str:
        """As the ledger keeps it: what was sent is recognised even when its order was edited."""
        members = [self.customer, [str(total) for total in self.totals], self.shape]
        return json.dumps(members, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Expected:
        """What `written` wrote."""
        customer, totals, shape = json.loads(text)
        amounts = (total.partition(" ") for total in totals)
        return cls(customer, tuple(Money.of(a, code) for a, _, code in amounts), tuple(shape))


def expected_of(document: Document) -> Expected:
    """What Sage must state of this document."""
    totals = tuple(amount.rounded() for amount in _totals(document))
    return Expected(_customer(document), totals, _shape(document))


def _shape(document: Document) -> tuple[str, str, str, str]:
    detail = currency = route = ""
    match document:
        case SalesDocument():
            detail, currency = document.definition, document.currency
            route = "subtotals" if document.subtotals else ""
        case Adjustment():
            detail, currency = document.kind.value, document.currency
        case JournalEntry():
            detail, route = document.journal, "batch" if document.is_batch else ""
        case StatisticalEntry():
            detail = document.journal
        case StockDocument():
            detail = document.definition
        case ReverseDocument():
            detail, route = document.kind.value, document.key
        case CloseSalesDocument():
            detail, currency, route = document.definition, document.id, document.key
        case _:
            pass
    return type(document).__name__, detail, currency, route


def judge(expected: Expected, found: Sequence[Found]) -> Verdict:
    """Compare what was found with what was sent: how many, for whom, how much.

    What Sage does not state (a journal has neither customer nor total) cannot speak against it. Nor
    can what its tax engine may have made of an Order Entry document (R-9.5).
    Signs are not compared: Sage states a credit memo as a negative amount, we as a positive one.
    """
    if not found:
        return Verdict.ABSENT
    if len({one.result.key for one in found}) > 1:
        return Verdict.SEVERAL
    one = found[0]
    if one.customer and expected.customer and one.customer != expected.customer:
        return Verdict.DIFFERENT
    stated = one.total if one.total is not None else one.result.total
    if stated is None or not expected.totals:
        return Verdict.OURS
    return Verdict.OURS if _agrees(expected, stated) else Verdict.DIFFERENT


def _agrees(expected: Expected, stated: Money) -> bool:
    is_taxed = expected.shape[0] == SalesDocument.__name__
    most = most_rounding(MOST_UNITS if is_taxed else 0, stated.currency)
    return any(
        stated.currency == amount.currency and abs(abs(stated) - abs(amount)) <= most
        for amount in expected.totals
    )


def is_taxed_otherwise(posting: Posting, result: DocumentResult | None) -> bool:
    """Whether Sage gave an Order Entry invoice another total than its lines come to."""
    if posting.kind is not PostingKind.INVOICE or not isinstance(posting.document, SalesDocument):
        return False
    stated = result.total if result else None
    return bool(stated) and stated not in expected_of(posting.document).totals


def _customer(document: Document) -> str:
    match document:
        case Customer():
            return document.id
        case JournalEntry() | StatisticalEntry() | ReverseDocument() | CloseSalesDocument():
            return ""
        case StockDocument() | WarehouseTransfer():
            return ""
        case _:
            return document.customer


def _totals(document: Document) -> tuple[Money, ...]:
    """The amounts that Sage may state as the document's total; empty where it has none."""
    totals: tuple[Money, ...] = ()
    match document:
        case SalesDocument():
            lines = ((line.unit_price * line.quantity).rounded() for line in document.lines)
            totals = (total(lines, document.currency),)
        case ArInvoice():
            currency = document.lines[0].amount.currency
            totals = (total((line.amount for line in document.lines), currency),)
        case Advance():
            totals = (document.amount,)
        case Payment():
            # Applying a credit moves no cash: Sage may state zero or what was applied.
            applied = total((a.amount for a in document.applications), document.amount.currency)
            totals = (document.amount,) if document.amount else (document.amount, applied)
        case Adjustment():
            signed = (
                line.amount if line.side is Side.DEBIT else -line.amount for line in document.lines
            )
            totals = (total(signed, document.currency),)
        case CustomerRefund():
            currency = document.details[0].amount.currency
            totals = (total((part.amount for part in document.details), currency),)
        case Customer() | JournalEntry() | StatisticalEntry():
            pass
        case StockDocument() | WarehouseTransfer():
            pass  # it counts; what it is worth is Sage's to say
        case ReverseDocument() | CloseSalesDocument():
            pass
    return totals
