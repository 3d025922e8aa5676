"""Only eBay can speak as eBay: signatures, keys asked for once, the challenge."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import CartApiError, Headers
from carts.ebay import webhooks
from carts.ebay.adapter import EbayAdapter
from carts.ebay.keys import KEY_SECONDS, MISS_SECONDS, MOST_MISSES, EbayKeys
from carts.registry import adapter
from tests.unit.carts.numbers import EVENTS, expected, sample, vectors

_VECTORS = vectors("ebay")
_SIGNED = [vector for vector in _VECTORS if vector["scheme"] == "x-ebay-signature"]
_KEY_ID = "00000000-1111-4222-8333-0000000000aa"
_SECRET = {"client_id": "test-client", "client_secret": "test-secret"}


class Ebay:
    """eBay's two endpoints, counting what is asked of them."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.hosts: list[str] = []
        self.status = 200
        self.now = 0.0

    def connect(self, host: str) -> httpx.Client:
        self.hosts.append(host)
        return httpx.Client(base_url=host, transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/identity/v1/oauth2/token":
            assert request.headers["Authorization"].startswith("Basic ")
            return httpx.Response(200, json={"access_token": "token-1"})
        assert request.headers["Authorization"] == "Bearer token-1"
        self.asked.append(request.url.path.rpartition("/")[2])
        if self.status != 200:
            return httpx.Response(self.status)
        if self.asked[-1] != _KEY_ID:
            return httpx.Response(404)
        return httpx.Response(200, json=sample("ebay", "public_key_response"))

    def keys(self) -> EbayKeys:
        return EbayKeys(now=lambda: self.now, connect=self.connect)


def body_of(vector: Mapping[str, Any]) -> bytes:
    if "body_file" in vector:
        return (EVENTS / "ebay" / str(vector["body_file"])).read_bytes()
    return base64.b64decode(vector["body_base64"])


def test_all_vectors_of_ebay_are_here() -> None:
    assert len(_VECTORS) == 11
    assert len(_SIGNED) == 10


@pytest.mark.parametrize("vector", _SIGNED, ids=lambda vector: vector["id"])
def test_a_signature_vector_gives_its_answer(vector: dict[str, Any]) -> None:
    ebay = EbayAdapter(keys=Ebay().keys())

    genuine = ebay.is_genuine(Headers(vector["headers"]), body_of(vector), _SECRET)

    assert genuine is vector["expect"].startswith("valid")


def test_the_challenge_vector_gives_its_answer() -> None:
    vector = next(v for v in _VECTORS if v["scheme"] == "challenge")
    secret = {
        "webhook_verification_token": vector["verification_token"],
        "webhook_url": vector["endpoint"],
    }

    answer = webhooks.challenge_response(vector["challenge_code"], secret)

    assert {"challengeResponse": answer} == vector["expected_body"]
    code = {"challenge_code": vector["challenge_code"]}
    assert json.loads(tried("GET", code, secret) or "") == vector["expected_body"]
    assert tried("POST", code, secret) is None
    assert tried("GET", {}, secret) is None
    assert tried("GET", code, {**secret, "webhook_url": ""}) is None


def tried(method: str, query: dict[str, str], secret: dict[str, Any]) -> str | None:
    trial: Any = SimpleNamespace(method=method, query=query)
    return EbayAdapter(keys=Ebay().keys()).answer(trial, secret)


def test_a_key_is_asked_for_once_an_hour() -> None:
    ebay = Ebay()
    keys = ebay.keys()

    first = [keys.key(_KEY_ID, _SECRET) for _ in range(3)]
    ebay.now = KEY_SECONDS
    keys.key(_KEY_ID, _SECRET)

    assert len(set(first)) == 1
    assert ebay.asked == [_KEY_ID, _KEY_ID]
    assert set(ebay.hosts) == {"https://api.ebay.com"}


def test_the_sandbox_has_a_host_and_keys_of_its_own() -> None:
    ebay = Ebay()
    keys = ebay.keys()

    keys.key(_KEY_ID, _SECRET)
    keys.key(_KEY_ID, {**_SECRET, "environment": "sandbox"})

    assert ebay.hosts == ["https://api.ebay.com", "https://api.sandbox.ebay.com"]


def test_an_unknown_key_is_remembered_for_a_short_time() -> None:
    ebay = Ebay()
    keys = ebay.keys()

    found = [keys.key("other", _SECRET), keys.key("other", _SECRET)]
    ebay.now = MISS_SECONDS
    keys.key("other", _SECRET)

    assert found == [None, None]
    assert ebay.asked == ["other", "other"]


def test_without_credentials_and_pinned_keys_that_is_said() -> None:
    with pytest.raises(CartApiError) as caught:
        Ebay().keys().key(_KEY_ID, {})

    assert caught.value.is_lasting


def test_a_flood_of_unknown_keys_is_not_passed_on_to_ebay() -> None:
    ebay = Ebay()
    keys = ebay.keys()
    for index in range(MOST_MISSES):
        keys.key(f"other-{index}", _SECRET)

    with pytest.raises(CartApiError):
        keys.key("one-more", _SECRET)

    assert len(ebay.asked) == MOST_MISSES
    ebay.now = MISS_SECONDS
    assert keys.key(_KEY_ID, _SECRET)


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_an_answer_without_a_key_is_no_refusal_of_the_delivery(status: int) -> None:
    ebay = Ebay()
    ebay.status = status

    with pytest.raises(CartApiError) as caught:
        ebay.keys().key(_KEY_ID, _SECRET)

    assert str(status) in str(caught.value)
    assert "test-secret" not in str(caught.value)


def test_a_host_that_cannot_be_reached_is_no_refusal_of_the_delivery() -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        message = "refused"
        raise httpx.ConnectError(message)

    keys = EbayKeys(
        connect=lambda host: httpx.Client(base_url=host, transport=httpx.MockTransport(fail))
    )

    with pytest.raises(CartApiError):
        keys.key(_KEY_ID, _SECRET)


def test_a_pinned_key_needs_no_call() -> None:
    ebay = Ebay()
    secret = {"public_keys": {_KEY_ID: sample("ebay", "public_key_response")["key"]}}
    vector = _SIGNED[0]

    genuine = EbayAdapter(keys=ebay.keys()).is_genuine(
        Headers(vector["headers"]), body_of(vector), secret
    )

    assert genuine
    assert ebay.asked == []
    assert ebay.keys().key("another", secret) is None
    assert adapter("ebay").missing_members(secret) == []
    assert adapter("ebay").missing_members({}) == ["client_id", "client_secret"]


@pytest.mark.parametrize(
    "key",
    ["", "no key", "-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----"],
)
def test_a_key_that_is_none_verifies_nothing(key: str) -> None:
    vector = _SIGNED[0]
    secret = {"public_keys": {_KEY_ID: key}}

    assert not adapter("ebay").is_genuine(Headers(vector["headers"]), body_of(vector), secret)


def test_every_byte_of_the_body_counts() -> None:
    vector = _SIGNED[0]
    body = body_of(vector)
    ebay = EbayAdapter(keys=Ebay().keys())
    headers = Headers(vector["headers"])

    accepted = [
        ebay.is_genuine(headers, body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :], _SECRET)
        for at in range(len(body))
    ]

    assert not any(accepted)


@given(st.text(max_size=60), st.binary(max_size=20))
def test_a_malformed_header_is_a_refusal_without_any_call(value: str, body: bytes) -> None:
    ebay = Ebay()
    encoded = base64.b64encode(json.dumps({"alg": "ecdsa", "kid": value}).encode()).decode()
    genuine = [
        EbayAdapter(keys=ebay.keys()).is_genuine(
            Headers({"X-EBAY-SIGNATURE": header}), body, _SECRET
        )
        for header in (value, encoded)
    ]

    assert genuine == [False, False]
    assert ebay.hosts == []


@pytest.mark.parametrize("name", ["notification_order_confirmation"])
def test_a_notification_is_told_by_its_id_and_names_its_order(name: str) -> None:
    wanted = expected("ebay", name)

    delivery = adapter("ebay").describe(Headers({}), b"", sample("ebay", name))

    assert delivery.key == f"{wanted['dedup_id']}|ORDER_CONFIRMATION"
    assert (delivery.resource_id, delivery.is_handled) == (wanted["order_id"], True)
    assert delivery.account is None


def test_an_account_deletion_is_accepted_and_not_handled() -> None:
    document = sample("ebay", "notification_account_deletion")

    delivery = adapter("ebay").describe(Headers({}), b"", document)

    assert (delivery.topic, delivery.is_handled) == ("MARKETPLACE_ACCOUNT_DELETION", False)


@pytest.mark.parametrize("document", [None, [], {}, {"metadata": 1, "notification": []}, "x", 7])
def test_a_body_of_another_form_is_told_by_its_bytes(document: Any) -> None:
    delivery = adapter("ebay").describe(Headers({}), b"x", document)

    assert (delivery.topic, delivery.resource_id, delivery.is_handled) == ("unknown", "", False)
