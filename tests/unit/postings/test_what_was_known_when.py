"""Orders of which the past is heard of late: the books tell what was known when they were made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from commerce.orders import (
    Fulfilment,
    Order,
    Payment,
    PaymentState,
    Refund,
    Restock,
)
from shared.policy.choices import Moment
from shared.postings.events import Delivery, Event, RefundEvent
from shared.postings.order_keys import Keys
from shared.postings.plan import PostingKind
from shared.postings.preparation import prepare
from shared.postings.refunds import RefundMoney
from shared.postings.sequences import sequences
from tests.accounting.shop import (
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
    tax,
)
from tests.lives.books import Books

Told = Fulfilment | Payment | Refund


def _heard(placed: Order, stages: Iterable[Sequence[Told]], **policy: Any) -> Books:
    """The books of an order of which one stage after another is heard; never held."""
    books, known = Books(book(**policy)), list[Told]()
    for stage in stages:
        known += stage
        books.learn(facts(placed, *known))
    books.learn(facts(placed, *known))
    return books


def _ends_as_at_once(placed: Order, *stages: Sequence[Told], **policy: Any) -> None:
    books = _heard(placed, stages, **policy)
    once = _heard(placed, [[event for stage in stages for event in stage]], **policy)
    assert books.balances == once.balances
    assert not books.last.waiting


def test_a_parcel_is_heard_of_after_what_was_booked_in_the_sequence_of_time() -> None:
    """A free parcel billed nothing: the cancellation that moves tax to it came after it."""
    placed = order(
        line("mug", "10.00", 4, discount="10.03"),
        line("pin", "5.00", discount="5.00"),
        taxes=(tax(STATE, "3.55"),),
    )
    first = replace(parcel("parcel-1", day(2), mug=2), delivered_at=day(8))
    free = replace(parcel("parcel-2", day(4), pin=1), delivered_at=day(5))
    late = replace(parcel("parcel-3", day(1, 20), mug=1), delivered_at=day(5))
    cancelled = refund(back("mug", 1, "7.49", restock=Restock.CANCEL), at=day(6), name="cancel")
    paid = captured("capture-1", "33.52", day(1))
    _ends_as_at_once(
        placed,
        [paid, cancelled, first],
        [free],
        [late],
        invoice_on=Moment.SHIP,
        recognise_on=Moment.DELIVER,
    )


@pytest.mark.parametrize(("was_earned", "agrees"), [(False, True), (True, False)])
def test_what_is_recognised_in_the_books_was_billed_before(
    *, was_earned: bool, agrees: bool
) -> None:
    """So a life that bills a parcel only now is not the one in which it was recognised."""
    known = facts(
        order(line("mug", "10.00", 2)),
        captured("capture-1", "20.00", day(1)),
        parcel("parcel-1", day(2), mug=1),
        parcel("parcel-2", day(3), mug=1),
    )
    shop = book(invoice_on=Moment.SHIP, recognise_on=Moment.DELIVER)
    keys = Keys(shop, "1001", ())
    names = [keys.of(PostingKind.INVOICE, "invoice:parcel-1")]
    names += [keys.of(PostingKind.JOURNAL_ENTRY, "recognise:parcel-2")] if was_earned else []
    assert known.order
    prepared = prepare(known, known.order, {}, shop, replace(keys, known=names))
    assert [sale.id for sale in prepared.life.billed] == ["parcel-1", "parcel-2"]
    assert prepared.in_books.agree(prepared.life) is agrees


def _refund_event(name: str, at: datetime, *, state: PaymentState | None = None) -> RefundEvent:
    """A refund of one mug that has left or, without money, of one that never will."""
    if state is None:
        cancelled = back("mug", 1, "10.00", restock=Restock.CANCEL)
        return RefundEvent(
            refund(cancelled, at=at, name=name), RefundMoney((), (), ()), is_effective=True
        )
    money = given_back("10.00", at, state=state, name=f"money-{name}")
    given = refund(back("mug", 1, "10.00"), at=at, name=name, transactions=(money,))
    settled = (money,) if state is PaymentState.SUCCESS else ()
    pending = (money,) if state is PaymentState.PENDING else ()
    return RefundEvent(given, RefundMoney(settled, pending, ()), bool(settled))


def _sequences(events: Sequence[Event], *in_books: tuple[PostingKind, str]) -> list[list[str]]:
    """The names of the events in each sequence that may have led to these books."""
    shop = book()
    keys = Keys(shop, "1001", ())
    keys = replace(keys, known=[keys.of(*each) for each in in_books])
    return [[_name(event) for event in told] for told in sequences(events, keys)]


def _name(event: Event) -> str:
    if isinstance(event, RefundEvent):
        return event.refund.ref.id
    assert isinstance(event, Delivery)
    return f"{event.id} {'left' if event.bills else 'came'}"


def test_no_parcel_is_known_to_have_come_before_it_left() -> None:
    left = Delivery("parcel-1", day(2), {"mug": Decimal(1)}, recognises=False)
    came = Delivery("parcel-1", day(4), {"mug": Decimal(1)}, bills=False)
    other = Delivery("parcel-2", day(6), {"mug": Decimal(1)}, recognises=False)
    told = _sequences([left, came, other], (PostingKind.INVOICE, "invoice:parcel-2"))
    assert sorted(told) == [
        ["parcel-1 left", "parcel-1 came", "parcel-2 left"],
        ["parcel-1 left", "parcel-2 left", "parcel-1 came"],
        ["parcel-2 left", "parcel-1 left", "parcel-1 came"],
    ]


def test_money_that_is_not_in_the_books_is_taken_for_heard_of_last() -> None:
    """A refund that left no trace has its turn at each place, one that would have left it not."""
    booked = _refund_event("booked", day(8), state=PaymentState.SUCCESS)
    pending = _refund_event("pending", day(5), state=PaymentState.PENDING)
    paid_back = _refund_event("paid-back", day(6), state=PaymentState.SUCCESS)
    told = _sequences(
        [booked, pending, paid_back],
        (PostingKind.CREDIT_MEMO, "credit:booked"),
        (PostingKind.CUSTOMER_REFUND, "refund:money-booked"),
    )
    assert told[:2] == [["booked", "pending", "paid-back"], ["pending", "booked", "paid-back"]]


def test_what_closed_an_order_may_stand_behind_what_was_posted_before_in_the_sequence_of_time() -> (
    None
):
    first = _refund_event("first", day(4), state=PaymentState.SUCCESS)
    cards = Delivery("gift-cards", day(3), {"card": Decimal(1)})
    closing = _refund_event("closing", day(6))
    late = _refund_event("late", day(3, 20), state=PaymentState.SUCCESS)
    told = _sequences(
        [first, cards, closing, late],
        (PostingKind.CREDIT_MEMO, "credit:first"),
        (PostingKind.INVOICE, "invoice:gift-cards"),
        (PostingKind.INVOICE, "invoice:rest:order-1"),
        (PostingKind.CREDIT_MEMO, "credit:late"),
    )
    assert ["gift-cards left", "first", "closing", "late"] in told
