"""Countries are names of a list or codes of ISO 3166, however they are sent (§12.1, §12.2)."""

from __future__ import annotations

import pytest

from tests.unit.simulator.xml_desk import Desk, first_error, key_of, query

SHOWN = query(
    "CONTACT",
    "MAILADDRESS.COUNTRY MAILADDRESS.COUNTRYCODE MAILADDRESS.ISOCOUNTRYCODE",
    "<filter><equalto><field>CONTACTNAME</field><value>Ada</value></equalto></filter>",
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def contact(address: str) -> str:
    return (
        "<create><CONTACT><CONTACTNAME>Ada</CONTACTNAME><PRINTAS>Ada</PRINTAS>"
        f"<MAILADDRESS>{address}</MAILADDRESS></CONTACT></create>"
    )


def legacy(address: str) -> str:
    return (
        "<create_contact><contactname>Ada</contactname><printas>Ada</printas>"
        f"<mailaddress>{address}</mailaddress></create_contact>"
    )


def shown(desk: Desk) -> list[str | None]:
    (row,) = desk.rows(SHOWN)
    return [field.text for field in row]


@pytest.mark.parametrize(
    ("sent", "name", "code"),
    [
        ("<COUNTRY>Mexico</COUNTRY>", "Mexico", "MX"),
        ("<COUNTRY>france</COUNTRY>", "France", "FR"),
        ("<COUNTRY>Viet Nam</COUNTRY>", "Vietnam", "VN"),
        ("<COUNTRYCODE>nl</COUNTRYCODE>", "Netherlands", "NL"),
        ("<ISOCOUNTRYCODE>USA</ISOCOUNTRYCODE>", "United States", "US"),
        ("<COUNTRYCODE>IE</COUNTRYCODE><COUNTRY/>", "Ireland", "IE"),
    ],
)
def test_a_country_is_told_by_name_and_by_code(desk: Desk, sent: str, name: str, code: str) -> None:
    desk.rows(contact(sent))

    assert shown(desk) == [name, code, code]


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("<country>India</country>", "India"),
        ("<isocountrycode>CHN</isocountrycode>", "China"),
        ("<country>Spain</country><isocountrycode>ES</isocountrycode>", "Spain"),
    ],
)
def test_a_legacy_address_has_a_country_too(desk: Desk, sent: str, name: str) -> None:
    key_of(desk.result(legacy(sent)))

    assert shown(desk)[0] == name


@pytest.mark.parametrize(
    "sent",
    [
        contact("<COUNTRY>Atlantis</COUNTRY>"),
        contact("<COUNTRYCODE>XX</COUNTRYCODE>"),
        contact("<ISOCOUNTRYCODE>not a country</ISOCOUNTRYCODE>"),
        legacy("<country>Atlantis</country>"),
        legacy("<isocountrycode>XX</isocountrycode>"),
    ],
)
def test_what_is_no_country_is_refused(desk: Desk, sent: str) -> None:
    errorno, text = first_error(desk.result(sent))

    assert errorno == "BL03002028"
    assert "country" in text
    assert desk.rows(SHOWN) == []


def test_a_country_and_a_group_of_units_are_described_as_written(desk: Desk) -> None:
    described = {
        field.findtext("ID"): field.findtext("READONLY")
        for name in ("CONTACT", "ITEM")
        for field in desk.rows(f"<lookup><object>{name}</object></lookup>")[0].iter("Field")
    }

    names = ("MAILADDRESS.COUNTRY", "MAILADDRESS.COUNTRYCODE", "UOMGRP", "RECORDNO")
    assert [described[name] for name in names] == ["false", "false", "false", "true"]


def test_an_empty_country_clears_it(desk: Desk) -> None:
    desk.rows(contact("<COUNTRY>Italy</COUNTRY>"))

    desk.rows(
        "<update><CONTACT><CONTACTNAME>Ada</CONTACTNAME><MAILADDRESS><COUNTRY/></MAILADDRESS>"
        "</CONTACT></update>"
    )

    assert shown(desk) == [None, None, None]
