"""What documents do to balances, credits, files and stock."""

from __future__ import annotations

from local.intacct_simulator.company import Company
from tests.unit.simulator.object_paths import CUSTOMER, INVOICE
from tests.unit.simulator.rest_desk import Json, Rest, adjustment, at, invoice, payment


def test_the_sign_of_adjustments_can_be_switched(company: Company, rest: Rest) -> None:
    rest.customer()
    company.switches.adjustment_sign = "positiveIsCredit"

    key = rest.create("accounts-receivable/adjustment", adjustment(("4095", "5.00")))

    record = rest.get("accounts-receivable/adjustment", key)
    assert record["txnCurrency"]["totalEntered"] == "-5.00"
    assert rest.balances() == {"4095": "5.00", "1200": "-5.00"}


def test_a_payment_needs_a_place_for_its_money(rest: Rest) -> None:
    rest.customer()
    owed = rest.create(INVOICE, invoice())
    body = payment([{"arInvoice": {"key": owed}, "txnCurrency": {"paymentAmount": "5.00"}}])

    both = {**body, "undepositedGLAccount": {"id": "1030"}}
    neither = {name: value for name, value in body.items() if name != "financialEntity"}

    rest.refused("accounts-receivable/payment", both, 400)
    rest.refused("accounts-receivable/payment", neither, 400)


def test_one_customer_cannot_use_the_credit_of_another(rest: Rest) -> None:
    rest.customer("C-1")
    rest.customer("C-2")
    advance = rest.advance("10.00")
    owed = rest.create(INVOICE, invoice(customer={"id": "C-2"}))
    detail = {
        "arInvoice": {"key": owed},
        "arAdvance": {"key": advance},
        "txnCurrency": {"postedAdvanceAmount": "10.00"},
    }

    body = {**payment([detail]), "customer": {"id": "C-2"}}
    rest.refused("accounts-receivable/payment", body, 422)


def test_files_are_attached_to_documents_and_removed(rest: Rest) -> None:
    rest.customer()
    rest.create("company-config/folder", {"id": "SHOP"})
    file = {"name": "order.txt", "data": "aGVsbG8="}
    key = rest.create(
        "company-config/attachment", {"id": "A-1", "folder": {"id": "SHOP"}, "files": [file]}
    )
    owed = rest.create(INVOICE, invoice())

    rest.patch(INVOICE, owed, {"attachment": {"id": "A-1"}})
    rest.patch("company-config/attachment", key, {"files": [{**file, "name": "second.txt"}]})
    first = rest.get("company-config/attachment", key)["files"][0]
    removal = {"key": first["key"], "ia::operation": "delete"}
    rest.patch("company-config/attachment", key, {"files": [removal]})

    assert rest.get(INVOICE, owed)["attachment"]["id"] == "A-1"
    assert first["size"] == 5
    files = rest.get("company-config/attachment", key)["files"]
    assert [one["name"] for one in files] == ["second.txt"]


def test_a_file_that_is_not_base64_is_refused(rest: Rest) -> None:
    rest.create("company-config/folder", {"id": "SHOP"})
    body = {"id": "A", "folder": {"id": "SHOP"}, "files": [{"name": "x", "data": "no base64"}]}

    rest.refused("company-config/attachment", body, 400)

    assert rest.query("company-config/attachment", ["id"]) == []


def test_reads_can_lag_behind_writes(company: Company, rest: Rest) -> None:
    company.switches.read_lag_seconds = 30
    key = rest.customer()

    soon = rest.query(CUSTOMER, ["id"])
    company.clock.advance(30)
    later = rest.query(CUSTOMER, ["id"])

    assert soon == []
    assert later == [{"id": "C-1"}]
    assert rest.get(CUSTOMER, key)["id"] == "C-1"


def test_stock_moves_by_the_direction_of_the_definition(rest: Rest) -> None:
    def moved(quantity: str) -> Json:
        line = {
            "unitOfMeasure": {"id": "Each"},
            "unitQuantity": quantity,
            "dimensions": at("100", item="TEE-STOCK", warehouse="W1"),
        }
        return {"transactionDate": "2026-11-20", "lines": [line]}

    rest.create("inventory-control/document::Inventory Adjustment Increase", moved("5"))
    rest.create("inventory-control/document::Inventory Adjustment Decrease", moved("2"))
    rest.refused("inventory-control/document::Inventory Adjustment Decrease", moved("4"), 422)

    rows = rest.query(
        "inventory-control/item-warehouse-available-inventory",
        ["item.id", "warehouse.id", "quantity.quantityLeft"],
    )
    assert rows == [{"item.id": "TEE-STOCK", "warehouse.id": "W1", "quantity.quantityLeft": "3"}]
