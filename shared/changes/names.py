"""Whether Sage still has, and still uses, every name that a tenant's document names.

Accounts, dimensions, journals and the like have no change that is told; so once a day all names are
looked up, a transaction for each kind and entity. What somebody deactivated there is one review
record before an order is refused for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from intacct.errors import IntacctError, PermissionDeniedError
from intacct.names import NameState
from shared.budgets.background import BackgroundReads
from shared.polling.checkpoints import Checkpoints, PollingElsewhereError
from shared.ports import Clock
from shared.postings.findings import Finding, Reason
from shared.reviews.records import Reviews
from shared.tenants.against import NamesAnswer, NamesRequest, Unusable, grouped
from shared.tenants.models import Tenant
from shared.tenants.named import named

READER = "names"
"""The reader under which it is kept when a tenant's names were looked up last."""

SUBJECT = "changes::names"
"""The subject of the review record of names that cannot be used."""

EVERY = timedelta(hours=24)
_ALL_NAMES = "entity:"
_MOST_TOLD = 30
_MOST_CALLS = 40

LookUp = Callable[[Tenant, NamesRequest], NamesAnswer]
"""Asks the tenant's books for names (`shared.bootstrap.probing.named_in_books`)."""


class NamesOutcome(StrEnum):
    """What became of a tenant's names.

    LOOKED: all were looked up. NOT_DUE, BUSY: not now. BUDGET: no background reads are left.
    UNSEEN: the role covers one of the kinds not. FAILED: Sage could not be asked.
    """

    LOOKED = "looked"
    NOT_DUE = "not_due"
    BUSY = "busy"
    BUDGET = "budget"
    UNSEEN = "unseen"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NamesReport:
    """What one look found: how many names cannot be used."""

    tenant: str
    outcome: NamesOutcome
    unusable: int = 0
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the function's answer."""
        return {
            "tenant": self.tenant,
            "outcome": self.outcome.value,
            "unusable": self.unusable,
            "detail": self.detail,
        }


class NamesWatch:
    """Looks up the names of any tenant's document, once a day."""

    def __init__(
        self,
        look_up: LookUp,
        checkpoints: Checkpoints,
        background: BackgroundReads,
        reviews: Reviews,
        *,
        clock: Clock,
    ) -> None:
        """`checkpoints` are those of `READER`."""
        self._look_up = look_up
        self._checkpoints = checkpoints
        self._background = background
        self._reviews = reviews
        self._clock = clock

    def run(self, tenant: Tenant) -> NamesReport:
        """Look the names up if that is due, and tell people what cannot be used.

        Raises:
            ConnectionStoreError: the month's counts could not be read.
            botocore.exceptions.ClientError: checkpoint or review could not be read or written.
        """
        if tenant.is_paused or not tenant.changes.is_polled:
            return NamesReport(tenant.id, NamesOutcome.NOT_DUE)
        now = self._clock()
        try:
            lease = self._checkpoints.acquire(tenant.id, _ALL_NAMES, now=now)
        except PollingElsewhereError:
            return NamesReport(tenant.id, NamesOutcome.BUSY)
        try:
            if lease.read_to is not None and now - lease.read_to < EVERY:
                return NamesReport(tenant.id, NamesOutcome.NOT_DUE)
            if self._background.left(tenant.id) < _MOST_CALLS:
                return NamesReport(tenant.id, NamesOutcome.BUDGET)
            report = self._looked(tenant)
            # What failed is tried again tomorrow: each try is billed, and refusals tell, too.
            self._checkpoints.advance(lease, max(now, lease.read_to or now), now=now)
        finally:
            self._checkpoints.release(lease)
        return report

    def _looked(self, tenant: Tenant) -> NamesReport:
        request = NamesRequest(tenant=tenant.id, names=grouped(named(tenant)))
        try:
            with self._background.counted(tenant.id):
                found = self._look_up(tenant, request).unusable
        except PermissionDeniedError:
            return NamesReport(tenant.id, NamesOutcome.UNSEEN)
        except IntacctError as error:
            return NamesReport(tenant.id, NamesOutcome.FAILED, detail=type(error).__name__)
        now = self._clock()
        if found:
            self._reviews.open(tenant.id, SUBJECT, _findings(found), at=now)
        else:
            self._reviews.close(tenant.id, SUBJECT, at=now)
        return NamesReport(tenant.id, NamesOutcome.LOOKED, len(found))


def _findings(found: Sequence[Unusable]) -> list[Finding]:
    told = [_finding(one) for one in found[:_MOST_TOLD]]
    if len(found) > _MOST_TOLD:
        message = f"and {len(found) - _MOST_TOLD} more names"
        told.append(Finding(Reason.MAPPING_MISSING, "names", message, _HINT))
    return told


_HINT = "correct the company or the tenant's document: ops tenant lint FILE --against books"


def _finding(one: Unusable) -> Finding:
    is_there = one.state is NameState.INACTIVE
    message = "is inactive in Sage Intacct" if is_there else "is not in Sage Intacct"
    place = f"{one.entity or 'top level'} {one.kind.value} {one.name}"
    return Finding(Reason.MAPPING_MISSING, place, message, _HINT)
