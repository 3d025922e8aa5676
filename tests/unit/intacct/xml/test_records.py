"""What the further actions become on the wire, where no simulator can say so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from commerce.money import Money
from intacct.changes import UpdateMaster, UpdateSalesDocument
from intacct.documents import (
    AccountLine,
    Application,
    ArInvoice,
    Contact,
    Customer,
    Dimensions,
    DocumentResult,
    JournalEntry,
    JournalLine,
    MoneyPlace,
    Payment,
    SalesDocument,
    SalesLine,
    Side,
    Subtotal,
)
from intacct.entries import Deposit
from intacct.errors import OutcomeUnknownError, RejectedError
from intacct.masters import AttachedFile, Attachment, CustomRecord
from intacct.stock import StockDocument, StockLine, TransferLine, WarehouseTransfer
from intacct.xml import (
    attachments,
    deposits,
    journal_entries,
    legacy_payments,
    masters,
    receivables,
    sales_changes,
    sales_documents,
    stock,
)
from intacct.xml.custom_fields import CustomFieldError
from intacct.xml.elements import Element, add, element
from intacct.xml.records import XmlRecords
from tests.unit.intacct.xml.answers import answered, done, error, failed
from tests.unit.intacct.xml.scripted import Rig

DAY = date(2026, 1, 5)
LEGACY_DAY = "<year>2026</year><month>01</month><day>05</day>"
TRANSFER = WarehouseTransfer(
    "MOVE-1", DAY, (TransferLine("TEE", Decimal(3), "Each", "W1", "W2", Dimensions("100")),), "move"
)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def text(node: Element) -> str:
    return etree.tostring(node, encoding="unicode")


def test_a_transfer_leaves_one_warehouse_and_reaches_the_other() -> None:
    moved = "<QUANTITY>3</QUANTITY><UNIT>Each</UNIT><LOCATIONID>100</LOCATIONID>"

    assert text(stock.create_movement(TRANSFER)) == (
        "<create><ICTRANSFER><TRANSACTIONDATE>01/05/2026</TRANSACTIONDATE>"
        "<REFERENCENO>MOVE-1</REFERENCENO><DESCRIPTION>move</DESCRIPTION>"
        "<TRANSFERTYPE>Immediate</TRANSFERTYPE><ACTION>Post</ACTION><ICTRANSFERITEMS>"
        "<ICTRANSFERITEM><IN_OUT>O</IN_OUT><ITEMID>TEE</ITEMID><WAREHOUSEID>W1</WAREHOUSEID>"
        f"{moved}</ICTRANSFERITEM>"
        "<ICTRANSFERITEM><IN_OUT>I</IN_OUT><ITEMID>TEE</ITEMID><WAREHOUSEID>W2</WAREHOUSEID>"
        f"{moved}</ICTRANSFERITEM></ICTRANSFERITEMS></ICTRANSFER></create>"
    )


def test_a_stock_document_is_in_schema_order() -> None:
    line = StockLine("TEE", "W1", Decimal("2.5"), "Each", usd("9.00"), Dimensions("100", "WEB"))
    document = StockDocument("Inventory Receipt", "IR-1", DAY, (line,), "in", is_draft=True)

    assert text(stock.create_movement(document)) == (
        "<create_ictransaction><transactiontype>Inventory Receipt</transactiontype>"
        f"<datecreated>{LEGACY_DAY}</datecreated><referenceno>IR-1</referenceno>"
        "<message>in</message><state>Draft</state><ictransitems><ictransitem>"
        "<itemid>TEE</itemid><warehouseid>W1</warehouseid><quantity>2.5</quantity>"
        "<unit>Each</unit><cost>9</cost><locationid>100</locationid>"
        "<departmentid>WEB</departmentid></ictransitem></ictransitems></create_ictransaction>"
    )


def test_bins_of_one_warehouse_are_one_level() -> None:
    rows = []
    for warehouse, left in (("W1", "2"), ("W1", "3.5"), ("W2", "")):
        row = element("AVAILABLEINVENTORY")
        add(row, "ITEMID", "TEE")
        add(row, "WAREHOUSEID", warehouse)
        add(row, "QUANTITYLEFT", left)
        rows.append(row)

    levels = stock.levels_from(rows)

    assert [(each.warehouse, each.on_hand) for each in levels] == [
        ("W1", Decimal("5.5")),
        ("W2", Decimal(0)),
    ]


def test_a_deposit_names_its_receipts() -> None:
    deposit = Deposit("DEP-1", DAY, "BANK-1", ("11", "12"), "Cards of Monday")

    assert text(deposits.record_deposit(deposit)) == (
        f"<record_deposit><bankaccountid>BANK-1</bankaccountid><depositdate>{LEGACY_DAY}"
        "</depositdate><depositid>DEP-1</depositid><receiptkeys><receiptkey>11</receiptkey>"
        "<receiptkey>12</receiptkey></receiptkeys><description>Cards of Monday</description>"
        "</record_deposit>"
    )


def test_a_legacy_payment_is_in_schema_order() -> None:
    payment = Payment(
        reference="PAY-1",
        customer="C-1",
        received_on=DAY,
        amount=usd("50.00"),
        place=MoneyPlace(undeposited_account="1090"),
        applications=(Application("7", usd("45.00")),),
    )

    assert text(legacy_payments.create_payment(payment, base_currency="USD")) == (
        "<create_arpayment><customerid>C-1</customerid><paymentamount>50.00</paymentamount>"
        "<undepfundsacct>1090</undepfundsacct><refid>PAY-1</refid>"
        f"<datereceived>{LEGACY_DAY}</datereceived><paymentmethod>Credit Card</paymentmethod>"
        "<arpaymentitem><invoicekey>7</invoicekey><amount>45.00</amount></arpaymentitem>"
        "</create_arpayment>"
    )


def test_a_draft_takes_a_reversal_date_and_custom_fields() -> None:
    lines = (
        JournalLine("1100", Side.DEBIT, usd("5.00")),
        JournalLine("4000", Side.CREDIT, usd("5.00")),
    )
    entry = JournalEntry(
        "R", "GJ", DAY, "Sales", lines, reverses_on=DAY, is_draft=True, custom=(("SHOP", "eu"),)
    )

    written = text(journal_entries.create_journal_entry(entry, base_currency="USD"))

    assert "<REVERSEDATE>01/05/2026</REVERSEDATE><REFERENCENO>R</REFERENCENO>" in written
    assert "<STATE>Draft</STATE><SHOP>eu</SHOP><ENTRIES>" in written


def test_custom_fields_stand_where_each_schema_wants_them() -> None:
    line = SalesLine(
        "TEE",
        Decimal(1),
        "Each",
        usd("5.00"),
        Dimensions(location="100", project="P1", custom=(("channel", "7"),)),
        custom=(("GIFT", "true"),),
    )
    order = SalesDocument(
        "Sales Order", "SO-1", "C-1", DAY, "USD", (line,), custom=(("SHOP_ORDER", "5001"),)
    )
    field = (
        "<customfield><customfieldname>{}</customfieldname>"
        "<customfieldvalue>{}</customfieldvalue></customfield>"
    )
    invoice = ArInvoice(
        "I-1", "C-1", DAY, DAY, (AccountLine("4000", usd("1.00")),), custom=(("SHOP", "eu"),)
    )

    sales = text(sales_documents.create_sales_document(order, base_currency="USD"))

    header = field.format("SHOP_ORDER", "5001")
    assert f"<customfields>{header}</customfields><state>Pending</state>" in sales
    of_line = field.format("GIFT", "true") + field.format("GLDIMCHANNEL", "7")
    assert f"<customfields>{of_line}</customfields><projectid>P1</projectid>" in sales
    bill = text(receivables.create_invoice(invoice, base_currency="USD"))
    assert f"<customfields>{field.format('SHOP', 'eu')}</customfields><invoiceitems>" in bill


def test_subtotals_follow_the_lines() -> None:
    line = SalesLine("TEE", Decimal(1), "Each", usd("25.00"))
    freight = Subtotal("Freight", usd("5.00"), Dimensions("100", "WEB", custom=(("channel", "7"),)))
    order = SalesDocument("Sales Order", "SO-1", "C-1", DAY, "USD", (line,), subtotals=(freight,))

    written = text(sales_documents.create_sales_document(order, base_currency="USD"))

    assert written.endswith(
        "</sotransitems><subtotals><subtotal><description>Freight</description>"
        "<total>5.00</total><locationid>100</locationid><departmentid>WEB</departmentid>"
        "<customfields><customfield><customfieldname>GLDIMCHANNEL</customfieldname>"
        "<customfieldvalue>7</customfieldvalue></customfield></customfields>"
        "</subtotal></subtotals></create_sotransaction>"
    )


def test_a_custom_field_that_can_be_none_is_not_written() -> None:
    customer = Customer("C-1", "Ada", custom=(("NO SUCH>", "x"),))

    with pytest.raises(CustomFieldError):
        masters.create_master(customer)


def test_a_custom_records_update_goes_by_its_id() -> None:
    record = CustomRecord("channel", (("name", "Outlet"), ("note", "")))

    assert text(masters.create_custom_record(record)) == (
        "<create><channel><name>Outlet</name><note/></channel></create>"
    )
    assert text(masters.update_custom_record(record, "10042")) == (
        "<update><channel><id>10042</id><name>Outlet</name><note/></channel></update>"
    )


def test_an_update_sends_the_named_fields_and_clears_empty_ones() -> None:
    customer = Customer("C-1", "Ada", Contact("Ada (C-1)", "Ada"), term="")
    update = UpdateMaster("41", customer, frozenset({"name", "term"}))

    assert text(masters.update_master(update)) == (
        "<update><CUSTOMER><RECORDNO>41</RECORDNO><NAME>Ada</NAME><TERMNAME/></CUSTOMER></update>"
    )


def test_a_delete_names_its_records() -> None:
    assert text(masters.delete_records("GLBATCH", ["1", "2"])) == (
        "<delete><object>GLBATCH</object><keys>1,2</keys></delete>"
    )
    for keys in ([], [str(number) for number in range(101)]):
        with pytest.raises(ValueError, match="1 to 100"):
            masters.delete_records("GLBATCH", keys)


def test_a_field_of_an_order_is_cleared_on_purpose_only() -> None:
    change = UpdateSalesDocument("Sales Order", "41", memo="", customer_po="PO-1")

    assert text(sales_changes.update_sales_document(change, "Sales Order-SO1", {})) == (
        '<update_sotransaction key="Sales Order-SO1" set_nulls="true"><message/>'
        "<customerponumber>PO-1</customerponumber></update_sotransaction>"
    )


def test_a_file_is_sent_in_base64_with_its_type_apart() -> None:
    files = (AttachedFile("order.5001.txt", b"hello"), AttachedFile("README", b"x"))
    attachment = Attachment("A-1", "Order", "Orders", files)

    written = text(attachments.create_attachment(attachment))

    assert (
        "<attachmentname>order.5001</attachmentname><attachmenttype>txt</attachmenttype>" in written
    )
    assert "<attachmentname>README</attachmentname><attachmenttype/>" in written
    assert "<attachmentdata>aGVsbG8=</attachmentdata>" in written
    assert "hello" not in repr(attachment)


def test_files_that_are_too_large_are_not_sent() -> None:
    large = AttachedFile("film.mp4", b"x" * (attachments.LARGEST_BYTES + 1))

    with pytest.raises(RejectedError) as caught:
        attachments.add_files("A-1", (large,))
    assert caught.value.codes == ("ATTACHMENT_SIZE",)


def test_a_deposit_is_known_by_its_own_id_when_sage_answers_no_key() -> None:
    deposit = Deposit("DEP-1", DAY, "BANK-1", ("11",))
    rig = Rig(answered(done("d", function="record_deposit")))

    made = XmlRecords(rig.gateway).create(deposit, control_id="d")

    assert made == DocumentResult(key="DEP-1", id="DEP-1")
    with pytest.raises(ValueError, match="no object"):
        XmlRecords(rig.gateway).find(deposit)


def test_a_custom_record_has_the_key_that_platform_objects_have() -> None:
    row = '<data listtype="objects" count="1"><channel><id>10042</id></channel></data>'
    rig = Rig(answered(done("c", data=row)))
    record = CustomRecord("channel", (("name", "Outlet"),))

    assert XmlRecords(rig.gateway).create(record, control_id="c").key == "10042"


def test_a_custom_record_without_a_mark_is_not_looked_for() -> None:
    rig = Rig()

    assert XmlRecords(rig.gateway).find(CustomRecord("channel", ())) == []
    assert rig.requests == []


def test_a_record_whose_key_is_not_answered_must_be_looked_up() -> None:
    rig = Rig(answered(done("c", data='<data listtype="objects" count="0"/>')))

    with pytest.raises(OutcomeUnknownError):
        XmlRecords(rig.gateway).create(TRANSFER, control_id="c")


def test_the_recorded_answer_of_a_partial_success_is_read_right() -> None:
    """XML reference §4.5: the first of two exists although the status is a failure."""
    row = "<customer><RECORDNO>41</RECORDNO><CUSTOMERID>C-1</CUSTOMERID></customer>"
    data = f'<data listtype="objects" count="1">{row}</data>'
    rig = Rig(answered(failed("m", error("BL34000061", "another already exists"), data=data)))
    customers = [Customer("C-1", "One"), Customer("C-2", "Two"), Customer("C-3", "Three")]

    outcomes = XmlRecords(rig.gateway).create_together(customers, control_id="m")

    assert outcomes[0] == DocumentResult(key="41", id="C-1")
    assert [type(each).__name__ for each in outcomes[1:]] == [
        "DuplicateDocumentError",
        "NotSentError",
    ]
    assert len(etree.fromstring(rig.requests[0].content).findall(".//create/CUSTOMER")) == 3


def test_a_success_that_leaves_one_out_must_be_looked_up() -> None:
    row = "<customer><RECORDNO>41</RECORDNO><CUSTOMERID>C-1</CUSTOMERID></customer>"
    rig = Rig(answered(done("m", data=f'<data listtype="objects" count="1">{row}</data>')))

    outcomes = XmlRecords(rig.gateway).create_together(
        [Customer("C-1", "One"), Customer("C-2", "Two")], control_id="m"
    )

    assert type(outcomes[1]) is OutcomeUnknownError
