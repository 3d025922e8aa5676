"""The register of unit costs in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from shared.costs.register import CostHistory, UnitCost, with_cost
from shared.releasing.fixes import Fix


class MemoryCosts:
    """`shared.costs.register.Costs` in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str], CostHistory] = {}

    def load_many(
        self, tenant: str, store: str, articles: Iterable[str]
    ) -> Mapping[str, CostHistory]:
        places = {each: (tenant, store, each) for each in articles}
        return {each: self._kept[at] for each, at in places.items() if at in self._kept}

    def note(
        self,
        tenant: str,
        store: str,
        article: str,
        cost: UnitCost,
        *,
        known: CostHistory | None = None,
    ) -> bool:
        place = (tenant, store, article)
        if known is None:
            known = self._kept.get(place, ())
        self._kept[place] = with_cost(known, cost)
        return self._kept[place] != known

    def all(self, tenant: str, store: str) -> Iterator[tuple[str, CostHistory]]:
        for (of_tenant, of_store, article), history in sorted(self._kept.items()):
            if (of_tenant, of_store) == (tenant, store):
                yield article, history


class MemoryFixes:
    """`shared.releasing.fixes.Fixes` in a list."""

    def __init__(self) -> None:
        self.kept: list[Fix] = []

    def note(self, tenant: str, *, by: str, due_at: datetime) -> None:
        self.kept.append(Fix(tenant, due_at, by))

    def due(self, now: datetime) -> Sequence[Fix]:
        return [fix for fix in self.kept if fix.due_at <= now]

    def advance(self, fix: Fix, done_until: str) -> None:
        self.kept = [
            replace(one, done_until=done_until) if one == fix else one for one in self.kept
        ]

    def finish(self, fix: Fix) -> None:
        self.kept.remove(fix)
