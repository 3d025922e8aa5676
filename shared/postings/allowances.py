"""Allowances parted into net and tax by the order as it was known when they were booked (R-3.6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product

from commerce.money import total
from commerce.orders import AdjustmentKind, Refund
from shared.policy.choices import GoodwillTax
from shared.policy.switches import PostingPolicy
from shared.postings.editions import OrderEdition, edition_at
from shared.postings.events import RefundEvent
from shared.postings.in_books import InBooks
from shared.postings.parts import Life
from shared.postings.pieces import OrderPieces, PieceKind
from shared.postings.shares import share_of

_MOST = 8
"""How many partings are tried where the books do not confirm the usual one."""


@dataclass(frozen=True, slots=True)
class Parted:
    """The refunds with their allowances parted, and the life that was told with them."""

    refunds: tuple[RefundEvent, ...]
    life: Life


def parted_as_booked(
    refunds: Sequence[RefundEvent],
    editions: Sequence[OrderEdition],
    in_books: InBooks,
    *,
    tell: Callable[[tuple[RefundEvent, ...]], Life],
    look: Callable[[tuple[RefundEvent, ...]], Life],
) -> Parted:
    """The parting whose life the books confirm; for want of one, that by the order of its time.

    An allowance may have been booked, or have changed what was billed, before an edit was heard of
    that had been made by then: it keeps the tax that it was given then. `look` is a quick `tell`
    that finds fewer lives: each parting is tried so first.
    """
    partings = list(_partings(refunds, editions, in_books.keys.book.policy))
    if len(partings) == 1 or not in_books.are_told:
        return Parted(partings[0], tell(partings[0]))
    tried: list[Parted] = []
    for way in (look, tell):
        tried.clear()
        for parting in partings:
            tried.append(Parted(parting, way(parting)))
            if in_books.confirm(tried[-1].life):
                return tried[-1]
    return tried[0]


def _partings(
    refunds: Sequence[RefundEvent], editions: Sequence[OrderEdition], policy: PostingPolicy
) -> Iterator[tuple[RefundEvent, ...]]:
    """Each refund parted by the edition of its time, and by the older ones in its turn."""
    if policy.goodwill_tax is not GoodwillTax.INCLUSIVE_SPLIT:
        yield tuple(refunds)
        return
    choices = [
        dict.fromkeys(_parted(event.refund, known.pieces) for known in _known(event, editions))
        for event in refunds
    ]
    for chosen in islice(product(*choices), _MOST):
        yield tuple(
            replace(event, refund=refund) for event, refund in zip(refunds, chosen, strict=True)
        )


def _known(event: RefundEvent, editions: Sequence[OrderEdition]) -> Iterator[OrderEdition]:
    """The order as it was at the time of the refund, and as it was before that."""
    then = editions.index(edition_at(editions, event.refund.created_at))
    return reversed(editions[: then + 1])


def _parted(refund: Refund, pieces: OrderPieces) -> Refund:
    """A refund without lines, its allowance split into net and tax as the order is.

    The marketplace gives its tax back as well, whether the books show it or not (R-5.4).
    """
    if refund.lines or not pieces.stated_total:
        return refund
    taxes = (piece.amount for piece in pieces.pieces if piece.kind is PieceKind.TAX)
    share = Fraction(total(taxes, refund.currency).amount) / Fraction(pieces.stated_total.amount)
    adjustments = []
    for part in refund.adjustments:
        inside = share_of(part.amount, share)
        is_allowance = part.kind in (AdjustmentKind.GOODWILL, AdjustmentKind.DISCREPANCY)
        if is_allowance and not part.tax and part.amount.amount > 0:
            part = replace(part, amount=part.amount - inside, tax=inside)  # noqa: PLW2901
        adjustments.append(part)
    return replace(refund, adjustments=tuple(adjustments))
