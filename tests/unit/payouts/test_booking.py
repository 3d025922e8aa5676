"""Payouts are booked once each, whole or with everything that stopped them, whatever happens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commerce.payouts import Payout, PayoutLineKind, PayoutStatus
from intacct.documents import JournalEntry, Side
from intacct.errors import (
    CredentialsError,
    IntacctError,
    NotSentError,
    OutcomeUnknownError,
    PeriodClosedError,
)
from shared.ledger.apply import Applier
from shared.payouts.booking import (
    LOOK_AGAIN,
    BookerParts,
    BookingReport,
    BookingState,
    PayoutBooker,
)
from shared.payouts.keeping import Keeper
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.proof import payout_subject
from shared.payouts.records import PayoutState
from shared.payouts.store import PayoutKey
from shared.posting.versions import OrderBooks
from shared.postings.findings import Reason
from shared.postings.planner import plan
from shared.reviews.records import CONNECTION
from shared.tenants.models import Tenant
from tests.accounting.payout_lives import DIRECT, PAYOUT_ACCOUNTS
from tests.fake_day_book import MemoryDayBook
from tests.fakes import FakeBooks, FakeClock, MemoryFacts, MemoryLedger, MemoryReviews, counting_ids
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.payouts.told import ARRIVED_AT, LINES, SENT_AT, line, payout

KEY = PayoutKey("acme", "shop", "po-1001")
SUBJECT = payout_subject("shop", "po-1001")


def tenant(accounts: Any = PAYOUT_ACCOUNTS, **mapping: Any) -> Tenant:
    store = {
        "id": "shop",
        "cart": "shopify",
        "entity": "100",
        "mapping": {"version": "1", "accounts": accounts, **mapping},
    }
    entities = [
        {"id": name, "zone": "America/New_York", "base_currency": "USD"} for name in ("100", "200")
    ]
    return Tenant.model_validate(
        {
            "id": "acme",
            "intacct": {"company_id": "C", "user_id": "U"},
            "entities": entities,
            "stores": [store],
        }
    )


def no_orders(ledger: MemoryLedger, facts: MemoryFacts | None = None) -> OrderMoneyReader:
    """A reader that knows of no order but those in `facts`."""
    books = OrderBooks(lambda _tenant, _number: tenant(), MemoryDayBook())
    return OrderMoneyReader(facts or MemoryFacts(), ledger, books, plan)


class Rig:
    """A booker on fakes, with the books of two entities."""

    def __init__(self, configured: Tenant | None = None) -> None:
        self.tenant = configured or tenant()
        self.clock = FakeClock(SENT_AT)
        self.payouts = MemoryPayouts()
        self.reviews = MemoryReviews()
        self.ledger, self.facts = MemoryLedger(), MemoryFacts()
        self.books = {"100": FakeBooks(), "200": FakeBooks()}
        self.failures: list[tuple[PayoutKey, Exception]] = []
        self.keeper = Keeper(self.payouts, self.reviews, self.clock, lambda _: None)
        self.booker = PayoutBooker(
            BookerParts(
                payouts=self.payouts,
                ledger=self.ledger,
                reviews=self.reviews,
                orders=no_orders(self.ledger, self.facts),
                applier_of=self._applier,
                clock=self.clock,
                on_failure=lambda key, error: self.failures.append((key, error)),
            )
        )

    def _applier(self, _tenant: Tenant, entity: str) -> Applier:
        books, ids = self.books[entity], counting_ids()
        return Applier(self.ledger, books, clock=self.clock, ids=ids, pause=lambda _: None)

    def keep(self, told: Payout | None = None) -> None:
        self.keeper.keep("acme", told or payout())

    def run(self, **more: Any) -> list[BookingReport]:
        return self.booker.book_due([self.tenant], self.deadline, **more)

    @property
    def deadline(self) -> datetime:
        return self.clock() + timedelta(seconds=300)

    def states(self) -> list[BookingState]:
        return [report.state for report in self.run()]

    @property
    def state(self) -> PayoutState:
        return self.payouts.records[KEY].state

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.reviews.records[("acme", SUBJECT)].reasons

    def entries(self, entity: str = "100") -> list[JournalEntry]:
        found = [document for document, _ in self.books[entity].documents]
        return [document for document in found if isinstance(document, JournalEntry)]

    def balances(self) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for entity in self.books:
            for entry in self.entries(entity):
                for each in entry.lines:
                    sign = 1 if each.side is Side.DEBIT else -1
                    amount = sums.get(each.account, Decimal(0)) + sign * each.amount.amount
                    sums[each.account] = amount
        return {account: amount for account, amount in sums.items() if amount}


ARRIVED = {"1010": Decimal("159.34"), "6100": Decimal("6.11"), "1100": Decimal("-165.45")}


def test_a_payout_is_booked_when_it_is_sent_and_when_it_arrives_and_once_each() -> None:
    rig = Rig()
    rig.keep()

    assert [rig.states(), rig.states()] == [[BookingState.BOOKED], []]
    assert rig.state is PayoutState.BOOKED

    rig.keep(payout(status=PayoutStatus.PAID, arrived_at=ARRIVED_AT))

    assert [rig.states(), rig.states()] == [[BookingState.BOOKED], []]
    assert [entry.description for entry in rig.entries()] == [
        "shop payout:po-1001",
        "shop payout:po-1001:arrival",
    ]
    assert rig.balances() == ARRIVED


def test_told_at_once_or_step_by_step_the_books_are_the_same() -> None:
    rig = Rig()
    rig.keep(payout(status=PayoutStatus.PAID, arrived_at=ARRIVED_AT))

    rig.run()

    assert rig.balances() == ARRIVED


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("broken", [0, 1])
def test_an_answer_that_is_lost_makes_no_second_entry(when: str, broken: int) -> None:
    rig = Rig()
    rig.keep(payout(status=PayoutStatus.PAID, arrived_at=ARRIVED_AT))
    rig.books["100"].faults = [None] * broken
    rig.books["100"].fail(when, OutcomeUnknownError("read timeout"))

    states = rig.states()
    for _ in range(40):
        rig.clock.pass_time(300)
        states += rig.states()

    assert states[0] is BookingState.PARKED
    assert states[-1] is BookingState.BOOKED
    assert rig.balances() == ARRIVED
    assert len(rig.entries()) == 2


def test_a_worker_that_dies_between_entries_is_succeeded() -> None:
    class Died(BaseException):
        pass

    rig = Rig()
    rig.keep(payout(status=PayoutStatus.PAID, arrived_at=ARRIVED_AT))
    rig.books["100"].faults = [None, ("after", Died())]

    with pytest.raises(Died):
        rig.run()
    for _ in range(20):
        rig.clock.pass_time(300)
        rig.run()

    assert rig.state is PayoutState.BOOKED
    assert rig.balances() == ARRIVED


def test_what_does_not_add_up_is_never_booked() -> None:
    rig = Rig()
    rig.keep(payout(amount="159.35"))

    assert rig.states() == []
    assert rig.entries() == []


def test_a_kind_of_row_without_account_holds_all_of_it_until_it_has_one() -> None:
    rig = Rig()
    odd = line("4", PayoutLineKind.ADJUSTMENT, "1.00", type_name="Goodwill", is_recognized=False)
    rig.keep(payout((*LINES, odd), amount="160.34"))

    assert rig.states() == [BookingState.HELD]
    assert (rig.entries(), rig.reasons) == ([], (Reason.MAPPING_MISSING,))
    assert rig.states() == []

    rule = {"type_name": "goodwill", "account": "4900"}
    rig.tenant = tenant(payout_rules=[rule])
    rig.clock.pass_time(LOOK_AGAIN.total_seconds())

    assert rig.states() == [BookingState.BOOKED]
    assert rig.balances()["4900"] == Decimal("-1.00")
    assert not rig.reviews.is_open("acme", SUBJECT)


def test_lines_that_change_after_booking_change_nothing_in_the_books() -> None:
    rig = Rig()
    rig.keep()
    rig.run()
    before = rig.balances()

    rig.keep(payout((*LINES, line("9", PayoutLineKind.CHARGE, "5.00")), amount="164.34"))

    assert rig.states() == []
    assert rig.balances() == before
    assert rig.reasons == (Reason.CONTENT_CONFLICT,)


def test_content_is_frozen_before_anything_leaves() -> None:
    rig = Rig()
    rig.keep()
    rig.books["100"].fail("after", OutcomeUnknownError("read timeout"))
    rig.run()

    rig.keep(payout((*LINES, line("9", PayoutLineKind.CHARGE, "5.00")), amount="164.34"))

    assert rig.reasons == (Reason.CONTENT_CONFLICT,)
    assert rig.payouts.records[KEY].payout.lines == LINES


def test_money_on_its_way_waits_where_no_account_for_transit_is_configured() -> None:
    rig = Rig(tenant(DIRECT))
    rig.keep()

    assert [rig.states(), rig.states()] == [[BookingState.WAITING], []]

    rig.keep(payout(status=PayoutStatus.PAID, arrived_at=ARRIVED_AT))

    assert rig.states() == [BookingState.BOOKED]
    assert rig.balances() == ARRIVED


def test_a_bank_of_another_entity_has_entries_in_both_books_that_each_balance() -> None:
    """J-14.2 with R-14.4: a document for each entity."""
    rig = Rig(tenant(DIRECT, bank_entity="200"))
    rig.keep(payout(status=PayoutStatus.PAID, arrived_at=ARRIVED_AT))

    assert rig.states() == [BookingState.BOOKED]
    assert (len(rig.entries("100")), len(rig.entries("200"))) == (1, 1)
    banked = {(x.account, x.side.value, x.amount.plain()) for x in rig.entries("200")[0].lines}
    assert banked == {("1010", "debit", "159.34"), ("2900", "credit", "159.34")}


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NotSentError("no route"), BookingState.PARKED),
        (PeriodClosedError("closed"), BookingState.HELD),
        (CredentialsError("refused"), BookingState.STOPPED),
    ],
)
def test_what_sage_says_decides_what_becomes_of_the_payout(
    error: IntacctError, state: BookingState
) -> None:
    rig = Rig()
    rig.keep()
    rig.books["100"].fail("before", error)

    assert rig.states() == [state]
    assert rig.entries() == []
    assert rig.payouts.records[KEY].due_at is not None
    assert rig.reviews.is_open("acme", CONNECTION) == (state is BookingState.STOPPED)


def test_an_entry_that_was_refused_goes_again_when_a_person_says_so() -> None:
    rig = Rig()
    rig.keep()
    rig.books["100"].fail("before", PeriodClosedError("closed"))
    rig.run()
    rig.clock.pass_time(LOOK_AGAIN.total_seconds())

    assert rig.states() == [BookingState.HELD]

    deadline = rig.clock() + timedelta(seconds=300)
    report = rig.booker.book(rig.tenant, KEY, deadline, release_by="ada")

    assert report.state is BookingState.BOOKED
    assert not rig.reviews.is_open("acme", SUBJECT)


def test_one_payout_that_breaks_off_leaves_the_others_alone() -> None:
    rig = Rig()
    rig.keep()
    rig.keep(payout(payout_id="po-1002"))
    broken = rig.payouts.records[KEY]
    rig.payouts.records[KEY] = replace(broken, payout=None)  # type: ignore[arg-type]

    assert rig.states() == [BookingState.FAILED, BookingState.BOOKED]
    assert [key for key, _ in rig.failures] == [KEY]


def test_a_store_that_is_not_configured_any_more_is_held() -> None:
    rig = Rig()
    rig.keep()
    rig.tenant = rig.tenant.model_copy(update={"stores": ()})

    assert rig.states() == [BookingState.HELD]
    assert rig.reasons == (Reason.CONFIGURATION_MISSING,)


def test_a_paused_tenant_and_other_stores_are_left_alone() -> None:
    rig = Rig()
    rig.keep()

    assert rig.run(store="outlet") == []
    rig.tenant = rig.tenant.model_copy(update={"is_paused": True})
    assert rig.run() == []


def test_a_settlement_over_month_end_puts_both_parts_into_the_books_at_once() -> None:
    rig = Rig(tenant(DIRECT))
    april = datetime(2026, 4, 8, 15, tzinfo=UTC)
    lines = (
        line("1", PayoutLineKind.CHARGE, "300.00", at=datetime(2026, 3, 28, 15, tzinfo=UTC)),
        line("2", PayoutLineKind.CHARGE, "249.00", at=datetime(2026, 4, 3, 15, tzinfo=UTC)),
    )
    begun = datetime(2026, 3, 25, 15, tzinfo=UTC)
    told = payout(lines, amount="549.00", sent_at=april, arrived_at=april, period_from=begun)
    rig.keep(replace(told, status=PayoutStatus.PAID))

    rig.run()

    assert [f"{entry.posted_on}" for entry in rig.entries()] == ["2026-03-31", "2026-04-08"]
    assert rig.balances() == {"1100": Decimal("-549.00"), "1010": Decimal("549.00")}
