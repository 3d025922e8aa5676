"""What proofs may cost: background reads of a company in a month are bounded, and each is counted.

A day whose reads do not fit is proved as far as that goes without Sage, and says so.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.connections.calls import TRANSACTIONS, month_of
from shared.connections.profiles import limits_of
from shared.reconciliation.statement import Reading
from shared.tenants.models import Tenant

BACKGROUND_MAX = 5000
"""Background reads of a company in a month, in API transactions; the rest is for postings."""

PROOF = "proof_transactions"
"""The kind under which a tenant's month counts what proofs read."""

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
        wanted = references + lines + _FIXED
        return self.counted.get(PROOF, 0) + wanted <= BACKGROUND_MAX

    def reading(self) -> Reading:
        """What this proof cost, and where the month stands; to be asked once, when it is read."""
        spent = self.budget.used(self.tenant.id) - self.started
        self.budget.note(self.tenant.id, spent)
        days = calendar.monthrange(self.at.year, self.at.month)[1]
        used = self.counted.get(TRANSACTIONS, 0) + spent
        begins_at = self.at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        passed = (self.at - begins_at).total_seconds() / (days * 86_400)
        return Reading(
            transactions=spent,
            month=month_of(self.at),
            background=self.counted.get(PROOF, 0) + spent,
            background_max=BACKGROUND_MAX,
            used=used,
            allowance=limits_of(self.tenant.intacct).allowance(days),
            forecast=round(used / passed) if passed > 0 else used,
        )
