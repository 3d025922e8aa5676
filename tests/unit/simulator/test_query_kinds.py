"""Filters, order and groups agree with what rows show, whatever the kind of the field (§8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.simulator.object_paths import CUSTOMER, INVOICE, ORDER
from tests.unit.simulator.rest_desk import (
    Json,
    Rest,
    at,
    document,
    invoice,
    item_line,
    journal,
    journal_line,
)

DOCUMENT, PERMISSION = "order-entry/document", "company-config/permission"
ENTRY, STATISTICAL = "general-ledger/journal-entry", "general-ledger/statistical-journal-entry"


def refused(rest: Rest, name: str, **members: Any) -> Json:
    body = {"object": name, "fields": ["key"], **members}
    answer = rest.send("POST", "/services/core/query", body, expect=400)
    error: Json = answer.json()["ia::result"]["ia::error"]
    return error


def keys(rest: Rest, name: str, condition: Json) -> list[str]:
    return [row["key"] for row in rest.query(name, ["key"], filters=[condition])]


@pytest.fixture
def order(rest: Rest) -> Rest:
    """A company with one order."""
    rest.customer()
    rest.create(ORDER, document([item_line("TEE", "1", "25.00")]))
    return rest


@pytest.fixture
def entries(rest: Rest) -> Rest:
    """An ordinary entry with key 1 and a statistical one with key 2."""
    sides = [journal_line("debit", "1100", "5.00"), journal_line("credit", "4000", "5.00")]
    rest.create(ENTRY, journal(sides))
    line = {"txnType": "increase", "txnAmount": "7", "statisticalAccount": {"id": "STAT-ORDERS"}}
    body = journal([{**line, "dimensions": at("100")}], statisticalJournal={"id": "STJ"})
    del body["glJournal"]
    rest.create(STATISTICAL, body)
    return rest


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"$eq": {"isPrinted": False}}, ["1"]),
        ({"$ne": {"isPrinted": True}}, ["1"]),
        ({"$in": {"isPrinted": [False]}}, ["1"]),
        ({"$eq": {"isPrinted": True}}, []),
        ({"$ne": {"isPrinted": False}}, []),
        ({"$eq": {"isPrinted": None}}, []),
        ({"$ne": {"isPrinted": None}}, ["1"]),
    ],
)
def test_what_nobody_set_is_false_to_filters_too(
    order: Rest, condition: Json, expected: list[str]
) -> None:
    (row,) = order.query(DOCUMENT, ["isPrinted"])

    assert row == {"isPrinted": False}
    assert keys(order, DOCUMENT, condition) == expected


def test_false_beyond_a_reference_is_found(order: Rest) -> None:
    name = "order-entry/document-line"
    far = "documentHeader.isPrinted"

    assert order.query(name, ["key", far], filters=[{"$eq": {far: False}}]) == [
        {"key": "1", far: False}
    ]


def test_false_and_unset_are_one_group(rest: Rest) -> None:
    rest.customer("C-0")
    for customer, given in (("C-1", None), ("C-2", False)):
        rest.patch(CUSTOMER, rest.customer(customer), {"isOnHold": given})

    assert rest.query(CUSTOMER, ["isOnHold", "count:key"]) == [{"isOnHold": False, "count:key": 3}]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (ENTRY, ["1"]),
        (STATISTICAL, ["2"]),
        (f"{ENTRY}-line", ["1", "2"]),
        (f"{STATISTICAL}-line", ["3"]),
    ],
)
def test_statistical_entries_and_others_are_told_apart(
    entries: Rest, name: str, expected: list[str]
) -> None:
    listed = entries.send("GET", f"/objects/{name}", expect=200).json()["ia::result"]

    assert [row["key"] for row in entries.query(name, ["key"])] == expected
    assert [row["key"] for row in listed] == expected


@pytest.mark.parametrize(("name", "key"), [(ENTRY, "2"), (f"{ENTRY}-line", "3")])
def test_a_statistical_entry_is_not_read_as_another(entries: Rest, name: str, key: str) -> None:
    entries.send("GET", f"/objects/{name}/{key}", expect=404)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"$eq": {"txnType": "increase"}}, ["3"]),
        ({"$eq": {"txnType": "decrease"}}, []),
        ({"$in": {"txnType": ["decrease", "increase"]}}, ["3"]),
        ({"$startsWith": {"txnType": "inc"}}, ["3"]),
    ],
)
def test_a_direction_is_found_by_the_word_that_rows_show(
    entries: Rest, condition: Json, expected: list[str]
) -> None:
    assert keys(entries, f"{STATISTICAL}-line", condition) == expected


def test_order_entry_lists_its_own_definitions(rest: Rest) -> None:
    names = [row["id"] for row in rest.query("order-entry/txn-definition", ["id"])]

    assert "Sales Order" in names
    assert not [name for name in names if name.startswith("Inventory")]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ([{"customer.id": "desc"}], ["C-2", "C-1"]),
        ([{"customer.id": "asc"}], ["C-1", "C-2"]),
        ([{"sum:totalTxnAmount": "desc"}], ["C-2", "C-1"]),
        ([{"count:key": "desc"}, {"customer.id": "asc"}], ["C-1", "C-2"]),
    ],
)
def test_groups_are_ordered_by_their_columns(
    rest: Rest, order: list[Json], expected: list[str]
) -> None:
    for customer, amount in (("C-1", "9.00"), ("C-1", "0.50"), ("C-2", "20.00")):
        if amount != "0.50":
            rest.customer(customer)
        rest.create(INVOICE, invoice(amount, customer={"id": customer}))
    fields = ["customer.id", "count:key", "sum:totalTxnAmount"]

    rows = rest.query(INVOICE, fields, orderBy=order)
    page = rest.query(INVOICE, fields, orderBy=order, size=1)

    assert [row["customer.id"] for row in rows] == expected
    assert page == rows[:1]


def test_groups_are_not_ordered_by_what_they_do_not_hold(rest: Rest) -> None:
    fields = ["status", "count:key"]

    assert "name" in refused(rest, CUSTOMER, fields=fields, orderBy=[{"name": "asc"}])["message"]


def test_one_row_of_aggregates_has_any_order(rest: Rest) -> None:
    rest.customer()

    assert rest.query(CUSTOMER, ["count:key"], orderBy=[{"name": "asc"}]) == [{"count:key": 1}]


def test_rights_are_found_by_what_they_hold(rest: Rest) -> None:
    rights = "allowedAccessRights"
    everything = rest.query(PERMISSION, ["key", rights], size=500)

    def having(*words: str) -> list[str]:
        condition = {"$has": {rights: list(words)}}
        return [
            row["key"] for row in rest.query(PERMISSION, ["key"], filters=[condition], size=500)
        ]

    for words in (["view"], ["list", "delete"], ["view", "view"]):
        expected = [row["key"] for row in everything if set(words) <= set(row[rights])]
        assert having(*words) == expected
    assert having("view")


@pytest.mark.parametrize(
    "members",
    [
        {"filters": [{"$has": {"allowedAccessRights": ["own"]}}]},
        {"filters": [{"$has": {"allowedAccessRights": [["view"]]}}]},
        {"filters": [{"$has": {"allowedAccessRights": "view"}}]},
        {"filters": [{"$eq": {"allowedAccessRights": "view"}}]},
        {"filters": [{"$eq": {"allowedAccessRights": None}}]},
        {"filters": [{"$in": {"allowedAccessRights": ["view"]}}]},
        {"filters": [{"$contains": {"allowedAccessRights": "view"}}]},
        {"orderBy": [{"allowedAccessRights": "asc"}]},
        {"fields": ["allowedAccessRights", "count:key"]},
        {"fields": ["max:allowedAccessRights"]},
        {"fields": ["sum:allowedAccessRights"]},
    ],
)
def test_a_field_of_several_values_takes_nothing_else(rest: Rest, members: Json) -> None:
    assert refused(rest, PERMISSION, **members)["code"] == "invalidRequest"


@pytest.mark.parametrize(
    "members",
    [
        {"filterExpression": []},
        {"filterExpression": {}},
        {"filterExpression": 1},
        {"orderBy": [{"id": ["asc"]}]},
        {"orderBy": [{"id": {}}]},
        {"orderBy": [{"id": None}]},
        {"filterExpression": "(" * 3000 + "1" + ")" * 3000},
        {"filterExpression": "(" * 3000},
        {"filterExpression": "9" * 5000},
        {"filterExpression": "²"},
        {"filterParameters": {"asOfDate": "not-a-date"}},
        {"filterParameters": {"asOfDate": "2026-02-30"}},
        {"filterParameters": {"asOfDate": ""}},
    ],
)
def test_a_member_of_the_wrong_form_is_named_in_a_400(rest: Rest, members: Json) -> None:
    filters = [{"$eq": {"id": "C-1"}}]

    assert refused(rest, CUSTOMER, filters=filters, **members)["code"] == "invalidRequest"


@pytest.mark.parametrize("day", ["2026-11-20", "today", "priorMonth"])
def test_a_day_is_a_date_or_a_macro(rest: Rest, day: str) -> None:
    assert rest.query(CUSTOMER, ["key"], filterParameters={"asOfDate": day}) == []


def test_parentheses_may_be_many(rest: Rest) -> None:
    rest.customer()
    expression = "(" * 50 + "1" + ")" * 50
    many = " or ".join(["(1)"] * 500)

    for one in (expression, many):
        rows = rest.query(CUSTOMER, ["id"], filters=[{"$eq": {"id": "C-1"}}], filterExpression=one)
        assert rows == [{"id": "C-1"}]


@pytest.mark.parametrize(
    "condition",
    [
        {"$eq": {"changeDetails.objectKey": "1"}},
        {"$gte": {"changeDetails.objectKey": "1"}},
        {"$in": {"changeDetails.objectKey": ["1", "7"]}},
    ],
)
def test_the_trail_of_a_record_is_found_by_its_key(rest: Rest, condition: Json) -> None:
    key = rest.customer()
    named = {"$eq": {"changeDetails.objectName": CUSTOMER}}

    rows = rest.query(
        "company-config/audit-history", ["changeDetails.objectKey"], filters=[named, condition]
    )

    assert rows == [{"changeDetails.objectKey": key}]
