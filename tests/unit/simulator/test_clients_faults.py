"""Mishaps that clients of the XML gateway are written for, seen through HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import etree

from local.intacct_simulator.company import Company
from tests.unit.simulator.rest_desk import Rest
from tests.unit.simulator.xml_desk import Desk, customer, function

GATEWAY = "/ia/xml/xmlgw.phtml"
CUSTOMER = "/objects/accounts-receivable/customer"


@pytest.fixture
def document() -> str:
    return Desk().document(function(customer("C-1")))


@pytest.mark.parametrize(
    ("mishap", "text"),
    [
        ("rate-text", "API rate limit exceeded"),
        ("offline", "The Service is Temporarily Off-line"),
    ],
)
def test_the_gateway_can_tell_its_trouble_in_a_document_with_200(
    company: Company, client: httpx.Client, document: str, mishap: str, text: str
) -> None:
    company.faults.add(mishap=mishap, protocol="xml", times=1)

    answer = client.post(GATEWAY, content=document)

    assert answer.status_code == 200
    result: Any = etree.fromstring(answer.content).find("operation/result")
    assert result.findtext("function") == "create"
    assert result.findtext("errormessage/error/description2") == text
    assert company.books.by_id("customer", "C-1") is None
    again = etree.fromstring(client.post(GATEWAY, content=document).content)
    assert again.findtext("operation/result/status") == "success"


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
def test_the_edge_answers_with_a_page_of_its_own(
    company: Company, client: httpx.Client, document: str, status: int
) -> None:
    company.faults.add(mishap="html", protocol="xml", status=status)

    answer = client.post(GATEWAY, content=document)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
    assert company.books.by_id("customer", "C-1") is None


def test_rest_tells_the_same_trouble_by_its_status(company: Company, rest: Rest) -> None:
    company.faults.add(mishap="offline", path="customer", times=1)
    company.faults.add(mishap="rate-text", path="customer", times=1)

    assert rest.send("GET", CUSTOMER).status_code == 503
    assert rest.send("GET", CUSTOMER).status_code == 429


def test_a_page_with_another_status_is_no_rule(client: httpx.Client) -> None:
    wrong = {"mishap": "html", "status": 418}

    assert client.post("/_sim/faults", json=wrong).status_code == 400


@pytest.mark.parametrize("status", [200, 401])
def test_a_refused_sign_in_has_the_status_that_the_switch_says(
    company: Company, client: httpx.Client, status: int
) -> None:
    company.switches.sign_in_status = status
    desk = Desk()
    wrong = desk.document(
        function("<getAPISession/>"), authentication=desk.signed_in(user_password="wrong")
    )

    answer = client.post(GATEWAY, content=wrong)

    assert answer.status_code == status
    refused: Any = etree.fromstring(answer.content).find("operation/authentication/status")
    assert refused.text == "failure"
