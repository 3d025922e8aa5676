"""Only the way of proof that was asked for counts, and a delivery names its order."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Headers
from carts.documents import parse
from carts.registry import adapter
from carts.walmart.adapter import WalmartAdapter
from tests.unit.carts.numbers import EVENTS, expected, sample, vectors

_VECTORS = vectors("walmart")
_SCHEMES = {
    "subscription-hmac (encoding UNCONFIRMED)": "hmac",
    "subscription-basic-auth": "basic",
    "wm-sec-signature": "wm_sec",
}


def body_of(vector: dict[str, Any]) -> bytes:
    if "body_file" in vector:
        return (EVENTS / "walmart" / str(vector["body_file"])).read_bytes()
    return base64.b64decode(vector["body_base64"])


def secret_of(vector: dict[str, Any]) -> dict[str, Any]:
    return {
        "webhook_scheme": _SCHEMES[vector["scheme"]],
        "webhook_secrets": [vector["secret"], "the-one-before"],
        "webhook_username": vector.get("username", ""),
        "webhook_header": vector.get("auth_header_name", ""),
        "webhook_url": f"https://hooks.example.com{vector['path']}",
    }


def is_genuine(vector: dict[str, Any], **changes: Any) -> bool:
    proof = WalmartAdapter(now=lambda: float(vector.get("now_epoch", 0)))
    headers = Headers(changes.pop("headers", vector["headers"]))
    return proof.is_genuine(headers, body_of(vector), {**secret_of(vector), **changes})


def test_all_vectors_of_walmart_are_here() -> None:
    assert len(_VECTORS) == 9
    assert {vector["expect"] for vector in _VECTORS} == {"valid", "invalid"}


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: vector["id"])
def test_a_signature_vector_gives_its_answer(vector: dict[str, Any]) -> None:
    assert is_genuine(vector) is (vector["expect"] == "valid")


@pytest.mark.parametrize("scheme", ["basic", "hmac", "wm_sec", "", "none"])
def test_a_proof_of_another_scheme_is_none(scheme: str) -> None:
    valid = [vector for vector in _VECTORS if vector["expect"] == "valid"]

    accepted = {
        _SCHEMES[vector["scheme"]]
        for vector in valid
        if is_genuine(vector, webhook_scheme=scheme, webhook_username="u", webhook_header="x")
    }

    assert accepted <= {scheme}


@pytest.mark.parametrize(
    ("secret", "missing"),
    [
        ({}, ["webhook_scheme"]),
        ({"webhook_scheme": "oauth"}, ["webhook_scheme"]),
        ({"webhook_scheme": "hmac"}, ["webhook_secrets", "webhook_header"]),
        ({"webhook_scheme": "basic", "webhook_secrets": ["s"]}, ["webhook_username"]),
        ({"webhook_scheme": "wm_sec", "webhook_secrets": ["s"]}, ["webhook_url"]),
    ],
)
def test_what_the_secret_lacks_is_named(secret: dict[str, Any], missing: list[str]) -> None:
    assert adapter("walmart").missing_members(secret) == missing
    assert not adapter("walmart").is_genuine(Headers({}), b"", secret)


@given(st.binary(max_size=64), st.text(max_size=64), st.sampled_from(["basic", "hmac", "wm_sec"]))
def test_no_guess_is_accepted(body: bytes, value: str, scheme: str) -> None:
    secret = {
        "webhook_scheme": scheme,
        "webhook_secrets": ["s"],
        "webhook_username": "u",
        "webhook_header": "X-Proof",
        "webhook_url": "https://hooks.example.com/x",
    }
    names = ("Authorization", "X-Proof", "WM_SEC.SIGNATURE", "WM_SEC.TIMESTAMP")

    genuine = WalmartAdapter(now=lambda: 0.0).is_genuine(
        Headers(dict.fromkeys(names, value)), body, secret
    )

    assert not genuine


def test_a_delivery_is_told_by_its_event_id_and_names_order_and_seller() -> None:
    document = sample("walmart", "event_po_created")

    delivery = adapter("walmart").describe(Headers({}), b"", document)

    wanted = expected("walmart", "event_po_created")
    assert delivery.key == f"{wanted['dedup_id']}|PO_CREATED"
    assert delivery.resource_id == wanted["order_id"]
    assert (delivery.account, delivery.is_handled) == ("10000000001", True)


def test_a_wish_to_cancel_is_not_handled_and_names_no_seller() -> None:
    document = sample("walmart", "event_order_updates_intent_to_cancel")

    delivery = adapter("walmart").describe(Headers({}), b"", document)

    wanted = expected("walmart", "event_order_updates_intent_to_cancel")
    assert delivery.key == f"{wanted['dedup_id']}|ORDER_UPDATES"
    assert delivery.resource_id == wanted["order_id"]
    assert (delivery.account, delivery.is_handled) == (None, False)


@pytest.mark.parametrize("document", [None, [], {}, {"source": 1, "payload": []}, "x", 7])
def test_a_body_of_another_form_is_told_by_its_bytes(document: Any) -> None:
    body = json.dumps(document).encode()

    delivery = adapter("walmart").describe(Headers({}), body, parse(body))

    assert (delivery.topic, delivery.resource_id, delivery.is_handled) == ("unknown", "", False)
    assert len(delivery.key) > 64
