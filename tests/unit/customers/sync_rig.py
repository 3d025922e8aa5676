"""A use case of customers whose cart, lanes, archive and books are in memory."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from carts.adapter import CartClient, ChangedOrder, Reading
from carts.documents import parse
from shared.customers.choosing import CustomerChooser
from shared.customers.following import Follower
from shared.customers.keeping import CustomerKeeper
from shared.customers.reading import EventReader
from shared.customers.sync import CustomerSync, SyncParts, SyncReport
from shared.facts.record import FactsRecord, order_pk
from shared.intake.archive import RawMissingError
from shared.ledger.apply import Applier
from shared.messages import CartEvent, OrderReady
from shared.postings.plan import Reason
from shared.tenants.models import Tenant
from tests.fakes import (
    FakeBooks,
    FakeClock,
    MemoryFacts,
    MemoryLedger,
    MemoryLinks,
    MemoryReviews,
    counting_ids,
)
from tests.unit.customers.sage import FakeSage

SHOPIFY = Path(__file__).parents[3] / "events" / "shopify"
ORDER_ID = "5900000002001"
PK = order_pk("acme", "shop", ORDER_ID)


def sample(name: str) -> Any:
    return json.loads((SHOPIFY / f"{name}.json").read_bytes())


def tenant(policy: Mapping[str, Any] | None = None, **store: Any) -> Tenant:
    shop = {
        "id": "shop",
        "cart": "shopify",
        "domain": "test-shop.myshopify.example",
        "entity": "100",
        "policy": policy or {},
        "mapping": {"version": "1", "accounts": {}, "term": "Net 30"},
        **store,
    }
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "acme", "user_id": "ws"},
            "entities": [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}],
            "stores": [shop],
        }
    )


class MemoryArchive:
    """Raw bodies in a dictionary."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def put_new(self, key: str, body: bytes, headers: Mapping[str, str]) -> bool:
        del headers
        return self.bodies.setdefault(key, body) is body

    def get(self, key: str) -> bytes:
        if key not in self.bodies:
            raise RawMissingError(key)
        return self.bodies[key]


class RecordedLanes:
    """What was put on which lane; the same deduplication id counts once, as the queue has it."""

    def __init__(self) -> None:
        self.sent: dict[str, tuple[str, OrderReady]] = {}
        self.is_down = False

    def send(self, message: OrderReady, *, lane: str, deduplication: str) -> None:
        if self.is_down:
            raise ConnectionError
        self.sent.setdefault(deduplication, (lane, message))

    @property
    def messages(self) -> list[OrderReady]:
        return [message for _, message in self.sent.values()]


class ScriptedClient:
    """A cart's API that answers as told."""

    def __init__(self, answer: Reading | Exception) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def changed_orders(
        self, *, since: datetime, until: datetime
    ) -> Iterator[Sequence[ChangedOrder]]:
        del since, until
        return iter(())

    def order(self, order_id: str) -> Reading:
        self.asked.append(order_id)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Rig:
    """A customer sync on fakes."""

    def __init__(self, configured: Tenant | None = None, client: CartClient | None = None) -> None:
        self.tenant = configured or tenant()
        self.clock = FakeClock(datetime(2026, 4, 2, 15, tzinfo=UTC))
        self.archive = MemoryArchive()
        self.facts = MemoryFacts()
        self.reviews = MemoryReviews()
        self.lanes = RecordedLanes()
        self.ledger = MemoryLedger()
        self.books = FakeBooks(is_unique=True)
        self.sage = FakeSage(self.books)
        self.links = MemoryLinks()
        self._numbers = itertools.count(1)
        self._ids = counting_ids()
        self.sync = CustomerSync(
            SyncParts(
                tenant_of=lambda _: self.tenant,
                reader=EventReader(self.archive, lambda *_: client),
                facts=self.facts,
                reviews=self.reviews,
                customers=self._chooser(),
                lanes=self.lanes,
                clock=self.clock,
            )
        )

    def _chooser(self) -> CustomerChooser:
        keeper = CustomerKeeper(self.ledger, self._applier, pause=self.clock.pass_time)
        follower = Follower(lambda *_: self.sage, lambda *_: self.sage)
        return CustomerChooser(keeper, self.links, follower, lambda *_: self.sage, clock=self.clock)

    def _applier(self, _: Tenant, entity: str) -> Applier:
        assert entity == ""
        return Applier(
            self.ledger, self.books, clock=self.clock, ids=self._ids, pause=lambda _: None
        )

    def event(self, document: Any, topic: str) -> CartEvent:
        number = next(self._numbers)
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        key = f"raw/acme/shop/{number}.json"
        self.archive.put_new(key, body, {})
        try:
            named = parse(body)
        except ValueError:
            named = None
        named = named if isinstance(named, dict) else {}
        name = "id" if topic.startswith("orders/") else "order_id"
        return CartEvent(
            tenant="acme",
            store="shop",
            cart="shopify",
            topic=topic,
            delivery=f"d{number}",
            resource_id=str(named.get(name, "")),
            raw_key=key,
            received_at=self.clock(),
        )

    def take(self, document: Any, topic: str = "orders/paid") -> SyncReport:
        return self.again(self.event(document, topic))

    def again(self, event: CartEvent) -> SyncReport:
        return self.sync.sync(event, self.clock() + timedelta(minutes=5))

    def hint(self, as_of: str) -> SyncReport:
        event = CartEvent(
            tenant="acme",
            store="shop",
            cart="shopify",
            topic="orders/polled",
            delivery="h",
            resource_id=ORDER_ID,
            received_at=self.clock(),
            as_of=datetime.fromisoformat(as_of),
        )
        return self.again(event)

    @property
    def record(self) -> FactsRecord:
        found = self.facts.load(PK)
        assert found is not None
        return found

    @property
    def reasons(self) -> set[Reason]:
        opened = [r for r in self.reviews.all("acme") if self.reviews.is_open("acme", r.subject)]
        return {finding.reason for review in opened for finding in review.findings}


def changed(document: Any, **members: Any) -> Any:
    document = {**document, **members}
    for name in members:
        document.pop(f"{name}_set", None)
    return document


DELIVERIES = [
    (changed(sample("orders_paid"), financial_status="pending", total_outstanding="117.97",
             updated_at="2026-04-02T09:14:05-05:00"), "orders/create"),
    (sample("orders_paid"), "orders/paid"),
    (sample("refunds_create"), "refunds/create"),
    (
        {
            "id": 31,
            "order_id": int(ORDER_ID),
            "status": "success",
            "created_at": "2026-04-03T10:00:00-05:00",
            "line_items": [{"id": 14000000002001, "quantity": 2}],
        },
        "fulfillments/create",
    ),
]  # fmt: skip
