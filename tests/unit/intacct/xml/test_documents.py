"""What each document becomes on the wire: element by element, in the order of the schema."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

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
    Dimensions,
    JournalEntry,
    JournalLine,
    KeyOf,
    MoneyPlace,
    Payment,
    PaymentMethod,
    PostalAddress,
    SalesDocument,
    SalesLine,
    SalesState,
    Side,
)
from intacct.xml import journal_entries, masters, payments, receivables, sales_documents
from intacct.xml.elements import Element

DAY = date(2026, 1, 5)
LEGACY_DAY = "<year>2026</year><month>01</month><day>05</day>"
AT = Dimensions(location="100", department="WEB")
CLEARING = MoneyPlace(financial_entity="CLR")


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def text(node: Element) -> str:
    return etree.tostring(node, encoding="unicode")


def test_a_sales_document() -> None:
    everything = Dimensions("100", "WEB", "RETAIL", "P1", "C-2", "", "W1", (("channel", "7"),))
    document = SalesDocument(
        definition="Sales Invoice",
        reference="1001-INV-ABCDEFGH",
        customer="C-1",
        dated_on=DAY,
        posted_on=DAY,
        due_on=DAY,
        currency="EUR",
        term="Net 30",
        memo="gift",
        customer_po="PO 7",
        source="12",
        state=SalesState.DRAFT,
        lines=(SalesLine("TEE", Decimal("2.50"), "Each", usd("10.1250"), everything, "blue", 1),),
    )

    node = sales_documents.create_sales_document(
        document, source_id="Sales Order-SO1", source_lines=["41", "42"], base_currency="USD"
    )

    assert text(node) == (
        "<create_sotransaction><transactiontype>Sales Invoice</transactiontype>"
        f"<datecreated>{LEGACY_DAY}</datecreated><dateposted>{LEGACY_DAY}</dateposted>"
        "<createdfrom>Sales Order-SO1</createdfrom><customerid>C-1</customerid>"
        "<referenceno>1001-INV-ABCDEFGH</referenceno><termname>Net 30</termname>"
        f"<datedue>{LEGACY_DAY}</datedue><message>gift</message>"
        "<basecurr>USD</basecurr><currency>EUR</currency>"
        "<exchratetype>Intacct Daily Rate</exchratetype><state>Draft</state>"
        "<customerponumber>PO 7</customerponumber><sotransitems><sotransitem>"
        "<itemid>TEE</itemid><warehouseid>W1</warehouseid><quantity>2.5</quantity>"
        "<unit>Each</unit><price>10.125</price><sourcelinekey>42</sourcelinekey>"
        "<locationid>100</locationid><departmentid>WEB</departmentid><memo>blue</memo>"
        "<customfields><customfield><customfieldname>GLDIMCHANNEL</customfieldname>"
        "<customfieldvalue>7</customfieldvalue></customfield></customfields>"
        "<projectid>P1</projectid><customerid>C-2</customerid><classid>RETAIL</classid>"
        "</sotransitem></sotransitems></create_sotransaction>"
    )


def test_a_sales_document_without_term_or_due_date_is_due_at_once() -> None:
    document = SalesDocument("Sales Order", "R", "C", DAY, "USD", ())

    node = sales_documents.create_sales_document(document, base_currency="USD")

    assert f"<datedue>{LEGACY_DAY}</datedue>" in text(node)
    assert "currency" not in text(node)


def test_a_stated_rate_is_sent_instead_of_a_rate_type() -> None:
    document = SalesDocument(
        "Sales Order", "R", "C", DAY, "EUR", (), exchange_rate=Decimal("1.0850")
    )

    node = sales_documents.create_sales_document(document, base_currency="USD")

    assert "<currency>EUR</currency><exchrate>1.085</exchrate>" in text(node)


@pytest.mark.parametrize("line", [-1, 2])
def test_a_source_line_that_is_not_there_is_refused(line: int) -> None:
    sales_line = SalesLine("TEE", Decimal(1), "Each", usd("1"), source_line=line)
    document = SalesDocument("Sales Invoice", "R", "C", DAY, "USD", (sales_line,))

    with pytest.raises(sales_documents.SourceLineError):
        sales_documents.create_sales_document(document, source_lines=["41", "42"])


def test_an_ar_invoice() -> None:
    invoice = ArInvoice(
        reference="R-1",
        customer="C-1",
        dated_on=DAY,
        due_on=DAY,
        posted_on=DAY,
        description="order 7",
        lines=(
            AccountLine("4000", usd("100"), AT, "goods"),
            AccountLine("4090", usd("-10.005"), Dimensions(item="TEE", class_id="RETAIL")),
        ),
    )

    node = receivables.create_invoice(invoice, base_currency="USD")

    assert text(node) == (
        f"<create_invoice><customerid>C-1</customerid><datecreated>{LEGACY_DAY}</datecreated>"
        f"<dateposted>{LEGACY_DAY}</dateposted><datedue>{LEGACY_DAY}</datedue>"
        "<action>Submit</action><invoiceno>R-1</invoiceno><ponumber>R-1</ponumber>"
        "<description>order 7</description><invoiceitems>"
        "<lineitem><glaccountno>4000</glaccountno><amount>100.00</amount><memo>goods</memo>"
        "<locationid>100</locationid><departmentid>WEB</departmentid></lineitem>"
        "<lineitem><glaccountno>4090</glaccountno><amount>-10.01</amount>"
        "<itemid>TEE</itemid><classid>RETAIL</classid></lineitem>"
        "</invoiceitems></create_invoice>"
    )


def test_a_credit_memo_debits_its_accounts_with_negative_lines() -> None:
    memo = Adjustment(
        reference="R-2",
        kind=AdjustmentKind.CREDIT,
        customer="C-1",
        dated_on=DAY,
        currency="USD",
        invoice_number="SI7",
        lines=(
            AdjustmentLine("4095", Side.DEBIT, usd("25.00"), AT),
            AdjustmentLine("4090", Side.CREDIT, usd("2.50"), AT),
        ),
    )

    node = receivables.create_adjustment(memo, base_currency="USD")

    assert [item.text for item in node.iter("amount")] == ["-25.00", "2.50"]
    assert [child.tag for child in node] == [
        "customerid",
        "datecreated",
        "adjustmentno",
        "action",
        "invoiceno",
        "aradjustmentitems",
    ]
    assert node.findtext("adjustmentno") == "R-2"
    assert node.findtext("invoiceno") == "SI7"


def test_an_advance() -> None:
    advance = Advance(
        reference="R-3",
        customer="C-1",
        received_on=DAY,
        amount=usd("40.00"),
        place=CLEARING,
        account="2050",
        dimensions=AT,
        method=PaymentMethod.CHECK,
    )

    node = payments.create_advance(advance, base_currency="USD")

    assert text(node) == (
        "<create><ARADVANCE><CUSTOMERID>C-1</CUSTOMERID>"
        "<PAYMENTMETHOD>Printed Check</PAYMENTMETHOD><PAYMENTDATE>01/05/2026</PAYMENTDATE>"
        "<RECEIPTDATE>01/05/2026</RECEIPTDATE><FINANCIALENTITY>CLR</FINANCIALENTITY>"
        "<DOCNUMBER>R-3</DOCNUMBER><ACTION>Submit</ACTION><ARADVANCEITEMS><ARADVANCEITEM>"
        "<ACCOUNTNO>2050</ACCOUNTNO><TRX_AMOUNT>40.00</TRX_AMOUNT>"
        "<LOCATIONID>100</LOCATIONID><DEPARTMENTID>WEB</DEPARTMENTID>"
        "</ARADVANCEITEM></ARADVANCEITEMS></ARADVANCE></create>"
    )


def test_a_payment_of_money_and_credits_with_an_overpayment() -> None:
    payment = Payment(
        reference="R-4",
        customer="C-1",
        received_on=DAY,
        amount=usd("70.00"),
        place=MoneyPlace(undeposited_account="1030"),
        applications=(
            Application("11", usd("69.95")),
            Application("11", usd("5.00"), CreditKind.ADVANCE, "21"),
            Application("11", usd("6.00"), CreditKind.ADJUSTMENT, "22"),
            Application("11", usd("7.00"), CreditKind.OVERPAYMENT, "23"),
        ),
    )

    record = payments.create_payment(payment, base_currency="USD")[0]

    assert record.findtext("UNDEPOSITEDACCOUNTNO") == "1030"
    assert record.findtext("TRX_AMOUNTTOPAY") == "70.00"
    assert record.findtext("OVERPAYMENTAMOUNT") == "0.05"
    details = [[(part.tag, part.text) for part in row] for row in record.iter("ARPYMTDETAIL")]
    assert details == [
        [("RECORDKEY", "11"), ("TRX_PAYMENTAMOUNT", "69.95")],
        [("RECORDKEY", "11"), ("ADVANCEKEY", "21"), ("TRX_POSTEDADVANCEAMOUNT", "5.00")],
        [("RECORDKEY", "11"), ("ADJUSTMENTKEY", "22"), ("TRX_ADJUSTMENTAMOUNT", "6.00")],
        [("RECORDKEY", "11"), ("OVERPAYMENTKEY", "23"), ("TRX_POSTEDOVERPAYMENTAMOUNT", "7.00")],
    ]


def test_a_reference_that_was_not_resolved_is_never_sent() -> None:
    payment = Payment(
        "R", "C", DAY, usd("1"), CLEARING, (Application(KeyOf("t/e/INVOICE/s:1"), usd("1")),)
    )

    with pytest.raises(TypeError):
        payments.create_payment(payment)


def test_a_journal_entry() -> None:
    entry = JournalEntry(
        reference="GL-1",
        journal="GJ",
        posted_on=DAY,
        description="Shop sales & tips",
        base_location="100",
        lines=(
            JournalLine("1100", Side.DEBIT, usd("75.5"), AT),
            JournalLine(
                "4000", Side.CREDIT, usd("75.5"), Dimensions(custom=(("GLDIMX", "3"),)), "goods"
            ),
        ),
    )

    node = journal_entries.create_journal_entry(entry, base_currency="USD")

    assert text(node) == (
        "<create><GLBATCH><JOURNAL>GJ</JOURNAL><BATCH_DATE>01/05/2026</BATCH_DATE>"
        "<BATCH_TITLE>Shop sales &amp; tips</BATCH_TITLE><REFERENCENO>GL-1</REFERENCENO>"
        "<BASELOCATION_NO>100</BASELOCATION_NO><STATE>Posted</STATE><ENTRIES>"
        "<GLENTRY><ACCOUNTNO>1100</ACCOUNTNO><TR_TYPE>1</TR_TYPE>"
        "<TRX_AMOUNT>75.50</TRX_AMOUNT><LOCATION>100</LOCATION><DEPARTMENT>WEB</DEPARTMENT>"
        "</GLENTRY><GLENTRY><ACCOUNTNO>4000</ACCOUNTNO><TR_TYPE>-1</TR_TYPE>"
        "<TRX_AMOUNT>75.50</TRX_AMOUNT><GLDIMX>3</GLDIMX><DESCRIPTION>goods</DESCRIPTION>"
        "</GLENTRY></ENTRIES></GLBATCH></create>"
    )


def test_a_foreign_journal_line_has_its_currency_and_rate_type() -> None:
    line = JournalLine("1100", Side.DEBIT, Money.of("75", "JPY"))
    entry = JournalEntry("GL-1", "GJ", DAY, "x", (line,), is_draft=True)

    node = journal_entries.create_journal_entry(entry, base_currency="USD")

    assert "<TRX_AMOUNT>75</TRX_AMOUNT><CURRENCY>JPY</CURRENCY>" in text(node)
    assert "<EXCH_RATE_TYPE_ID>Intacct Daily Rate</EXCH_RATE_TYPE_ID>" in text(node)
    assert "<STATE>Draft</STATE>" in text(node)


def test_a_customer_with_its_display_contact() -> None:
    customer = Customer(
        id="SHOP-1001",
        name="Ada & Sons",
        contact=Contact(
            id="Ada (SHOP-1001)",
            print_as="Ada & Sons",
            first_name="Ada",
            last_name="Byron",
            company_name="Ada & Sons",
            email="ada@example.com",
            phone="555-0100",
            address=PostalAddress("1 Main St", "", "San Jose", "CA", "95110", "US"),
        ),
        currency="USD",
        term="Net 30",
        is_active=False,
        tax_id="T1",
    )

    assert text(masters.create_master(customer)) == (
        "<create><CUSTOMER><CUSTOMERID>SHOP-1001</CUSTOMERID><NAME>Ada &amp; Sons</NAME>"
        "<DISPLAYCONTACT><CONTACTNAME>Ada (SHOP-1001)</CONTACTNAME>"
        "<PRINTAS>Ada &amp; Sons</PRINTAS><COMPANYNAME>Ada &amp; Sons</COMPANYNAME>"
        "<FIRSTNAME>Ada</FIRSTNAME><LASTNAME>Byron</LASTNAME><PHONE1>555-0100</PHONE1>"
        "<EMAIL1>ada@example.com</EMAIL1><MAILADDRESS><ADDRESS1>1 Main St</ADDRESS1>"
        "<CITY>San Jose</CITY><STATE>CA</STATE><ZIP>95110</ZIP>"
        "<ISOCOUNTRYCODE>US</ISOCOUNTRYCODE></MAILADDRESS></DISPLAYCONTACT>"
        "<TERMNAME>Net 30</TERMNAME><TAXID>T1</TAXID><CURRENCY>USD</CURRENCY>"
        "<STATUS>inactive</STATUS></CUSTOMER></create>"
    )


def test_a_customer_without_a_contact_is_printed_by_its_name() -> None:
    node = masters.create_master(Customer("C", "Ada"))

    assert "<DISPLAYCONTACT><PRINTAS>Ada</PRINTAS></DISPLAYCONTACT>" in text(node)
    assert "MAILADDRESS" not in text(node)
