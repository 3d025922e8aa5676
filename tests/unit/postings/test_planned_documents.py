"""What is planned: documents, their order, and what is in the books already."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from commerce.orders import (
    GiftCardUse,
)
from intacct.documents import (
    CreditKind,
    CustomerRefund,
    DocumentResult,
    KeyOf,
    SalesDocument,
)
from intacct.documents import (
    Payment as BookedPayment,
)
from shared.policy.mapping import Tender
from shared.postings.plan import Posting, Reason
from shared.postings.planner import plan
from tests.accounting.journals import net, parse, play, told
from tests.accounting.lives import (
    LIVES,
    PAID,
    SHIPPED,
    OrderLife,
    everything_back,
    order_a_placed,
)
from tests.accounting.planning import by_name, planned, reasons
from tests.accounting.shop import (
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
    usd,
)


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
    unedited = [make for name, make in LIVES.items() if not name.startswith(("exchange", "edit"))]
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
