"""Foreign JSON is read strictly: any bytes give a document or a refusal, any document findings."""

from __future__ import annotations

import json
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carts.adapter import Headers, Problem
from carts.documents import DocumentError, Node, parse, to_identifier
from carts.registry import UnknownCartError, adapter, is_known
from carts.shopify.webhooks import EDIT_TOPIC, HANDLED_TOPICS
from commerce.codec import decode, encode
from commerce.identity import order_breaches, refund_breaches

_SHOPIFY = Path(__file__).parents[3] / "events" / "shopify"
_TOPICS = sorted(HANDLED_TOPICS)

_NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([10**29, -(10**29), 1e308, 5e-324, 0.1, -0.0]),
)
_TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["NaN", "Infinity", "1e999999999", "-0", "1_0", " 1", "٣", "1e-400", "USD"]),
)
_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff{}", "no JSON"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "NaN"),
        (b'{"a":1,"a":2}', "twice"),
        (b'{"a":{"b":1,"b":1}}', "twice"),
        (b'{"a":1e999999999}', "exponent"),
        (b'{"a":1e-999999999}', "exponent"),
        (b'{"a":1e' + b"9" * 40 + b"}", "exponent"),
        (b'{"a":' + b"9" * 5000 + b"}", "digits"),
        (b"[" * 33 + b"]" * 33, "deeper"),
        (b"[" * 200_000, "deeper"),
        (b'{"a":' * 200_000, "deeper"),
        (b'{"a":"\\ud800"}', "half"),
    ],
    ids=range(15),
)
def test_what_is_no_sound_document_is_refused_with_the_reason(body: bytes, why: str) -> None:
    with pytest.raises(DocumentError, match=why):
        parse(body)


def test_a_sound_document_keeps_every_digit() -> None:
    body = b'{"a":0.10,"id":9007199254740993,"x":' + b"[" * 31 + b"]" * 31 + b"}"

    document = parse(body)

    assert document["a"].as_tuple() == Decimal("0.10").as_tuple()
    assert document["id"] == 9007199254740993


@given(st.binary(max_size=200))
def test_any_bytes_give_a_document_or_a_refusal(body: bytes) -> None:
    try:
        document = parse(body)
    except DocumentError:
        return

    assert json.loads(body) is not None or document is None


@pytest.mark.parametrize(
    ("value", "identifier"),
    [
        (9007199254740993, "9007199254740993"),
        ("007-A", "007-A"),
        (True, ""),
        (-1, ""),
        (1.0, ""),
        (Decimal(1), ""),
        ("", ""),
        ("a b", ""),
        ("a#b", ""),
        ("é", ""),
        ("x" * 65, ""),
        (None, ""),
        ([], ""),
    ],
)
def test_only_plain_ids_are_ids(value: Any, identifier: str) -> None:
    assert to_identifier(value) == identifier


def test_findings_name_the_place_and_never_the_content() -> None:
    problems: list[Problem] = []
    node = Node({"a": {"b": [{"price": "secret words"}, 7]}}, "", problems)

    first, _ = node.node("a").nodes("b")  # type: ignore[union-attr]
    first.decimal("price")

    assert [problem.place for problem in problems] == ["a.b[1]", "a.b[0].price"]
    assert "secret" not in repr(problems)


@pytest.mark.parametrize(
    "value",
    [
        "2026-04-02T09:14:05",
        "2026-04-02",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "1970-01-01T00:00:00Z",
        "yesterday",
        1775138045,
        True,
        [],
    ],
)
def test_an_instant_without_a_zone_or_beyond_belief_is_a_finding(value: Any) -> None:
    problems: list[Problem] = []

    Node({"at": value}, "", problems).instant("at")

    assert [problem.place for problem in problems] == ["at"]


@pytest.mark.parametrize(
    ("value", "hour"),
    [
        ("2026-04-02T09:14:05-05:00", 14),
        ("2026-04-02T14:14:05Z", 14),
        ("2026-04-02T14:14:05.123456789Z", 14),
    ],
)
def test_an_instant_is_kept_in_utc(value: str, hour: int) -> None:
    instant = Node({"at": value}, "", []).instant("at")

    assert instant is not None
    assert (instant.hour, instant.tzinfo) == (hour, UTC)


def test_a_list_of_too_many_lines_is_refused() -> None:
    reading = adapter("shopify").read(
        "shop", "orders/paid", {"line_items": [{}] * 1001, "currency": "USD"}
    )

    assert "line_items" in {problem.place for problem in reading.problems}


def _documents() -> list[tuple[str, Any]]:
    names = {
        "orders_paid.json": "orders/paid",
        "orders_create_tax_included_multicurrency_guest.json": "orders/create",
        "orders_cancelled_voided_gift_card.json": "orders/cancelled",
        "refunds_create.json": "refunds/create",
        "order_transactions_create.json": "order_transactions/create",
    }
    return [(topic, json.loads((_SHOPIFY / name).read_bytes())) for name, topic in names.items()]


_DOCUMENTS = _documents()


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of the document with one of its keys."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        found += [(value, key) for key in value]
    elif isinstance(value, list):
        found += [(value, index) for index in range(len(value))]
    children = value.values() if isinstance(value, dict) else value if found else ()
    return found + [place for child in children for place in _places(child)]


def _read_whatever(topic: str, document: Any) -> None:
    """Take the whole way of a document; only findings may stop it."""
    try:
        parsed = parse(json.dumps(document).encode())
    except DocumentError:
        return
    cart = adapter("shopify")
    cart.describe(Headers({"X-Shopify-Topic": topic}), b"", parsed)
    reading = cart.read("shop", topic, parsed)
    if reading.facts is None:
        assert reading.problems or topic == EDIT_TOPIC
        return
    assert decode(encode(reading.facts)) == reading.facts
    if reading.facts.order is not None:
        order_breaches(reading.facts.order)
    for refund in reading.facts.refunds:
        refund_breaches(refund)


@given(st.sampled_from(_TOPICS), _JSON)
def test_any_json_is_read_or_found_wanting(topic: str, document: Any) -> None:
    _read_whatever(topic, document)


@settings(max_examples=400)
@given(st.data())
def test_a_real_document_with_anything_replaced_is_read_or_found_wanting(
    data: st.DataObject,
) -> None:
    topic, original = data.draw(st.sampled_from(_DOCUMENTS))
    document = json.loads(json.dumps(original))
    for _ in range(data.draw(st.integers(1, 3))):
        places = _places(document)
        container, key = places[data.draw(st.integers(0, len(places) - 1))]
        if isinstance(container, dict) and data.draw(st.booleans()):
            del container[key]
        else:
            container[key] = data.draw(_JSON)

    _read_whatever(topic, document)


@given(st.data())
def test_a_changed_amount_never_passes_as_another_balanced_order(data: st.DataObject) -> None:
    document = json.loads((_SHOPIFY / "orders_paid.json").read_bytes())
    amounts = [
        (container, key)
        for container, key in _places(document["line_items"])
        if key in ("price", "amount") and isinstance(container, dict)
    ]
    container, key = data.draw(st.sampled_from(amounts))
    cents = data.draw(st.integers(-500, 500).filter(bool))
    container[key] = str(Decimal(container[key]) + Decimal(cents) / 100)
    is_foreign_side = "currency_code" in container
    container.pop(f"{key}_set", None)

    reading = adapter("shopify").read("shop", "orders/paid", parse(json.dumps(document).encode()))

    order = reading.facts.order if reading.facts else None
    if is_foreign_side and order is not None:
        assert order.total.plain() == "117.97"
        return
    assert order is None or order_breaches(order)


def test_the_registry_knows_its_carts_and_no_others() -> None:
    assert is_known("shopify")
    assert not is_known("os")
    with pytest.raises(UnknownCartError):
        adapter("../shopify")
