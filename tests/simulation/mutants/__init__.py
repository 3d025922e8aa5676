"""Defects put into the product, one at a time: proof that the simulator can see them.

Each is made by replacing one function or constant for the time of a run. A mutant that survives
its seeds means that an invariant is missing, or that no history leads where the defect matters.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.simulation.mutants import clients, connections, events, ledger, postings
from tests.simulation.mutants.mutant import Mutant

MUTANTS: Sequence[Mutant] = (
    *ledger.MUTANTS,
    *postings.MUTANTS,
    *events.MUTANTS,
    *connections.MUTANTS,
    *clients.MUTANTS,
)
"""Every defect of reliability §8.1 that the product has a place for, and more."""

__all__ = ["MUTANTS", "Mutant"]
