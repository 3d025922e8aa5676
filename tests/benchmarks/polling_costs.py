"""What following a company costs in a day: transactions by profile and size, lived and estimated.

A day is lived in the schedule's steps of a quarter of an hour, with the real poller over a company
in memory in which little changes, once it was read for the first time. `python -m` this prints a
table.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from intacct.limits import Tier
from intacct.reading import Kept
from shared.budgets.depths import BACKGROUND_READS_MOST
from shared.changes.pace import KEYS_A_CALL, Place, cost_of
from shared.changes.ports import Known
from tests.unit.changes.rig import Rig

_STEP = 900.0
_STEPS_A_DAY = 96
_DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class Size:
    """How many records our tables name, documents those of two months; and in how many entities."""

    customers: int
    items: int
    documents: int
    entities: int = 1


@dataclass(frozen=True, slots=True)
class LivedDay:
    """One profile at one size: transactions of the day, as lived and as estimated."""

    tier: Tier
    size: Size
    lived: int
    estimated: float
    cpu_seconds: float

    @property
    def month_share(self) -> float:
        """The share in a month's background reads, in percent."""
        return round(100 * self.lived * _DAYS_A_MONTH / BACKGROUND_READS_MOST, 1)


SIZES = (Size(500, 200, 2_000), Size(5_000, 2_000, 12_000), Size(2_000, 1_000, 5_000, 5))


def lived_day(tier: Tier, size: Size) -> LivedDay:
    """The second day of following such a company."""
    rig = Rig()
    entities = tuple(str(100 + number) for number in range(size.entities))
    shops = tuple(rig.tenant.stores[0].model_copy(update={"entity": one}) for one in entities)
    intacct = rig.tenant.intacct.model_copy(update={"tier": tier.value})
    rig.tenant = rig.tenant.model_copy(update={"intacct": intacct, "stores": shops})
    known = _fill(rig, size, entities)
    rig.background.remaining = 10**9
    _live_a_day(rig)
    rig.company.asked.clear()
    began = time.process_time()
    _live_a_day(rig)
    cpu = time.process_time() - began
    estimate = cost_of(tier, rig.poller.places(rig.tenant), known)
    return LivedDay(tier, size, sum(rig.company.asked.values()), estimate.total, cpu)


def _fill(rig: Rig, size: Size, entities: tuple[str, ...]) -> dict[Place, int]:
    counts = {
        Place("", Kept.CUSTOMER): size.customers,
        Place("", Kept.ITEM): size.items,
        **{Place(one, Kept.SALES_DOCUMENT): size.documents // len(entities) for one in entities},
    }
    for place, count in counts.items():
        rig.names.named[place] = [Known(str(number)) for number in range(count)]
    most = max(counts.values())
    for kind in (Kept.CUSTOMER, Kept.ITEM, Kept.SALES_DOCUMENT):
        for number in range(most):
            rig.company.write(kind, str(number))
    rig.names.kinds = frozenset({Kept.CUSTOMER, Kept.ITEM, Kept.SALES_DOCUMENT})
    return counts


def _live_a_day(rig: Rig) -> None:
    for _ in range(_STEPS_A_DAY):
        rig.run()
        rig.clock.pass_time(_STEP)


def table() -> Iterator[str]:
    """The table of `docs/benchmarks.md`, line by line."""
    yield (
        "| profile | customers | items | documents | entities | transactions a day |"
        " estimated | of the month's background reads |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for size in SIZES:
        for tier in (Tier.ONE, Tier.TWO, Tier.THREE):
            day = lived_day(tier, size)
            yield (
                f"| {tier.value} | {size.customers:,} | {size.items:,} | {size.documents:,} |"
                f" {size.entities} | {day.lived} | {day.estimated:.0f} | {day.month_share} % |"
            )


if __name__ == "__main__":
    sys.stdout.write(f"{KEYS_A_CALL} keys a transaction\n")
    for line in table():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
