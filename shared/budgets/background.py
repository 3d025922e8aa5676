"""Reads of Sage that no order needs: bounded by the month, counted apart from postings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from shared.budgets.months import background_reads_left
from shared.connections.calls import month_of
from shared.ports import Clock


@dataclass(frozen=True, slots=True)
class BackgroundReads:
    """Whether a schedule may read for a tenant, and what it has read.

    `used` tells the transactions that this process has used of a tenant so far, `of_month` what
    the tenant used in a month by kind, `note` adds to what this invocation reports as background.
    """

    used: Callable[[str], int]
    of_month: Callable[[str, str], Mapping[str, int]]
    note: Callable[[str, int], None]
    clock: Clock

    def left(self, tenant: str) -> int:
        """How many are left this month; none is the schedule's sign to leave it be.

        Raises:
            ConnectionStoreError: the counts cannot be read.
        """
        return background_reads_left(self.of_month(tenant, month_of(self.clock())))

    @contextmanager
    def counted(self, tenant: str) -> Iterator[None]:
        """Count all that is done for the tenant meanwhile, whether it succeeds or not."""
        before = self.used(tenant)
        try:
            yield
        finally:
            count = self.used(tenant) - before
            if count:
                self.note(tenant, count)
