"""What keeps an order from being booked is said completely, and only that."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money
from commerce.orders import (
    Facts,
    Order,
    Payment,
    PaymentState,
    PaymentStatus,
    RefundLine,
    implied_receipt_id,
)
from shared.facts.checks import findings_of
from shared.facts.merge import merge
from shared.facts.receipts import ReceiptSource, bookable, decide
from shared.postings.plan import Reason
from tests.unit.facts.test_merge import back, facts, order, payment, refund, usd

ORDER = ReceiptSource.ORDER
UNPAID = PaymentStatus.PENDING
TRANSACTIONS = ReceiptSource.TRANSACTIONS


def told(known: Facts, source: ReceiptSource = TRANSACTIONS) -> list[tuple[Reason, Money | None]]:
    return [(finding.reason, finding.difference) for finding in findings_of(known, source)]


def known(*payments: Payment, **members: Any) -> Facts:
    return facts(order=replace(order(), **members), payments=payments)


@pytest.mark.parametrize(
    ("captured", "status", "amounts", "difference"),
    [
        ("10.00", PaymentStatus.PAID, ["10.00"], None),
        ("10.00", PaymentStatus.PAID, ["4.00", "6.00"], None),
        ("10.00", PaymentStatus.PAID, ["4.00"], "6.00"),
        ("10.00", PaymentStatus.PAID, [], "10.00"),
        ("4.00", PaymentStatus.PARTIALLY_PAID, ["4.00"], None),
        ("4.00", PaymentStatus.PARTIALLY_PAID, ["4.00", "6.00"], None),
        ("0.00", PaymentStatus.PENDING, [], None),
    ],
)
def test_captured_money_must_be_explained_by_receipts(
    captured: str, status: PaymentStatus, amounts: list[str], difference: str | None
) -> None:
    payments = [payment(f"7{n}", amount) for n, amount in enumerate(amounts)]

    findings = told(known(*payments, captured=usd(captured), payment_status=status))

    expected = [(Reason.PAYMENT_UNDECIDED, usd(difference))] if difference else []
    assert findings == expected


@pytest.mark.parametrize(
    ("status", "total", "is_held"),
    [
        (PaymentStatus.PAID, "10.00", True),
        (PaymentStatus.REFUNDED, "10.00", True),
        (PaymentStatus.PENDING, "10.00", False),
        (PaymentStatus.VOIDED, "10.00", False),
        (PaymentStatus.PAID, "0.00", False),
    ],
)
def test_a_paid_order_without_any_receipt_is_held_unless_it_cost_nothing(
    status: PaymentStatus, total: str, *, is_held: bool
) -> None:
    free = replace(order(total=total), payment_status=status)

    assert bool(told(facts(order=free), ReceiptSource.UNDECIDED)) is is_held


def test_a_receipt_in_another_currency_is_never_taken_for_money_of_the_shop() -> None:
    euro = payment("71", "9.00", currency="EUR")

    findings = told(known(euro, captured=usd("10.00")))

    assert findings == [
        (Reason.PAYMENT_UNDECIDED, None),
        (Reason.PAYMENT_UNDECIDED, usd("10.00")),
    ]


def test_money_beyond_an_implied_receipt_is_a_finding() -> None:
    implied = payment(implied_receipt_id("7"))
    more = known(implied, payment("71"), payment("72", "2.00"))

    assert told(more, ORDER) == [(Reason.PAYMENT_UNDECIDED, usd("2.00"))]


def test_a_refund_that_does_not_explain_its_money_is_a_finding() -> None:
    wrong = replace(back("91", state=payment("x").state), amount=usd("4.01"))
    with_refund = replace(known(payment("71")), refunds=(refund("81", wrong),))

    assert told(with_refund) == [(Reason.UNBALANCED, usd("0.01"))]


def test_only_a_refund_asks_for_its_order() -> None:
    orphans = facts(payments=[payment("71")], refunds=[refund("81")])

    assert told(orphans) == [(Reason.REFUND_WITHOUT_ORDER, None)]


def in_euros() -> Order:
    """The order as its buyer saw it."""
    (line,) = order(total="9.00").lines
    euro, nothing = Money.of("9.00", "EUR"), Money.of("0", "EUR")
    line = replace(line, unit_price=euro, gross=euro, discount=nothing)
    return replace(order(), currency="EUR", total=euro, lines=(line,), payment_status=UNPAID)


def test_an_order_that_was_told_in_another_currency_before_waits_for_a_person() -> None:
    now = replace(order(5), payment_status=UNPAID)
    known = merge(facts(order=in_euros()), facts(order=now))

    (finding,) = findings_of(known, TRANSACTIONS)

    assert (finding.reason, finding.place) == (Reason.AMOUNT_MISMATCH, "order.currency")
    assert finding.message == "was told in EUR before, and is told in USD now"
    assert findings_of(facts(order=now), TRANSACTIONS) == ()


def test_a_refund_of_another_currency_than_its_order_waits_for_a_person() -> None:
    money = (Money.of("4", "EUR"), Money.of("0", "EUR"))
    euro = replace(refund("81"), currency="EUR", lines=(RefundLine("1", Decimal(1), *money),))
    mixed = facts(order=replace(order(), payment_status=UNPAID), refunds=[euro])

    (finding,) = findings_of(mixed, TRANSACTIONS)

    assert (finding.reason, finding.place) == (Reason.AMOUNT_MISMATCH, "refunds[81].currency")


SAGE = ReceiptSource.SAGE


def test_money_that_people_book_in_sage_need_not_be_explained_by_receipts() -> None:
    paid = known(captured=usd("10.00"), payment_status=PaymentStatus.PAID)

    assert told(paid, SAGE) == []


def test_money_that_came_another_way_than_people_know_of_is_told() -> None:
    both = known(payment("71", "4.00"), payment("72", "6.00"))
    by_hand = replace(both.payments[0], gateway="manual")
    mixed = replace(both, payments=(by_hand, both.payments[1]))

    findings = findings_of(mixed, SAGE, lambda gateways: gateways == ("manual",))

    assert [(one.reason, one.place) for one in findings] == [
        (Reason.PAYMENT_UNDECIDED, f"payments[{both.payments[1].ref.id}]")
    ]


def test_money_given_back_that_people_booked_is_theirs_to_book_back() -> None:
    money = back("73", PaymentState.SUCCESS)
    for given in (
        replace(known(), refunds=(refund("1", money),)),
        replace(known(), payments=(money,)),
    ):
        assert [reason for reason, _ in told(given, SAGE)] == [Reason.OUT_OF_SCOPE]
        assert Reason.OUT_OF_SCOPE not in [reason for reason, _ in told(given)]


def test_whose_money_it_is_is_decided_once_by_all_gateways_that_are_named() -> None:
    def is_sages(gateways: tuple[str, ...]) -> bool:
        return set(gateways) == {"manual"}

    bought = facts(order=replace(order(), gateways=("manual",)))
    card = replace(payment("71", "10.00"), gateway="stripe")
    undecided = ReceiptSource.UNDECIDED

    assert decide(bought, undecided, is_sages) is SAGE
    assert decide(bought, undecided) is undecided
    assert decide(bought, TRANSACTIONS, is_sages) is TRANSACTIONS
    assert decide(replace(bought, payments=(card,)), undecided, is_sages) is TRANSACTIONS
    assert decide(facts(order=order()), undecided, is_sages) is undecided
    assert bookable(replace(bought, payments=(card,)), SAGE).payments == ()
