"""query and the read family of the simulated gateway (XML reference §9, §12, §13)."""

from __future__ import annotations

import json

import pytest

from tests.unit.simulator.xml_desk import (
    HERE,
    Desk,
    batch,
    by_query,
    customer,
    first_error,
    function,
    invoice,
    order,
    query,
    where,
)

# What the open-source Python SDK selects (XML reference §12.1, §13.2): all must be known.
PYSDK_CUSTOMER = (
    "RECORDNO CUSTOMERID NAME ENTITY PARENTKEY PARENTID PARENTNAME CUSTREPNAME TOTALDUE GLGRPKEY "
    "GLGROUP STATUS ONETIME ONHOLD WHENCREATED CREATEDBY MODIFIEDBY OBJECTRESTRICTION"
)
_CONTACT = (
    "CONTACTNAME PREFIX FIRSTNAME INITIAL LASTNAME COMPANYNAME PRINTAS PHONE1 PHONE2 CELLPHONE "
    "PAGER FAX EMAIL1 EMAIL2 URL1 URL2 MAILADDRESS.ADDRESS1 MAILADDRESS.ADDRESS2 MAILADDRESS.CITY "
    "MAILADDRESS.STATE MAILADDRESS.ZIP MAILADDRESS.COUNTRY MAILADDRESS.COUNTRYCODE"
)
PYSDK_INVOICE = (
    "RECORDNO RECORDID STATE CUSTOMERID CUSTOMERNAME CUSTMESSAGEID CUSTMESSAGE.MESSAGE DOCNUMBER "
    "DESCRIPTION DESCRIPTION2 TERMNAME WHENCREATED WHENPOSTED WHENDISCOUNT WHENDUE WHENPAID "
    "BASECURR CURRENCY EXCH_RATE_DATE EXCH_RATE_TYPE_ID EXCHANGE_RATE TOTALENTERED TOTALSELECTED "
    "TOTALPAID TOTALDUE BILLTOPAYTOCONTACTNAME SHIPTORETURNTOCONTACTNAME PRBATCH SYSTEMGENERATED "
    "AUWHENCREATED WHENMODIFIED DUE_IN_DAYS SHIPTO.TAXGROUP.NAME SHIPTO.TAXID "
    "SHIPTO.TAXGROUP.RECORDNO TAXSOLUTIONID TAXMETHOD RETAINAGEPERCENTAGE TRX_TOTALRETAINED "
    "TRX_TOTALRELEASED TOTALRETAINED MEGAENTITYKEY MEGAENTITYID MEGAENTITYNAME "
    + " ".join(
        f"{prefix}.{name}"
        for prefix in ("CONTACT", "SHIPTO", "BILLTO")
        for name in _CONTACT.split()
    )
    + " SHIPTO.VISIBLE BILLTO.VISIBLE"
)
PYSDK_INVOICE_ITEM = (
    "RECORDNO RECORDKEY LINE_NO LINEITEM ENTRY_DATE ACCOUNTKEY ACCOUNTNO ACCOUNTTITLE "
    "ACCOUNTLABEL OFFSETGLACCOUNTNO AMOUNT TRX_AMOUNT ENTRYDESCRIPTION LOCATIONID LOCATIONNAME "
    "DEPARTMENTID DEPARTMENTNAME CURRENCY BASECURR EXCHANGE_RATE TOTALPAID SUBTOTAL PARENTENTRY "
    "STATE RECORDTYPE CLASSID CUSTOMERID VENDORID EMPLOYEEID ITEMID PROJECTID CONTRACTID "
    "WHENCREATED WHENMODIFIED CREATEDBY MODIFIEDBY"
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    for number, name in enumerate(("Ada", "Bob", "Cleo"), start=1):
        desk.rows(customer(f"C-{number}", name))
    return desk


def names(desk: Desk, rest: str, fields: str = "CUSTOMERID") -> list[str]:
    return [row.findtext("CUSTOMERID") for row in desk.rows(query("CUSTOMER", fields, rest))]


def test_a_query_answers_upper_case_rows_with_paging_attributes(desk: Desk) -> None:
    result = desk.result(
        query("customer", "RECORDNO NAME", "<pagesize>2</pagesize><offset>0</offset>")
    )

    data = result.find("data")
    assert dict(data.attrib) == {
        "listtype": "CUSTOMER",
        "totalcount": "3",
        "offset": "0",
        "count": "2",
        "numremaining": "1",
    }
    assert [[child.tag for child in row] for row in data] == [["RECORDNO", "NAME"]] * 2
    assert {row.tag for row in data} == {"CUSTOMER"}


def test_a_query_without_rows_counts_zero(desk: Desk) -> None:
    rest = where("<equalto><field>NAME</field><value>nobody</value></equalto>")

    data = desk.result(query("CUSTOMER", "NAME", rest)).find("data")

    assert (data.get("totalcount"), data.get("count"), len(data)) == ("0", "0", 0)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("<equalto><field>NAME</field><value>Ada</value></equalto>", ["C-1"]),
        ("<equalto><field>NAME</field><value>ada</value></equalto>", []),
        ("<notequalto><field>NAME</field><value>Ada</value></notequalto>", ["C-2", "C-3"]),
        ("<like><field>NAME</field><value>%b</value></like>", ["C-2"]),
        ("<like><field>NAME</field><value>_da</value></like>", ["C-1"]),
        ("<notlike><field>NAME</field><value>A%</value></notlike>", ["C-2", "C-3"]),
        ("<in><field>RECORDNO</field><value>1</value><value>3</value></in>", ["C-1", "C-3"]),
        ("<notin><field>RECORDNO</field><value>1</value></notin>", ["C-2", "C-3"]),
        (
            "<between><field>RECORDNO</field><value>2</value><value>3</value></between>",
            ["C-2", "C-3"],
        ),
        ("<greaterthan><field>RECORDNO</field><value>2</value></greaterthan>", ["C-3"]),
        ("<lessthanorequalto><field>RECORDNO</field><value>1</value></lessthanorequalto>", ["C-1"]),
        ("<isnull><field>TERMNAME</field></isnull>", ["C-1", "C-2", "C-3"]),
        ("<isnotnull><field>TERMNAME</field></isnotnull>", []),
        ("<equalto><field>STATUS</field><value>active</value></equalto>", ["C-1", "C-2", "C-3"]),
        ("<equalto><field>STATUS</field><value>T</value></equalto>", []),
        (
            "<equalto><field>DISPLAYCONTACT.EMAIL1</field><value>C-2@example.com</value></equalto>",
            ["C-2"],
        ),
        (
            (
                "<greaterthanorequalto><field>WHENMODIFIED</field>"
                "<value>11/22/2026 12:00:00</value></greaterthanorequalto>"
            ),
            ["C-1", "C-2", "C-3"],
        ),
        (
            (
                "<greaterthan><field>WHENMODIFIED</field><value>11/22/2026 12:00:00</value>"
                "</greaterthan>"
            ),
            [],
        ),
        (
            (
                "<or><equalto><field>NAME</field><value>Ada</value></equalto><and>"
                "<equalto><field>NAME</field><value>Bob</value></equalto>"
                "<equalto><field>RECORDNO</field><value>2</value></equalto></and></or>"
            ),
            ["C-1", "C-2"],
        ),
    ],
)
def test_each_operator_of_the_filter(desk: Desk, condition: str, found: list[str]) -> None:
    assert names(desk, where(condition)) == found


def test_case_can_be_ignored(desk: Desk) -> None:
    condition = where("<equalto><field>NAME</field><value>ADA</value></equalto>")

    assert names(desk, condition + "<options><caseinsensitive>true</caseinsensitive></options>")


def test_order_is_by_several_fields_in_both_directions(desk: Desk) -> None:
    desk.rows(customer("C-4", "Ada"))
    by_name = "<order><field>NAME</field><descending/></order>"
    by_key = "<order><field>RECORDNO</field><ascending/></order>"

    assert names(desk, f"<orderby>{by_name}{by_key}</orderby>") == ["C-3", "C-2", "C-1", "C-4"]


def test_aggregates_group_by_the_plain_fields(desk: Desk) -> None:
    for amount in ("100.00", "50.50"):
        desk.result(invoice("C-1", amount))
    desk.result(invoice("C-2", "7.00"))
    asked = (
        "<query><object>ARINVOICE</object><select><field>CUSTOMERID</field>"
        "<count>RECORDNO</count><sum>TOTALENTERED</sum><max>TOTALENTERED</max>"
        "<min>TOTALENTERED</min><avg>TOTALENTERED</avg></select></query>"
    )

    rows = [[(part.tag, part.text) for part in row] for row in desk.rows(asked)]

    assert rows[0] == [
        ("CUSTOMERID", "C-1"),
        ("COUNT.RECORDNO", "2"),
        ("SUM.TOTALENTERED", "150.5"),
        ("MAX.TOTALENTERED", "100"),
        ("MIN.TOTALENTERED", "50.5"),
        ("AVG.TOTALENTERED", "75.25"),
    ]
    assert rows[1][1] == ("COUNT.RECORDNO", "1")


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "1e9999999999999999999"])
@pytest.mark.parametrize("operator", ["greaterthan", "equalto", "in"])
def test_a_number_of_a_filter_is_finite(desk: Desk, operator: str, value: str) -> None:
    condition = f"<{operator}><field>TOTALDUE</field><value>{value}</value></{operator}>"

    result = desk.result(query("CUSTOMER", "NAME", where(condition)))

    assert first_error(result)[0] == "DL02000001"


@pytest.mark.parametrize(("pick", "found"), [("max", "ws_cartledger"), ("min", "1")])
def test_keys_of_documents_and_ids_of_masters_are_picked_as_text(
    desk: Desk, pick: str, found: str
) -> None:
    desk.rows(batch())
    asked = (
        f"<query><object>AUDITHISTORY</object><select><{pick}>OBJECTKEY</{pick}></select></query>"
    )

    assert desk.rows(asked)[0].findtext(f"{pick.upper()}.OBJECTKEY") == found


@pytest.mark.parametrize(
    ("asked", "errorno"),
    [
        (query("NOTHING", "NAME"), "XL03000009"),
        (query("CUSTOMER", "NOPE"), "XL03000010"),
        (query("CUSTOMER", "DISPLAYCONTACT.NOPE"), "XL03000010"),
        (query("CUSTOMER", "NAME", where("<isnull><field>NOPE</field></isnull>")), "XL03000010"),
        (query("ARINVOICE", "INVOICENO"), "XL03000006"),
        (query("CUSTOMER", ""), "DL02000001"),
        (query("CUSTOMER", "NAME", "<pagesize>2001</pagesize>"), "DL02000001"),
        (query("CUSTOMER", "NAME", "<pagesize>0</pagesize>"), "DL02000001"),
        (query("CUSTOMER", "NAME", "<offset>-1</offset>"), "DL02000001"),
        (query("CUSTOMER", "NAME", where("<and/>")), "DL02000001"),
        (query("CUSTOMER", "NAME", where("<is><field>NAME</field><value/></is>")), "DL02000001"),
        (
            query(
                "CUSTOMER",
                "NAME",
                where("<equalto><field>RECORDNO</field><value>x</value></equalto>"),
            ),
            "DL02000001",
        ),
    ],
)
def test_a_query_that_is_wrong_says_what(desk: Desk, asked: str, errorno: str) -> None:
    result = desk.result(asked)

    assert result.findtext("status") == "failure"
    assert result.findtext("errormessage/error/errorno") == errorno


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("CUSTOMER", PYSDK_CUSTOMER),
        ("ARINVOICE", PYSDK_INVOICE),
        ("ARINVOICEITEM", PYSDK_INVOICE_ITEM),
    ],
)
def test_every_field_that_the_public_sdk_selects_is_known(
    desk: Desk, name: str, fields: str
) -> None:
    desk.result(invoice("C-1"))

    rows = desk.rows(query(name, fields))

    assert rows
    assert [child.tag for child in rows[0]] == fields.split()


def test_a_query_can_be_answered_as_json_or_csv_without_an_envelope(desk: Desk) -> None:
    def body(form: str) -> bytes:
        rest = f"<options><returnformat>{form}</returnformat></options>"
        document = desk.document(function(query("CUSTOMER", "CUSTOMERID NAME", rest)))
        return desk.gateway.answer(document.encode(), HERE)[0]

    assert json.loads(body("json"))[0] == {"CUSTOMERID": "C-1", "NAME": "Ada"}
    assert body("csv").decode().splitlines()[:2] == ["CUSTOMERID,NAME", "C-1,Ada"]


def test_read_answers_all_fields_and_the_lines_of_a_document(desk: Desk) -> None:
    desk.rows(batch())

    row = desk.rows("<read><object>GLBATCH</object><keys>1</keys></read>")[0]

    assert row.tag == "GLBATCH"
    entries = row.findall("ENTRIES/glentry")
    assert [entry.findtext("TR_TYPE") for entry in entries] == ["1", "-1"]
    assert [entry.findtext("TRX_AMOUNT") for entry in entries] == ["75.5", "75.5"]
    assert row.findtext("STATE") == "Posted"


def test_read_of_a_missing_key_is_one_row_fewer(desk: Desk) -> None:
    result = desk.result(
        "<read><object>CUSTOMER</object><keys>1, 99</keys><fields>NAME</fields></read>"
    )

    assert result.findtext("status") == "success"
    assert result.find("data").get("count") == "1"


def test_read_by_name_takes_natural_ids(desk: Desk) -> None:
    rows = desk.rows(
        "<readByName><object>CUSTOMER</object><keys>C-2</keys><fields>*</fields></readByName>"
    )

    assert [row.findtext("NAME") for row in rows] == ["Bob"]
    assert rows[0].findtext("DISPLAYCONTACT/EMAIL1") == "C-2@example.com"


def test_read_shows_the_item_of_an_order_line_with_its_name(desk: Desk) -> None:
    desk.result(order("C-1"))

    row = desk.rows("<read><object>SODOCUMENT</object><keys>1</keys></read>")[0]

    assert row.findtext("SODOCUMENTENTRIES/sodocumententry/ITEMID") == "TEE--Tee"
    assert row.findtext("SODOCUMENTENTRIES/sodocumententry/LINE_NO") == "0"


def test_an_unknown_field_of_read_is_named_in_the_number(desk: Desk) -> None:
    result = desk.result(
        "<read><object>CUSTOMER</object><keys>1</keys><fields>NAME,NOPE</fields></read>"
    )

    assert result.findtext("errormessage/error/errorno") == "Invalid fields list NOPE"


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("", 3),
        ("CUSTOMERID = 'C-2'", 1),
        ("RECORDNO >= 2 AND RECORDNO < 3", 1),
        ("NAME like 'A%' OR NAME = 'Bob'", 2),
        ("NOT (NAME = 'Ada')", 2),
        ("NAME not in ('Ada','Bob')", 1),
        ("NAME in ('Ada','Bob') and STATUS = 'T'", 2),
        ("STATUS = 'active'", 0),
        ("TERMNAME IS NULL", 3),
        ("TERMNAME is not null", 0),
        ("NAME not like '%a'", 2),
        (r"NAME = 'O\'Neil'", 0),
        ("ONHOLD = 'F'", 3),
        ("WHENMODIFIED >= '11/22/2026 12:00:00'", 3),
    ],
)
def test_read_by_query_compares_stored_codes(desk: Desk, condition: str, found: int) -> None:
    rows = desk.rows(by_query("CUSTOMER", condition))

    assert len(rows) == found
    assert {row.tag for row in rows} <= {"customer"}


@pytest.mark.parametrize(
    "condition",
    [
        "NOPE = 1",
        "NAME =",
        "NAME ~ 'x'",
        "(NAME = 'x'",
        "x y",
        "RECORDNO &lt; 'NaN'",
        "RECORDNO > Infinity",
        "(" * 51 + "RECORDNO = 1" + ")" * 51,
        "(" * 3000 + "RECORDNO = 1" + ")" * 3000,
        "not " * 3000 + "RECORDNO = 1",
    ],
)
def test_a_condition_that_is_wrong_is_refused(desk: Desk, condition: str) -> None:
    assert first_error(desk.result(by_query("CUSTOMER", condition)))[0] == "DL02000001"


def test_a_condition_may_be_fifty_deep_and_of_any_length(desk: Desk) -> None:
    deep = "(" * 50 + "RECORDNO = 1" + ")" * 50
    beside = " or ".join(["(RECORDNO = 1)"] * 3000)

    assert [len(desk.rows(by_query("CUSTOMER", asked))) for asked in (deep, beside)] == [1, 1]


def test_read_by_query_of_an_unknown_object_has_its_own_number(desk: Desk) -> None:
    result = desk.result(by_query("NOTHING", ""))

    assert result.findtext("errormessage/error/errorno") == "Query Failed"


def test_read_more_goes_on_with_the_same_result(desk: Desk) -> None:
    first = desk.result(by_query("CUSTOMER", "", "<pagesize>2</pagesize>")).find("data")
    desk.rows(customer("C-0", "Zoe"))
    result_id = first.get("resultId")
    more = f"<readMore><resultId>{result_id}</resultId></readMore>"

    second = desk.result(more).find("data")
    past = desk.result(more).find("data")

    assert (first.get("numremaining"), second.get("numremaining")) == ("1", "0")
    assert [row.findtext("CUSTOMERID") for row in second] == ["C-3"]
    assert (past.get("count"), second.get("listtype")) == ("0", "customer")


def test_a_ledger_batch_is_filtered_by_code_and_shown_by_label(desk: Desk) -> None:
    desk.rows(batch())

    row = desk.rows(by_query("GLBATCH", "STATE = 'P' AND REFERENCENO = 'GL-1'"))[0]

    assert row.findtext("STATE") == "Posted"
