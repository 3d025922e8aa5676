"""Fields that Sage documents can be asked for, filled by this company or not (§14, §16)."""

from __future__ import annotations

from typing import Any

import pytest

from local.intacct_simulator.company import Company
from tests.unit.simulator.object_paths import CUSTOMER, INVOICE, ORDER
from tests.unit.simulator.rest_desk import (
    Rest,
    at,
    document,
    invoice,
    item_line,
    journal,
    journal_line,
    payment,
)

AUDIT = "company-config/audit-history"
ITEM = "inventory-control/item"
PAYMENT = "accounts-receivable/payment"
STOCK = "inventory-control/item-warehouse-inventory"
RECEIPT = "inventory-control/document::Inventory Adjustment Increase"
SELECTS: dict[str, list[str]] = {
    AUDIT: [
        "changeDetails.fieldName",
        "changeDetails.previousValue",
        "changeDetails.newValue",
        "changeSource.workflowAction",
        "changeSource.clientIPAddress",
        "notes",
    ],
    CUSTOMER: [
        "webURL",
        "lastInvoiceCreatedDate",
        "lastStatementGeneratedDate",
        "customerMessage.id",
        "accountGroup.id",
        "accountLabel.id",
        "priceList.id",
        "priceSchedule.key",
        "contacts.default.tax.group.id",
        "customerAccountHealth.healthScore",
    ],
    "company-config/contact": ["tax.group.id", "priceList.id", "priceSchedule.id"],
    "company-config/department": ["supervisor.id"],
    "general-ledger/account": [
        "requireDimensions.vendor",
        "requireDimensions.employee",
        "requireDimensions.contract",
    ],
    "general-ledger/journal-entry": ["balance", "tax.taxSolution.id", "tax.customer.id"],
    "general-ledger/journal-entry-line": ["accountingPeriod"],
    ITEM: [
        "quantityOnHand",
        "quantityAllocated",
        "quantityReserved",
        "quantityOnOrder",
        "productLine.key",
        "unitOfMeasureGroup.key",
    ],
    STOCK: ["item.id", "warehouse.id", "reorderPoint", "safetyStock", "averageCost", "lastCost"],
    "inventory-control/item-warehouse-available-inventory": [
        "bin.id",
        "lotNumber",
        "serialNumber",
        "expirationDate",
    ],
    "inventory-control/unit-of-measure-group": ["id", "baseUnit", "abbreviation"],
    "inventory-control/product-line": ["id", "description", "parent.id"],
    "inventory-control/document-line": ["unitOfMeasure.key", "unitOfMeasure.id"],
    "order-entry/txn-definition": [
        "documentConversionPolicy",
        "partialConvertMethod",
        "enableSubtotals",
        "editPolicy",
        "deletePolicy",
        "documentSequence.id",
    ],
}


@pytest.fixture
def shop(rest: Rest) -> Rest:
    rest.customer()
    rest.create(INVOICE, invoice())
    rest.create(ORDER, document([item_line("TEE", "1", "2.00")]))
    rest.create("general-ledger/journal-entry", journal(entry()))
    rest.create(RECEIPT, received("7"))
    return rest


def entry() -> list[dict[str, Any]]:
    return [journal_line("debit", "1100", "5.00"), journal_line("credit", "4000", "5.00")]


def received(quantity: str, **unit: str) -> dict[str, Any]:
    line = {
        "unitOfMeasure": unit or {"id": "Each"},
        "unitQuantity": quantity,
        "unitCost": "4",
        "dimensions": at("100", item="TEE", warehouse="W1"),
    }
    return {"transactionDate": "2026-11-20", "lines": [line]}


@pytest.mark.parametrize("name", SELECTS)
def test_a_documented_select_list_is_not_refused(shop: Rest, name: str) -> None:
    fields = ["key", *SELECTS[name]]

    rows = shop.query(name, fields)

    assert all(list(row) == fields for row in rows)
    assert rows or name.endswith("product-line")


@pytest.mark.parametrize("name", SELECTS)
def test_what_may_be_asked_for_is_shown_and_may_be_compared(shop: Rest, name: str) -> None:
    rows = shop.query(name, ["key"])
    whole = shop.get(name, rows[0]["key"]) if rows else {}
    for path in SELECTS[name]:
        member: Any = whole
        for part in path.split(".") if rows else ():
            assert part in member
            member = member[part]
        shop.query(name, ["key"], filters=[{"$ne": {path: None}}], orderBy=[{path: "asc"}])


def test_an_item_tells_what_all_its_warehouses_hold(shop: Rest) -> None:
    shop.create(RECEIPT, received("3"))
    tee = [{"$eq": {"id": "TEE"}}]

    (row,) = shop.query(ITEM, ["key", "quantityOnHand", "quantityOnOrder"], filters=tee)
    (info,) = shop.get(ITEM, row["key"])["warehouseInfo"]

    assert (row["quantityOnHand"], row["quantityOnOrder"]) == ("10", "0")
    assert info["warehouse"]["id"] == "W1"
    assert [one["averageCost"] for one in shop.query(STOCK, ["averageCost"])] == ["4"]


def test_a_unit_of_stock_is_named_by_key_or_id(shop: Rest) -> None:
    (unit,) = shop.query(
        "inventory-control/unit-of-measure-group", ["key"], filters=[{"$eq": {"id": "Box"}}]
    )

    key = shop.create(RECEIPT, received("1", key=unit["key"]))
    shop.refused(RECEIPT, received("1", key="99"), 400)

    (line,) = shop.get("inventory-control/document", key)["lines"]
    assert line["unitOfMeasure"] == {"key": unit["key"], "id": "Box"}


def test_a_customer_knows_its_last_invoice_and_has_empty_lists(shop: Rest) -> None:
    shop.create(INVOICE, invoice(invoiceDate="2026-11-12"))

    made = shop.get(CUSTOMER, "1")

    assert made["lastInvoiceCreatedDate"] == "2026-11-20"
    assert made["contactList"] == made["restrictedLocations"] == []


def test_an_entry_balances_and_its_lines_name_their_period(shop: Rest) -> None:
    made = shop.get("general-ledger/journal-entry", "1")

    assert made["balance"] == 0
    assert {line["accountingPeriod"] for line in made["lines"]} == {"Month Ended November 2026"}


def test_a_term_keeps_its_due_day_and_its_discount(rest: Rest) -> None:
    discount = {"days": 10, "amount": "2.00", "from": "invoiceDate", "unit": "percent"}
    due = {"days": 30, "from": "invoiceDate"}

    key = rest.create("accounts-receivable/term", {"id": "2/10", "due": due, "discount": discount})

    made = rest.get("accounts-receivable/term", key)
    assert made["due"] == due
    assert made["discount"] == {**discount, "graceDays": None}


@pytest.mark.parametrize(("member", "most"), [("referenceNumber", 21), ("description", 1000)])
def test_the_texts_of_a_payment_have_a_length(shop: Rest, member: str, most: int) -> None:
    detail = {"arInvoice": {"key": "1"}, "txnCurrency": {"paymentAmount": "1.00"}}

    error = shop.refused(PAYMENT, payment([detail]) | {member: "x" * (most + 1)}, 400)
    shop.pay([detail], **{member: "x" * most})

    assert error["details"][0]["target"] == f"/{member}"


def test_a_payment_may_name_its_advance_as_posted(shop: Rest) -> None:
    advance = shop.advance("40.00")

    shop.pay(
        [
            {
                "arInvoice": {"key": "1"},
                "postedAdvance": {"key": advance},
                "txnCurrency": {"postedAdvanceAmount": "40.00"},
            }
        ]
    )

    assert shop.get(INVOICE, "1")["totalTxnAmountDue"] == "60.00"


def test_a_line_of_an_order_has_a_price(shop: Rest) -> None:
    line = item_line("TEE", "1", "2.00")
    del line["unitPrice"]

    error = shop.refused(ORDER, document([line]), 400)

    assert error["details"][0]["target"] == "/lines/0/unitPrice"


def test_an_owned_object_was_written_with_its_owner(rest: Rest) -> None:
    rest.entity = "100"
    rest.customer()
    rest.create(INVOICE, invoice())
    rest.create(ORDER, document([item_line("TEE", "1", "2.00")]))
    rest.create("general-ledger/journal-entry", journal(entry()))
    fields = ["entity.id", "audit.createdByUser.id", "audit.createdBy", "audit.modifiedBy"]

    for name in (
        "accounts-receivable/invoice-line",
        "order-entry/document-line",
        "general-ledger/journal-entry-line",
    ):
        row = rest.query(name, fields)[0]
        assert list(row.values()) == ["100", "ws_cartledger", "1", "1"]


def test_the_audit_history_names_objects_as_paths(company: Company, rest: Rest) -> None:
    rest.http.post(
        "/_sim/seed",
        json={"custom_objects": [{"name": "channel", "is_dimension": True, "fields": ["code"]}]},
    )
    rest.create("platform-apps/nsp::channel", {"name": "Web"})

    rows = rest.query(AUDIT, ["changeDetails.objectName"], size=4000)

    names = {row["changeDetails.objectName"] for row in rows}
    assert all("/" in name for name in names)
    assert {"company-config/txn-currency", "platform-apps/nsp::channel"} <= names
    assert {"order-entry/txn-definition", "inventory-control/txn-definition"} <= names
    assert company.books.store.count("audit_history") == len(rows)


def test_the_audit_history_tells_workflows_from_changes(shop: Rest) -> None:
    shop.act(INVOICE, "reverse", {"key": "1", "reversedDate": "2026-11-20"})

    rows = shop.query(
        AUDIT,
        ["changeSource.actionPerformed", "changeSource.workflowAction"],
        filters=[{"$eq": {"changeDetails.objectName": INVOICE}}],
        orderBy=[{"key": "asc"}],
    )

    told = [tuple(row.values()) for row in rows]
    assert ("create", None) in told
    assert ("reverse", "reverse") in told
