"""Only Shopify can speak as Shopify: signatures over raw bytes, and what a delivery says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Headers
from carts.registry import adapter
from carts.shopify import webhooks

_SHOPIFY = Path(__file__).parents[3] / "events" / "shopify"
_VECTORS: list[dict[str, Any]] = json.loads((_SHOPIFY / "signature_vectors.json").read_bytes())
_SECRET = {"webhook_secrets": ["test-shopify-client-secret"]}


def body_of(vector: dict[str, Any]) -> bytes:
    if "body_file" in vector:
        return (_SHOPIFY / str(vector["body_file"])).read_bytes()
    return base64.b64decode(vector["body_base64"])


def signed(body: bytes, secret: str) -> Headers:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return Headers({"X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode()})


def test_all_vectors_of_shopify_are_here() -> None:
    assert len(_VECTORS) == 15
    assert {vector["expect"] for vector in _VECTORS} == {"valid", "invalid", "valid_duplicate"}


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: vector["id"])
def test_a_signature_vector_gives_its_answer(vector: dict[str, Any]) -> None:
    headers = Headers(vector["headers"])

    genuine = adapter("shopify").is_genuine(
        headers, body_of(vector), {"webhook_secrets": vector["secrets"]}
    )

    assert genuine is (vector["expect"] != "invalid")


def test_a_duplicate_has_the_key_of_the_first_delivery() -> None:
    by_id = {vector["id"]: vector for vector in _VECTORS}
    keys = []
    for name in ("shopify-1-valid-orders_paid", "shopify-17-duplicate-event"):
        body = body_of(by_id[name])
        headers = Headers(by_id[name]["headers"])
        keys.append(webhooks.describe(headers, body, json.loads(body)).key)

    assert keys[0] == keys[1]


def test_every_single_bit_of_the_signature_counts(sample: Callable[[str], bytes]) -> None:
    body = sample("orders_edited.json")
    digest = hmac.new(b"test-shopify-client-secret", body, hashlib.sha256).digest()

    accepted = []
    for bit in range(len(digest) * 8):
        flipped = bytearray(digest)
        flipped[bit // 8] ^= 1 << bit % 8
        headers = Headers({"X-Shopify-Hmac-Sha256": base64.b64encode(flipped).decode()})
        accepted.append(webhooks.is_genuine(headers, body, _SECRET))

    assert not any(accepted)


def test_every_single_bit_of_the_body_counts(sample: Callable[[str], bytes]) -> None:
    body = sample("orders_edited.json")
    headers = signed(body, "test-shopify-client-secret")

    accepted = []
    for bit in range(len(body) * 8):
        flipped = bytearray(body)
        flipped[bit // 8] ^= 1 << bit % 8
        accepted.append(webhooks.is_genuine(headers, bytes(flipped), _SECRET))

    assert webhooks.is_genuine(headers, body, _SECRET)
    assert not any(accepted)


@pytest.mark.parametrize(
    "value", ["", "=", "====", "!!!!", "ä", "\u0000", "YQ", "YQ==", "a" * 10_000, "\uff39\uff31"]
)
def test_a_malformed_signature_is_a_refusal_and_no_exception(value: str) -> None:
    headers = Headers({"X-Shopify-Hmac-Sha256": value})

    assert webhooks.is_genuine(headers, b"{}", _SECRET) is False


@given(st.binary(max_size=64), st.text(max_size=64))
def test_no_guess_is_accepted(body: bytes, value: str) -> None:
    assert not webhooks.is_genuine(Headers({"X-Shopify-Hmac-Sha256": value}), body, _SECRET)


@pytest.mark.parametrize(
    "secret",
    [{}, {"webhook_secrets": []}, {"webhook_secrets": [""]}, {"webhook_secrets": "abc"}],
)
def test_without_a_secret_nothing_is_genuine_and_the_member_is_named(
    secret: dict[str, Any],
) -> None:
    body = b"{}"

    assert not webhooks.is_genuine(signed(body, ""), body, secret)
    assert webhooks.missing_members(secret) == ["webhook_secrets"]


@pytest.mark.parametrize(
    ("topic", "document", "order_id", "handled"),
    [
        ("orders/paid", {"id": 9007199254740993}, "9007199254740993", True),
        ("orders/edited", {"order_edit": {"order_id": 7}}, "7", True),
        ("orders/edited", {"order_edit": []}, "", True),
        ("refunds/create", {"id": 1, "order_id": 7}, "7", True),
        ("order_transactions/create", {"id": 1, "order_id": "7"}, "7", True),
        ("fulfillments/update", {"id": 1, "order_id": 7}, "7", True),
        ("orders/paid", {"id": True}, "", True),
        ("orders/paid", {"id": "a b#c"}, "", True),
        ("orders/paid", {"id": -1}, "", True),
        ("orders/paid", [1], "", True),
        ("orders/paid", None, "", True),
        ("customers/redact", {"id": 1}, "", False),
        ("products/update", {"id": 1}, "", False),
    ],
)
def test_a_delivery_names_its_order(
    topic: str, document: Any, order_id: str, *, handled: bool
) -> None:
    headers = Headers({"X-Shopify-Topic": topic, "X-Shopify-Event-Id": "e1"})

    delivery = webhooks.describe(headers, b"x", document)

    assert (delivery.resource_id, delivery.is_handled) == (order_id, handled)
    assert delivery.key == f"e1|{topic}"


def test_a_delivery_without_an_event_id_is_told_by_its_bytes() -> None:
    headers = Headers({"X-Shopify-Topic": "orders/paid"})

    keys = {webhooks.describe(headers, body, {}).key for body in (b"a", b"b", b"a")}

    assert len(keys) == 2


@pytest.mark.parametrize("topic", ["", "orders", "Orders/Paid", "a/b/c", "orders/paid\n", "x" * 99])
def test_a_topic_of_another_form_is_unknown(topic: str) -> None:
    delivery = webhooks.describe(Headers({"X-Shopify-Topic": topic + " x"}), b"", {})

    assert (delivery.topic, delivery.is_handled) == ("unknown", False)
