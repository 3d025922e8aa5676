"""What public REST clients ask of objects, in the forms in which they ask it."""

from __future__ import annotations

import pytest

from tests.unit.simulator.rest_desk import Json, Rest, at, journal, journal_line

NOTHING = {"id": None}
CUSTOMER = "accounts-receivable/customer"
SINCE = [{"$gte": {"audit.modifiedDateTime": "2026-01-01T00:00:00Z"}}]

ASKED = {
    "general-ledger/account": "id name accountType status",
    "cash-management/checking-account": "id bankAccountDetails.bankName status",
    "cash-management/savings-account": "id bankAccountDetails.bankName status",
    "cash-management/credit-card-account": "id status",
    "construction/cost-type": (
        "id key name status project.id project.name project.key task.id task.name task.key "
        "audit.createdDateTime audit.modifiedDateTime"
    ),
    "projects/task": "key name project.key project.name",
    "projects/project": "id name status customer.id customer.name",
    "inventory-control/item": "id name status itemType",
    "company-config/employee": (
        "id name status primaryContact.email1 primaryContact.printAs department.id location.id"
    ),
    "company-config/entity": "id name operatingCountry",
    "accounts-payable/vendor": "id name status contacts.default.email1",
    "accounts-payable/bill": "key state",
    "accounts-payable/payment": "key state",
    "expenses/employee-expense": "key state",
    "expenses/employee-expense-type": "id description glAccount.id glAccount.name status",
    "expenses/employee-expense-payment-type": "key id isNonReimbursable",
    "cash-management/credit-card-txn": "key state",
    "tax/tax-detail": "taxPercent id taxSolution.id status taxType",
    "general-ledger/txn-allocation-template": "id status key",
}


def whole_query(name: str, fields: list[str]) -> Json:
    """Give a query with all members that the public SDK always sends."""
    return {
        "object": name,
        "fields": fields,
        "filters": SINCE,
        "filterExpression": "and",
        "filterParameters": {},
        "orderBy": [],
        "start": 1,
        "size": 2000,
    }


@pytest.mark.parametrize("name", sorted(ASKED))
def test_each_object_of_the_public_sdk_is_known_with_the_fields_it_is_asked_for(
    rest: Rest, name: str
) -> None:
    fields = ASKED[name].split()

    answer = rest.send("POST", "/services/core/query", whole_query(name, fields), expect=200)

    assert all(set(row) == set(fields) for row in answer.json()["ia::result"])
    described = rest.send("GET", f"/services/core/model?name={name.replace('/', '%2F')}")
    assert "key" in described.json()["ia::result"]["fields"]


@pytest.mark.parametrize("name", ["accounts-payable/bill", "expenses/employee-expense"])
def test_documents_of_modules_that_this_company_does_not_run_are_none_and_not_made(
    rest: Rest, name: str
) -> None:
    assert rest.query(name, ["key"]) == []
    rest.send("POST", f"/objects/{name}", {"description": "a bill"}, expect=405)


def test_a_vendor_is_made_with_its_inline_contact(rest: Rest) -> None:
    inline = {"printAs": "Paper Ltd", "email1": "p@example.com", "lastName": None}
    key = rest.create(
        "accounts-payable/vendor", {"id": "V-1", "name": "Paper", "contacts": {"default": inline}}
    )

    rows = rest.query("accounts-payable/vendor", ["id", "contacts.default.email1"])
    assert rows == [{"id": "V-1", "contacts.default.email1": "p@example.com"}]
    assert rest.get("accounts-payable/vendor", key)["contacts"]["default"]["printAs"] == "Paper Ltd"


def test_an_employee_bears_the_name_of_its_contact(rest: Rest) -> None:
    rest.create("company-config/contact", {"id": "Ada", "printAs": "Ada L.", "email1": "a@b.co"})
    key = rest.create(
        "company-config/employee",
        {
            "id": "E-1",
            "primaryContact": {"id": "Ada"},
            "location": {"id": "100"},
            "department": NOTHING,
        },
    )

    fields = ["name", "primaryContact.email1", "location.id", "department.id"]
    assert rest.query("company-config/employee", fields) == [
        {
            "name": "Ada L.",
            "primaryContact.email1": "a@b.co",
            "location.id": "100",
            "department.id": None,
        }
    ]
    assert rest.get("company-config/employee", key)["primaryContact"]["id"] == "Ada"


def test_references_without_a_value_are_no_references(rest: Rest) -> None:
    rest.customer()
    without = ("department", "project", "vendor", "employee", "item", "class", "task", "costType")
    dimensions = {**at("100", customer="C-1"), **dict.fromkeys(without, NOTHING)}
    lines = [
        {
            **journal_line(side, account, "10.00"),
            "isBillable": None,
            "allocation": NOTHING,
            "dimensions": dimensions,
        }
        for side, account in (("debit", "1200"), ("credit", "4000"))
    ]

    key = rest.create("general-ledger/journal-entry", journal(lines, attachment=NOTHING))

    made = rest.get("general-ledger/journal-entry", key)
    assert [line["dimensions"]["customer"]["id"] for line in made["lines"]] == ["C-1", "C-1"]
    assert made["lines"][0]["dimensions"]["vendor"]["id"] is None


def test_lines_carry_vendors_employees_and_tasks_as_dimensions(rest: Rest) -> None:
    rest.create("accounts-payable/vendor", {"id": "V-1", "name": "Paper"})
    rest.create("company-config/employee", {"id": "E-1"})
    rest.create("projects/project", {"id": "P-1", "name": "Fair"})
    rest.create("projects/task", {"id": "T-1", "name": "Stand", "project": {"id": "P-1"}})
    dimensions = at("100", vendor="V-1", employee="E-1", project="P-1", task="T-1")
    lines = [
        {**journal_line("debit", "6100", "5.00"), "dimensions": dimensions},
        journal_line("credit", "2000", "5.00"),
    ]

    key = rest.create("general-ledger/journal-entry", journal(lines))

    line = rest.get("general-ledger/journal-entry", key)["lines"][0]
    shown = {name: line["dimensions"][name]["id"] for name in ("vendor", "employee", "task")}
    assert shown == {"vendor": "V-1", "employee": "E-1", "task": "T-1"}
    rest.send("DELETE", "/objects/accounts-payable/vendor/1", expect=422)


def test_an_allocation_that_does_not_exist_is_refused_and_not_dropped(rest: Rest) -> None:
    lines = [
        {**journal_line("debit", "6100", "5.00"), "allocation": {"id": "by headcount"}},
        journal_line("credit", "2000", "5.00"),
    ]

    refused = rest.refused("general-ledger/journal-entry", journal(lines), 400)
    assert "by headcount" in str(refused["details"])


@pytest.mark.parametrize("word", ["none", "inbound", "outbound"])
def test_an_entry_says_what_it_has_to_do_with_tax(rest: Rest, word: str) -> None:
    lines = [journal_line("debit", "6100", "5.00"), journal_line("credit", "2000", "5.00")]

    key = rest.create("general-ledger/journal-entry", journal(lines, tax={"taxImplication": word}))

    assert rest.get("general-ledger/journal-entry", key)["tax"]["taxImplication"] == word


def test_a_customer_names_its_representative_vendor_and_attachment(rest: Rest) -> None:
    rest.create("company-config/employee", {"id": "E-1"})
    rest.create("accounts-payable/vendor", {"id": "V-1", "name": "Paper"})
    rest.create("company-config/folder", {"id": "F-1"})
    rest.create(
        "company-config/attachment",
        {"id": "A-1", "folder": {"id": "F-1"}, "files": [{"name": "a.txt", "data": "aGk="}]},
    )
    named = {"salesRepresentative": "E-1", "vendor": "V-1", "attachment": "A-1"}

    references = {name: {"id": value} for name, value in named.items()}
    key = rest.create(CUSTOMER, {"id": "C-1", "name": "Ada", **references})

    made = rest.get(CUSTOMER, key)
    assert {name: made[name]["id"] for name in named} == named
    rest.send("DELETE", "/objects/company-config/attachment/1", expect=422)


def test_a_warehouse_has_a_manager_and_contacts(rest: Rest) -> None:
    rest.create("company-config/employee", {"id": "E-1"})
    rest.create("company-config/contact", {"id": "Gate", "printAs": "Gate 3"})

    key = rest.create(
        "inventory-control/warehouse",
        {
            "id": "W-9",
            "name": "Overflow",
            "location": {"id": "100"},
            "manager": {"id": "E-1"},
            "contacts": {"primary": {"id": "Gate"}, "shipTo": {"id": None}},
            "isReplenishmentEnabled": True,
        },
    )

    made = rest.get("inventory-control/warehouse", key)
    assert made["manager"]["id"] == "E-1"
    assert made["contacts"]["primary"]["id"] == "Gate"
    assert made["contacts"]["shipTo"]["id"] is None
    assert made["isReplenishmentEnabled"] is True


def test_an_item_is_written_with_its_unit_and_read_with_its_group(rest: Rest) -> None:
    key = rest.create(
        "inventory-control/item",
        {
            "id": "I-1",
            "name": "Box",
            "itemType": "nonInventory",
            "unitOfMeasure": {"id": "Box"},
            "productLine": NOTHING,
        },
    )

    made = rest.get("inventory-control/item", key)
    assert made["unitOfMeasureGroup"]["id"] == "Box"
    refused = {"id": "I-2", "name": "x", "itemType": "kit", "unitOfMeasureGroup": {"id": "Box"}}
    rest.refused("inventory-control/item", refused, 400)
