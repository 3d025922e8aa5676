"""A fee of a daily summary is in the books once: with its day, or with the payout (J-11.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commerce.orders import Facts, Payment
from commerce.payouts import FeeKind, PayoutLine, PayoutLineKind, PayoutStatus
from shared.facts.record import FactsRecord, FactsStatus, StaleFactsError, order_pk
from shared.gl.reports import DayState
from shared.payouts.booking import BookingState
from shared.payouts.clearing import Clearing
from shared.payouts.store import PayoutKey
from shared.policy.choices import CustomerMode, FeesOn, PostingMode
from shared.posting.reports import PostingState
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.postings.day_fees import entered_fees
from shared.reconciliation.statement import Verdict
from tests.accounting.lives import SHIPPED, order_a_placed
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import book, captured, day, facts, mapping
from tests.unit.payouts.told import ARRIVED_AT, line, payout, usd
from tests.unit.reconciliation.world import World, order_facts

FIRST, SECOND, ARRIVED_ON = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 7)
PK = order_pk("acme", "woo", "A")
KEY = PayoutKey("acme", "woo", "po-1001")
CHARGE = line(
    "1", PayoutLineKind.CHARGE, "69.95", "2.33", order_id="A", fee_kind=FeeKind.PROCESSING
)
TOLD = replace(captured("p1", "69.95", day(1)), fee=usd("2.33"))
UNTOLD = replace(TOLD, fee=None)


class FeeWorld(World):
    """A company with a channel of daily journals whose fees are booked with their days."""

    def __init__(self, **policy: Any) -> None:
        super().__init__()
        usual: dict[str, Any] = {
            "posting_mode": PostingMode.SUMMARY_DAILY,
            "customer_mode": CustomerMode.CHANNEL,
            "fees_on": FeesOn.CAPTURE,
        }
        chart = mapping(accounts=PAYOUT_ACCOUNTS, channel_customer="C-ADA")
        self.open_store("woo", book(chart=chart, **(usual | policy)))

    def hear(self, *payments: Payment, shipped: bool = True) -> FactsRecord:
        """What the cart says of order A; nothing is entered yet."""
        parcels = (SHIPPED,) if shipped else ()
        return self.know(self.told(facts(order_a_placed(), *payments, *parcels)), store="woo")

    @staticmethod
    def told(known: Facts) -> Facts:
        return order_facts("A", known)

    def enter(self) -> PostingState:
        return self.post("A", store="woo").state

    def close_days(self) -> None:
        self.company.clock.advance(6 * 86_400)
        states = [one.state for on in (FIRST, SECOND) for one in self.export(on, "woo")]
        assert set(states) <= {DayState.POSTED, DayState.NOTHING}, states

    def receive(self, *lines: PayoutLine, amount: str = "67.62") -> BookingState:
        told = payout(lines or (CHARGE,), amount=amount, status=PayoutStatus.PAID)
        told = replace(told, ref=replace(told.ref, store="woo"), arrived_at=ARRIVED_AT)
        (report,) = self.pay_out(told)
        return report.state

    @property
    def books_of(self) -> StoreBook:
        found = store_book(self.tenant, "woo")
        assert found is not None
        return found

    @property
    def record(self) -> FactsRecord:
        found = self.facts.load(PK)
        assert found is not None
        return found

    @property
    def expenses(self) -> list[tuple[date, str]]:
        """What is on the account of fees, by date."""
        books = self.company.books
        return sorted(
            (entry["posting_date"], f"{row['amount']:.2f}")
            for entry in books.select("journal_entry", private=True)
            for row in books.lines("journal_entry", entry["key"])
            if (account := books.get("account", row["account"])) and account["id"] == "6100"
        )

    @property
    def open_(self) -> Decimal:
        """What the list of the clearing account comes to."""
        clearing = Clearing(self.books_of)
        mine = self.books_of.for_fees(self.record.fees)
        clearing.add_order(self.record.facts, entered_fees(mine, self.days.entered(PK)))
        payout_record = self.payouts.records.get(KEY)
        if payout_record is not None and payout_record.is_booked:
            clearing.add_payout(payout_record)
        return sum((each.amount.amount for each in clearing.unsettled(SECOND)), start=Decimal(0))


def test_a_fee_that_the_cart_tells_is_booked_with_its_day_and_the_payout_has_none() -> None:
    world = FeeWorld()
    world.hear(TOLD)
    world.enter()
    world.close_days()
    between = world.open_

    assert world.receive() is BookingState.BOOKED
    assert world.expenses == [(FIRST, "2.33")]
    assert between == Decimal("67.62")
    assert world.open_ == 0


def test_the_proof_of_such_a_channel_is_equal_before_and_after_its_payout() -> None:
    world = FeeWorld()
    world.hear(TOLD)
    world.enter()
    world.close_days()

    before = world.prove(ARRIVED_ON)
    world.receive()
    after = world.prove(ARRIVED_ON, again=True)

    for statement, left in ((before, "67.62"), (after, "0.00")):
        clearing = next(one for one in statement.balances if one.account == "1100")
        items = sum((one.amount for one in clearing.items), start=Decimal(0))
        assert statement.differences == ()
        assert statement.verdict is Verdict.EQUAL
        assert clearing.ours == clearing.sage == items == Decimal(left)


@pytest.mark.parametrize(
    "policy",
    [
        {"fees_on": FeesOn.PAYOUT},
        {"fees_on_from": "2026-03-02", "fees_on_before": FeesOn.PAYOUT},
    ],
)
def test_orders_of_before_the_policy_moved_leave_their_fees_to_the_payout(
    policy: dict[str, Any],
) -> None:
    """Order A was placed on the first of March."""
    world = FeeWorld(**policy)
    world.hear(TOLD)
    world.enter()
    world.close_days()

    assert world.receive() is BookingState.BOOKED
    assert [amount for _, amount in world.expenses] == ["2.33"]
    assert world.record.fees == {}
    assert world.open_ == 0


def test_orders_of_before_the_policy_moved_back_keep_their_fees_in_their_days() -> None:
    world = FeeWorld(
        fees_on=FeesOn.PAYOUT, fees_on_from="2026-03-02", fees_on_before=FeesOn.CAPTURE
    )
    world.hear(TOLD)
    world.enter()
    world.close_days()

    assert world.receive() is BookingState.BOOKED
    assert world.expenses == [(FIRST, "2.33")]


def test_a_fee_told_after_the_payout_was_booked_stays_with_it() -> None:
    world = FeeWorld()
    world.hear(UNTOLD)
    world.enter()
    world.close_days()
    assert world.receive() is BookingState.BOOKED

    world.hear(TOLD)
    world.enter()
    world.export(FIRST, "woo")

    assert world.record.fees == {world.record.facts.payments[0].ref.id: usd("0.00")}
    assert [amount for _, amount in world.expenses] == ["2.33"]
    assert world.open_ == 0
    assert world.prove(ARRIVED_ON).differences == ()


def test_a_fee_told_later_in_time_is_booked_with_the_day_of_its_capture() -> None:
    world = FeeWorld()
    world.hear(UNTOLD)
    world.enter()
    world.close_days()

    world.hear(TOLD)
    world.enter()
    world.export(FIRST, "woo")

    assert world.receive() is BookingState.BOOKED
    assert world.expenses == [(FIRST, "2.33")]


def test_a_fee_that_changed_since_it_was_entered_is_the_difference_in_the_payout() -> None:
    world = FeeWorld()
    world.hear(replace(TOLD, fee=usd("2.30")))
    world.enter()
    world.close_days()
    world.hear(TOLD)

    assert world.enter() is not PostingState.HELD
    assert world.receive() is BookingState.BOOKED
    assert [amount for _, amount in world.expenses] == ["2.30", "0.03"]
    assert world.open_ == 0


def test_a_payout_waits_for_fees_that_are_told_and_not_entered_yet() -> None:
    world = FeeWorld()
    world.hear(TOLD)
    world.company.clock.advance(6 * 86_400)

    assert world.receive() is BookingState.HELD
    world.enter()
    world.close_days()
    (report,) = world.booker.book_due([world.tenant], world.clock() + timedelta(minutes=5))

    assert report.state is BookingState.BOOKED
    assert world.expenses == [(FIRST, "2.33")]


def test_a_fee_does_not_wait_for_the_goods_to_leave() -> None:
    world = FeeWorld()
    world.hear(TOLD, shipped=False)
    world.enter()
    world.close_days()

    assert world.receive() is BookingState.BOOKED
    assert world.expenses == [(FIRST, "2.33")]


def test_a_charge_that_is_none_of_the_receipts_is_not_guessed() -> None:
    world = FeeWorld()
    world.hear(UNTOLD)
    world.enter()
    world.close_days()

    odd = replace(CHARGE, amount=usd("70.00"), net=usd("67.67"))

    assert world.receive(odd, amount="67.67") is BookingState.HELD


def test_an_order_that_was_read_before_the_payout_asked_cannot_enter_its_fee_any_more() -> None:
    """Whoever comes second sees the first: both write on the very facts that they read."""
    world = FeeWorld()
    world.hear(UNTOLD)
    world.enter()
    world.close_days()
    stale = world.record
    world.receive()

    with pytest.raises(StaleFactsError):
        world.facts.save(replace(stale, fees={"p1-A": usd("2.33")}))


def test_a_payout_that_read_the_order_before_its_fee_was_entered_asks_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = FeeWorld()
    world.hear(UNTOLD)
    world.enter()
    world.close_days()
    entered = world.days.entered

    def meanwhile(pk: str) -> dict[str, str]:
        """The order tells its fee and enters it just after the payout looked."""
        monkeypatch.setattr(world.days, "entered", entered)
        known = entered(pk)
        world.hear(TOLD)
        world.enter()
        return known

    monkeypatch.setattr(world.days, "entered", meanwhile)

    assert world.receive() is BookingState.HELD
    world.export(FIRST, "woo")
    world.company.clock.advance(3600)
    (report,) = world.booker.book_due([world.tenant], world.clock() + timedelta(minutes=5))
    assert report.state is BookingState.BOOKED
    assert [amount for _, amount in world.expenses] == ["2.33"]


def test_an_order_that_is_never_posted_holds_nothing_up() -> None:
    world = FeeWorld()
    known = world.hear(TOLD)
    world.facts.save(replace(known, status=FactsStatus.SKIPPED))
    world.company.clock.advance(6 * 86_400)

    assert world.receive() is BookingState.BOOKED
    assert [amount for _, amount in world.expenses] == ["2.33"]
