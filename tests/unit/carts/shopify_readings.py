"""What a sample of Shopify is read as: facts, an order or a refund."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from carts.adapter import Reading
from carts.registry import adapter
from commerce.orders import Facts, Order

Sample = Callable[[str], bytes]
Edit = Callable[..., Any]


def read(document: Any, topic: str = "orders/paid") -> Reading:
    return adapter("shopify").read("shop", topic, document)


def facts_of(reading: Reading) -> Facts:
    assert reading.problems == ()
    assert reading.facts is not None
    return reading.facts


def order_of(reading: Reading) -> Order:
    order = facts_of(reading).order
    assert order is not None
    return order


def expected(sample: Sample, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(sample("expected.json"))[name]
    return found
