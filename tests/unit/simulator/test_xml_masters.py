"""Masters by generic and legacy functions: what they must have and what they keep (§12)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.simulator.xml_desk import (
    Desk,
    balance,
    customer,
    first_error,
    invoice,
    key_of,
    order,
    query,
    where,
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def shown(desk: Desk, name: str, fields: str, field: str, key: str) -> list[str | None]:
    condition = where(f"<equalto><field>{field}</field><value>{key}</value></equalto>")
    (row,) = desk.rows(query(name, fields, condition))
    return [one.text for one in row]


def item(more: str, item_id: str = "CAP") -> str:
    return (
        f"<create><ITEM><ITEMID>{item_id}</ITEMID><NAME>Cap</NAME>"
        f"<ITEMTYPE>Non-Inventory</ITEMTYPE>{more}</ITEM></create>"
    )


PLACES = (
    "<WAREHOUSEINFO><ITEMWAREHOUSEINFO><WAREHOUSEID>{}</WAREHOUSEID></ITEMWAREHOUSEINFO>"
    "</WAREHOUSEINFO>"
)
VENDORS = "<VENDORINFO><ITEMVENDOR><VENDORID>{}</VENDORID></ITEMVENDOR></VENDORINFO>"


def test_an_item_may_name_its_warehouses_and_vendors(desk: Desk) -> None:
    desk.rows("<create><VENDOR><VENDORID>V-1</VENDORID><NAME>V</NAME></VENDOR></create>")

    desk.rows(item(PLACES.format("W1") + VENDORS.format("V-1")))

    assert shown(desk, "ITEM", "NAME", "ITEMID", "CAP") == ["Cap"]


@pytest.mark.parametrize("more", [PLACES.format("W9"), VENDORS.format("V-9")])
def test_the_warehouses_and_vendors_of_an_item_must_exist(desk: Desk, more: str) -> None:
    assert "-9'" in first_error(desk.result(item(more)))[1].replace("W9", "W-9")


def test_an_item_with_a_revenue_account_of_its_own_posts_there(desk: Desk) -> None:
    desk.rows(customer("C-1"))
    desk.rows(item("<INCOMEACCTKEY>4010</INCOMEACCTKEY>"))

    key_of(desk.result(order("C-1", "Sales Invoice").replace("TEE", "CAP")))

    assert balance(desk, "4010") == -21
    assert shown(desk, "ITEM", "INCOMEACCTKEY", "ITEMID", "CAP") == ["4010"]


def test_a_revenue_account_stands_before_that_of_the_group(desk: Desk) -> None:
    desk.rows(customer("C-1"))
    (group,) = shown(desk, "ITEM", "GLGROUP", "ITEMID", "TEE")
    desk.rows(item(f"<GLGROUP>{group}</GLGROUP>"))
    desk.rows(
        "<update><ITEM><ITEMID>CAP</ITEMID><INCOMEACCTKEY>4010</INCOMEACCTKEY></ITEM></update>"
    )

    key_of(desk.result(order("C-1", "Sales Invoice").replace("TEE", "CAP")))
    key_of(desk.result(order("C-1", "Sales Invoice")))

    assert balance(desk, "4010") == -21
    assert balance(desk, "4000") == -21


def test_without_its_own_account_an_item_posts_to_its_group_again(desk: Desk) -> None:
    (group,) = shown(desk, "ITEM", "GLGROUP", "ITEMID", "TEE")
    change = "<update><ITEM><ITEMID>TEE</ITEMID><INCOMEACCTKEY>{}</INCOMEACCTKEY></ITEM></update>"
    desk.rows(change.format("4010"))

    desk.rows(change.format(""))

    assert shown(desk, "ITEM", "GLGROUP INCOMEACCTKEY", "ITEMID", "TEE") == [group, None]


def test_an_unknown_revenue_account_is_refused(desk: Desk) -> None:
    sent = item("<INCOMEACCTKEY>9X</INCOMEACCTKEY>")

    assert "9X" in first_error(desk.result(sent))[1]
    assert desk.company.books.by_id("item", "CAP") is None


@pytest.mark.parametrize(("group", "unit"), [("Count", "Each"), ("Box", "Box")])
def test_a_group_of_units_gives_the_base_unit(desk: Desk, group: str, unit: str) -> None:
    desk.rows(item(f"<UOMGRP>{group}</UOMGRP>"))

    assert shown(desk, "ITEM", "UOMGRP BASEUOM", "ITEMID", "CAP") == [group, unit]


def test_an_unknown_group_of_units_is_refused(desk: Desk) -> None:
    assert "'Furlongs'" in first_error(desk.result(item("<UOMGRP>Furlongs</UOMGRP>")))[1]


def test_the_legacy_function_of_an_item_knows_its_description_line_and_units(desk: Desk) -> None:
    sent = (
        "<create_item><itemid>CAP</itemid><itemname>Cap</itemname><itemtype>Non-Inventory</itemtype>"
        "<extended_description>Red</extended_description><productlineid>Hats</productlineid>"
        "<uomgrp>Count</uomgrp></create_item>"
    )

    key_of(desk.result(sent))

    fields = "EXTENDED_DESCRIPTION PRODUCTLINEID BASEUOM"
    assert shown(desk, "ITEM", fields, "ITEMID", "CAP") == ["Red", "Hats", "Each"]


def test_a_location_has_a_first_day(desk: Desk) -> None:
    sent = (
        "<create_location><locationid>X-1</locationid><name>Web</name><parentid>100</parentid>"
        "<startdate><year>2026</year><month>01</month><day>02</day></startdate></create_location>"
    )

    key_of(desk.result(sent))

    assert shown(desk, "LOCATION", "STARTDATE", "LOCATIONID", "X-1") == ["01/02/2026"]


def test_a_customer_keeps_the_templates_that_it_is_printed_with(desk: Desk) -> None:
    names = [
        f"{kind}PRINTTEMPLATEID"
        for kind in ("ARINVOICE", "OEQUOTE", "OEORDER", "OELIST", "OEINVOICE", "OEADJ", "OEOTHER")
    ]
    templates = "".join(f"<{name}>T {name}</{name}>" for name in names)

    desk.rows(customer("C-1").replace("</CUSTOMER>", f"{templates}</CUSTOMER>"))

    assert shown(desk, "CUSTOMER", " ".join(names), "CUSTOMERID", "C-1") == [
        f"T {name}" for name in names
    ]


def legacy_customer(more: str) -> str:
    return f"<create_customer><customerid>C-1</customerid><name>Ada</name>{more}</create_customer>"


@pytest.mark.parametrize(
    ("given", "kept"),
    [("E-Mail", "E-Mail"), ("Print", "Print"), ("E-Mail#~#Print", "Print#~#E-Mail")],
)
def test_a_legacy_customer_keeps_how_it_is_delivered_to_and_who_sees_it(
    desk: Desk, given: str, kept: str
) -> None:
    seen = (
        "<visibility><visibility_type>Restricted</visibility_type>"
        "<restricted_locs>100</restricted_locs></visibility>"
    )

    key_of(desk.result(legacy_customer(f"<deliveryoptions>{given}</deliveryoptions>{seen}")))

    fields = "DELIVERY_OPTIONS OBJECTRESTRICTION RESTRICTEDLOCATIONS"
    assert shown(desk, "CUSTOMER", fields, "CUSTOMERID", "C-1") == [kept, "Restricted", "100"]


@pytest.mark.parametrize(
    "sent",
    [
        legacy_customer("<glgroup>G</glgroup>"),
        legacy_customer("<deliveryoptions>Pigeon</deliveryoptions>"),
        legacy_customer("<visibility><visibility_type>Hidden</visibility_type></visibility>"),
        customer("C-1").replace("</CUSTOMER>", "<GLGROUP>G</GLGROUP></CUSTOMER>"),
    ],
)
def test_what_a_customer_cannot_have_is_refused(desk: Desk, sent: str) -> None:
    first_error(desk.result(sent))

    assert desk.rows(query("CUSTOMER", "RECORDNO")) == []


def test_an_invoice_is_sent_to_other_contacts(desk: Desk) -> None:
    desk.rows(customer("C-1"))
    key = key_of(desk.result(invoice("C-1")))
    contact = "<contact><contactname>{0}</contactname><printas>{0}</printas></contact>"

    key_of(
        desk.result(
            f'<update_invoice key="{key}"><payto>{contact.format("Pay")}</payto>'
            f"<returnto>{contact.format('Return')}</returnto></update_invoice>"
        )
    )

    fields = "BILLTOPAYTOCONTACTNAME SHIPTORETURNTOCONTACTNAME"
    assert shown(desk, "ARINVOICE", fields, "RECORDNO", key) == ["Pay", "Return"]


def created(name: str, **fields: Any) -> str:
    inner = "".join(f"<{field}>{text}</{field}>" for field, text in fields.items())
    return f"<create><{name}>{inner}</{name}></create>"


@pytest.mark.parametrize(
    ("sent", "missing"),
    [
        (created("CUSTOMER", CUSTOMERID="C-1", NAME="Ada"), "DISPLAYCONTACT"),
        (
            created(
                "CUSTOMER", CUSTOMERID="C-1", NAME="Ada", DISPLAYCONTACT="<EMAIL1>a@b.c</EMAIL1>"
            ),
            "PRINTAS",
        ),
        (created("CUSTOMER", CUSTOMERID="C-1", NAME="Ada", DISPLAYCONTACT=""), "PRINTAS"),
        (created("ITEM", ITEMID="CAP", NAME="Cap"), "ITEMTYPE"),
        (created("WAREHOUSE", WAREHOUSEID="W9", NAME="Nine"), "LOC"),
    ],
)
def test_what_a_master_must_have_is_demanded(desk: Desk, sent: str, missing: str) -> None:
    errorno, text = first_error(desk.result(sent))

    assert errorno == "BL01001973"
    assert f"'{missing}'" in text


@pytest.mark.parametrize(
    "place",
    ["<LOCATIONID>100</LOCATIONID>", "<LOC><LOCATIONID>100</LOCATIONID></LOC>", "<LOC>100</LOC>"],
)
def test_a_warehouse_names_its_location_in_any_of_its_forms(desk: Desk, place: str) -> None:
    desk.rows(
        f"<create><WAREHOUSE><WAREHOUSEID>W9</WAREHOUSEID><NAME>Nine</NAME>{place}</WAREHOUSE>"
        "</create>"
    )

    assert shown(desk, "WAREHOUSE", "LOCATIONID", "WAREHOUSEID", "W9") == ["100"]
