"""CPU of an order of each cart: prove, parse and map it, beside plain `json.loads` of its body."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from carts.adapter import Headers
from carts.documents import parse
from carts.registry import adapter
from carts.shapes import Seen, Source, shapes

_EVENTS = Path(__file__).parents[2] / "events"
_ORDERS = {
    "shopify": "orders_paid",
    "woocommerce": "order_updated_processing",
    "magento": "rest_orders_page",
    "amazon": "get_order",
    "ebay": "get_order",
    "walmart": "get_order",
    "api2cart": "order_info_partial_refund",
}
"""A whole order of each cart: what a delivery carries, or what is fetched after a hint; Magento's
document is a page of two."""

_ROUNDS, _RUNS = 200, 7
_MICRO = 1_000_000
_COLUMNS = ("cart", "bytes", "json.loads", "prove", "parse", "map", "all", "times json.loads")


@dataclass(frozen=True, slots=True)
class Reading:
    """Microseconds of CPU for one order; `prove` is None where the cart signs nothing by HMAC."""

    cart: str
    size: int
    plain: float
    prove: float | None
    parse: float
    map: float

    @property
    def total(self) -> float:
        """All that an order costs from its bytes to the commerce model."""
        return (self.prove or 0.0) + self.parse + self.map

    @property
    def ratio(self) -> float:
        """How many times `json.loads` that is."""
        return self.total / self.plain


def measure(rounds: int = _ROUNDS) -> list[Reading]:
    """Every cart's order, the quickest of several runs of so many rounds each."""
    return [_measured(cart, name, rounds) for cart, name in _ORDERS.items()]


def as_json(readings: list[Reading]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [asdict(each) | {"all": each.total, "ratio": each.ratio} for each in readings]


def print_table(console: Console, readings: list[Reading]) -> None:
    """One row a cart, in microseconds of CPU."""
    table = Table(*_COLUMNS, title="Reading an order, CPU in µs", title_justify="left")
    for each in readings:
        prove = "-" if each.prove is None else f"{each.prove:.0f}"
        times = (f"{each.plain:.0f}", prove, f"{each.parse:.0f}", f"{each.map:.0f}")
        row = (each.cart, str(each.size), *times, f"{each.total:.0f}", f"{each.ratio:.1f}")
        table.add_row(*row)
    console.print(table)


def _measured(cart: str, name: str, rounds: int) -> Reading:
    body = (_EVENTS / cart / f"{name}.json").read_bytes()
    document = parse(body)
    source = Source(document, body)
    shape = next(each for each in shapes(cart) if each.fits(source))
    told = list(shape.seen(source))
    if not any(_is_order(seen) for seen in told):
        message = f"{cart}/{name}.json is read as no order"
        raise LookupError(message)
    return Reading(
        cart=cart,
        size=len(body),
        plain=_microseconds(lambda: json.loads(body), rounds),
        prove=_proof(cart, rounds),
        parse=_microseconds(lambda: parse(body), rounds),
        map=_microseconds(lambda: list(shape.seen(source)), rounds),
    )


def _is_order(seen: Seen) -> bool:
    facts = seen.reading.facts if seen.reading else None
    return facts is not None and facts.order is not None


def _proof(cart: str, rounds: int) -> float | None:
    """Proving the first good vector that is signed with a shared secret."""
    file = _EVENTS / cart / "signature_vectors.json"
    vectors = json.loads(file.read_bytes()) if file.is_file() else []
    for vector in vectors:
        secret = _secret(vector)
        if vector["expect"] != "valid" or not secret or "body_file" not in vector:
            continue
        body = (_EVENTS / cart / vector["body_file"]).read_bytes()
        headers = Headers(vector["headers"])
        if adapter(cart).is_genuine(headers, body, secret):
            proved = partial(adapter(cart).is_genuine, headers, body, secret)
            return _microseconds(proved, rounds)
    return None


def _secret(vector: Mapping[str, Any]) -> dict[str, Any]:
    if "secrets" in vector:
        return {"webhook_secrets": vector["secrets"]}
    if "auth_header_name" in vector and "secret" in vector:
        header = vector["auth_header_name"]
        scheme = {"webhook_scheme": "hmac", "webhook_header": header}
        return {**scheme, "webhook_secrets": [vector["secret"]]}
    return {}


def _microseconds(work: Callable[[], object], rounds: int) -> float:
    """CPU of one call: the quickest of several runs, since others use the machine as well."""
    best = float("inf")
    for _ in range(_RUNS):
        started = time.process_time()
        for _ in range(rounds):
            work()
        best = min(best, time.process_time() - started)
    return best / rounds * _MICRO
