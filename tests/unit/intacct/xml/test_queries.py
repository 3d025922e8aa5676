from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from lxml import etree

from intacct.xml.queries import (
    Query,
    above,
    all_of,
    any_of,
    at_least,
    equal,
    one_of,
)

FIRST_PAGE = (
    "<query><select><field>RECORDNO</field><field>RECORDID</field></select>"
    "<object>ARINVOICE</object><filter><and>"
    "<greaterthanorequalto><field>WHENMODIFIED</field><value>01/15/2026 00:00:00</value>"
    "</greaterthanorequalto>"
    "<in><field>STATE</field><value>Posted</value><value>Partially Paid</value></in>"
    "</and></filter><orderby><order><field>RECORDNO</field><ascending/></order></orderby>"
    "<options><caseinsensitive>false</caseinsensitive><showprivate>false</showprivate></options>"
    "<pagesize>1000</pagesize><offset>0</offset></query>"
)


def text(node: etree._Element) -> str:
    return etree.tostring(node, encoding="unicode")


def test_a_query_is_ordered_by_record_number() -> None:
    since = datetime(2026, 1, 14, 19, tzinfo=timezone(timedelta(hours=-5)))
    query = Query(
        "ARINVOICE",
        ("RECORDID", "RECORDNO"),
        all_of(at_least("WHENMODIFIED", since), one_of("STATE", ["Posted", "Partially Paid"])),
    )

    assert text(query.page()) == FIRST_PAGE


def test_the_next_page_goes_on_after_the_last_key() -> None:
    filtered = Query("CUSTOMER", ("NAME",), equal("STATUS", "active")).page(after="17", size=2)
    plain = Query("CUSTOMER", ("NAME",)).page(after="17")

    keyed = "<greaterthan><field>RECORDNO</field><value>17</value></greaterthan>"
    assert f"</equalto>{keyed}</and></filter>" in text(filtered)
    assert f"<filter>{keyed}</filter>" in text(plain)
    assert "<pagesize>2</pagesize><offset>0</offset>" in text(filtered)


def test_a_filter_of_one_condition_has_no_group() -> None:
    page = Query("X", (), any_of(equal("A", date(2026, 1, 5)))).page()

    assert "<filter><equalto><field>A</field><value>01/05/2026</value></equalto></filter>" in text(
        page
    )


def test_values_are_escaped_by_being_elements() -> None:
    page = Query("X", (), above("NAME", "A & <B>'\x00")).page()

    assert page.findtext("filter/greaterthan/value") == "A & <B>'"


def test_a_definition_and_the_options_are_said() -> None:
    query = Query(
        "SODOCUMENT", (), definition="Sales Order", is_case_insensitive=True, shows_private=True
    )

    page = query.page()

    assert page.findtext("docparid") == "Sales Order"
    assert page.findtext("options/caseinsensitive") == "true"
    assert page.findtext("options/showprivate") == "true"


def test_instants_are_said_in_the_users_zone() -> None:
    page = Query("X", (), at_least("W", datetime(2026, 1, 5, 7, 8, 9, tzinfo=UTC))).page()

    assert page.findtext("filter/greaterthanorequalto/value") == "01/05/2026 07:08:09"
