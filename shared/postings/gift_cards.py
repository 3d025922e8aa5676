"""The register of gift cards: what of each was paid for, discounted, or given away (R-4.4).

A card sold below face carries its discount until it is used: then that part of the use is a
discount on the order (J-4.4). A card that nobody paid for is no liability: its use is a discount as
a whole (J-4.5). A card that is not registered counts as paid at face.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from commerce.money import Money
from commerce.orders import Facts
from shared.postings.shares import share_of

GIFT_CARD_GATEWAY = "gift_card"
"""The tender of gift cards that the cart took off its total itself."""


@dataclass(frozen=True, slots=True)
class CardUse:
    """A redemption: `id` is that of its receipt."""

    id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CardShares:
    """An amount of a card by what the seller got for it."""

    paid: Money
    discounted: Money
    free: Money


@dataclass(frozen=True, slots=True)
class Card:
    """A card of `face` value for which the seller got `paid`; `uses` in the order of hearing.

    Which use bears the odd cent of a discount follows from that order, which never changes.
    """

    id: str
    face: Money
    paid: Money
    uses: tuple[CardUse, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether nobody paid anything for it."""
        return not self.paid

    def with_use(self, use: CardUse) -> Card:
        """The card with that use after all others; the same card where it is among them."""
        if any(each.id == use.id for each in self.uses):
            return self
        return replace(self, uses=(*self.uses, use))

    def shares_of(self, use_id: str) -> CardShares:
        """What a use draws of each kind; nothing for a use that the register does not know."""
        before = Money.zero(self.face.currency)
        for use in self.uses:
            if use.id == use_id:
                return self._between(before, before + use.amount)
            before += use.amount
        return self._between(before, before)

    @property
    def balance(self) -> CardShares:
        """What is left of each kind."""
        zero = Money.zero(self.face.currency)
        used = min(sum((use.amount for use in self.uses), start=zero), self.face)
        return self._between(used, self.face)

    def _between(self, start: Money, end: Money) -> CardShares:
        zero, whole = Money.zero(self.face.currency), end - start
        if self.is_free:
            return CardShares(zero, zero, whole)
        discounted = self._discount_until(end) - self._discount_until(start)
        return CardShares(whole - discounted, discounted, zero)

    def _discount_until(self, used: Money) -> Money:
        """The discount of the first `used` of the card; what was added later carries none."""
        share = min(Fraction(1), Fraction(used.amount) / Fraction(self.face.amount))
        return share_of(self.face - self.paid, share)


@dataclass(frozen=True, slots=True)
class Redemption:
    """A use of a card as an order tells it."""

    card_id: str
    use: CardUse


def redemptions_of(facts: Facts) -> Iterator[Redemption]:
    """The uses of cards that an order names, each once."""
    if facts.order is not None:
        for card in facts.order.gift_cards_applied:
            use_id = applied_id(facts.order.ref.id, card.id)
            yield Redemption(card.id, CardUse(use_id, card.amount.rounded()))
    known: dict[str, Redemption] = {}
    for payment in facts.payments:
        if payment.is_receipt and not payment.is_test and payment.card_id:
            use = CardUse(payment.ref.id, payment.amount.rounded())
            known.setdefault(payment.ref.id, Redemption(payment.card_id, use))
    yield from known.values()


def applied_id(order_id: str, card_id: str) -> str:
    """The id of the receipt that a card is which the cart took off its total."""
    return f"gift-card:{order_id}:{card_id}"


def is_free(cards: Mapping[str, Card], card_id: str) -> bool:
    """Whether that card is registered as given away."""
    return card_id in cards and cards[card_id].is_free
