"""Gift cards: face and contra, cards given away, what is left of each, use over several orders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.money import Money, total
from commerce.orders import GiftCardUse, Payment
from shared.policy.choices import PostingMode
from shared.postings.book import StoreBook
from shared.postings.gift_cards import Card, CardShares, CardUse, redemptions_of
from tests.accounting.journals import net, told
from tests.accounting.planning import by_name, planned
from tests.accounting.shop import (
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
    usd,
)

VASE = order(line("vase", "50.00"))
SENT = parcel("parcel-1", day(2), vase=1)


def _used(card_id: str, amount: str, name: str = "use") -> Payment:
    return replace(captured(name, amount, day(3), "gift_card"), card_id=card_id)


def _book(*cards: Card, **policy: Any) -> StoreBook:
    return replace(book(**policy), cards={card.id: card for card in cards})


def _card(paid: str, *uses: tuple[str, str], face: str = "50.00") -> Card:
    noted = tuple(CardUse(name, usd(amount)) for name, amount in uses)
    return Card("card-1", usd(face), usd(paid), noted)


def _entry(name: str, *parts: Any, books: StoreBook) -> Any:
    return told(by_name(planned(VASE, SENT, *parts, books=books))[name].effect)


def test_a_redemption_is_a_tender() -> None:
    """J-4.2: 20.00 of a card paid at face."""
    made = _entry(
        "PAYMENT receipt:use",
        _used("card-1", "20.00"),
        books=_book(_card("50.00", ("use", "20.00"))),
    )
    assert made == {("2200", "Dr"): 20, ("1200", "Cr"): 20}


def test_a_discounted_card_gives_up_its_discount_when_it_is_used() -> None:
    """J-4.4: a 50.00 card sold for 40.00, fully redeemed."""
    books = _book(_card("40.00", ("use", "50.00")))
    paid = _used("card-1", "50.00")
    assert _entry("PAYMENT receipt:use", paid, books=books) == {
        ("2200", "Dr"): 50,
        ("1200", "Cr"): 50,
    }
    assert _entry("JOURNAL card-discount:use", paid, books=books) == {
        ("4090", "Dr"): 10,
        ("2201", "Cr"): 10,
    }


def test_a_card_that_was_given_away_is_a_discount() -> None:
    """J-4.5: a free 20.00 card."""
    books = _book(_card("0.00", ("use", "20.00"), face="20.00"))
    made = _entry("PAYMENT receipt:use", _used("card-1", "20.00"), books=books)
    assert made == {("4090", "Dr"): 20, ("1200", "Cr"): 20}


def test_a_free_card_that_is_given_back_is_no_liability() -> None:
    books = _book(_card("0.00", ("use", "50.00")))
    money = replace(given_back("50.00", day(5), gateway="gift_card"), card_id="card-1")
    given_ = refund(back("vase", 1, "50.00"), at=day(5), transactions=(money,))
    made = _entry("DEBIT refund:refund-money", _used("card-1", "50.00"), given_, books=books)
    assert made == {("1200", "Dr"): 50, ("4090", "Cr"): 50}


def test_a_card_that_is_not_registered_counts_as_paid() -> None:
    made = planned(VASE, SENT, _used("card-9", "50.00"), books=_book())
    ended = net(x for posting in made.postings for x in posting.effect)
    assert {account: amount for account, amount in ended.items() if amount} == {
        "2200": 50,
        "4000": -50,
    }


def test_a_card_that_the_cart_took_off_its_total_is_known_by_its_id() -> None:
    placed = order(line("vase", "50.00"), gift_cards_applied=(GiftCardUse("card-1", usd("50.00")),))
    use_id = "gift-card:order-1:card-1"
    assert [x.use.id for x in redemptions_of(facts(placed))] == [use_id]
    made = planned(placed, SENT, books=_book(_card("40.00", (use_id, "50.00"))))
    names = {posting.key.split(":", 1)[1] for posting in made.postings}
    assert f"card-discount:{use_id}" in names


def test_detail_and_summary_end_the_same() -> None:
    for card in (_card("40.00", ("use", "50.00")), _card("0.00", ("use", "50.00"))):
        used = _used("card-1", "50.00")
        detail = planned(VASE, SENT, used, books=_book(card))
        daily = planned(VASE, SENT, used, books=_book(card, posting_mode=PostingMode.SUMMARY_DAILY))
        by_document = net(x for posting in detail.postings for x in posting.effect)
        by_day = net(x for entry in daily.day_entries for x in entry.lines)
        assert {a: v for a, v in by_document.items() if v} == {a: v for a, v in by_day.items() if v}


def test_what_is_left_of_a_card_is_told_by_kind() -> None:
    card = _card("40.00", ("a", "20.00"))
    assert card.balance == CardShares(usd("24.00"), usd("6.00"), usd("0.00"))
    assert card.shares_of("a") == CardShares(usd("16.00"), usd("4.00"), usd("0.00"))
    free = _card("0.00", ("a", "20.00"))
    assert free.balance == CardShares(usd("0.00"), usd("0.00"), usd("30.00"))
    assert card.shares_of("unknown") == CardShares(usd("0.00"), usd("0.00"), usd("0.00"))


@settings(max_examples=40, deadline=None)
@given(
    face=st.integers(1, 20_000),
    off=st.integers(0, 20_000),
    cuts=st.lists(st.integers(1, 5_000), max_size=8),
)
def test_the_uses_of_a_card_give_up_its_whole_discount_to_the_cent(
    face: int, off: int, cuts: list[int]
) -> None:
    """Over several orders, however they part it (R-9.4)."""
    left, uses = face, []
    for number, cut in enumerate([*cuts, face]):
        amount = min(cut, left)
        left -= amount
        uses.append(CardUse(f"use-{number}", _cents(amount)))
    discount = _cents(min(off, face))
    card = Card("card-1", _cents(face), _cents(face) - discount, tuple(uses))
    shares = [card.shares_of(use.id) for use in uses]
    given_up = total((x.discounted + x.free for x in shares), "USD")
    assert given_up == discount
    assert all(x.discounted.amount >= 0 and x.paid.amount >= 0 for x in shares)
    assert card.balance == CardShares(usd("0.00"), usd("0.00"), usd("0.00"))


def _cents(amount: int) -> Money:
    return usd(f"{amount // 100}.{amount % 100:02d}")
