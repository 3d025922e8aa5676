"""Company set-up, audit trails and deletions, in the forms that public XML clients send."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.unit.simulator.xml_desk import Desk, batch, customer, first_error, function, invoice


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_preferences_are_rows_of_name_and_value(desk: Desk) -> None:
    rows = desk.rows('<get_companyprefs application="ME"/>')

    told = {row.findtext("preference"): row.findtext("prefvalue") for row in rows}
    assert told == {"DISABLEENTITYSLIDEIN": "false", "MULTIBASECURRENCY": "true"}
    assert {row.findtext("application") for row in rows} == {"ME"}


def test_an_application_without_preferences_gives_no_rows(desk: Desk) -> None:
    assert desk.rows('<get_companyprefs application="PA"/>') == []
    assert first_error(desk.result("<get_companyprefs/>"))[0] == "BL01001973"


def test_the_applications_of_the_company_are_listed(desk: Desk) -> None:
    names = [row.text for row in desk.rows("<get_applications/>")]

    assert {"GL", "AR", "SO"} < set(names)


def test_the_financial_setup_names_no_currency_where_entities_differ(desk: Desk) -> None:
    (setup,) = desk.rows("<getFinancialSetup/>")

    told = {node.tag: node.text for node in setup}
    assert told["multiBaseCurrency"] == "true"
    assert told["baseCurrency"] is None
    assert (told["defaultBook"], told["firstFiscalMonth"]) == ("ACCRUAL", "1")


def test_entities_are_listed_to_those_who_may_enter_them(desk: Desk) -> None:
    desk.company.add_user("clerk", "pw", entities=["200"])
    as_clerk = desk.signed_in(user_id="clerk", user_password="pw")

    of_admin = desk.rows("<readEntityDetails/>")
    of_clerk = desk.rows("<readEntityDetails/>", authentication=as_clerk)

    assert {"100", "200"} <= {row.findtext("id") for row in of_admin}
    assert [row.findtext("id") for row in of_clerk] == ["200"]
    assert len(of_clerk[0].findtext("currency")) == 3


def test_the_audit_trail_of_a_record_outlives_it(desk: Desk) -> None:
    desk.result(customer("C-1"))
    desk.result("<update><CUSTOMER><RECORDNO>1</RECORDNO><NAME>Bo</NAME></CUSTOMER></update>")
    desk.result('<delete_customer customerid="C-1"/>')

    rows = desk.rows(
        "<getAuditTrail><object>CUSTOMER</object><objectKey>C-1</objectKey></getAuditTrail>"
    )

    assert [row.findtext("accessMode") for row in rows] == ["create", "modify", "delete"]
    assert {row.findtext("objectKey") for row in rows} == {"C-1"}
    assert rows[0].findtext("accessTime") == "2026-11-22T12:00:00+00:00"


def test_the_audit_trail_of_a_document_goes_by_its_record_number(desk: Desk) -> None:
    desk.result(batch())

    rows = desk.rows(
        "<getAuditTrail><object>GLBATCH</object><recordNo>1</recordNo></getAuditTrail>"
    )

    assert [row.findtext("accessMode") for row in rows] == ["create"]
    assert rows[0].findtext("objectKey") == "1"
    unnamed = desk.result("<getAuditTrail><object>GLBATCH</object></getAuditTrail>")
    assert first_error(unnamed)[0] == "BL01001973"


@pytest.mark.parametrize(
    ("made", "delete"),
    [
        ("<CLASS><CLASSID>X</CLASSID><NAME>X</NAME></CLASS>", '<delete_class key="X"/>'),
        (
            "<DEPARTMENT><DEPARTMENTID>X</DEPARTMENTID><TITLE>X</TITLE></DEPARTMENT>",
            '<delete_department departmentid="X"/>',
        ),
        (
            "<LOCATION><LOCATIONID>X</LOCATIONID><NAME>X</NAME><PARENTID>100</PARENTID></LOCATION>",
            '<delete_location locationid="X"/>',
        ),
        (
            "<ITEM><ITEMID>X</ITEMID><NAME>X</NAME><ITEMTYPE>Non-Inventory</ITEMTYPE></ITEM>",
            '<delete_item itemid="X"/>',
        ),
        (
            "<PROJECT><PROJECTID>X</PROJECTID><NAME>X</NAME></PROJECT>",
            '<delete_project key="X"/>',
        ),
        (
            "<GLACCOUNT><ACCOUNTNO>X</ACCOUNTNO><TITLE>X</TITLE></GLACCOUNT>",
            '<delete_glaccount glaccountno="X"/>',
        ),
    ],
)
def test_what_was_created_generically_is_deleted_by_a_legacy_function(
    desk: Desk, made: str, delete: str
) -> None:
    assert desk.result(f"<create>{made}</create>").findtext("status") == "success"

    assert desk.result(delete).findtext("status") == "success"
    assert first_error(desk.result(delete))[0] == "BL01001973"


def test_what_customers_owe_is_aged_by_the_days_since_it_was_due(desk: Desk) -> None:
    for customer_id, amount in (("C-1", "100.00"), ("C-2", "30.00")):
        desk.result(customer(customer_id))
        desk.result(invoice(customer_id, amount))
    desk.company.clock.set(datetime(2026, 12, 25, 12, tzinfo=UTC), freeze=True)
    asked = "<get_araging><agingperiods>1-30,31-60,61-</agingperiods>{}</get_araging>"

    rows = desk.rows(asked.format("<customerid/>"))

    assert [row.findtext("customerid") for row in rows] == ["C-1", "C-2"]
    periods = [
        (node.findtext("agingperiod"), node.findtext("totalamount"))
        for node in rows[0].iterfind("aging")
    ]
    assert periods == [("1-30", "0.00"), ("31-60", "100.00"), ("61-", "0.00")]
    detailed = desk.rows(
        asked.format("<customerid>C-2</customerid><showdetails>true</showdetails>")
    )
    assert [row.findtext("aging/agingdetails/totaldue") for row in detailed] == ["30.00"]


@pytest.mark.parametrize("name", ["readReport", "create_whtransfer"])
def test_a_function_that_is_not_imitated_fails_alone(desk: Desk, name: str) -> None:
    answer = desk.post(
        desk.document(function(f"<{name}/>"), function(customer("C-1"), control_id="f-2"))
    )

    statuses = [node.text for node in answer.iterfind("operation/result/status")]
    assert statuses == ["failure", "success"]
    errorno, text = first_error(answer.find("operation/result"))
    assert errorno == "XL03000009"
    assert name in text
