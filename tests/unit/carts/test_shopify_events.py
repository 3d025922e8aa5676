"""What other topics of Shopify say: edits, parcels and what nobody knows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from carts.adapter import Reading, UnknownTopicError
from carts.documents import parse
from tests.unit.carts.shopify_readings import Sample, facts_of, read


def test_an_edit_says_nothing_but_fetch(sample: Sample) -> None:
    reading = read(parse(sample("orders_edited.json")), "orders/edited")

    assert reading == Reading(None, needs_fetch=True)


def test_a_parcel_that_left_is_a_fulfilment() -> None:
    document = {
        "id": 11,
        "order_id": 7,
        "status": "success",
        "created_at": "2026-04-03T10:00:00-05:00",
        "line_items": [{"id": 1, "quantity": 2}],
    }

    left = facts_of(read(document, "fulfillments/create")).fulfilments
    open_ = facts_of(read({**document, "status": "open"}, "fulfillments/create")).fulfilments
    back = facts_of(read({**document, "status": "cancelled"}, "fulfillments/update")).fulfilments

    assert (left[0].ref.id, left[0].lines[0].quantity) == ("11", Decimal(2))
    assert open_ == ()
    assert back[0].is_cancelled


def test_a_topic_without_meaning_is_said_to_be_unknown() -> None:
    with pytest.raises(UnknownTopicError):
        read({}, "products/update")
