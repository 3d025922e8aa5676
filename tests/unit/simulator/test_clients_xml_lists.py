"""Lists of masters as clients of the old functions ask for them (§9.1)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.xml_desk import Desk, customer


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_list_names_its_range_and_its_fields_in_lower_case(desk: Desk) -> None:
    result = desk.result('<get_list object="class" start="1" maxitems="1"/>')

    listed, (row,) = result.find("listtype"), result.find("data")
    assert (listed.text, dict(listed.attrib)) == ("class", {"start": "1", "end": "1", "total": "3"})
    assert row.tag == "class"
    assert {field.tag: field.text for field in row} == {
        "key": "WHOLESALE",
        "name": "Wholesale",
        "description": None,
        "parentid": None,
        "status": "active",
        "whenmodified": row.findtext("whenmodified"),
    }


def test_a_list_of_customers_is_filtered_and_shows_what_is_asked(desk: Desk) -> None:
    desk.rows(customer("C-1", "Ada"))
    desk.rows(customer("C-2", "Grace"))
    wanted = "<field>name</field><operator>=</operator><value>Grace</value>"

    rows = desk.rows(
        f'<get_list object="customer"><filter><expression>{wanted}</expression></filter>'
        "<fields><field>customerid</field><field>onhold</field></fields></get_list>"
    )

    assert [[field.text for field in row] for row in rows] == [["C-2", "false"]]


@pytest.mark.parametrize(
    "name",
    [
        "arterm",
        "class",
        "contact",
        "customer",
        "department",
        "employee",
        "glaccount",
        "item",
        "journal",
        "location",
        "project",
        "vendor",
        "warehouse",
    ],
)
def test_each_master_can_be_listed(desk: Desk, name: str) -> None:
    result = desk.result(f'<get_list object="{name}"/>')

    assert result.findtext("status") == "success"
    rows = list(result.find("data"))
    assert all(row.tag == name and row.findtext("status") == "active" for row in rows)


def test_one_master_is_got_by_its_id(desk: Desk) -> None:
    (row,) = desk.rows('<get object="location" key="110"/>')

    assert (row.findtext("name"), row.findtext("parentid")) == ("New York store", "100")
