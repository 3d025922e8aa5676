"""Payouts read again and again: kept once, never backwards, held where they do not add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from commerce.money import Money
from commerce.payouts import Payout, PayoutLineKind, PayoutStatus
from shared.payouts.keeping import Keeper
from shared.payouts.proof import payout_subject
from shared.payouts.records import PayoutRecord, PayoutState
from shared.payouts.store import PayoutKey
from shared.postings.findings import Reason
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.payouts.told import ARRIVED_AT, LINES, SENT_AT, line, payout

KEY = PayoutKey("acme", "shop", "po-1001")
SUBJECT = payout_subject("shop", "po-1001")


class Rig:
    """A keeper on fakes."""

    def __init__(self) -> None:
        self.payouts = MemoryPayouts()
        self.reviews = MemoryReviews()
        self.clock = FakeClock(SENT_AT)
        self.held: list[PayoutKey] = []
        self.keeper = Keeper(self.payouts, self.reviews, self.clock, self.held.append)

    def keep(self, told: Payout) -> bool:
        return self.keeper.keep("acme", told)

    def kept(self) -> PayoutRecord:
        return self.payouts.records[KEY]

    def book(self) -> None:
        """What booking leaves behind."""
        record = self.kept()
        self.payouts.save(replace(record, frozen=record.content, is_booked=True, due_at=None))

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return self.reviews.records[("acme", SUBJECT)].reasons


def test_a_payout_that_adds_up_is_due_and_reading_it_again_changes_nothing() -> None:
    rig = Rig()

    assert [rig.keep(payout()), rig.keep(payout())] == [True, False]

    assert (rig.kept().version, rig.kept().state) == (1, PayoutState.DUE)
    assert rig.payouts.due("acme", now=rig.clock()) == [KEY]
    assert rig.reviews.records == {}


def test_a_payout_one_cent_off_is_held_with_the_difference_and_nothing_is_due() -> None:
    rig = Rig()

    rig.keep(payout(amount="159.35"))

    (finding,) = rig.kept().findings
    assert (finding.reason, finding.difference) == (Reason.UNBALANCED, Money.of("0.01", "USD"))
    assert rig.kept().state is PayoutState.HELD
    assert rig.payouts.due("acme", now=rig.clock()) == []
    assert rig.held == [KEY]
    assert rig.reviews.is_open("acme", SUBJECT)


def test_all_that_is_wrong_is_said_at_once() -> None:
    rig = Rig()
    euros = Money.of("1.00", "EUR")
    stranger = replace(line("4", PayoutLineKind.CHARGE, "1.00"), amount=euros)
    bent = replace(line("5", PayoutLineKind.CHARGE, "5.00"), net=Money.of("4.99", "USD"))

    rig.keep(payout((*LINES, stranger, bent, LINES[0])))

    places = [finding.place for finding in rig.kept().findings]
    assert places == [
        "payout po-1001 lines[4]",
        "payout po-1001 lines[5]",
        "payout po-1001 lines[1]",
        "payout po-1001 amount",
    ]


def test_a_payout_that_nobody_states_the_amount_of_is_held() -> None:
    rig = Rig()

    rig.keep(payout(amount=None))

    assert rig.reasons == (Reason.PAYLOAD_INVALID,)


def test_a_corrected_payout_goes_on_by_itself() -> None:
    rig = Rig()
    rig.keep(payout(amount="159.35"))

    rig.keep(payout())

    assert rig.kept().state is PayoutState.DUE
    assert not rig.reviews.is_open("acme", SUBJECT)


@pytest.mark.parametrize("status", [PayoutStatus.OPEN, PayoutStatus.SCHEDULED])
def test_what_was_not_sent_yet_is_neither_due_nor_held(status: PayoutStatus) -> None:
    rig = Rig()

    rig.keep(payout(amount="1.00", status=status))

    assert rig.kept().state is PayoutState.GATHERING
    assert rig.held == []


def test_states_go_on_and_never_back_and_keep_the_sources_dates() -> None:
    rig = Rig()
    arrived = payout(status=PayoutStatus.PAID, arrived_at=ARRIVED_AT)
    rig.keep(payout())
    rig.keep(arrived)
    rig.clock.pass_time(timedelta(days=4).total_seconds())

    assert rig.keep(payout()) is False
    rig.keep(payout(status=PayoutStatus.FAILED))

    assert [(step.status, step.at) for step in rig.kept().steps] == [
        (PayoutStatus.IN_TRANSIT, SENT_AT),
        (PayoutStatus.PAID, ARRIVED_AT),
        (PayoutStatus.FAILED, SENT_AT + timedelta(days=4)),
    ]


def test_lines_that_change_after_they_were_booked_are_held_and_the_booked_ones_stay() -> None:
    rig = Rig()
    rig.keep(payout())
    rig.book()
    changed = (*LINES[:2], line("3", PayoutLineKind.REFUND, "-24.49"))

    rig.keep(payout(changed, amount="159.35", status=PayoutStatus.PAID, arrived_at=ARRIVED_AT))

    assert rig.reasons == (Reason.CONTENT_CONFLICT,)
    assert rig.kept().payout.lines == LINES
    assert rig.kept().payout.status is PayoutStatus.PAID


def test_dates_of_what_was_booked_do_not_move() -> None:
    rig = Rig()
    rig.keep(payout())
    rig.book()

    rig.keep(
        payout(status=PayoutStatus.PAID, sent_at=SENT_AT + timedelta(days=1), arrived_at=ARRIVED_AT)
    )

    assert rig.kept().payout.initiated_at == SENT_AT
    assert rig.kept().state is PayoutState.DUE


def test_the_order_of_lines_and_the_writing_of_amounts_make_no_other_content() -> None:
    rig = Rig()
    rig.keep(payout())
    rig.book()

    rig.keep(payout(tuple(reversed(LINES))))

    assert rig.kept().findings == ()
