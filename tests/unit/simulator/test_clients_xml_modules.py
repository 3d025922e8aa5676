"""Objects of other modules, statistical accounts and deletions, as public XML clients use them."""

from __future__ import annotations

from datetime import date

import pytest

from tests.unit.simulator.xml_desk import (
    Desk,
    balance,
    batch,
    by_query,
    customer,
    day,
    first_error,
    invoice,
    key_of,
    order,
    query,
    value,
)

NEVER_WRITTEN = {
    "APBILL": "RECORDNO RECORDID STATE VENDORID TOTALDUE WHENMODIFIED",
    "APPYMT": "RECORDNO STATE VENDORID",
    "EPPAYMENT": "RECORDNO STATE EMPLOYEEID",
    "EEXPENSES": "RECORDNO RECORDID STATE TOTALDUE DESCRIPTION MEMO",
    "CCTRANSACTION": "RECORDNO RECORDID STATE TRX_TOTALENTERED",
}
MASTERS = {
    "VENDOR": "RECORDNO NAME VENDORID PARENTNAME DISPLAYCONTACT.EMAIL1 VENDTYPE STATUS",
    "EMPLOYEE": "RECORDNO EMPLOYEEID TITLE CONTACT.CONTACTNAME CONTACT.EMAIL1 LOCATIONID SSN",
    "TASK": "RECORDNO TASKID NAME PROJECTID ITEMNAME BILLABLE TASKSTATUS ROOTPARENTNAME",
    "COSTTYPE": "RECORDNO PROJECTKEY PROJECTID TASKNAME COSTTYPEID NAME STATUS WHENMODIFIED",
    "TAXDETAIL": "RECORDNO DETAILID DESCRIPTION TAXTYPE VALUE TAXSOLUTIONID STATUS",
    "EEACCOUNTLABEL": "RECORDNO ACCOUNTLABEL DESCRIPTION GLACCOUNTNO GLACCOUNTTITLE STATUS",
    "EXPENSEPAYMENTTYPE": "RECORDNO NAME NONREIMBURSABLE OFFSETACCTNO STATUS WHENCREATED",
    "ALLOCATION": "RECORDNO ALLOCATIONID STATUS TYPE",
    "SAVINGSACCOUNT": "RECORDNO BANKACCOUNTID BANKNAME STATUS",
    "CREDITCARD": "RECORDNO CARDID CARDTYPE STATUS",
    "CUSTTYPE": "RECORDNO NAME STATUS WHENMODIFIED",
    "TERRITORY": "RECORDNO TERRITORYID NAME STATUS",
    "SHIPMETHOD": "RECORDNO NAME STATUS",
}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("name", sorted(MASTERS | NEVER_WRITTEN))
def test_objects_of_other_modules_can_be_asked_for_and_described(desk: Desk, name: str) -> None:
    assert desk.rows(query(name, (MASTERS | NEVER_WRITTEN)[name])) == []
    assert desk.rows(by_query(name, "RECORDNO > 0")) == []
    described = desk.rows(f"<lookup><object>{name}</object></lookup>")[0]
    assert described.findtext("Fields/Field/ID") == "RECORDNO"


@pytest.mark.parametrize("name", sorted(NEVER_WRITTEN))
def test_documents_of_modules_that_this_company_does_not_run_are_not_made(
    desk: Desk, name: str
) -> None:
    refused = desk.result(f"<create><{name}><DESCRIPTION>x</DESCRIPTION></{name}></create>")

    assert first_error(refused)[0] == "BL01001973"


def test_a_vendor_is_made_with_its_display_contact(desk: Desk) -> None:
    desk.rows(
        "<create><VENDOR><VENDORID>V-1</VENDORID><NAME>Paper</NAME><DISPLAYCONTACT>"
        "<PRINTAS>Paper Ltd</PRINTAS><EMAIL1>p@example.com</EMAIL1></DISPLAYCONTACT>"
        "</VENDOR></create>"
    )

    assert value(desk, "VENDOR", "DISPLAYCONTACT.EMAIL1") == "p@example.com"


def test_an_employee_bears_the_name_of_its_contact(desk: Desk) -> None:
    desk.rows(
        "<create><CONTACT><CONTACTNAME>Ada</CONTACTNAME><PRINTAS>Ada L.</PRINTAS></CONTACT>"
        "</create>"
    )
    desk.rows(
        "<create><EMPLOYEE><EMPLOYEEID>E-1</EMPLOYEEID><PERSONALINFO><CONTACTNAME>Ada</CONTACTNAME>"
        "</PERSONALINFO><LOCATIONID>100</LOCATIONID></EMPLOYEE></create>"
    )

    assert value(desk, "EMPLOYEE", "NAME") == "Ada L."
    assert value(desk, "EMPLOYEE", "CONTACT.PRINTAS") == "Ada L."


def test_an_empty_block_of_custom_fields_is_no_field(desk: Desk) -> None:
    spoken = batch().replace("<LOCATION>", "<CUSTOMFIELDS/><LOCATION>")

    assert len(desk.rows(spoken)) == 1
    named = batch().replace("<LOCATION>", "<CUSTOMFIELDS><X>1</X></CUSTOMFIELDS><LOCATION>")
    assert first_error(desk.result(named))[0] == "XL03000010"


def test_a_batch_line_carries_a_vendor_and_an_employee(desk: Desk) -> None:
    desk.rows("<create><VENDOR><VENDORID>V-1</VENDORID><NAME>Paper</NAME></VENDOR></create>")
    desk.rows("<create><EMPLOYEE><EMPLOYEEID>E-1</EMPLOYEEID></EMPLOYEE></create>")
    line = "<LOCATION>100</LOCATION><VENDORID>V-1</VENDORID><EMPLOYEEID>E-1</EMPLOYEEID>"

    desk.rows(batch().replace("<LOCATION>100</LOCATION>", line, 1))

    assert value(desk, "GLENTRY", "VENDORID") == "V-1"
    assert value(desk, "GLENTRY", "EMPLOYEEID") == "E-1"
    posted = desk.rows(query("GLDETAIL", "VENDORID EMPLOYEEID"))
    assert ("V-1", "E-1") in [tuple(field.text for field in row) for row in posted]


def test_a_statistical_account_is_made_used_and_kept(desk: Desk) -> None:
    desk.rows(
        "<create><STATACCOUNT><ACCOUNTNO>S-1</ACCOUNTNO><TITLE>Visits</TITLE>"
        "<ACCOUNTTYPE>forperiod</ACCOUNTTYPE><REQUIRELOC>true</REQUIRELOC></STATACCOUNT></create>"
    )
    entry = (
        "<create><GLBATCH><JOURNAL>STJ</JOURNAL><BATCH_DATE>11/20/2026</BATCH_DATE>"
        "<BATCH_TITLE>Visits</BATCH_TITLE><ENTRIES><GLENTRY><ACCOUNTNO>S-1</ACCOUNTNO>"
        "<TR_TYPE>1</TR_TYPE><TRX_AMOUNT>7</TRX_AMOUNT>{}</GLENTRY></ENTRIES></GLBATCH></create>"
    )

    assert first_error(desk.result(entry.format("")))[0]
    assert len(desk.rows(entry.format("<LOCATION>100</LOCATION>"))) == 1
    assert first_error(desk.result('<delete_statglaccount glaccountno="S-1"/>'))[0] == "BL01001973"
    kinds = [
        row.findtext("ACCOUNTTYPE")
        for row in desk.rows(
            query(
                "STATACCOUNT",
                "ACCOUNTTYPE",
                "<filter><equalto><field>ACCOUNTNO</field><value>S-1</value></equalto></filter>",
            )
        )
    ]
    assert kinds == ["forperiod"]


@pytest.mark.parametrize(
    "delete",
    [
        '<delete_invoice key="1"/>',
        "<delete><object>ARINVOICE</object><keys>1</keys></delete>",
    ],
)
def test_a_posted_invoice_that_nobody_paid_is_deleted_and_leaves_no_balance(
    desk: Desk, delete: str
) -> None:
    desk.rows(customer("C-1"))
    key_of(desk.result(invoice("C-1")))
    assert balance(desk, "1200") == 100

    assert desk.result(delete).findtext("status") == "success"

    assert balance(desk, "1200") == balance(desk, "4000") == 0
    assert desk.rows(query("ARINVOICE", "RECORDNO")) == []


def test_an_invoice_that_is_paid_reversed_or_in_a_closed_period_is_not_deleted(desk: Desk) -> None:
    desk.rows(customer("C-1"))
    for _ in range(3):
        key_of(desk.result(invoice("C-1")))
    key_of(
        desk.result(
            "<create_arpayment><customerid>C-1</customerid><paymentamount>40</paymentamount>"
            f"<bankaccountid>BANK</bankaccountid>{day('datereceived')}<arpaymentitem>"
            "<invoicekey>1</invoicekey><amount>40</amount></arpaymentitem></create_arpayment>"
        )
    )
    desk.result(f'<reverse_invoice key="2">{day("datereversed")}</reverse_invoice>')
    desk.company.books.periods.close("100", date(2026, 11, 30))

    for key in ("1", "2", "3"):
        assert first_error(desk.result(f'<delete_invoice key="{key}"/>'))[1]
    assert balance(desk, "1200") == 160


def test_a_posted_batch_is_deleted_only_where_the_switch_says_so(desk: Desk) -> None:
    desk.rows(batch())
    delete = "<delete><object>GLBATCH</object><keys>1</keys></delete>"

    assert first_error(desk.result(delete))[0] == "BL03002129"
    desk.company.switches.deletes_posted_entries = True
    assert desk.result(delete).findtext("status") == "success"

    assert balance(desk, "4000") == 0


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("SODOCUMENT", "TRX_TOTALENTERED TERMKEY CONTACTKEY USERID SCOPE RETAINAGEHELD"),
        ("SODOCUMENTENTRY", "DOCPARID STATE ITEM.ITEMTYPE TRX_LINETOTAL CURRENCY SC_STARTDATE"),
        ("ITEM", "ITEMID NAME BRAND COLOR DEFAULT_WAREHOUSE UOM.INVUOMDETAIL.UNIT"),
        ("WAREHOUSE", "WAREHOUSEID PARENTKEY PARENTNAME MANAGER.NAME CONTACTINFO.CONTACTNAME"),
        ("GLENTRY", "ACCOUNTNO DEPARTMENTTITLE WAREHOUSENAME TASKNAME TIMEPERIOD"),
    ],
)
def test_the_long_select_lists_of_reporting_clients_are_known(
    desk: Desk, name: str, fields: str
) -> None:
    desk.rows(customer("C-1"))
    key_of(desk.result(order("C-1")))
    desk.rows(batch())

    rows = desk.rows(query(name, fields))

    assert rows
    assert all([node.tag for node in row] == fields.split() for row in rows)


def test_the_lines_of_an_order_tell_what_their_order_and_item_say(desk: Desk) -> None:
    desk.rows(customer("C-1"))
    key_of(desk.result(order("C-1")))

    row = desk.rows(query("SODOCUMENTENTRY", "DOCPARID STATE ITEM.ITEMTYPE TRX_LINETOTAL CURRENCY"))

    assert [node.text for node in row[0]] == [
        "Sales Order",
        "Pending",
        "Non-Inventory",
        "21",
        "USD",
    ]


def test_a_customer_has_a_type_that_was_made_before(desk: Desk) -> None:
    desk.rows("<create><CUSTTYPE><NAME>Retail</NAME></CUSTTYPE></create>")
    typed = customer("C-1").replace("<DISPLAY", "<CUSTTYPE>Retail</CUSTTYPE><DISPLAY")

    desk.rows(typed)

    assert value(desk, "CUSTOMER", "CUSTTYPE") == "Retail"
    unknown = customer("C-2").replace("<DISPLAY", "<CUSTTYPE>None</CUSTTYPE><DISPLAY")
    assert first_error(desk.result(unknown))[1]
