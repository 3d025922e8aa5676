"""Every business action that XML offers, through our client into the simulator's books."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

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
    Dimensions,
    Document,
    DocumentResult,
    JournalEntry,
    JournalLine,
    MoneyPlace,
    Payment,
    PostalAddress,
    RefundDetail,
    SalesDocument,
    SalesLine,
    Side,
)
from intacct.errors import DuplicateDocumentError, PeriodClosedError, RejectedError
from intacct.xml.elements import text_at
from intacct.xml.envelope import Function
from intacct.xml.queries import Query, last_key
from tests.contract.xml_rig import XmlRig

TODAY = date(2026, 11, 20)
AT = Dimensions(location="100", department="WEB")
CLEARING = MoneyPlace(financial_entity="CLR-SHOPIFY")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


@pytest.fixture
def rig() -> XmlRig:
    rig = XmlRig()
    rig.company.clock.set(rig.company.clock.now().replace(year=2026, month=11, day=22))
    post(rig, CUSTOMER, "customer")
    return rig


CUSTOMER = Customer(
    id="C-1001",
    name="Ada & Sons",
    contact=Contact(
        id="Ada & Sons (C-1001)",
        print_as="Ada & Sons",
        first_name="Ada",
        email="ada@example.com",
        address=PostalAddress(line1="1 Main St", city="San Jose", country="US"),
    ),
    term="Net 30",
)
ORDER = SalesDocument(
    definition="Sales Order",
    reference="1001-SO-ABCDEFGH",
    customer="C-1001",
    dated_on=TODAY,
    currency="USD",
    due_on=TODAY,
    lines=(
        SalesLine("TEE", Decimal(2), "Each", usd("25.00"), AT, memo="blue"),
        SalesLine("DISCOUNT", Decimal(1), "Each", usd("-6.25"), AT),
        SalesLine("SHIPPING", Decimal(1), "Each", usd("8.00"), AT),
    ),
)
CREDIT_MEMO = Adjustment(
    reference="1001-CM-ABCDEFGH",
    kind=AdjustmentKind.CREDIT,
    customer="C-1001",
    dated_on=TODAY,
    currency="USD",
    lines=(
        AdjustmentLine("4095", Side.DEBIT, usd("25.00"), AT),
        AdjustmentLine("4090", Side.CREDIT, usd("2.50"), AT),
        AdjustmentLine("2100-NYS", Side.DEBIT, usd("2.00"), AT),
    ),
)
INVOICE = ArInvoice(
    reference="1002-INV-ABCDEFGH",
    customer="C-1001",
    dated_on=TODAY,
    due_on=TODAY,
    lines=(AccountLine("4000", usd("100.00"), AT), AccountLine("4090", usd("-10.00"), AT)),
)
ADVANCE = Advance(
    reference="1003-ADV-ABCDEFGH",
    customer="C-1001",
    received_on=TODAY,
    amount=usd("40.00"),
    place=CLEARING,
    account="2050",
    dimensions=AT,
)
JOURNAL = JournalEntry(
    reference="GL-20261120-ABCDEFGH",
    journal="GJ",
    posted_on=TODAY,
    description="Shop sales 2026-11-20",
    lines=(
        JournalLine("1100", Side.DEBIT, usd("75.50"), AT),
        JournalLine("4000", Side.CREDIT, usd("75.50"), AT, memo="goods"),
    ),
    is_batch=True,
)


def invoice_of(order: DocumentResult, quantity: str = "2") -> SalesDocument:
    return SalesDocument(
        definition="Sales Invoice",
        reference="1001-INV-ABCDEFGH",
        customer="C-1001",
        dated_on=TODAY,
        currency="USD",
        due_on=TODAY,
        source=order.key,
        lines=(SalesLine("TEE", Decimal(quantity), "Each", usd("25.00"), AT, source_line=0),),
    )


def payment_of(invoice: DocumentResult, amount: str) -> Payment:
    return Payment(
        reference="1004-PAY-ABCDEFGH",
        customer="C-1001",
        received_on=TODAY,
        amount=usd(amount),
        place=CLEARING,
        applications=(Application(invoice.key, usd(amount)),),
    )


def post(rig: XmlRig, document: Document, control_id: str) -> DocumentResult:
    return rig.actions().create(document, control_id=control_id)


def test_a_customer_is_found_by_its_id_and_by_the_email_of_its_contact(rig: XmlRig) -> None:
    by_id = rig.actions().find_customers(customer_id="C-1001")
    by_email = rig.actions().find_customers(email="ADA@example.com")

    assert by_id == by_email
    assert [customer.name for customer in by_id] == ["Ada & Sons"]
    assert by_id[0].contact is not None
    assert by_id[0].contact.email == "ada@example.com"


def test_customers_are_found_by_one_criterion(rig: XmlRig) -> None:
    with pytest.raises(ValueError, match="one of the two"):
        rig.actions().find_customers()
    with pytest.raises(ValueError, match="one of the two"):
        rig.actions().find_customers(email="ada@example.com", customer_id="C-1001")


def test_the_same_customer_twice_is_a_duplicate(rig: XmlRig) -> None:
    with pytest.raises(DuplicateDocumentError) as caught:
        post(rig, CUSTOMER, "another-control-id")

    assert caught.value.codes[0] == "BL34000061"
    assert caught.value.support_id
    assert all("Support ID" not in finding.text for finding in caught.value.findings)


def test_a_sales_order_posts_nothing_and_is_found_by_its_mark(rig: XmlRig) -> None:
    posted = post(rig, ORDER, "order")

    found = rig.actions().find(ORDER)

    assert posted.key.isdecimal()
    assert posted.id.startswith("Sales Order-")
    assert posted.total == usd("51.75")
    assert [entry.result for entry in found] == [posted]
    assert found[0].reference == ORDER.reference
    assert found[0].customer == "C-1001"
    assert rig.balance("1200") == "0"


def test_a_part_of_an_order_leaves_it_partially_converted(rig: XmlRig) -> None:
    order = post(rig, ORDER, "order")

    post(rig, invoice_of(order, quantity="1"), "invoice")

    assert rig.actions().find(ORDER)[0].result.state == "partiallyConverted"


def test_a_conversion_of_nothing_is_refused_before_it_is_sent(rig: XmlRig) -> None:
    with pytest.raises(RejectedError):
        post(rig, invoice_of(DocumentResult(key="4711")), "invoice")

    assert list(rig.company.books.select("sales_document")) == []


def test_a_line_that_the_order_does_not_have_is_refused_before_it_is_sent(rig: XmlRig) -> None:
    order = post(rig, ORDER, "order")
    document = invoice_of(order)
    beyond = replace(document, lines=(replace(document.lines[0], source_line=3),))

    with pytest.raises(RejectedError, match="no line 3"):
        post(rig, beyond, "invoice")

    assert rig.actions().find(document) == []


def test_a_credit_memo_that_would_raise_the_debt_is_refused_before_it_is_sent(rig: XmlRig) -> None:
    turned = replace(CREDIT_MEMO, kind=AdjustmentKind.DEBIT)

    with pytest.raises(RejectedError, match="SIGN"):
        post(rig, turned, "credit")

    assert rig.actions().find(CREDIT_MEMO) == []


def test_a_journal_that_does_not_balance_leaves_nothing(rig: XmlRig) -> None:
    crooked = JournalEntry(
        reference="GL-CROOKED",
        journal="GJ",
        posted_on=TODAY,
        description="crooked",
        lines=(
            JournalLine("1100", Side.DEBIT, usd("75.50"), AT),
            JournalLine("4000", Side.CREDIT, usd("75.49"), AT),
        ),
    )

    with pytest.raises(RejectedError):
        post(rig, crooked, "crooked")

    assert rig.actions().find(crooked) == []


def test_a_closed_period_is_told_apart(rig: XmlRig) -> None:
    rig.company.books.periods.close("100", TODAY)

    with pytest.raises(PeriodClosedError):
        post(rig, JOURNAL, "day")


def test_a_control_id_that_was_carried_out_is_not_again(rig: XmlRig) -> None:
    post(rig, JOURNAL, "the-day")

    with pytest.raises(DuplicateDocumentError):
        post(rig, JOURNAL, "the-day")

    assert len(rig.actions().find(JOURNAL)) == 1


def test_a_gateway_that_replays_gives_the_first_answer_again(rig: XmlRig) -> None:
    rig.company.switches.duplicate_control_id = "replay"
    first = post(rig, JOURNAL, "the-day")

    assert post(rig, JOURNAL, "the-day") == first
    assert len(rig.actions().find(JOURNAL)) == 1


def test_a_contact_is_made_once(rig: XmlRig) -> None:
    contact = Contact(id="Grace (G-1)", print_as="Grace", email="grace@example.com")

    made = rig.actions().ensure_contact(contact, control_id="contact")
    again = rig.actions().ensure_contact(contact, control_id="contact")

    assert made == again


def test_a_customer_refund_is_left_to_rest(rig: XmlRig) -> None:
    details = (RefundDetail(CreditKind.ADVANCE, "5", usd("1.00")),)
    refund = CustomerRefund("R", "C-1001", TODAY, CLEARING, details)

    assert not rig.actions().supports(refund)
    assert rig.actions().supports(JOURNAL)
    with pytest.raises(ValueError, match="customer refunds"):
        post(rig, refund, "refund")


def test_paging_by_key_neither_skips_nor_repeats(rig: XmlRig) -> None:
    for number in range(7):
        rig.company.books.create("department", {"id": f"D{number}", "name": f"Number {number}"})
    query = Query("DEPARTMENT", ("DEPARTMENTID",))
    seen: list[str] = []
    after = ""

    while True:
        function = Function("page", query.page(after=after, size=3))
        page = rig.gateway.execute_one(function, is_write=False)
        seen += [text_at(row, "DEPARTMENTID") for row in page.rows]
        after = last_key(page.rows)
        if not after:
            break

    assert len(seen) == 11
    assert len(set(seen)) == 11
