"""The orders behind the worked journals, as the cart tells them: facts only, no accounting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from commerce.orders import (
    AdjustmentKind,
    Charge,
    ChargeKind,
    Facts,
    LineKind,
    Order,
    OrderStatus,
    Payment,
    PaymentState,
    Refund,
    RefundAdjustment,
    Restock,
    TaxCollector,
    TaxLine,
)
from shared.policy.mapping import ItemRule
from shared.policy.switches import Cogs, CreditOn, Moment
from shared.postings.book import StoreBook
from tests.accounting.shop import (
    CITY,
    DISTRICT,
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


@dataclass(frozen=True, slots=True)
class OrderLife:
    """An order's facts as they grow, and the books that they go to."""

    book: StoreBook
    stages: tuple[Facts, ...]


LIVES: dict[str, Callable[[], OrderLife]] = {}


def _life(make: Callable[[], OrderLife]) -> Callable[[], OrderLife]:
    LIVES[make.__name__] = make
    return make


def order_a_placed(**more: Any) -> Order:
    """Order A of the accounting reference, section 1; its tax is told per line, as carts do."""
    usual: dict[str, Any] = {
        "shipping_lines": shipping(
            "8.00", taxes=(tax(STATE, "0.32"), tax(CITY, "0.36"), tax(DISTRICT, "0.03"))
        )
    }
    tees = (tax(STATE, "1.80"), tax(CITY, "2.02"), tax(DISTRICT, "0.17"))
    mug = (tax(STATE, "0.45"), tax(CITY, "0.51"), tax(DISTRICT, "0.04"))
    return order(
        line("tee", "25.00", 2, discount="5.00", cost="9.00", taxes=tees),
        line("mug", "12.50", discount="1.25", cost="4.10", taxes=mug),
        **{**usual, **more},
    )


PAID = captured("capture-1", "69.95", day(1))
SHIPPED = parcel("parcel-1", day(2), tee=2, mug=1)
WITH_COST: dict[str, Any] = {"cogs": Cogs.CART_COST}
DEFERRED: dict[str, Any] = {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.SHIP}


def one_tee_back(*, at: int = 4, restock: Restock = Restock.RETURN, **more: Any) -> Refund:
    """One tee of order A comes back with the cart's own figures."""
    usual: dict[str, Any] = {"transactions": (given_back("24.50", day(at)),)}
    return refund(back("tee", 1, "22.50", "2.00", restock), at=day(at), **{**usual, **more})


def everything_back(*, at: int) -> Refund:
    """Order A is cancelled as a whole and its money goes back."""
    return refund(
        back("tee", 2, "45.00", "3.99", Restock.CANCEL),
        back("mug", 1, "11.25", "1.00", Restock.CANCEL),
        at=day(at),
        shipping=usd("8.00"),
        shipping_tax=usd("0.71"),
        transactions=(given_back("69.95", day(at)),),
    )


@_life
def order_a() -> OrderLife:
    """Paid, then shipped."""
    placed = order_a_placed()
    return OrderLife(book(**WITH_COST), (facts(placed, PAID), facts(placed, PAID, SHIPPED)))


@_life
def order_a_captured_after_shipment() -> OrderLife:
    """Authorised, shipped, then captured."""
    late = captured("capture-1", "69.95", day(3))
    return OrderLife(book(), (facts(order_a_placed(), SHIPPED, late),))


@_life
def order_a_deferred_two_parcels() -> OrderLife:
    """Billed when captured; the tees leave first, then the mug."""
    placed = order_a_placed()
    tees, mug = parcel("parcel-tees", day(2), tee=2), parcel("parcel-mug", day(3), mug=1)
    stages = (facts(placed, PAID), facts(placed, PAID, tees), facts(placed, PAID, tees, mug))
    return OrderLife(book(**DEFERRED), stages)


@_life
def order_a_overpaid() -> OrderLife:
    """The buyer paid a round sum after the shipment."""
    late = captured("capture-1", "70.00", day(3))
    return OrderLife(book(), (facts(order_a_placed(), SHIPPED, late),))


@_life
def deposit() -> OrderLife:
    """A pre-order with 30 % down, the balance captured after shipment."""
    placed = order(line("chair", "100.00"))
    down = captured("deposit", "30.00", day(1))
    sent, balance = parcel("parcel-1", day(10), chair=1), captured("balance", "70.00", day(11))
    return OrderLife(book(), (facts(placed, down), facts(placed, down, sent, balance)))


@_life
def free_order() -> OrderLife:
    """Everything discounted away."""
    placed = order(line("tee", "25.00", discount="25.00", cost="9.00"))
    return OrderLife(book(**WITH_COST), (facts(placed, parcel("parcel-1", day(2), tee=1)),))


@_life
def b2b_on_terms() -> OrderLife:
    """A company buys on net terms and pays by bank transfer."""
    placed = order(line("pallet", "500.00"), is_b2b=True)
    sent = parcel("parcel-1", day(2), pallet=1)
    transfer = captured("transfer", "500.00", day(25), "Bank Deposit")
    return OrderLife(book(), (facts(placed), facts(placed, sent), facts(placed, sent, transfer)))


@_life
def order_a_split_tender() -> OrderLife:
    """Gift card and card, both after the shipment."""
    gift = captured("gift", "20.00", day(3), "gift_card")
    card = captured("card", "49.95", day(3))
    return OrderLife(book(), (facts(order_a_placed(), SHIPPED, gift, card),))


@_life
def order_a_cash_on_delivery() -> OrderLife:
    """The carrier collects the money."""
    collected = captured("collected", "69.95", day(5), "Cash on Delivery (COD)")
    placed = order_a_placed()
    return OrderLife(book(), (facts(placed, SHIPPED), facts(placed, SHIPPED, collected)))


@_life
def order_a_cancelled_before_invoice() -> OrderLife:
    """Paid, cancelled and refunded before anything left."""
    placed = order_a_placed()
    gone = replace(placed, cancelled_at=day(2), status=OrderStatus.CANCELLED)
    return OrderLife(book(), (facts(placed, PAID), facts(gone, PAID, everything_back(at=2))))


@_life
def order_a_deferred_then_cancelled() -> OrderLife:
    """Billed when captured, cancelled before anything left."""
    placed = order_a_placed()
    gone = replace(placed, cancelled_at=day(2), status=OrderStatus.CANCELLED)
    stages = (facts(placed, PAID), facts(gone, PAID, everything_back(at=2)))
    return OrderLife(book(**DEFERRED), stages)


def _order_a_with(given: Refund, **policy: Any) -> OrderLife:
    placed = order_a_placed()
    before = (facts(placed, PAID), facts(placed, PAID, SHIPPED))
    return OrderLife(book(**policy), (*before, facts(placed, PAID, SHIPPED, given)))


@_life
def order_a_one_tee_restocked() -> OrderLife:
    """One tee comes back and is put on the shelf."""
    return _order_a_with(one_tee_back(), **WITH_COST)


@_life
def order_a_one_tee_scrapped() -> OrderLife:
    """One tee comes back damaged."""
    return _order_a_with(one_tee_back(restock=Restock.SCRAP), **WITH_COST)


@_life
def order_a_one_tee_not_returned() -> OrderLife:
    """One tee is refunded and stays with the buyer."""
    return _order_a_with(one_tee_back(restock=Restock.NONE), **WITH_COST)


def allowance(kind: AdjustmentKind, amount: str) -> tuple[RefundAdjustment, ...]:
    """A part of a refund without lines."""
    return (RefundAdjustment(kind, usd(amount), usd("0.00")),)


@_life
def order_a_goodwill() -> OrderLife:
    """5.00 for the trouble."""
    money = (given_back("5.00", day(4)),)
    adjustments = allowance(AdjustmentKind.GOODWILL, "5.00")
    return _order_a_with(refund(at=day(4), adjustments=adjustments, transactions=money))


@_life
def order_a_shipping_refunded() -> OrderLife:
    """The parcel was late."""
    money = (given_back("8.71", day(4)),)
    given = refund(at=day(4), shipping=usd("8.00"), shipping_tax=usd("0.71"), transactions=money)
    return _order_a_with(given)


@_life
def order_a_restocking_fee() -> OrderLife:
    """One tee comes back, less a fee."""
    fee = allowance(AdjustmentKind.RESTOCKING_FEE, "-3.00")
    money = (given_back("21.50", day(4)),)
    return _order_a_with(one_tee_back(adjustments=fee, transactions=money))


@_life
def order_a_store_credit() -> OrderLife:
    """The refund is given as store credit."""
    money = (given_back("24.50", day(4), gateway="shopify_store_credit"),)
    return _order_a_with(one_tee_back(transactions=money))


@_life
def order_a_refund_pending_then_settled() -> OrderLife:
    """Refunded on 30 March, the money moves on 2 April."""
    placed = order_a_placed()
    on_its_way = (given_back("24.50", day(30), state=PaymentState.PENDING),)
    arrived = (replace(on_its_way[0], state=PaymentState.SUCCESS, processed_at=day(31, 23)),)
    stages = (
        facts(placed, PAID, SHIPPED),
        facts(placed, PAID, SHIPPED, one_tee_back(at=30, transactions=on_its_way)),
        facts(placed, PAID, SHIPPED, one_tee_back(at=30, transactions=arrived)),
    )
    return OrderLife(book(credit_on=CreditOn.REFUND_CREATED), stages)


@_life
def exchange() -> OrderLife:
    """A 100.00 item is exchanged for one of 250.00; the buyer pays the difference."""
    first = order(line("lamp", "100.00"))
    both = order(line("lamp", "100.00"), line("sofa", "250.00"))
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


@_life
def on_account_return() -> OrderLife:
    """A company sends goods back and leaves the credit on its account."""
    placed = order(line("pen", "10.00", 3))
    paid, sent = captured("capture-1", "30.00", day(1)), parcel("parcel-1", day(2), pen=3)
    given = refund(back("pen", 1, "10.00"), at=day(5))
    return OrderLife(book(), (facts(placed, paid, sent), facts(placed, paid, sent, given)))


@_life
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


@_life
def gift_card_sold() -> OrderLife:
    """A gift card at face."""
    return _gift_card("0.00", "50.00")


@_life
def gift_card_sold_below_face() -> OrderLife:
    """A gift card at a discount."""
    return _gift_card("10.00", "40.00")


@_life
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


@_life
def tip() -> OrderLife:
    """40.00 and a tip."""
    charges = (Charge(ChargeKind.TIP, usd("6.00")),)
    return _one_parcel(order(line("pizza", "40.00"), charges=charges), "pizza")


@_life
def duties() -> OrderLife:
    """Duties collected at checkout, and given back with the goods."""
    charges = (Charge(ChargeKind.DUTY, usd("18.40")),)
    money = (given_back("218.40", day(9)),)
    given = refund(back("coat", 1, "200.00"), at=day(9), duties=usd("18.40"), transactions=money)
    return _one_parcel(order(line("coat", "200.00"), charges=charges), "coat", given)


@_life
def free_shipping() -> OrderLife:
    """Shipping is charged and discounted."""
    placed = order(line("tee", "25.00"), shipping_lines=shipping("8.00", discount="8.00"))
    return _one_parcel(placed, "tee")


@_life
def vat_120() -> OrderLife:
    """A price with its tax inside."""
    placed = order(line("ring", "120.00", taxes=(tax("VAT", "20.00"),)), tax_included=True)
    return _one_parcel(placed, "ring")


@_life
def vat_99_99() -> OrderLife:
    """A price whose tax the cart rounds its own way."""
    placed = order(line("ring", "99.99", taxes=(tax("VAT", "16.67"),)), tax_included=True)
    return _one_parcel(placed, "ring")


@_life
def mixed_liability() -> OrderLife:
    """One line taxed by the seller, one by the marketplace."""
    theirs = TaxLine(STATE, usd("3.20"), collected_by=TaxCollector.MARKETPLACE)
    placed = order(
        line("ours", "60.00", taxes=(tax(STATE, "4.80"),)), line("theirs", "40.00", taxes=(theirs,))
    )
    paid = captured("capture-1", "108.00", day(1))
    sent = parcel("parcel-1", day(2), ours=1, theirs=1)
    return OrderLife(book(), (facts(placed, paid, sent),))


@_life
def order_a_by_department() -> OrderLife:
    """Order A whose tees belong to one department and whose mug to another."""
    rules = (ItemRule("TEE", "TEE", department="APP"), ItemRule("MUG", "MUG", department="HOME"))
    chart = mapping(item_rules=rules, location="WEB", tenders=TENDERS)
    lived = _order_a_with(one_tee_back())
    return OrderLife(book(chart=chart), lived.stages)


@_life
def order_a_two_parcels() -> OrderLife:
    """One tee leaves first, the rest later: every amount in two parts."""
    placed = order_a_placed()
    first, second = parcel("parcel-1", day(2), tee=1), parcel("parcel-2", day(3), tee=1, mug=1)
    stages = (facts(placed, PAID), facts(placed, PAID, first), facts(placed, PAID, first, second))
    return OrderLife(book(**WITH_COST), stages)


@_life
def three_that_do_not_divide() -> OrderLife:
    """Three units whose net price has no whole cents, in three parcels."""
    placed = order(line("tee", "4.00", 3, taxes=(tax("VAT", "2.00"),)), tax_included=True)
    paid = captured("capture-1", "12.00", day(1))
    sent = [parcel(f"parcel-{number}", day(1 + number), tee=1) for number in (1, 2, 3)]
    stages = (facts(placed, paid, sent[0]), facts(placed, paid, *sent))
    return OrderLife(book(), stages)


@_life
def order_a_half_cancelled() -> OrderLife:
    """The tees leave, the mug is cancelled and its money goes back from the advance."""
    placed = order_a_placed()
    money = (given_back("12.25", day(3)),)
    given = refund(back("mug", 1, "11.25", "1.00", Restock.CANCEL), at=day(3), transactions=money)
    tees = parcel("parcel-1", day(2), tee=2)
    stages = (facts(placed, PAID), facts(placed, PAID, tees), facts(placed, PAID, tees, given))
    return OrderLife(book(), stages)


@_life
def free_gift_shown() -> OrderLife:
    """A free gift beside a sold item, where the policy shows lines of nothing."""
    placed = order(line("tee", "25.00"), line("mug", "0.00"))
    paid = captured("capture-1", "25.00", day(1))
    sent = parcel("parcel-1", day(2), tee=1, mug=1)
    return OrderLife(book(post_zero_lines=True), (facts(placed, paid), facts(placed, paid, sent)))


@_life
def exchange_after_paid_shipping() -> OrderLife:
    """Shipping was billed with the first parcel; an edit then adds the replacement."""
    sent_for = {"shipping_lines": shipping("8.00", taxes=(tax(STATE, "0.64"),))}
    first = order(line("lamp", "100.00"), **sent_for)
    both = order(line("lamp", "100.00"), line("sofa", "250.00"), **sent_for)
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
