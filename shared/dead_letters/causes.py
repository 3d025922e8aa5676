"""Why a dead letter is dead, as far as our own records know, in reasons that people filter by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from shared.dead_letters.failures import Failures
from shared.dead_letters.letters import Kind, Letter
from shared.dead_letters.queues import watched
from shared.facts.record import order_pk
from shared.ledger.port import Ledger
from shared.postings.findings import Finding, Reason
from shared.reviews.records import (
    Review,
    Reviews,
    ReviewStatus,
    Stage,
    delivery_subject,
    intake_subject,
    order_subject,
)
from shared.tenants.models import Tenant

_HINTS = {
    Reason.MESSAGE_UNREADABLE: "deploy the code that wrote it, or drop it",
    Reason.SCHEDULED_RUN_FAILED: "its next run does the work; when one has succeeded, drop it",
    Reason.CONFIGURATION_MISSING: "apply the tenant's configuration: its letters then go again",
    Reason.HANDLER_FAILED: "read the function's log for the error, fix it, redrive",
}
_BY_RECORD = "fix what the order's own review record says, then redrive"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a letter is dead, never without a reason; `error` is a class, empty if nobody saw it."""

    reasons: tuple[Reason, ...]
    error: str = ""

    @property
    def hint(self) -> str:
        """What usually helps."""
        return _HINTS.get(self.reasons[0], _BY_RECORD)


class Causes:
    """Looks causes up in tenants, open review records and ledger; remembers what it read."""

    def __init__(
        self,
        reviews: Reviews,
        ledger: Ledger,
        failures: Failures,
        tenant_of: Callable[[str], Tenant | None],
    ) -> None:
        """`tenant_of` gives None where there is no valid configuration."""
        self._reviews = reviews
        self._ledger = ledger
        self._failures = failures
        self._tenant_of = tenant_of
        self._open: dict[str, dict[str, Review]] = {}
        self._chains: dict[str, tuple[str, ...]] = {}

    def of(self, one: Letter) -> Cause:
        """Every reason without repetition, and the last error."""
        if one.kind is Kind.UNREADABLE:
            return Cause((Reason.MESSAGE_UNREADABLE,))
        if one.kind is Kind.SCHEDULED_RUN:
            return Cause((Reason.SCHEDULED_RUN_FAILED,), one.error)
        found = [reason for review in self.reviews(one) for reason in review.reasons]
        found += [Reason(name) for name in self._in_ledger(one) if name in Reason.__members__]
        if not self._is_configured(one):
            found.insert(0, Reason.CONFIGURATION_MISSING)
        reasons = tuple(dict.fromkeys(found)) or (Reason.HANDLER_FAILED,)
        return Cause(reasons, self._failures.last(one))

    def findings(self, one: Letter, cause: Cause) -> list[Finding]:
        """What the letter's review record says: one finding per reason."""
        times = f"received {one.receives} times" if one.receives else "given up by its queue"
        error = f", last error {cause.error}" if cause.error else ""
        runbook = watched(one.queue).runbook
        return [
            Finding(
                reason,
                place=f"{one.queue}, message {one.id}",
                message=f"{one.kind.value} {times} without a decision{error}",
                hint=f"{_HINTS.get(reason, _BY_RECORD)}; see {runbook}",
            )
            for reason in cause.reasons
        ]

    def reviews(self, one: Letter) -> list[Review]:
        """The open review records that the letter may have to do with, its own apart."""
        if not one.tenant:
            return []
        known = self._of_tenant(one.tenant)
        subjects = [intake_subject(one.store)]
        if one.order_id:
            subjects += [order_subject(one.store, one.order_id, stage) for stage in Stage]
        if one.delivery:
            subjects.append(delivery_subject(one.store, one.delivery))
        return [known[subject] for subject in subjects if subject in known]

    def _is_configured(self, one: Letter) -> bool:
        tenant = self._tenant_of(one.tenant)
        return tenant is not None and tenant.store(one.store) is not None

    def _of_tenant(self, tenant: str) -> dict[str, Review]:
        if tenant not in self._open:
            records = self._reviews.all(tenant)
            is_open = ReviewStatus.OPEN
            self._open[tenant] = {r.subject: r for r in records if r.status is is_open}
        return self._open[tenant]

    def _in_ledger(self, one: Letter) -> tuple[str, ...]:
        if not one.order_id:
            return ()
        pk = order_pk(one.tenant, one.store, one.order_id)
        if pk not in self._chains:
            records = self._ledger.chain(pk).values()
            self._chains[pk] = tuple(record.reason for record in records if record.reason)
        return self._chains[pk]
