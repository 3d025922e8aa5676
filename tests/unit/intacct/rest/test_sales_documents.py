"""How customers and Order Entry documents are written, converted, and read back."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

import pytest

from intacct.documents import (
    Contact,
    Customer,
    DocumentResult,
    PostalAddress,
    SalesDocument,
    SalesLine,
)
from intacct.errors import NotSentError, OutcomeUnknownError, RejectedError
from tests.unit.intacct.rest.documents import (
    DAY,
    ORDER,
    actions,
    sent,
    usd,
)
from tests.unit.intacct.rest.support import Server, created, envelope, refusal


def test_a_customer_is_written_with_its_contact_inline() -> None:
    contact = Contact(
        "C-1",
        "Ada Lovelace",
        email="ada@example.com",
        address=PostalAddress(line1="1 Main St", city="Troy", state="NY", country="US"),
    )
    path, body = sent(Customer("C-1", "Ada Lovelace", contact, currency="USD", term="Net 30"))
    assert path == "/objects/accounts-receivable/customer"
    assert body == {
        "id": "C-1",
        "name": "Ada Lovelace",
        "status": "active",
        "currency": "USD",
        "term": {"id": "Net 30"},
        "contacts": {
            "default": {
                "printAs": "Ada Lovelace",
                "email1": "ada@example.com",
                "mailingAddress": {
                    "addressLine1": "1 Main St",
                    "city": "Troy",
                    "state": "NY",
                    "isoCountryCode": "us",
                },
            }
        },
    }


def test_a_sales_order_is_posted_to_its_typed_path() -> None:
    path, body = sent(ORDER)
    assert path == "/objects/order-entry/document::Sales Order"
    assert body["customer"] == {"id": "C-1"}
    assert body["referenceNumber"] == "1001-SO-ABCDEFGH"
    assert body["customerPONumber"] == "1001"
    assert body["lines"] == [
        {
            "dimensions": {
                "location": {"id": "100"},
                "department": {"id": "WEB"},
                "nsp::channel": {"key": "10001"},
                "item": {"id": "TEE"},
            },
            "unit": "Each",
            "unitQuantity": "2",
            "unitPrice": "25.00",
        },
        {
            "dimensions": {"item": {"id": "DISCOUNT"}},
            "unit": "Each",
            "unitQuantity": "1",
            "unitPrice": "-6.25",
        },
    ]


def test_a_unit_price_keeps_all_its_decimals() -> None:
    line = SalesLine("TEE", Decimal("0.5"), "Each", usd("0.12345"))
    document = SalesDocument("Sales Order", "R", "C-1", DAY, "USD", (line,))
    _, body = sent(document)
    assert body["lines"][0]["unitPrice"] == "0.12345"
    assert body["lines"][0]["unitQuantity"] == "0.5"


@pytest.mark.parametrize(
    ("definition", "encoded"),
    [
        ("Sales Order", b"Sales%20Order"),
        ("B2B/Web Order", b"B2B%2FWeb%20Order"),
        ("Was? #1", b"Was%3F%20%231"),
    ],
)
def test_the_definition_travels_url_encoded(definition: str, encoded: bytes) -> None:
    server = Server(created(invoice={"key": "9"}))
    document = dataclasses.replace(ORDER, definition=definition)
    actions(server).create(document, idempotency_key="k")
    assert server.requests[0].url.raw_path.endswith(b"/order-entry/document::" + encoded)


def conversion(*positions: int) -> SalesDocument:
    lines = tuple(
        SalesLine("TEE", Decimal(1), "Each", usd("25.00"), source_line=position)
        for position in positions
    )
    return SalesDocument("Sales Invoice", "R-1", "C-1", DAY, "USD", lines, source="77")


def source_document() -> Any:
    """Lines come in any order; their numbers say which is which."""
    return envelope(
        {
            "key": "77",
            "lines": [
                {"key": "502", "lineNumber": "1"},
                {"key": "501", "lineNumber": "0"},
            ],
        }
    )


def test_a_conversion_reads_its_source_once_and_names_the_lines_by_key() -> None:
    server = Server(source_document(), created(invoice={"key": "9"}))

    result = actions(server).create(conversion(1, 0), idempotency_key="k")

    assert server.requests[0].method == "GET"
    assert server.requests[0].url.path.endswith("/objects/order-entry/document/77")
    body = server.bodies()[0]
    assert body["sourceDocument"] == {"key": "77"}
    assert [line["sourceDocumentLine"] for line in body["lines"]] == [
        {"key": "502"},
        {"key": "501"},
    ]
    assert {line["sourceDocument"]["key"] for line in body["lines"]} == {"77"}
    assert result.invoice_key == "9"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "lines",
    [[{"key": "11", "lineNumber": 1}, {"key": "12"}], [{"lineNumber": 1}], ["x"], {"key": "11"}],
)
def test_a_conversion_whose_source_does_not_tell_its_lines_apart_is_not_sent(lines: Any) -> None:
    server = Server(envelope({"key": "7", "lines": lines}), created())
    converting = dataclasses.replace(ORDER.lines[0], source_line=0)
    with pytest.raises(NotSentError):
        actions(server).create(
            dataclasses.replace(ORDER, source="7", lines=(converting,)), idempotency_key="k"
        )
    assert len(server.requests) == 1


def test_a_line_that_converts_what_is_not_there_is_refused_before_sending() -> None:
    server = Server(source_document())
    with pytest.raises(RejectedError, match="line 5 of the source"):
        actions(server).create(conversion(5), idempotency_key="k")
    assert [request.method for request in server.requests] == ["GET"]


def test_an_invoice_is_read_back_once_for_the_ar_invoice_it_made() -> None:
    full = envelope(
        {
            "key": "417",
            "id": "Sales Invoice-SI1",
            "state": "pending",
            "txnCurrency": "USD",
            "totalInTxnCurrency": "69.95",
            "invoice": {"key": "9"},
        }
    )
    server = Server(created(), full)
    document = SalesDocument("Sales Invoice", "R", "C-1", DAY, "USD", ORDER.lines)

    result = actions(server).create(document, idempotency_key="k")

    assert result == DocumentResult("417", "Sales Invoice-SI1", "pending", usd("69.95"), "9")
    assert [request.method for request in server.requests] == ["POST", "GET"]


def test_a_definition_that_makes_no_invoice_is_read_back_only_the_first_time() -> None:
    order = envelope({"key": "417", "totalInTxnCurrency": "43.75", "txnCurrency": "USD"})
    server = Server(created(), order, created("418"))
    asked = actions(server)

    asked.create(ORDER, idempotency_key="k-1")
    asked.create(ORDER, idempotency_key="k-2")

    assert [request.method for request in server.requests] == ["POST", "GET", "POST"]


def test_a_document_of_nothing_teaches_nothing_about_its_definition() -> None:
    empty = envelope({"key": "417", "totalInTxnCurrency": "0.00", "txnCurrency": "USD"})
    full = envelope({"key": "418", "totalInTxnCurrency": "5.00", "invoice": {"key": "9"}})
    server = Server(created(), empty, created("418"), full)
    asked = actions(server)

    asked.create(ORDER, idempotency_key="k-1")

    assert asked.create(ORDER, idempotency_key="k-2").invoice_key == "9"


def test_a_document_that_was_created_and_not_read_back_is_in_doubt() -> None:
    server = Server(created(), refusal(429))
    with pytest.raises(OutcomeUnknownError):
        actions(server).create(ORDER, idempotency_key="k")
