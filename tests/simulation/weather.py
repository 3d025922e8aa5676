"""What a history is told instead of drawing it: to look where it matters, or to tell less.

A weather makes some faults likely and settles what the companies are like; the histories are the
same otherwise. A cut leaves out orders and faults, to tell the story of a failing seed shortly.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tests.simulation.faults import APPLICABLE, Cell
from tests.simulation.ways import Way


@dataclass(frozen=True, slots=True)
class Weather:
    """Probabilities of some cells of the coverage table; None leaves a trait to the dice.

    The way to Sage is never drawn: a seed is another history on each.
    """

    odds: Mapping[Cell, float] = field(default_factory=dict)
    unique: bool | None = None
    remembers: bool | None = None
    way: Way = Way.DIRECT


@dataclass(frozen=True, slots=True)
class Cut:
    """What is left out: orders (store and id), cells of faults, and faults from some second on."""

    orders: Collection[tuple[str, str]] = ()
    cells: Collection[Cell] = ()
    faults_end: float | None = None


def calm_but(odds: Mapping[Cell, float]) -> Weather:
    """Nothing goes wrong but this: whatever is seen then is no accident of something else."""
    nothing = {(place, kind): 0.0 for place, kinds in APPLICABLE.items() for kind in kinds}
    return Weather({**nothing, **odds})


DRAWN = Weather()
"""Everything is drawn from the seed."""

WHOLE = Cut()
"""Nothing is left out."""
