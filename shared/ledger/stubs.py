"""Documents that say just enough to be looked for: for postings in doubt that nobody plans now.

An order may be edited or cancelled while a posting of it is in doubt, so that no plan names the
document any more. What the ledger kept of it (`Expected`) makes a stand-in that the books find by
the same mark, over the same protocol. A stand-in is never sent.
"""

from __future__ import annotations

from datetime import date

from commerce.money import Money
from intacct.documents import (
    AccountLine,
    Adjustment,
    AdjustmentKind,
    Advance,
    ArInvoice,
    Customer,
    CustomerRefund,
    Document,
    JournalEntry,
    MoneyPlace,
    Payment,
    SalesDocument,
    Subtotal,
)
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer
from intacct.undoing import CloseSalesDocument, ReverseDocument, Reversible
from shared.ledger.evidence import Expected
from shared.ledger.records import Record
from shared.postings.plan import Posting, PostingKind

_SOME_DAY = date(1970, 1, 1)
_SOME_PLACE = MoneyPlace(undeposited_account="-")


def stand_in(record: Record) -> Posting | None:
    """The posting as it can be looked for; None where the ledger kept too little of it."""
    kind = _kind_of(record.key)
    if kind is None or not record.expected:
        return None
    document = _document(record.document_number, Expected.read(record.expected))
    return Posting(record.key, kind, document) if document else None


def _kind_of(key: str) -> PostingKind | None:
    parts = key.split("/")
    try:
        return PostingKind(parts[2])
    except (IndexError, ValueError):
        return None


def _document(  # noqa: C901, PLR0911, PLR0912  # one per kind
    mark: str, expected: Expected
) -> Document | None:
    name, detail, currency, route = expected.shape
    customer = expected.customer
    if name == "CloseSalesDocument":
        return CloseSalesDocument(detail, route, currency, mark)
    amount = expected.totals[0] if expected.totals else Money.zero(currency or "USD")
    match name:
        case "Customer":
            return Customer(mark, mark)
        case "SalesDocument":
            subtotals = (Subtotal("", amount),) if route else ()
            return SalesDocument(
                detail, mark, customer, _SOME_DAY, currency, (), subtotals=subtotals
            )
        case "ArInvoice":
            lines = (AccountLine("", amount),)
            return ArInvoice(mark, customer, _SOME_DAY, _SOME_DAY, lines)
        case "Advance":
            return Advance(mark, customer, _SOME_DAY, amount, _SOME_PLACE, "")
        case "Payment":
            return Payment(mark, customer, _SOME_DAY, amount, _SOME_PLACE, ())
        case "Adjustment":
            return Adjustment(mark, AdjustmentKind(detail), customer, _SOME_DAY, currency, ())
        case "CustomerRefund":
            return CustomerRefund(mark, customer, _SOME_DAY, _SOME_PLACE, ())
        case "JournalEntry":
            return JournalEntry(mark, detail, _SOME_DAY, "", (), is_batch=bool(route))
        case "StatisticalEntry":
            return StatisticalEntry(mark, detail, _SOME_DAY, "", ())
        case "StockDocument":
            return StockDocument(detail, mark, _SOME_DAY, ())
        case "WarehouseTransfer":
            return WarehouseTransfer(mark, _SOME_DAY, ())
        case "ReverseDocument":
            return ReverseDocument(Reversible(detail), route, _SOME_DAY, reference=mark)
        case _:
            return None
