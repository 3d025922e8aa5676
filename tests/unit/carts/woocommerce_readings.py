"""Orders of a WooCommerce site with their refunds, changed and read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carts.adapter import Reading
from carts.documents import parse
from carts.registry import adapter
from commerce.money import Money

EVENTS = Path(__file__).parents[3] / "events" / "woocommerce"
EXPECTED: dict[str, Any] = json.loads((EVENTS / "expected.json").read_bytes())
PROCESSING = "order_updated_processing"
REFUNDED = "order_updated_partially_refunded"


def document(name: str, change: Callable[[Any], None] | None = None) -> Any:
    plain = json.loads((EVENTS / f"{name}.json").read_bytes())
    if change is not None:
        change(plain)
    return parse(json.dumps(plain).encode())


def read(content: Any, topic: str = "order.updated") -> Reading:
    return adapter("woocommerce").read("shop", topic, content)


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")
