"""Only BigCommerce can speak as BigCommerce, and only lately."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Headers, Reading, UnknownTopicError
from carts.bigcommerce.adapter import BigCommerceAdapter
from carts.registry import adapter
from tests.unit.carts.numbers import EVENTS, expected, sample, vectors

_VECTORS = vectors("bigcommerce")
_SAMPLE = "webhook_store_order_updated"


def body_of(vector: dict[str, Any]) -> bytes:
    if "body_file" in vector:
        return (EVENTS / "bigcommerce" / str(vector["body_file"])).read_bytes()
    return base64.b64decode(vector["body_base64"])


def is_genuine(
    vector: dict[str, Any], seconds_later: float = 0.0, headers: dict[str, str] | None = None
) -> bool:
    cart = BigCommerceAdapter(now=lambda: vector["now_epoch"] + seconds_later)
    secret = {"webhook_secrets": ["the-next", vector["secret"]]}
    return cart.is_genuine(
        Headers({**vector["headers"], **(headers or {})}), body_of(vector), secret
    )


def test_all_vectors_of_bigcommerce_are_here() -> None:
    assert [vector["expect"] for vector in _VECTORS] == ["valid", "valid", "invalid", "invalid"]


@pytest.mark.parametrize("vector", _VECTORS, ids=lambda vector: vector["id"])
def test_a_signature_vector_gives_its_answer(vector: dict[str, Any]) -> None:
    assert is_genuine(vector) is (vector["expect"] == "valid")


@pytest.mark.parametrize(
    ("later", "genuine"), [(295.0, True), (296.0, False), (-305.0, True), (-306.0, False)]
)
def test_a_replay_outside_the_tolerance_is_refused(later: float, *, genuine: bool) -> None:
    assert is_genuine(_VECTORS[0], later) is genuine


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "msg_test_0002"),
        ("webhook-id", ""),
        ("webhook-timestamp", "1775145696"),
        ("webhook-timestamp", "9" * 400),
        ("webhook-timestamp", "-1"),
        ("webhook-signature", "v2,5zKEiPvlbhQ/RmpmBCR3FHSOM5dU+AIrLjH3hrdHCPA="),
        ("webhook-signature", "5zKEiPvlbhQ/RmpmBCR3FHSOM5dU+AIrLjH3hrdHCPA="),
    ],
)
def test_every_signed_header_counts(name: str, value: str) -> None:
    assert not is_genuine(_VECTORS[0], headers={name: value})


@given(st.binary(max_size=40), st.text(max_size=40), st.text(max_size=20))
def test_no_guess_is_accepted(body: bytes, value: str, event: str) -> None:
    headers = {"webhook-id": event, "webhook-timestamp": "100", "webhook-signature": f"v1,{value}"}

    genuine = BigCommerceAdapter(now=lambda: 100.0).is_genuine(
        Headers(headers), body, {"webhook_secrets": ["s"]}
    )

    assert not genuine


def test_a_delivery_names_its_order_and_store_and_asks_for_the_order() -> None:
    cart = adapter("bigcommerce")
    document = sample("bigcommerce", _SAMPLE)

    delivery = cart.describe(Headers(_VECTORS[0]["headers"]), b"", document)
    without_id = cart.describe(Headers({}), b"", document)

    assert delivery.key == "msg_test_0001|store/order/updated"
    assert without_id.key == f"{document['hash']}|store/order/updated"
    assert delivery.resource_id == expected("bigcommerce", _SAMPLE)["order_id"]
    assert (delivery.account, delivery.is_handled) == ("testhash01", True)
    assert cart.read("shop", delivery.topic, document) == Reading(None, needs_fetch=True)


@pytest.mark.parametrize(
    ("data", "order_id"),
    [
        ({"type": "order", "id": 250}, "250"),
        ({"type": "refund", "id": 7, "order_id": 250}, "250"),
        ({"type": "product", "id": 7}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_only_an_order_is_taken_for_one(data: Any, order_id: str) -> None:
    delivery = adapter("bigcommerce").describe(Headers({}), b"", {"data": data})

    assert delivery.resource_id == order_id


@pytest.mark.parametrize("document", [None, [], {}, {"scope": 1, "producer": []}, "x", 7])
def test_a_body_of_another_form_is_told_by_its_bytes(document: Any) -> None:
    delivery = adapter("bigcommerce").describe(Headers({}), b"x", document)

    assert (delivery.topic, delivery.account, delivery.is_handled) == ("unknown", "", False)
    with pytest.raises(UnknownTopicError):
        adapter("bigcommerce").read("shop", delivery.topic, document)


def test_what_is_missing_is_said() -> None:
    assert adapter("bigcommerce").missing_members({}) == ["webhook_secrets"]
