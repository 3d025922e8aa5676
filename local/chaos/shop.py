"""A shop whose orders keep coming, and which sends again what was not answered, as carts do."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from decimal import Decimal

import httpx

from local.demo.payloads import (
    ORDER_A,
    DemoOrder,
    Json,
    fulfillment_body,
    order_body,
    refund_body,
)
from local.demo.shop import DemoShop

REFUNDED_NET = "22.50"
REFUNDED_TAX = "2.00"
_AGAIN_SECONDS = 0.5
_MOST_TRIES = 400


def orders(count: int) -> list[DemoOrder]:
    """Orders like the demo's first; every second buyer orders twice."""
    return [
        replace(
            ORDER_A,
            id=ORDER_A.id + 10_000 * (number + 1),
            name=f"#{5001 + number}",
            customer_id=ORDER_A.customer_id + 1000 * (number - number % 4 // 3),
        )
        for number in range(count)
    ]


def is_refunded(number: int) -> bool:
    """Whether one unit of the order at that place comes back."""
    return number % 3 == 0


def refund_total() -> Decimal:
    """What a returned unit was paid back with."""
    return Decimal(REFUNDED_NET) + Decimal(REFUNDED_TAX)


class FlowingShop:
    """Delivers the events of many orders from a thread of its own, each until it is taken."""

    def __init__(self, shop: DemoShop, sold: list[DemoOrder], *, every_seconds: float) -> None:
        """`every_seconds` lies between two orders."""
        self._shop = shop
        self._sold = sold
        self._every_seconds = every_seconds
        self._thread = threading.Thread(target=self._flow, name="shop", daemon=True)
        self.tries = 0
        self.taken = 0
        self.lost: list[str] = []

    def start(self) -> None:
        """Begin to sell."""
        self._thread.start()

    @property
    def is_selling(self) -> bool:
        """Whether more is to come."""
        return self._thread.is_alive()

    def _flow(self) -> None:
        for number, order in enumerate(self._sold):
            self._deliver(order_body(order), "orders/paid", order)
            self._deliver(fulfillment_body(order), "fulfillments/create", order)
            if is_refunded(number):
                refund = refund_body(order, subtotal=REFUNDED_NET, tax=REFUNDED_TAX)
                self._deliver(refund, "refunds/create", order)
            time.sleep(self._every_seconds)

    def _deliver(self, body: Json, topic: str, order: DemoOrder) -> None:
        """Send until it is taken; a cart gives up after hours, this one after minutes."""
        for _ in range(_MOST_TRIES):
            self.tries += 1
            try:
                answer = self._shop.deliver(body, topic=topic, event_id=f"{order.id}-{topic}")
            except httpx.TransportError:
                time.sleep(_AGAIN_SECONDS)
                continue
            if httpx.codes.is_success(answer.status):
                self.taken += 1
                return
            time.sleep(_AGAIN_SECONDS)
        self.lost.append(f"{order.name} {topic}")
