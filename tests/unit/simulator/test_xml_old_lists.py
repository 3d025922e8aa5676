"""Filters and sorts of get_list compare by what a field holds (§9.1, §9.4)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.xml_desk import Desk, customer, first_error


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    for number, limit in enumerate(("1000", "900", "")):
        given = f"<CREDITLIMIT>{limit}</CREDITLIMIT></CUSTOMER>"
        desk.rows(customer(f"C-{number}", "Ada").replace("</CUSTOMER>", given))
    return desk


def listed(field: str, operator: str, wanted: str, sort: str = "") -> str:
    escaped = operator.replace("<", "&lt;").replace(">", "&gt;")
    return (
        f'<get_list object="customer"><filter><expression><field>{field}</field>'
        f"<operator>{escaped}</operator><value>{wanted}</value></expression></filter>{sort}"
        "<fields><field>customerid</field></fields></get_list>"
    )


def found(desk: Desk, *condition: str) -> list[str]:
    return [row.findtext("customerid") for row in desk.rows(listed(*condition))]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (("creditlimit", ">", "900"), ["C-0"]),
        (("creditlimit", ">=", "900.0"), ["C-0", "C-1"]),
        (("creditlimit", "<", "1000"), ["C-1"]),
        (("creditlimit", "=", "900"), ["C-1"]),
        (("creditlimit", "!=", "900"), ["C-0"]),
        (("creditlimit", "is null", ""), ["C-2"]),
        (("whenmodified", ">=", "01/15/2027"), []),
        (("whenmodified", ">=", "01/15/2026"), ["C-0", "C-1", "C-2"]),
        (("whenmodified", "<", "11/22/2026 12:00:01"), ["C-0", "C-1", "C-2"]),
        (("whenmodified", ">", "11/22/2026 12:00:00"), []),
        (("customerid", "like", "c-_"), ["C-0", "C-1", "C-2"]),
        (("customerid", "not like", "%-1"), ["C-0", "C-2"]),
        (("customerid", "NOT  LIKE", "C-%"), []),
        (("parentid", "not like", "C-%"), []),
        (("onhold", "=", "false"), ["C-0", "C-1", "C-2"]),
    ],
)
def test_a_field_is_compared_as_what_it_holds(
    desk: Desk, condition: tuple[str, str, str], expected: list[str]
) -> None:
    assert found(desk, *condition) == expected


@pytest.mark.parametrize(
    "condition",
    [
        ("creditlimit", ">", "much"),
        ("creditlimit", ">", "NaN"),
        ("whenmodified", ">", "yesterday"),
        ("creditlimit", "about", "9"),
    ],
)
def test_what_cannot_be_compared_is_refused(desk: Desk, condition: tuple[str, str, str]) -> None:
    assert first_error(desk.result(listed(*condition)))[0] == "DL02000001"


def test_amounts_are_sorted_as_amounts_and_empty_ones_first(desk: Desk) -> None:
    sort = '<sorts><sortfield order="asc">creditlimit</sortfield></sorts>'

    assert found(desk, "customerid", "like", "%", sort) == ["C-2", "C-1", "C-0"]
