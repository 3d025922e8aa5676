"""The parts of a bundle, and how its money is divided over them to the cent.

Pure. A division goes by what the parts are sold for by themselves, else by what they cost; where
neither is known of every part, nothing is divided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from commerce.money import Money, allocate
from shared.postings.articles import article_of


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bundle: how many of an article are in one bundle.

    `ref_id` is the cart's own id of the article, `product_id` that of the product it belongs to.
    `price` is what one of it is sold for by itself; None where the cart does not tell.
    """

    sku: str
    quantity: Decimal
    product_id: str = ""
    ref_id: str = ""
    price: Money | None = None

    @property
    def article(self) -> str:
        """The name of the article."""
        return article_of(self.sku, self.ref_id or self.product_id)


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is registered of an article that is a bundle.

    `was_known` says that it was one of just these parts already when the order was placed; where it
    was not, the article is divided only as the order itself tells, by the prices of these parts.
    """

    parts: tuple[Part, ...]
    was_known: bool = True


def weights_of(
    parts: Sequence[Part], costs: Mapping[str, Money], prices: Mapping[str, Money]
) -> list[Decimal] | None:
    """What the parts are worth beside each other; None where that cannot be said.

    Args:
        parts: those of one bundle.
        costs: what a unit of each article cost, as far as it is known.
        prices: what articles are sold for, where a part itself does not say.
    """
    if len(parts) == 1:
        return [Decimal(1)]
    stated = [prices.get(part.article) if part.price is None else part.price for part in parts]
    return _worth(parts, stated) or _worth(parts, [costs.get(part.article) for part in parts])


def divided(whole: Money, weights: Sequence[Decimal]) -> list[Money]:
    """The whole over the weights: the parts add up to it exactly (R-9.3).

    What the whole has below the minor unit stays with its largest part.

    Raises:
        MoneyError: there is no weight, or one is below zero.
    """
    parts = allocate(whole.rounded(), weights)
    rest = whole - whole.rounded()
    if rest:
        largest = max(range(len(parts)), key=lambda index: abs(parts[index].amount))
        parts[largest] += rest
    return parts


def divided_within(whole: Money, left: Sequence[Money], usual: Sequence[Money]) -> list[Money]:
    """The whole over what is left of each part, so that no part gives more than it has.

    Where more is wanted than all of them have, `usual` says in which proportion.
    """
    bounds = [max(each.amount, Decimal(0)) for each in left]
    if Decimal(0) < whole.amount <= sum(bounds):
        return divided(whole, bounds)
    return divided(whole, [abs(each.amount) for each in usual])


def _worth(parts: Sequence[Part], stated: Sequence[Money | None]) -> list[Decimal] | None:
    known = [each for each in stated if each is not None and not each.is_negative]
    if len(known) < len(parts) or len({each.currency for each in known}) != 1:
        return None
    worth = [each.amount * part.quantity for each, part in zip(known, parts, strict=True)]
    return worth if any(worth) else None
