"""A short run of `make lives`: drawn orders, each invariant, each cent."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.lives.__main__ import broken, main
from tests.lives.books import Books, at_once
from tests.lives.carts import Life, draw
from tests.lives.closings import closed_amid
from tests.lives.edited_days import an_edit_belongs_to_its_own_day
from tests.lives.invariants import INVARIANTS, any_way_of_hearing_ends_the_same
from tests.lives.sweep import swept

SEEDS = range(30)


@cache
def _lived(seed: int) -> tuple[Life, Books]:
    life = draw(seed)
    return life, at_once(life)


@pytest.mark.parametrize("holds", INVARIANTS, ids=lambda holds: holds.__name__)
def test_an_invariant_holds_of_every_life(holds: Callable[[Life, Books], None]) -> None:
    for seed in SEEDS:
        holds(*_lived(seed))


def test_every_cent_of_a_cart_is_where_it_belongs() -> None:
    for seed in range(100, 170):
        swept(seed)


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(6983, id="a free line is cancelled before its parcel is heard of"),
        pytest.param(36, id="an earlier receipt comes after a later one paid the invoice"),
        pytest.param(657, id="a payment is booked and the run ends before what it followed"),
        pytest.param(708, id="a refund is paid from an advance before it has a credit memo"),
        pytest.param(133, id="two refunds of one tax are heard of in the wrong order"),
        pytest.param(734, id="goods come back before others are known as cancelled"),
        pytest.param(14065, id="half of a discounted line is cancelled before the rest leaves"),
        pytest.param(1204, id="goods are cancelled before those that left are recognised"),
    ],
)
def test_what_is_heard_of_first_does_not_matter(seed: int) -> None:
    any_way_of_hearing_ends_the_same(*_lived(seed))


def test_an_edit_of_an_order_in_days_is_an_event_of_its_own_day() -> None:
    booked = [an_edit_belongs_to_its_own_day(draw(seed)) for seed in range(25)]
    assert sum(booked) > 5


def test_a_seed_always_draws_the_same_life() -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_the_lives_hold_what_they_are_drawn_for() -> None:
    """Without these the invariants would be true of nothing."""
    lives = [draw(seed) for seed in range(300)]
    assert any(life.order.tax_included and len(life.parcels) > 1 for life in lives)
    assert any(life.order.taxes for life in lives)
    assert any(life.order.gift_cards_applied for life in lives)
    assert any(line.restock.value == "cancel" for x in lives for r in x.refunds for line in r.lines)
    assert any(payment.gateway == "gift_card" for life in lives for payment in life.payments)
    assert {str(life.policy) for life in lives} == {str(life.policy) for life in lives[:100]}


def test_books_that_close_amid_a_life_move_some_entries_and_hold_others() -> None:
    plans = [closed_amid(*_lived(seed))[2] for seed in SEEDS]
    assert any(posting.posted_on for planned in plans for posting in planned.postings)
    assert any(planned.withheld for planned in plans)
    assert any(not planned.withheld for planned in plans)


def test_a_broken_invariant_is_told_with_its_seed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(_life: Life, _books: Books) -> None:
        message = "it is broken"
        raise AssertionError(message)

    monkeypatch.setattr("tests.lives.__main__.INVARIANTS", (never,))
    assert broken(3) == ["seed 3: never: it is broken"]
    assert main(["--seeds", "2", "--jobs", "0"]) == 1
    assert "2 broken invariants" in capsys.readouterr().out
