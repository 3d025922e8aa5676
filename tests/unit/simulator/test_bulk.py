"""Bulk jobs: a file of records, asked about until it is done, its rows fetched (REST §10.3)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from local.intacct_simulator.company import Company
from tests.unit.simulator.rest_desk import BASE, Rest

CUSTOMER = "accounts-receivable/customer"


def send(rest: Rest, operation: str, rows: object, **more: Any) -> httpx.Response:
    if not rest.token:
        rest.sign_in()
    body = {"objectName": CUSTOMER, "operation": operation, "fileContentType": "json", **more}
    return rest.http.post(
        f"{BASE}/services/bulk/job/create",
        headers={"Authorization": f"Bearer {rest.token}"},
        files={
            "ia::requestBody": (None, json.dumps(body), "application/json"),
            "file": ("rows.json", json.dumps(rows), "application/json"),
        },
    )


def outcome(rest: Rest, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    path = answer.json()["ia::result"]["statusURL"]
    told = [rest.send("GET", path).json()["ia::result"]["status"] for _ in range(2)]
    assert told == ["processing", "completed"]
    found: dict[str, Any] = rest.send("GET", f"{path}&download=true").json()
    return found


def test_a_job_tells_the_outcome_of_each_row(rest: Rest) -> None:
    rows = [{"id": "C-1", "name": "Ada"}, {"id": "C-1", "name": "Ada"}, {"id": "C-2"}]

    told = outcome(rest, send(rest, "create", rows))

    assert [row["ia::status"] for row in told["ia::result"]] == [201, 409, 400]
    assert told["ia::meta"] == {"totalCount": 3, "totalSuccess": 1, "totalError": 2}
    assert [row["id"] for row in rest.query(CUSTOMER, ["id"])] == ["C-1"]


def test_a_job_has_more_rows_than_a_batch(rest: Rest) -> None:
    rows = [{"id": f"C-{number}", "name": "Ada"} for number in range(501)]

    told = outcome(rest, send(rest, "create", rows))

    assert told["ia::meta"]["totalSuccess"] == 501
    assert {row["ia::status"] for row in told["ia::result"]} == {201}


def test_a_job_changes_and_deletes_by_key(rest: Rest) -> None:
    key = rest.create(CUSTOMER, {"id": "C-1", "name": "Ada"})

    outcome(rest, send(rest, "update", [{"key": key, "name": "Grace"}]))
    assert rest.get(CUSTOMER, key)["name"] == "Grace"
    told = outcome(rest, send(rest, "delete", [{"key": key}]))

    assert told["ia::result"] == [{"ia::status": 204}]
    assert rest.query(CUSTOMER, ["id"]) == []


def test_a_deletion_of_one_row_that_fails_is_told_by_its_job(rest: Rest) -> None:
    told = outcome(rest, send(rest, "delete", [{"key": "99999"}]))

    assert [row["ia::status"] for row in told["ia::result"]] == [404]
    assert told["ia::result"][0]["ia::error"]["code"] == "notFound"
    assert told["ia::meta"] == {"totalCount": 1, "totalSuccess": 0, "totalError": 1}


def test_a_row_that_is_left_over_does_not_hide_what_was_deleted(rest: Rest) -> None:
    send(rest, "create", [{"id": f"C-{number}", "name": "Ada"} for number in range(500)])
    rows = [{"key": str(number)} for number in [*range(1, 501), 99999]]

    told = outcome(rest, send(rest, "delete", rows))

    assert told["ia::meta"] == {"totalCount": 501, "totalSuccess": 500, "totalError": 1}
    assert told["ia::result"][-1]["ia::status"] == 404


def test_who_may_not_delete_gets_no_job(company: Company, rest: Rest) -> None:
    company.add_user("reader", "pw", permissions={"customer": ["list", "view"]})
    rest.sign_in("reader@cartledger-demo-imp")

    assert send(rest, "delete", [{"key": "1"}]).status_code == 403


@pytest.mark.parametrize(
    ("operation", "rows"), [("upsert", [{"id": "1"}]), ("create", []), ("create", {"id": "1"})]
)
def test_a_job_that_says_nothing_to_do_is_refused(rest: Rest, operation: str, rows: object) -> None:
    assert send(rest, operation, rows).status_code == 400


def test_a_request_without_its_two_parts_is_refused(rest: Rest) -> None:
    path = "/services/bulk/job/create"
    rest.sign_in()
    headers = {"Authorization": f"Bearer {rest.token}"}

    assert rest.send("POST", path, {"objectName": CUSTOMER}).status_code == 400
    files = {"file": ("rows.json", "[]", "application/json")}
    assert rest.http.post(BASE + path, headers=headers, files=files).status_code == 400
    broken = {**files, "ia::requestBody": (None, "{", "application/json")}
    assert rest.http.post(BASE + path, headers=headers, files=broken).status_code == 400


def test_a_job_that_is_not_done_or_not_there_has_no_rows(rest: Rest) -> None:
    path = send(rest, "create", [{"id": "C-1", "name": "Ada"}]).json()["ia::result"]["statusURL"]

    assert rest.send("GET", f"{path}&download=true").status_code == 400
    assert rest.send("GET", "/services/bulk/job/status?jobId=bulk-9").status_code == 404
