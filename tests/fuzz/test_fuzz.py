"""Bad input, a short run: nothing escapes, nothing unsigned is believed, no number is wrong."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carts.registry import _ADAPTERS
from shared.changes import taking
from tests.fuzz import probe
from tests.fuzz.events import EventsProbe, ForgedError
from tests.fuzz.probe import CARTS, Probe, WrongError
from tests.fuzz.products import ProductProbe

_NUMBERS = st.one_of(
    st.integers(-(10**31), 10**31), st.decimals(allow_nan=False, allow_infinity=False).map(str)
)
_LEAVES = st.one_of(st.none(), st.booleans(), _NUMBERS, st.text(max_size=20))
_NAMES = st.one_of(
    st.sampled_from(
        ["id", "order_id", "total", "line_items", "currency", "refunds", "data", "order"]
    ),
    st.text(max_size=8),
)
_DOCUMENTS = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=5)
)


@cache
def of(cart: str) -> Probe:
    return Probe(cart)


def test_every_cart_is_probed() -> None:
    assert set(CARTS) == set(_ADAPTERS)


@pytest.mark.parametrize("cart", CARTS)
@settings(max_examples=60, deadline=None)
@given(number=st.integers(0, 10**9))
def test_bent_documents_end_as_a_finding_or_a_hold_and_never_as_a_wrong_number(
    cart: str, number: int
) -> None:
    of(cart).once(number)


@pytest.mark.parametrize("cart", CARTS)
@settings(max_examples=20, deadline=None)
@given(document=_DOCUMENTS)
def test_any_json_is_taken_or_refused_without_an_exception(cart: str, document: Any) -> None:
    of(cart).feed(json.dumps(document).encode(), {})


@pytest.mark.parametrize("cart", CARTS)
@settings(max_examples=20, deadline=None)
@given(body=st.binary(max_size=200), header=st.text(max_size=40))
def test_any_bytes_are_taken_or_refused_without_an_exception(
    cart: str, body: bytes, header: str
) -> None:
    of(cart).feed(body, {"X-Shopify-Topic": header, "X-WC-Webhook-Source": header})


@pytest.mark.parametrize("cart", CARTS)
def test_bent_answers_about_products_end_as_an_error_a_hold_or_a_refused_row(cart: str) -> None:
    probe = ProductProbe(cart)
    for number in range(25):
        probe.once(number)
    assert probe.read


def test_what_sage_signed_is_taken_and_nothing_that_was_bent() -> None:
    probe = EventsProbe("suite")

    for number in range(300):
        probe.once(number)

    assert probe.refused == 300
    assert min(probe.read, probe.held) > 50


def test_the_probe_of_events_sees_a_forgery_that_is_believed() -> None:
    blind = EventsProbe("suite")

    with (
        patch.object(taking, "is_genuine", lambda *_, **__: True),
        pytest.raises(ForgedError, match="not signed ended as"),
    ):
        blind.once(1)


@pytest.mark.parametrize("cart", ["shopify", "woocommerce"])
def test_the_probe_sees_orders_that_do_not_add_up(cart: str) -> None:
    """With the product's own check switched off, the inputs must show what it is there for."""
    blind = Probe(cart)

    def look() -> None:
        for number in range(3000):
            blind.once(number)

    with patch.object(probe, "order_breaches", lambda _: []), pytest.raises(WrongError):
        look()
