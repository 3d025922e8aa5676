"""More orders behind the worked journals: exchanges, gift cards, taxes, parts of orders."""

from __future__ import annotations

from dataclasses import replace

import tests.accounting.edited_lives  # noqa: F401  # registers its lives
from commerce.orders import (
    AdjustmentKind,
    Charge,
    ChargeKind,
    Facts,
    LineKind,
    Order,
    OrderStatus,
    Payment,
    Refund,
    Restock,
    TaxCollector,
    TaxLine,
)
from shared.policy.choices import FeesOn, MarketplaceTax, Moment, TaxPoint
from shared.policy.mapping import ItemRule, LineRule, Role, RuleScope, Tender
from shared.postings.gift_cards import Card, CardUse
from tests.accounting.lives import (
    PAID,
    SHIPPED,
    WITH_COST,
    OrderLife,
    allowance,
    edited,
    everything_back,
    one_tee_back,
    order_a_placed,
    order_a_with,
    told_life,
)
from tests.accounting.shop import (
    ACCOUNTS,
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


@told_life
def order_a_with_its_fee() -> OrderLife:
    """Paid at a gateway whose fee the cart tells, shipped, and one tee of it back (R-6.3)."""
    accounts = {**ACCOUNTS, Role.PAYOUT_CLEARING: "1100", Role.PROCESSING_FEES: "6100"}
    books = book(chart=mapping(accounts=accounts), fees_on=FeesOn.CAPTURE)
    kept = replace(PAID, fee=usd("2.33"))
    placed = order_a_placed()
    return OrderLife(
        books, (facts(placed, kept), facts(placed, kept, SHIPPED), facts(placed, one_tee_back()))
    )


@told_life
def exchange() -> OrderLife:
    """A 100.00 item is exchanged for one of 250.00; the buyer pays the difference."""
    first = order(line("lamp", "100.00"))
    both = edited(order(line("lamp", "100.00"), line("sofa", "250.00")), at=5)
    paid, sent = captured("capture-1", "100.00", day(1)), parcel("parcel-1", day(2), lamp=1)
    given = refund(back("lamp", 1, "100.00"), at=day(5))
    replacement = parcel("parcel-2", day(6), sofa=1)
    difference = captured("difference", "150.00", day(7))
    stages = (
        facts(first, paid, sent),
        facts(both, paid, sent, given),
        facts(both, paid, sent, given, replacement, difference),
    )
    return OrderLife(book(), stages)


@told_life
def on_account_return() -> OrderLife:
    """A company sends goods back and leaves the credit on its account."""
    placed = order(line("pen", "10.00", 3))
    paid, sent = captured("capture-1", "30.00", day(1)), parcel("parcel-1", day(2), pen=3)
    given = refund(back("pen", 1, "10.00"), at=day(5))
    return OrderLife(book(), (facts(placed, paid, sent), facts(placed, paid, sent, given)))


@told_life
def four_credits() -> OrderLife:
    """Four lines come back one by one; the invoice's tax is told for the whole order."""
    amounts = {"a": "68.33", "b": "68.33", "c": "57.50", "d": "85.00"}
    lines = (line(name, amount) for name, amount in amounts.items())
    placed = order(*lines, taxes=(tax("VAT", "55.83"),))
    paid = captured("capture-1", "334.99", day(1))
    sent = parcel("parcel-1", day(2), a=1, b=1, c=1, d=1)
    returns = [("a", "13.67"), ("c", "11.50"), ("d", "17.00"), ("b", "13.66")]
    given = [
        refund(back(name, 1, amounts[name], vat), at=day(4 + n), name=f"refund-{n}")
        for n, (name, vat) in enumerate(returns, start=1)
    ]
    stages = [facts(placed, paid, sent, *given[:count]) for count in range(5)]
    return OrderLife(book(), tuple(stages))


def _gift_card(discount: str, paid: str) -> OrderLife:
    card = line("card", "50.00", discount=discount, kind=LineKind.GIFT_CARD)
    return OrderLife(book(), (facts(order(card), captured("capture-1", paid, day(1))),))


@told_life
def gift_card_sold() -> OrderLife:
    """A gift card at face."""
    return _gift_card("0.00", "50.00")


@told_life
def gift_card_sold_below_face() -> OrderLife:
    """A gift card at a discount."""
    return _gift_card("10.00", "40.00")


@told_life
def refund_to_gift_card() -> OrderLife:
    """20.00 of a 50.00 order goes back to a card."""
    placed = order(line("vase", "50.00"))
    paid, sent = captured("capture-1", "50.00", day(1)), parcel("parcel-1", day(2), vase=1)
    money = (given_back("20.00", day(4), gateway="gift_card"),)
    adjustments = allowance(AdjustmentKind.GOODWILL, "20.00")
    given = refund(at=day(4), adjustments=adjustments, transactions=money)
    return OrderLife(book(), (facts(placed, paid, sent, given),))


def _one_parcel(placed: Order, name: str, *more: Payment | Refund) -> OrderLife:
    paid = captured("capture-1", placed.total.plain(), day(1))
    sent = parcel("parcel-1", day(2), **{name: 1})
    return OrderLife(book(), (facts(placed, paid, sent, *more),))


@told_life
def tip() -> OrderLife:
    """40.00 and a tip."""
    charges = (Charge(ChargeKind.TIP, usd("6.00")),)
    return _one_parcel(order(line("pizza", "40.00"), charges=charges), "pizza")


@told_life
def duties() -> OrderLife:
    """Duties collected at checkout, and given back with the goods."""
    charges = (Charge(ChargeKind.DUTY, usd("18.40")),)
    money = (given_back("218.40", day(9)),)
    given = refund(back("coat", 1, "200.00"), at=day(9), duties=usd("18.40"), transactions=money)
    return _one_parcel(order(line("coat", "200.00"), charges=charges), "coat", given)


@told_life
def free_shipping() -> OrderLife:
    """Shipping is charged and discounted."""
    placed = order(line("tee", "25.00"), shipping_lines=shipping("8.00", discount="8.00"))
    return _one_parcel(placed, "tee")


@told_life
def vat_120() -> OrderLife:
    """A price with its tax inside."""
    placed = order(line("ring", "120.00", taxes=(tax("VAT", "20.00"),)), tax_included=True)
    return _one_parcel(placed, "ring")


@told_life
def vat_99_99() -> OrderLife:
    """A price whose tax the cart rounds its own way."""
    placed = order(line("ring", "99.99", taxes=(tax("VAT", "16.67"),)), tax_included=True)
    return _one_parcel(placed, "ring")


@told_life
def mixed_liability() -> OrderLife:
    """One line taxed by the seller, one by the marketplace."""
    theirs = TaxLine(STATE, usd("3.20"), collected_by=TaxCollector.MARKETPLACE)
    placed = order(
        line("ours", "60.00", taxes=(tax(STATE, "4.80"),)), line("theirs", "40.00", taxes=(theirs,))
    )
    paid = captured("capture-1", "108.00", day(1))
    sent = parcel("parcel-1", day(2), ours=1, theirs=1)
    return OrderLife(book(), (facts(placed, paid, sent),))


@told_life
def order_a_by_department() -> OrderLife:
    """Order A whose tees belong to one department and whose mug to another."""
    rules = (ItemRule("TEE", "TEE", department="APP"), ItemRule("MUG", "MUG", department="HOME"))
    chart = mapping(item_rules=rules, location="WEB", tenders=TENDERS)
    lived = order_a_with(one_tee_back())
    return OrderLife(book(chart=chart), lived.stages)


@told_life
def order_a_by_rules() -> OrderLife:
    """Order A whose tees are assigned by their type, and everything else by the order's tag."""
    rules = (
        LineRule(RuleScope.TAG, "wholesale", department="HOME"),
        LineRule(RuleScope.PRODUCT_TYPE, "apparel", department="APP"),
    )
    chart = mapping(line_rules=rules, location="WEB")
    told = order_a_with(one_tee_back())
    return OrderLife(book(chart=chart), tuple(_tagged(stage) for stage in told.stages))


def _tagged(known: Facts) -> Facts:
    assert known.order is not None
    tee, mug = known.order.lines
    lines = (replace(tee, product_type="Apparel"), mug)
    return replace(known, order=replace(known.order, lines=lines, tags=("Wholesale",)))


@told_life
def order_a_two_parcels() -> OrderLife:
    """One tee leaves first, the rest later: every amount in two parts."""
    placed = order_a_placed()
    first, second = parcel("parcel-1", day(2), tee=1), parcel("parcel-2", day(3), tee=1, mug=1)
    stages = (facts(placed, PAID), facts(placed, PAID, first), facts(placed, PAID, first, second))
    return OrderLife(book(**WITH_COST), stages)


@told_life
def three_that_do_not_divide() -> OrderLife:
    """Three units whose net price has no whole cents, in three parcels."""
    placed = order(line("tee", "4.00", 3, taxes=(tax("VAT", "2.00"),)), tax_included=True)
    paid = captured("capture-1", "12.00", day(1))
    sent = [parcel(f"parcel-{number}", day(1 + number), tee=1) for number in (1, 2, 3)]
    stages = (facts(placed, paid, sent[0]), facts(placed, paid, *sent))
    return OrderLife(book(), stages)


@told_life
def order_a_half_cancelled() -> OrderLife:
    """The tees leave, the mug is cancelled and its money goes back from the advance."""
    placed = order_a_placed()
    money = (given_back("12.25", day(3)),)
    given = refund(back("mug", 1, "11.25", "1.00", Restock.CANCEL), at=day(3), transactions=money)
    tees = parcel("parcel-1", day(2), tee=2)
    stages = (facts(placed, PAID), facts(placed, PAID, tees), facts(placed, PAID, tees, given))
    return OrderLife(book(), stages)


@told_life
def free_gift_shown() -> OrderLife:
    """A free gift beside a sold item, where the policy shows lines of nothing."""
    placed = order(line("tee", "25.00"), line("mug", "0.00"))
    paid = captured("capture-1", "25.00", day(1))
    sent = parcel("parcel-1", day(2), tee=1, mug=1)
    return OrderLife(book(post_zero_lines=True), (facts(placed, paid), facts(placed, paid, sent)))


@told_life
def exchange_after_paid_shipping() -> OrderLife:
    """Shipping was billed with the first parcel; an edit then adds the replacement."""
    sent_for = {"shipping_lines": shipping("8.00", taxes=(tax(STATE, "0.64"),))}
    first = order(line("lamp", "100.00"), **sent_for)
    both = edited(order(line("lamp", "100.00"), line("sofa", "250.00"), **sent_for), at=5)
    paid, sent = captured("capture-1", "108.64", day(1)), parcel("parcel-1", day(2), lamp=1)
    given = refund(back("lamp", 1, "100.00"), at=day(5))
    replacement = parcel("parcel-2", day(6), sofa=1)
    difference = captured("difference", "150.00", day(7))
    stages = (
        facts(first, paid, sent),
        facts(both, paid, sent),
        facts(both, paid, sent, given),
        facts(both, paid, sent, given, replacement, difference),
    )
    return OrderLife(book(), stages)


@told_life
def order_a_taxed_at_capture() -> OrderLife:
    """Tax is payable with the money; half of the tees leave first."""
    placed = order_a_placed()
    first, second = parcel("parcel-1", day(2), tee=1), parcel("parcel-2", day(3), tee=1, mug=1)
    stages = (facts(placed, PAID), facts(placed, PAID, first), facts(placed, PAID, first, second))
    return OrderLife(book(tax_point=TaxPoint.CAPTURE), stages)


@told_life
def order_a_taxed_at_capture_and_cancelled() -> OrderLife:
    """Tax was payable with the money; all of it goes back before anything left."""
    placed = order_a_placed()
    gone = edited(replace(placed, cancelled_at=day(2), status=OrderStatus.CANCELLED), at=2)
    stages = (facts(placed, PAID), facts(gone, PAID, everything_back(at=2)))
    return OrderLife(book(tax_point=TaxPoint.CAPTURE), stages)


def _sold_by_marketplace() -> Order:
    tax_ = TaxLine(STATE, usd("8.00"), collected_by=TaxCollector.MARKETPLACE)
    return order(line("lamp", "100.00", taxes=(tax_,)))


@told_life
def facilitated_tax_omitted() -> OrderLife:
    """Sold on a marketplace that owes the tax; the tax is left out, and all of it comes back."""
    placed = _sold_by_marketplace()
    paid = captured("capture-1", "108.00", day(1))
    sent = parcel("parcel-1", day(2), lamp=1)
    money = (given_back("108.00", day(5)),)
    given = refund(back("lamp", 1, "100.00", "8.00"), at=day(5), transactions=money)
    books = book(marketplace_tax=MarketplaceTax.OMIT)
    return OrderLife(books, (facts(placed, paid, sent), facts(placed, paid, sent, given)))


@told_life
def order_a_earned_on_delivery() -> OrderLife:
    """Invoiced when it leaves, earned when it arrives."""
    placed = order_a_placed()
    arrived = replace(SHIPPED, delivered_at=day(6))
    stages = (facts(placed, PAID), facts(placed, PAID, SHIPPED), facts(placed, PAID, arrived))
    return OrderLife(book(recognise_on=Moment.DELIVER), stages)


@told_life
def order_a_billed_on_delivery() -> OrderLife:
    """Invoiced and earned when it arrives."""
    placed = order_a_placed()
    arrived = replace(SHIPPED, delivered_at=day(6))
    stages = (facts(placed, PAID, SHIPPED), facts(placed, PAID, arrived))
    return OrderLife(book(invoice_on=Moment.DELIVER, recognise_on=Moment.DELIVER), stages)


def _redeemed(face: str, paid: str) -> OrderLife:
    """A 50.00 order that a registered card pays, wholly or in part."""
    placed = order(line("vase", "50.00"))
    drawn = replace(captured("use", face, day(3), "gift_card"), card_id="card-1")
    card = Card("card-1", usd(face), usd(paid), (CardUse("use", usd(face)),))
    books = replace(book(), cards={card.id: card})
    sent = parcel("parcel-1", day(2), vase=1)
    rest = captured("rest", "30.00", day(3))
    more = () if face == "50.00" else (rest,)
    return OrderLife(books, (facts(placed, sent), facts(placed, sent, drawn, *more)))


@told_life
def discounted_card_redeemed() -> OrderLife:
    """A 50.00 card that was sold for 40.00."""
    return _redeemed("50.00", "40.00")


@told_life
def free_card_redeemed() -> OrderLife:
    """A 20.00 card that was given away."""
    return _redeemed("20.00", "0.00")


@told_life
def facilitated_order() -> OrderLife:
    """Sold on a marketplace that owes the tax itself, and refunded in full."""
    theirs = TaxLine("Marketplace tax", usd("8.00"), collected_by=TaxCollector.MARKETPLACE)
    placed = order(line("lamp", "100.00", taxes=(theirs,)))
    chart = mapping(tenders=(*TENDERS, Tender("amazon", "1102", undeposited_account="1102")))
    paid = captured("capture-1", "108.00", day(3), "amazon")
    sent = parcel("parcel-1", day(2), lamp=1)
    money = (given_back("108.00", day(9), gateway="amazon"),)
    given = refund(back("lamp", 1, "100.00", "8.00"), at=day(9), transactions=money)
    stages = (facts(placed, sent), facts(placed, sent, paid), facts(placed, sent, paid, given))
    return OrderLife(book(chart=chart), stages)


@told_life
def discount_over_three_lines() -> OrderLife:
    """A discount of 10.00 that the cart spreads over three lines to the cent."""
    parts = {"a": ("33.33", "3.33"), "b": ("33.33", "3.33"), "c": ("33.34", "3.34")}
    placed = order(*(line(name, price, discount=off) for name, (price, off) in parts.items()))
    paid = captured("capture-1", "90.00", day(1))
    sent = parcel("parcel-1", day(2), a=1, b=1, c=1)
    return OrderLife(book(), (facts(placed, paid, sent),))
