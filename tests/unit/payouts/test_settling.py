"""Which invoices a payout's one payment settles, and what it refuses to guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from commerce.payouts import Payout, PayoutLine, PayoutLineKind
from intacct.documents import Application, CreditKind, CustomerRefund, KeyOf, Payment
from shared.payouts.records import PayoutRecord, merged
from shared.payouts.settling import MOST_INVOICES, OrderMoney, Settling, settle
from shared.policy.choices import CustomerMode, PostingDepth
from shared.postings.findings import Reason
from shared.postings.paid_out import PaidOut
from tests.accounting.payout_lives import DIRECT
from tests.accounting.shop import book, mapping
from tests.unit.payouts.told import SENT_AT, line, payout, usd

ON = date(2026, 3, 5)
BOOK = book(
    chart=mapping(accounts=DIRECT, channel_customer="C-WEB"),
    posting_depth=PostingDepth.THRIFTY,
    customer_mode=CustomerMode.CHANNEL,
)


def _record(*lines: PayoutLine) -> PayoutRecord:
    told: Payout = payout(lines, amount=None)
    return merged("acme", None, told, at=SENT_AT)


def _charge(order_id: str, amount: str, name: str = "") -> PayoutLine:
    told = line(f"{order_id}{name}", PayoutLineKind.CHARGE, amount, order_id=order_id)
    return replace(told, transaction_id=name)


def _refund(order_id: str, amount: str) -> PayoutLine:
    return line(f"back-{order_id}", PayoutLineKind.REFUND, f"-{amount}", order_id=order_id)


def _paid(name: str, amount: str, settled: str | None = None, **more: Any) -> PaidOut:
    worth = usd(amount if settled is None else settled)
    settles = ((f"key-{name}", worth),) if worth else ()
    return PaidOut(name, usd(amount), settles, ON, **more)


def _settle(*lines: PayoutLine, **orders: OrderMoney | None) -> Settling:
    return settle(_record(*lines), BOOK, orders, ON)


def _payment(made: Settling) -> Payment:
    document = made.postings[0].document
    assert isinstance(document, Payment)
    return document


def test_a_credit_memo_pays_an_invoice_before_new_money_does() -> None:
    made = _settle(
        _charge("a", "70.00"),
        _refund("b", "24.50"),
        a=OrderMoney((_paid("pay", "70.00"),)),
        b=OrderMoney((_paid("memo", "24.50", is_refund=True),)),
    )
    document = _payment(made)
    assert document.amount == usd("45.50")
    assert document.applications == (
        Application(KeyOf("key-pay"), usd("24.50"), CreditKind.ADJUSTMENT, KeyOf("key-memo")),
        Application(KeyOf("key-pay"), usd("45.50")),
    )
    assert len(made.postings) == 1


def test_memos_beyond_the_invoices_are_a_refund() -> None:
    made = _settle(
        _charge("a", "10.00"),
        _refund("b", "24.50"),
        a=OrderMoney((_paid("pay", "10.00"),)),
        b=OrderMoney((_paid("memo", "24.50", is_refund=True),)),
    )
    refund = made.postings[1].document
    assert isinstance(refund, CustomerRefund)
    assert [detail.amount for detail in refund.details] == [usd("14.50")]
    assert _payment(made).amount == usd("0.00")


def test_a_long_payout_makes_several_payments() -> None:
    names = [f"o{number}" for number in range(MOST_INVOICES + 1)]
    orders = {name: OrderMoney((_paid(name, "1.00"),)) for name in names}
    made = _settle(*(_charge(name, "1.00") for name in names), **orders)
    sizes = [len(x.document.applications) for x in made.postings if isinstance(x.document, Payment)]
    assert sizes == [MOST_INVOICES, 1]
    assert len({posting.key for posting in made.postings}) == 2


def test_the_transaction_decides_between_two_charges_of_the_same_amount() -> None:
    two = (_paid("one", "5.00"), _paid("two", "5.00"))
    named = _settle(_charge("a", "5.00", "two"), a=OrderMoney(two))
    assert _payment(named).applications[0].invoice == KeyOf("key-two")
    unnamed = _settle(_charge("a", "5.00"), a=OrderMoney(two))
    assert [finding.reason for finding in unnamed.findings] == [Reason.PAYMENT_UNDECIDED]
    assert unnamed.postings == ()


def test_what_its_order_posts_by_itself_needs_no_payment() -> None:
    made = _settle(_charge("a", "5.00"), a=OrderMoney((), (("other", usd("5.00")),)))
    assert made == Settling()


def test_a_charge_that_the_cart_never_told_of_is_a_finding() -> None:
    made = _settle(_charge("a", "5.01"), a=OrderMoney((_paid("one", "5.00"),)))
    assert [finding.reason for finding in made.findings] == [Reason.PAYMENT_UNDECIDED]


def test_a_receipt_that_settles_too_little_is_posted_by_its_order() -> None:
    made = _settle(_charge("a", "70.00"), a=OrderMoney((_paid("pay", "70.00", "40.00"),)))
    assert made.individually == (("a", frozenset({"pay"})),)
    assert made.postings == ()


def test_nothing_is_paid_while_one_order_is_not_booked() -> None:
    made = _settle(
        _charge("a", "5.00"), _charge("b", "6.00"), a=OrderMoney((_paid("one", "5.00"),)), b=None
    )
    assert [finding.reason for finding in made.findings] == [Reason.DAY_INCOMPLETE]
    assert made.postings == ()


def test_a_channel_without_its_processors_tender_is_told_so() -> None:
    lost = replace(BOOK, mapping=replace(BOOK.mapping, tenders=()))
    orders = {"a": OrderMoney((_paid("one", "5.00"),))}
    made = settle(_record(_charge("a", "5.00")), lost, orders, ON)
    assert [finding.place for finding in made.findings] == ["mapping.tenders"]


def test_a_payment_is_not_dated_before_what_it_pays() -> None:
    late = replace(_paid("one", "5.00"), not_before=date(2026, 3, 20))
    made = _settle(_charge("a", "5.00"), a=OrderMoney((late,)))
    assert _payment(made).received_on == date(2026, 3, 20)
    assert made.postings[0].true_on == ON
