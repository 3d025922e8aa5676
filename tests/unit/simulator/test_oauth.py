"""Tokens: grants, forms, refusals, expiry, rotation, revocation (REST reference §3)."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest

from local.intacct_simulator.company import Company
from tests.unit.simulator.rest_desk import BASE, Json, Rest

CUSTOMERS = "/objects/accounts-receivable/customer"


def request_for(company: Company, **fields: str) -> dict[str, str]:
    known = company.credentials
    return {
        "grant_type": "client_credentials",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "username": known.username,
        **fields,
    }


def token(client: httpx.Client, form: dict[str, str]) -> tuple[int, Json]:
    answer = client.post(f"{BASE}/oauth2/token", data=form)
    return answer.status_code, answer.json()


def test_client_credentials_give_a_token_that_says_when_it_ends(
    client: httpx.Client, company: Company
) -> None:
    status, body = token(client, request_for(company))

    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert status == 200
    assert body["token_type"] == "Bearer"
    assert body["refresh_token"]
    assert claims["exp"] - claims["iat"] == body["expires_in"] == 43_200


def test_a_token_request_may_be_json(client: httpx.Client, company: Company) -> None:
    answer = client.post(f"{BASE}/oauth2/token", json=request_for(company))

    assert answer.status_code == 200


def test_the_client_may_sign_in_by_http_basic(client: httpx.Client, company: Company) -> None:
    form = request_for(company)
    auth = (form.pop("client_id"), form.pop("client_secret"))

    answer = client.post(f"{BASE}/oauth2/token", data=form, auth=auth)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"username": "ws_cartledger"}, "GW-0012"),
        ({"username": ""}, "GW-0036"),
        ({"username": "WS_CARTLEDGER@cartledger-demo-imp"}, "GW-0011"),
        ({"username": "ws_cartledger@elsewhere"}, "GW-0011"),
        ({"username": "ws_cartledger@cartledger-demo-imp|999"}, "GW-0011"),
        ({"client_secret": "wrong"}, "GW-0011"),
        ({"client_id": ""}, "GW-0037"),
        ({"grant_type": "password"}, "GW-0032"),
    ],
)
def test_a_token_request_is_refused_with_its_code(
    client: httpx.Client, company: Company, change: dict[str, str], code: str
) -> None:
    status, body = token(client, request_for(company, **change))

    assert 400 <= status < 500
    assert body["ia::error"]["code"] == code
    assert body["ia::error"]["supportId"]
    assert "demo-client-secret" not in str(body)


def test_a_client_that_the_company_does_not_list_gets_no_token(
    client: httpx.Client, company: Company
) -> None:
    company.switches.is_client_authorized = False

    status, body = token(client, request_for(company))

    assert (status, body["ia::error"]["code"]) == (401, "GW-0011")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_oauth_path_has_a_code_of_its_own(client: httpx.Client, method: str) -> None:
    answer = client.request(method, f"{BASE}/oauth2/nothing")

    assert (answer.status_code, answer.json()["ia::error"]["code"]) == (404, "GW-0033")


def test_a_refresh_gives_a_new_token_and_keeps_the_refresh_token(
    client: httpx.Client, company: Company, rest: Rest
) -> None:
    first = rest.sign_in()

    status, body = token(
        client,
        request_for(company, grant_type="refresh_token", refresh_token=first["refresh_token"]),
    )

    assert status == 200
    assert body["access_token"] != first["access_token"]
    assert body["refresh_token"] == first["refresh_token"]


def test_with_rotation_a_refresh_token_works_once(
    client: httpx.Client, company: Company, rest: Rest
) -> None:
    company.switches.rotate_refresh_tokens = True
    old = rest.sign_in()["refresh_token"]
    form = request_for(company, grant_type="refresh_token", refresh_token=old)

    first = token(client, form)
    second = token(client, form)

    assert first[0] == 200
    assert first[1]["refresh_token"] != old
    assert (second[0], second[1]["error"]) == (400, "invalid_grant")


def test_consent_with_proof_leads_to_a_token(client: httpx.Client, company: Company) -> None:
    verifier = "a-verifier-that-only-the-client-knows"
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    address = "https://client.example/callback"

    consent = client.get(
        f"{BASE}/oauth2/authorize",
        params={
            "response_type": "code",
            "client_id": company.credentials.client_id,
            "redirect_uri": address,
            "state": "s1",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        },
        follow_redirects=False,
    )
    query = parse_qs(urlsplit(consent.headers["location"]).query)
    form = request_for(
        company,
        grant_type="authorization_code",
        code=query["code"][0],
        redirect_uri=address,
        code_verifier=verifier,
    )

    assert query["state"] == ["s1"]
    assert token(client, form)[0] == 200
    assert token(client, form)[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(("scope", "told"), [("", 0), ("openid offline_access", 1)])
def test_consent_leads_to_a_refresh_token_where_its_scope_says_so(
    client: httpx.Client, company: Company, scope: str, told: int
) -> None:
    address = "https://client.example/callback"
    asked = {"response_type": "code", "redirect_uri": address, "scope": scope}
    known = {"client_id": company.credentials.client_id}
    path = f"{BASE}/oauth2/authorize"
    consent = client.get(path, params=asked | known, follow_redirects=False)
    form = request_for(
        company,
        grant_type="authorization_code",
        code=httpx.URL(consent.headers["location"]).params["code"],
        redirect_uri=address,
    )

    status, body = token(client, form)

    assert (status, list(body).count("refresh_token")) == (200, told)


def test_a_token_dies_when_its_time_is_over(company: Company, rest: Rest) -> None:
    rest.send("GET", CUSTOMERS, expect=200)

    company.clock.advance(43_201)
    answer = rest.send("GET", CUSTOMERS, expect=400)
    company.switches.bad_token_status = 401
    rest.send("GET", CUSTOMERS, expect=401)

    assert "Invalid token" in answer.text
    assert answer.json()["error"]["errorId"] == "REST-2102"
    assert answer.json()["error"]["code"] == "tokenInvalid"


def test_a_bearer_that_is_no_token_gets_the_text_that_clients_look_for(
    client: httpx.Client,
) -> None:
    answer = client.get(BASE + CUSTOMERS, headers={"Authorization": "Bearer nonsense"})

    assert answer.status_code == 400
    assert "Invalid token" in answer.text
    assert answer.json()["ia::error"]["code"] == "GW-0031"


def test_the_word_bearer_is_needed(client: httpx.Client, rest: Rest) -> None:
    value = rest.sign_in()["access_token"]

    answer = client.get(BASE + CUSTOMERS, headers={"Authorization": value})

    assert answer.json()["ia::error"]["code"] == "GW-0034"


def test_a_revoked_token_is_dead(client: httpx.Client, company: Company, rest: Rest) -> None:
    rest.sign_in()

    revoked = client.post(
        f"{BASE}/oauth2/revoke", data={**request_for(company), "token": rest.token}
    )

    assert revoked.status_code == 200
    assert rest.send("GET", CUSTOMERS).status_code == 401


def test_a_client_may_revoke_by_http_basic(
    client: httpx.Client, company: Company, rest: Rest
) -> None:
    rest.sign_in()
    known = company.credentials

    revoked = client.post(
        f"{BASE}/oauth2/revoke",
        data={"token": rest.token},
        auth=(known.client_id, known.client_secret),
    )

    assert revoked.status_code == 200
    assert rest.send("GET", CUSTOMERS).status_code == 401


def test_a_new_grant_can_end_the_earlier_one(company: Company, rest: Rest) -> None:
    company.switches.one_grant_per_user = True
    rest.sign_in()
    earlier = rest.token

    rest.sign_in()
    rest.token = earlier

    assert rest.send("GET", CUSTOMERS).status_code == 401


def test_a_user_without_the_right_gets_403(company: Company, rest: Rest) -> None:
    company.add_user("reader", "pw", permissions={"customer": ["list", "view"]})
    rest.sign_in("reader@cartledger-demo-imp")

    seen = rest.send("GET", CUSTOMERS)
    written = rest.send("POST", CUSTOMERS, {"id": "C-1", "name": "Ada"})
    asked = rest.send(
        "POST", "/services/core/query", {"object": "general-ledger/account", "fields": ["id"]}
    )

    assert seen.status_code == 200
    assert (written.status_code, asked.status_code) == (403, 403)
    assert written.json()["ia::result"]["ia::error"]["code"] == "unauthorizedUser"


def test_a_user_of_one_entity_lands_there(company: Company, rest: Rest) -> None:
    company.add_user("german", "pw", entities=["200"])
    rest.sign_in("german@cartledger-demo-imp")

    key = rest.customer("C-9")
    rest.entity = "100"
    elsewhere = rest.send("GET", CUSTOMERS)
    rest.entity = ""

    assert rest.get("accounts-receivable/customer", key)["entity"]["id"] == "200"
    assert elsewhere.status_code == 403
