"""Orders that are edited, behind the worked journals: dearer, cheaper, with other goods."""

from __future__ import annotations

from typing import Any

from commerce.orders import Order
from tests.accounting.lives import DEFERRED, OrderLife, edited, told_life
from tests.accounting.shop import STATE, book, captured, day, facts, line, order, parcel, tax


def _edited_after_invoice(before: Order, after: Order, **policy: Any) -> OrderLife:
    """Paid and shipped on the 1st and 2nd, edited on the 5th."""
    paid = captured("capture-1", before.total.plain(), day(1))
    sent = parcel("parcel-1", day(2), **{x.id: int(x.quantity) for x in before.lines})
    stages = (facts(before, paid), facts(before, paid, sent), facts(edited(after, at=5)))
    return OrderLife(book(**policy), stages)


@told_life
def edit_makes_dearer() -> OrderLife:
    """The price of a shipped lamp is raised by 10.00, and its tax by 0.80."""
    before = order(line("lamp", "100.00", taxes=(tax(STATE, "8.00"),)))
    after = order(line("lamp", "110.00", taxes=(tax(STATE, "8.80"),)))
    return _edited_after_invoice(before, after)


@told_life
def edit_makes_cheaper() -> OrderLife:
    """A shipped lamp is discounted by 10.00 afterwards, and its tax falls by 0.80."""
    before = order(line("lamp", "100.00", taxes=(tax(STATE, "8.00"),)))
    after = order(line("lamp", "100.00", discount="10.00", taxes=(tax(STATE, "7.20"),)))
    return _edited_after_invoice(before, after)


@told_life
def edit_removes_and_adds() -> OrderLife:
    """A shipped mug is taken off the order, a sofa is put on it and leaves on the 8th."""
    lamp = line("lamp", "100.00")
    before = order(lamp, line("mug", "12.50", taxes=(tax(STATE, "1.00"),)))
    life = _edited_after_invoice(before, order(lamp, line("sofa", "250.00")))
    more = (parcel("parcel-2", day(8), sofa=1), captured("difference", "236.50", day(9)))
    return OrderLife(life.book, (*life.stages, facts(None, *more)))


@told_life
def edit_when_billed_on_capture() -> OrderLife:
    """Billed when captured; before it leaves the lamp gets dearer and a mug is added."""
    before = order(line("lamp", "100.00", taxes=(tax(STATE, "8.00"),)))
    lamp = line("lamp", "110.00", taxes=(tax(STATE, "8.80"),))
    after = edited(order(lamp, line("mug", "12.50", taxes=(tax(STATE, "1.00"),))), at=3)
    paid = captured("capture-1", "108.00", day(1))
    both = parcel("parcel-1", day(6), lamp=1, mug=1)
    stages = (facts(before, paid), facts(after), facts(None, both))
    return OrderLife(book(**DEFERRED), stages)


@told_life
def edit_between_two_parcels() -> OrderLife:
    """One of two lamps has left when both get cheaper; the other leaves at the new price."""
    before = order(line("lamp", "100.00", 2, taxes=(tax(STATE, "16.00"),)))
    after = edited(order(line("lamp", "90.00", 2, taxes=(tax(STATE, "14.40"),))), at=5)
    paid = captured("capture-1", "216.00", day(1))
    first, second = parcel("parcel-1", day(2), lamp=1), parcel("parcel-2", day(6), lamp=1)
    return OrderLife(book(), (facts(before, paid, first), facts(after), facts(None, second)))


@told_life
def edited_twice() -> OrderLife:
    """A shipped lamp gets dearer, and then as cheap again as it was."""
    before = order(line("lamp", "100.00"))
    life = _edited_after_invoice(before, order(line("lamp", "110.00")))
    return OrderLife(life.book, (*life.stages, facts(edited(before, at=7))))


@told_life
def edit_before_invoice() -> OrderLife:
    """Paid, then edited, then edited again, and only then shipped."""
    before = order(line("lamp", "100.00", taxes=(tax(STATE, "8.00"),)))
    lamp = line("lamp", "110.00", taxes=(tax(STATE, "8.80"),))
    dearer = edited(order(lamp), at=3)
    both = edited(order(lamp, line("mug", "12.50")), at=4)
    paid = captured("capture-1", "108.00", day(1))
    sent, rest = parcel("parcel-1", day(6), lamp=1, mug=1), captured("rest", "23.30", day(7))
    stages = (facts(before, paid), facts(dearer), facts(both), facts(None, sent, rest))
    return OrderLife(book(), stages)
