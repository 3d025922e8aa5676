"""An order is booked by what its bundles were made of when it was placed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from commerce.editions import edition_of
from commerce.orders import Facts
from shared.bundles.register import ALWAYS, Composition, OrderBundles, bundle_at
from shared.postings.bundle_parts import Bundle, Part
from tests.accounting.shop import day, facts, line, order
from tests.unit.bundles.memory import MemoryBundles

ONE = (Part("TEE", Decimal(1)),)
TWO = (Part("TEE", Decimal(2)),)


def test_the_composition_of_its_own_day_counts() -> None:
    history = (Composition(ALWAYS, ONE), Composition(day(5), TWO), Composition(day(9), ()))

    assert bundle_at(history, day(4)) == Bundle(ONE)
    assert bundle_at(history, day(5)) == Bundle(TWO)
    assert bundle_at(history, day(9)) is None


def test_what_was_sold_before_it_was_a_bundle_in_the_books_is_marked() -> None:
    assert bundle_at((Composition(day(5), ONE),), day(4)) == Bundle(ONE, was_known=False)


def test_bundles_are_asked_for_of_all_editions_of_an_order() -> None:
    register = MemoryBundles()
    for sku in ("SET", "BOX", "OTHER"):
        register.note("acme", "shop", sku, Composition(ALWAYS, ONE))
    sold, before = order(line("set", "9.00"), at=day(2)), order(line("box", "9.00"))
    known = replace(facts(sold), editions=(edition_of(before),))

    found = OrderBundles(register)("acme", "shop", known)

    assert found == {"SET": Bundle(ONE), "BOX": Bundle(ONE)}
    assert OrderBundles(register)("acme", "shop", Facts(known.ref)) == {}
