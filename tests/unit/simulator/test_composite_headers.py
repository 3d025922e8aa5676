"""Headers of the members of a composite request are their own (REST reference §10.1)."""

from __future__ import annotations

from typing import Any

from local.intacct_simulator.company import Company
from tests.unit.simulator.object_paths import CUSTOMER
from tests.unit.simulator.rest_desk import Json, Rest

PATH = f"/objects/{CUSTOMER}"
ADA = {"id": "C-1", "name": "Ada"}
EVE = {"id": "C-2", "name": "Eve"}


def member(body: Json, **headers: str) -> Json:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"method": "POST", "path": PATH, "body": body, "headers": named}


def run(rest: Rest, *members: Json) -> tuple[list[int], list[Any]]:
    rows = rest.send("POST", "/services/core/composite", list(members)).json()["ia::result"]
    return [row["ia::status"] for row in rows], rows


def test_a_member_works_in_the_entity_that_its_header_names(rest: Rest) -> None:
    rest.entity = "100"

    statuses, _ = run(rest, member(ADA, X_IA_API_Param_Entity="200"), member(EVE))
    rest.entity = ""

    assert statuses == [201, 201]
    assert rest.get(CUSTOMER, "1")["entity"]["id"] == "200"
    assert rest.get(CUSTOMER, "2")["entity"]["id"] == "100"


def test_a_member_does_not_enter_an_entity_that_is_closed_to_its_user(
    company: Company, rest: Rest
) -> None:
    company.add_user("german", "pw", entities=["200"])
    rest.sign_in("german@cartledger-demo-imp")

    statuses, rows = run(rest, member(ADA, X_IA_API_Param_Entity="100"), member(EVE))

    assert statuses == [403, 422]
    assert rows[0]["ia::error"]["code"] == "GW-0042"
    assert rest.query(CUSTOMER, ["id"]) == []


def test_a_member_under_a_key_is_done_once(rest: Rest) -> None:
    first = run(rest, member(ADA, Idempotency_Key="k-1"), member(EVE, Idempotency_Key="k-2"))

    again = run(rest, member(ADA, Idempotency_Key="k-1"), member(EVE, Idempotency_Key="k-2"))
    alone = rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=201)

    assert first[0] == [201, 201]
    assert again == first
    assert "x-ia-idempotency-cached-date" in alone.headers
    assert len(rest.query(CUSTOMER, ["key"])) == 2


def test_a_member_under_a_key_of_another_request_is_a_conflict(rest: Rest) -> None:
    rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=201)

    statuses, _ = run(rest, member(EVE, Idempotency_Key="k-1"), member(EVE))

    assert statuses == [409, 422]


def test_two_members_under_one_key_are_one_request(rest: Rest) -> None:
    statuses, rows = run(
        rest, member(ADA, Idempotency_Key="k-1"), member(ADA, Idempotency_Key="k-1")
    )

    assert statuses == [201, 201]
    assert rows[0]["ia::result"] == rows[1]["ia::result"]
