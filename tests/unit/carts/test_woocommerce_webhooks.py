"""Only the shop's own site can speak for it: signatures, pings, and keys of deliveries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Headers
from carts.registry import adapter
from carts.woocommerce import webhooks

_EVENTS = Path(__file__).parents[3] / "events" / "woocommerce"
_VECTORS: list[dict[str, Any]] = json.loads((_EVENTS / "signature_vectors.json").read_bytes())
_SECRET = {"webhook_secrets": ["test-woo-webhook-secret"]}


def body_of(vector: dict[str, Any]) -> bytes:
    if "body_file" in vector:
        return (_EVENTS / str(vector["body_file"])).read_bytes()
    return base64.b64decode(vector["body_base64"])


def vector(name: str) -> dict[str, Any]:
    return next(each for each in _VECTORS if each["id"] == name)


def signed(body: bytes, secret: str) -> Headers:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return Headers({"X-WC-Webhook-Signature": base64.b64encode(digest).decode()})


def test_all_vectors_of_woocommerce_are_here() -> None:
    assert len(_VECTORS) == 9
    assert {each["expect"] for each in _VECTORS} == {"valid", "invalid", "ping"}


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda each: each["id"])
def test_a_signature_vector_gives_its_answer(vector: dict[str, Any]) -> None:
    headers, body = Headers(vector["headers"]), body_of(vector)

    genuine = adapter("woocommerce").is_genuine(
        headers, body, {"webhook_secrets": vector["secrets"]}
    )

    assert genuine is (vector["expect"] == "valid")
    assert webhooks.is_ping(headers, body) is (vector["expect"] == "ping")


def test_a_secret_may_be_configured_as_wordpress_stores_it() -> None:
    stored = vector("woo-12-entity-decoded-secret")
    headers, body = Headers(stored["headers"]), body_of(stored)

    accepted = webhooks.is_genuine(headers, body, {"webhook_secrets": [stored["secret_as_stored"]]})

    assert accepted
    assert not webhooks.is_genuine(headers, body, {"webhook_secrets": ["a&quot;b&amp;amp;c"]})


def test_an_entity_is_decoded_once_only() -> None:
    body = b"{}"

    accepted = [
        webhooks.is_genuine(signed(body, real), body, {"webhook_secrets": ["x&amp;lt;y"]})
        for real in ("x&amp;lt;y", "x&lt;y", "x<y")
    ]

    assert accepted == [True, True, False]


def test_current_and_previous_secret_are_both_accepted() -> None:
    secret = {"webhook_secrets": ["new", "old"]}

    accepted = [webhooks.is_genuine(signed(b"{}", key), b"{}", secret) for key in ("new", "old")]

    assert accepted == [True, True]
    assert not webhooks.is_genuine(signed(b"{}", "older"), b"{}", secret)


def test_two_deliveries_of_one_second_with_different_bodies_are_two() -> None:
    first, second = (
        vector("woo-1-valid-order_updated_processing"),
        vector("woo-11-same-delivery-id-other-body"),
    )
    keys = []
    for each in (first, second):
        body = body_of(each)
        keys.append(webhooks.describe(Headers(each["headers"]), body, json.loads(body)).key)

    assert keys[0] != keys[1]
    assert keys[0].split("|")[:4] == [
        "shop.example.org",
        "order.updated",
        "7001",
        "2026-04-02T09:02:11",
    ]


def test_the_same_delivery_sent_twice_has_one_key() -> None:
    each = vector("woo-1-valid-order_updated_processing")
    body = body_of(each)
    again = each["headers"] | {"X-WC-Webhook-Delivery-ID": "another"}

    keys = {
        webhooks.describe(Headers(headers), body, json.loads(body)).key
        for headers in (each["headers"], again)
    }

    assert len(keys) == 1


@pytest.mark.parametrize(
    ("source", "account"),
    [
        ("https://shop.example.org/", "shop.example.org"),
        ("https://Shop.Example.org", "shop.example.org"),
        ("https://example.org/shop/", "example.org/shop"),
        ("http://[broken", ""),
        ("", ""),
    ],
)
def test_a_delivery_names_its_shop(source: str, account: str) -> None:
    headers = Headers({"X-WC-Webhook-Source": source})

    assert webhooks.describe(headers, b"", {}).account == account


@pytest.mark.parametrize(
    ("topic", "document", "order_id", "handled"),
    [
        ("order.updated", {"id": 9007199254740993}, "9007199254740993", True),
        ("order.created", {"id": 7}, "7", True),
        ("order.restored", {"id": 7}, "7", True),
        ("order.deleted", {"id": 7}, "7", True),
        ("order.updated", {"code": "woocommerce_rest_cannot_view"}, "", True),
        ("order.updated", {"id": True}, "", True),
        ("order.updated", [1], "", True),
        ("order.updated", None, "", True),
        ("product.updated", {"id": 7}, "", False),
        ("action.woocommerce_add_to_cart", {}, "", False),
        ("ORDER.UPDATED", {"id": 7}, "", False),
        ("order.updated\nx", {"id": 7}, "", False),
    ],
)
def test_a_delivery_names_its_order(
    topic: str, document: Any, order_id: str, *, handled: bool
) -> None:
    delivery = webhooks.describe(Headers({"X-WC-Webhook-Topic": topic}), b"x", document)

    assert (delivery.resource_id, delivery.is_handled) == (order_id, handled)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"webhook_id=",
        b"webhook_id=7&x=1",
        b"webhook_id=7\n",
        b"webhook_id=abc",
        b'{"webhook_id":7}',
        b"webhook_id=" + b"7" * 21,
    ],
)
def test_another_form_is_no_ping(body: bytes) -> None:
    assert not webhooks.is_ping(Headers({}), body)


@pytest.mark.parametrize("name", ["X-WC-Webhook-Topic", "x-wc-webhook-signature"])
def test_a_delivery_cannot_pass_for_a_ping(name: str) -> None:
    assert not webhooks.is_ping(Headers({name: "x"}), b"webhook_id=7")


@pytest.mark.parametrize("value", ["", "=", "!!!!", "ä", "\u0000", "YQ", "a" * 10_000])
def test_a_malformed_signature_is_a_refusal_and_no_exception(value: str) -> None:
    assert not webhooks.is_genuine(Headers({"X-WC-Webhook-Signature": value}), b"{}", _SECRET)


def test_every_single_bit_of_the_body_counts() -> None:
    body = (_EVENTS / "order_deleted.json").read_bytes()
    headers = signed(body, "test-woo-webhook-secret")

    accepted = []
    for bit in range(len(body) * 8):
        flipped = bytearray(body)
        flipped[bit // 8] ^= 1 << bit % 8
        accepted.append(webhooks.is_genuine(headers, bytes(flipped), _SECRET))

    assert webhooks.is_genuine(headers, body, _SECRET)
    assert not any(accepted)


@given(st.binary(max_size=64), st.text(max_size=64))
def test_no_guess_is_accepted(body: bytes, value: str) -> None:
    assert not webhooks.is_genuine(Headers({"X-WC-Webhook-Signature": value}), body, _SECRET)


@pytest.mark.parametrize("secret", [{}, {"webhook_secrets": []}, {"webhook_secrets": [""]}])
def test_without_a_secret_nothing_is_genuine_and_the_member_is_named(
    secret: dict[str, Any],
) -> None:
    assert not webhooks.is_genuine(signed(b"{}", ""), b"{}", secret)
    assert adapter("woocommerce").missing_members(secret) == ["webhook_secrets"]
