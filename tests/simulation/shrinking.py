"""The shortest story of a failing seed: orders and faults are left out while it still fails.

What is left out leaves everything else as it was drawn, as far as that is possible: the dice are
thrown all the same, and only their outcome is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.simulation.history import Ending, History
from tests.simulation.weather import DRAWN, WHOLE, Cut, Weather

_INVARIANT_LENGTH = 3


@dataclass(slots=True)
class Shrinker:
    """Shrinks one seed in one weather; `runs` counts the histories that it took so far."""

    seed: int
    weather: Weather = DRAWN
    most_runs: int = 150
    runs: int = 0

    def shrunk(self) -> tuple[Cut, Ending]:
        """The largest cut found that still breaks the same invariant, and how that ends.

        Raises:
            ValueError: the seed does not fail.
        """
        best = self._ending(WHOLE)
        if not best.violation:
            message = f"seed {self.seed} does not fail"
            raise ValueError(message)
        cut, has_shrunk = WHOLE, True
        while has_shrunk and self.runs < self.most_runs:
            has_shrunk = False
            for candidate in self._smaller(cut, best):
                ending = self._ending(candidate)
                if _is_same(ending, best):
                    cut, best, has_shrunk = candidate, ending, True
                    break
                if self.runs >= self.most_runs:
                    break
        return cut, best

    def _ending(self, cut: Cut) -> Ending:
        self.runs += 1
        return History(self.seed, self.weather, cut).run()

    def _smaller(self, cut: Cut, ending: Ending) -> Iterator[Cut]:
        """Cuts that leave out more, the largest first."""
        struck = sorted(ending.struck)
        end = min(cut.faults_end or ending.virtual_seconds, ending.virtual_seconds)
        if struck and end > 1.0:
            yield replace(cut, faults_end=end / 2)
        for kind in dict.fromkeys(kind for _, kind in struck):
            cells = {cell for cell in struck if cell[1] is kind}
            yield replace(cut, cells=frozenset({*cut.cells, *cells}))
        orders = History(self.seed, self.weather, cut).business.orders()
        if len(orders) > 1:
            for order in orders:
                yield replace(cut, orders=frozenset({*cut.orders, order}))
        for cell in struck:
            yield replace(cut, cells=frozenset({*cut.cells, cell}))
        if struck and end > 1.0:
            yield replace(cut, faults_end=end * 0.9)


def _is_same(ending: Ending, other: Ending) -> bool:
    return ending.violation[:_INVARIANT_LENGTH] == other.violation[:_INVARIANT_LENGTH]
