"""What the ledger kept of a document finds and recognises it again, without the document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from commerce.money import Money
from intacct.capabilities import action_of
from intacct.documents import (
    AccountLine,
    Adjustment,
    AdjustmentKind,
    AdjustmentLine,
    Advance,
    ArInvoice,
    CreditKind,
    Customer,
    CustomerRefund,
    Document,
    JournalEntry,
    MoneyPlace,
    Payment,
    RefundDetail,
    SalesDocument,
    SalesLine,
    Side,
    Subtotal,
)
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer
from intacct.undoing import CloseSalesDocument, ReverseDocument, Reversible
from intacct.xml.lookups import lookup_of
from shared.ledger.evidence import expected_of
from shared.ledger.records import Record, State
from shared.ledger.run import mark_of
from shared.ledger.stubs import stand_in
from shared.postings.keys import posting_key
from shared.postings.plan import PostingKind

DAY = date(2026, 3, 2)
CLEARING = MoneyPlace(financial_entity="CLR")
FEE = Money.of("25.00", "EUR")
ORDER = SalesDocument(
    "Sales Order", "1-SO", "C-1", DAY, "EUR", (SalesLine("TEE", Decimal(1), "Each", FEE),)
)
CREDIT = Adjustment(
    "1-CM", AdjustmentKind.CREDIT, "C-1", DAY, "EUR", (AdjustmentLine("4095", Side.DEBIT, FEE),)
)
REFUND = CustomerRefund(
    "1-RF", "C-1", DAY, CLEARING, (RefundDetail(CreditKind.ADJUSTMENT, "7", FEE),)
)
POSTED: list[tuple[PostingKind, Document]] = [
    (PostingKind.CUSTOMER, Customer("C-1", "Ada")),
    (PostingKind.SALES_ORDER, ORDER),
    (PostingKind.INVOICE, replace(ORDER, subtotals=(Subtotal("Tax", FEE),))),
    (PostingKind.INVOICE, ArInvoice("1-INV", "C-1", DAY, DAY, (AccountLine("4000", FEE),))),
    (PostingKind.ADVANCE, Advance("1-ADV", "C-1", DAY, FEE, CLEARING, "2050")),
    (PostingKind.PAYMENT, Payment("1-PAY", "C-1", DAY, FEE, CLEARING, ())),
    (PostingKind.CREDIT_MEMO, CREDIT),
    (PostingKind.CUSTOMER_REFUND, REFUND),
    (PostingKind.JOURNAL_ENTRY, JournalEntry("1-JE", "GJ", DAY, "fee", ())),
    (PostingKind.VOID, ReverseDocument(Reversible.PAYMENT, "17", DAY, "", "1-VD")),
    (PostingKind.VOID, CloseSalesDocument("Sales Order", "17", "Sales Order-17", "1-VD")),
    (PostingKind.GL_BATCH, JournalEntry("1-GL", "GJ", DAY, "day", (), is_batch=True)),
    (PostingKind.STATISTICAL, StatisticalEntry("1-ST", "STJ", DAY, "day", ())),
    (PostingKind.STOCK, StockDocument("Count In", "1-STK", DAY, ())),
    (PostingKind.STOCK, WarehouseTransfer("1-STK", DAY, ())),
]


def record_of(kind: PostingKind, document: Document, *, expected: str | None = None) -> Record:
    key = posting_key(tenant="acme", entity="100", kind=kind, store="shop", purpose="order:1")
    kept = expected_of(document).written() if expected is None else expected
    return Record("ORD#1", key, State.SENT, 1, mark_of(document), "CTL", "hash", expected=kept)


@pytest.mark.parametrize(("kind", "document"), POSTED)
def test_a_stand_in_is_looked_for_as_its_document(kind: PostingKind, document: Document) -> None:
    posting = stand_in(record_of(kind, document))

    assert posting is not None
    assert posting.kind is kind
    assert mark_of(posting.document) == mark_of(document)
    assert action_of(posting.document) is action_of(document)
    if isinstance(document, SalesDocument):
        assert isinstance(posting.document, SalesDocument)
        assert bool(posting.document.subtotals) is bool(document.subtotals)
    if not isinstance(document, CustomerRefund):
        assert lookup_of(posting.document) == lookup_of(document)


@pytest.mark.parametrize("expected", ["", '["C-1",[],["Letter","","",""]]'])
def test_of_what_the_ledger_kept_too_little_there_is_no_stand_in(expected: str) -> None:
    assert stand_in(record_of(PostingKind.SALES_ORDER, ORDER, expected=expected)) is None


@pytest.mark.parametrize("key", ["advance", "acme/100/LETTER/shop:1"])
def test_a_key_of_no_kind_has_no_stand_in(key: str) -> None:
    record = replace(record_of(PostingKind.SALES_ORDER, ORDER), key=key)

    assert stand_in(record) is None
