"""Lines belong to their document, and each document is read by every path to it."""

from __future__ import annotations

from tests.unit.simulator.object_paths import CUSTOMER, ORDER
from tests.unit.simulator.rest_desk import Rest, document, item_line


def test_lines_are_added_changed_and_deleted_through_their_document(rest: Rest) -> None:
    rest.customer()
    key = rest.create(
        ORDER, document([item_line("TEE", "1", "25.00"), item_line("MUG", "1", "12.50")])
    )
    first, second = rest.get(ORDER, key)["lines"]

    rest.patch(
        ORDER,
        key,
        {
            "lines": [
                {"key": first["key"], "unitQuantity": "2"},
                {"key": second["key"], "ia::operation": "delete"},
                item_line("SHIPPING", "1", "8.00"),
            ]
        },
    )

    record = rest.get(ORDER, key)
    assert record["totalInTxnCurrency"] == "58.00"
    assert [line["dimensions"]["item"]["id"] for line in record["lines"]] == ["TEE", "SHIPPING"]
    assert record["lines"][0]["key"] == first["key"]


def test_a_line_can_be_posted_and_removed_on_its_own_path(rest: Rest) -> None:
    rest.customer()
    order = rest.create(ORDER, document([item_line("TEE", "1", "25.00")]))
    path = "order-entry/document-line::Sales Order"

    line = rest.create(path, {**item_line("MUG", "1", "12.50"), "documentHeader": {"key": order}})
    grown = rest.get(ORDER, order)["totalInTxnCurrency"]
    rest.send("DELETE", f"/objects/order-entry/document-line::Sales%20Order/{line}", expect=204)

    assert grown == "37.50"
    assert rest.get(ORDER, order)["totalInTxnCurrency"] == "25.00"


def test_the_untyped_document_path_reads_every_definition(rest: Rest) -> None:
    rest.customer()
    rest.create(ORDER, document([item_line("TEE", "1", "25.00")]))
    rest.create("order-entry/document::Sales Invoice", document([item_line("TEE", "1", "25.00")]))

    untyped = rest.send("GET", "/objects/order-entry/document", expect=200).json()["ia::result"]
    typed = rest.send("GET", "/objects/order-entry/document::Sales%20Order").json()["ia::result"]

    assert [row["id"] for row in untyped] == ["Sales Order-SO0001", "Sales Invoice-SI0001"]
    assert [row["id"] for row in typed] == ["Sales Order-SO0001"]


def test_a_list_carries_references_and_paging_only(rest: Rest) -> None:
    rest.customer()

    answer = rest.send("GET", f"/objects/{CUSTOMER}", expect=200).json()

    assert answer["ia::result"][0].keys() == {"key", "id", "href"}
    assert answer["ia::meta"] == {
        "totalCount": 1,
        "start": 1,
        "pageSize": 100,
        "next": None,
        "previous": None,
    }
