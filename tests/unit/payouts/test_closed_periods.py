"""Entries of payouts in a closed month: moved, held or tried again by policy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commerce.payouts import FeeKind, Payout, PayoutLineKind, PayoutStatus
from intacct.documents import Document, JournalEntry, JournalLine, Side
from intacct.errors import PeriodClosedError
from intacct.reading import ReportingPeriod
from shared.ledger.apply import Applier
from shared.payouts.booking import BookerParts, BookingReport, BookingState, PayoutBooker
from shared.payouts.keeping import Keeper
from shared.payouts.store import PayoutKey
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
from tests.unit.payouts.told import line, payout

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

    def __init__(self, told: Payout | None = None, **policy: str) -> None:
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
        self.keep(told or payout())

    def keep(self, told: Payout) -> None:
        Keeper(self.payouts, self.reviews, self.clock, lambda _: None).keep("acme", told)

    def book(self, key: PayoutKey = KEY, *, release_by: str = "") -> BookingReport:
        deadline = self.clock() + timedelta(seconds=300)
        return self.booker.book(self.tenant, key, deadline, release_by=release_by)

    def left(self, account: str) -> Decimal:
        """What stands on an account, debits positive."""
        lines = (x for document, _ in self.books.documents for x in _lines(document))
        return sum(
            (
                x.amount.amount if x.side is Side.DEBIT else -x.amount.amount
                for x in lines
                if x.account == account
            ),
            start=Decimal(0),
        )


def _lines(document: Document) -> tuple[JournalLine, ...]:
    return document.lines if isinstance(document, JournalEntry) else ()


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


IN_MARCH, IN_APRIL = datetime(2026, 3, 28, 15, tzinfo=UTC), datetime(2026, 4, 2, 15, tzinfo=UTC)
SETTLED = payout(
    (
        line("1", PayoutLineKind.CHARGE, "400.00", at=IN_MARCH),
        line("2", PayoutLineKind.FEE, "-100.00", at=IN_MARCH, fee_kind=FeeKind.PROCESSING),
        line("3", PayoutLineKind.CHARGE, "50.00", at=IN_APRIL),
    ),
    amount="350.00",
    status=PayoutStatus.PAID,
    sent_at=IN_APRIL,
    arrived_at=IN_APRIL,
    period_from=datetime(2026, 3, 25, 15, tzinfo=UTC),
)
"""J-6.10 and J-6.11 in short: sold in March, settled in April."""


def test_a_settlement_that_straddles_a_close_keeps_its_true_month_on_the_late_list() -> None:
    rig = Rig(SETTLED)

    assert rig.book().state is BookingState.BOOKED

    assert rig.books.entries() == [
        (date(2026, 4, 1), "shop payout:po-1001:2026-03 (of 2026-03-31)"),
        (date(2026, 4, 2), "shop payout:po-1001"),
        (date(2026, 4, 2), "shop payout:po-1001:arrival"),
    ]
    (item,) = rig.late.all("acme")
    assert (item.true_on, item.posted_on) == (date(2026, 3, 31), date(2026, 4, 1))
    assert [rig.left(account) for account in ("1160", "1120", "1010")] == [0, 0, 350]


@pytest.mark.parametrize("rule", ["hold", "request_reopen"])
def test_no_later_part_is_posted_while_the_part_of_the_closed_month_waits(rule: str) -> None:
    rig = Rig(SETTLED, closed_period_payouts=rule)

    assert rig.book().state is BookingState.HELD
    assert rig.books.entries() == []

    rig.books.is_closed = False

    assert rig.book(release_by="ada").state is BookingState.BOOKED
    assert [on for on, _ in rig.books.entries()] == [
        date(2026, 3, 31),
        date(2026, 4, 2),
        date(2026, 4, 2),
    ]
    assert rig.left("1160") == 0


def test_a_payout_that_fails_over_a_month_end_and_is_retried_is_in_the_bank_once() -> None:
    """S8, with March closed when the failure of March is heard of."""
    rig = Rig()
    rig.books.is_closed = False
    rig.book()
    rig.books.is_closed = True
    rig.keep(payout(status=PayoutStatus.FAILED))

    assert rig.book().state is BookingState.BOOKED

    rig.tenant = _with_policy(tenant(payout_rules=[_RETRIED]), {})
    back = line("4", PayoutLineKind.TRANSFER, "159.34", at=IN_APRIL, type_name="payout_failure")
    again = payout((back,), amount="159.34", payout_id="po-1002", sent_at=IN_APRIL)
    rig.keep(replace(again, status=PayoutStatus.PAID, arrived_at=IN_APRIL))
    report = rig.book(PayoutKey("acme", "shop", "po-1002"))

    assert report.state is BookingState.BOOKED
    assert [f"{on}" for on, _ in rig.books.entries()] == [
        "2026-03-05",
        "2026-04-03",
        "2026-04-02",
        "2026-04-02",
    ]
    left = [rig.left(account) for account in ("1010", "1120", "1100")]
    assert left == [Decimal("159.34"), Decimal(0), Decimal("-165.45")]


_RETRIED = {"type_name": "payout_failure", "account": "1100"}
