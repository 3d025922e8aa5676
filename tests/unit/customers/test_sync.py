"""From deliveries to ready orders: in any order, with doubts held, and nothing posted by halves."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carts.adapter import CartApiError, CartClient, ChangedOrder, Reading
from carts.documents import parse
from carts.registry import adapter
from commerce.identity import order_breaches
from commerce.money import Money
from intacct.documents import Document, DocumentResult
from intacct.errors import DuplicateDocumentError, NotSentError, PermissionDeniedError
from shared.customers.choosing import CustomerChooser
from shared.customers.following import Follower
from shared.customers.keeping import CustomerKeeper
from shared.customers.lanes import lane
from shared.customers.reading import EventReader
from shared.customers.sync import (
    CustomerSync,
    StoreMissingError,
    SyncOutcome,
    SyncParts,
    SyncReport,
)
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsRecord, FactsStatus, order_pk
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

_SHOPIFY = Path(__file__).parents[3] / "events" / "shopify"
ORDER_ID = "5900000002001"
PK = order_pk("acme", "shop", ORDER_ID)


def sample(name: str) -> Any:
    return json.loads((_SHOPIFY / f"{name}.json").read_bytes())


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


class UniqueBooks(FakeBooks):
    """Books that refuse a second customer of one id, as Sage does."""

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        if self.find(document):
            message = "there is one"
            raise DuplicateDocumentError(message)
        return super().create(document, control_id=control_id, idempotency_key=idempotency_key)


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


def test_a_paid_order_makes_its_customer_and_waits_on_its_lane() -> None:
    rig = Rig()

    report = rig.take(sample("orders_paid"))

    assert report == SyncReport(SyncOutcome.READY, ORDER_ID, 1, (), is_new_customer=True)
    record = rig.record
    assert record.status is FactsStatus.READY
    assert record.due_at == rig.clock() + timedelta(minutes=10)
    assert len(rig.books.marks()) == 1
    assert record.customer == rig.books.marks()[0]
    ((on_lane, message),) = rig.lanes.sent.values()
    assert message == OrderReady(tenant="acme", store="shop", order_id=ORDER_ID, facts_version=1)
    assert on_lane == lane("acme", 4, customer=record.customer, order_id=ORDER_ID)


def test_a_customer_id_is_short_stable_and_tells_nothing_of_the_person() -> None:
    first, second = Rig(), Rig()
    first.take(sample("orders_paid"))
    later = changed(sample("orders_paid"), email="new@example.com", id=77)
    second.tenant = tenant()
    second.take(later)

    customer = first.record.customer
    other = second.facts.load(order_pk("acme", "shop", "77"))
    assert other is not None
    assert other.customer == customer
    assert len(customer) <= 20
    assert "730000000101" not in customer


def test_guests_are_told_apart_by_their_address_without_case() -> None:
    ids = []
    for email in ("a@example.com", "A@Example.com ", "b@example.com", ""):
        rig = Rig()
        rig.take(changed(sample("orders_paid"), customer=None, email=email, contact_email=None))
        ids.append(rig.record.customer)

    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_two_first_orders_of_one_buyer_make_one_customer() -> None:
    rig = Rig()

    rig.take(sample("orders_paid"))
    report = rig.take(changed(sample("orders_paid"), id=78, name="#2078"))

    assert report.outcome is SyncOutcome.READY
    assert not report.is_new_customer
    assert len(rig.books.marks()) == 1


def test_a_customer_in_the_books_already_is_found_and_not_doubled() -> None:
    rig = Rig()
    rig.take(sample("orders_paid"))
    forgetful = Rig()
    forgetful.books = UniqueBooks(is_unique=True)
    forgetful.books.documents = rig.books.documents

    report = forgetful.take(sample("orders_paid"))

    assert report.outcome is SyncOutcome.READY
    assert len(forgetful.books.marks()) == 1


def test_a_duplicate_changes_nothing_and_is_posted_once() -> None:
    rig = Rig()
    event = rig.event(sample("orders_paid"), "orders/paid")
    rig.again(event)
    saved = rig.record

    report = rig.again(event)

    assert report.outcome is SyncOutcome.UNCHANGED
    assert rig.record == saved
    assert len(rig.lanes.messages) == 1


def test_a_message_that_was_lost_after_the_record_is_sent_by_the_redelivery() -> None:
    rig = Rig()
    event = rig.event(sample("orders_paid"), "orders/paid")
    rig.lanes.is_down = True
    with pytest.raises(ConnectionError):
        rig.again(event)
    rig.lanes.is_down = False

    rig.again(event)

    assert [message.facts_version for message in rig.lanes.messages] == [1]


def test_what_is_posted_already_is_not_sent_again_by_a_late_duplicate() -> None:
    rig = Rig()
    event = rig.event(sample("orders_paid"), "orders/paid")
    rig.again(event)
    rig.facts.schedule(PK, version=1, due_at=None)
    rig.lanes.sent.clear()

    rig.again(event)

    assert rig.lanes.messages == []


_DELIVERIES = [
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


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_deliveries_in_any_order_end_in_the_same_facts(order: tuple[int, ...]) -> None:
    rig, straight = Rig(), Rig()
    for index in range(4):
        straight.take(*_DELIVERIES[index])

    for index in (*order, order[0]):
        rig.take(*_DELIVERIES[index])

    assert rig.record.facts == straight.record.facts
    assert rig.record.status is FactsStatus.READY
    assert rig.reasons == set()
    assert len(rig.books.marks()) == 1


def test_an_order_that_does_not_add_up_is_held_with_the_difference_and_nothing_is_sent() -> None:
    rig = Rig()

    report = rig.take(changed(sample("orders_paid"), total_price="117.98"))

    assert report.outcome is SyncOutcome.HELD
    assert "UNBALANCED" in report.reasons
    assert Money.of("0.01", "USD") in [f.difference for f in rig.record.findings]
    assert rig.reasons >= {Reason.UNBALANCED}
    assert rig.lanes.messages == []
    assert rig.books.marks() == []
    assert rig.record.due_at is None


def test_a_corrected_order_is_released_and_its_review_closed() -> None:
    rig = Rig()
    rig.take(changed(sample("orders_paid"), total_price="117.98"))

    report = rig.take(changed(sample("orders_paid"), updated_at="2026-04-02T10:00:00-05:00"))

    assert report.outcome is SyncOutcome.READY
    assert rig.reasons == set()
    assert len(rig.lanes.messages) == 1


def test_every_finding_is_reported_at_once() -> None:
    rig = Rig()
    broken = changed(
        sample("orders_paid"), total_price="1.00", total_tax="1.00", total_discounts="1.00"
    )

    rig.take(broken)

    places = {finding.place for finding in rig.record.findings}
    assert {"total", "taxes", "discounts"} <= places


def test_a_payload_that_cannot_be_read_holds_its_order_until_a_better_one_comes() -> None:
    rig = Rig()
    rig.take(sample("orders_paid"))
    broken = changed(sample("orders_paid"), updated_at="2026-04-02T11:00:00-05:00")
    broken["line_items"] = "none"

    held = rig.take(broken, "orders/updated")
    still = rig.take(*_DELIVERIES[3])
    better = rig.take(changed(sample("orders_paid"), updated_at="2026-04-02T12:00:00-05:00"))

    assert (held.outcome, still.outcome) == (SyncOutcome.HELD, SyncOutcome.HELD)
    assert held.reasons == ("PAYLOAD_INVALID",)
    assert better.outcome is SyncOutcome.READY
    assert rig.record.unread == ()


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b"\xff", b'{"id":[1]}'])
def test_a_delivery_that_names_no_order_is_held_for_itself(body: bytes) -> None:
    rig = Rig()

    report = rig.take(body)

    assert report.outcome is SyncOutcome.HELD
    assert rig.reasons == {Reason.PAYLOAD_INVALID}


def test_a_refund_before_its_order_is_visible_and_heals() -> None:
    rig = Rig()

    early = rig.take(sample("refunds_create"), "refunds/create")
    opened = rig.reasons
    late = rig.take(sample("orders_paid"))

    assert early.outcome is SyncOutcome.WAITING
    assert opened == {Reason.REFUND_WITHOUT_ORDER}
    assert late.outcome is SyncOutcome.READY
    assert rig.reasons == set()
    assert len(rig.record.facts.refunds) == 1


def test_a_transaction_before_its_order_waits_in_silence() -> None:
    rig = Rig()

    report = rig.take(sample("order_transactions_create"), "order_transactions/create")

    assert report.outcome is SyncOutcome.WAITING
    assert rig.reasons == set()


def test_what_told_of_the_money_first_is_what_is_booked() -> None:
    transaction = (sample("order_transactions_create"), "order_transactions/create")
    early, late = Rig(), Rig()

    early.take(*transaction)
    early.take(sample("orders_paid"))
    late.take(sample("orders_paid"))
    late.take(*transaction)

    assert [p.ref.id for p in early.record.facts.payments] == ["7200000002001"]
    assert [p.ref.id for p in late.record.facts.payments] == [f"paid:{ORDER_ID}"]
    for rig in (early, late):
        receipts = [p.amount.amount for p in rig.record.facts.payments if p.is_receipt]
        assert sum(receipts) == Decimal("117.97")
        assert rig.reasons == set()


def test_money_of_several_gateways_is_held_until_the_transactions_tell() -> None:
    rig = Rig()
    paid = changed(sample("orders_paid"), payment_gateway_names=["gift_card", "shopify_payments"])
    part = changed(sample("order_transactions_create"), amount="100.00")
    rest = changed(part, id=7, gateway="gift_card", amount="17.97")

    held = rig.take(paid)
    partly = rig.take(part, "order_transactions/create")
    gap = [finding.difference for finding in rig.record.findings]
    done = rig.take(rest, "order_transactions/create")

    assert (held.outcome, partly.outcome) == (SyncOutcome.HELD, SyncOutcome.HELD)
    assert gap == [Money.of("17.97", "USD")]
    assert done.outcome is SyncOutcome.READY
    assert len(rig.record.facts.payments) == 2


@pytest.mark.parametrize(
    ("configured", "document", "reason"),
    [
        (tenant(), changed(sample("orders_paid"), test=True), "TEST_ORDER"),
        (tenant(go_live_on="2026-04-03"), sample("orders_paid"), "OUT_OF_SCOPE"),
    ],
)
def test_orders_that_are_never_posted_leave_a_reason_and_nothing_else(
    configured: Tenant, document: Any, reason: str
) -> None:
    rig = Rig(configured)

    report = rig.take(document)

    assert (report.outcome, report.reasons) == (SyncOutcome.SKIPPED, (reason,))
    assert rig.lanes.messages == []
    assert rig.books.marks() == []
    assert list(rig.reviews.all("acme")) == []


def test_an_order_of_the_go_live_day_in_the_entitys_zone_is_in() -> None:
    rig = Rig(tenant(go_live_on="2026-04-02"))

    assert rig.take(sample("orders_paid")).outcome is SyncOutcome.READY


def test_a_channel_customer_is_taken_from_the_mapping() -> None:
    mapping = {"version": "1", "accounts": {}, "channel_customer": "WEB"}
    rig = Rig(tenant({"customer_mode": "channel"}, mapping=mapping))

    rig.take(sample("orders_paid"))

    assert rig.record.status is FactsStatus.READY
    assert rig.record.customer == ""
    assert rig.books.marks() == []
    ((on_lane, _),) = rig.lanes.sent.values()
    assert on_lane == lane("acme", 4, customer="", order_id=ORDER_ID)


def test_a_missing_channel_customer_is_a_finding() -> None:
    rig = Rig(tenant({"customer_mode": "channel"}))

    report = rig.take(sample("orders_paid"))

    assert (report.outcome, report.reasons) == (SyncOutcome.HELD, ("MAPPING_MISSING",))


def test_a_summary_channel_needs_no_customer() -> None:
    rig = Rig(tenant({"posting_mode": "summary_daily", "customer_mode": "channel"}))

    assert rig.take(sample("orders_paid")).outcome is SyncOutcome.READY


def test_a_cancelled_order_that_nobody_paid_makes_no_customer() -> None:
    rig = Rig()

    report = rig.take(sample("orders_cancelled_voided_gift_card"), "orders/cancelled")

    assert report.outcome is SyncOutcome.READY
    assert rig.books.marks() == []


def test_the_customer_of_an_order_never_changes() -> None:
    rig = Rig()
    rig.take(changed(sample("orders_paid"), customer=None))
    guest = rig.record.customer

    rig.take(changed(sample("orders_paid"), updated_at="2026-04-03T00:00:00Z"))

    assert rig.record.customer == guest


def test_an_unreachable_sage_parks_the_order_off_its_lane_and_acknowledges_the_event() -> None:
    rig = Rig()
    rig.books.fail("before", NotSentError("down"))

    report = rig.take(sample("orders_paid"))

    assert report.outcome is SyncOutcome.AWAITING_CUSTOMER
    assert rig.record.status is FactsStatus.AWAITING_CUSTOMER
    assert rig.record.due_at is not None
    assert rig.record.due_at > rig.clock()
    assert rig.lanes.messages == []


def test_a_parked_order_goes_on_when_it_is_judged_again_and_sage_is_back() -> None:
    rig = Rig()
    rig.books.fail("before", NotSentError("down"))
    rig.take(sample("orders_paid"))
    rig.clock.pass_time(3600)

    report = released(rig)

    assert report.outcome is SyncOutcome.READY
    assert rig.record.customer
    assert [message.order_id for message in rig.lanes.messages] == [ORDER_ID]


def released(rig: Rig, by: str = "") -> SyncReport:
    """Look at the order again, as a person asks."""
    event = rig.event(sample("orders_paid"), "orders/paid")
    return rig.again(event.model_copy(update={"raw_key": "", "released_by": by}))


def test_a_held_order_is_judged_again_when_a_person_asks_after_mending_the_mapping() -> None:
    rig = Rig(tenant({"customer_mode": "channel"}))
    held = rig.take(sample("orders_paid"))
    mapping = {"version": "2", "accounts": {}, "channel_customer": "WEB"}
    rig.tenant = tenant({"customer_mode": "channel"}, mapping=mapping)

    report = released(rig)

    assert (held.outcome, report.outcome) == (SyncOutcome.HELD, SyncOutcome.READY)
    assert rig.reasons == set()


def test_a_refused_customer_is_tried_again_only_when_a_person_says_so() -> None:
    rig = Rig()
    rig.books.fail("before", PermissionDeniedError("may not"))
    refused = rig.take(sample("orders_paid"))
    opened = rig.reasons
    duplicate = rig.take(sample("orders_paid"))

    rig.clock.pass_time(3600)
    report = released(rig, by="ada")

    assert refused.outcome is SyncOutcome.HELD
    assert opened == {Reason.PERMISSION}
    assert duplicate.outcome is SyncOutcome.UNCHANGED
    assert report.outcome is SyncOutcome.READY
    assert rig.reasons == set()
    assert len(rig.books.marks()) == 1


def test_a_store_that_is_not_configured_is_reported_and_the_event_kept() -> None:
    rig = Rig()
    event = rig.event(sample("orders_paid"), "orders/paid")
    rig.tenant = rig.tenant.model_copy(update={"stores": ()})

    with pytest.raises(StoreMissingError):
        rig.again(event)

    assert rig.reasons == {Reason.CONFIGURATION_MISSING}


def _anything_replaced(document: Any, data: st.DataObject) -> None:
    """Replace one member, somewhere in the document, by anything."""
    node = document
    while True:
        keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        child = node[key]
        if not (isinstance(child, dict | list) and child) or data.draw(st.booleans()):
            break
        node = child
    junk = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    node[key] = data.draw(junk | st.lists(junk, max_size=2) | st.dictionaries(st.text(), junk))


@settings(max_examples=150, deadline=None)
@given(data=st.data(), index=st.integers(0, 3))
def test_whatever_a_signed_body_says_it_is_taken_or_held_and_never_half_believed(
    data: st.DataObject, index: int
) -> None:
    rig = Rig()
    original, topic = _DELIVERIES[index]
    document = json.loads(json.dumps(original))
    for _ in range(data.draw(st.integers(1, 2))):
        _anything_replaced(document, data)

    report = rig.take(document, topic)

    assert isinstance(report.outcome, SyncOutcome)
    for message in rig.lanes.messages:
        record = rig.facts.load(order_pk("acme", "shop", message.order_id))
        assert record is not None
        assert record.facts.order is not None
        assert order_breaches(record.facts.order) == []


def test_a_refund_is_one_and_the_same_wherever_it_stands() -> None:
    alone, embedded = Rig(), Rig()
    alone.take(sample("orders_paid"))
    alone.take(sample("refunds_create"), "refunds/create")

    embedded.take(changed(sample("orders_paid"), refunds=[sample("refunds_create")]))

    assert alone.record.facts.refunds == embedded.record.facts.refunds
    assert alone.record.facts.payments == embedded.record.facts.payments


class TestFetching:
    """The cart's API fills in what a delivery leaves open."""

    @staticmethod
    def whole() -> Reading:
        return adapter("shopify").read(
            "shop", "orders/updated", parse((_SHOPIFY / "orders_paid.json").read_bytes())
        )

    def test_a_hint_is_followed(self) -> None:
        client = ScriptedClient(self.whole())
        rig = Rig(client=client)

        report = rig.hint("2026-04-02T14:14:07Z")

        assert report.outcome is SyncOutcome.READY
        assert client.asked == [ORDER_ID]

    def test_a_hint_to_a_version_older_than_the_known_one_costs_no_call(self) -> None:
        client = ScriptedClient(self.whole())
        rig = Rig(client=client)
        rig.take(sample("orders_paid"))

        older = rig.hint("2026-04-02T14:14:06Z")
        newer = rig.hint("2026-04-02T14:14:08Z")

        assert older.outcome is SyncOutcome.UNCHANGED
        assert newer.outcome is SyncOutcome.UNCHANGED
        assert client.asked == [ORDER_ID]

    def test_a_second_change_within_one_second_is_not_taken_for_the_first(self) -> None:
        document = json.loads((_SHOPIFY / "orders_paid.json").read_bytes())
        pending = {**document, "financial_status": "pending", "total_outstanding": "117.97"}
        client = ScriptedClient(self.whole())
        rig = Rig(client=client)
        rig.take(pending, "orders/create")

        report = rig.hint("2026-04-02T14:14:07Z")

        assert report.outcome is SyncOutcome.READY
        assert client.asked == [ORDER_ID]
        assert rig.record.known.payments

    def test_a_hint_without_access_is_ignored(self) -> None:
        assert Rig().hint("2026-04-02T14:14:07Z").outcome is SyncOutcome.IGNORED

    def test_a_refund_before_its_order_fetches_it(self) -> None:
        client = ScriptedClient(self.whole())
        rig = Rig(client=client)

        report = rig.take(sample("refunds_create"), "refunds/create")

        assert report.outcome is SyncOutcome.READY
        assert len(rig.record.facts.refunds) == 1

    def test_an_edit_fetches_the_order(self) -> None:
        client = ScriptedClient(self.whole())
        rig = Rig(client=client)
        event = rig.event(sample("orders_edited"), "orders/edited")

        report = rig.again(event.model_copy(update={"resource_id": ORDER_ID}))

        assert report.outcome is SyncOutcome.READY

    def test_an_outage_of_the_cart_sends_the_event_back(self) -> None:
        rig = Rig(client=ScriptedClient(CartApiError("busy")))

        with pytest.raises(CartApiError):
            rig.hint("2026-04-02T14:14:07Z")

    def test_a_refused_token_is_a_finding_and_holds_no_good_order(self) -> None:
        client = ScriptedClient(CartApiError("401", is_lasting=True))
        rig = Rig(client=client)
        rig.take(sample("orders_paid"))

        report = rig.hint("2026-04-03T00:00:00Z")

        assert report.outcome is SyncOutcome.HELD
        assert rig.reasons == {Reason.CONFIGURATION_MISSING}
        assert rig.record.status is FactsStatus.READY

    def test_a_fetched_order_settles_what_the_delivery_left_open(self) -> None:
        whole = self.whole()
        assert whole.facts is not None
        transaction = replace(
            whole.facts.payments[0], ref=replace(whole.facts.payments[0].ref, id="71")
        )
        fetched = replace(whole.facts, payments=(transaction,))
        rig = Rig(client=ScriptedClient(Reading(fetched)))

        report = rig.take(changed(sample("orders_paid"), payment_gateway_names=["a", "b"]))

        assert report.outcome is SyncOutcome.READY
        assert [p.ref.id for p in rig.record.facts.payments] == ["71"]


def test_money_that_people_book_in_sage_is_kept_and_never_booked() -> None:
    document = {**sample("orders_paid"), "payment_gateway_names": ["manual"]}
    back = {"received_in_sage": ["manual", "shopify_payments"]}
    rig = Rig(tenant(orders_back=back))

    assert rig.take(document).outcome is SyncOutcome.READY

    assert rig.record.receipts is ReceiptSource.SAGE
    assert rig.record.facts.payments == ()


def test_money_that_comes_another_way_later_holds_the_order() -> None:
    document = {**sample("orders_paid"), "payment_gateway_names": ["manual"]}
    document |= {"financial_status": "pending", "total_outstanding": document["total_price"]}
    rig = Rig(tenant(orders_back={"received_in_sage": ["manual"]}))
    assert rig.take(document, "orders/create").outcome is SyncOutcome.READY
    assert rig.record.receipts is ReceiptSource.SAGE

    rig.take(sample("order_transactions_create"), "order_transactions/create")

    assert rig.record.status is FactsStatus.HELD
    assert Reason.PAYMENT_UNDECIDED in rig.reasons
