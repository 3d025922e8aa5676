"""Entries of payouts in closed periods: dated by policy, and dated again after a refusal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.ledger.apply import Applier, results_of
from shared.ledger.driving import drive_one
from shared.ledger.outcomes import Outcome, OutcomeKind
from shared.ledger.port import Ledger
from shared.ports import Clock
from shared.posting.closed_periods import ClosedPeriods, is_refused_date
from shared.postings.book import StoreBook
from shared.postings.periods import in_open_periods
from shared.postings.plan import Plan, Posting
from shared.tenants.models import Tenant

_MOST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class DatedApplier:
    """Applies entries under dates that their entity's books take (R-10.4, R-10.5).

    Without `closed` an entry whose period is closed is refused by Sage, and waits for a person.
    """

    ledger: Ledger
    applier_of: Callable[[Tenant, str], Applier]
    clock: Clock
    closed: ClosedPeriods | None

    def apply(
        self,
        tenant: Tenant,
        book: StoreBook,
        pk: str,
        postings: Sequence[Posting],
        *,
        deadline: datetime,
        release_by: str,
    ) -> Outcome:
        """Bring the entries of one entity into its books; `book` is the store's, of that entity.

        What a person releases is tried under its true date first.
        """
        outcome = None
        for tries in range(_MOST_ROUNDS):
            chain = self.ledger.chain(pk)
            results = results_of(chain)
            missing = tuple(posting for posting in postings if posting.key not in results)
            dated = self._dated(tenant, book, is_first=bool(release_by) and not tries)
            plan = self._planned(Plan(postings=missing), dated)
            if self.closed is not None:
                self.closed.listed(tenant, pk, plan, dated)
            steps = self.applier_of(tenant, book.entity).steps(
                pk,
                plan.postings,
                results,
                deadline,
                records=chain,
                reopen_by=release_by,
                moves_dates=self.closed is not None,
            )
            outcome = drive_one(steps, clock=self.clock)
            if self.closed is None or not is_refused_date(outcome):
                return _held_back(outcome, plan)
            findings = self.closed.refused(tenant, dated, plan, outcome)
            if findings:
                return replace(outcome, kind=OutcomeKind.HELD, findings=findings)
        assert outcome is not None, "there is at least one round"  # noqa: S101
        return outcome

    def _dated(self, tenant: Tenant, book: StoreBook, *, is_first: bool) -> StoreBook:
        if self.closed is None or is_first:
            return book
        return self.closed.dated(tenant, book)

    @staticmethod
    def _planned(plan: Plan, book: StoreBook) -> Plan:
        field = book.mapping.definitions.true_date_field
        return in_open_periods(plan, book.calendar, book.policy, true_date_field=field)


def _held_back(outcome: Outcome, plan: Plan) -> Outcome:
    """The outcome, held where all that could be posted is, and the rest lies in a closed period."""
    if outcome.kind is not OutcomeKind.COMPLETE or not plan.blocked:
        return outcome
    reason = plan.blocked[0].reason.value
    return replace(outcome, kind=OutcomeKind.HELD, reason=reason, findings=plan.blocked)
