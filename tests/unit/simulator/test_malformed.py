"""What no honest client sends is refused with a 400 and leaves nothing behind (REST §3, §6.5)."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from local.intacct_simulator.company import Company
from tests.unit.simulator.object_paths import CUSTOMER
from tests.unit.simulator.rest_desk import BASE, Rest

JSON = {"Content-Type": "application/json"}
BULK = b"""--cut\r
Content-Disposition: form-data; name="ia::requestBody"\r
\r
{"objectName": "accounts-receivable/customer", "operation": "create"}\r
--cut\r
Content-Disposition: form-data; name="file"; filename="rows.json"\r
\r
%s\r
--cut--\r
"""


@pytest.mark.parametrize(
    "content",
    [
        rb'{"id": "C-1", "name": "Ada", "discountPercent": 1e999999999999999999999}',
        rb'{"id": "C-1", "name": "Ada", "discountPercent": 1e999999}',
        rb'{"id": "C-1", "name": "Ada", "discountPercent": "1e999999999999999999999"}',
        rb'{"id": "C-1", "name": "\ud800"}',
        rb'{"id": "C-1", "name": "Ada", "\udfff": 1}',
        b'{"id": "C-1", "name": "\xed\xa0\x80"}',
    ],
)
def test_numbers_past_all_bounds_and_half_characters_are_refused(
    rest: Rest, content: bytes
) -> None:
    rest.sign_in()
    headers = {**JSON, "Authorization": f"Bearer {rest.token}"}

    answer = rest.http.post(f"{BASE}/objects/{CUSTOMER}", content=content, headers=headers)

    assert answer.status_code == 400, answer.text
    assert answer.json()["ia::result"]["ia::error"]["code"] == "invalidRequest"
    assert rest.query(CUSTOMER, ["id"]) == []


def test_a_whole_pair_of_surrogates_is_one_character(rest: Rest) -> None:
    rest.sign_in()
    headers = {**JSON, "Authorization": f"Bearer {rest.token}"}
    content = rb'{"id": "C-1", "name": "\ud83d\ude00"}'

    rest.http.post(f"{BASE}/objects/{CUSTOMER}", content=content, headers=headers)

    assert [row["name"] for row in rest.query(CUSTOMER, ["name"])] == ["\U0001f600"]


@pytest.mark.parametrize(
    "rows", [b"[" * 100_000, b'[{"creditLimit": NaN}]', rb'[{"id": "\ud800"}]', b"[1e9999999999]"]
)
def test_a_bulk_file_that_is_no_json_is_refused(rest: Rest, rows: bytes) -> None:
    rest.sign_in()
    headers = {
        "Authorization": f"Bearer {rest.token}",
        "Content-Type": "multipart/form-data; boundary=cut",
    }

    answer = rest.http.post(
        f"{BASE}/services/bulk/job/create", content=BULK % rows, headers=headers
    )

    assert answer.status_code == 400, answer.text


def test_half_a_character_is_no_client(client: httpx.Client) -> None:
    content = rb'{"grant_type": "client_credentials", "client_id": "\ud800"}'

    answer = client.post(f"{BASE}/oauth2/token", content=content, headers=JSON)

    assert (answer.status_code, answer.json()["ia::error"]["code"]) == (400, "GW-0032")


@pytest.mark.parametrize(
    "address",
    [
        "https://[::",
        "https://",
        "https://a/\r\nX: y",
        "https://a/ b",
        "https://a/\u00e9",
        "ftp://a",
    ],
)
def test_an_address_that_fits_no_header_is_refused(
    client: httpx.Client, company: Company, address: str
) -> None:
    known = company.credentials.client_id
    query = f"response_type=code&client_id={known}&redirect_uri={quote(address, safe='')}"

    answer = client.get(f"{BASE}/oauth2/authorize?{query}", follow_redirects=False)

    assert (answer.status_code, answer.json()["ia::error"]["code"]) == (400, "GW-0015")


def test_a_sign_in_in_any_alphabet_is_refused(client: httpx.Client) -> None:
    headers = {b"Authorization": b"Basic \xe9"}

    answer = client.post(
        f"{BASE}/oauth2/token", data={"grant_type": "client_credentials"}, headers=headers
    )

    assert (answer.status_code, answer.json()["ia::error"]["code"]) == (400, "GW-0037")


def test_a_proof_in_any_alphabet_is_compared(client: httpx.Client, company: Company) -> None:
    known = company.credentials
    address = "https://client.example/callback"
    asked = {"response_type": "code", "client_id": known.client_id, "redirect_uri": address}
    path = f"{BASE}/oauth2/authorize"
    consent = client.get(path, params={**asked, "code_challenge": "\u00e9"}, follow_redirects=False)
    form = {
        "grant_type": "authorization_code",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "redirect_uri": address,
        "code": httpx.URL(consent.headers["location"]).params["code"],
        "code_verifier": "e",
    }

    answer = client.post(f"{BASE}/oauth2/token", data=form)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
