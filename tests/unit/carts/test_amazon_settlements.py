"""A settlement of Amazon adds up to what was paid, or is not proved."""

from __future__ import annotations

from datetime import timedelta

from carts.adapter import PayoutReading
from commerce.payouts import PayoutLineKind, PayoutStatus, payout_breaches
from local.cart_simulators.amazon.shapes import book_id
from tests.unit.carts.amazon_seller import START, Seller


def test_a_settlement_adds_up_to_what_was_paid() -> None:
    seller = Seller()
    first, second = seller.sell(2)
    book = seller.amazon.orders
    for sold in (first, second):
        book.ship(book_id(sold))
    book.refund(book_id(first), {book.order(book_id(first)).lines[0].id: 1})
    seller.clock.set(START + timedelta(days=30), freeze=True)

    (reading,) = seller.client.payouts(since=START, until=START + timedelta(days=29))

    payout = reading.payout
    assert payout is not None
    assert payout_breaches(payout) == []
    assert payout.status is PayoutStatus.PAID
    assert payout.bank_reference == "TRACE0006"
    assert payout.sum_of(PayoutLineKind.CHARGE).plain() == "99.34"
    assert payout.sum_of(PayoutLineKind.REFUND).plain() == "-16.20"
    assert payout.sum_of(PayoutLineKind.FACILITATOR_TAX).plain() == "-6.16"
    assert {line.order_id for line in payout.lines} == {first, second}


def test_a_settlement_that_lacks_a_transaction_is_not_proved() -> None:
    seller = Seller(finances_lag=timedelta(days=400))
    (sold,) = seller.sell()
    seller.amazon.orders.ship(book_id(sold))
    seller.clock.set(START + timedelta(days=30), freeze=True)

    (reading,) = seller.client.payouts(since=START, until=START + timedelta(days=29))

    assert _places(reading) == ["amount"]


def _places(reading: PayoutReading) -> list[str]:
    assert reading.payout is not None
    return [breach.place for breach in payout_breaches(reading.payout)]
