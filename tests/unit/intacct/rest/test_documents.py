"""How each document is written in REST, and how it is found again by our mark."""

from __future__ import annotations

from datetime import date

import pytest

from commerce.money import Money
from intacct.documents import (
    AccountLine,
    Adjustment,
    AdjustmentKind,
    AdjustmentLine,
    Advance,
    Application,
    ArInvoice,
    Contact,
    CreditKind,
    Customer,
    CustomerRefund,
    Document,
    JournalEntry,
    JournalLine,
    KeyOf,
    MoneyPlace,
    Payment,
    RefundDetail,
    Side,
)
from intacct.errors import RejectedError
from intacct.rest.receivables import CreditSign
from intacct.rest.wire import UnresolvedReferenceError
from tests.unit.intacct.rest.documents import (
    CLEARING,
    DAY,
    ORDER,
    WEB,
    actions,
    has_empty_reference,
    sent,
    usd,
)
from tests.unit.intacct.rest.support import Server, created, page, refusal


def test_an_ar_invoice_is_posted_by_leaving_its_state_out() -> None:
    lines = (AccountLine("4000", usd("62.50"), WEB, memo="goods"),)
    path, body = sent(ArInvoice("R-1", "C-1", DAY, DAY, lines))
    assert path == "/objects/accounts-receivable/invoice"
    assert "state" not in body
    assert body["referenceNumber"] == "R-1"
    assert body["currency"] == {"txnCurrency": "USD"}
    assert body["lines"][0]["txnAmount"] == "62.50"
    assert body["lines"][0]["glAccount"] == {"id": "4000"}


def test_an_ar_invoice_with_another_posting_date_is_left_to_xml() -> None:
    server = Server(created())
    lines = (AccountLine("4000", usd("1.00")),)
    invoice = ArInvoice("R", "C-1", DAY, DAY, lines, posted_on=date(2026, 12, 1))
    assert not actions(server).supports(invoice)
    with pytest.raises(RejectedError, match="does not offer"):
        actions(server).create(invoice, idempotency_key="k")
    assert server.requests == []


def test_an_advance_sits_in_its_financial_entity() -> None:
    path, body = sent(Advance("R-1", "C-1", DAY, usd("69.95"), CLEARING, "2050", dimensions=WEB))
    assert path == "/objects/accounts-receivable/advance"
    assert body["paymentInformation"] == {
        "receiptDate": "2026-11-20",
        "paymentDate": "2026-11-20",
        "paymentMethod": "creditCard",
        "financialEntity": {"id": "CLR-SHOPIFY"},
        "currency": {"txnCurrency": "USD"},
    }
    assert body["items"][0]["glAccount"] == {"id": "2050"}
    assert body["items"][0]["txnAmount"] == "69.95"
    assert body["referenceNumber"] == "R-1"


def test_a_payment_applies_new_money_and_names_the_overpayment() -> None:
    applied = Application(invoice="9", amount=usd("69.95"))
    path, body = sent(Payment("R-1", "C-1", DAY, usd("70.00"), CLEARING, (applied,)))
    assert path == "/objects/accounts-receivable/payment"
    assert body["financialEntity"] == {"entityId": "CLR-SHOPIFY"}
    assert body["txnCurrency"] == {"currency": "USD"}
    assert body["overPaymentAmount"] == "0.05"
    assert body["overPaymentDimensions"] == {"locationId": "100"}
    assert body["paymentSummary"] == {"receiptDate": "2026-11-20"}
    assert body["paymentDetails"] == [
        {"arInvoice": {"key": "9"}, "txnCurrency": {"paymentAmount": "69.95"}}
    ]


def test_an_advance_is_applied_without_new_money() -> None:
    applied = Application("9", usd("69.95"), CreditKind.ADVANCE, "5")
    _, body = sent(Payment("R-1", "C-1", DAY, usd("0"), CLEARING, (applied,)))
    detail = body["paymentDetails"][0]
    assert detail["arInvoice"] == {"key": "9"}
    assert "paymentAmount" not in detail["txnCurrency"]
    assert list(detail["txnCurrency"].values()) == ["69.95"]
    assert {"key": "5"} in detail.values()
    assert "overPaymentAmount" not in body


def test_an_undeposited_account_takes_the_place_of_the_bank() -> None:
    place = MoneyPlace(undeposited_account="1030")
    applied = Application("9", usd("1.00"))
    _, body = sent(Payment("R-1", "C-1", DAY, usd("1.00"), place, (applied,)))
    assert body["undepositedGLAccount"] == {"id": "1030"}
    assert "financialEntity" not in body


def test_a_refund_names_the_credits_it_pays_out() -> None:
    details = (
        RefundDetail(CreditKind.ADJUSTMENT, "31", usd("24.50")),
        RefundDetail(CreditKind.ADVANCE, "5", usd("1.00")),
    )
    path, body = sent(CustomerRefund("R-1", "C-1", DAY, CLEARING, details))
    assert path == "/objects/accounts-receivable/customer-refund"
    assert body["documentNumber"] == "R-1"
    assert body["refundDetails"] == [
        {"arAdjustment": {"key": "31"}, "txnRefundAmount": "24.50"},
        {"arAdvance": {"key": "5"}, "txnRefundAmount": "1.00"},
    ]


MEMO = Adjustment(
    "R-1",
    AdjustmentKind.CREDIT,
    "C-1",
    DAY,
    "USD",
    (
        AdjustmentLine("4095", Side.DEBIT, usd("25.00")),
        AdjustmentLine("4090", Side.CREDIT, usd("2.50")),
    ),
)


@pytest.mark.parametrize(
    ("sign", "amounts"),
    [(CreditSign.NEGATIVE, ["-25.00", "2.50"]), (CreditSign.POSITIVE, ["25.00", "-2.50"])],
)
def test_a_credit_memo_carries_the_sign_that_the_tenant_read_back(
    sign: CreditSign, amounts: list[str]
) -> None:
    path, body = sent(MEMO, sign)
    assert path == "/objects/accounts-receivable/adjustment"
    assert [line["txnCurrency"]["amount"] for line in body["lines"]] == amounts


def test_a_credit_memo_of_unknown_sign_is_never_sent() -> None:
    server = Server(created())
    assert not actions(server).supports(MEMO)
    with pytest.raises(RejectedError):
        actions(server).create(MEMO, idempotency_key="k")
    assert server.requests == []


def journal(*lines: JournalLine) -> JournalEntry:
    return JournalEntry("R-1", "GJ", DAY, "Cost of goods", lines)


def test_a_journal_entry_names_sides_and_only_a_foreign_currency() -> None:
    entry = journal(
        JournalLine("5000", Side.DEBIT, usd("22.10"), WEB),
        JournalLine("1300", Side.CREDIT, usd("22.10"), WEB),
    )
    path, body = sent(entry)
    assert path == "/objects/general-ledger/journal-entry"
    assert body["glJournal"] == {"id": "GJ"}
    assert [(line["txnType"], line["txnAmount"]) for line in body["lines"]] == [
        ("debit", "22.10"),
        ("credit", "22.10"),
    ]
    assert all("currency" not in line for line in body["lines"])
    euro = [JournalLine("5000", side, Money.of("1", "EUR")) for side in Side]
    assert sent(journal(*euro))[1]["lines"][0]["currency"] == {"txnCurrency": "EUR"}


REFUND = CustomerRefund(
    "R-1", "C-1", DAY, CLEARING, (RefundDetail(CreditKind.ADVANCE, "5", usd("1.00")),)
)
INVOICE = ArInvoice("R-1", "C-1", DAY, DAY, (AccountLine("4000", usd("1.00")),))
ADVANCE = Advance("R-1", "C-1", DAY, usd("1.00"), CLEARING, "2050")
PAYMENT = Payment("R-1", "C-1", DAY, usd("1.00"), CLEARING, (Application("9", usd("1.00")),))
ENTRY = journal(
    JournalLine("5000", Side.DEBIT, usd("1.00")), JournalLine("1300", Side.CREDIT, usd("1.00"))
)
EVERY_KIND: list[Document] = [
    Customer("C-1", "Ada"),
    ORDER,
    INVOICE,
    ADVANCE,
    PAYMENT,
    MEMO,
    REFUND,
    ENTRY,
]


@pytest.mark.parametrize("document", EVERY_KIND, ids=lambda d: type(d).__name__)
def test_no_document_sends_an_empty_reference(document: Document) -> None:
    _, body = sent(document, CreditSign.NEGATIVE)
    assert not has_empty_reference(body)


@pytest.mark.parametrize("document", EVERY_KIND, ids=lambda d: type(d).__name__)
def test_every_document_is_looked_for_by_its_exact_mark(document: Document) -> None:
    server = Server(page([]))
    assert actions(server, CreditSign.NEGATIVE).find(document) == []
    body = server.bodies()[0]
    mark = document.id if isinstance(document, Customer) else document.reference
    assert mark in [list(f["$eq"].values())[0] for f in body["filters"]]  # noqa: RUF015


def test_what_is_found_carries_customer_total_and_invoice() -> None:
    row = {
        "key": "417",
        "id": "Sales Invoice-SI1",
        "referenceNumber": "1001-SO-ABCDEFGH",
        "state": "pending",
        "customer.id": "C-1",
        "txnCurrency": "USD",
        "totalInTxnCurrency": "69.95",
        "invoice.key": "9",
    }
    (found,) = actions(Server(page([row]))).find(ORDER)
    assert found.reference == ORDER.reference
    assert found.customer == "C-1"
    assert found.total == usd("69.95")
    assert found.result.invoice_key == "9"


def test_a_credit_memo_is_found_with_its_amount_without_sign() -> None:
    row = {
        "key": "31",
        "id": "31",
        "adjustmentNumber": "R-1",
        "customer.id": "C-1",
        "txnCurrency.currency": "USD",
        "txnCurrency.totalEntered": "-22.50",
    }
    (found,) = actions(Server(page([row])), CreditSign.NEGATIVE).find(MEMO)
    assert found.total == usd("22.50")


def test_customers_are_found_by_address_without_case_and_by_id_with_it() -> None:
    row = {"key": "1", "id": "C-1", "name": "Ada", "contacts.default.email1": "ada@example.com"}
    server = Server(page([row]))

    (customer,) = actions(server).find_customers(email="ADA@example.com")
    actions(server).find_customers(customer_id="C-1")

    assert customer.id == "C-1"
    assert customer.contact is not None
    assert customer.contact.email == "ada@example.com"
    ignores = [not b["filterParameters"]["caseSensitiveComparison"] for b in server.bodies()]
    assert ignores == [True, False]


def test_customers_are_never_all_found_by_asking_for_nothing() -> None:
    with pytest.raises(ValueError, match="one of the two"):
        actions(Server(page([]))).find_customers()


def test_a_contact_that_is_there_is_not_created_again() -> None:
    server = Server(page([{"key": "5", "id": "C-1", "status": "active"}]))
    result = actions(server).ensure_contact(Contact("C-1", "Ada"), idempotency_key="k")
    assert result.key == "5"
    assert len(server.requests) == 1


def test_a_contact_that_somebody_else_made_meanwhile_is_taken() -> None:
    taken = refusal(
        400, {"message": "Another record with the value 'C-1' already exists", "errorId": "BL-1"}
    )
    server = Server(page([]), taken, page([{"key": "5", "id": "C-1"}]))
    result = actions(server).ensure_contact(Contact("C-1", "Ada"), idempotency_key="k")
    assert result.key == "5"


def test_a_reference_that_was_not_resolved_never_leaves() -> None:
    server = Server(created())
    applied = Application(KeyOf("acme/100/INVOICE/x"), usd("1.00"))
    with pytest.raises(UnresolvedReferenceError):
        actions(server).create(
            Payment("R", "C-1", DAY, usd("1.00"), CLEARING, (applied,)), idempotency_key="k"
        )
    assert server.requests == []
