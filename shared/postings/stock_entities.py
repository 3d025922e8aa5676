"""Cost of goods that leave another entity's stock than the one that sells them (J-14.1, R-14.3).

Each entity's books balance by themselves: the seller owes the cost, the owner of the stock is owed
it, by lines of our own. Without `stock_entity` goods leave the seller's own stock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from intacct.documents import Dimensions
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.chart import Chart
from shared.postings.effects import Amount


@dataclass(frozen=True, slots=True)
class CostSides:
    """A journal of costs as the seller books it, and as the owner of the stock does."""

    seller: list[Amount]
    owner: list[Amount]


def has_foreign_stock(book: StoreBook) -> bool:
    """Whether goods leave the stock of another entity."""
    return book.mapping.stock_entity not in {"", book.entity}


def sides_of(book: StoreBook, chart: Chart, amounts: Iterable[Amount]) -> CostSides:
    """The two sides of a journal of costs; all of it is the seller's where the stock is too."""
    amounts = list(amounts)
    if not has_foreign_stock(book):
        return CostSides(amounts, [])
    inventory = chart.account(Role.INVENTORY)
    owed, due = (
        chart.account(role) for role in (Role.INTERENTITY_PAYABLE, Role.INTERENTITY_RECEIVABLE)
    )
    place = Dimensions(location=book.mapping.stock_entity)
    seller: list[Amount] = []
    owner: list[Amount] = []
    for amount in amounts:
        if amount.account != inventory:
            seller.append(amount)
            continue
        seller.append(replace(amount, account=owed))
        owner += [replace(amount, dimensions=place), Amount(due, -amount.signed, place)]
    return CostSides(seller, owner)
