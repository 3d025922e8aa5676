"""Entries of payouts in a closed month: moved, held or tried again by policy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from intacct.documents import Document, JournalEntry
from intacct.errors import PeriodClosedError
from intacct.reading import ReportingPeriod
from shared.ledger.apply import Applier
from shared.payouts.booking import BookerParts, BookingReport, BookingState, PayoutBooker
from shared.payouts.keeping import Keeper
from shared.posting.closed_periods import ClosedPeriods
from shared.posting.closings import Calendars
from shared.postings.findings import Reason
from shared.tenants.models import Tenant
from tests.fakes import (
    FakeBooks,
    FakeClock,
    MemoryClosings,
    MemoryLateItems,
    MemoryLedger,
    MemoryReviews,
    counting_ids,
)
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.payouts.test_booking import KEY, SUBJECT, no_orders, tenant
from tests.unit.payouts.told import payout

MARCH = ReportingPeriod("3", "March", date(2026, 3, 1), date(2026, 3, 31), is_active=True)
APRIL = ReportingPeriod("4", "April", date(2026, 4, 1), date(2026, 4, 30), is_active=True)


class ClosedBooks(FakeBooks):
    """Books that are closed through the end of March."""

    def __init__(self) -> None:
        super().__init__()
        self.is_closed = True

    def create(self, document: Document, *, control_id: str, idempotency_key: str) -> Any:
        assert isinstance(document, JournalEntry)
        if self.is_closed and document.posted_on <= MARCH.ends_on:
            message = "closed"
            raise PeriodClosedError(message)
        return super().create(document, control_id=control_id, idempotency_key=idempotency_key)

    def entries(self) -> list[tuple[date, str]]:
        found = (document for document, _ in self.documents)
        return [(x.posted_on, x.description) for x in found if isinstance(x, JournalEntry)]


class Rig:
    """A booker whose entity's books are closed through March; it is the third of April."""

    def __init__(self, **policy: str) -> None:
        self.tenant = _with_policy(tenant(), policy)
        self.clock = FakeClock(datetime(2026, 4, 3, 12, tzinfo=UTC))
        self.books = ClosedBooks()
        self.payouts, self.reviews = MemoryPayouts(), MemoryReviews()
        self.ledger, self.late = MemoryLedger(), MemoryLateItems()
        calendars = Calendars(MemoryClosings(), lambda *_: [MARCH, APRIL], clock=self.clock)
        self.booker = PayoutBooker(
            BookerParts(
                payouts=self.payouts,
                ledger=self.ledger,
                reviews=self.reviews,
                orders=no_orders(self.ledger),
                applier_of=lambda _tenant, _entity: Applier(
                    self.ledger,
                    self.books,
                    clock=self.clock,
                    ids=counting_ids(),
                    pause=lambda _: None,
                ),
                clock=self.clock,
                on_failure=lambda _key, error: pytest.fail(str(error)),
                closed=ClosedPeriods(calendars, self.late),
            )
        )
        Keeper(self.payouts, self.reviews, self.clock, lambda _: None).keep("acme", payout())

    def book(self, *, release_by: str = "") -> BookingReport:
        deadline = self.clock() + timedelta(seconds=300)
        return self.booker.book(self.tenant, KEY, deadline, release_by=release_by)


def _with_policy(known: Tenant, policy: dict[str, str]) -> Tenant:
    told = known.model_dump()
    for store in told["stores"]:
        store["policy"] = {**store["policy"], **policy}
    return Tenant.model_validate(told)


def test_a_payout_of_a_closed_month_is_booked_on_the_first_open_day_and_listed() -> None:
    rig = Rig()

    assert rig.book().state is BookingState.BOOKED

    ((posted_on, description),) = rig.books.entries()
    assert posted_on == date(2026, 4, 1)
    assert description.endswith("(of 2026-03-05)")
    (item,) = rig.late.all("acme")
    assert (item.true_on, item.posted_on) == (date(2026, 3, 5), date(2026, 4, 1))
    assert item.order_pk == KEY.ledger_pk


def test_what_is_booked_is_not_listed_again() -> None:
    rig = Rig()
    rig.book()
    rig.late.items.clear()

    rig.book()

    assert list(rig.late.all("acme")) == []


@pytest.mark.parametrize("rule", ["hold", "request_reopen"])
def test_a_payout_waits_where_the_policy_says_so_and_goes_when_the_month_is_open(
    rule: str,
) -> None:
    rig = Rig(closed_period_payouts=rule)
    assert rig.book().state is BookingState.HELD
    assert rig.reviews.records["acme", SUBJECT].reasons == (Reason.PERIOD_CLOSED,)
    assert rig.books.entries() == []

    rig.books.is_closed = False

    assert rig.book(release_by="ada").state is BookingState.BOOKED
    ((posted_on, _),) = rig.books.entries()
    assert posted_on == date(2026, 3, 5)
