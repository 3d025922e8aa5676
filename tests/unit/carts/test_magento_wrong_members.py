"""Whatever stands in a member of Magento's documents is a problem in its place, never an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carts.adapter import Reading
from carts.documents import Node
from carts.magento.readings import credit_memo_reading, whole_order
from commerce.money import MoneyError
from tests.unit.carts.magento_readings import changed, memo, parsed, plain_order, read


@pytest.mark.parametrize("street", [["22 Weir Road", "Flat 1"], "22 Weir Road\nFlat 1"])
def test_a_street_is_read_in_both_its_forms(street: Any) -> None:
    def change(order: dict[str, Any]) -> None:
        order["billing_address"]["street"] = street

    billing = changed(change).billing

    assert billing is not None
    assert (billing.line1, billing.line2) == ("22 Weir Road", "Flat 1")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("state", "shipped"),
        ("entity_id", None),
        ("grand_total", None),
        ("order_currency_code", "pounds"),
        ("updated_at", None),
        ("items", 7),
        ("items", [7]),
        ("extension_attributes", 7),
    ],
)
def test_a_wrong_member_is_a_problem_in_its_place(member: str, value: Any) -> None:
    order = plain_order()
    order[member] = value

    reading = read(order)

    assert reading.facts is None
    assert any(problem.place.startswith(member) for problem in reading.problems)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.decimals(places=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)


def _survives(call: Callable[[], Reading]) -> bool:
    try:
        return isinstance(call(), Reading)
    except MoneyError:
        return True


@given(st.sampled_from(sorted(plain_order())), _JSON)
def test_no_member_of_an_order_raises(member: str, value: Any) -> None:
    document = parsed(plain_order())
    document[member] = value

    assert _survives(lambda: whole_order(Node(document, "", []), "shop"))


@given(st.sampled_from(sorted(plain_order()["items"][0])), _JSON)
def test_no_member_of_a_row_raises(member: str, value: Any) -> None:
    document = parsed(plain_order())
    document["items"][0][member] = value

    assert _survives(lambda: whole_order(Node(document, "", []), "shop"))


@given(st.sampled_from(sorted(memo())), _JSON)
def test_no_member_of_a_memo_raises(member: str, value: Any) -> None:
    document = parsed(memo())
    document[member] = value

    assert _survives(lambda: credit_memo_reading(Node(document, "", []), "shop"))
