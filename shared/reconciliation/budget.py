"""What proofs may cost: background reads of a company in a month are bounded, and each is counted.

A day whose reads do not fit is proved as far as that goes without Sage, and says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.budgets.depths import BACKGROUND_READS_MOST
from shared.budgets.months import BACKGROUND, background_reads_left, month_forecast
from shared.connections.calls import TRANSACTIONS, month_of
from shared.reconciliation.statement import Reading
from shared.tenants.models import Tenant

BACKGROUND_MAX = BACKGROUND_READS_MOST
"""Background reads of a company in a month, in API transactions; the rest is for postings."""

PROOF = BACKGROUND
"""The kind under which a tenant's month counts what proofs read, with all that reads like them."""

_REFERENCES_A_CALL = 1000
_LINES_A_CALL = 2000
_LINES_A_DOCUMENT = 6
_FIXED = 16
"""Asking for changes and deletions by kind, and the trial balance."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Counts and bounds what proofs read.

    `used` tells the transactions that this process has used of a tenant so far, `of_month` what
    the tenant used in a month by kind, `note` adds to this invocation's counts.
    """

    used: Callable[[str], int]
    of_month: Callable[[str, str], Mapping[str, int]]
    note: Callable[[str, int], None]

    def begin(self, tenant: Tenant, at: datetime) -> Meter:
        """Begin to count one proof."""
        month = month_of(at)
        counted = dict(self.of_month(tenant.id, month))
        return Meter(self, tenant, at, self.used(tenant.id), counted)


@dataclass(slots=True)
class Meter:
    """One proof's reads."""

    budget: Budget
    tenant: Tenant
    at: datetime
    started: int
    counted: Mapping[str, int]

    def allows(self, estimate: tuple[int, int]) -> bool:
        """Whether reading so many documents of so many days back stays within the month."""
        documents, days = estimate
        references = math.ceil(documents / _REFERENCES_A_CALL)
        lines = days + math.ceil(documents * _LINES_A_DOCUMENT / _LINES_A_CALL)
        return references + lines + _FIXED <= background_reads_left(self.counted)

    def reading(self) -> Reading:
        """What this proof cost, and where the month stands; to be asked once, when it is read."""
        spent = self.budget.used(self.tenant.id) - self.started
        self.budget.note(self.tenant.id, spent)
        month = month_forecast(
            self.tenant.intacct,
            {
                TRANSACTIONS: self.counted.get(TRANSACTIONS, 0) + spent,
                BACKGROUND: self.counted.get(BACKGROUND, 0) + spent,
            },
            now=self.at,
        )
        return Reading(
            transactions=spent,
            month=month.month,
            background=month.background,
            background_max=month.background_most,
            used=month.used,
            allowance=month.allowance,
            forecast=month.forecast,
        )
