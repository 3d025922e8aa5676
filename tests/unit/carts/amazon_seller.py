"""A seller of the simulated Amazon, polled as the product does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from carts.adapter import CartApiError, ChangedOrder, StoreAccess
from carts.amazon.access import connected
from carts.amazon.client import AmazonClient
from commerce.orders import Facts
from local.cart_simulators.amazon.shapes import order_id
from local.cart_simulators.amazon.simulator import AmazonSimulator
from local.cart_simulators.orders import Sale, SoldLine
from local.cart_simulators.transport import CartTransport
from local.intacct_simulator.clock import Clock

BASE = "http://127.0.0.1:1"
START = datetime(2026, 4, 1, 12, tzinfo=UTC)
SALE = Sale(
    lines=(
        SoldLine(sku="MUG", quantity=2, unit_price=Decimal("15.00"), tax=Decimal("2.40")),
        SoldLine(
            sku="TIN",
            quantity=3,
            unit_price=Decimal("4.00"),
            discount=Decimal("1.00"),
            tax=Decimal("0.88"),
        ),
    ),
    shipping=Decimal("4.99"),
    shipping_tax=Decimal("0.40"),
)


class Seller:
    """A simulated seller with a frozen clock, and a client whose waiting moves that clock."""

    def __init__(self, **options: Any) -> None:
        self.clock = Clock()
        self.clock.set(START, freeze=True)
        self.amazon = AmazonSimulator(clock=self.clock, **options)
        self.slept: list[float] = []
        self.client = self.connect()

    def connect(self) -> AmazonClient:
        """A client of a process that has just begun."""
        access = StoreAccess("shop", self.amazon.account, BASE, "", self.amazon.secret())
        connection = connected(access, CartTransport(self.amazon))
        return AmazonClient(
            connection.http,
            "shop",
            marketplaces=connection.marketplaces,
            clock=self.clock.now,
            sleep=self.sleep,
            monotonic=lambda: self.clock.now().timestamp(),
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.advance(seconds)

    def sell(self, count: int = 1) -> list[str]:
        orders = []
        for _ in range(count):
            orders.append(order_id(self.amazon.orders.place(SALE)))
            self.clock.advance(1)
        return orders

    def changed(self, since: datetime, until: datetime) -> list[ChangedOrder]:
        pages = self.client.changed_orders(since=since, until=until)
        return [row for page in pages for row in page]

    def facts(self, amazon_id: str) -> Facts:
        reading = self.client.order(amazon_id)
        assert reading.problems == ()
        assert reading.facts is not None
        return reading.facts


def patiently(seller: Seller, since: datetime, until: datetime) -> list[ChangedOrder]:
    """A window, tried again after ten minutes as long as trying again may help."""
    for _ in range(20):
        try:
            return seller.changed(since, until)
        except CartApiError as exc:
            if exc.is_lasting:
                raise
            seller.clock.advance(600)
    pytest.fail("the window could not be read in twenty tries")


def poll_all(seller: Seller, until: datetime) -> dict[str, datetime]:
    """Windows as a poller reads them: an hour each, with an overlap, waiting out the pace."""
    seen: dict[str, datetime] = {}
    begin = START
    while begin < until:
        end = min(begin + timedelta(hours=1), until)
        seller.clock.set(max(seller.clock.now(), end + timedelta(minutes=3)), freeze=True)
        rows = patiently(seller, begin - timedelta(minutes=5), end)
        for row in rows:
            seen[row.order_id] = max(seen.get(row.order_id, row.updated_at), row.updated_at)
        begin = end
    return seen
