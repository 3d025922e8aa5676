"""What the official JavaScript SDK writes where it departs from the schema of 2019 (§16.2)."""

from __future__ import annotations

import pytest

from local.intacct_simulator.xml.functions import FUNCTIONS
from local.intacct_simulator.xml.not_imitated import NAMES
from tests.unit.simulator.xml_desk import (
    Desk,
    by_query,
    customer,
    first_error,
    function,
    key_of,
    order,
    query,
    value,
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_empty_print_name_is_the_customers_name(desk: Desk) -> None:
    sent = (
        "<create><CUSTOMER><CUSTOMERID>C-1</CUSTOMERID><NAME>Ada</NAME><DISPLAYCONTACT><PRINTAS/>"
        "</DISPLAYCONTACT></CUSTOMER></create>"
    )

    desk.rows(sent)

    (found,) = desk.rows(query("CUSTOMER", "DISPLAYCONTACT.PRINTAS DISPLAYCONTACT.CONTACTNAME"))
    assert [found[0].text, found[1].text] == ["Ada", "Ada(CC-1)"]


@pytest.mark.parametrize("status", ["<deliverystatus>Delivered</deliverystatus>", "Delivered"])
def test_the_state_of_delivery_may_be_wrapped(desk: Desk, status: str) -> None:
    desk.rows(customer("C-1"))
    sent = order("C-1").replace(
        "</sotransitem>", f"<fulfillmentstatus>{status}</fulfillmentstatus></sotransitem>"
    )

    assert key_of(desk.result(sent)) == "Sales Order-SO0001"


def test_a_function_of_another_module_fails_alone(desk: Desk) -> None:
    unknown = [function(f"<{name}/>", name) for name in NAMES]

    *refused, answered = desk.post(
        desk.document(*unknown, function(query("CUSTOMER", "RECORDNO")))
    ).findall("operation/result")

    assert [first_error(one)[1].partition(" is not imitated")[0] for one in refused] == [
        f"The function {name}" for name in NAMES
    ]
    assert answered.findtext("status") == "success"


def test_a_function_is_either_imitated_or_named_as_not() -> None:
    not_imitated = {name for name, made in FUNCTIONS.items() if made.__name__ == "refuse"}

    assert not_imitated == set(NAMES)


@pytest.mark.parametrize(
    ("created", "deleted", "table"),
    [
        (
            "<VENDOR><VENDORID>V-1</VENDORID><NAME>V</NAME></VENDOR>",
            '<delete_vendor vendorid="V-1"/>',
            "VENDOR",
        ),
        (
            "<EMPLOYEE><EMPLOYEEID>E-1</EMPLOYEEID></EMPLOYEE>",
            '<delete_employee employeeid="E-1"/>',
            "EMPLOYEE",
        ),
        (
            "<TASK><TASKID>T-1</TASKID><NAME>T</NAME></TASK>",
            '<delete_task key="1"/>',
            "TASK",
        ),
        (
            "<ALLOCATION><ALLOCATIONID>A-1</ALLOCATIONID></ALLOCATION>",
            '<delete_allocation key="A-1"/>',
            "ALLOCATION",
        ),
    ],
)
def test_masters_of_other_modules_go_by_their_own_functions(
    desk: Desk, created: str, deleted: str, table: str
) -> None:
    desk.rows(f"<create>{created}</create>")
    assert value(desk, table, "RECORDNO") == "1"

    assert desk.result(deleted).findtext("status") == "success"

    assert desk.rows(by_query(table, "")) == []
