"""Clients of the old schema, and values that are none: refused in Sage's form, never a crash."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx
import pytest
from lxml import etree

from local.intacct_simulator.server import XML_PATH
from tests.unit.simulator.xml_desk import (
    HERE,
    Desk,
    customer,
    first_error,
    function,
    invoice,
    order,
    query,
    where,
)

LIST = query("CUSTOMER", "RECORDNO")


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_document_type_may_be_named(desk: Desk) -> None:
    old = '<!DOCTYPE request SYSTEM "intacct_request.v2.1.dtd">'

    answer = desk.post(old + desk.document(function(LIST)))

    assert answer.findtext("operation/result/status") == "success"


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY name "x">',
        "<!ELEMENT request ANY>",
        '<!ENTITY % more SYSTEM "file:///etc/hosts"> %more;',
    ],
)
def test_a_document_type_may_not_be_declared(desk: Desk, declared: str) -> None:
    document = f"<!DOCTYPE request [{declared}]>" + desk.document(function(LIST))

    answer = etree.fromstring(desk.gateway.answer(document.encode(), HERE)[0])

    assert answer.findtext("control/status") == "failure"
    assert answer.findtext("errormessage/error/errorno") == "XL03000003"


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "application/x-www-form-urlencoded; a=b",
        "Application/X-WWW-Form-Urlencoded; charset=utf-8",
    ],
)
def test_a_request_may_be_a_field_of_a_form(
    desk: Desk, client: httpx.Client, content_type: str
) -> None:
    document = desk.document(function(LIST))
    headers = {"Content-Type": content_type}

    form = client.post(XML_PATH, content=urlencode({"xmlrequest": document}), headers=headers)
    plain = client.post(XML_PATH, content=document, headers=headers)
    empty = client.post(XML_PATH, content="something=else", headers=headers)

    for answer in (form, plain):
        result = etree.fromstring(answer.content).find("operation/result")
        assert result is not None
        assert result.findtext("status") == "success"
    assert etree.fromstring(empty.content).findtext("control/status") == "failure"


@pytest.mark.parametrize(
    "day",
    [
        "<year>2026</year><month>2</month><day>30</day>",
        "<year>99999999999999999999</year><month>2</month><day>3</day>",
        "<year>-1</year><month>2</month><day>3</day>",
        "<year>soon</year><month>2</month><day>3</day>",
        "13/45/2026",
        "soon",
    ],
)
def test_a_date_that_is_none_fails_its_function_alone(desk: Desk, day: str) -> None:
    good = "<year>2026</year><month>11</month><day>20</day>"
    wrong = [one.replace(good, day, 1) for one in (invoice("C-1"), order("C-1"))]

    *refused, answered = desk.post(
        desk.document(*(function(one) for one in wrong), function(LIST, "f-3"))
    ).findall("operation/result")

    assert [first_error(one)[0] for one in refused] == ["BL03002028"] * 2
    assert "'datecreated'" in first_error(refused[0])[1]
    assert answered.findtext("status") == "success"


@pytest.mark.parametrize(
    ("true", "false"), [("true", "false"), ("True", "False"), ("TRUE", "FALSE")]
)
def test_truth_is_told_in_any_case(desk: Desk, true: str, false: str) -> None:
    desk.rows(customer("C-1"))
    control = desk.control(
        unique=f"<uniqueid>{false}</uniqueid>",
        more=f"<includewhitespace>{false}</includewhitespace>",
    )
    asked = query(
        "CUSTOMER",
        "CUSTOMERID",
        where("<equalto><field>CUSTOMERID</field><value>c-1</value></equalto>")
        + f"<options><caseinsensitive>{true}</caseinsensitive></options>",
    )
    document = desk.document(
        function(asked), function(asked), control=control, transaction=f' transaction="{true}"'
    )

    content, _ = desk.gateway.answer(document.encode(), HERE)

    assert b">\n" not in content.partition(b"?>")[2].strip()
    assert content.count(b"<CUSTOMERID>C-1</CUSTOMERID>") == 2


def test_a_vendor_without_a_name_is_refused(desk: Desk) -> None:
    errorno, text = first_error(
        desk.result("<create><VENDOR><VENDORID>V-1</VENDORID></VENDOR></create>")
    )

    assert errorno == "BL01001973"
    assert "name" in text
