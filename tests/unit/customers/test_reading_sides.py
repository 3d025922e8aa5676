"""Orders are read on the side that their store is booked on, and rebuilt from the archive on it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from carts.adapter import Headers
from commerce.money import Money
from shared.customers.access import StoreClients
from shared.customers.reading import EventReader
from shared.facts.record import FactsRecord, order_pk
from shared.messages import CartEvent
from shared.replaying.history import RawDocument, moments
from tests.unit.carts.test_shopify_sides import order
from tests.unit.customers.sync_rig import tenant

AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
KEY = "raw/acme/shop/1001"
SIDES = [({}, "33.00", "USD"), ({"currency_side": "presentment"}, "30.41", "EUR")]


class Shelf:
    """An archive of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.body = json.dumps(document).encode()

    def get(self, _key: str) -> bytes:
        return self.body

    def read(self, _key: str) -> Any:
        return RawDocument(self.body, Headers({"X-Shopify-Topic": "orders/create"}), AT)


class Secrets:
    """A secret with access for every store."""

    def get(self, _name: str) -> dict[str, Any]:
        return {"access_token": "shpat"}


def event() -> CartEvent:
    return CartEvent.model_validate(
        {
            "tenant": "acme",
            "store": "shop",
            "cart": "shopify",
            "topic": "orders/create",
            "delivery": "delivery-1",
            "resource_id": "1001",
            "raw_key": KEY,
            "received_at": AT.isoformat(),
        }
    )


@pytest.mark.parametrize(("policy", "amount", "currency"), SIDES)
def test_an_order_is_read_and_rebuilt_on_the_side_of_its_store(
    policy: dict[str, str], amount: str, currency: str
) -> None:
    shelf, configured = Shelf(order()), tenant(policy)
    store = configured.store("shop")
    assert store is not None
    reader = EventReader(shelf, lambda *_: None)  # type: ignore[arg-type]

    facts = reader.read(event(), configured, store, None).facts

    assert facts is not None
    assert facts.order is not None
    assert facts.order.total == Money.of(amount, currency)
    record = FactsRecord(order_pk("acme", "shop", "1001"), facts, sources=(KEY,))
    (moment,) = moments(record, shelf)
    assert moment.record.known == facts


@pytest.mark.parametrize(("policy", "currency"), [(side[0], side[2]) for side in SIDES])
def test_the_stores_api_is_read_on_the_same_side(policy: dict[str, str], currency: str) -> None:
    configured = tenant(policy)
    store = configured.store("shop")
    assert store is not None

    access = StoreClients(Secrets(), "p/")._access(configured, store)

    assert access is not None
    assert access.is_presented is (currency == "EUR")
