"""Stock levels, tax solutions and objects of other modules, as reporting clients read them."""

from __future__ import annotations

import pytest

from local.intacct_simulator.xml.objects.never_written import NEVER_WRITTEN
from tests.unit.simulator.xml_desk import Desk, by_query, day, key_of, query, value


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture
def stocked() -> Desk:
    made = Desk()
    key_of(
        made.result(
            "<create_ictransaction><transactiontype>Inventory Receipt</transactiontype>"
            f"{day('datecreated')}<ictransitems><ictransitem><itemid>TEE-STOCK</itemid>"
            "<warehouseid>W1</warehouseid><quantity>7</quantity><unit>Each</unit><cost>3</cost>"
            "<locationid>100</locationid></ictransitem></ictransitems></create_ictransaction>"
        )
    )
    return made


@pytest.mark.parametrize("name", [one.name for one in NEVER_WRITTEN])
def test_objects_of_modules_without_documents_have_no_rows(desk: Desk, name: str) -> None:
    (described,) = desk.rows(f"<lookup><object>{name}</object></lookup>")
    fields = " ".join(field.findtext("ID") for field in described.find("Fields"))

    assert desk.rows(query(name, fields)) == []
    assert desk.rows(by_query(name.lower(), "")) == []


@pytest.mark.parametrize(
    ("name", "fields", "shown"),
    [
        (
            "AVAILABLEINVENTORY",
            "ITEMID WAREHOUSEID QUANTITYLEFT LOTNO",
            ["TEE-STOCK", "W1", "7", ""],
        ),
        ("ITEMWAREHOUSEINFO", "ITEMID WAREHOUSEID AVERAGE_COST", ["TEE-STOCK", "W1", "3"]),
        (
            "INVENTORYTOTALDETAIL",
            "ITEMID WAREHOUSEID TOTALNAME QUANTITY UNIT",
            ["TEE-STOCK", "W1", "ONHAND", "7", "Each"],
        ),
    ],
)
def test_stock_is_read_by_item_and_warehouse(
    stocked: Desk, name: str, fields: str, shown: list[str]
) -> None:
    (row,) = stocked.rows(query(name, fields))

    assert [field.text or "" for field in row] == shown


def test_a_tax_solution_is_a_master(desk: Desk) -> None:
    desk.rows(
        "<create><TAXSOLUTION><SOLUTIONID>VAT DE</SOLUTIONID><TAXMETHOD>VAT</TAXMETHOD>"
        "<GLACCOUNTSALE>2110</GLACCOUNTSALE></TAXSOLUTION></create>"
    )

    assert value(desk, "TAXSOLUTION", "SOLUTIONID") == "VAT DE"
    assert value(desk, "TAXSOLUTION", "GLACCOUNTSALETITLE") == "VAT payable"


def test_older_clients_call_a_journal_gljournal(desk: Desk) -> None:
    symbols = {row.findtext("SYMBOL") for row in desk.rows(query("GLJOURNAL", "SYMBOL"))}

    assert {"GJ", "SJ"} <= symbols
