"""The query service (REST reference §8): flat rows, operators, expressions, paging, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from local.intacct_simulator.company import Company
from tests.unit.simulator.rest_desk import Rest, at, document, invoice, item_line

CUSTOMER = "accounts-receivable/customer"
INVOICE = "accounts-receivable/invoice"


@pytest.fixture
def shop(rest: Rest) -> Rest:
    """Four customers; two have an e-mail address."""
    people = [
        ("A-1", "Ada Lovelace", "ada@example.com", "100.50"),
        ("A-2", "Grace Hopper", "grace@example.com", "9.5"),
        ("B-1", "alan turing", "", "20"),
        ("B-2", "Kurt", "", "1000"),
    ]
    for customer_id, name, email, limit in people:
        contacts = {"default": {"printAs": name, **({"email1": email} if email else {})}}
        rest.customer(customer_id, name=name, contacts=contacts, creditLimit=limit)
    return rest


def ids(rest: Rest, **members: Any) -> list[str]:
    return [row["id"] for row in rest.query(CUSTOMER, ["id"], **members)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"$eq": {"id": "A-1"}}, ["A-1"]),
        ({"$eq": {"id": "a-1"}}, []),
        ({"$ne": {"id": "A-1"}}, ["A-2", "B-1", "B-2"]),
        ({"$eq": {"contacts.default.email1": None}}, ["B-1", "B-2"]),
        ({"$ne": {"contacts.default.email1": None}}, ["A-1", "A-2"]),
        ({"$gt": {"creditLimit": "20"}}, ["A-1", "B-2"]),
        ({"$gte": {"creditLimit": 20}}, ["A-1", "B-1", "B-2"]),
        ({"$lt": {"creditLimit": "20"}}, ["A-2"]),
        ({"$lte": {"creditLimit": "20.0"}}, ["A-2", "B-1"]),
        ({"$between": {"creditLimit": ["9.5", "100.50"]}}, ["A-1", "A-2", "B-1"]),
        ({"$notBetween": {"creditLimit": ["9.5", "100.50"]}}, ["B-2"]),
        ({"$in": {"id": ["A-2", "B-2", "Z"]}}, ["A-2", "B-2"]),
        ({"$notIn": {"id": ["A-2", "B-2", "Z"]}}, ["A-1", "B-1"]),
        ({"$contains": {"name": "ace"}}, ["A-1", "A-2"]),
        ({"$notContains": {"name": "ace"}}, ["B-1", "B-2"]),
        ({"$startsWith": {"id": "B"}}, ["B-1", "B-2"]),
        ({"$notStartsWith": {"id": "B"}}, ["A-1", "A-2"]),
        ({"$endsWith": {"id": "-1"}}, ["A-1", "B-1"]),
        ({"$notEndsWith": {"id": "-1"}}, ["A-2", "B-2"]),
        ({"$gt": {"key": "2"}}, ["B-1", "B-2"]),
        ({"$eq": {"status": "active"}}, ["A-1", "A-2", "B-1", "B-2"]),
        ({"$eq": {"isOnHold": True}}, []),
        ({"$gte": {"audit.modifiedDateTime": "2026-11-20T12:00:01Z"}}, []),
        ({"$eq": {"audit.createdDateTime": "today"}}, ["A-1", "A-2", "B-1", "B-2"]),
        ({"$eq": {"audit.createdDateTime": "yesterday"}}, []),
    ],
)
def test_each_operator_selects_by_the_kind_of_its_field(
    shop: Rest, condition: dict[str, Any], expected: list[str]
) -> None:
    assert ids(shop, filters=[condition]) == expected


def test_keys_are_compared_as_numbers(rest: Rest) -> None:
    for number in range(11):
        rest.customer(f"C-{number}")

    rows = rest.query(CUSTOMER, ["key"], filters=[{"$gt": {"key": "9"}}])

    assert [row["key"] for row in rows] == ["10", "11"]


def test_case_matters_until_a_nested_parameter_says_otherwise(shop: Rest) -> None:
    condition = [{"$contains": {"name": "ALAN"}}]

    assert ids(shop, filters=condition) == []
    parameters = {"caseSensitiveComparison": False}
    assert ids(shop, filters=condition, filterParameters=parameters) == ["B-1"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (None, []),
        ("and", []),
        ("or", ["A-1", "A-2", "B-1"]),
        ("1 or 2", ["A-1", "B-1"]),
        ("(1 and 3) or 2", ["A-1", "B-1"]),
        ("3 AND (1 OR 2)", ["A-1"]),
        ("3", ["A-1", "A-2"]),
    ],
)
def test_filter_expressions_combine_numbered_filters(
    shop: Rest, expression: str | None, expected: list[str]
) -> None:
    filters = [
        {"$eq": {"id": "A-1"}},
        {"$eq": {"id": "B-1"}},
        {"$startsWith": {"id": "A"}},
    ]

    assert ids(shop, filters=filters, filterExpression=expression) == expected


@pytest.mark.parametrize(
    "change",
    [
        {"filterExpression": "1 and 2"},
        {"filterExpression": "(1"},
        {"filterExpression": "1 xor 1"},
        {"fields": ["id", "nothing"]},
        {"fields": ["*"]},
        {"fields": []},
        {"fields": ["term"]},
        {"object": "accounts-receivable/nothing"},
        {"filters": [{"$like": {"id": "A%"}}]},
        {"filters": [{"$eq": {"nothing": "A"}}]},
        {"filters": [{"$eq": {"href": "/x"}}]},
        {"filters": [{"$gt": {"creditLimit": "much"}}]},
        {"filters": [{"$gte": {"audit.modifiedDateTime": {"from": "today"}}}]},
        {"start": "first"},
        {"filters": [{"field": "id", "operator": "$eq", "value": "A-1"}]},
        {"orderBy": [{"id": "up"}]},
        {"caseSensitiveComparison": False},
        {"filterParameters": {"caseInsensitive": True}},
        {"size": 4001},
        {"size": 0},
        {"start": 0},
    ],
)
def test_what_is_malformed_or_unknown_is_a_400(shop: Rest, change: dict[str, Any]) -> None:
    body = {"object": CUSTOMER, "fields": ["id"], "filters": [{"$eq": {"id": "A-1"}}], **change}

    answer = shop.send("POST", "/services/core/query", body, expect=400)

    assert answer.json()["ia::result"]["ia::error"]["code"] == "invalidRequest"


def test_an_unknown_member_is_named_in_the_words_clients_know(shop: Rest) -> None:
    body = {"object": CUSTOMER, "fields": ["id"], "includePrivate": True}

    answer = shop.send("POST", "/services/core/query", body, expect=400)

    assert "Unrecognized key 'includePrivate' in query payload" in answer.text


def test_pages_are_numbered_by_record(shop: Rest) -> None:
    pages = []
    start: int | None = 1
    while start is not None:
        body = {"object": CUSTOMER, "fields": ["id"], "start": start, "size": 3}
        answer = shop.send("POST", "/services/core/query", body, expect=200).json()
        pages.append(([row["id"] for row in answer["ia::result"]], answer["ia::meta"]))
        start = answer["ia::meta"]["next"]

    assert [rows for rows, _ in pages] == [["A-1", "A-2", "B-1"], ["B-2"]]
    assert pages[0][1] == {
        "totalCount": 4,
        "start": 1,
        "pageSize": 3,
        "next": 4,
        "previous": None,
    }
    assert (pages[1][1]["next"], pages[1][1]["previous"]) == (None, 1)


def test_a_start_past_the_end_gives_an_empty_page(shop: Rest) -> None:
    assert ids(shop, start=10) == []


def test_rows_are_ordered_by_several_fields(shop: Rest) -> None:
    order = [{"contacts.default.email1": "desc"}, {"id": "asc"}]

    assert ids(shop, orderBy=order) == ["A-2", "A-1", "B-1", "B-2"]


def test_the_body_that_the_public_sdk_sends_is_understood(shop: Rest) -> None:
    rows = shop.query(
        CUSTOMER,
        ["id"],
        filters=[],
        filterExpression=None,
        filterParameters={},
        orderBy=[],
        start=1,
        size=2000,
    )

    assert len(rows) == 4


def test_references_are_flat_with_dots(rest: Rest) -> None:
    rest.customer(term={"id": "Net 30"})
    rest.create(INVOICE, invoice())

    rows = rest.query(INVOICE, ["key", "customer.key", "customer.id", "customer.term.id", "href"])

    assert rows == [
        {
            "key": "1",
            "customer.key": "1",
            "customer.id": "C-1",
            "customer.term.id": "Net 30",
            "href": "/objects/accounts-receivable/invoice/1",
        }
    ]


def test_lines_are_asked_for_by_their_owner(rest: Rest) -> None:
    rest.customer()
    body = invoice()
    body["lines"][0]["dimensions"] = at("100", department="WEB")
    rest.create(INVOICE, body)
    name = "accounts-receivable/invoice-line"

    rows = rest.query(
        name,
        ["lineNumber", "txnAmount", "dimensions.department.id", "invoice.key"],
        filters=[{"$eq": {"invoice.key": "1"}}],
    )
    refused = rest.send(
        "POST", "/services/core/query", {"object": name, "fields": ["department.id"]}
    )

    assert rows == [
        {
            "lineNumber": 1,
            "txnAmount": "100.00",
            "dimensions.department.id": "WEB",
            "invoice.key": "1",
        }
    ]
    assert refused.status_code == 400


def test_a_typed_document_is_asked_for_by_its_definition(rest: Rest) -> None:
    rest.customer()
    order, bill = "order-entry/document::Sales Order", "order-entry/document::Sales Invoice"
    rest.create(order, document([item_line("TEE", "1", "25.00")], referenceNumber="R"))
    rest.create(bill, document([item_line("TEE", "1", "25.00")], referenceNumber="R"))
    filters = [{"$eq": {"referenceNumber": "R"}}]

    typed = rest.query(bill, ["id", "invoice.key", "state"], filters=filters)
    untyped = rest.query("order-entry/document", ["documentType"], filters=filters)

    assert typed == [{"id": "Sales Invoice-SI0001", "invoice.key": "1", "state": "pending"}]
    assert [row["documentType"] for row in untyped] == ["Sales Order", "Sales Invoice"]


def test_aggregates_are_grouped_by_the_plain_fields(rest: Rest) -> None:
    rest.customer("C-1")
    rest.customer("C-2")
    for customer, amount in (("C-1", "10.00"), ("C-1", "5.50"), ("C-2", "1.00")):
        rest.create(INVOICE, invoice(amount, customer={"id": customer}))

    rows = rest.query(
        INVOICE, ["customer.id", "count:key", "sum:totalTxnAmount", "max:totalTxnAmount"]
    )

    assert rows == [
        {
            "customer.id": "C-1",
            "count:key": 2,
            "sum:totalTxnAmount": "15.50",
            "max:totalTxnAmount": "10.00",
        },
        {
            "customer.id": "C-2",
            "count:key": 1,
            "sum:totalTxnAmount": "1.00",
            "max:totalTxnAmount": "1.00",
        },
    ]


def test_a_watermark_finds_what_changed_since(company: Company, shop: Rest) -> None:
    company.clock.advance(60)
    shop.patch(CUSTOMER, "3", {"notes": "changed"})

    found = ids(shop, filters=[{"$gte": {"audit.modifiedDateTime": "2026-11-20T12:01:00Z"}}])

    assert found == ["B-1"]
