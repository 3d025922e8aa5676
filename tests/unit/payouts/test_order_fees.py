"""A fee is in the books once: with its order, or with the payout that tells it (R-6.3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from commerce.orders import Facts, Payment
from commerce.payouts import FeeKind, PayoutLine, PayoutLineKind, PayoutStatus
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.apply import results_of
from shared.payouts.booking import BookingState
from shared.payouts.clearing import Clearing
from shared.payouts.order_fees import booked_fees
from shared.policy.mapping import Role
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.postings.findings import Reason
from shared.postings.planner import plan
from shared.tenants.models import Tenant
from tests.accounting.lives import SHIPPED, order_a_placed
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import captured, day, mapping, ref
from tests.accounting.shop import facts as facts_of
from tests.unit.payouts.test_booking import KEY, SUBJECT, Rig
from tests.unit.payouts.told import ARRIVED_AT, line, payout, usd

PK = order_pk("acme", "shop", "A")
PAID = captured("p1", "69.95", day(1))
CHARGE = line(
    "1", PayoutLineKind.CHARGE, "69.95", "2.33", order_id="A", fee_kind=FeeKind.PROCESSING
)


def tenant(**policy: str) -> Tenant:
    chart = mapping(accounts=PAYOUT_ACCOUNTS)
    store: dict[str, Any] = {"id": "shop", "cart": "woocommerce", "entity": "100"}
    store |= {"policy": policy, "mapping": replace(chart, channel_customer="C-1")}
    entities = [{"id": "100", "zone": "America/New_York", "base_currency": "USD"}]
    document: dict[str, Any] = {"id": "acme", "entities": entities, "stores": [store]}
    document["intacct"] = {"company_id": "C", "user_id": "U"}
    return Tenant.model_validate(document)


class FeeRig(Rig):
    """A booker, and an order that is posted when a test says so."""

    def __init__(self, **policy: str) -> None:
        super().__init__(tenant(**(policy or {"fees_on": "capture"})))

    def sell(self, *payments: Payment, status: FactsStatus = FactsStatus.READY) -> None:
        known = facts_of(order_a_placed(), *payments, SHIPPED)
        known = replace(known, ref=ref("order", "A"))
        stored = self.facts.load(PK)
        record = replace(stored, known=known, status=status) if stored else None
        self.facts.save(record or FactsRecord(PK, known, status=status, customer="C-ADA"))

    @property
    def book(self) -> StoreBook:
        found = store_book(self.tenant, "shop")
        assert found is not None
        return found.for_customer("C-ADA")

    @property
    def known(self) -> Facts:
        record = self.facts.load(PK)
        assert record is not None
        return record.facts

    def post(self) -> None:
        chain = self.ledger.chain(PK)
        planned = plan(self.known, results_of(chain), self.book)
        assert not planned.findings, planned.findings
        applier = self._applier(self.tenant, "100")
        applier.apply(PK, planned.postings, results_of(chain), self.deadline, records=chain)

    def pay_out(self, *lines: PayoutLine, amount: str = "67.62") -> list[BookingState]:
        told = payout(lines or (CHARGE,), amount=amount, status=PayoutStatus.PAID)
        self.keep(replace(told, arrived_at=ARRIVED_AT))
        return self.states()

    @property
    def open_(self) -> Decimal:
        """What the list of the clearing account comes to."""
        clearing = Clearing(self.book)
        chain = self.ledger.chain(PK)
        if results_of(chain):
            clearing.add_order(self.known, booked_fees(chain, self.book))
        record = self.payouts.records.get(KEY)
        if record is not None and record.is_booked:
            clearing.add_payout(record)
        return sum(
            (each.amount.amount for each in clearing.unsettled(date(2026, 3, 9))), start=Decimal(0)
        )

    @property
    def fee_entries(self) -> list[tuple[str, str]]:
        return [
            (entry.description, each.amount.plain())
            for entry in self.entries()
            for each in entry.lines
            if each.account == "6100"
        ]


KEPT = replace(PAID, fee=usd("2.33"))
BY_ORDER = [("Gateway fee, order #2001", "2.33")]
BY_PAYOUT = [("shop payout:po-1001", "2.33")]


def test_a_fee_that_the_cart_tells_is_booked_with_its_order_and_the_payout_has_none() -> None:
    """J-11.2 for one order: Dr 6100; Cr 1100 on the day of the receipt."""
    rig = FeeRig()
    rig.sell(KEPT)
    rig.post()
    (fee,) = [entry for entry in rig.entries() if entry.description.startswith("Gateway fee")]
    between = rig.open_

    states = rig.pay_out()

    assert f"{fee.posted_on}" == "2026-03-01"
    assert between == Decimal("67.62")
    assert states == [BookingState.BOOKED]
    assert rig.fee_entries == BY_ORDER
    (entry,) = [x for x in rig.entries() if x.description == "shop payout:po-1001"]
    assert {(x.account, x.amount.plain()) for x in entry.lines} == {
        ("1120", "67.62"),
        ("1100", "67.62"),
    }
    assert rig.open_ == 0


@pytest.mark.parametrize("policy", [{"fees_on": "payout"}, {"fees_on": "capture"}])
def test_a_fee_that_only_the_payout_tells_is_booked_with_it(policy: dict[str, str]) -> None:
    rig = FeeRig(**policy)
    rig.sell(PAID)
    rig.post()

    assert rig.pay_out() == [BookingState.BOOKED]
    assert rig.fee_entries == BY_PAYOUT
    assert rig.open_ == 0


def test_a_fee_told_after_the_receipt_was_booked_stays_with_the_payout() -> None:
    rig = FeeRig()
    rig.sell(PAID)
    rig.post()
    rig.pay_out()

    rig.sell(KEPT)
    rig.post()

    assert rig.fee_entries == BY_PAYOUT


def test_what_the_payout_tells_beyond_the_order_is_the_difference_of_its_fee_line() -> None:
    rig = FeeRig()
    rig.sell(replace(PAID, fee=usd("2.30")))
    rig.post()

    rig.pay_out()

    assert rig.fee_entries == [
        ("Gateway fee, order #2001", "2.30"),
        ("shop payout:po-1001", "0.03"),
    ]
    assert rig.open_ == 0


def test_a_payout_waits_for_orders_that_may_book_their_fees_and_goes_on_by_itself() -> None:
    rig = FeeRig()
    rig.sell(KEPT)

    assert rig.pay_out() == [BookingState.HELD]
    assert rig.reasons == (Reason.DAY_INCOMPLETE,)
    assert rig.entries() == []
    rig.post()
    rig.clock.pass_time(3600)

    assert rig.states() == [BookingState.BOOKED]
    assert rig.fee_entries == BY_ORDER
    assert not rig.reviews.is_open("acme", SUBJECT)


def test_an_order_that_never_comes_is_passed_by_a_person_alone() -> None:
    rig = FeeRig()
    assert rig.pay_out() == [BookingState.HELD]

    report = rig.booker.book(rig.tenant, KEY, rig.deadline, release_by="ada")

    assert report.state is BookingState.BOOKED
    assert rig.fee_entries == BY_PAYOUT


def test_a_held_order_is_passed_by_nobody() -> None:
    rig = FeeRig()
    rig.sell(KEPT, status=FactsStatus.HELD)
    rig.pay_out()

    report = rig.booker.book(rig.tenant, KEY, rig.deadline, release_by="ada")

    assert report.state is BookingState.HELD


def test_an_order_that_is_never_posted_holds_nothing_up() -> None:
    rig = FeeRig()
    rig.sell(KEPT, status=FactsStatus.SKIPPED)

    assert rig.pay_out() == [BookingState.BOOKED]
    assert rig.fee_entries == BY_PAYOUT


def test_a_charge_that_is_none_of_the_receipts_is_not_guessed() -> None:
    rig = FeeRig()
    rig.sell(KEPT)
    rig.post()
    odd = replace(CHARGE, amount=usd("70.00"), net=usd("67.67"))

    assert rig.pay_out(odd, amount="67.67") == [BookingState.HELD]


def test_orders_placed_before_the_policy_moved_keep_their_fees_with_payouts() -> None:
    """Order A was placed on the first of March."""
    rig = FeeRig(fees_on="capture", fees_on_from="2026-03-02", fees_on_before="payout")
    rig.sell(KEPT)
    rig.post()

    assert rig.pay_out() == [BookingState.BOOKED]
    assert rig.fee_entries == BY_PAYOUT


def test_what_was_looked_up_is_kept_so_that_the_arrival_asks_nobody() -> None:
    rig = FeeRig()
    rig.sell(KEPT)
    rig.post()
    rig.keep(payout((CHARGE,), amount="67.62"))
    rig.run()
    record = rig.facts.load(PK)
    assert record is not None
    rig.facts.save(replace(record, status=FactsStatus.UNDONE))

    assert rig.pay_out() == [BookingState.BOOKED]
    assert rig.balances()["1010"] == Decimal("67.62")


def test_without_time_what_was_heard_is_kept_and_the_next_run_goes_on() -> None:
    rig = FeeRig()
    rig.sell(KEPT)
    rig.post()
    rig.keep(payout((CHARGE,), amount="67.62"))

    report = rig.booker.book(rig.tenant, KEY, rig.clock())

    assert report.state is BookingState.PARKED
    assert rig.states() == [BookingState.BOOKED]


def test_fees_need_an_account_that_payouts_clear() -> None:
    rig = FeeRig()
    rig.sell(KEPT)
    accounts: dict[Role, str] = {
        k: v for k, v in PAYOUT_ACCOUNTS.items() if k is not Role.PAYOUT_CLEARING
    }
    books = replace(rig.book, mapping=replace(rig.book.mapping, accounts=accounts))

    planned = plan(rig.known, {}, books)

    assert [finding.reason for finding in planned.findings] == [Reason.MAPPING_MISSING]
