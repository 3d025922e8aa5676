"""What is refused before it is sent, by both protocols, with all its findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from commerce.money import Money
from intacct.checks import refuse_the_impossible
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
    Dimensions,
    Document,
    JournalEntry,
    JournalLine,
    MoneyPlace,
    Payment,
    PostalAddress,
    RefundDetail,
    SalesDocument,
    SalesLine,
    Side,
    Subtotal,
)
from intacct.errors import RejectedError
from intacct.rest.actions import RestActions
from intacct.rest.receivables import CreditSign
from intacct.xml.actions import XmlActions
from tests.unit.intacct.rest.support import Server, client, created
from tests.unit.intacct.xml.scripted import Rig

DAY = date(2026, 1, 15)
PLACE = MoneyPlace(financial_entity="CLR")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


EUR = Money.of("1.00", "EUR")
ODD = Dimensions(custom=(("no good", "1"),))
ORDER = SalesDocument(
    "Sales Order",
    "SO-1",
    "C-1",
    DAY,
    "USD",
    (SalesLine("TEE", Decimal(1), "Each", usd("5.00")),),
)
LINE = ORDER.lines[0]
BILL = ArInvoice("INV-1", "C-1", DAY, DAY, (AccountLine("4000", usd("5.00")),))
MEMO = Adjustment(
    "CM-1",
    AdjustmentKind.CREDIT,
    "C-1",
    DAY,
    "USD",
    (AdjustmentLine("4095", Side.DEBIT, usd("5.00")),),
)
ADVANCE = Advance("ADV-1", "C-1", DAY, usd("5.00"), PLACE, "2050")
PAYMENT = Payment("PAY-1", "C-1", DAY, usd("5.00"), PLACE, (Application("7", usd("5.00")),))
REFUND = CustomerRefund(
    "RF-1", "C-1", DAY, PLACE, (RefundDetail(CreditKind.ADVANCE, "9", usd("5.00")),)
)
JOURNAL = JournalEntry(
    "GL-1",
    "GJ",
    DAY,
    "Sales",
    (
        JournalLine("1100", Side.DEBIT, usd("5.00")),
        JournalLine("4000", Side.CREDIT, usd("5.00")),
    ),
)
CUSTOMER = Customer("C-1", "Ada", Contact("C-1", "Ada", address=PostalAddress(country="us")))
POSSIBLE: list[Document] = [
    CUSTOMER, ORDER, BILL, MEMO, ADVANCE, PAYMENT, REFUND, JOURNAL,
    replace(PAYMENT, amount=usd("0.00"),
            applications=(Application("7", usd("5.00"), CreditKind.ADVANCE, "9"),)),
    replace(PAYMENT, amount=usd("6.00")),
    replace(BILL, lines=(*BILL.lines, AccountLine("4090", usd("-9.00")))),
    replace(ORDER, lines=(replace(LINE, unit_price=usd("-5.00")),)),
    replace(MEMO, kind=AdjustmentKind.DEBIT, lines=(replace(MEMO.lines[0], side=Side.CREDIT),)),
]  # fmt: skip

IMPOSSIBLE: list[tuple[str, Document, list[str]]] = [
    ("nobody", Customer("", ""), ["MISSING /id", "MISSING /name"]),
    ("a blank id", replace(CUSTOMER, id="C-1 "), ["UNFIT_TEXT /id"]),
    ("a bell in an id", replace(ORDER, reference="SO\x071"), ["UNFIT_TEXT /reference"]),
    ("no country", replace(CUSTOMER, contact=Contact("", "", address=PostalAddress(country="USA"))),
     ["MISSING /contact/print_as", "COUNTRY /contact/address/country"]),
    ("odd customs", replace(CUSTOMER, currency="usd", custom=(("a b", "1"),)),
     ["CURRENCY /currency", "CUSTOM_FIELD /custom"]),
    ("an empty order", SalesDocument("", "", "", DAY, "", ()),
     ["MISSING /reference", "MISSING /definition", "MISSING /customer", "MISSING /currency",
      "NO_LINES /lines"]),
    ("odd lines", replace(ORDER, exchange_rate=Decimal(0), lines=(
        SalesLine("", Decimal(0), "", EUR, ODD, source_line=0, custom=(("-", ""),)), LINE)),
     ["EXCHANGE_RATE /exchange_rate", "MISSING /lines/0/item", "MISSING /lines/0/unit",
      "CURRENCY_MIXED /lines/0/unit_price", "QUANTITY /lines/0/quantity",
      "NO_SOURCE /lines/0/source_line", "CUSTOM_FIELD /lines/0/custom",
      "CUSTOM_FIELD /lines/0/dimensions/custom"]),
    ("odd subtotals", replace(ORDER, subtotals=(Subtotal("", EUR),)),
     ["MISSING /subtotals/0/name", "CURRENCY_MIXED /subtotals/0/amount"]),
    ("an empty bill", replace(BILL, lines=()), ["NO_LINES /lines"]),
    ("a mixed bill", replace(BILL, lines=(*BILL.lines, AccountLine("", EUR, ODD))),
     ["MISSING /lines/1/account", "CURRENCY_MIXED /lines/1/amount",
      "CUSTOM_FIELD /lines/1/dimensions/custom"]),
    ("an empty memo", replace(MEMO, currency="", lines=()),
     ["MISSING /currency", "NO_LINES /lines"]),
    ("a credit that debits", replace(MEMO, kind=AdjustmentKind.DEBIT), ["SIGN /lines"]),
    ("a memo of nothing", replace(MEMO, lines=(replace(MEMO.lines[0], amount=usd("0")),)),
     ["SIGN /lines"]),
    ("no money", replace(ADVANCE, amount=usd("0.00"), account=""),
     ["MISSING /account", "AMOUNT /amount"]),
    ("money for nothing", replace(PAYMENT, applications=()), ["NO_LINES /applications"]),
    ("too much applied", replace(PAYMENT, applications=(Application("7", usd("6.00")),)),
     ["OVERAPPLIED /applications"]),
    ("nothing applied", replace(PAYMENT, applications=(Application("", usd("0.00")),)),
     ["AMOUNT /applications/0/amount", "MISSING /applications/0/invoice"]),
    ("a credit of nobody", replace(PAYMENT, applications=(
        Application("7", EUR, CreditKind.ADVANCE), *PAYMENT.applications)),
     ["CURRENCY_MIXED /applications/0/amount", "MISSING /applications/0/credit"]),
    ("long texts", replace(PAYMENT, reference="x" * 22, description="x" * 1001,
                           amount=usd("-1.00"), applications=(PAYMENT.applications)),
     ["TOO_LONG /reference", "TOO_LONG /description", "AMOUNT /amount",
      "OVERAPPLIED /applications"]),
    ("a refund of nothing", replace(REFUND, place=MoneyPlace(undeposited_account="1"), details=()),
     ["NO_LINES /details", "FINANCIAL_ENTITY_MISSING /place"]),
    ("an odd refund", replace(REFUND, details=(
        RefundDetail(CreditKind.ADVANCE, "", usd("0.00")), replace(REFUND.details[0], amount=EUR))),
     ["AMOUNT /details/0/amount", "MISSING /details/0/credit", "CURRENCY_MIXED /details/1/amount"]),
    ("a crooked journal", replace(JOURNAL, description="", reverses_on=DAY, lines=(
        JournalLine("", Side.DEBIT, usd("-5.00"), ODD), JournalLine("1200", Side.DEBIT, EUR))),
     ["MISSING /description", "MISSING /lines/0/account", "CUSTOM_FIELD /lines/0/dimensions/custom",
      "NEGATIVE_LINE /lines/0", "ONE_SIDED /lines", "REVERSED_TOO_EARLY /reverses_on",
      "UNBALANCED /lines", "UNBALANCED /lines"]),
    ("a cent", replace(JOURNAL, lines=(JOURNAL.lines[0], replace(
        JOURNAL.lines[1], amount=usd("4.99")))), ["UNBALANCED /lines"]),
]  # fmt: skip


def over_rest(document: Document) -> int:
    """Try to send it, and tell how many requests left."""
    server = Server(created())
    actions = RestActions(client(server), entity="100", credit_sign=CreditSign.NEGATIVE)
    try:
        actions.create(document, idempotency_key="k")
    finally:
        sent = len(server.requests)
    return sent


def over_xml(document: Document) -> int:
    """Try to send it, and tell how many requests left."""
    rig = Rig()
    XmlActions(rig.gateway, base_currency="USD").create(document, control_id="c")
    return len(rig.requests)


@pytest.mark.parametrize("send", [over_rest, over_xml])
@pytest.mark.parametrize(
    ("document", "expected"),
    [(document, expected) for _, document, expected in IMPOSSIBLE],
    ids=[why for why, _, _ in IMPOSSIBLE],
)
def test_what_sage_would_refuse_is_not_sent_and_told_whole(
    send: Callable[[Document], int], document: Document, expected: list[str]
) -> None:
    with pytest.raises(RejectedError) as caught:
        send(document)

    told = [f"{finding.code} {finding.target}" for finding in caught.value.findings]
    assert told == expected
    assert all(finding.text for finding in caught.value.findings)


@pytest.mark.parametrize("document", POSSIBLE, ids=lambda document: type(document).__name__)
def test_what_sage_may_take_passes(document: Document) -> None:
    refuse_the_impossible(document)


def test_every_kind_of_document_is_refused_for_something() -> None:
    assert {type(document) for _, document, _ in IMPOSSIBLE} == {
        type(document) for document in POSSIBLE
    }


def test_a_findings_text_holds_no_value_of_the_document() -> None:
    with pytest.raises(RejectedError) as caught:
        refuse_the_impossible(replace(CUSTOMER, id=" secret@example.com"))

    assert "secret" not in f"{caught.value} {caught.value.findings}"
