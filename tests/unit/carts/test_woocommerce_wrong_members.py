"""Whatever stands in a member of WooCommerce's documents is a problem in its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.woocommerce.readings import refunds_reading
from tests.unit.carts.woocommerce_readings import EVENTS, PROCESSING, document, read


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("total", None),
        ("total", "abc"),
        ("total", "1e400"),
        ("currency", "Pounds"),
        ("id", "a b"),
        ("line_items", {}),
        ("line_items", [1]),
        ("date_modified_gmt", None),
        ("date_modified_gmt", "yesterday"),
        ("date_created_gmt", 7),
        ("customer_id", -1),
        ("refunds", [{"id": None, "total": "-1.00"}]),
    ],
)
def test_a_wrong_member_is_a_problem_in_its_place(member: str, value: Any) -> None:
    def change(order: Any) -> None:
        order[member] = value

    reading = read(document(PROCESSING, change))

    assert reading.facts is None
    assert any(problem.place.startswith(member) for problem in reading.problems)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.decimals(places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
_MEMBERS = sorted(json.loads((EVENTS / f"{PROCESSING}.json").read_bytes()))
_LINE_MEMBERS = ["id", "quantity", "subtotal", "total", "total_tax", "taxes", "bundled_by", "sku"]


@given(st.sampled_from(_MEMBERS), _JSON)
def test_no_member_of_any_type_raises(member: str, value: Any) -> None:
    content = document(PROCESSING)
    content[member] = value

    assert read(content) is not None


@given(st.sampled_from(_LINE_MEMBERS), _JSON)
def test_no_member_of_a_line_raises(member: str, value: Any) -> None:
    content = document(PROCESSING)
    content["line_items"][0][member] = value

    assert read(content) is not None


@given(_JSON)
def test_no_document_raises(content: Any) -> None:
    assert read(content) is not None
    assert refunds_reading(content, "shop", "GBP") is not None
