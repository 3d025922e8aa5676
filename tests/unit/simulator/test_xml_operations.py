"""What an operation holds, and how its functions are answered together (§3.1, §4.1, §9.4)."""

from __future__ import annotations

import csv
import io
import json
import logging
from typing import Any
from unittest.mock import patch

import pytest
from lxml import etree

from local.intacct_simulator.xml.functions import FUNCTIONS
from tests.unit.simulator.xml_desk import HERE, Desk, customer, first_error, function, query

LIST = query("CUSTOMER", "CUSTOMERID")
TRANSACTION = ' transaction="true"'


def formatted(form: str) -> str:
    options = f"<options><returnformat>{form}</returnformat></options>"
    return query("CUSTOMER", "CUSTOMERID", options)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.rows(customer("C-1"))
    return desk


def statuses(answer: Any) -> list[str]:
    return [result.findtext("status") for result in answer.iterfind("operation/result")]


@pytest.mark.parametrize("transaction", ["", TRANSACTION])
def test_the_only_function_is_answered_in_its_format(desk: Desk, transaction: str) -> None:
    bodies = {
        form: desk.gateway.answer(
            desk.document(function(formatted(form)), transaction=transaction).encode(), HERE
        )
        for form in ("json", "csv")
    }

    assert json.loads(bodies["json"][0]) == [{"CUSTOMERID": "C-1"}]
    assert bodies["json"][1] == "application/json"
    assert list(csv.reader(io.StringIO(bodies["csv"][0].decode()))) == [["CUSTOMERID"], ["C-1"]]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_one_format_among_several_functions_is_refused(desk: Desk, form: str) -> None:
    both = desk.document(function(formatted(form), "a"), function("<getDimensions/>", "b"))

    answer = desk.post(both)

    assert statuses(answer) == ["failure", "success"]
    assert first_error(answer.find("operation/result"))[0] == "DL02000001"


def test_a_format_of_a_second_operation_does_not_swallow_the_first(desk: Desk) -> None:
    first, second = desk.document(function(LIST, "a")), desk.document(function(formatted("json")))
    more = second[second.index("<operation") :]

    answer = desk.post(first.replace("</request>", more))

    assert statuses(answer) == ["success", "failure"]
    assert answer.findtext("operation/result/data/CUSTOMER/CUSTOMERID") == "C-1"


def test_every_content_of_an_operation_is_carried_out(desk: Desk) -> None:
    more = f"</content><content>{function(customer('C-2'), 'b')}</content>"

    answer = desk.post(desk.document(function(LIST, "a")).replace("</content>", more))

    assert statuses(answer) == ["success", "success"]
    assert [node.text for node in answer.iterfind("operation/result/controlid")] == ["a", "b"]
    assert len(desk.rows(LIST)) == 2


def test_a_transaction_spans_all_contents(desk: Desk) -> None:
    more = f"</content><content>{function(customer('C-1'), 'b')}</content>"
    document = desk.document(function(customer("C-2"), "a"), transaction=TRANSACTION)

    answer = desk.post(document.replace("</content>", more))

    assert statuses(answer) == ["aborted", "failure"]
    assert len(desk.rows(LIST)) == 1


def test_a_session_is_opened_in_a_request_of_its_own(desk: Desk) -> None:
    more = f"</content><content>{function(LIST, 'b')}</content>"
    document = desk.document(function("<getAPISession/>", "a"))

    assert statuses(desk.post(document.replace("</content>", more))) == ["failure", "success"]


def test_an_operation_may_have_preferences_and_no_content(desk: Desk) -> None:
    document = desk.document(function(LIST))
    bare = document[: document.index("<content>")] + "</operation></request>"

    preferred = desk.post(document.replace("<content>", "<preferences/><content>"))
    empty = desk.post(bare)

    assert statuses(preferred) == ["success"]
    assert empty.findtext("operation/authentication/status") == "success"
    assert statuses(empty) == []


@pytest.mark.parametrize(
    ("place", "put"),
    [
        ("<content>", "<foo/><content>"),
        ("</content>", "</content><preferences/>"),
        ("</content>", "</content><foo/>"),
        ("<content>", "<content/><content>"),
    ],
)
def test_an_operation_out_of_order_fails_the_request(desk: Desk, place: str, put: str) -> None:
    answer = desk.post(desk.document(function(LIST)).replace(place, put))

    assert answer.findtext("control/status") == "failure"
    assert answer.findtext("errormessage/error/errorno") == "XL03000003"


@pytest.mark.parametrize("control_id", ["", "x" * 257])
def test_the_control_id_of_a_request_has_1_to_256_characters(desk: Desk, control_id: str) -> None:
    control = desk.control().replace("c-1", control_id)

    answer = desk.ask(LIST, control=control)

    assert answer.findtext("errormessage/error/errorno") == "XL03000003"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (LIST, "failure"),
        ("<readByQuery><object>CUSTOMER</object><query/></readByQuery>", "failure"),
        ('<get_list object="customer"/>', "success"),
        ("<getAPISession/>", "success"),
    ],
)
def test_the_old_schema_has_no_generic_functions(desk: Desk, content: str, status: str) -> None:
    answer = desk.ask(content, control=desk.control().replace("3.0", "2.1"))

    assert answer.findtext("control/status") == status
    assert answer.findtext("control/dtdversion") == "2.1"


def test_a_token_that_nobody_knows_fails_the_sign_in(desk: Desk) -> None:
    answer = desk.ask(LIST, authentication="<oauth>abc</oauth>")

    assert answer.findtext("control/status") == "success"
    assert answer.findtext("operation/authentication/status") == "failure"
    assert answer.findtext("operation/errormessage/error/errorno") == "XL03000006"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "true"),
        ("<uniqueid/>", "true"),
        ("<uniqueid>true</uniqueid>", "true"),
        ("<uniqueid>false</uniqueid>", "false"),
    ],
)
def test_an_absent_uniqueid_is_told_as_what_it_means(desk: Desk, given: str, told: str) -> None:
    answer = desk.ask(LIST, control=desk.control(unique=given))

    assert answer.findtext("control/uniqueid") == told


def test_a_defect_fails_its_function_and_keeps_the_others(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_call: Any) -> Any:
        message = "broken"
        raise RuntimeError(message)

    three = desk.document(
        function(customer("C-2"), "a"), function("<getDimensions/>", "b"), function(LIST, "c")
    )
    with (
        patch.dict(FUNCTIONS, {"getDimensions": broken}),
        caplog.at_level(logging.ERROR),
    ):
        answer = desk.post(three)

    assert statuses(answer) == ["success", "failure", "success"]
    failed = answer.findall("operation/result")[1]
    assert first_error(failed)[0] == "XL03000009"
    assert "getDimensions" in caplog.text
    assert len(desk.rows(LIST)) == 2


def details(desk: Desk, content: str) -> list[Any]:
    more = "<showadditionalerrorinfo>true</showadditionalerrorinfo>"
    result = desk.result(content, control=desk.control(more=more))
    return list(result.iterfind("errormessage/error"))


ACCOUNT = "<create><GLACCOUNT><ACCOUNTNO>4000</ACCOUNTNO><TITLE>Again</TITLE></GLACCOUNT></create>"


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        (customer("C-1"), ["BL34000061", "BL01001973"]),
        (query("NOPE", "RECORDNO"), ["XL03000009", "XL03000009"]),
        (ACCOUNT, ["BL01001973", "BL01001973"]),
    ],
)
def test_every_error_has_its_details_on_demand(
    desk: Desk, content: str, numbers: list[str]
) -> None:
    errors = details(desk, content)

    assert [error.findtext("errorno") for error in errors] == numbers
    for error in errors:
        (info,) = error.findall("additionalinfo")
        parts = ["description", "cdescription", "correction"]
        assert [child.tag for child in info] == ["errorid", "category", "target", *parts]
        assert list(info.find("target").attrib) == [
            "domain",
            "requestinfo",
            "object",
            "field",
            "businessinfo",
        ]
        for part in parts:
            tags = [child.tag for child in info.find(part)]
            assert tags == ["messageid", "target", "placeholders"], etree.tostring(info)


def test_a_second_account_of_one_number_has_an_error_id_of_its_own(desk: Desk) -> None:
    first = details(desk, ACCOUNT)[0]

    assert first.findtext("errorno") == "BL01001973"
    assert first.findtext("additionalinfo/errorid") == "GL-0493"
    assert first.find("additionalinfo/target").get("field") == "id"
    assert "already exists" in first.findtext("description2")
