"""Stock moves between warehouses, and statistical entries over REST (REST §16.9, §16.10)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.simulator.rest_desk import Rest, at
from tests.unit.simulator.xml_desk import Desk, first_error, query

TRANSFER = "inventory-control/warehouse-transfer"
STOCK = "inventory-control/item-warehouse-available-inventory"
STATISTICAL = "general-ledger/statistical-journal-entry"


@pytest.fixture
def stocked(rest: Rest) -> Rest:
    line = {
        "dimensions": {"item": {"id": "TEE-STOCK"}, "warehouse": {"id": "W1"}, **at("100")},
        "unitOfMeasure": {"id": "Each"},
        "unitQuantity": "5",
    }
    body = {"transactionDate": "2026-11-20", "lines": [line]}
    rest.create("inventory-control/document::Inventory Receipt", body)
    return rest


def moved(direction: str, warehouse: str, quantity: str = "3") -> dict[str, Any]:
    return {
        "transferDirection": direction,
        "item": {"id": "TEE-STOCK"},
        "warehouse": {"id": warehouse},
        "quantity": quantity,
        "unit": {"id": "Each"},
        "dimensions": at("100"),
    }


def transfer(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"transactionDate": "2026-11-20", "transferType": "immediate", "lines": list(lines)}


def levels(rest: Rest) -> dict[str, str]:
    rows = rest.query(STOCK, ["warehouse.id", "quantity.quantityLeft"])
    return {row["warehouse.id"]: row["quantity.quantityLeft"] for row in rows}


def test_what_leaves_one_warehouse_is_in_the_other(stocked: Rest) -> None:
    key = stocked.create(TRANSFER, transfer(moved("in", "W2"), moved("out", "W1")))

    assert levels(stocked) == {"W1": "2", "W2": "3"}
    shown = stocked.get(TRANSFER, key)
    assert (shown["documentNumber"], shown["state"]) == ("WT0001", "posted")
    assert [line["transferDirection"] for line in shown["lines"]] == ["in", "out"]


@pytest.mark.parametrize(
    "lines",
    [
        (moved("out", "W1", "9"), moved("in", "W2", "9")),
        (moved("out", "W1", "3"), moved("in", "W2", "2")),
        (moved("out", "W1", "-1"), moved("in", "W2", "-1")),
        (moved("out", "NONE"), moved("in", "W2")),
        ({**moved("out", "W1"), "unit": {"id": "each"}}, moved("in", "W2")),
        ({**moved("out", "W1"), "transferDirection": "up"}, moved("in", "W2")),
    ],
)
def test_a_transfer_that_cannot_be_leaves_all_where_it_is(
    stocked: Rest, lines: tuple[dict[str, Any], ...]
) -> None:
    answer = stocked.send("POST", f"/objects/{TRANSFER}", transfer(*lines))

    assert answer.status_code in {400, 422}
    assert levels(stocked) == {"W1": "5"}
    assert stocked.query(TRANSFER, ["key"]) == []


def test_a_transfer_by_xml_is_found_by_its_reference() -> None:
    desk = Desk()
    one = (
        "<ICTRANSFERITEM><IN_OUT>{}</IN_OUT><ITEMID>TEE-STOCK</ITEMID><WAREHOUSEID>{}</WAREHOUSEID>"
        "<QUANTITY>3</QUANTITY><UNIT>Each</UNIT><LOCATIONID>100</LOCATIONID></ICTRANSFERITEM>"
    )
    sent = (
        "<create><ICTRANSFER><TRANSACTIONDATE>11/20/2026</TRANSACTIONDATE>"
        "<REFERENCENO>MOVE-1</REFERENCENO><TRANSFERTYPE>Immediate</TRANSFERTYPE>"
        f"<ICTRANSFERITEMS>{one.format('O', 'W1')}{one.format('I', 'W2')}</ICTRANSFERITEMS>"
        "</ICTRANSFER></create>"
    )

    refused = desk.result(sent)
    desk.company.books.update("warehouse", 1, {"enable_negative_inventory": True})
    desk.rows(sent)

    assert first_error(refused)[0]
    rows = desk.rows(query("ICTRANSFER", "REFERENCENO TRANSFERTYPE STATE"))
    assert [field.text for field in rows[0]] == ["MOVE-1", "Immediate", "Posted"]
    lines = desk.rows(query("ICTRANSFERITEM", "IN_OUT WAREHOUSEID QUANTITY"))
    assert [[field.text for field in line] for line in lines] == [
        ["O", "W1", "3"],
        ["I", "W2", "3"],
    ]


def test_a_statistical_account_is_made_and_takes_entries(rest: Rest) -> None:
    body = {"id": "STAT-VISITS", "name": "Visits", "reportType": "forPeriod"}
    account = "general-ledger/statistical-account"

    key = rest.create(account, body)

    assert rest.get(account, key)["reportType"] == "forPeriod"
    wanted = [{"$eq": {"id": "STAT-VISITS"}}]
    assert len(rest.query(account, ["id"], filters=wanted)) == 1
    assert rest.query("general-ledger/account", ["id"], filters=wanted) == []


def test_a_statistical_entry_goes_up_or_down(rest: Rest) -> None:
    line = {"statisticalAccount": {"id": "STAT-ORDERS"}, "dimensions": at("100")}
    body = {
        "statisticalJournal": {"id": "STJ"},
        "postingDate": "2026-11-20",
        "description": "Orders of the day",
        "lines": [{**line, "txnType": "increase", "txnAmount": "12"}],
    }

    key = rest.create(STATISTICAL, body)
    rest.create(STATISTICAL, {**body, "lines": [{**line, "txnType": "decrease", "txnAmount": "2"}]})

    (shown,) = rest.get(STATISTICAL, key)["lines"]
    assert (shown["txnType"], shown["txnAmount"]) == ("increase", "12")
    wrong = {**line, "txnType": "debit", "txnAmount": "1"}
    rest.refused(STATISTICAL, {**body, "lines": [wrong]}, 400)
