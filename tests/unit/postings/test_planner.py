"""What is planned, what waits and what is held: one rule of the accounting reference each."""

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
    GiftCardUse,
    Order,
    OrderStatus,
    PaymentState,
    PaymentStatus,
    RefundAdjustment,
    Restock,
    TaxCollector,
    TaxLine,
)
from intacct.documents import (
    Adjustment,
    CreditKind,
    CustomerRefund,
    DocumentResult,
    KeyOf,
    SalesDocument,
)
from intacct.documents import (
    AdjustmentKind as MemoKind,
)
from intacct.documents import (
    Payment as BookedPayment,
)
from shared.policy.mapping import ChargeRule, Items, Role, Tender
from shared.policy.switches import (
    Cogs,
    CreditOn,
    CustomerMode,
    Duties,
    GoodwillTax,
    MarketplaceTax,
    Moment,
    PostingMode,
    Presentation,
    RefundPresentation,
    TaxPoint,
    Tips,
    UnknownLiability,
)
from shared.postings.book import StoreBook
from shared.postings.plan import Plan, Posting, Reason
from shared.postings.planner import plan
from tests.accounting.journals import name_of, net, parse, play, told
from tests.accounting.lives import (
    LIVES,
    PAID,
    SHIPPED,
    OrderLife,
    allowance,
    everything_back,
    one_tee_back,
    order_a_placed,
)
from tests.accounting.shop import (
    ACCOUNTS,
    CITY,
    STATE,
    TENDERS,
    back,
    book,
    captured,
    day,
    facts,
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


def planned(*parts: Any, books: StoreBook | None = None) -> Plan:
    return plan(facts(*parts), {}, books or book())


def by_name(made: Plan) -> dict[str, Posting]:
    assert not made.findings, made.findings
    return {name_of(posting): posting for posting in made.postings}


def reasons(made: Plan) -> set[Reason]:
    assert made.postings == ()
    return {finding.reason for finding in made.findings}


def places(made: Plan) -> set[str]:
    return {finding.place for finding in made.findings}


# What waits.


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


# What is held, with everything that is wrong at once.


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
        {"recognise_on": Moment.DELIVER},
        {"invoice_on": Moment.DELIVER},
        {"recognise_on": Moment.CAPTURE},
        {"tax_point": TaxPoint.CAPTURE},
        {"marketplace_tax": MarketplaceTax.OMIT},
        {"posting_mode": PostingMode.SUMMARY_PAYOUT},
    ],
    ids=str,
)
def test_a_policy_that_is_not_offered_is_refused(policy: dict[str, Any]) -> None:
    made = planned(order_a_placed(), PAID, books=book(**policy))
    assert reasons(made) == {Reason.OUT_OF_SCOPE}


def test_an_invoice_that_sage_taxed_by_itself_is_held_with_the_difference() -> None:
    life = LIVES["order_a"]()
    played = play(life)
    invoice = played.postings["INVOICE invoice:parcel-1"]
    played.posted[invoice.key] = DocumentResult(key="9", total=usd("69.96"))
    made = plan(life.stages[-1], played.posted, life.book)
    assert reasons(made) == {Reason.AMOUNT_MISMATCH}
    assert made.findings[0].difference == usd("0.01")


# Documents.


def test_an_invoice_converts_the_lines_of_its_order() -> None:
    made = by_name(planned(order_a_placed(), PAID, SHIPPED))
    ordered = made["SO_CREATE order:order-1"].document
    invoiced = made["INVOICE invoice:parcel-1"].document
    assert isinstance(ordered, SalesDocument)
    assert isinstance(invoiced, SalesDocument)
    assert invoiced.source == KeyOf(made["SO_CREATE order:order-1"].key)
    assert [sold.source_line for sold in invoiced.lines] == list(range(len(ordered.lines)))
    assert [(x.item, x.unit_price) for x in invoiced.lines] == [
        (x.item, x.unit_price) for x in ordered.lines
    ]


def test_parts_of_an_order_convert_each_order_line_once() -> None:
    first, second = parcel("parcel-1", day(2), tee=1), parcel("parcel-2", day(3), tee=1, mug=1)
    made = by_name(planned(order_a_placed(), PAID, first, second))
    documents = [made[f"INVOICE invoice:parcel-{number}"].document for number in (1, 2)]
    ordered = made["SO_CREATE order:order-1"].document
    assert isinstance(ordered, SalesDocument)
    drawn: dict[int, Decimal] = {}
    for document in documents:
        assert isinstance(document, SalesDocument)
        for sold in document.lines:
            if sold.source_line is not None:
                known = drawn.get(sold.source_line, Decimal(0))
                drawn[sold.source_line] = known + sold.quantity
    assert drawn == {place: sold.quantity for place, sold in enumerate(ordered.lines)}


def test_an_order_edited_after_it_was_posted_is_not_converted() -> None:
    life = LIVES["exchange"]()
    played = play(life)
    for key in list(played.posted):
        if "SO_CREATE" in key:
            played.posted[key] = DocumentResult(key="1", total=usd("100.00"))
    again = {k: v for k, v in played.posted.items() if "invoice:parcel-2" not in k}
    made = by_name(plan(life.stages[-1], again, life.book))
    document = made["INVOICE invoice:parcel-2"].document
    assert isinstance(document, SalesDocument)
    assert document.source == ""
    assert all(sold.source_line is None for sold in document.lines)


def test_later_facts_do_not_change_what_was_planned_before() -> None:
    unedited = [make for name, make in LIVES.items() if not name.startswith("exchange")]
    for make in unedited:
        life = make()
        known: dict[str, Posting] = {}
        begun: list[str] = []
        for stage in life.stages:
            for posting in plan(stage, {}, life.book, begun).postings:
                assert known.setdefault(posting.key, posting).document == posting.document
                begun.append(posting.key)


def test_keys_name_the_order_wherever_no_fact_of_its_own_does() -> None:
    lives = ("order_a_deferred_two_parcels", "gift_card_sold")
    for name in lives:
        for key in play(LIVES[name]()).posted:
            kind, purpose = key.split("/")[2], key.split(":", 1)[1]
            names_a_fact = "parcel" in purpose or "capture-1" in purpose
            assert names_a_fact or "order-1" in purpose, (kind, purpose)


def test_an_advance_that_is_in_the_books_stays_one_when_an_earlier_shipment_is_heard_of() -> None:
    placed = order_a_placed()
    early, late = parcel("parcel-1", day(1, 1), tee=2, mug=1), PAID
    life = OrderLife(book(), (facts(placed, late), facts(placed, late, early)))
    assert set(play(life).postings) == {
        "SO_CREATE order:order-1",
        "ADVANCE receipt:capture-1",
        "INVOICE invoice:parcel-1",
        "APPLY apply:capture-1:parcel-1:69.95",
    }


def test_an_overpayment_pays_the_next_invoice() -> None:
    first, second = parcel("parcel-1", day(2), tee=2), parcel("parcel-2", day(6), mug=1)
    late = captured("capture-1", "69.95", day(4))
    made = by_name(planned(order_a_placed(), first, late, second))
    applied = made["APPLY apply:capture-1:parcel-2:13.99"]
    document = applied.document
    assert isinstance(document, BookedPayment)
    assert document.applications[0].credit_kind is CreditKind.OVERPAYMENT
    assert not document.amount
    ended = net(x for posting in made.values() for x in posting.effect)
    assert {ended["1200"], ended["2050"]} == {Decimal(0)}


def test_an_unpaid_order_that_is_cancelled_after_billing_is_settled_by_its_credit() -> None:
    placed = order(line("pallet", "500.00"), is_b2b=True)
    given = refund(back("pallet", 1, "500.00"), at=day(5))
    made = by_name(planned(placed, parcel("parcel-1", day(2), pallet=1), given))
    applied = made["APPLY apply:credit:refund-1:parcel-1:500.00"]
    assert applied.effect == ()
    assert isinstance(applied.document, BookedPayment)
    assert applied.document.applications[0].credit_kind is CreditKind.ADJUSTMENT


def test_shipping_that_is_kept_when_the_goods_are_cancelled_is_billed() -> None:
    given = replace(
        everything_back(at=2),
        shipping=None,
        shipping_tax=None,
        transactions=(given_back("61.24", day(2)),),
    )
    made = by_name(planned(order_a_placed(), PAID, given))
    entry = told(made["INVOICE invoice:rest:order-1"].effect)
    expected = "Dr 1200 8.71; Cr 4010 8.00; Cr 2100-NYS 0.32; Cr 2100-NYC 0.36; Cr 2100-MTA 0.03"
    assert entry == parse(expected)
    ended = net(x for posting in made.values() for x in posting.effect)
    assert {ended["1200"], ended["2050"]} == {Decimal(0)}
    assert ended["1100"] == Decimal("8.71")


def test_gift_cards_that_the_cart_took_off_its_total_are_a_tender() -> None:
    cards = (GiftCardUse("7788", usd("20.00")),)
    placed = order_a_placed(gift_cards_applied=cards)
    made = by_name(planned(placed, captured("capture-1", "49.95", day(1)), SHIPPED))
    ended = net(x for posting in made.values() for x in posting.effect)
    assert (ended["2200"], ended["1100"]) == (Decimal("20.00"), Decimal("49.95"))
    assert ended["1200"] == 0
    assert told(made["INVOICE invoice:parcel-1"].effect)["1200", "Dr"] == Decimal("69.95")


def test_money_paid_in_advance_goes_back_to_a_card_only_through_a_financial_entity() -> None:
    paid = replace(PAID, gateway="gift_card")
    gone = order_a_placed(cancelled_at=day(2))
    money = (given_back("69.95", day(2), gateway="gift_card"),)
    parts = (gone, paid, replace(everything_back(at=2), transactions=money))
    assert reasons(planned(*parts)) == {Reason.CONFIGURATION_MISSING}
    tenders = (Tender("gift_card", "2200", financial_entity="CARDS"), *TENDERS)
    made = by_name(planned(*parts, books=book(chart=mapping(tenders=tenders))))
    document = made["REFUND_PAY refund:refund-money"].document
    assert isinstance(document, CustomerRefund)
    assert document.place.financial_entity == "CARDS"


# Policies.


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


def test_a_credit_memo_names_the_invoice_it_belongs_to() -> None:
    made = by_name(planned(order_a_placed(), PAID, SHIPPED, one_tee_back()))
    memo, invoice = (
        made[name].document for name in ("CREDIT credit:refund-1", "INVOICE invoice:parcel-1")
    )
    assert isinstance(memo, Adjustment)
    assert isinstance(invoice, SalesDocument)
    assert memo.kind is MemoKind.CREDIT
    assert memo.invoice_number == invoice.reference


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
