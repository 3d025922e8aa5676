"""The numbers of a mapped order under the names that the samples' `expected.json` use."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from carts.adapter import Reading
from carts.documents import parse
from commerce.identity import order_breaches, order_sums, refund_breaches
from commerce.money import total
from commerce.orders import ChargeKind, Facts, Order, TaxCollector

EVENTS = Path(__file__).parents[3] / "events"
SUM_NAMES = (
    "currency",
    "order_id",
    "total",
    "lines_gross",
    "discount_total",
    "shipping_total",
    "tax_total",
    "tax_in_prices",
    "marketplace_tax_total",
    "fee_total",
    "tip_total",
    "gift_card_total",
    "line_count",
    "refunded_total",
    "is_test",
    "is_cancelled",
    "balanced",
)


def sample(cart: str, name: str) -> Any:
    """A sample document, parsed as production parses it."""
    return parse((EVENTS / cart / f"{name}.json").read_bytes())


def edited(cart: str, name: str, changes: dict[str, Any]) -> Any:
    """A sample document with members replaced by their path."""
    document = json.loads((EVENTS / cart / f"{name}.json").read_bytes())
    for path, value in changes.items():
        *parents, last = path.split(".")
        node = document
        for part in parents:
            node = node[int(part)] if isinstance(node, list) else node[part]
        node[int(last) if isinstance(node, list) else last] = value
    return parse(json.dumps(document).encode())


def expected(cart: str, name: str) -> dict[str, Any]:
    """What the sample is worth."""
    found: dict[str, Any] = json.loads((EVENTS / cart / "expected.json").read_bytes())[name]
    return found


def vectors(cart: str) -> list[dict[str, Any]]:
    """The signature vectors of the cart."""
    found: list[dict[str, Any]] = json.loads(
        (EVENTS / cart / "signature_vectors.json").read_bytes()
    )
    return found


def facts_of(reading: Reading) -> Facts:
    """The facts of a reading without problems."""
    assert reading.problems == ()
    assert reading.facts is not None
    return reading.facts


def order_of(reading: Reading) -> Order:
    """The order of a reading without problems."""
    order = facts_of(reading).order
    assert order is not None
    return order


def numbers(facts: Facts, *, tax_outside_total: Callable[[Order], str] | None = None) -> Any:
    """The order's numbers; marketplace tax outside the total is told by `tax_outside_total`."""
    order = facts.order
    assert order is not None
    sums = order_sums(order)
    kinds = {ChargeKind.TIP: "tip_total", ChargeKind.FEE: "fee_total"}
    charges = {
        name: total((c.amount for c in order.charges if c.kind is kind), order.currency).plain()
        for kind, name in kinds.items()
    }
    marketplace = (t.amount for t in order.all_taxes if t.collected_by is TaxCollector.MARKETPLACE)
    return {
        "currency": order.currency,
        "order_id": order.ref.id,
        "total": order.total.plain(),
        "lines_gross": sums.lines.plain(),
        "discount_total": sums.discount.plain(),
        "shipping_total": sums.shipping.plain(),
        "tax_total": sums.tax.plain(),
        "tax_in_prices": order.tax_included,
        "marketplace_tax_total": (
            tax_outside_total(order)
            if tax_outside_total
            else total(marketplace, order.currency).plain()
        ),
        **charges,
        "gift_card_total": sums.gift_cards.plain(),
        "line_count": len(order.lines),
        "refunded_total": total((r.paid for r in facts.refunds), order.currency).plain(),
        "is_test": order.is_test,
        "is_cancelled": order.cancelled_at is not None,
        "balanced": not order_breaches(order) and not any(map(refund_breaches, facts.refunds)),
    }
