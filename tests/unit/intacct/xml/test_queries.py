from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from lxml import etree

from intacct.xml.parsing import MalformedAnswerError
from intacct.xml.queries import (
    Query,
    above,
    all_of,
    any_of,
    at_least,
    equal,
    one_of,
    stream_rows,
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


def large_answer(rows: int) -> Iterator[bytes]:
    yield b"<response><control><status>success</status></control><operation><result><data>"
    for number in range(rows):
        yield b"<CUSTOMER><RECORDNO>%d</RECORDNO><NAME>n&amp;m</NAME><TERM/></CUSTOMER>" % number
    yield b"</data></result></operation></response>"


def test_rows_come_one_by_one_and_whole() -> None:
    rows = list(stream_rows(large_answer(3)))

    assert rows == [{"RECORDNO": str(n), "NAME": "n&m", "TERM": ""} for n in range(3)]


def resident_bytes() -> int:
    """The process's memory now: libxml2's own is invisible to Python's tracing."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux to measure")
def test_memory_does_not_grow_with_the_number_of_rows() -> None:
    rows = stream_rows(large_answer(100_001))
    for _warm_up in range(1_000):
        next(rows)
    before = resident_bytes()

    count = 1_000 + sum(1 for _row in itertools.islice(rows, 99_000))
    grown = resident_bytes() - before

    assert count == 100_000
    assert grown < 10 * 1024 * 1024


@pytest.mark.parametrize(
    "chunks",
    [
        [b"<!DOCTYPE response [<!ENTITY a 'b'>]><response>&a;</response>"],
        [b"<html><body/></html>"],
        [b"<response><operation><result><data><A>"],
        [b"<response>", b"<a>" * 70],
        [b""],
    ],
)
def test_a_stream_that_is_unsafe_or_broken_is_refused(chunks: list[bytes]) -> None:
    with pytest.raises(MalformedAnswerError):
        list(stream_rows(chunks))


def test_instants_are_said_in_the_users_zone() -> None:
    page = Query("X", (), at_least("W", datetime(2026, 1, 5, 7, 8, 9, tzinfo=UTC))).page()

    assert page.findtext("filter/greaterthanorequalto/value") == "01/05/2026 07:08:09"
