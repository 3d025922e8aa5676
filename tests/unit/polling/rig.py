"""A poller on fakes, and the shops that it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from carts.adapter import CartApiError, CartClient, ChangedOrder, PollingRules, Reading
from shared.polling.backfill import Backfill, BackfillParts
from shared.polling.poller import Poller
from shared.polling.reports import PollReport
from shared.polling.schedule import Pollers
from shared.tenants.models import Tenant
from tests.fakes import FakeClock
from tests.paging.memory import MemoryCheckpoints, Queue

RULES = PollingRules()
OVERLAP, LAG, LONGEST_WINDOW = RULES.overlap, RULES.lag, RULES.longest_window
START = datetime(2026, 4, 1, 4, tzinfo=UTC)
"""Midnight of the go-live date in New York."""


def tenant(*, go_live_on: str = "2026-04-01", is_paused: bool = False) -> Tenant:
    stores = [
        {
            "id": store,
            "cart": "shopify",
            "domain": f"{store}.myshopify.example",
            "entity": "100",
            "mapping": {"version": "1", "accounts": {}},
            "go_live_on": go_live_on,
        }
        for store in ("shop", "outlet")
    ]
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "acme", "user_id": "ws"},
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": stores,
            "is_paused": is_paused,
        }
    )


class Shop:
    """A cart's list of changed orders, in pages of two; fails where it is told to."""

    def __init__(self, updates: dict[str, datetime] | None = None) -> None:
        self.updates = updates or {}
        self.windows: list[tuple[datetime, datetime]] = []
        self.fail_on_page: int | None = None

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        self.windows.append((since, until))
        rows = sorted((at, i) for i, at in self.updates.items() if since <= at < until)
        for page in range(0, len(rows), 2):
            if self.fail_on_page == page // 2:
                message = "the cart's API stayed busy"
                raise CartApiError(message)
            yield [ChangedOrder(order_id, at) for at, order_id in rows[page : page + 2]]

    def order(self, order_id: str) -> Reading:
        raise AssertionError(order_id)


class Rig:
    """A poller on fakes."""

    def __init__(self, shop: CartClient | None = None) -> None:
        self.clock = FakeClock(START + timedelta(hours=2))
        self.checkpoints = MemoryCheckpoints()
        self.queue = Queue()
        self.shop = shop
        self.poller = Poller(
            checkpoints=self.checkpoints,
            events=self.queue,
            client_of=lambda *_: self.shop,
            clock=self.clock,
        )

        self.ranges: dict[str, MemoryCheckpoints] = {}
        self.backfill = Backfill(
            BackfillParts(
                turns=self.checkpoints,
                progress_of=lambda name: self.ranges.setdefault(name, MemoryCheckpoints()),
                events=self.queue,
                client_of=lambda *_: self.shop,
                clock=self.clock,
            )
        )
        self.pollers = Pollers(self.poller, self.backfill, self.clock)

    def poll(self, configured: Tenant | None = None, seconds: float = 60) -> PollReport:
        configured = configured or tenant()
        return self.poller.poll(
            configured, configured.stores[0], self.clock() + timedelta(seconds=seconds)
        )


class Busy(Shop):
    """A shop whose orders change once a minute, and which takes five seconds a page of two."""

    def __init__(self, clock: FakeClock, minutes: int) -> None:
        super().__init__({str(n): START + timedelta(minutes=n) for n in range(minutes)})
        self._clock = clock

    def changed_orders(self, **window: Any) -> Iterator[Sequence[ChangedOrder]]:
        for page in super().changed_orders(**window):
            self._clock.pass_time(5)
            yield page
