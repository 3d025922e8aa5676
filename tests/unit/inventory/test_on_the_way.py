"""What was sold and is not in the books is added up, and nothing that Sage counts by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from commerce.orders import Facts, LineKind, OrderLine
from shared.bundles.register import ALWAYS, Composition, OrderBundles
from shared.facts.record import DueOrder, FactsRecord, FactsStatus, due_shard, order_pk
from shared.inventory.on_the_way import MOST_A_SHARD, OrdersOnTheWay, TooManyOnTheWayError
from shared.ledger.records import Record, State
from shared.policy.items import Bundles, ItemPolicy, UnknownSku
from shared.postings.bundle_parts import Part
from shared.postings.findings import Finding, Reason
from shared.postings.keys import posting_key
from shared.postings.plan import PostingKind
from shared.reviews.records import Stage, order_subject
from tests.accounting.shop import line, order
from tests.fakes import FakeClock, MemoryLedger, MemoryReviews
from tests.unit.bundles.memory import MemoryBundles
from tests.unit.inventory.rig import Rig, policy

AT = datetime(2026, 4, 1, 12, tzinfo=UTC)


class Agenda:
    """Facts by order, and what is due of them."""

    def __init__(self) -> None:
        self.records: dict[str, FactsRecord] = {}

    def load(self, pk: str) -> FactsRecord | None:
        return self.records.get(pk)

    def due(self, shard: int, *, now: datetime, limit: int = 100) -> Sequence[DueOrder]:
        return [
            DueOrder(pk, record.due_at)
            for pk, record in self.records.items()
            if due_shard(pk) == shard and record.due_at is not None and record.due_at <= now
        ][:limit]


class Way:
    """One store's orders, and what of them is on the way."""

    def __init__(self) -> None:
        self.agenda, self.ledger, self.reviews = Agenda(), MemoryLedger(), MemoryReviews()
        self.bundles = MemoryBundles()
        rig = Rig(policy(("W1", "71001")))
        self.tenant, self.store = rig.tenant, rig.shop.store

    def sold(
        self,
        name: str,
        *lines: OrderLine,
        status: FactsStatus = FactsStatus.READY,
        due_at: datetime | None = AT,
        store: str = "shop-0",
    ) -> str:
        pk = order_pk("acme", store, name)
        told = order(*(lines or (goods("MUG", 2),)))
        known = Facts(told.ref, order=told)
        self.agenda.records[pk] = FactsRecord(pk, known, status=status, due_at=due_at)
        return pk

    def booked(self, pk: str, kind: PostingKind, state: State = State.DONE) -> None:
        key = posting_key(
            tenant="acme", entity="100", kind=kind, store="shop-0", purpose=f"order:{pk}"
        )
        self.ledger.records[pk, key] = Record(pk, key, state, 1, "N", "C", "hash")

    def __call__(self) -> dict[str, Decimal]:
        told = OrdersOnTheWay(
            self.agenda, self.ledger, self.reviews, OrderBundles(self.bundles), FakeClock(AT)
        )
        return dict(told(self.tenant, self.store))


def goods(sku: str, quantity: int) -> OrderLine:
    return line(sku.lower(), "9.00", quantity)


def test_goods_of_orders_that_are_due_are_added_up_by_article() -> None:
    way = Way()
    way.sold("1", goods("MUG", 2), goods("TEE", 1))
    way.sold("2", replace(goods("MUG", 3), quantity_cancelled=Decimal(1)))
    way.sold("3", due_at=AT + timedelta(days=2))
    way.sold("4", store="other")
    assert way() == {"MUG": 6, "TEE": 1}


def test_a_bundle_takes_its_parts_unless_the_order_tells_them_itself() -> None:
    way = Way()
    policy = ItemPolicy(unknown_sku=UnknownSku.CREATE, bundles=Bundles.PARTS)
    way.store = way.store.model_copy(update={"items": policy})
    parts = (Part("MUG", Decimal(2)), Part("TEE", Decimal(1)))
    way.bundles.note("acme", "shop-0", "SET", Composition(ALWAYS, parts))
    way.sold("1", goods("SET", 3))
    told = replace(goods("MUG", 1), kind=LineKind.COMPONENT, parent_id="set")
    way.sold("2", goods("SET", 1), told)
    assert way() == {"SET": 4, "MUG": 7, "TEE": 3}


@pytest.mark.parametrize("kind", [PostingKind.SALES_ORDER, PostingKind.INVOICE])
def test_what_sage_has_a_document_of_is_counted_there(kind: PostingKind) -> None:
    way = Way()
    way.booked(way.sold("1"), kind)
    assert way() == {}
    way.booked(way.sold("2"), kind, State.SENT)
    way.booked(way.sold("3"), PostingKind.ADVANCE)
    assert way() == {"MUG": 4}


def test_an_order_that_waits_for_a_person_is_sold_all_the_same() -> None:
    way = Way()
    way.sold("1", status=FactsStatus.HELD, due_at=None)
    finding = Finding(Reason.ITEM_MISSING, "item", "no")
    way.reviews.open("acme", order_subject("shop-0", "1", Stage.FACTS), [finding], at=AT)
    assert way() == {"MUG": 2}


@pytest.mark.parametrize("status", [FactsStatus.SKIPPED, FactsStatus.UNDOING, FactsStatus.UNDONE])
def test_what_is_never_posted_takes_nothing(status: FactsStatus) -> None:
    way = Way()
    way.sold("1", status=status)
    assert way() == {}


def test_a_cancelled_order_takes_nothing() -> None:
    way = Way()
    pk = way.sold("1")
    known = way.agenda.records[pk].known
    assert known.order is not None
    cancelled = replace(known, order=replace(known.order, cancelled_at=AT))
    way.agenda.records[pk] = FactsRecord(pk, cancelled, status=FactsStatus.READY, due_at=AT)
    assert way() == {}


def test_more_orders_than_a_look_takes_in_say_nothing_rather_than_too_little() -> None:
    way = Way()
    for number in range(MOST_A_SHARD * 9):
        pk = f"ORD#a#b#{number}"
        way.agenda.records[pk] = FactsRecord(pk, Facts(order().ref), due_at=AT)
    with pytest.raises(TooManyOnTheWayError):
        way()
