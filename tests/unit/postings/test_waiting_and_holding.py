"""What waits, and what is held with everything that is wrong at once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money
from commerce.orders import (
    AdjustmentKind,
    Charge,
    ChargeKind,
    FulfillmentStatus,
    OrderStatus,
    PaymentKind,
    PaymentState,
    PaymentStatus,
    Restock,
    TaxCollector,
    TaxLine,
)
from intacct.documents import (
    SalesDocument,
)
from shared.policy.choices import (
    Cogs,
    CustomerMode,
    Moment,
    PostingDepth,
    PostingMode,
    TaxPoint,
    UnknownLiability,
)
from shared.policy.mapping import ChargeRule, Items, Role
from shared.postings.plan import Plan, Reason
from shared.postings.planner import plan
from tests.accounting.journals import net, parse, told
from tests.accounting.lives import (
    LIVES,
    PAID,
    SHIPPED,
    allowance,
    everything_back,
    one_tee_back,
    order_a_placed,
)
from tests.accounting.planning import by_name, places, planned, reasons
from tests.accounting.shop import (
    ACCOUNTS,
    STATE,
    back,
    book,
    captured,
    day,
    given_back,
    line,
    mapping,
    order,
    parcel,
    refund,
    usd,
)


def test_followers_without_their_order_wait() -> None:
    made = planned(None, PAID, one_tee_back())
    assert made == Plan(waiting=made.waiting)
    assert "order" in made.waiting[0]


def test_a_test_order_is_never_posted() -> None:
    made = planned(order_a_placed(is_test=True), PAID, SHIPPED)
    assert made == Plan(waiting=("TEST_ORDER: a test order is never posted",))


def test_an_unpaid_order_waits_for_money_or_shipment() -> None:
    made = planned(order_a_placed())
    assert made.postings == ()
    assert made.waiting == ("a payment or a shipment",)


def test_an_order_cancelled_before_any_money_makes_no_entry() -> None:
    gone = order_a_placed(cancelled_at=day(2), status=OrderStatus.CANCELLED)
    assert planned(gone).postings == ()


def test_a_replacement_of_no_value_makes_no_entry() -> None:
    free = order(line("tee", "25.00", discount="25.00"), is_replacement=True)
    assert planned(free, parcel("parcel-1", day(2), tee=1)).postings == ()


def test_a_paid_order_whose_payment_is_not_known_yet_becomes_an_order_only() -> None:
    made = planned(order_a_placed(payment_status=PaymentStatus.PAID))
    assert set(by_name(made)) == {"SO_CREATE order:order-1"}
    assert "a payment transaction" in made.waiting


def test_a_test_payment_is_no_receipt() -> None:
    made = planned(order_a_placed(), replace(PAID, is_test=True))
    assert made.waiting == ("a payment or a shipment",)


def test_a_refund_waits_while_its_money_is_pending() -> None:
    on_its_way = (given_back("24.50", day(4), state=PaymentState.PENDING),)
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(transactions=on_its_way))
    assert "CREDIT credit:refund-1" not in by_name(made)
    assert "refund refund-1: its money is pending" in made.waiting


def test_a_refund_whose_money_failed_gives_no_credit() -> None:
    failed = (given_back("24.50", day(4), state=PaymentState.FAILURE),)
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(transactions=failed))
    assert "CREDIT credit:refund-1" not in by_name(made)
    assert "refund refund-1: its money failed" in made.waiting


def test_a_return_waits_for_the_shipment_of_its_goods() -> None:
    made = planned(order_a_placed(), PAID, one_tee_back())
    assert set(by_name(made)) == {"SO_CREATE order:order-1", "ADVANCE receipt:capture-1"}
    assert "refund refund-1: the shipment of its goods" in made.waiting


def test_an_unreturned_item_waits_where_the_cart_speaks_of_unknown_shipments() -> None:
    kept = one_tee_back(restock=Restock.NONE)
    shipped = order_a_placed(fulfillment_status=FulfillmentStatus.FULFILLED)
    made = planned(shipped, PAID, kept)
    assert "refund refund-1: the shipment of its goods" in made.waiting


def test_all_that_is_missing_is_told_at_once_and_nothing_is_posted() -> None:
    bare = mapping(
        accounts={Role.RECEIVABLE: "1200"}, taxes=(), tenders=(), item_rules=(), items=Items()
    )
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=book(chart=bare))
    assert reasons(made) == {Reason.MAPPING_MISSING, Reason.TAX_UNMAPPED}
    assert {
        "order.lines[tee]",
        "order.lines[mug]",
        "mapping.items.shipping",
        "mapping.items.discount",
        "mapping.accounts.product_revenue",
        "mapping.accounts.discounts",
        "mapping.accounts.customer_advances",
        "mapping.accounts.returns",
        "payments[capture-1]",
        "order.lines[tee].taxes[0]",
        "refunds[refund-1].transactions[refund-money]",
    } <= places(made)
    assert all(finding.hint for finding in made.findings)


def test_an_order_that_does_not_add_up_is_held_with_the_difference() -> None:
    made = planned(order_a_placed(total=usd("69.96")), PAID)
    assert reasons(made) == {Reason.UNBALANCED}
    assert made.findings[0].difference == usd("0.01")


def test_a_tax_of_unknown_liability_is_held_unless_the_policy_decides() -> None:
    unknown = TaxLine(STATE, usd("2.00"), collected_by=TaxCollector.UNKNOWN)
    placed = order(line("tee", "25.00", taxes=(unknown,)))
    parts = (placed, captured("capture-1", "27.00", day(1)), parcel("parcel-1", day(2), tee=1))
    assert reasons(planned(*parts)) == {Reason.TAX_LIABILITY_UNKNOWN}
    answers = {UnknownLiability.MERCHANT: "2100-NYS", UnknownLiability.CHANNEL: "2105"}
    for answer, account in answers.items():
        made = by_name(planned(*parts, books=book(channel_liable_unknown=answer)))
        assert (account == "2105") is (answer is UnknownLiability.CHANNEL)
        assert told(made["INVOICE invoice:parcel-1"].effect)[account, "Cr"] == Decimal("2.00")


def test_a_cart_that_hides_its_tax_is_held() -> None:
    assert reasons(planned(order_a_placed(tax_known=False), PAID)) == {Reason.TAX_UNMAPPED}


def test_money_in_another_currency_is_held() -> None:
    euros = replace(PAID, amount=Money.of("60.00", "EUR"))
    assert reasons(planned(order_a_placed(), euros)) == {Reason.AMOUNT_MISMATCH}


def test_more_refunded_than_sold_is_held_with_the_difference() -> None:
    money = (given_back("77.00", day(4)),)
    given = refund(back("tee", 2, "70.00", "7.00"), at=day(4), transactions=money)
    made = planned(order_a_placed(), PAID, SHIPPED, given)
    assert reasons(made) == {Reason.REFUND_EXCEEDS_INVOICE}
    differences = {finding.place: finding.difference for finding in made.findings}
    assert differences["refunds[refund-1].lines[tee].tax"] == usd("3.01")


def test_a_cent_too_much_of_tax_over_several_credits_is_held() -> None:
    life = LIVES["four_credits"]()
    last = life.stages[-1]
    greedy = replace(last.refunds[-1], lines=(back("b", 1, "68.33", "13.67"),))
    made = plan(replace(last, refunds=(*last.refunds[:-1], greedy)), {}, life.book)
    assert reasons(made) == {Reason.REFUND_EXCEEDS_INVOICE}
    assert made.findings[0].difference == usd("0.01")


def test_more_money_given_back_than_credited_or_paid_is_held() -> None:
    money = (given_back("100.00", day(4)),)
    over = captured("capture-1", "200.00", day(1))
    made = planned(order_a_placed(), over, SHIPPED, one_tee_back(transactions=money))
    assert by_name(made)  # the overpayment covers it
    exact = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(transactions=(money)))
    assert "the payment that refund refund-1 gives back" in exact.waiting


def test_a_fee_above_the_credit_is_held() -> None:
    fee = allowance(AdjustmentKind.RESTOCKING_FEE, "-30.00")
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(adjustments=fee, transactions=()))
    assert reasons(made) == {Reason.OUT_OF_SCOPE}


def test_an_unknown_cost_is_held_where_inventory_is_in_sage() -> None:
    made = planned(order(line("tee", "25.00")), books=book(cogs=Cogs.CART_COST))
    assert reasons(made) == {Reason.CONFIGURATION_MISSING}
    assert places(made) == {"cost shop TEE"}


def test_an_order_is_costed_by_what_is_registered_of_its_articles() -> None:
    costed = book(cogs=Cogs.COST_FILE).for_costs({"TEE": usd("9.00")})
    placed = (order(line("tee", "25.00")), captured("capture-1", "25.00", day(1)))
    made = by_name(planned(*placed, parcel("parcel-1", day(2), tee=1), books=costed))
    cost = next(told(each.effect) for name, each in made.items() if "cogs" in name)
    assert cost == {("5000", "Dr"): Decimal("9.00"), ("1300", "Cr"): Decimal("9.00")}


def test_a_cost_in_another_currency_than_the_order_is_not_used() -> None:
    costed = book(cogs=Cogs.COST_FILE).for_costs({"TEE": Money.of("9.00", "EUR")})
    made = planned(order(line("tee", "25.00")), books=costed)
    assert places(made) == {"cost shop TEE"}


def test_a_charge_that_may_belong_to_others_needs_a_rule() -> None:
    charges = (Charge(ChargeKind.DONATION, usd("3.00")),)
    placed = order(line("tee", "25.00"), charges=charges)
    parts = (placed, captured("capture-1", "28.00", day(1)), parcel("parcel-1", day(2), tee=1))
    assert places(planned(*parts)) == {"order.charges[0]"}
    chart = mapping(charge_rules=(ChargeRule("donation", "DONATION", "2350"),))
    made = by_name(planned(*parts, books=book(chart=chart)))
    assert told(made["INVOICE invoice:parcel-1"].effect)["2350", "Cr"] == 3


def test_an_order_without_customer_is_held() -> None:
    nobody = replace(book(), customer="")
    assert places(planned(order_a_placed(), PAID, books=nobody)) == {"book.customer"}


def test_a_channel_customer_serves_where_the_policy_says_so() -> None:
    books = book(chart=mapping(channel_customer="WEB"), customer_mode=CustomerMode.CHANNEL)
    document = planned(order_a_placed(), PAID, books=books).postings[0].document
    assert isinstance(document, SalesDocument)
    assert document.customer == "WEB"


@pytest.mark.parametrize(
    "policy",
    [
        {"invoice_on": Moment.DELIVER},
        {"recognise_on": Moment.CAPTURE},
        {"tax_point": TaxPoint.CAPTURE, "posting_mode": PostingMode.SUMMARY_DAILY},
        {"posting_mode": PostingMode.SUMMARY_PAYOUT, "invoice_on": Moment.CAPTURE},
        {
            "posting_mode": PostingMode.SUMMARY_PAYOUT,
            "posting_depth": PostingDepth.THRIFTY,
            "customer_mode": CustomerMode.CHANNEL,
        },
    ],
    ids=str,
)
def test_a_policy_that_is_not_offered_is_refused(policy: dict[str, Any]) -> None:
    accounts = {**ACCOUNTS, Role.PAYOUT_CLEARING: "1100"}
    chart = mapping(accounts=accounts, channel_customer="C-ADA")
    made = planned(order_a_placed(), PAID, books=book(chart=chart, **policy))
    assert reasons(made) == {Reason.OUT_OF_SCOPE}


def test_a_refund_waits_in_a_daily_journal_for_the_sale_that_waits_for_its_money() -> None:
    daily = book(posting_mode=PostingMode.SUMMARY_DAILY)
    unpaid = planned(order_a_placed(), SHIPPED, one_tee_back(), books=daily)
    assert unpaid.day_entries == ()
    assert "the sale that refund refund-1 takes back" in unpaid.waiting
    paid = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=daily)
    assert [entry.event for entry in paid.day_entries] == [
        "sale:order-1:parcel-1",
        "refund:refund-1",
    ]


def test_an_authorisation_that_is_voided_moves_no_money_and_makes_no_entry() -> None:
    """R-1.3 and R-3.2: cancelled before capture."""
    held = replace(PAID, kind=PaymentKind.AUTHORIZATION)
    voided = replace(PAID, ref=replace(PAID.ref, id="void-1"), kind=PaymentKind.VOID)
    open_ = order_a_placed(payment_status=PaymentStatus.AUTHORIZED)
    gone = replace(open_, cancelled_at=day(2), payment_status=PaymentStatus.VOIDED)
    assert planned(open_, held).postings == ()
    cancelled = replace(everything_back(at=2), transactions=())
    made = planned(gone, held, voided, cancelled)
    assert (made.postings, made.findings) == ((), ())


def test_what_is_cancelled_after_a_part_has_left_goes_back_from_what_was_paid() -> None:
    """The tees were billed, the mug never is: no credit memo, and its money from the advance."""
    tees = parcel("parcel-1", day(2), tee=2)
    money = (given_back("12.25", day(3)),)
    mug = refund(back("mug", 1, "11.25", "1.00", Restock.CANCEL), at=day(3), transactions=money)
    gone = order_a_placed(cancelled_at=day(3), status=OrderStatus.CANCELLED)
    made = by_name(planned(gone, PAID, tees, mug))
    assert not [name for name in made if name.startswith("CREDIT")]
    assert told(made["REFUND_PAY refund:refund-money"].effect) == parse(
        "Dr 2050 12.25; Cr 1100 12.25"
    )


def test_all_that_left_and_all_that_did_not_can_be_cancelled_at_once() -> None:
    """A credit memo for what was billed, the rest from the advance; nothing is owed afterwards."""
    tees = parcel("parcel-1", day(2), tee=2)
    gone = order_a_placed(cancelled_at=day(4), status=OrderStatus.CANCELLED)
    made = by_name(planned(gone, PAID, tees, everything_back(at=4)))
    ended = net(line for posting in made.values() for line in posting.effect)
    assert {ended[account] for account in ("1200", "2050", "1100")} == {Decimal(0)}


def test_a_replacement_that_costs_something_is_an_order_like_any_other() -> None:
    paid = order(line("tee", "25.00"), is_replacement=True)
    sent = parcel("parcel-1", day(2), tee=1)
    made = by_name(planned(paid, captured("capture-1", "25.00", day(1)), sent))
    assert "INVOICE invoice:parcel-1" in made


def test_a_parcel_that_left_and_arrived_does_not_stand_for_the_one_nobody_told_of() -> None:
    """Two of four left and arrived, all four are sent: which of them came back is not known."""
    placed = order(
        line("tee", "25.00", 2),
        line("mug", "12.50", 2),
        fulfillment_status=FulfillmentStatus.FULFILLED,
    )
    sent = replace(parcel("parcel-1", day(2), mug=2), delivered_at=day(3))
    given = refund(back("tee", 1, "25.00", restock=Restock.NONE), at=day(5))
    books = book(invoice_on=Moment.CAPTURE, recognise_on=Moment.DELIVER)
    made = planned(placed, captured("capture-1", "75.00", day(1)), sent, given, books=books)
    assert "refund refund-1: the shipment of its goods" in made.waiting
