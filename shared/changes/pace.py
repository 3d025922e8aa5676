"""What of a company's records is read, how often, and what that costs: pure.

A reading that finds little is one API transaction per kind and entity (a page each), so the pace is
the cost. All background reads of a company share 5,000 transactions a month; polling plans with
`MOST_A_DAY` of them and goes slower where a company has many entities.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from intacct.limits import Tier
from intacct.permissions import KEPT_READS
from intacct.reading import Kept
from shared.connections.roles import wanted_of
from shared.customers.keeping import TOP_LEVEL
from shared.tenants.models import Tenant

MOST_A_DAY = 100
"""Transactions that polling plans with, of the 160 a day that all background reads may use."""

LOOK_EVERY = timedelta(hours=24)
"""How often keys are compared, and how often a reading goes back `WIDE`."""

KEYS_A_CALL = 500
"""Keys that one transaction compares (`intacct.rest.book_reads`; XML takes twice as many)."""

MOST_CALLS = 10
"""Transactions that one comparison of a kind may take; what is left has its turn the next night."""

PULL_EVERY = timedelta(minutes=30)
"""How often the event queue is pulled where it stands for readings; empty, it costs one."""

MASTERS = (Kept.CUSTOMER, Kept.ITEM)
SLOW_MASTERS = (Kept.CONTACT, Kept.WAREHOUSE)
DOCUMENTS = (
    Kept.SALES_DOCUMENT,
    Kept.AR_INVOICE,
    Kept.ADJUSTMENT,
    Kept.ADVANCE,
    Kept.PAYMENT,
    Kept.JOURNAL_ENTRY,
)

_DAY = timedelta(days=1)
_PULLS_A_DAY = _DAY / PULL_EVERY


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One kind of records in the books of one entity; masters are read at the top level (empty)."""

    entity: str
    kind: Kept

    def __str__(self) -> str:
        """As people read it: `100 ar_invoice`."""
        return f"{self.entity or 'top level'} {self.kind.value}"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a kind is left alone between two readings."""

    masters: timedelta
    slow_masters: timedelta
    documents: timedelta

    def of(self, kind: Kept) -> timedelta:
        """The time between two readings of a kind."""
        if kind in MASTERS:
            return self.masters
        return self.slow_masters if kind in SLOW_MASTERS else self.documents

    def stretched(self, factor: float) -> Pace:
        """The same pace, so many times slower."""
        return Pace(self.masters * factor, self.slow_masters * factor, self.documents * factor)


_PULLED = Pace(LOOK_EVERY, LOOK_EVERY, LOOK_EVERY)
_CAREFUL = Pace(timedelta(hours=2), timedelta(hours=24), timedelta(hours=4))
_USUAL = Pace(timedelta(hours=1), timedelta(hours=12), timedelta(hours=4))
_QUICK = Pace(timedelta(hours=1), timedelta(hours=12), timedelta(hours=3))

PACES: Mapping[Tier, Pace] = {
    Tier.ONE: _CAREFUL,
    Tier.TWO: _USUAL,
    Tier.TWO_500K: _USUAL,
    Tier.THREE: _QUICK,
    Tier.FOUR: _QUICK,
    Tier.FIVE: _QUICK,
    Tier.APPLICATION: _QUICK,
}
"""The pace of each profile; all share the same bound on background reads."""


@dataclass(frozen=True, slots=True)
class DayCost:
    """What a usual day costs in API transactions, when little changes.

    `polls` are readings of changes and of the event queue, `looks` nightly comparisons of keys with
    the audit history's word, which take so many `nights` to be through. `pace` is what is kept,
    slower than the profile's where that would cost too much.
    """

    places: int
    polls: float
    looks: float
    nights: int
    pace: Pace

    @property
    def total(self) -> float:
        """Both together."""
        return self.polls + self.looks


def places_of(tenant: Tenant, kinds: Iterable[Kept]) -> tuple[Place, ...]:
    """What is read of a tenant's books of these kinds, in a fixed order.

    Only what the tenant's settings come to: a kind that the role need not cover may belong to a
    module that the company has not even subscribed.
    """
    covered = wanted_of(tenant, is_reading=True)
    wanted = {kind for kind in kinds if KEPT_READS[kind] <= covered}
    masters = [Place(TOP_LEVEL, kind) for kind in (*MASTERS, *SLOW_MASTERS) if kind in wanted]
    documents = [kind for kind in DOCUMENTS if kind in wanted]
    entities = tenant.entities_with_stores()
    return (*masters, *(Place(one, kind) for one in entities for kind in documents))


def pace_of(tier: Tier, places: Iterable[Place], *, is_pulled: bool = False) -> Pace:
    """The profile's pace, slower where so many places would cost more than polling may.

    With `is_pulled` the event queue says what to read, and the rest is read once a day.
    """
    listed = list(places)
    pace = _PULLED if is_pulled else PACES[tier]
    most = MOST_A_DAY - (_PULLS_A_DAY if is_pulled else 0)
    return pace.stretched(max(1.0, _a_day(pace, listed) / most))


def cost_of(
    tier: Tier, places: Iterable[Place], known: Mapping[Place, int], *, is_pulled: bool = False
) -> DayCost:
    """What a usual day costs.

    Args:
        tier: the company's profile.
        places: what is read.
        known: how many records of a place our tables name, as far as their keys are compared.
        is_pulled: whether the event queue is pulled in place of most readings.
    """
    listed = list(places)
    pace = pace_of(tier, listed, is_pulled=is_pulled)
    pages = {place: math.ceil(count / KEYS_A_CALL) for place, count in known.items() if count}
    # The history is asked where a night does not see all keys.
    audits = sum(count > MOST_CALLS for count in pages.values())
    looks = sum(min(count, MOST_CALLS) for count in pages.values())
    nights = max((math.ceil(count / MOST_CALLS) for count in pages.values()), default=1)
    polls = _a_day(pace, listed) + (_PULLS_A_DAY if is_pulled else 0)
    return DayCost(len(listed), polls, looks + audits, nights, pace)


def _a_day(pace: Pace, places: Iterable[Place]) -> float:
    return sum(_DAY / pace.of(place.kind) for place in places)
