"""Many documents in one call: each row has an outcome of its own."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import httpx
import pytest

from intacct.documents import (
    Customer,
    Document,
    DocumentResult,
    JournalEntry,
    JournalLine,
    SalesDocument,
    Side,
)
from intacct.errors import (
    DuplicateDocumentError,
    NotSentError,
    OutcomeUnknownError,
    PermissionDeniedError,
    RateLimitedError,
    RejectedError,
)
from intacct.rest.actions import RestActions
from intacct.rest.rows import batch_key
from tests.unit.intacct.rest.documents import DAY, ORDER, actions, usd
from tests.unit.intacct.rest.support import Server, client, created, envelope, page, refusal

ADA, BOB, EVE = (Customer(name, name) for name in ("C-1", "C-2", "C-3"))
TAKEN = {"message": "Another record with the value C-2 already exists", "errorId": "AR-1"}


def row(key: str) -> dict[str, Any]:
    return {"key": key, "id": f"C-{key}", "href": f"/objects/x/{key}", "ia::status": 201}


def failed(detail: dict[str, Any], *, code: str = "operationFailed", status: int = 422) -> Any:
    error = {"code": code, "errorId": "REST-7001", "message": "refused", "details": [detail]}
    return {"ia::error": error, "ia::status": status}


def post(server: Server, *documents: Document, **options: bool) -> list[Any]:
    keys = [f"k-{number}" for number in range(len(documents))]
    return actions(server).create_many(documents, keys, **options)


def kinds(outcomes: list[Any]) -> list[type]:
    return [type(outcome) for outcome in outcomes]


def test_documents_of_one_object_go_in_one_call_in_their_order() -> None:
    server = Server(envelope([row("1"), row("2"), row("3")], status=201))

    outcomes = post(server, ADA, BOB, EVE)

    (request,) = server.requests
    assert request.url.path.endswith("/objects/accounts-receivable/customer")
    assert request.headers["Idempotency-Key"] == batch_key(["k-0", "k-1", "k-2"])
    assert "X-IA-API-Param-Transaction" not in request.headers
    assert [body["id"] for body in server.bodies()[0]] == ["C-1", "C-2", "C-3"]
    assert outcomes == [DocumentResult(key, f"C-{key}") for key in ("1", "2", "3")]


def test_a_row_that_was_refused_does_not_hide_the_others() -> None:
    server = Server(envelope([row("1"), failed(TAKEN), row("3")], status=207))

    first, second, third = post(server, ADA, BOB, EVE)

    assert (first.key, third.key) == ("1", "3")
    assert isinstance(second, DuplicateDocumentError)
    assert second.codes[0] == "AR-1"
    assert second.status == 422


def test_rows_that_were_all_refused_keep_their_own_reasons() -> None:
    other = {"message": "bad term", "errorId": "AR-2"}
    rows = [failed(TAKEN), failed(other)]
    server = Server(envelope(rows, status=422))

    first, second = post(server, ADA, BOB)

    assert kinds([first, second]) == [DuplicateDocumentError, RejectedError]
    assert second.codes[0] == "AR-2"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ReadTimeout("x"),
        httpx.RemoteProtocolError("x"),
        httpx.Response(500, text="<html>"),
        httpx.Response(201, text="<html>"),
        envelope([row("1")], status=201),
        envelope({"key": "1"}, status=201),
        envelope([{}, {}], status=207),
        envelope([row("1"), row("2")], status=500),
        refusal(409, code="x", error_id=""),
    ],
    ids=str,
)
def test_an_answer_that_does_not_tell_leaves_every_row_unknown(answer: Any) -> None:
    outcomes = post(Server(answer), ADA, BOB)
    assert kinds(outcomes) == [OutcomeUnknownError, OutcomeUnknownError]


def test_a_call_that_never_left_leaves_every_row_unsent() -> None:
    outcomes = post(Server(httpx.ConnectError("x")), ADA, BOB)
    assert kinds(outcomes) == [NotSentError, NotSentError]


def test_a_throttled_batch_says_of_every_row_when_to_come_back() -> None:
    answer = refusal(429, code="GW-0010", error_id="", headers={"Retry-After": "7"})
    for outcome in post(Server(answer), ADA, BOB):
        assert isinstance(outcome, RateLimitedError)
        assert outcome.retry_after_seconds == 7


def test_a_row_of_a_server_error_is_unknown_and_the_rest_known() -> None:
    rows = [row("1"), failed({"message": "crashed"}, status=500)]
    first, second = post(Server(envelope(rows, status=207)), ADA, BOB)
    assert first.key == "1"
    assert isinstance(second, OutcomeUnknownError)


def test_a_batch_refused_as_a_whole_goes_again_in_halves_and_one_bad_row_costs_only_itself() -> (
    None
):
    seen: list[tuple[int, str]] = []

    def server(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        rows = body if isinstance(body, list) else [body]
        seen.append((len(rows), request.headers["Idempotency-Key"]))
        if any(row["id"] == "C-2" for row in rows):
            return refusal(400, {"message": "a member is not known"})
        if len(rows) == 1:
            return created(rows[0]["id"])
        return envelope([row(one["id"]) for one in rows], status=201)

    rest = RestActions(client(server), entity="100", base_currency="USD")
    outcomes = rest.create_many([ADA, BOB, EVE], ["k-0", "k-1", "k-2"])

    assert kinds(outcomes) == [DocumentResult, RejectedError, DocumentResult]
    assert [size for size, _ in seen] == [3, 1, 2, 1, 1]
    assert len({key for _, key in seen}) == 5


def test_what_is_true_of_every_row_is_not_tried_again_row_by_row() -> None:
    server = Server(refusal(403, code="permissionDenied"))

    outcomes = post(server, ADA, BOB, EVE)

    assert all(isinstance(outcome, PermissionDeniedError) for outcome in outcomes)
    assert len(server.requests) == 1


def test_an_atomic_batch_asks_for_it_and_what_was_undone_may_go_again_under_a_new_key() -> None:
    undone = failed({"message": "rolled back"}, code="unprocessed")
    server = Server(envelope([undone, failed(TAKEN)], status=422))

    first, second = post(server, ADA, BOB, is_atomic=True)

    assert server.requests[0].headers["X-IA-API-Param-Transaction"] == "true"
    assert type(first) is NotSentError
    assert first.is_replay
    assert isinstance(second, DuplicateDocumentError)


def test_an_atomic_batch_of_two_objects_is_not_sent() -> None:
    server = Server(created())
    with pytest.raises(ValueError, match="atomic"):
        post(server, ADA, entry("JE-1"), is_atomic=True)
    assert server.requests == []


def entry(reference: str, credit: str = "10.00") -> JournalEntry:
    lines = (
        JournalLine("5000", Side.DEBIT, usd("10.00")),
        JournalLine("1300", Side.CREDIT, usd(credit)),
    )
    return JournalEntry(reference, "GJ", DAY, "x", lines)


def test_what_would_be_refused_stays_behind_and_the_rest_goes() -> None:
    server = Server(envelope([row("1"), row("2")], status=201))

    outcomes = post(server, entry("JE-1"), entry("JE-2", credit="9.00"), entry("JE-3"))

    assert kinds(outcomes) == [DocumentResult, RejectedError, DocumentResult]
    assert [body["referenceNumber"] for body in server.bodies()[0]] == ["JE-1", "JE-3"]


def test_of_an_atomic_batch_nothing_goes_when_one_would_be_refused() -> None:
    server = Server(created())
    outcomes = post(server, entry("JE-1"), entry("JE-2", credit="9.00"), is_atomic=True)
    assert kinds(outcomes) == [NotSentError, RejectedError]
    assert server.requests == []


def test_each_object_has_a_call_of_its_own_and_a_row_alone_its_own_key() -> None:
    server = Server(envelope([row("1"), row("2")], status=201), created("9"))

    outcomes = post(server, ADA, entry("JE-1"), BOB)

    assert [outcome.key for outcome in outcomes] == ["1", "9", "2"]
    assert [request.headers["Idempotency-Key"] for request in server.requests] == [
        batch_key(["k-0", "k-2"]),
        "k-1",
    ]


def test_more_rows_than_sage_takes_go_in_several_calls() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        if isinstance(body, dict):
            sizes.append(1)
            return created("500")
        sizes.append(len(body))
        return envelope([row(str(number)) for number in range(len(body))], status=201)

    sizes: list[int] = []
    documents = [Customer(f"C-{number}", "x") for number in range(501)]
    keys = [f"k-{number}" for number in range(501)]

    outcomes = RestActions(client(answer), entity="100").create_many(documents, keys)

    assert sizes == [500, 1]
    assert [one.key for one in outcomes[499:] if isinstance(one, DocumentResult)] == ["499", "500"]


@pytest.mark.parametrize("count", [0, 501])
def test_a_call_of_a_size_that_sage_refuses_is_not_sent(count: int) -> None:
    server = Server(created())
    with pytest.raises(ValueError, match="500"):
        client(server).post_rows("/objects/x/y", [{}] * count, idempotency_key="k")
    assert server.requests == []


def test_the_key_of_a_batch_is_that_of_its_rows_in_their_order() -> None:
    assert batch_key(["a", "b"]) == batch_key(["a", "b"])
    assert len({batch_key(keys) for keys in (["a", "b"], ["b", "a"], ["a"], ["a", "b", "c"])}) == 4
    assert len(batch_key([str(number) for number in range(500)])) <= 256


def test_orders_are_read_back_together_for_their_totals() -> None:
    orders = [dataclasses.replace(ORDER, reference=f"R-{number}") for number in range(3)]
    read: list[dict[str, Any]] = [
        {"key": key, "id": f"Sales Order-{key}", "state": "pending", "txnCurrency": "USD"}
        | {"totalInTxnCurrency": "43.75", "invoice.key": None}
        for key in ("1", "2", "3")
    ]
    server = Server(envelope([row("1"), row("2"), row("3")], status=201), page(read))

    outcomes = post(server, *orders)

    assert len(server.requests) == 2
    assert server.bodies()[1]["filters"] == [{"$in": {"key": ["1", "2", "3"]}}]
    assert [outcome.total for outcome in outcomes] == [usd("43.75")] * 3


def test_orders_that_cannot_be_read_back_are_unknown_and_the_refused_one_is_refused() -> None:
    orders = [dataclasses.replace(ORDER, reference=f"R-{number}") for number in range(3)]
    answer = envelope([row("1"), failed({"message": "no"}), row("3")], status=207)
    server = Server(answer, httpx.ReadTimeout("x"))
    outcomes = post(server, *orders)
    assert kinds(outcomes) == [OutcomeUnknownError, RejectedError, OutcomeUnknownError]


def test_the_sources_of_several_conversions_are_read_in_one_call() -> None:
    def source(key: str) -> dict[str, Any]:
        lines = [{"key": f"{key}2", "lineNumber": 2}, {"key": f"{key}1", "lineNumber": 1}]
        return {"key": key, "lines": lines}

    invoiced = [{**row(key), "invoice": {"key": f"9{key}"}} for key in ("1", "2")]
    server = Server(envelope([source("10"), source("20")]), envelope(invoiced, status=201))

    outcomes = post(server, converting("10"), converting("20"))

    assert server.requests[0].url.path.endswith("/objects/order-entry/document/10,20")
    sent = [
        line["sourceDocumentLine"]["key"] for body in server.bodies()[0] for line in body["lines"]
    ]
    assert sent == ["101", "102", "201", "202"]
    assert [outcome.invoice_key for outcome in outcomes] == ["91", "92"]


def test_each_document_needs_a_key_of_its_own() -> None:
    with pytest.raises(ValueError, match="of its own"):
        actions(Server(created())).create_many([ADA, BOB], ["k"])


def converting(source: str) -> SalesDocument:
    """An invoice of every line of the order with that key."""
    lines = tuple(
        dataclasses.replace(line, source_line=place) for place, line in enumerate(ORDER.lines)
    )
    return dataclasses.replace(ORDER, definition="Sales Invoice", source=source, lines=lines)


def test_a_source_that_cannot_be_read_keeps_its_own_invoice_back_only() -> None:
    lines = [{"key": "101", "lineNumber": 1}, {"key": "102", "lineNumber": 2}]
    missing = refusal(404, code="notFound", error_id="")
    server = Server(
        missing,  # both at once
        envelope({"key": "10", "lines": lines}),
        missing,  # the second by itself
        created("1", invoice={"key": "91"}),
    )

    first, second = post(server, converting("10"), converting("20"))

    assert first.invoice_key == "91"
    assert isinstance(second, RejectedError)
    assert second.status == 404


def test_a_source_that_is_left_out_of_the_answer_is_not_there() -> None:
    lines = [{"key": "101", "lineNumber": 1}, {"key": "102", "lineNumber": 2}]
    server = Server(
        envelope([{"key": "10", "lines": lines}], status=207), created("1", invoice={"key": "91"})
    )
    first, second = post(server, converting("10"), converting("20"))
    assert first.key == "1"
    assert isinstance(second, RejectedError)


def test_orders_of_which_one_is_not_shown_yet_are_unknown() -> None:
    orders = [dataclasses.replace(ORDER, reference=f"R-{number}") for number in range(2)]
    shown = {"key": "1", "txnCurrency": "USD", "totalInTxnCurrency": "43.75"}
    server = Server(envelope([row("1"), row("2")], status=201), page([shown]))
    assert kinds(post(server, *orders)) == [OutcomeUnknownError, OutcomeUnknownError]


def test_a_row_that_failed_without_a_word_or_with_a_status_of_nonsense_is_unknown() -> None:
    rows = [{"ia::status": 422}, {"key": "2", "ia::status": "fine"}, row("3")]
    first, second, third = post(Server(envelope(rows, status=207)), ADA, BOB, EVE)
    assert isinstance(first, OutcomeUnknownError)
    assert (second.key, third.key) == ("2", "3")
