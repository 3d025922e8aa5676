"""Composites: steps in one call that may name each other's results, each with its own outcome."""

from __future__ import annotations

import dataclasses
from typing import Any

import httpx
import pytest

from intacct.errors import (
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    RejectedError,
)
from intacct.rest.answers import Answer
from intacct.rest.composite import Step, result_of, run
from tests.unit.intacct.rest.support import Server, client, created, envelope

CONTACT = Step(
    "POST", "/objects/company-config/contact", {"id": "C-1"}, "contact", idempotency_key="k-1"
)
CUSTOMER = Step(
    "POST",
    "/objects/accounts-receivable/customer",
    {"id": "C-1", "contacts": {"primary": {"key": result_of("contact")}}},
    idempotency_key="k-2",
)


def step(result: Any, status: int) -> dict[str, Any]:
    return {"ia::result": result, "ia::meta": {"totalCount": 1}, "ia::status": status}


def test_a_composite_names_earlier_results_and_carries_each_steps_key() -> None:
    server = Server(envelope([step({"key": "5"}, 201), step({"key": "6"}, 201)]))

    outcomes = run(client(server), [CONTACT, CUSTOMER], entity="100")

    assert [one.reference()["key"] for one in outcomes if isinstance(one, Answer)] == ["5", "6"]
    first, second = server.bodies()[0]
    assert first == {
        "method": "POST",
        "path": "/objects/company-config/contact",
        "body": {"id": "C-1"},
        "headers": {"Idempotency-Key": "k-1"},
        "resultReference": "contact",
    }
    assert second["body"]["contacts"] == {"primary": {"key": "@{contact.key}"}}
    assert server.requests[0].url.path.endswith("/services/core/composite")


def test_steps_after_a_failed_one_were_not_processed() -> None:
    refused = {"ia::error": {"code": "invalidRequest", "errorId": "REST-1043", "message": "no"}}
    skipped = {"ia::error": {"code": "unprocessed", "message": "an earlier one failed"}}
    server = Server(envelope([step(refused, 400), step(skipped, 422)], status=207))
    outcomes = run(client(server), [CONTACT, CUSTOMER])
    assert [type(one) for one in outcomes] == [RejectedError, NotSentError]


def test_a_composite_whose_answer_is_lost_is_unknown_in_every_step() -> None:
    outcomes: list[Answer | IntacctError] = run(
        client(Server(httpx.ReadError("x"))), [CONTACT, CUSTOMER]
    )
    assert [type(one) for one in outcomes] == [OutcomeUnknownError, OutcomeUnknownError]


@pytest.mark.parametrize("count", [0, 1, 11])
def test_a_composite_of_a_size_that_sage_refuses_is_not_sent(count: int) -> None:
    server = Server(created())
    with pytest.raises(ValueError, match="2 to 10"):
        run(client(server), [CONTACT] * count)
    assert server.requests == []


def test_a_row_in_a_list_is_counted_from_one() -> None:
    assert result_of("found", "id", row=1) == "@{found.1.id}"


def test_a_step_of_another_kind_of_path_is_not_sent() -> None:
    server = Server(created())
    with pytest.raises(ValueError, match="begins with"):
        run(client(server), [CONTACT, dataclasses.replace(CONTACT, path="/oauth2/revoke")])
    assert server.requests == []
