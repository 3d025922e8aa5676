"""What the policy switches change in the books."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from commerce.orders import (
    AdjustmentKind,
    Charge,
    ChargeKind,
    Order,
    PaymentState,
    RefundAdjustment,
    Restock,
)
from intacct.documents import (
    Adjustment,
)
from intacct.documents import (
    AdjustmentKind as MemoKind,
)
from shared.policy.choices import (
    Cogs,
    CreditOn,
    Duties,
    GoodwillTax,
    Moment,
    Presentation,
    RefundPresentation,
    Tips,
    UntoldReturns,
)
from shared.policy.mapping import Role
from shared.postings.plan import Posting, Reason
from shared.postings.planner import plan
from tests.accounting.journals import net, parse, play, told
from tests.accounting.lives import (
    LIVES,
    PAID,
    SHIPPED,
    OrderLife,
    allowance,
    one_tee_back,
    order_a_placed,
)
from tests.accounting.planning import by_name, places, planned, reasons
from tests.accounting.shop import (
    ACCOUNTS,
    CITY,
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
    shipping,
    tax,
    usd,
)


def _sold(policy: dict[str, Any], *, placed: Order | None = None) -> dict[str, Posting]:
    return by_name(planned(placed or order_a_placed(), PAID, SHIPPED, books=book(**policy)))


def test_net_presentation_takes_discounts_off_revenue() -> None:
    made = _sold({"discount_presentation": Presentation.NET})
    expected = (
        "Dr 1200 69.95; Cr 4000 56.25; Cr 4010 8.00; "
        "Cr 2100-NYS 2.57; Cr 2100-NYC 2.89; Cr 2100-MTA 0.24"
    )
    assert told(made["INVOICE invoice:parcel-1"].effect) == parse(expected)


def test_refunds_can_reverse_revenue() -> None:
    books = book(refund_presentation=RefundPresentation.REVERSE_REVENUE)
    made = by_name(planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=books))
    entry = told(made["CREDIT credit:refund-1"].effect)
    assert entry["4000", "Dr"] == 25
    assert ("4095", "Dr") not in entry


@pytest.mark.parametrize("restock", [Restock.CANCEL, Restock.RETURN])
def test_whether_earned_goods_had_left_decides_the_stock_only(restock: Restock) -> None:
    """R-3.7."""
    books = book(invoice_on=Moment.CAPTURE, recognise_on=Moment.CAPTURE)
    given = refund(
        back("tee", 1, "100.00", restock=restock),
        at=day(3),
        transactions=(given_back("100.00", day(3)),),
    )
    paid = captured("capture-1", "200.00", day(1))
    made = by_name(planned(order(line("tee", "100.00", 2)), paid, given, books=books))
    assert told(made["CREDIT credit:refund-1"].effect) == {
        ("4095", "Dr"): 100,
        ("1200", "Cr"): 100,
    }


def test_goodwill_can_give_its_tax_back() -> None:
    given = refund(
        at=day(4),
        adjustments=allowance(AdjustmentKind.GOODWILL, "5.00"),
        transactions=(given_back("5.00", day(4)),),
    )
    books = book(goodwill_tax=GoodwillTax.INCLUSIVE_SPLIT)
    made = by_name(planned(order_a_placed(), PAID, SHIPPED, given, books=books))
    expected = "Dr 4095 4.59; Dr 2100-NYS 0.18; Dr 2100-NYC 0.21; Dr 2100-MTA 0.02; Cr 1200 5.00"
    assert told(made["CREDIT credit:refund-1"].effect) == parse(expected)


def test_tips_and_duties_can_be_revenue() -> None:
    tip, duty = Charge(ChargeKind.TIP, usd("6.00")), Charge(ChargeKind.DUTY, usd("4.00"))
    placed = order(line("tee", "25.00"), charges=(tip, duty))
    parts = (placed, captured("capture-1", "35.00", day(1)), parcel("parcel-1", day(2), tee=1))
    books = book(tips=Tips.REVENUE, duties=Duties.PRINCIPAL)
    made = by_name(planned(*parts, books=books))
    expected = parse("Dr 1200 35.00; Cr 4000 25.00; Cr 4010 10.00")
    assert told(made["INVOICE invoice:parcel-1"].effect) == expected


def test_a_pending_refund_that_fails_is_not_owed_any_more() -> None:
    life = LIVES["order_a_refund_pending_then_settled"]()
    failed = (given_back("24.50", day(30), state=PaymentState.FAILURE),)
    ended = replace(life.stages[-1], refunds=(one_tee_back(at=30, transactions=failed),))
    played = play(OrderLife(life.book, (*life.stages[:-1], ended)))
    assert net(played.lines()).get("2060", Decimal(0)) == 0


def test_credit_at_once_posts_a_settled_refund_as_money() -> None:
    books = book(credit_on=CreditOn.REFUND_CREATED)
    made = by_name(planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=books))
    assert "REFUND_PAY refund:refund-money" in made
    assert not any(name.startswith("DEBIT") for name in made)


def test_capture_billing_without_deferral_recognises_at_once() -> None:
    made = by_name(
        planned(
            order_a_placed(),
            PAID,
            books=book(invoice_on=Moment.CAPTURE, recognise_on=Moment.CAPTURE),
        )
    )
    assert told(made["INVOICE invoice:capture:order-1"].effect)["4000", "Cr"] == Decimal("62.50")
    assert "PAYMENT receipt:capture-1" in made


def test_included_tax_is_taken_out_of_list_price_and_discount_alike() -> None:
    placed = order(
        line("ring", "120.00", discount="12.00", taxes=(tax("VAT", "18.00"),)), tax_included=True
    )
    parts = (placed, captured("capture-1", "108.00", day(1)), parcel("parcel-1", day(2), ring=1))
    expected = parse("Dr 1200 108.00; Dr 4090 10.00; Cr 4000 100.00; Cr 2110 18.00")
    assert told(by_name(planned(*parts))["INVOICE invoice:parcel-1"].effect) == expected


def test_a_tax_told_for_the_order_only_lies_inside_its_prices() -> None:
    placed = order(
        line("ring", "60.00"),
        line("cup", "60.00"),
        taxes=(tax("VAT", "20.00"),),
        tax_included=True,
    )
    sent = parcel("parcel-1", day(2), ring=1)
    made = by_name(planned(placed, captured("capture-1", "120.00", day(1)), sent))
    expected = parse("Dr 1200 60.00; Cr 4000 50.00; Cr 2110 10.00")
    assert told(made["INVOICE invoice:parcel-1"].effect) == expected


def test_a_taxed_fee_is_kept_with_its_tax() -> None:
    fee = (RefundAdjustment(AdjustmentKind.RESTOCKING_FEE, usd("-3.00"), usd("-0.27")),)
    money = (given_back("21.23", day(4)),)
    given = one_tee_back(adjustments=fee, transactions=money)
    made = by_name(planned(order_a_placed(), PAID, SHIPPED, given))
    entry = told(made["CREDIT credit:refund-1"].effect)
    assert entry["4030", "Cr"] == 3
    assert sum(v for (a, side), v in entry.items() if a.startswith("2100")) == Decimal("1.73")
    assert entry["1200", "Cr"] == Decimal("21.23")


def test_a_credit_memo_is_found_again_even_where_sage_numbers_it_itself() -> None:
    """Then only the free reference can hold our number: no invoice number may take its place."""
    made = by_name(planned(order_a_placed(), PAID, SHIPPED, one_tee_back()))
    memo = made["CREDIT credit:refund-1"].document
    assert isinstance(memo, Adjustment)
    assert memo.kind is MemoKind.CREDIT
    assert memo.reference
    assert not memo.invoice_number


def test_shipping_discounted_in_part_is_refunded_with_its_share() -> None:
    placed = order(line("tee", "25.00"), shipping_lines=shipping("8.00", discount="2.00"))
    parts = (placed, captured("capture-1", "31.00", day(1)), parcel("parcel-1", day(2), tee=1))
    given = refund(at=day(4), shipping=usd("3.00"), transactions=(given_back("3.00", day(4)),))
    made = by_name(planned(*parts, given))
    expected = parse("Dr 4010 4.00; Cr 4090 1.00; Cr 1200 3.00")
    assert told(made["CREDIT credit:refund-1"].effect) == expected


def test_two_taxes_of_one_name_keep_the_cart_s_cents() -> None:
    placed = order(
        line("tee", "10.00", 3, taxes=(tax(STATE, "1.00"), tax(CITY, "1.00"))),
    )
    parcels = [parcel(f"parcel-{n}", day(1 + n), tee=1) for n in (1, 2, 3)]
    made = by_name(planned(placed, captured("capture-1", "32.00", day(1)), *parcels))
    invoices = [made[f"INVOICE invoice:parcel-{n}"].effect for n in (1, 2, 3)]
    cents = [told(effect)["2100-NYS", "Cr"] for effect in invoices]
    assert cents == [Decimal("0.33"), Decimal("0.34"), Decimal("0.33")]


def test_an_account_missing_in_the_mapping_is_named_by_its_role() -> None:
    accounts = {role: number for role, number in ACCOUNTS.items() if role is not Role.RETURNS}
    chart = mapping(accounts=accounts)
    made = planned(order_a_placed(), PAID, SHIPPED, one_tee_back(), books=book(chart=chart))
    assert places(made) == {"mapping.accounts.returns"}


def test_shipping_billed_before_an_edit_stays_billed_as_it_was() -> None:
    life = LIVES["exchange_after_paid_shipping"]()
    played = play(life)
    invoices = [name for name in played.postings if name.startswith("INVOICE")]
    entries = [told(played.lines(name)) for name in invoices]
    assert entries == [
        parse("Dr 1200 108.64; Cr 4000 100.00; Cr 4010 8.00; Cr 2100-NYS 0.64"),
        parse("Dr 1200 250.00; Cr 4000 250.00"),
    ]
    assert net(played.lines())["1200"] == 0


def test_an_edit_that_changes_what_was_billed_is_held() -> None:
    life = LIVES["order_a"]()
    played = play(life)
    dearer = order_a_placed(shipping_lines=shipping("9.00"))
    made = plan(replace(life.stages[-1], order=dearer), played.posted, life.book)
    assert reasons(made) == {Reason.AMOUNT_MISMATCH}


def test_goods_of_no_price_have_a_cost_and_no_invoice() -> None:
    placed = order(line("sample", "0.00", cost="2.00"))
    sent = parcel("parcel-1", day(2), sample=1)
    scrapped = refund(back("sample", 1, "0.00", restock=Restock.SCRAP), at=day(3))
    made = by_name(planned(placed, sent, scrapped, books=book(cogs=Cogs.CART_COST)))
    assert set(made) == {
        "SO_CREATE order:order-1",
        "JOURNAL cogs:parcel-1",
        "JOURNAL restock:refund-1",
    }
    assert told(made["JOURNAL restock:refund-1"].effect) == parse("Dr 5050 2.00; Cr 5000 2.00")


@pytest.mark.parametrize(
    ("returned", "restocks"),
    [(UntoldReturns.NOT_RESTOCKED, False), (UntoldReturns.RESTOCKED, True)],
)
def test_what_comes_back_untold_goes_on_the_shelf_only_by_policy(
    returned: UntoldReturns, *, restocks: bool
) -> None:
    placed = order(line("sample", "0.00", cost="2.00"))
    sent = parcel("parcel-1", day(2), sample=1)
    back_again = refund(back("sample", 1, "0.00", restock=Restock.NONE), at=day(3))
    policy = book(cogs=Cogs.CART_COST, untold_returns=returned)
    made = by_name(planned(placed, sent, back_again, books=policy))
    assert ("JOURNAL restock:refund-1" in made) is restocks
    if restocks:
        effect = made["JOURNAL restock:refund-1"].effect
        assert told(effect) == parse("Dr 1300 2.00; Cr 5000 2.00")


def test_an_invoice_that_the_facts_do_not_explain_any_more_is_held() -> None:
    life = LIVES["order_a"]()
    played = play(life)
    vanished = replace(life.stages[-1], fulfilments=())
    made = plan(vanished, played.posted, life.book)
    assert reasons(made) == {Reason.AMOUNT_MISMATCH}
    assert places(made) == {"invoice:parcel-1"}


def test_a_parcel_cancelled_after_its_invoice_counts_as_billed() -> None:
    life = LIVES["order_a"]()
    played = play(life)
    cancelled = replace(SHIPPED, is_cancelled=True)
    again = parcel("parcel-2", day(3), tee=2, mug=1)
    resent = replace(life.stages[-1], fulfilments=(cancelled, again))
    assert plan(resent, played.posted, life.book).postings == ()
    assert plan(resent, {}, life.book).postings[2].key.endswith("parcel-2")


@pytest.mark.parametrize("shipped", [(), (SHIPPED,)], ids=["never billed", "billed"])
def test_credit_at_once_names_a_failed_refund_that_no_memo_holds(shipped: tuple[Any, ...]) -> None:
    """What was never billed has no credit memo; what was stays open in one (R-3.2, R-3.5)."""
    books = book(credit_on=CreditOn.REFUND_CREATED)
    failed = (given_back("24.50", day(4), state=PaymentState.FAILURE),)
    given = one_tee_back(restock=Restock.CANCEL, transactions=failed)
    made = planned(order_a_placed(), PAID, *shipped, given, books=books)
    is_named = "refund refund-1: its money failed" in made.waiting
    assert is_named is not bool(shipped)
    assert ("CREDIT credit:refund-1" in by_name(made)) is bool(shipped)
