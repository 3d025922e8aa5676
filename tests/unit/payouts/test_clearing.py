"""A clearing account is listed order by order, with ages, and the list is its balance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from commerce.kinds import PaymentState
from commerce.money import Money, total
from commerce.orders import Facts, Payment
from commerce.payouts import Payout, PayoutLineKind, PayoutStatus
from intacct.documents import Side
from shared.payouts.clearing import Clearing, Unsettled
from shared.payouts.history import History
from shared.payouts.planner import plan_payout
from shared.payouts.records import PayoutRecord, merged
from shared.payouts.worths import Valuation, Worth
from shared.policy.choices import CustomerMode, PostingDepth
from shared.policy.mapping import RateRow
from tests.accounting.payout_lives import LIVES, payout_book
from tests.accounting.shop import captured, day, facts, given_back, ref, refund
from tests.accounting.shop import line as sold_line
from tests.accounting.shop import order as order_with
from tests.unit.payouts.told import ARRIVED_AT, CHARGED_AT, payout, usd

BOOK = payout_book()
TODAY = date(2026, 3, 9)


def order(order_id: str, *payments: Payment) -> Facts:
    return replace(facts(None, *payments), ref=ref("order", order_id))


def sold() -> list[Facts]:
    """Orders A and B of J-6.1, and C, which no payout has settled."""
    back = refund(at=day(3), transactions=(given_back("24.50", day(3)),))
    first = replace(order("A", captured("a", "69.95", day(2))), refunds=(back,))
    return [
        first,
        order("B", captured("b", "120.00", day(2))),
        order("C", captured("c", "9.99", day(4))),
    ]


def told(*tellings: Payout) -> PayoutRecord:
    record: PayoutRecord | None = None
    for each in tellings:
        record = merged("acme", record, each, at=ARRIVED_AT)
    assert record is not None
    return record


def listed(orders: list[Facts], *records: PayoutRecord) -> list[Unsettled]:
    clearing = Clearing(BOOK)
    for each in orders:
        clearing.add_order(each)
    for record in records:
        clearing.add_payout(record)
    return clearing.unsettled(TODAY)


def test_what_payouts_have_not_settled_is_listed_with_its_age() -> None:
    open_ = listed(sold(), told(payout()))

    assert [(each.subject, each.amount) for each in open_] == [("order C", usd("9.99"))]
    assert open_[0].age_days(day(4) + timedelta(days=3, hours=1)) == 3


def test_without_a_payout_everything_is_open_the_oldest_first() -> None:
    amounts = {each.subject: each.amount.plain() for each in listed(sold())}

    assert amounts == {"order A": "45.45", "order B": "120.00", "order C": "9.99"}
    assert list(amounts) == ["order A", "order B", "order C"]


def test_an_order_that_was_settled_short_shows_the_difference() -> None:
    short = (
        *payout().lines[:1],
        replace(payout().lines[1], amount=usd("119.00"), net=usd("115.22")),
    )
    record = told(payout((*short, payout().lines[2]), amount="158.34"))

    assert [(each.subject, each.amount) for each in listed(sold()[:2], record)] == [
        ("order B", usd("1.00"))
    ]


def test_what_was_settled_and_never_captured_is_below_zero() -> None:
    open_ = listed(sold()[1:2], told(payout()))

    assert [(each.subject, each.amount) for each in open_] == [("order A", usd("-45.45"))]
    assert open_[0].since == CHARGED_AT


def test_a_transfer_that_failed_stands_there_until_it_is_retried() -> None:
    failed = told(payout(), payout(status=PayoutStatus.FAILED))
    (life,) = [LIVES["failed_and_retried"]()]
    retried = told(life.told[2][0])

    after_failure = listed(sold()[:2], failed)
    after_retry = listed(sold()[:2], failed, retried)

    assert [(each.subject, each.amount) for each in after_failure] == [
        ("payout po-1001", usd("159.34"))
    ]
    assert not total((each.amount for each in after_retry), "USD")


def test_a_refund_told_twice_counts_once_when_it_has_succeeded() -> None:
    done = given_back("24.50", day(3))
    pending = replace(done, state=PaymentState.PENDING)
    back = refund(at=day(3), transactions=(pending,))
    known = replace(order("A", captured("a", "69.95", day(2)), done), refunds=(back,))

    assert [each.amount for each in listed([known])] == [usd("45.45")]


def test_money_of_other_gateways_and_money_that_never_came_are_no_part_of_it() -> None:
    elsewhere = order("D", captured("d", "5.00", day(2), gateway="Cash on Delivery (COD)"))

    assert listed([elsewhere]) == []


def test_the_list_adds_up_to_what_the_entries_left_on_the_account() -> None:
    disputed = LIVES["dispute_won"]()
    records = [told(each) for each, _ in disputed.told] + [told(payout(payout_id="po-9"))]
    orders = sold()
    balance = Decimal("69.95") - Decimal("24.50") + Decimal("120.00") + Decimal("9.99")
    for record in records:
        for entry in plan_payout(record, BOOK).entries:
            for line in entry.posting.effect:
                if line.account == "1100":
                    balance += line.amount.amount * (1 if line.side is Side.DEBIT else -1)

    open_ = listed(orders, *records)

    assert total((each.amount for each in open_), "USD").amount == balance
    assert any(line.kind is PayoutLineKind.DISPUTE for line in records[0].payout.lines)


def test_what_a_thrifty_channel_takes_is_open_on_its_invoices_and_not_here() -> None:
    policy = replace(
        BOOK.policy, posting_depth=PostingDepth.THRIFTY, customer_mode=CustomerMode.CHANNEL
    )
    clearing = Clearing(replace(BOOK, policy=policy))
    clearing.add_payout(told(payout()))
    placed = order_with(sold_line("vase", "69.95"))
    clearing.add_order(replace(order("A", captured("a", "69.95", day(2))), order=placed))
    clearing.add_order(replace(order("C", captured("c", "9.99", day(4))), order=placed))

    assert [each.subject for each in clearing.unsettled(TODAY)] == ["order B"]


def test_other_currencies_are_listed_in_their_own_and_in_the_entitys() -> None:
    euros = replace(captured("d", "100.00", day(2)), amount=Money.of("100.00", "EUR"))
    yen = replace(captured("e", "5000", day(3)), amount=Money.of("5000", "JPY"))
    rates = (RateRow("EUR", "2026-01-01", "1.0850"),)
    clearing = Clearing(payout_book(fx_rates=rates))
    for each in (order("D", euros), order("E", yen), order("B", captured("b", "1.00", day(4)))):
        clearing.add_order(each)

    open_ = clearing.unsettled(TODAY)

    assert [(each.amount.currency, each.worth) for each in open_] == [
        ("EUR", usd("108.50")),
        ("JPY", None),
        ("USD", usd("1.00")),
    ]


def test_a_valued_payout_settles_an_order_in_the_currency_that_it_was_taken_in() -> None:
    euros = replace(captured("a", "64.77", day(2)), amount=Money.of("64.77", "EUR"))
    taken = Worth("1", Money.of("64.77", "EUR"), usd("69.95"), "2026-03-02", "sage:7")
    valuation = Valuation((taken,))
    record = told(payout(payout().lines[:1], amount="67.62"))
    record = replace(record, history=History(valuation=valuation))
    clearing = Clearing(BOOK)
    clearing.add_order(order("A", euros))

    clearing.add_payout(record)

    assert clearing.unsettled(TODAY) == []
