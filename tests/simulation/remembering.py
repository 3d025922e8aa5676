"""Answers of the planner, remembered within a history: the same question has the same answer.

The planner is pure. Most deliveries, sweeps and redrives ask it again what they asked before, and
a history's time is better spent on what may go wrong. Questions are compared by value.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from commerce.orders import Facts
from shared.postings.book import StoreBook
from shared.postings.plan import Plan, Posted

_Question = tuple[Posted, tuple[str, ...], StoreBook, Facts]


@dataclass(slots=True)
class RememberedPlans:
    """`shared.postings.planner.plan`, asked once for each question."""

    plan: Callable[[Facts, Posted, StoreBook, Collection[str]], Plan]
    _known: dict[str, list[tuple[_Question, Plan]]] = field(default_factory=dict)

    def __call__(
        self, facts: Facts, posted: Posted, book: StoreBook, begun: Collection[str] = ()
    ) -> Plan:
        """What is missing in the books."""
        order = facts.order.ref.id if facts.order else ""
        known = self._known.setdefault(f"{book.store} {order}", [])
        question = (dict(posted), tuple(begun), book, facts)
        for asked, answer in reversed(known):
            if asked == question:
                return answer
        answer = self.plan(facts, posted, book, begun)
        known.append((question, answer))
        return answer
