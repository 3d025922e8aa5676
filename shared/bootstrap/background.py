"""What bounds and counts reads in the background, built on first use."""

from __future__ import annotations

from functools import cache

from shared.bootstrap.clock import now
from shared.bootstrap.connections import call_records, calls
from shared.budgets.background import BackgroundReads
from shared.budgets.months import BACKGROUND
from shared.connections.calls import TRANSACTIONS


@cache
def background_reads() -> BackgroundReads:
    """The process's one account of reads in the background."""
    return BackgroundReads(
        used=lambda tenant: calls().counted(tenant, TRANSACTIONS),
        of_month=lambda tenant, month: call_records().of_month(tenant, month),
        note=lambda tenant, count: calls().add(tenant, BACKGROUND, count),
        clock=now,
    )
