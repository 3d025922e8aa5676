"""Custom fields, custom objects and user-defined dimensions over XML (§14.1 to §14.3)."""

from __future__ import annotations

import pytest
from lxml import etree

from local.intacct_simulator.seed.fill import fill
from tests.unit.simulator.xml_desk import (
    Desk,
    by_query,
    customer,
    first_error,
    invoice,
    key_of,
    order,
    query,
    value,
    where,
)

OWN = {
    "custom_objects": [
        {"name": "channel", "label": "Channel", "is_dimension": True, "fields": ["code"]}
    ],
    "custom_fields": [
        {"object": "customer", "name": "SHOP_ID"},
        {"object": "sales_document", "name": "SHOP_ORDER"},
        {"object": "sales_document_line", "name": "SKU"},
        {"object": "ar_invoice", "name": "SHOP_ORDER"},
    ],
}
WEB = "<create><channel><name>Web</name><code>W</code></channel></create>"


def custom(name: str, text: str) -> str:
    return (
        f"<customfields><customfield><customfieldname>{name}</customfieldname>"
        f"<customfieldvalue>{text}</customfieldvalue></customfield></customfields>"
    )


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    fill(made.company.books, OWN)
    made.rows(customer("C-1"))
    return made


def test_a_platform_object_is_made_read_changed_and_deleted_by_its_id(desk: Desk) -> None:
    (made,) = desk.rows(WEB)
    desk.rows("<update><channel><id>1</id><name>Shop</name></channel></update>")

    (row,) = desk.rows(query("channel", "id name code createdBy"))

    assert (made.tag, [(field.tag, field.text) for field in made]) == ("channel", [("id", "1")])
    assert [(field.tag, field.text) for field in row] == [
        ("id", "1"),
        ("name", "Shop"),
        ("code", "W"),
        ("createdBy", "ws_cartledger"),
    ]
    desk.result("<delete><object>channel</object><keys>1</keys></delete>")
    assert desk.rows(query("channel", "id")) == []


def test_a_platform_object_is_answered_under_the_name_that_was_asked(desk: Desk) -> None:
    desk.rows(WEB)

    (row,) = desk.rows(query("CHANNEL", "name createdBy updatedBy id"))
    (read,) = desk.rows("<read><object>channel</object><keys>1</keys><fields>*</fields></read>")
    (found,) = desk.rows(by_query("Channel", "name = 'Web'"))

    assert (row.tag, read.tag, found.tag) == ("CHANNEL", "channel", "channel")


def test_dimensions_of_the_company_are_listed_with_the_others(desk: Desk) -> None:
    (node,) = desk.rows("<getDimensions/>")

    own = [one for one in node if one.findtext("userDefinedDimension") == "true"]
    assert [(one.findtext("objectName"), one.findtext("termLabel")) for one in own] == [
        ("channel", "Channel")
    ]


def test_a_custom_field_is_written_and_queried_by_generic_functions(desk: Desk) -> None:
    desk.rows(
        "<update><CUSTOMER><CUSTOMERID>C-1</CUSTOMERID><SHOP_ID>77</SHOP_ID></CUSTOMER></update>"
    )

    condition = "<equalto><field>SHOP_ID</field><value>77</value></equalto>"
    (row,) = desk.rows(query("CUSTOMER", "CUSTOMERID SHOP_ID", where(condition)))

    assert [field.text for field in row] == ["C-1", "77"]
    (described,) = desk.rows("<lookup><object>CUSTOMER</object></lookup>")
    known = {one.findtext("ID"): one.findtext("ISCUSTOM") for one in described.find("Fields")}
    assert (known["SHOP_ID"], known["NAME"]) == ("true", "false")


def test_legacy_functions_take_custom_fields_of_header_and_line(desk: Desk) -> None:
    sent = order("C-1").replace("<state>", custom("SHOP_ORDER", "5001") + "<state>")
    sent = sent.replace("</sotransitem>", custom("SKU", "TEE-BLUE") + "</sotransitem>")

    key_of(desk.result(sent))

    assert value(desk, "SODOCUMENT", "SHOP_ORDER") == "5001"
    assert value(desk, "SODOCUMENTENTRY", "SKU") == "TEE-BLUE"


@pytest.mark.parametrize("name", ["NOT_THERE", "GLDIMNOTHERE", "SKU"])
def test_a_custom_field_that_the_object_lacks_is_refused(desk: Desk, name: str) -> None:
    sent = order("C-1").replace("<state>", custom(name, "1") + "<state>")

    assert first_error(desk.result(sent))[0] == "XL03000010"


def test_a_user_defined_dimension_reaches_the_ledger(desk: Desk) -> None:
    desk.rows(WEB)
    sent = invoice("C-1").replace("</lineitem>", custom("GLDIMCHANNEL", "1") + "</lineitem>")

    key_of(desk.result(sent))

    assert value(desk, "ARINVOICEITEM", "GLDIMCHANNEL") == "1"
    condition = where("<equalto><field>GLDIMCHANNEL</field><value>1</value></equalto>")
    (row,) = desk.rows(query("GLDETAIL", "ACCOUNTNO GLDIMCHANNEL", condition))
    assert [field.text for field in row] == ["4000", "1"]


def test_a_sales_invoice_hands_its_dimension_on(desk: Desk) -> None:
    desk.rows(WEB)
    sent = order("C-1", "Sales Invoice").replace(
        "</sotransitem>", custom("GLDIMCHANNEL", "1") + "</sotransitem>"
    )

    key_of(desk.result(sent))

    condition = where("<equalto><field>GLDIMCHANNEL</field><value>1</value></equalto>")
    (row,) = desk.rows(query("GLDETAIL", "ACCOUNTNO", condition))
    assert row.findtext("ACCOUNTNO") == "4000"
    refused = desk.result("<delete><object>channel</object><keys>1</keys></delete>")
    assert first_error(refused)[0]


def test_a_journal_line_takes_it_as_an_element_of_its_own(desk: Desk) -> None:
    desk.rows(WEB)
    line = "<GLENTRY><ACCOUNTNO>{}</ACCOUNTNO><TR_TYPE>{}</TR_TYPE><AMOUNT>5</AMOUNT>{}</GLENTRY>"
    at = "<LOCATION>100</LOCATION>"

    def post(channel: str) -> etree._Element:
        lines = line.format("6100", 1, f"{at}<GLDIMCHANNEL>{channel}</GLDIMCHANNEL>")
        lines += line.format("2000", -1, at)
        result: etree._Element = desk.result(
            "<create><GLBATCH><JOURNAL>GJ</JOURNAL><BATCH_DATE>11/20/2026</BATCH_DATE>"
            f"<BATCH_TITLE>t</BATCH_TITLE><ENTRIES>{lines}</ENTRIES></GLBATCH></create>"
        )
        return result

    assert post("1").findtext("status") == "success"
    assert value(desk, "GLENTRY", "GLDIMCHANNEL") == "1"
    assert first_error(post("99"))[0]
    assert first_error(post("Web"))[0]
