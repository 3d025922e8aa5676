"""The register of unit costs: what one unit of an article costs, and since when.

An order is costed by what its articles cost when it was placed. Costs are only ever added after
those that are known, so that none moves what was booked before, and what comes back goes back at
the cost at which it was sold (accounting reference J-2.4, J-3.6).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from commerce.money import Money
from commerce.orders import Order
from shared.postings.articles import articles_of


@dataclass(frozen=True, slots=True)
class UnitCost:
    """What one unit costs since an instant (aware), in the currency of the entity's books."""

    since: datetime
    amount: Money


CostHistory = tuple[UnitCost, ...]
"""The costs of one article, the oldest first; never empty."""


def cost_at(history: CostHistory, instant: datetime) -> Money:
    """The cost that held at the instant; the first one known for what was sold before it."""
    held = [cost for cost in history if cost.since <= instant]
    return (held[-1] if held else history[0]).amount


class CostsMovedError(Exception):
    """Others kept changing the costs of the article: try again."""


class Costs(Protocol):
    """Keeps the costs of a store's articles; every write is conditional, nothing is taken away."""

    def load_many(
        self, tenant: str, store: str, articles: Iterable[str]
    ) -> Mapping[str, CostHistory]:
        """The costs of those articles that have one, by consistent reads."""
        ...

    def note(
        self,
        tenant: str,
        store: str,
        article: str,
        cost: UnitCost,
        *,
        known: CostHistory | None = None,
    ) -> bool:
        """Add a cost that differs from what holds at its instant; whether it was added.

        `known` is the history where the caller has just read it.

        Raises:
            ValueError: it would change what already holds.
            CostsMovedError: others kept changing it.
        """
        ...

    def all(self, tenant: str, store: str) -> Iterable[tuple[str, CostHistory]]:
        """Every article of the store that has a cost, in the order of their names."""
        ...


def with_cost(history: CostHistory, cost: UnitCost) -> CostHistory:
    """The history with one more cost; the same where it says nothing new.

    Raises:
        ValueError: it would change what already holds.
    """
    if history and cost_at(history, cost.since) == cost.amount:
        return history
    if history and cost.since <= history[-1].since:
        newest = history[-1]
        message = f"costs {newest.amount.plain()} since {newest.since.isoformat()} already"
        raise ValueError(message)
    return (*history, cost)


@dataclass(frozen=True, slots=True)
class OrderCosts:
    """Asked for an order's costs, it answers what each of its articles cost when it was placed."""

    costs: Costs

    def __call__(self, tenant: str, store: str, order: Order) -> Mapping[str, Money]:
        """The unit costs of the order's articles, by article; those without one are left out.

        Raises:
            botocore.exceptions.ClientError: they could not be read.
        """
        found = self.costs.load_many(tenant, store, articles_of([order]))
        return {article: cost_at(known, order.placed_at) for article, known in found.items()}
