"""Facts end the same whatever came first, and however often."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.codec import fingerprint
from commerce.editions import edition_of
from commerce.money import Money
from commerce.orders import (
    Facts,
    FulfillmentStatus,
    Fulfilment,
    FulfilmentLine,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Ref,
    Refund,
    RefundLine,
    Version,
    implied_receipt_id,
)
from shared.facts.merge import DifferentOrdersError, merge
from shared.facts.receipts import ReceiptSource, bookable, decide, receipt_gap

REF = Ref("shopify", "shop", "order", "7")
NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def order(minutes: int = 0, total: str = "10.00") -> Order:
    line = OrderLine(
        id="1",
        sku="A",
        title="A",
        quantity=Decimal(1),
        unit_price=usd(total),
        gross=usd(total),
        discount=usd("0"),
    )
    fresh = Order(
        ref=REF,
        number="#7",
        version=Version(NOON + timedelta(minutes=minutes), ""),
        placed_at=NOON,
        status=OrderStatus.OPEN,
        payment_status=PaymentStatus.PAID,
        fulfillment_status=FulfillmentStatus.UNFULFILLED,
        currency="USD",
        total=usd(total),
        lines=(line,),
    )
    return replace(fresh, version=replace(fresh.version, digest=fingerprint(fresh)))


def payment(
    payment_id: str,
    amount: str = "10.00",
    state: PaymentState = PaymentState.SUCCESS,
    kind: PaymentKind = PaymentKind.SALE,
    currency: str = "USD",
) -> Payment:
    return Payment(
        ref=Ref("shopify", "shop", "payment", payment_id),
        order_id="7",
        kind=kind,
        state=state,
        gateway="g",
        amount=Money.of(amount, currency),
        processed_at=NOON,
    )


def parcel(parcel_id: str, *, cancelled: bool = False) -> Fulfilment:
    return Fulfilment(
        ref=Ref("shopify", "shop", "fulfilment", parcel_id),
        order_id="7",
        shipped_at=NOON,
        lines=(FulfilmentLine("1", Decimal(1)),),
        is_cancelled=cancelled,
    )


def refund(refund_id: str, *transactions: Payment) -> Refund:
    return Refund(
        ref=Ref("shopify", "shop", "refund", refund_id),
        order_id="7",
        created_at=NOON,
        currency="USD",
        lines=(RefundLine("1", Decimal(1), usd("4"), usd("0")),),
        transactions=transactions,
    )


def back(payment_id: str, state: PaymentState) -> Payment:
    return payment(payment_id, "4.00", state, PaymentKind.REFUND)


def facts(
    *,
    order: Order | None = None,
    payments: Iterable[Payment] = (),
    fulfilments: Iterable[Fulfilment] = (),
    refunds: Iterable[Refund] = (),
) -> Facts:
    return Facts(REF, order, tuple(payments), tuple(fulfilments), tuple(refunds))


DELIVERIES = [
    facts(order=order(0), payments=[payment(implied_receipt_id("7"))]),
    facts(order=order(5, "12.00"), payments=[payment(implied_receipt_id("7"), "12.00")]),
    facts(order=order(5, "13.00")),
    facts(payments=[payment("71", state=PaymentState.PENDING)]),
    facts(payments=[payment("71")]),
    facts(payments=[payment("71", "9.00", currency="EUR")]),
    facts(payments=[payment("72", state=PaymentState.FAILURE)]),
    facts(fulfilments=[parcel("51")]),
    facts(fulfilments=[parcel("51", cancelled=True), parcel("52")]),
    facts(refunds=[refund("81", back("91", PaymentState.PENDING))]),
    facts(payments=[back("91", PaymentState.SUCCESS)]),
    facts(refunds=[refund("81"), refund("82", back("92", PaymentState.SUCCESS))]),
    facts(order=order(6), refunds=[refund("82")], fulfilments=[parcel("53")]),
]


def merged(deliveries: Iterable[Facts]) -> Facts:
    known = Facts(REF)
    for delivery in deliveries:
        known = merge(known, delivery)
    return known


@given(st.lists(st.sampled_from(DELIVERIES), max_size=12), st.randoms(use_true_random=False))
def test_any_order_of_deliveries_and_any_duplicates_end_in_the_same_facts(
    deliveries: list[Facts], chance: random.Random
) -> None:
    shuffled = deliveries + [chance.choice(deliveries) for _ in deliveries]
    chance.shuffle(shuffled)

    assert merged(deliveries) == merged(shuffled)


@given(st.lists(st.sampled_from(DELIVERIES), max_size=8), st.integers(0, 8))
def test_it_does_not_matter_how_deliveries_are_grouped(deliveries: list[Facts], cut: int) -> None:
    first, second = merged(deliveries[:cut]), merged(deliveries[cut:])

    assert merge(first, second) == merged(deliveries) == merge(second, first)


def test_an_older_version_changes_nothing_but_since_when_it_is_said() -> None:
    known = merged([facts(order=order(5))])

    assert merge(known, facts(order=order(0))) == replace(known, since=order(0).version.updated_at)


def test_what_an_order_said_before_its_edit_is_kept_whatever_is_heard_first() -> None:
    versions = [facts(order=order(minute, amount)) for minute, amount in _VERSIONS]

    heard = [merged(versions), merged(reversed(versions))]

    assert heard[0] == heard[1]
    (before,) = heard[0].editions
    assert before == edition_of(order(0, "10.00"))
    assert heard[0].since == order(5).version.updated_at
    assert heard[0].order == order(7, "12.00")


def test_a_change_of_state_is_no_edit() -> None:
    known = merged([facts(order=order(0))])
    closed = replace(order(5), status=OrderStatus.CLOSED)

    assert merge(known, facts(order=closed)).editions == ()


_VERSIONS = [(0, "10.00"), (3, "10.00"), (5, "12.00"), (7, "12.00")]


def test_of_two_versions_of_one_moment_one_wins_for_ever() -> None:
    one, other = facts(order=order(5, "12.00")), facts(order=order(5, "13.00"))

    assert merged([one, other]) == merged([other, one, other])


def test_a_settled_refund_is_settled_whoever_told() -> None:
    pending = facts(refunds=[refund("81", back("91", PaymentState.PENDING))])
    settled = facts(payments=[back("91", PaymentState.SUCCESS)])

    result = merged([settled, pending])

    assert result.refunds[0].paid == usd("4.00")
    assert result.payments == ()


def test_a_cancelled_parcel_stays_cancelled() -> None:
    result = merged([facts(fulfilments=[parcel("51", cancelled=True)]), DELIVERIES[7]])

    assert [part.is_cancelled for part in result.fulfilments] == [True]


def test_facts_of_two_orders_do_not_merge() -> None:
    with pytest.raises(DifferentOrdersError):
        merge(facts(), Facts(replace(REF, id="8")))


def test_an_implied_receipt_never_grows_once_it_may_have_been_booked() -> None:
    result = merged([DELIVERIES[0], DELIVERIES[1]])

    assert [p.amount for p in result.payments] == [usd("10.00")]


class TestReceipts:
    """Money told twice is booked once, and always from the same source."""

    implied = payment(implied_receipt_id("7"))
    real = payment("71")

    def test_what_came_first_decides_for_ever(self) -> None:
        early = decide(facts(order=order(), payments=[self.implied]), ReceiptSource.UNDECIDED)
        both = facts(order=order(), payments=[self.implied, self.real])

        later = decide(both, early)

        assert (early, later) == (ReceiptSource.ORDER, ReceiptSource.ORDER)
        assert bookable(both, later).payments == (self.implied,)

    def test_transactions_are_preferred_while_nothing_is_decided(self) -> None:
        both = facts(order=order(), payments=[self.implied, self.real])

        source = decide(both, ReceiptSource.UNDECIDED)

        assert source is ReceiptSource.TRANSACTIONS
        assert bookable(both, source).payments == (self.real,)

    def test_without_any_receipt_nothing_is_decided(self) -> None:
        pending = facts(order=order(), payments=[payment("71", state=PaymentState.PENDING)])

        assert decide(pending, ReceiptSource.UNDECIDED) is ReceiptSource.UNDECIDED

    def test_a_transaction_told_in_two_currencies_counts_in_the_shops(self) -> None:
        euro = payment("71", "9.00", currency="EUR")
        both = facts(order=order(), payments=[euro, self.real])

        assert bookable(both, ReceiptSource.TRANSACTIONS).payments == (self.real,)

    def test_money_beyond_the_implied_receipt_is_not_lost(self) -> None:
        more = facts(order=order(), payments=[self.implied, self.real, payment("72", "2.50")])

        assert receipt_gap(more, ReceiptSource.ORDER) == usd("2.50")
        assert receipt_gap(more, ReceiptSource.TRANSACTIONS) is None
