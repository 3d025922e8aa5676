"""A short run of `make lives`: drawn orders, each invariant, each cent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from commerce.orders import PaymentState, Refund, Restock, TaxCollector
from shared.policy.choices import TaxPoint
from shared.policy.switches import PostingPolicy
from shared.postings.planner import plan
from tests.lives.__main__ import broken, broken_at_market, broken_widely, main
from tests.lives.books import Books, HeldError, at_once, bit_by_bit, books_of
from tests.lives.carts import Event, Life, draw
from tests.lives.closings import closed_amid
from tests.lives.edited_days import an_edit_belongs_to_its_own_day
from tests.lives.hearing import any_way_of_hearing_ends_the_same
from tests.lives.invariants import INVARIANTS
from tests.lives.markets import leaves_tax_out, marketed
from tests.lives.sweep import swept
from tests.lives.wider import wider

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
        pytest.param(740540, id="a later parcel bills a cent of what went back before"),
    ],
)
def test_what_is_heard_of_first_does_not_matter(seed: int) -> None:
    any_way_of_hearing_ends_the_same(*_lived(seed))


def test_a_wider_life_under_any_policy_breaks_no_invariant() -> None:
    assert not [line for seed in range(12) for line in broken_widely(seed)]


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(395, id="a free parcel has no invoice that a credit memo could need"),
        pytest.param(28, id="a parcel is heard of after the order was billed when it was paid"),
        pytest.param(72, id="shipping goes back before the parcel that billed the order"),
        pytest.param(710439, id="what a cancelled order kept was billed, and given back later"),
        pytest.param(586, id="shipping goes back before the cancellation that billed the rest"),
        pytest.param(730562, id="what waits for goods is no sign of when they were billed"),
        pytest.param(730875, id="a parcel that left and arrived is one parcel"),
        pytest.param(730050, id="an order is closed before an earlier refund is heard of"),
        pytest.param(750098, id="a failed refund is named where no memo holds all of it"),
        pytest.param(740712, id="an allowance that failed took its tax off the bill to come"),
        pytest.param(750102, id="a cent billed before a failed cancellation was heard of"),
        pytest.param(750526, id="what came back had left, though that is posted later"),
        pytest.param(741653, id="shipping goes back before what closed the order, heard of last"),
        pytest.param(761454, id="a parcel is heard of after shipping that changed nothing of it"),
        pytest.param(711227, id="an agency's odd cent comes back once, returned or cancelled"),
        pytest.param(741598, id="goods cancelled before or after they were billed on capture"),
        pytest.param(
            752111, id="a parcel that arrived had left, though its leaving billed nothing"
        ),
        pytest.param(792051, id="what is recognised was billed before"),
        pytest.param(783457, id="duties go back, heard of after what closed the order later"),
        pytest.param(784950, id="money that is not in the books was not known before"),
        pytest.param(798651, id="the tax of what an advance gives back waits for its refund"),
        pytest.param(803638, id="free goods that came back wait for no parcel that is known"),
        pytest.param(816463, id="what arrives earns no more of shipping than was billed"),
        pytest.param(
            804418, id="goods came back before an allowance, and a parcel is heard of last"
        ),
    ],
)
def test_a_wider_life_that_was_broken_once_is_so_no_more(seed: int) -> None:
    assert not broken_widely(seed)


@pytest.mark.parametrize(
    ("seed", "agency"),
    [
        pytest.param(750102, "2100-NYC", id="a cent billed before a failed cancellation"),
        pytest.param(793612, "2100-NYS", id="an odd cent of the first of two refunds that settles"),
        pytest.param(810848, "2100-NYC", id="a cent of cancelled goods and one of their tax"),
    ],
)
def test_a_cent_of_a_tax_is_where_it_belongs_once_the_money_of_the_refund_moves(
    seed: int, agency: str
) -> None:
    life = wider(seed)
    moved = replace(life, events=tuple(map(_settled, life.events)))
    books = bit_by_bit(life, Random(f"hearing {seed}"))  # noqa: S311  # a drawn test
    assert books.balances[agency] != at_once(life).balances[agency]
    any_way_of_hearing_ends_the_same(life, at_once(life))
    books.learn(moved.facts())
    assert books.by_dimension == at_once(moved).by_dimension
    assert not books.last.waiting


@pytest.mark.parametrize("seed", [783139, 816717], ids=["gift card", "store credit"])
def test_a_life_may_be_held_by_one_way_of_hearing_for_the_entity_of_a_tender(seed: int) -> None:
    with pytest.raises(HeldError, match="money paid in advance is given back to a tender"):
        any_way_of_hearing_ends_the_same(*_lived(seed))
    assert not broken(seed)


def _settled(event: Event) -> Event:
    """The event, with the money of a failed refund moved after all."""
    if not isinstance(event, Refund):
        return event
    moved = (replace(payment, state=PaymentState.SUCCESS) for payment in event.transactions)
    return replace(event, transactions=tuple(moved))


def test_a_failed_refund_that_nobody_names_breaks_the_invariant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.postings.planner._refunds_waiting", lambda _prepared: ())
    life = wider(750098)
    with pytest.raises(AssertionError, match="shipping-back is held by a memo, or named"):
        any_way_of_hearing_ends_the_same(life, at_once(life))


def test_wider_lives_hold_what_they_are_drawn_for() -> None:
    lives = [wider(seed) for seed in range(200)]
    policies = [PostingPolicy(**life.policy) for life in lives]
    assert {policy.tax_point for policy in policies} == set(TaxPoint)
    moments = {(policy.invoice_on, policy.recognise_on) for policy in policies}
    assert len(moments) == 6, "every pair that does not recognise before it bills"
    refunds = [refund for life in lives for refund in life.refunds]
    assert any(refund.shipping for refund in refunds)
    assert any(refund.duties for refund in refunds)
    assert {p.state for refund in refunds for p in refund.transactions} == set(PaymentState)
    assert any(line.restock is Restock.NONE for refund in refunds for line in refund.lines)
    assert any(life.order.cancelled_at for life in lives)
    assert any(life.order.is_b2b for life in lives)
    held = [life for life in lives[:50] if plan(life.facts(), {}, books_of(life)).findings]
    assert len(held) < 5, "most lives are decided without a person"


def test_a_life_at_a_marketplace_breaks_no_invariant() -> None:
    assert not [line for seed in range(4) for line in broken_at_market(seed)]


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(38, id="a receipt is booked before an earlier one is heard of"),
        pytest.param(1102, id="exchanged goods pay for the rest of an order with a gift card"),
        pytest.param(781798, id="an allowance is parted by the order as it was then"),
        pytest.param(4225, id="what follows an edit is posted before its own document"),
        pytest.param(2077, id="a parcel is heard of after an exchange of what capture billed"),
        pytest.param(792051, id="no parcel is known to have come before it left"),
        pytest.param(791377, id="an exchange for goods of no value costs what they cost"),
        pytest.param(791707, id="an allowance is booked before an earlier edit is heard of"),
        pytest.param(791732, id="what came back before the bill is not what an edit added"),
        pytest.param(742345, id="money of a refund waited for a receipt"),
        pytest.param(818776, id="exchanged goods leave, heard of before the exchange"),
    ],
)
def test_a_life_at_a_marketplace_that_was_broken_once_is_so_no_more(seed: int) -> None:
    assert not broken_at_market(seed)


def test_lives_at_marketplaces_hold_what_they_are_drawn_for() -> None:
    lives = [marketed(seed) for seed in range(60)]
    taxes = [tax.collected_by for life in lives for tax in life.order.all_taxes]
    assert set(taxes) == set(TaxCollector)
    assert {leaves_tax_out(life) for life in lives} == {True, False}
    exchanged = [life for life in lives if life.before]
    paid = [any(p.ref.id == "difference" for p in life.payments) for life in exchanged]
    assert set(paid) == {True, False}, "in either direction"
    replaced = [life for life in lives if life.order.is_replacement]
    assert replaced
    assert not any(plan(life.facts(), {}, books_of(life)).postings for life in replaced)


def test_an_edit_of_an_order_in_days_is_an_event_of_its_own_day() -> None:
    booked = [an_edit_belongs_to_its_own_day(draw(seed)) for seed in range(25)]
    assert sum(booked) > 5


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(742379, id="an edit after what closed the order and left no document"),
        pytest.param(
            752680, id="an edit of an order that was free, and of which nothing is billed"
        ),
        pytest.param(760160, id="gift cards that were sold, without a document, before the edit"),
        pytest.param(771107, id="an allowance after what closed the order"),
        pytest.param(762865, id="a return that waits for no parcel, as it left"),
    ],
)
def test_an_edit_stands_also_among_events_that_left_no_document(seed: int) -> None:
    an_edit_belongs_to_its_own_day(draw(seed))


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
    kinds = ("seed 3:", "seed 3: wider:", "seed 3: market:")
    assert broken(3) == [f"{kind} never: it is broken" for kind in kinds]
    assert main(["--seeds", "2", "--jobs", "0"]) == 1
    assert "6 broken invariants" in capsys.readouterr().out
