"""One run at one store, and the names of what its cart has stock of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from carts.catalogue import StockClient
from commerce.catalogue import InventoryLevel
from shared.policy.stock import StockRule
from shared.postings.articles import BY_ID, article_of
from shared.tenants.models import Store, Tenant

ALL = "*"
"""Stands for every article where a person confirms."""


@dataclass(frozen=True, slots=True)
class Case:
    """One run at one store: whose it is, what speaks to its cart, and until when.

    `accepted` are articles whose implausible changes a person has confirmed. A dry run writes
    nothing on either side.
    """

    tenant: Tenant
    store: Store
    client: StockClient
    deadline: datetime
    accepted: frozenset[str] = frozenset()
    is_dry: bool = False

    def accepts(self, article: str) -> bool:
        """Whether a person has confirmed what changes of the article."""
        return article in self.accepted or ALL in self.accepted

    def rule(self, article: str) -> StockRule:
        """What is particular to an article; a rule that says nothing where there is none."""
        return rule_of(self.store, article)


def rule_of(store: Store, article: str) -> StockRule:
    """What a store's policy says of an article in particular; nothing where it has no rule."""
    rules = store.stock.rules
    return next((rule for rule in rules if rule.sku == article), StockRule(article))


@dataclass(frozen=True, slots=True)
class Travel:
    """What a place shows of an article or item otherwise than its owner says.

    `place` is the location or warehouse that is written; `shown` is None where it does not say.
    """

    name: str
    place: str
    shown: Decimal | None
    wanted: Decimal

    def as_json(self) -> dict[str, str | None]:
        """As a command prints it."""
        shown = None if self.shown is None else str(self.shown)
        return {"name": self.name, "at": self.place, "shown": shown, "wanted": str(self.wanted)}


def article_of_level(row: InventoryLevel) -> str:
    """The article of a level; one without SKU is known to nobody by the name of its stock."""
    name = article_of(row.sku, row.stock_id)
    return f"{BY_ID}stock:{row.stock_id}" if name.startswith(BY_ID) else name
