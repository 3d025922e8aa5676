"""The orders behind the worked journals, as the cart tells them: facts only, no accounting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from commerce.orders import (
    AdjustmentKind,
    Facts,
    Order,
    OrderStatus,
    PaymentState,
    Refund,
    RefundAdjustment,
    Restock,
    Version,
)
from shared.facts.merge import merge
from shared.policy.choices import Cogs, CreditOn, Moment
from shared.postings.book import StoreBook
from tests.accounting.shop import (
    CITY,
    DISTRICT,
    STATE,
    back,
    book,
    captured,
    day,
    facts,
    given_back,
    line,
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


def told_life(make: Callable[[], OrderLife]) -> Callable[[], OrderLife]:
    """Register a life under the name of its function; each stage holds what was told before."""

    def grown() -> OrderLife:
        life = make()
        return OrderLife(life.book, grown_stages(life.stages))

    LIVES[make.__name__] = grown
    return grown


def grown_stages(stages: Sequence[Facts]) -> tuple[Facts, ...]:
    """The stages as the facts store would have them, delivery after delivery."""
    known: list[Facts] = []
    for stage in stages:
        known.append(merge(known[-1], stage) if known else stage)
    return tuple(known)


def edited(placed: Order, *, at: int) -> Order:
    """The order in a version of that day of March."""
    return replace(placed, version=Version(day(at), f"edited on {at}"))


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


@told_life
def order_a() -> OrderLife:
    """Paid, then shipped."""
    placed = order_a_placed()
    return OrderLife(book(**WITH_COST), (facts(placed, PAID), facts(placed, PAID, SHIPPED)))


@told_life
def order_a_captured_after_shipment() -> OrderLife:
    """Authorised, shipped, then captured."""
    late = captured("capture-1", "69.95", day(3))
    return OrderLife(book(), (facts(order_a_placed(), SHIPPED, late),))


@told_life
def order_a_deferred_two_parcels() -> OrderLife:
    """Billed when captured; the tees leave first, then the mug."""
    placed = order_a_placed()
    tees, mug = parcel("parcel-tees", day(2), tee=2), parcel("parcel-mug", day(3), mug=1)
    stages = (facts(placed, PAID), facts(placed, PAID, tees), facts(placed, PAID, tees, mug))
    return OrderLife(book(**DEFERRED), stages)


@told_life
def order_a_overpaid() -> OrderLife:
    """The buyer paid a round sum after the shipment."""
    late = captured("capture-1", "70.00", day(3))
    return OrderLife(book(), (facts(order_a_placed(), SHIPPED, late),))


@told_life
def deposit() -> OrderLife:
    """A pre-order with 30 % down, the balance captured after shipment."""
    placed = order(line("chair", "100.00"))
    down = captured("deposit", "30.00", day(1))
    sent, balance = parcel("parcel-1", day(10), chair=1), captured("balance", "70.00", day(11))
    return OrderLife(book(), (facts(placed, down), facts(placed, down, sent, balance)))


@told_life
def free_order() -> OrderLife:
    """Everything discounted away."""
    placed = order(line("tee", "25.00", discount="25.00", cost="9.00"))
    return OrderLife(book(**WITH_COST), (facts(placed, parcel("parcel-1", day(2), tee=1)),))


@told_life
def b2b_on_terms() -> OrderLife:
    """A company buys on net terms and pays by bank transfer."""
    placed = order(line("pallet", "500.00"), is_b2b=True)
    sent = parcel("parcel-1", day(2), pallet=1)
    transfer = captured("transfer", "500.00", day(25), "Bank Deposit")
    return OrderLife(book(), (facts(placed), facts(placed, sent), facts(placed, sent, transfer)))


@told_life
def order_a_split_tender() -> OrderLife:
    """Gift card and card, both after the shipment."""
    gift = captured("gift", "20.00", day(3), "gift_card")
    card = captured("card", "49.95", day(3))
    return OrderLife(book(), (facts(order_a_placed(), SHIPPED, gift, card),))


@told_life
def order_a_cash_on_delivery() -> OrderLife:
    """The carrier collects the money."""
    collected = captured("collected", "69.95", day(5), "Cash on Delivery (COD)")
    placed = order_a_placed()
    return OrderLife(book(), (facts(placed, SHIPPED), facts(placed, SHIPPED, collected)))


@told_life
def order_a_cancelled_before_invoice() -> OrderLife:
    """Paid, cancelled and refunded before anything left."""
    placed = order_a_placed()
    gone = edited(replace(placed, cancelled_at=day(2), status=OrderStatus.CANCELLED), at=2)
    return OrderLife(book(), (facts(placed, PAID), facts(gone, PAID, everything_back(at=2))))


@told_life
def order_a_deferred_then_cancelled() -> OrderLife:
    """Billed when captured, cancelled before anything left."""
    placed = order_a_placed()
    gone = edited(replace(placed, cancelled_at=day(2), status=OrderStatus.CANCELLED), at=2)
    stages = (facts(placed, PAID), facts(gone, PAID, everything_back(at=2)))
    return OrderLife(book(**DEFERRED), stages)


def order_a_with(given: Refund, **policy: Any) -> OrderLife:
    placed = order_a_placed()
    before = (facts(placed, PAID), facts(placed, PAID, SHIPPED))
    return OrderLife(book(**policy), (*before, facts(placed, PAID, SHIPPED, given)))


@told_life
def order_a_one_tee_restocked() -> OrderLife:
    """One tee comes back and is put on the shelf."""
    return order_a_with(one_tee_back(), **WITH_COST)


@told_life
def order_a_one_tee_scrapped() -> OrderLife:
    """One tee comes back damaged."""
    return order_a_with(one_tee_back(restock=Restock.SCRAP), **WITH_COST)


@told_life
def order_a_one_tee_not_returned() -> OrderLife:
    """One tee is refunded and stays with the buyer."""
    return order_a_with(one_tee_back(restock=Restock.NONE), **WITH_COST)


def allowance(kind: AdjustmentKind, amount: str) -> tuple[RefundAdjustment, ...]:
    """A part of a refund without lines."""
    return (RefundAdjustment(kind, usd(amount), usd("0.00")),)


@told_life
def order_a_goodwill() -> OrderLife:
    """5.00 for the trouble."""
    money = (given_back("5.00", day(4)),)
    adjustments = allowance(AdjustmentKind.GOODWILL, "5.00")
    return order_a_with(refund(at=day(4), adjustments=adjustments, transactions=money))


@told_life
def order_a_shipping_refunded() -> OrderLife:
    """The parcel was late."""
    money = (given_back("8.71", day(4)),)
    given = refund(at=day(4), shipping=usd("8.00"), shipping_tax=usd("0.71"), transactions=money)
    return order_a_with(given)


@told_life
def order_a_restocking_fee() -> OrderLife:
    """One tee comes back, less a fee."""
    fee = allowance(AdjustmentKind.RESTOCKING_FEE, "-3.00")
    money = (given_back("21.50", day(4)),)
    return order_a_with(one_tee_back(adjustments=fee, transactions=money))


@told_life
def order_a_store_credit() -> OrderLife:
    """The refund is given as store credit."""
    money = (given_back("24.50", day(4), gateway="shopify_store_credit"),)
    return order_a_with(one_tee_back(transactions=money))


@told_life
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
