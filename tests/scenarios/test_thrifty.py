"""A thrifty channel: an invoice for each order, one payment for each payout, nothing left open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import pytest

from commerce.orders import Payment, Restock
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus
from shared.payouts.booking import BookingState
from shared.payouts.proof import payout_subject
from shared.postings.findings import Reason
from shared.postings.plan import Posting
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.shop import (
    back,
    captured,
    day,
    given_back,
    line,
    order,
    parcel,
    refund,
)
from tests.contract.conftest import RestRig, Simulator, simulator
from tests.scenarios.conftest import Sage
from tests.scenarios.thrifty_rig import ThriftyRig
from tests.unit.payouts.told import ARRIVED_AT, payout
from tests.unit.payouts.told import line as told_line

__all__ = ["simulator"]

CHARGE, REFUND = PayoutLineKind.CHARGE, PayoutLineKind.REFUND
FEE = Decimal("2.33")


@pytest.fixture
def rig(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[ThriftyRig]:
    """A fresh company with the channel's customer and the accounts of payouts."""
    with closing(RestRig(simulator)) as rest:
        Sage(simulator, rest).add_customer("C-ADA")
        books = simulator.company.books
        for account in ("6100", "6105", "6110"):
            if books.by_id("account", account) is None:
                books.create("account", {"id": account, "name": f"Account {account}"})
        simulator.company.log.clear()
        yield ThriftyRig(simulator, rest, getattr(request, "param", "rest"))


def _charge(order_id: str, amount: str, payment: str) -> PayoutLine:
    told = told_line(
        f"line-{payment}", CHARGE, amount, "2.33", order_id=order_id, fee_kind=FeeKind.PROCESSING
    )
    return replace(told, transaction_id=payment)


def _refund(order_id: str, amount: str, payment: str) -> PayoutLine:
    told = told_line(f"line-{payment}", REFUND, amount, order_id=order_id)
    return replace(told, transaction_id=payment)


def _payout(*lines: PayoutLine, payout_id: str = "po-1001") -> Payout:
    worth = sum((x.net.amount for x in lines), Decimal(0))
    return payout(
        lines,
        amount=f"{worth:.2f}",
        status=PayoutStatus.PAID,
        arrived_at=ARRIVED_AT,
        payout_id=payout_id,
    )


def _paid(name: str) -> Payment:
    return captured(name, "69.95", day(1))


def _shipped(rig: ThriftyRig, count: int) -> Payout:
    lines = []
    for number in range(count):
        order_id, payment = f"order-{number}", f"pay-{number}"
        sent = parcel(f"parcel-{number}", day(2), tee=2, mug=1)
        rig.order(order_id, order_a_placed(), _paid(payment), sent)
        lines.append(_charge(order_id, "69.95", payment))
    return _payout(*lines)


@pytest.mark.parametrize("rig", ["rest", "xml"], indirect=True)
def test_an_order_costs_at_most_one_and_a_tenth_transactions(rig: ThriftyRig) -> None:
    told = _shipped(rig, 20)
    assert rig.open_invoices() == 20 * Decimal("69.95")
    assert "1100" not in rig.balances()

    assert rig.pay_out(told) is BookingState.BOOKED

    assert rig.open_invoices() == 0
    assert "1100" not in rig.balances()
    assert rig.balances()["1010"] == 20 * (Decimal("69.95") - FEE)
    assert rig.documents() == {"INVOICE": 20, "PAYMENT": 1, "JOURNAL": 1}
    counted = rig.simulator.company.log.as_json()["transactions"]
    assert sum(counted.values()) <= 22


def test_a_payout_is_paid_once_however_often_it_is_booked(rig: ThriftyRig) -> None:
    told = _shipped(rig, 2)
    rig.pay_out(told)
    ended = rig.balances()
    rig.repost("order-0")
    assert rig.pay_out(told) is BookingState.BOOKED
    assert rig.balances() == ended
    assert rig.documents()["PAYMENT"] == 1


@pytest.mark.parametrize("rig", ["rest", "xml"], indirect=True)
def test_a_refund_is_taken_off_the_payment_of_the_payout_that_brings_it(rig: ThriftyRig) -> None:
    first = _shipped(rig, 2)
    rig.pay_out(first)
    rig.order("order-0", order_a_placed(), PAID_0, SHIPPED_0, one_tee_back())
    rig.order("order-9", order_a_placed(), _paid("pay-9"), parcel("p-9", day(4), tee=2, mug=1))
    assert rig.open_invoices() == Decimal("69.95") - Decimal("24.50")

    second = _payout(
        _charge("order-9", "69.95", "pay-9"),
        _refund("order-0", "-24.50", "refund-money"),
        payout_id="po-1002",
    )
    assert rig.pay_out(second) is BookingState.BOOKED

    assert rig.open_invoices() == 0
    assert "1100" not in rig.balances()
    assert rig.documents()["PAYMENT"] == 2
    assert "REFUND_PAY" not in rig.documents()


PAID_0 = captured("pay-0", "69.95", day(1))
SHIPPED_0 = parcel("parcel-0", day(2), tee=2, mug=1)


def test_a_payout_of_refunds_alone_is_one_refund(rig: ThriftyRig) -> None:
    rig.pay_out(_shipped(rig, 1))
    rig.order("order-0", order_a_placed(), PAID_0, SHIPPED_0, one_tee_back())

    told = _payout(_refund("order-0", "-24.50", "refund-money"), payout_id="po-1002")
    assert rig.pay_out(told) is BookingState.BOOKED

    assert rig.open_invoices() == 0
    assert "1100" not in rig.balances()
    assert rig.documents()["REFUND_PAY"] == 1


def test_money_that_came_before_the_goods_left_is_an_advance_of_its_order(rig: ThriftyRig) -> None:
    rig.order("order-0", order_a_placed(), PAID_0)
    assert rig.balances() == {}

    assert rig.pay_out(_payout(_charge("order-0", "69.95", "pay-0"))) is BookingState.BOOKED
    assert rig.balances()["2050"] == Decimal("-69.95")

    rig.order("order-0", order_a_placed(), PAID_0, SHIPPED_0)
    assert rig.open_invoices() == 0
    assert "2050" not in rig.balances()
    assert "1100" not in rig.balances()


def test_an_order_that_left_in_part_is_paid_by_its_own_advance(rig: ThriftyRig) -> None:
    rig.order("order-0", order_a_placed(), PAID_0, parcel("p-1", day(2), tee=1))
    rig.pay_out(_payout(_charge("order-0", "69.95", "pay-0")))
    assert rig.open_invoices() == 0

    rig.order(
        "order-0",
        order_a_placed(),
        PAID_0,
        parcel("p-1", day(2), tee=1),
        parcel("p-2", day(3), tee=1, mug=1),
    )
    assert rig.open_invoices() == 0
    assert "2050" not in rig.balances()


def test_an_order_cancelled_within_its_payout_leaves_nothing(rig: ThriftyRig) -> None:
    placed = order(line("tee", "25.00"))
    money = (given_back("25.00", day(3)),)
    gone = refund(back("tee", 1, "25.00", restock=Restock.CANCEL), at=day(3), transactions=money)
    rig.order("order-0", placed, captured("pay-0", "25.00", day(1)), gone)

    told = _payout(
        _charge("order-0", "25.00", "pay-0"), _refund("order-0", "-25.00", "refund-money")
    )
    assert rig.pay_out(told) is BookingState.BOOKED
    assert rig.balances() == {"6100": FEE, "1010": -FEE}


def test_other_tenders_are_posted_by_themselves(rig: ThriftyRig) -> None:
    gift = captured("gift", "20.00", day(1), "gift_card")
    card = captured("pay-0", "49.95", day(1))
    rig.order("order-0", order_a_placed(), gift, card, SHIPPED_0)
    assert rig.open_invoices() == Decimal("49.95")

    rig.pay_out(_payout(_charge("order-0", "49.95", "pay-0")))
    assert rig.open_invoices() == 0
    assert rig.balances()["2200"] == Decimal("20.00")


def test_a_payout_of_an_order_that_is_not_booked_waits_and_says_which(rig: ThriftyRig) -> None:
    told = _payout(_charge("unknown", "69.95", "pay-0"))
    assert rig.pay_out(told) is BookingState.HELD
    review = rig.reviews.records["acme", payout_subject("shop", "po-1001")]
    assert review.reasons == (Reason.DAY_INCOMPLETE,)
    assert "unknown" in review.findings[0].place


def test_the_reference_order_is_paid(
    rig: ThriftyRig, show: Callable[[str, Iterable[Posting]], None]
) -> None:
    """J-2.2 with its receipt at the payout: Dr 1010 and 6100, Cr 1200, by way of 1100."""
    rig.order("order-1", order_a_placed(), PAID, SHIPPED)
    show("J-2.2 on a thrifty channel", rig.postings)
    rig.pay_out(_payout(_charge("order-1", "69.95", "capture-1")))
    assert rig.balances() == {
        "1010": Decimal("67.62"),
        "6100": FEE,
        "4000": Decimal("-62.50"),
        "4010": Decimal("-8.00"),
        "4090": Decimal("6.25"),
        "2100-NYS": Decimal("-2.57"),
        "2100-NYC": Decimal("-2.89"),
        "2100-MTA": Decimal("-0.24"),
    }
