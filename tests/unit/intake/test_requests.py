"""API Gateway's events as deliveries, and how deliveries are named and grouped."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.intake.archive import Shelf, archive_key
from shared.intake.cart_events import delivery_digest, group_of
from shared.intake.requests import BodyTooLargeError, BodyUnreadableError, webhook_request
from shared.messages import CartEvent


def event(**members: Any) -> dict[str, Any]:
    return {
        "httpMethod": "POST",
        "pathParameters": {"cart": "shopify", "store": "shop"},
        "headers": {"A": "b"},
        "body": "",
        "isBase64Encoded": False,
        **members,
    }


@given(st.binary(max_size=200))
def test_encoded_bytes_arrive_as_they_were_sent(body: bytes) -> None:
    encoded = event(body=base64.b64encode(body).decode(), isBase64Encoded=True)

    assert webhook_request(encoded).body == body


@given(st.text(max_size=100))
def test_text_arrives_as_its_utf_8(text: str) -> None:
    assert webhook_request(event(body=text)).body == text.encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("body", ["!", "YQ", "YQ==\n", "é"])
def test_a_body_that_is_not_the_base64_it_is_said_to_be_is_unreadable(body: str) -> None:
    with pytest.raises(BodyUnreadableError):
        webhook_request(event(body=body, isBase64Encoded=True))


@pytest.mark.parametrize(
    "body", ["é" * (128 * 1024 + 1), "x" * (256 * 1024 + 1)], ids=["characters", "bytes"]
)
def test_the_limit_counts_bytes(body: str) -> None:
    with pytest.raises(BodyTooLargeError):
        webhook_request(event(body=body))


@pytest.mark.parametrize("name", ["", "a/b", "..", ".a", "a b", "a#b", "x" * 64, "é", None, 7])
def test_a_path_of_another_form_names_no_store(name: Any) -> None:
    request = webhook_request(event(pathParameters={"cart": "shopify", "store": name}))

    assert request.store == ""


def test_a_request_shows_neither_headers_nor_body() -> None:
    request = webhook_request(event(body="private", headers={"X": "private"}))

    assert "private" not in repr(request)


def cart_event(**members: Any) -> CartEvent:
    return CartEvent.model_validate(
        {
            "tenant": "acme",
            "store": "shop",
            "cart": "shopify",
            "topic": "orders/paid",
            "delivery": "d" * 64,
            "received_at": datetime(2026, 4, 2, tzinfo=UTC),
            **members,
        }
    )


def test_an_order_is_a_group_and_a_delivery_without_one_stands_alone() -> None:
    assert group_of(cart_event(resource_id="7")) == "acme#shop#7"
    assert group_of(cart_event()) == f"acme#shop#{'d' * 64}"


def test_long_names_still_make_a_group_of_their_own() -> None:
    groups = {
        group_of(cart_event(tenant="t" * 63, store="s" * 63, resource_id=order_id))
        for order_id in ("1", "2", "1")
    }

    assert len(groups) == 2
    assert max(len(group) for group in groups) <= 128


def test_the_same_key_of_two_stores_is_two_deliveries_and_no_date_is_in_it() -> None:
    digests = {delivery_digest("shopify", "acme", store, "e|orders/paid") for store in "ab"}

    assert len(digests) == 2
    assert archive_key(Shelf.RAW, "acme", "a", "d1") == "raw/acme/a/d1.json"
