"""Idempotency keys, composite requests, model, dimensions and the session bridge."""

from __future__ import annotations

import pytest

from local.intacct_simulator.company import Company
from tests.unit.simulator.rest_desk import Rest, invoice

CUSTOMER = "accounts-receivable/customer"
PATH = f"/objects/{CUSTOMER}"
ADA = {"id": "C-1", "name": "Ada"}
HOUR = 3600


def test_the_same_key_and_request_replay_the_first_answer(rest: Rest) -> None:
    first = rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=201)
    second = rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=201)

    assert second.json() == first.json()
    assert second.headers["Idempotency-Key"] == "k-1"
    assert second.headers["x-ia-idempotency-cached-date"] == "2026-11-20T12:00:00Z"
    assert "x-ia-idempotency-cached-date" not in first.headers
    assert len(rest.query(CUSTOMER, ["key"])) == 1


def test_a_failure_is_stored_like_a_success(rest: Rest) -> None:
    rest.send("POST", "/objects/accounts-receivable/invoice", invoice(), Idempotency_Key="k-1")
    rest.customer()

    path = "/objects/accounts-receivable/invoice"
    again = rest.send("POST", path, invoice(), Idempotency_Key="k-1", expect=400)
    renewed = rest.send("POST", path, invoice(), Idempotency_Key="k-2", expect=201)

    assert "specified is not valid" in again.text
    assert renewed.json()["ia::result"]["key"] == "1"


def test_a_key_used_for_something_else_is_a_conflict(rest: Rest) -> None:
    rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=201)

    rest.send("POST", PATH, {"id": "C-2", "name": "Eve"}, Idempotency_Key="k-1", expect=409)

    assert len(rest.query(CUSTOMER, ["key"])) == 1


def test_after_48_hours_the_answer_is_gone_and_the_key_is_not(company: Company, rest: Rest) -> None:
    rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=201)

    company.clock.advance(48 * HOUR)
    rest.sign_in()
    rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=409)
    company.clock.advance(59 * 24 * HOUR)
    rest.sign_in()

    answer = rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=409)
    assert "already exists" in answer.text


def test_keys_of_different_users_do_not_meet(company: Company, rest: Rest) -> None:
    rest.send("POST", PATH, ADA, Idempotency_Key="k-1", expect=201)
    company.add_user("second", "pw")
    rest.sign_in("second@cartledger-demo-imp")

    rest.send("POST", PATH, {"id": "C-2", "name": "Eve"}, Idempotency_Key="k-1", expect=201)


def test_a_composite_request_refers_to_earlier_results(rest: Rest) -> None:
    members = [
        {"method": "POST", "path": PATH, "body": ADA, "resultReference": "made"},
        {"method": "PATCH", "path": f"{PATH}/@{{made.key}}", "body": {"notes": "@{made.id}"}},
    ]

    answer = rest.send("POST", "/services/core/composite", members, expect=200).json()

    assert [row["ia::status"] for row in answer["ia::result"]] == [201, 200]
    assert answer["ia::meta"] == {"totalCount": 2}
    assert rest.get(CUSTOMER, "1")["notes"] == "C-1"


def test_a_composite_request_refers_to_what_lies_deep_or_in_a_row(rest: Rest) -> None:
    rest.customer("P-1", notes='Say "hi" @ home')
    rest.customer("C-1", parent={"id": "P-1"})
    parent = {"$eq": {"id": "@{child.parent.id}"}}
    asked = {"object": CUSTOMER, "fields": ["key", "notes", "parent.id"], "filters": [parent]}
    members = [
        {"method": "GET", "path": f"{PATH}/2", "resultReference": "child"},
        {
            "method": "POST",
            "path": "/services/core/query",
            "body": asked,
            "resultReference": "found",
        },
        {
            "method": "PATCH",
            "path": f"{PATH}/@{{child.key}}",
            "body": {"notes": "@{found.1.notes}"},
        },
    ]

    rest.send("POST", "/services/core/composite", members, expect=200)

    assert rest.get(CUSTOMER, "2")["notes"] == 'Say "hi" @ home'


@pytest.mark.parametrize(
    "member",
    [
        {"method": "GET", "path": PATH, "headers": ["Prefer"]},
        {"method": "GET", "path": f"{PATH}/@{{made.parent}}"},
        {"method": "GET", "path": f"{PATH}/@{{made.2.key}}"},
        {"method": "GET", "path": f"{PATH}/@{{nobody.key}}"},
        {"method": "POST", "path": "/services/bulk/job/create", "body": {"file": []}},
        {"method": "POST", "path": "/services/bulk/job/create"},
        {"method": 7, "path": PATH},
        "GET",
    ],
)
def test_a_member_of_a_composite_request_that_is_wrong_fails_by_itself(
    rest: Rest, member: object
) -> None:
    members = [{"method": "POST", "path": PATH, "body": ADA, "resultReference": "made"}, member]

    answer = rest.send("POST", "/services/core/composite", members, expect=207).json()

    statuses = [row["ia::status"] for row in answer["ia::result"]]
    assert statuses[0] == 201
    assert 400 <= statuses[1] < 500


def test_a_composite_request_stops_at_the_first_failure_and_keeps_the_rest(rest: Rest) -> None:
    members = [
        {"method": "POST", "path": PATH, "body": ADA},
        {"method": "POST", "path": PATH, "body": ADA},
        {"method": "POST", "path": PATH, "body": {"id": "C-2", "name": "Eve"}},
    ]

    answer = rest.send("POST", "/services/core/composite", members, expect=207).json()

    rows = answer["ia::result"]
    assert [row["ia::status"] for row in rows] == [201, 409, 422]
    assert rows[2]["ia::result"]["ia::error"]["code"] == "unprocessed"
    assert [row["id"] for row in rest.query(CUSTOMER, ["id"])] == ["C-1"]


def test_a_composite_request_has_two_to_ten_members(rest: Rest) -> None:
    one = {"method": "GET", "path": PATH}

    rest.send("POST", "/services/core/composite", [one], expect=400)
    rest.send("POST", "/services/core/composite", [one] * 11, expect=400)


def test_the_model_describes_fields_references_lists_and_verbs(rest: Rest) -> None:
    answer = rest.send("GET", "/services/core/model?name=accounts-receivable%2Finvoice", expect=200)

    model = answer.json()["ia::result"]
    assert model["fields"]["state"]["enum"][:2] == ["draft", "noValue"]
    assert model["fields"]["totalTxnAmount"]["readOnly"] is True
    assert model["fields"]["invoiceDate"]["required"] is False
    assert model["refs"]["customer"]["apiObject"] == CUSTOMER
    assert model["groups"]["currency"]["groups"]["exchangeRate"]["fields"]["rate"]
    assert model["lists"]["lines"]["apiObject"] == "accounts-receivable/invoice-line"
    assert model["httpMethods"] == "OPTIONS,GET,POST,PATCH,DELETE"
    assert model["type"] == "rootObject"
    assert model["idempotenceSupported"] is True


def test_the_model_of_lines_names_their_owner(rest: Rest) -> None:
    path = "/services/core/model?name=accounts-receivable%2Finvoice-line"

    model = rest.send("GET", path, expect=200).json()["ia::result"]

    assert model["type"] == "ownedObject"
    assert model["refs"]["invoice"]["isOwner"] is True


def test_operations_that_a_role_allows_are_told_key_by_key(company: Company, rest: Rest) -> None:
    rest.customer()
    company.add_user("clerk", "pw", permissions={"customer": ["list", "view"]})
    asked = {"object": CUSTOMER, "keys": ["1", "9", "x"], "operations": ["canView", "canDelete"]}

    def told(body: object = asked) -> list[tuple[str, list[str]]]:
        answer = rest.send("POST", "/services/core/allowed-operations/list", body, expect=200)
        return [(row["key"], row["operations"]) for row in answer.json()["ia::result"]]

    of_admin = told()
    every = told({"object": CUSTOMER, "keys": ["1"]})
    rest.sign_in("clerk@cartledger-demo-imp")

    assert of_admin == [("1", ["canView", "canDelete"]), ("9", []), ("x", [])]
    assert every == [("1", ["canView", "canEdit", "canDelete"])]
    assert told() == [("1", ["canView"]), ("9", []), ("x", [])]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"object": CUSTOMER},
        {"object": CUSTOMER, "keys": ["1"], "operations": ["canFly"]},
        {"object": CUSTOMER, "keys": ["1"], "operations": [{}]},
    ],
)
def test_a_question_about_operations_that_is_wrong_is_refused(rest: Rest, body: object) -> None:
    rest.send("POST", "/services/core/allowed-operations/list", body, expect=400)


def test_the_dimensions_are_listed_with_their_endpoints(rest: Rest) -> None:
    rows = rest.send("GET", "/services/company-config/dimensions/list").json()["ia::result"]

    endpoints = {row["dimensionName"]: row["dimensionEndpoint"] for row in rows}
    assert endpoints["DEPARTMENT"] == "/objects/company-config/department"
    for endpoint in endpoints.values():
        rest.send("GET", endpoint, expect=200)


def test_a_token_opens_an_xml_session_in_its_entity(company: Company, rest: Rest) -> None:
    rest.entity = "200"

    result = rest.send("GET", "/services/core/session/id", expect=200).json()["ia::result"]

    session = company.sessions.use(result["sessionId"])
    assert session is not None
    assert (session.user, session.entity) == ("ws_cartledger", "200")
    assert result["expiresIn"] == 21_600


def test_a_session_slides_with_use_and_dies_without(company: Company) -> None:
    session = company.sessions.open("ws_cartledger", "")

    company.clock.advance(21_000)
    used = company.sessions.use(session.id)
    company.clock.advance(21_599)
    alive = company.sessions.use(session.id)
    company.clock.advance(21_600)

    assert used is not None
    assert alive is not None
    assert company.sessions.use(session.id) is None
    assert session.id not in repr(session)
