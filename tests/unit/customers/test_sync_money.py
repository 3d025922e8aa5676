"""What told of an order's money first is what is booked, and nothing of it twice."""

from __future__ import annotations

from decimal import Decimal

from commerce.money import Money
from shared.customers.sync import SyncOutcome
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsStatus
from shared.postings.plan import Reason
from tests.unit.customers.sync_rig import ORDER_ID, Rig, changed, sample, tenant


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


def test_a_refund_is_one_and_the_same_wherever_it_stands() -> None:
    alone, embedded = Rig(), Rig()
    alone.take(sample("orders_paid"))
    alone.take(sample("refunds_create"), "refunds/create")

    embedded.take(changed(sample("orders_paid"), refunds=[sample("refunds_create")]))

    assert alone.record.facts.refunds == embedded.record.facts.refunds
    assert alone.record.facts.payments == embedded.record.facts.payments


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
