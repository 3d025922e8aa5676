"""Each order gets one customer and waits on its lane; who is refused or unknown holds it."""

from __future__ import annotations

from datetime import timedelta

from intacct.documents import Document, DocumentResult
from intacct.errors import DuplicateDocumentError, NotSentError, PermissionDeniedError
from shared.customers.lanes import lane
from shared.customers.sync import SyncOutcome, SyncReport
from shared.facts.record import FactsStatus, order_pk
from shared.messages import OrderReady
from shared.postings.plan import Reason
from tests.fakes import FakeBooks
from tests.unit.customers.sync_rig import ORDER_ID, Rig, changed, sample, tenant


class UniqueBooks(FakeBooks):
    """Books that refuse a second customer of one id, as Sage does."""

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        if self.find(document):
            message = "there is one"
            raise DuplicateDocumentError(message)
        return super().create(document, control_id=control_id, idempotency_key=idempotency_key)


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
