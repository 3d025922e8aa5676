"""Editions of an order: what its goods and amounts were before and after each edit in the cart.

What was booked from an earlier edition stays booked; the difference is booked beside it. So the
earlier ones are kept as facts (carts reference §3.5: the effect of an edit is the difference of two
versions). Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from commerce.codec import fingerprint
from commerce.orders import Edition, Facts, Order

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def edition_of(order: Order, since: datetime | None = None) -> Edition:
    """What the order says of goods and amounts, from `since` or the moment of its version on.

    Words for people and the cart's count of what it cancelled are left out: they change no amount.
    """
    return Edition(
        since=since or order.version.updated_at,
        total=order.total,
        lines=tuple(replace(x, title="", quantity_cancelled=Decimal(0)) for x in order.lines),
        tax_included=order.tax_included,
        shipping_lines=order.shipping_lines,
        charges=order.charges,
        taxes=order.taxes,
        gift_cards_applied=order.gift_cards_applied,
    )


def name_of(edition: Edition) -> str:
    """A short name of what the edition says (40 bits), whenever it was said."""
    return fingerprint(replace(edition, since=_NEVER))[:10]


def ordered_as(order: Order, edition: Edition) -> Order:
    """The order with the goods and amounts that it had in that edition."""
    return replace(
        order,
        total=edition.total,
        lines=edition.lines,
        tax_included=edition.tax_included,
        shipping_lines=edition.shipping_lines,
        charges=edition.charges,
        taxes=edition.taxes,
        gift_cards_applied=edition.gift_cards_applied,
        stated_tax=None,
        stated_discount=None,
    )


def merged_editions(
    parts: Iterable[Facts], newest: Order | None
) -> tuple[tuple[Edition, ...], datetime | None]:
    """The earlier editions of all parts, and since when the newest order says what it says.

    Each edition is kept once, with the earliest moment that anybody told: so it does not matter in
    which sequence versions are heard of.
    """
    told_by = [part for part in parts if part.order is not None or part.editions]
    if newest is None or len(told_by) == 1:
        return next(((part.editions, part.since) for part in told_by), ((), None))
    earliest: dict[Edition, datetime] = {}
    for part in told_by:
        told = list(part.editions)
        if part.order is not None:
            told.append(edition_of(part.order, part.since))
        for edition in told:
            terms = replace(edition, since=_NEVER)
            earliest[terms] = min(edition.since, earliest.get(terms, edition.since))
    now = replace(edition_of(newest), since=_NEVER)
    since = earliest.pop(now, newest.version.updated_at)
    before = sorted(
        (replace(terms, since=moment) for terms, moment in earliest.items()),
        key=lambda edition: (edition.since, name_of(edition)),
    )
    return tuple(before), None if since == newest.version.updated_at else since
