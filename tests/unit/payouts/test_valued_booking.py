"""A payout in another currency is valued once, pinned with its booking, and waits where it must."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from commerce.money import Money
from commerce.payouts import Payout, PayoutStatus
from intacct.errors import NotSentError
from ops.payout_worths import worth_rows
from shared.payouts.booking import BookingState, PayoutBooker
from shared.payouts.planner import plan_payout
from shared.payouts.valuing import Valued
from shared.payouts.worths import PayoutRate, Valuation, Worth
from shared.policy.mapping import Role
from shared.posting.store_books import store_book
from shared.postings.findings import Finding, Reason
from tests.accounting.payout_lives import DIRECT
from tests.unit.payouts.test_booking import KEY, Rig, tenant
from tests.unit.payouts.told import ARRIVED_AT, LINES, payout, usd

FX = {**DIRECT, Role.REALISED_FX: "7100"}


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def in_euros() -> Payout:
    """A charge of 69.95 EUR, 2.33 kept of it, that arrived."""
    only = replace(LINES[0], amount=euros("69.95"), fee=euros("2.33"), net=euros("67.62"))
    told = payout((only,), amount=None, status=PayoutStatus.PAID, arrived_at=ARRIVED_AT)
    return replace(told, currency="EUR", amount=euros("67.62"))


def worth(base: str, rate: str = "1.0832") -> Valuation:
    """The charge as it was booked, and the payout's rate."""
    taken = Worth("1", euros("69.95"), usd(base), "2026-03-02", "sage:7")
    return Valuation((taken,), PayoutRate(Decimal(rate), "2026-03-05", "table"))


class Valuer:
    """Gives the answers that it was told, one each time that it is asked."""

    def __init__(self, *answers: Valued | Exception) -> None:
        self.answers = list(answers)

    def value(self, *_: Any) -> Valued:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def rig(*answers: Valued | Exception) -> Rig:
    """A booker whose valuer gives these answers."""
    made = Rig(tenant(FX))
    valuer: Any = Valuer(*answers)
    made.booker = PayoutBooker(replace(made.booker._parts, valuer=valuer))
    made.clock.pass_time(86_400 * 9)
    made.keep(in_euros())
    return made


def test_what_it_was_worth_is_pinned_and_never_asked_again() -> None:
    made = rig(Valued(worth("75.75")))

    assert made.states() == [BookingState.BOOKED]

    record = made.payouts.records[KEY]
    assert record.history.valuation == worth("75.75")
    book = store_book(made.tenant, "shop")
    assert book is not None
    (entry,) = plan_payout(record, book).entries
    effects = {line.account: line.amount.plain() for line in entry.posting.effect}
    assert effects == {"1010": "73.25", "6100": "2.52", "1100": "75.75", "7100": "0.02"}


def test_rates_that_differ_too_much_are_asked_again_and_not_pinned() -> None:
    made = rig(Valued(worth("75.00")), Valued(worth("75.75")))

    assert made.states() == [BookingState.HELD]
    assert made.reasons == (Reason.AMOUNT_MISMATCH,)
    assert made.payouts.records[KEY].history.valuation is None

    made.clock.pass_time(7200)
    assert made.states() == [BookingState.BOOKED]


def test_what_cannot_be_valued_waits_with_its_reason() -> None:
    lacks = Finding(Reason.MAPPING_MISSING, "mapping.fx_rates[EUR]", "no rate")
    made = rig(Valued(Valuation(), (lacks,)))

    assert made.states() == [BookingState.HELD]
    assert made.reasons == (Reason.MAPPING_MISSING,)
    assert made.entries() == []


def test_a_ledger_that_cannot_be_read_now_is_read_with_the_next_run() -> None:
    made = rig(NotSentError("busy"), Valued(worth("75.75")))

    assert made.states() == [BookingState.PARKED]
    assert made.states() == [BookingState.BOOKED]


def test_every_amount_is_shown_with_its_rate_its_day_and_its_source() -> None:
    first, second = worth_rows(worth("75.75"))

    assert first[3:] == (Decimal("1.0832"), "2026-03-05", "table")
    assert second[:3] == ("row 1", euros("69.95"), usd("75.75"))
    assert second[3:] == ("1.0829163688", "2026-03-02", "sage:7")
