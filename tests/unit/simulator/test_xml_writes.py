"""What the simulated gateway writes: generic and legacy functions (§9.6, §12, §13)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.simulator.xml_desk import (
    Desk,
    balance,
    batch,
    customer,
    day,
    first_error,
    function,
    invoice,
    key_of,
    order,
    query,
    value,
)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.rows(customer("C-1"))
    return desk


def test_a_generic_create_answers_lower_case_rows_with_key_and_id(desk: Desk) -> None:
    result = desk.result(customer("C-2"))

    assert dict(result.find("data").attrib) == {"listtype": "objects", "count": "1"}
    row = result.find("data/customer")
    assert [(part.tag, part.text) for part in row] == [("RECORDNO", "2"), ("CUSTOMERID", "C-2")]


def test_a_duplicate_customer_has_the_specific_error_first(desk: Desk) -> None:
    result = desk.result(customer("C-1"))

    numbers = [error.text for error in result.iterfind("errormessage/error/errorno")]
    assert numbers == ["BL34000061", "BL01001973"]
    assert "already exists" in first_error(result)[1]


@pytest.mark.parametrize(
    ("inner", "errorno"),
    [
        ("<NOPE>x</NOPE>", "XL03000010"),
        ("<STATUS>T</STATUS>", "BL03002028"),
        ("<ONHOLD>yes</ONHOLD>", "BL03002028"),
        ("<TERMNAME>Net 99</TERMNAME>", "BL01001973"),
        ("<DISPLAYCONTACT><NOPE>x</NOPE></DISPLAYCONTACT>", "XL03000010"),
        (
            (
                "<DISPLAYCONTACT><PRINTAS>x</PRINTAS><MAILADDRESS><COUNTRY>Atlantis</COUNTRY>"
                "</MAILADDRESS></DISPLAYCONTACT>"
            ),
            "BL03002028",
        ),
    ],
)
def test_a_create_with_a_wrong_field_stores_nothing(desk: Desk, inner: str, errorno: str) -> None:
    result = desk.result(
        f"<create><CUSTOMER><CUSTOMERID>C-9</CUSTOMERID><NAME>x</NAME>{inner}</CUSTOMER></create>"
    )

    assert first_error(result)[0] == errorno
    assert len(desk.rows(query("CUSTOMER", "NAME"))) == 1


def test_an_update_changes_what_is_given_and_no_more(desk: Desk) -> None:
    by_id = "<CUSTOMERID>C-1</CUSTOMERID><TERMNAME>Net 30</TERMNAME><DISPLAYCONTACT/>"
    desk.rows(f"<update><CUSTOMER>{by_id}</CUSTOMER></update>")

    by_key = (
        "<RECORDNO>1</RECORDNO><NAME>Grace</NAME>"
        "<DISPLAYCONTACT><EMAIL1>g@example.com</EMAIL1></DISPLAYCONTACT>"
    )
    desk.rows(f"<update><CUSTOMER>{by_key}</CUSTOMER></update>")

    assert value(desk, "CUSTOMER", "NAME") == "Grace"
    assert value(desk, "CUSTOMER", "TERMNAME") == "Net 30"
    assert value(desk, "CUSTOMER", "DISPLAYCONTACT.EMAIL1") == "g@example.com"


def test_an_empty_element_clears_a_field(desk: Desk) -> None:
    for term in ("Net 30", ""):
        inner = f"<RECORDNO>1</RECORDNO><TERMNAME>{term}</TERMNAME>"
        desk.rows(f"<update><CUSTOMER>{inner}</CUSTOMER></update>")

    assert value(desk, "CUSTOMER", "TERMNAME") == ""


@pytest.mark.parametrize(
    "content",
    [
        "<update><CUSTOMER><CUSTOMERID>C-9</CUSTOMERID><NAME>x</NAME></CUSTOMER></update>",
        "<delete><object>CUSTOMER</object><keys>9</keys></delete>",
        "<delete><object>CUSTOMER</object><keys/></delete>",
        "<delete><object>GLENTRY</object><keys>1</keys></delete>",
        "<create><SODOCUMENT/></create>",
        "<create/>",
        "<create><NOTHING/></create>",
    ],
)
def test_a_write_of_what_is_not_there_or_not_offered_fails(desk: Desk, content: str) -> None:
    assert desk.result(content).findtext("status") == "failure"


def test_a_record_in_use_is_not_deleted(desk: Desk) -> None:
    desk.result(invoice("C-1"))

    result = desk.result("<delete><object>CUSTOMER</object><keys>1</keys></delete>")

    assert result.findtext("status") == "failure"
    assert len(desk.rows(query("CUSTOMER", "NAME"))) == 1


def test_a_hundred_objects_are_the_most(desk: Desk) -> None:
    one = "<CLASS><CLASSID>K{0}</CLASSID><NAME>K{0}</NAME></CLASS>"
    hundred = "".join(one.format(number) for number in range(100))

    too_many = desk.result(f"<create>{hundred}{one.format(100)}</create>")
    assert too_many.findtext("status") == "failure"
    assert len(desk.rows(f"<create>{hundred}</create>")) == 100


def test_a_batch_posts_and_its_entries_are_replaced_as_a_whole(desk: Desk) -> None:
    desk.rows(batch())
    changed = batch("80.00", "80.00").replace("<GLBATCH>", "<GLBATCH><RECORDNO>1</RECORDNO>")

    desk.rows(changed.replace("create>", "update>"))

    assert balance(desk, "1200") == Decimal(80)
    assert len(desk.rows(query("GLENTRY", "BATCHNO"))) == 2


def test_a_batch_that_does_not_balance_is_refused_whole(desk: Desk) -> None:
    result = desk.result(batch(credit="75.49"))

    assert "balance" in first_error(result)[1]
    assert desk.rows(query("GLBATCH", "RECORDNO")) == []
    assert desk.rows(query("GLENTRY", "RECORDNO")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<ACCOUNTNO>4000</ACCOUNTNO>", "<ACCOUNTNO>9</ACCOUNTNO>"),
        ("<JOURNAL>GJ</JOURNAL>", "<JOURNAL>XX</JOURNAL>"),
        ("<LOCATION>100</LOCATION>", "<LOCATION>999</LOCATION>"),
        ("<LOCATION>100</LOCATION>", "<DEPARTMENT>NONE</DEPARTMENT>"),
        ("<TR_TYPE>1</TR_TYPE>", "<TR_TYPE>2</TR_TYPE>"),
        ("11/20/2026", "20/11/2026"),
        ("11/20/2026", "11/20/1999"),
        ("75.50", "much"),
        ("<LOCATION>100</LOCATION>", "<LOCATION>100</LOCATION><GLDIMX>1</GLDIMX>"),
    ],
)
def test_a_batch_with_a_wrong_reference_or_value_is_refused(desk: Desk, old: str, new: str) -> None:
    assert desk.result(batch().replace(old, new)).findtext("status") == "failure"
    assert desk.rows(query("GLBATCH", "RECORDNO")) == []


def test_a_closed_period_takes_no_posting(desk: Desk) -> None:
    desk.company.books.periods.close("100", desk.company.clock.today())

    assert "closed" in first_error(desk.result(batch()))[1]


def test_an_order_is_numbered_and_totalled(desk: Desk) -> None:
    key = key_of(desk.result(order("C-1")))

    assert key.startswith("Sales Order-SO")
    assert value(desk, "SODOCUMENT", "DOCID") == key
    assert value(desk, "SODOCUMENT", "TOTAL") == "21"
    assert value(desk, "SODOCUMENT", "STATE") == "Pending"
    assert value(desk, "SODOCUMENT", "PONUMBER") == "WEB-5001"
    assert balance(desk, "1200") == 0


def test_an_order_converts_line_by_line(desk: Desk) -> None:
    source = key_of(desk.result(order("C-1")))
    converting = order("C-1", "Sales Invoice", f"<createdfrom>{source}</createdfrom>")
    converting = converting.replace("<locationid>", "<sourcelinekey>1</sourcelinekey><locationid>")
    half = converting.replace("<quantity>2<", "<quantity>1<")

    key_of(desk.result(half))
    after_half = value(desk, "SODOCUMENT", "STATE")
    key_of(desk.result(half))

    assert after_half == "Partially Converted"
    assert value(desk, "SODOCUMENT", "STATE") == "Converted"
    assert value(desk, "SODOCUMENT", "CREATEDFROM", "2") == source
    assert value(desk, "SODOCUMENTENTRY", "SOURCE_DOCLINEKEY", "2") == "1"
    assert value(desk, "SODOCUMENT", "PRRECORDKEY", "2") != ""
    assert balance(desk, "1200") == Decimal("21.00")
    assert first_error(desk.result(half))[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<customerid>C-1<", "<customerid>C-9<"),
        ("<itemid>TEE<", "<itemid>NONE<"),
        ("<unit>Each<", "<unit>each<"),
        ("<transactiontype>Sales Order<", "<transactiontype>Nothing<"),
        ("<termname>Net 30<", "<termname>Net 31<"),
        ("<termname>Net 30</termname>", ""),
        ("<state>Pending<", "<state>Open<"),
        ("<quantity>2<", "<quantity>two<"),
        (
            "</sotransitems>",
            (
                "</sotransitems><subtotals><subtotal><description>Insurance"
                "</description><total>5</total></subtotal></subtotals>"
            ),
        ),
        (
            "<locationid>100</locationid>",
            "<sourcelinekey>77</sourcelinekey><locationid>100</locationid>",
        ),
    ],
)
def test_an_order_with_a_wrong_reference_or_value_is_refused(
    desk: Desk, old: str, new: str
) -> None:
    document = order("C-1")
    assert old in document

    assert first_error(desk.result(document.replace(old, new)))[0]
    assert desk.rows(query("SODOCUMENT", "DOCID")) == []


def test_an_order_is_changed_line_by_line(desk: Desk) -> None:
    key = key_of(desk.result(order("C-1")))
    added = (
        "<sotransitem><itemid>MUG</itemid><quantity>1</quantity><unit>Each</unit>"
        "<price>5</price><locationid>100</locationid></sotransitem>"
    )
    changed = '<updatesotransitem line_num="1"><quantity>3</quantity></updatesotransitem>'
    removed = '<updatesotransitem line_num="1"><itemid></itemid></updatesotransitem>'

    def update(lines: str) -> None:
        wrapped = f"<updatesotransitems>{lines}</updatesotransitems>"
        key_of(desk.result(f'<update_sotransaction key="{key}">{wrapped}</update_sotransaction>'))

    update(changed + added)
    total_after_change = value(desk, "SODOCUMENT", "TOTAL")
    update(removed)

    assert total_after_change == "36.5"
    assert value(desk, "SODOCUMENT", "TOTAL") == "5"


def test_an_order_is_deleted_by_its_document_id(desk: Desk) -> None:
    key = key_of(desk.result(order("C-1")))

    result = desk.result(f'<delete_sotransaction key="{key}"/>')

    assert result.findtext("status") == "success"
    assert result.find("key") is None
    assert result.find("data") is None
    assert desk.rows(query("SODOCUMENT", "DOCID")) == []


LEGACY_CUSTOMER = (
    "<create_customer{0}><customerid>L-1</customerid><name>Grace</name><termname>Net 30</termname>"
    "<contactinfo><contact><contactname>Grace (L-1)</contactname><printas>Grace</printas>"
    "<email1>grace@example.com</email1><mailaddress><city>Austin</city>"
    "<isocountrycode>US</isocountrycode></mailaddress></contact></contactinfo></create_customer>"
)


def test_a_customer_can_be_made_changed_and_deleted_by_legacy_functions(desk: Desk) -> None:
    made = key_of(desk.result(LEGACY_CUSTOMER.format("")))
    city = value(desk, "CUSTOMER", "DISPLAYCONTACT.MAILADDRESS.CITY", "2")
    desk.result('<update_customer customerid="L-1"><name>Hopper</name></update_customer>')
    name = value(desk, "CUSTOMER", "NAME", "2")
    desk.result('<delete_customer customerid="L-1"/>')

    assert (made, city, name) == ("L-1", "Austin", "Hopper")
    assert len(desk.rows(query("CUSTOMER", "NAME"))) == 1


def test_a_duplicate_customer_may_be_ignored_on_demand(desk: Desk) -> None:
    desk.result(LEGACY_CUSTOMER.format(""))

    strict = desk.result(LEGACY_CUSTOMER.format(""))
    lenient = desk.result(LEGACY_CUSTOMER.format(' ignoreduplicates="true"'))

    assert first_error(strict)[0] == "BL34000061"
    assert key_of(lenient) == "L-1"


def test_a_contact_can_be_made_changed_and_deleted_by_legacy_functions(desk: Desk) -> None:
    made = "<contactname>Zoe</contactname><printas>Zoe</printas><email1>z@example.com</email1>"
    key_of(desk.result(f"<create_contact>{made}</create_contact>"))
    desk.result('<update_contact contactname="Zoe"><email1>y@example.com</email1></update_contact>')
    condition = "<filter><equalto><field>CONTACTNAME</field><value>Zoe</value></equalto></filter>"

    emails = [row.findtext("EMAIL1") for row in desk.rows(query("CONTACT", "EMAIL1", condition))]
    desk.result('<delete_contact contactname="Zoe"/>')

    assert emails == ["y@example.com"]
    assert desk.rows(query("CONTACT", "EMAIL1", condition)) == []


def test_a_ship_to_contact_of_an_order_is_made_with_it(desk: Desk) -> None:
    shipto = (
        "<shipto><contact><contactname>Dock 7</contactname><printas>Dock 7</printas>"
        "</contact></shipto><state>"
    )

    key_of(desk.result(order("C-1").replace("<state>", shipto, 1)))

    assert value(desk, "SODOCUMENT", "SHIPTO.PRINTAS") == "Dock 7"


def test_a_legacy_journal_entry_posts(desk: Desk) -> None:
    entry = (
        "<glentry><trtype>{0}</trtype><amount>12.34</amount><glaccountno>{1}</glaccountno>"
        "<locationid>100</locationid></glentry>"
    )
    content = (
        f"<create_gltransaction><journalid>GJ</journalid>{day('datecreated')}"
        "<description>d</description><referenceno>R-1</referenceno><gltransactionentries>"
        f"{entry.format('debit', '1100')}{entry.format('credit', '4000')}"
        "</gltransactionentries></create_gltransaction>"
    )

    key = key_of(desk.result(content))

    assert value(desk, "GLBATCH", "REFERENCENO", key) == "R-1"
    assert balance(desk, "1100") == Decimal("12.34")


def test_what_xml_wrote_is_one_with_what_the_books_hold(desk: Desk) -> None:
    answer = desk.post(desk.document(function(customer("C-2"), "a"), function(order("C-2"), "b")))

    (document,) = desk.company.books.select("sales_document")
    user = desk.company.user(desk.company.credentials.user_id)

    assert answer.findall("operation/result")[1].findtext("key") == document["id"]
    assert user is not None
    assert document["created_by"] == user["key"]
