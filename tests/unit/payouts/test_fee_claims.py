"""A charge whose payment is not known yet never has its fee in the books twice (R-6.3)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.orders import Payment
from commerce.payouts import FeeKind, PayoutLine, PayoutLineKind, PayoutStatus
from shared.facts.record import FactsRecord, FactsStatus, StaleFactsError
from shared.ledger.apply import results_of
from shared.payouts.booking import BookingState
from shared.payouts.proof import payout_subject
from shared.payouts.store import PayoutKey
from shared.posting.doubts import begun
from shared.posting.entering import stamped
from shared.postings.fees import OTHERS
from shared.postings.findings import Reason
from shared.postings.plan import Posting
from shared.postings.planner import plan
from tests.accounting.shop import captured, day
from tests.unit.payouts.test_order_fees import PK, FeeRig
from tests.unit.payouts.told import ARRIVED_AT, line, payout, usd

FIRST = replace(captured("p1", "30.00", day(1)), external_id="ch_1")
SECOND = replace(captured("p2", "39.95", day(2)), external_id="ch_2")
TWIN = replace(captured("p2", "30.00", day(2)), external_id="ch_2")
LAST = replace(captured("p3", "9.95", day(2, 20)), external_id="ch_3")


def charge(name: str, amount: str, fee: str) -> PayoutLine:
    row = line(name, PayoutLineKind.CHARGE, amount, fee, order_id="A", fee_kind=FeeKind.PROCESSING)
    return replace(row, transaction_id=f"ch_{name}")


CH_1, CH_2 = charge("1", "30.00", "1.17"), charge("2", "39.95", "1.46")
CH_TWIN, CH_LAST = charge("2", "30.00", "1.17"), charge("3", "9.95", "0.59")


def kept(payment: Payment, fee: str) -> Payment:
    return replace(payment, fee=usd(fee))


class ClaimRig(FeeRig):
    """Orders that post as `OrderPoster` does: stamped before anything of them is sent."""

    def plan(self) -> tuple[FactsRecord, tuple[Posting, ...]]:
        record = self.facts.load(PK)
        assert record is not None
        book = self.book.for_fees(record.fees).for_revision(record.revision)
        chain = self.ledger.chain(PK)
        planned = plan(record.facts, results_of(chain), book, begun(chain))
        assert not planned.findings, planned.findings
        stamp = stamped(record, record.configured, book, planned)
        return stamp, planned.postings

    def post(self) -> None:
        stamp, postings = self.plan()
        if stamp is not self.facts.load(PK):
            self.facts.save(stamp)
        chain = self.ledger.chain(PK)
        applier = self._applier(self.tenant, "100")
        applier.apply(PK, postings, results_of(chain), self.deadline, records=chain)

    def receive(self, name: str, *lines: PayoutLine, release_by: str = "") -> BookingState:
        total = sum((row.net.amount for row in lines), start=Decimal(0))
        told = payout(lines, amount=f"{total:.2f}", status=PayoutStatus.PAID)
        told = replace(told, ref=replace(told.ref, id=name), arrived_at=ARRIVED_AT)
        key = PayoutKey("acme", "shop", name)
        if self.payouts.load(key) is None:
            self.keep(told)
        report = self.booker.book(self.tenant, key, self.deadline, release_by=release_by)
        return report.state

    @property
    def expenses(self) -> Decimal:
        return self.balances().get("6100", Decimal(0))


def test_a_charge_whose_payment_is_not_known_waits_and_its_fee_is_booked_once() -> None:
    rig = ClaimRig()
    rig.sell(FIRST)
    rig.post()

    assert rig.receive("po-1", CH_2) is BookingState.HELD
    rig.sell(FIRST, kept(SECOND, "1.46"))
    rig.post()

    assert rig.receive("po-1", CH_2) is BookingState.BOOKED
    assert rig.expenses == Decimal("1.46")


def test_a_charge_that_a_person_passed_is_the_payouts_whatever_the_order_tells_later() -> None:
    rig = ClaimRig()
    rig.sell(FIRST)
    rig.post()

    assert rig.receive("po-1", CH_2, release_by="ada") is BookingState.BOOKED
    rig.sell(FIRST, kept(SECOND, "1.46"))
    rig.post()

    assert rig.expenses == Decimal("1.46")


def test_an_unmatched_charge_is_passed_by_nobody_while_a_booked_fee_has_no_charge() -> None:
    """It may be the very one: 30.00 as the cart tells it, 30.01 as the gateway does."""
    rig = ClaimRig()
    rig.sell(kept(FIRST, "1.17"))
    rig.post()
    odd = charge("9", "30.01", "1.17")

    assert rig.receive("po-1", odd, release_by="ada") is BookingState.HELD
    assert rig.expenses == Decimal("1.17")


def test_an_order_that_comes_after_a_person_passed_it_books_no_fee() -> None:
    rig = ClaimRig()
    assert rig.receive("po-1", CH_1) is BookingState.HELD
    assert rig.receive("po-1", CH_1, release_by="ada") is BookingState.BOOKED
    told = rig.facts.load(PK)
    assert told is not None
    assert told.status is FactsStatus.WAITING
    assert told.known.order is None

    rig.sell(kept(FIRST, "1.17"))
    rig.post()

    assert rig.expenses == Decimal("1.17")


@pytest.mark.parametrize("status", [FactsStatus.SKIPPED, FactsStatus.UNDONE])
def test_an_order_that_is_posted_after_all_books_no_fee_that_a_payout_has(
    status: FactsStatus,
) -> None:
    rig = ClaimRig()
    rig.sell(kept(FIRST, "1.17"), status=status)
    assert rig.receive("po-1", CH_1, release_by="ada") is BookingState.BOOKED

    rig.sell(kept(FIRST, "1.17"), status=FactsStatus.READY)
    rig.post()

    assert rig.expenses == Decimal("1.17")


def test_an_order_that_is_posted_anew_books_the_fee_that_its_payout_left_to_it() -> None:
    """The cart says another fee by then; what the payout booked of it stays the difference."""
    rig = ClaimRig()
    rig.sell(kept(FIRST, "1.10"))
    rig.post()
    assert rig.receive("po-1", CH_1) is BookingState.BOOKED
    known = rig.facts.load(PK)
    assert known is not None
    paid = kept(FIRST, "1.17")
    anew = replace(known.known, payments=(paid,))

    rig.facts.save(replace(known, known=anew, revision=1))
    _, postings = rig.plan()

    assert [p.key.rpartition(":")[2] for p in postings if ":fee:" in p.key] == ["1.10"]


def test_two_charges_of_one_amount_never_share_a_payment() -> None:
    """The first that comes takes the known payment; the other one waits for its own."""
    rig = ClaimRig()
    rig.sell(FIRST)
    rig.post()

    assert rig.receive("po-1", CH_TWIN) is BookingState.BOOKED
    assert rig.receive("po-2", CH_1) is BookingState.HELD
    rig.sell(FIRST, kept(TWIN, "1.17"))
    rig.post()

    assert rig.receive("po-2", CH_1) is BookingState.BOOKED
    assert rig.expenses == Decimal("2.34")


def test_a_payout_that_is_asked_again_claims_the_same_payments() -> None:
    rig = ClaimRig()
    rig.sell(kept(FIRST, "1.17"))
    rig.post()
    rig.receive("po-1", CH_1)
    key = PayoutKey("acme", "shop", "po-1")
    record = rig.payouts.records[key]
    forgot = replace(record, history=replace(record.history, fees=()))

    rig.payouts.records[key] = forgot

    assert rig.receive("po-1", CH_1) is BookingState.BOOKED
    assert rig.payouts.records[key].history.fees == record.history.fees


def test_orders_that_leave_fees_to_payouts_hold_no_charge_that_they_do_not_know() -> None:
    """Order A was placed on the first of March."""
    rig = ClaimRig(fees_on="capture", fees_on_from="2026-03-02", fees_on_before="payout")
    rig.sell(FIRST)
    rig.post()

    assert rig.receive("po-1", CH_2) is BookingState.BOOKED
    rig.sell(FIRST, kept(SECOND, "1.46"))
    rig.post()

    assert rig.expenses == Decimal("1.46")


def test_a_charge_that_names_no_order_is_passed_by_a_person_alone() -> None:
    rig = ClaimRig()
    nameless = replace(CH_1, order_id="")

    assert rig.receive("po-1", nameless) is BookingState.HELD
    review = rig.reviews.records[("acme", payout_subject("shop", "po-1"))]
    assert review.reasons == (Reason.DAY_INCOMPLETE,)
    assert rig.receive("po-1", nameless, release_by="ada") is BookingState.BOOKED


def test_an_order_that_was_planned_before_the_payout_asked_cannot_book_its_fee_any_more() -> None:
    """A worker from before the fee was told books the receipt alone, and the payout asks then."""
    rig = ClaimRig()
    rig.sell(FIRST)
    _, older = rig.plan()
    rig.sell(kept(FIRST, "1.17"))
    stamp, _ = rig.plan()
    assert stamp.fees == {"p1": usd("1.17")}

    rig._applier(rig.tenant, "100").apply(PK, older, {}, rig.deadline, records={})
    assert rig.receive("po-1", CH_1) is BookingState.BOOKED

    with pytest.raises(StaleFactsError):
        rig.facts.save(stamp)
    rig.post()
    assert rig.expenses == Decimal("1.17")


def test_a_payout_waits_for_a_fee_that_was_promised_to_the_order_and_is_not_booked_yet() -> None:
    rig = ClaimRig()
    rig.sell(kept(FIRST, "1.17"))
    stamp, postings = rig.plan()
    rig.facts.save(stamp)
    receipt = [p for p in postings if ":fee:" not in p.key]
    applier = rig._applier(rig.tenant, "100")
    applier.apply(PK, receipt, {}, rig.deadline, records={})

    assert rig.receive("po-1", CH_1) is BookingState.HELD
    rig.post()

    assert rig.receive("po-1", CH_1) is BookingState.BOOKED
    assert rig.expenses == Decimal("1.17")


_STEPS = st.lists(
    st.sampled_from(["first", "second", "last", "untold", "post", "pay-1", "pay-2", "pay-3"]),
    max_size=14,
)


@settings(max_examples=60, deadline=None)
@given(steps=_STEPS, released=st.booleans())
def test_in_whatever_order_things_are_told_each_fee_is_in_the_books_once(
    steps: list[str], *, released: bool
) -> None:
    rig = ClaimRig()
    told: dict[str, Payment] = {}
    by = "ada" if released else ""
    tellings = {
        "first": kept(FIRST, "1.17"),
        "second": kept(TWIN, "1.10"),
        "last": kept(LAST, "0.59"),
        "untold": TWIN,
    }
    charges = {"pay-1": CH_1, "pay-2": CH_TWIN, "pay-3": CH_LAST}
    ends = ["first", "second", "last", "post", *charges, "post", *charges]
    for step in (*steps, *ends):
        if payment := tellings.get(step):
            told.setdefault(payment.ref.id, payment)
            told[payment.ref.id] = max(
                told[payment.ref.id], payment, key=lambda p: p.fee is not None
            )
            rig.sell(*(told[name] for name in sorted(told)))
        elif step == "post" and told:
            rig.post()
        elif step in charges:
            is_passed = by if step != "pay-2" else ""
            rig.receive(step, charges[step], release_by=is_passed)

    states = {name: rig.receive(name, row) for name, row in charges.items()}
    record = rig.facts.load(PK)
    assert record is not None
    booked = sum(
        (row.fee.amount for name, row in charges.items() if states[name] is BookingState.BOOKED),
        start=Decimal(0),
    )
    if set(states.values()) == {BookingState.BOOKED}:
        assert rig.expenses == booked == Decimal("2.93")
    else:
        assert OTHERS in record.fees
