"""The forms in which real client packages write the envelope and its functions (§16.2)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import etree

from local.intacct_simulator.company import Company
from tests.unit.simulator.xml_desk import Desk, batch, customer, function, key_of, query, value

GATEWAY = "/ia/xml/xmlgw.phtml"
CHECKLIST = """
CUSTOMER CONTACT ITEM WAREHOUSE LOCATION DEPARTMENT CLASS GLACCOUNT JOURNAL ARTERM SODOCUMENT
SODOCUMENTENTRY SODOCUMENTPARAMS ARINVOICE ARINVOICEITEM ARADJUSTMENT ARPYMT INVDOCUMENT GLBATCH
GLENTRY AUDITHISTORY USERINFO
"""


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_control_id_may_be_a_date_with_blanks_and_colons(
    company: Company, client: httpx.Client
) -> None:
    known = company.credentials
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<request><control>'
        f"<senderid>{known.sender_id}</senderid><password>{known.sender_password}</password>"
        "<controlid>2026-11-22 12:00:00.123456</controlid><uniqueid>false</uniqueid>"
        "<dtdversion>3.0</dtdversion><includewhitespace>false</includewhitespace></control>"
        "<operation><authentication><login>"
        f"<userid>{known.user_id}</userid><companyid>{known.company_id}</companyid>"
        f"<password>{known.user_password}</password><locationid></locationid></login>"
        '</authentication><content><function controlid="a"><getAPISession></getAPISession>'
        "</function></content></operation></request>"
    )

    answer = client.post(GATEWAY, content=body, headers={"content-type": "application/xml"})

    response: Any = etree.fromstring(answer.content)
    assert response.findtext("control/controlid") == "2026-11-22 12:00:00.123456"
    api = response.find("operation/result/data/api")
    assert api.findtext("sessionid")
    assert api.findtext("endpoint") == f"http://127.0.0.1{GATEWAY}"


def test_an_operation_may_say_that_it_is_no_transaction(desk: Desk) -> None:
    answer = desk.post(desk.document(function(customer("C-1")), transaction=' transaction="false"'))

    assert answer.findtext("operation/result/status") == "success"


def test_an_empty_display_contact_changes_nothing(desk: Desk) -> None:
    desk.rows(customer("C-1"))

    desk.rows(
        "<update><CUSTOMER><CUSTOMERID>C-1</CUSTOMERID><NAME>Bo</NAME><DISPLAYCONTACT/>"
        "</CUSTOMER></update>"
    )

    assert value(desk, "CUSTOMER", "DISPLAYCONTACT.EMAIL1") == "C-1@example.com"
    assert value(desk, "CUSTOMER", "NAME") == "Bo"


@pytest.mark.parametrize(
    "order",
    [
        "object select docparid filter orderby options pagesize offset",
        "object select pagesize filter offset orderby options docparid",
        "pagesize offset options orderby filter select object docparid",
    ],
)
def test_the_parts_of_a_query_stand_in_any_order(desk: Desk, order: str) -> None:
    for number in (1, 2, 3):
        desk.rows(customer(f"C-{number}"))
    parts = {
        "object": "<object>CUSTOMER</object>",
        "select": "<select><field>CUSTOMERID</field></select>",
        "docparid": "<docparid></docparid>",
        "filter": (
            "<filter><greaterthan><field>RECORDNO</field><value>1</value></greaterthan></filter>"
        ),
        "orderby": "<orderby><order><field>RECORDNO</field><descending/></order></orderby>",
        "options": (
            "<options><caseinsensitive>false</caseinsensitive>"
            "<showprivate>false</showprivate></options>"
        ),
        "pagesize": "<pagesize>1</pagesize>",
        "offset": "<offset>1</offset>",
    }

    result = desk.result("<query>" + "".join(parts[name] for name in order.split()) + "</query>")

    data = result.find("data")
    assert [row.findtext("CUSTOMERID") for row in data] == ["C-2"]
    assert (data.get("totalcount"), data.get("numremaining")) == ("2", "0")


def test_a_count_is_a_query_of_one_record(desk: Desk) -> None:
    for number in (1, 2, 3):
        desk.rows(customer(f"C-{number}"))

    data = desk.result(query("CUSTOMER", "RECORDNO", "<pagesize>1</pagesize>")).find("data")

    assert (data.get("totalcount"), data.get("count")) == ("3", "1")


def test_a_look_up_by_one_field_may_ask_for_a_page_of_a_thousand(desk: Desk) -> None:
    desk.rows(customer("C-1"))

    rows = desk.rows(
        "<readByQuery><object>CUSTOMER</object><fields>*</fields>"
        "<query>CUSTOMERID = 'C-1'</query><pagesize>1000</pagesize>"
        "<returnFormat>xml</returnFormat></readByQuery>"
    )

    assert [(row.tag, row.findtext("CUSTOMERID")) for row in rows] == [("customer", "C-1")]


def test_amounts_come_without_trailing_zeros_and_entries_in_their_own_order(desk: Desk) -> None:
    shuffled = (
        "<GLENTRY><TR_TYPE>1</TR_TYPE><DESCRIPTION>d</DESCRIPTION><TRX_AMOUNT>75.5</TRX_AMOUNT>"
        "<LOCATION>100</LOCATION><ACCOUNTNO>1200</ACCOUNTNO></GLENTRY>"
    )
    first = batch().partition("<GLENTRY>")[2].partition("</GLENTRY>")[0]

    desk.rows(batch().replace(f"<GLENTRY>{first}</GLENTRY>", shuffled))

    assert value(desk, "GLENTRY", "TRX_AMOUNT") == "75.5"


def test_a_name_without_the_attribute_detail_is_inspected(desk: Desk) -> None:
    described = desk.rows("<inspect><object>CUSTOMER</object></inspect>")[0]

    assert described.get("Name") == "CUSTOMER"
    assert "CUSTOMERID" in [node.text for node in described.iterfind("Fields/Field")]


@pytest.mark.parametrize("name", CHECKLIST.split())
def test_each_object_of_the_checklist_is_described_and_read(desk: Desk, name: str) -> None:
    described = desk.rows(f"<lookup><object>{name}</object></lookup>")[0]
    fields = [node.text for node in described.iterfind("Fields/Field/ID")]

    rows = desk.rows(query(name, " ".join(fields)))

    assert all([node.tag for node in row] == fields for row in rows)


def test_legacy_deletions_answer_a_status_only(desk: Desk) -> None:
    desk.rows(customer("C-1"))
    key_of(
        desk.result(
            "<create_contact><contactname>K</contactname><printas>K</printas></create_contact>"
        )
    )

    for delete in ('<delete_customer customerid="C-1"/>', '<delete_contact contactname="K"/>'):
        result = desk.result(delete)
        assert result.findtext("status") == "success"
        assert result.find("key") is None
        assert result.find("data") is None
