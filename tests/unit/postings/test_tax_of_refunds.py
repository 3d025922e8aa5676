"""Which agency's tax a refund gives back: by the facts alone, whatever was heard of first (§17)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.money import Money, total
from shared.policy.choices import Presentation
from shared.postings.chart import Chart
from shared.postings.line_rules import selectors_of
from shared.postings.meter import Amounts
from shared.postings.pieces import OrderPieces, PieceKind, take_apart
from shared.postings.refunds import GivenBack, LinePart
from tests.accounting.shop import CITY, DISTRICT, STATE, USD, book, line, order, tax, usd

Part = tuple[bool, Money]
"""Whether a unit had left, and the tax that is given back with it."""


def taxed(units: int, *cents: int) -> OrderPieces:
    """One line of so many units with the taxes of one, two or three agencies."""
    amounts = (Money(Decimal(each).scaleb(-2), USD).plain() for each in cents)
    taxes = tuple(map(tax, (STATE, CITY, DISTRICT), amounts))
    placed = order(line("tee", "50.00", units, taxes=taxes))
    return take_apart(placed, Chart(book(), selectors_of(placed)), Presentation.GROSS)


def given_back(pieces: OrderPieces, parts: Sequence[Part]) -> tuple[Amounts, Amounts]:
    """The taxes given back of units that had left, and of those that never did."""
    back = GivenBack(pieces)
    sums: dict[bool, Amounts] = {True: {}, False: {}}
    for had_left, its_tax in parts:
        unit = LinePart("tee", Decimal(1), usd("1.00"), its_tax)
        given_ = back.line(unit, "refund", discount_left=None if had_left else usd("0.00"))
        for piece in pieces.of_part("tee", PieceKind.TAX):
            known = sums[had_left].get(piece.id, usd("0.00"))
            sums[had_left][piece.id] = known + given_.get(piece.id, usd("0.00"))
    assert not back.excesses
    return sums[True], sums[False]


def test_the_odd_cent_of_a_return_is_not_that_of_a_cancellation() -> None:
    """Of 2.81 and 3.15, one of two units comes back and the other never leaves: 2.98 each."""
    pieces = taxed(2, 281, 315)
    back, cancelled = (True, usd("2.98")), (False, usd("2.98"))

    for heard in ([back, cancelled], [cancelled, back]):
        returned, dropped = given_back(pieces, heard)
        assert list(returned.values()) == [usd("1.41"), usd("1.57")]
        assert list(dropped.values()) == [usd("1.40"), usd("1.58")]


@given(
    cents=st.lists(st.integers(1, 700), min_size=2, max_size=3),
    had_left=st.lists(st.booleans(), min_size=2, max_size=5),
    chosen=st.randoms(use_true_random=False),
)
@settings(max_examples=60, deadline=None)
def test_each_agency_gives_back_the_same_whatever_is_heard_first(
    cents: list[int], had_left: list[bool], chosen: Random
) -> None:
    units = len(had_left)
    pieces = taxed(units, *cents)
    cuts = [Decimal(sum(cents) * each // units).scaleb(-2) for each in range(units + 1)]
    taxes = [Money(high - low, USD) for low, high in pairwise(cuts)]
    parts = list(zip(had_left, taxes, strict=True))
    heard = chosen.sample(parts, len(parts))

    usual, other = given_back(pieces, parts), given_back(pieces, heard)

    assert usual == other
    whole = [*usual[0].values(), *usual[1].values()]
    assert total(whole, USD) == total(taxes, USD)
