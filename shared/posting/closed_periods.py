"""Closed periods on the way of an order: dated before planning, learned after a refusal, listed."""

from __future__ import annotations

from dataclasses import dataclass

from shared.ledger.outcomes import Outcome
from shared.posting.closings import Calendars
from shared.posting.late_items import LateItems, late_item
from shared.postings.book import StoreBook
from shared.postings.periods import posting_date
from shared.postings.plan import Finding, Plan, Posting, Reason
from shared.tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class ClosedPeriods:
    """What posting does about closed periods (R-10.4 to R-10.7)."""

    calendars: Calendars
    late: LateItems

    def dated(self, tenant: Tenant, book: StoreBook) -> StoreBook:
        """The book with what is known of its entity's closed periods now."""
        return self.calendars.dated(tenant, book)

    def listed(self, tenant: Tenant, order_pk: str, plan: Plan, book: StoreBook) -> None:
        """Put what the plan moves to a later period on the late-items list, before it is sent."""
        for posting in plan.postings:
            item = late_item(order_pk, posting, book.calendar)
            if item is not None:
                self.late.add(tenant.id, item)

    def refused(
        self, tenant: Tenant, book: StoreBook, plan: Plan, outcome: Outcome
    ) -> tuple[Finding, ...]:
        """What a person must decide after a refusal for its date.

        Nothing where the order can be planned again, since the closing is known now.
        """
        posting = next(posting for posting in plan.postings if posting.key == outcome.key)
        day = posting_date(posting.document)
        if day is not None and self.calendars.learn(tenant, book.entity, day):
            return ()
        return (_refused(posting),)


def is_refused_date(outcome: Outcome) -> bool:
    """Whether Sage refused a posting for its date, and it may be planned under another one."""
    return outcome.reason == Reason.PERIOD_CLOSED and not outcome.findings


def _refused(posting: Posting) -> Finding:
    return Finding(
        Reason.PERIOD_CLOSED,
        f"{posting.kind.value} {posting.key.partition(':')[2]}",
        "Sage Intacct refused it: its date lies in no open period",
        "open the period, or set up a reporting period that holds the date, and release the order",
    )
