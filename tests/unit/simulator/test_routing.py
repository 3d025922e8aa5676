"""Paths, verbs and bodies that are none are refused in Sage's own form (REST reference §1, §6)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from local.intacct_simulator.company import Company
from tests.unit.simulator.rest_desk import BASE, Rest

CUSTOMER = "/objects/accounts-receivable/customer"
JSON = {"Content-Type": "application/json"}


def error_at_the_top(answer: httpx.Response) -> dict[str, Any]:
    body = answer.json()
    assert body["ia::meta"] == {"totalCount": 1, "totalSuccess": 0, "totalError": 1}
    error: dict[str, Any] = body["ia::error"]
    assert error["supportId"]
    return error


@pytest.mark.parametrize(
    "path", ["/ia/api/v2/objects", "/ia/api/v10/objects", "/ia/api/", "/ia/api/x"]
)
def test_another_version_is_not_supported(client: httpx.Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 400
    error = error_at_the_top(answer)
    assert (error["code"], error["message"][:24]) == ("invalidRequest", "Version is not supported")


def test_the_root_of_the_version_is_no_service(rest: Rest) -> None:
    answer = rest.send("GET", "", expect=404)

    assert error_at_the_top(answer)["code"] == "notFound"


@pytest.mark.parametrize(
    ("path", "verbs"),
    [
        (CUSTOMER, "OPTIONS, GET, POST, PATCH"),
        (f"{CUSTOMER}/1", "OPTIONS, GET, PATCH, DELETE"),
        ("/objects/order-entry/document", "OPTIONS, GET"),
        ("/objects/order-entry/document::Sales%20Order", "OPTIONS, GET, POST, PATCH"),
    ],
)
def test_a_path_tells_its_verbs(rest: Rest, path: str, verbs: str) -> None:
    asked = rest.send("OPTIONS", path, expect=204)
    refused = rest.send("PUT", path, {}, expect=405)

    assert asked.headers["Allow"] == refused.headers["Allow"] == verbs
    assert asked.content == b""
    assert error_at_the_top(refused)["code"] == "invalidRequest"


def test_services_workflows_and_tokens_tell_their_verb(rest: Rest, client: httpx.Client) -> None:
    query = rest.send("GET", "/services/core/query", expect=405)
    workflow = rest.send("GET", "/workflows/accounts-receivable/invoice/reverse", expect=405)
    token = client.get(f"{BASE}/oauth2/token")

    assert [answer.headers["Allow"] for answer in (query, workflow, token)] == ["POST"] * 3


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/services/core/export"),
        ("POST", "/services/core/view"),
        ("GET", "/services/core/async/job-status?jobId=1"),
        ("POST", "/services/company-config/document-sequence/generate-next-value"),
        ("POST", "/services/reports/run"),
    ],
)
def test_a_service_that_is_not_imitated_says_so(rest: Rest, method: str, path: str) -> None:
    answer = rest.send(method, path, {} if method == "POST" else None, expect=404)

    assert "not imitated" in error_at_the_top(answer)["message"]


@pytest.mark.parametrize("wish", ["respond-async", "Respond-Async-Serialized, wait=10"])
def test_an_answer_that_should_come_later_is_refused_and_nothing_is_done(
    rest: Rest, wish: str
) -> None:
    body = {"id": "C-1", "name": "Ada"}

    answer = rest.send("POST", CUSTOMER, body, Prefer=wish, X_IA_Webhook_Id="hook", expect=400)

    assert "not imitated" in answer.json()["ia::result"]["ia::error"]["message"]
    assert rest.send("GET", CUSTOMER, expect=200).json()["ia::result"] == []
    rest.send("POST", CUSTOMER, body, Prefer="return=minimal", expect=201)


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000, b'{"object": "\xff"}', b"\x1f\x8b\x08\x00", b'{"size": NaN}', b"'"],
)
def test_a_body_that_is_no_json_is_refused(rest: Rest, content: bytes) -> None:
    rest.sign_in()
    headers = {**JSON, "Authorization": f"Bearer {rest.token}"}

    answer = rest.http.post(f"{BASE}/services/core/query", content=content, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["ia::result"]["ia::error"]["code"] == "invalidRequest"


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=UTF-8", ""])
def test_json_may_have_a_mark_before_it_and_its_type_a_charset(
    rest: Rest, start: bytes, kind: str
) -> None:
    rest.sign_in()
    headers = {"Authorization": f"Bearer {rest.token}"} | ({"Content-Type": kind} if kind else {})
    content = start + b'{"object": "accounts-receivable/customer", "fields": ["key"]}'

    answer = rest.http.post(f"{BASE}/services/core/query", content=content, headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"client_id": "kl\u00e9"}, "GW-0011"),
        ({"client_secret": "\u00e9"}, "GW-0011"),
        ({"username": "\u00e9@\u00e9"}, "GW-0011"),
        ({"grant_type": "password"}, "GW-0032"),
    ],
)
def test_a_wrong_token_request_in_any_alphabet_is_refused(
    client: httpx.Client, company: Company, form: dict[str, str], code: str
) -> None:
    known = company.credentials
    good = {
        "grant_type": "client_credentials",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "username": known.username,
    }

    answer = client.post(f"{BASE}/oauth2/token", data={**good, **form})

    assert 400 <= answer.status_code < 500
    assert answer.json()["ia::error"]["code"] == code


def test_a_token_request_of_endless_json_is_refused(client: httpx.Client) -> None:
    answer = client.post(f"{BASE}/oauth2/token", content=b'{"a":' * 100_000, headers=JSON)

    assert answer.status_code == 400
    assert answer.json()["ia::error"]["code"] == "GW-0032"


def test_a_definition_is_named_in_any_encoding_of_a_path(rest: Rest) -> None:
    name = "order-entry/document::Sales Order"

    for path in (quote(name), quote(name, safe=""), quote(name, safe="/:")):
        rest.send("GET", f"/objects/{path}", expect=200)


def test_the_short_definition_of_an_object_is_its_kind_and_verbs(rest: Rest) -> None:
    path = "/services/core/model?name=accounts-receivable%2Fcustomer&schema=false"

    assert rest.send("GET", path, expect=200).json()["ia::result"] == {
        "apiObject": "objects/accounts-receivable/customer",
        "type": "rootObject",
        "httpMethods": "OPTIONS,GET,POST,PATCH,DELETE",
        "idempotenceSupported": True,
        "href": "/services/core/model?version=v1&name=objects/accounts-receivable/customer",
    }
