"""In which sequences the events of an order may have come into the books."""

from __future__ import annotations

from decimal import Decimal

from commerce.orders import Refund, Restock
from shared.postings.events import Delivery, Event, RefundEvent
from shared.postings.order_keys import Keys
from shared.postings.plan import PostingKind
from shared.postings.refunds import money_of
from shared.postings.sequences import behind_their_goods, sequences
from tests.accounting.shop import back, book, day, given_back, refund, usd


def _event(given: Refund) -> RefundEvent:
    return RefundEvent(given, money_of(given, ()), is_effective=True)


def _left(name: str, at: int, line: str) -> Delivery:
    return Delivery(name, day(at), {line: Decimal(1)})


def _name(event: Event) -> str:
    return event.refund.ref.id if isinstance(event, RefundEvent) else getattr(event, "id", "")


def test_money_that_waited_for_a_receipt_tells_of_a_refund_known_before_an_earlier_bill() -> None:
    """Shipping went back before the first bill, and its money after it, when the receipt came."""
    shipping = refund(
        at=day(1),
        name="shipping",
        shipping=usd("5.00"),
        transactions=(given_back("5.00", day(1), name="money-shipping"),),
    )
    cancelled = refund(
        back("lamp", 1, "100.00", restock=Restock.CANCEL),
        at=day(3),
        name="cancelled",
        transactions=(given_back("100.00", day(3), name="money-cancelled"),),
    )
    duties = refund(at=day(7), name="duties", duties=usd("1.00"))
    returned = refund(back("mug", 1, "10.00"), at=day(8), name="returned")
    late, first, second = (
        _left("late", 2, "mug"),
        _left("first", 6, "cup"),
        _left("second", 9, "tee"),
    )
    refunds = map(_event, (shipping, cancelled, duties, returned))
    events: list[Event] = [late, first, second, *refunds]
    usual = Keys(book(), "#2001", ())
    in_books = (
        (PostingKind.INVOICE, "invoice:first"),
        (PostingKind.CUSTOMER_REFUND, "refund:money-shipping"),
        (PostingKind.CUSTOMER_REFUND, "refund:money-cancelled"),
        (PostingKind.INVOICE, "invoice:second"),
        (PostingKind.CREDIT_MEMO, "credit:duties"),
    )
    keys = Keys(book(), "#2001", [usual.of(*each) for each in in_books])

    told = [[_name(event) for event in each] for each in sequences(events, keys)]

    heard = ["shipping", "first", "cancelled", "second", "duties", "late", "returned"]
    assert heard in told


def test_a_return_that_waited_is_told_behind_the_parcel_of_its_goods() -> None:
    free = _event(refund(back("mug", 1, "0.00"), at=day(3), name="free"))
    other = _event(refund(back("lamp", 1, "10.00"), at=day(4), name="other"))
    cancelled = back("cup", 1, "5.00", restock=Restock.CANCEL)
    never_left = _event(refund(cancelled, at=day(5), name="never-left"))
    parcel = _left("parcel", 2, "mug")
    leaving = Delivery("later", day(6), {"lamp": Decimal(1)}, recognises=False)

    told = behind_their_goods([free, other, never_left, parcel, leaving])

    assert told == [never_left, parcel, free, leaving, other]
    assert behind_their_goods(told) == told


def test_what_left_no_trace_stands_among_what_was_known_when_the_rest_was_booked() -> None:
    """A parcel was heard of after an allowance, a return with it, and an earlier parcel last."""
    returned = _event(refund(back("mug", 1, "10.00"), at=day(4), name="returned"))
    allowance = _event(refund(at=day(5), name="allowance"))
    first, second = _left("first", 2, "lamp"), _left("second", 3, "mug")
    usual = Keys(book(), "#2001", ())
    in_books = (
        (PostingKind.CREDIT_MEMO, "credit:allowance"),
        (PostingKind.INVOICE, "invoice:second"),
        (PostingKind.INVOICE, "invoice:first"),
    )
    keys = Keys(book(), "#2001", [usual.of(*each) for each in in_books])

    told = [
        [_name(event) for event in each]
        for each in sequences([first, second, returned, allowance], keys)
    ]

    assert ["second", "returned", "allowance", "first"] in told
