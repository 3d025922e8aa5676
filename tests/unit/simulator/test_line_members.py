"""Members of an owned list: what may name a line, and what a line on its own path must hold."""

from __future__ import annotations

from typing import Any

import pytest

from local.intacct_simulator.company import Company
from tests.unit.simulator.object_paths import INVOICE, ORDER
from tests.unit.simulator.rest_desk import Json, Rest, document, invoice, item_line

LINE = "order-entry/document-line::Sales Order"


def details(error: Json) -> list[tuple[str, str]]:
    return [(one["errorId"], one["target"]) for one in error["details"]]


def order(rest: Rest) -> str:
    rest.customer()
    return rest.create(ORDER, document([item_line("TEE", "1", "25.00")]))


def refused_patch(rest: Rest, name: str, key: str, body: Any) -> Json:
    answer = rest.send("PATCH", f"/objects/{name}/{key}", body, expect=400)
    error: Json = answer.json()["ia::result"]["ia::error"]
    return error


def test_a_new_document_takes_no_line_of_another(rest: Rest) -> None:
    rest.customer()
    rest.create(INVOICE, invoice())
    stolen = invoice()
    stolen["lines"][0]["key"] = "1"

    error = rest.refused(INVOICE, stolen, 400)

    assert details(error) == [("REST-1050", "/lines/0/key")]
    assert [line["key"] for line in rest.get(INVOICE, "1")["lines"]] == ["1"]
    assert len(rest.query(INVOICE, ["key"])) == 1


def test_the_books_keep_a_line_where_it_is(company: Company, rest: Rest) -> None:
    rest.customer()
    rest.create(INVOICE, invoice())
    first = company.books.get("ar_invoice", 1)
    line = company.books.lines("ar_invoice", 1)[0]
    assert first is not None

    company.books.create("ar_invoice", {**first, "invoice_number": None, "lines": [line]})

    assert [row["key"] for row in company.books.lines("ar_invoice", 1)] == [1]
    assert [row["key"] for row in company.books.lines("ar_invoice", 2)] == [2]


def test_an_empty_key_or_operation_says_nothing(rest: Rest) -> None:
    rest.customer()
    body = invoice()
    body["lines"][0] |= {"key": None, "ia::operation": None}

    key = rest.create(INVOICE, body)

    assert len(rest.get(INVOICE, key)["lines"]) == 1


@pytest.mark.parametrize("operation", ["delete", "add", ["delete"]])
def test_a_new_document_has_nothing_to_operate_on(rest: Rest, operation: Any) -> None:
    rest.customer()
    body = document([item_line("TEE", "1", "25.00", **{"ia::operation": operation})])

    error = rest.refused(ORDER, body, 400)

    assert details(error) == [("REST-1028", "/lines/0/ia::operation")]
    assert rest.query("order-entry/document", ["key"]) == []


@pytest.mark.parametrize("operation", ["remove", "DELETE", True, {}])
def test_an_operation_other_than_delete_is_named_and_nothing_changes(
    rest: Rest, operation: Any
) -> None:
    key = order(rest)
    line = rest.get(ORDER, key)["lines"][0]["key"]
    change = {"lines": [{"key": line, "ia::operation": operation, "memo": "gone?"}]}

    error = refused_patch(rest, "order-entry/document::Sales%20Order", key, change)

    assert details(error) == [("REST-1028", "/lines/0/ia::operation")]
    assert rest.get(ORDER, key)["lines"][0]["memo"] is None


@pytest.mark.parametrize(
    ("member", "target"),
    [({"ia::operation": "delete"}, "/lines/0/key"), ({"key": "first"}, "/lines/0/key")],
)
def test_a_change_of_a_line_names_one(rest: Rest, member: Json, target: str) -> None:
    key = order(rest)

    error = refused_patch(
        rest, "order-entry/document::Sales%20Order", key, {"lines": [{**member, "memo": "x"}]}
    )

    assert [place for _, place in details(error)] == [target]


def test_a_line_is_changed_on_its_own_path_by_what_changes_alone(rest: Rest) -> None:
    key = order(rest)
    line = rest.get(ORDER, key)["lines"][0]["key"]

    rest.patch(LINE, line, {"memo": "hi"})

    assert rest.get(ORDER, key)["lines"][0]["memo"] == "hi"


@pytest.mark.parametrize("member", [{"key": "1"}, {"ia::operation": "delete"}])
def test_a_line_on_its_own_path_is_named_by_the_path(rest: Rest, member: Json) -> None:
    key = order(rest)
    line = rest.get(ORDER, key)["lines"][0]["key"]
    place = f"/{next(iter(member))}"

    changed = refused_patch(rest, "order-entry/document-line::Sales%20Order", line, member)
    added = rest.refused(
        LINE, {**item_line("MUG", "1", "1.00"), "documentHeader": {"key": key}, **member}, 400
    )

    assert [target for _, target in details(changed)] == [place]
    assert [target for _, target in details(added)] == [place]
    assert len(rest.get(ORDER, key)["lines"]) == 1


def test_the_document_of_a_new_line_is_named_by_key_or_id(rest: Rest) -> None:
    key = order(rest)
    line = item_line("MUG", "1", "12.50")

    rest.create(LINE, {**line, "documentHeader": {"key": key}})
    rest.create(LINE, {**line, "documentHeader": {"id": "Sales Order-SO0001"}})

    assert rest.get(ORDER, key)["totalInTxnCurrency"] == "50.00"


@pytest.mark.parametrize("owner", [{"key": "1"}, {"id": "Sales Order-SO0001"}, {"key": "9"}, None])
def test_a_line_goes_into_a_document_of_the_definition_that_its_path_names(
    rest: Rest, owner: Json | None
) -> None:
    key = order(rest)
    body = {**item_line("MUG", "1", "12.50"), "documentHeader": owner}

    error = rest.refused("order-entry/document-line::Sales Invoice", body, 400)

    assert details(error) == [("REST-1028", "/documentHeader")]
    assert len(rest.get(ORDER, key)["lines"]) == 1
