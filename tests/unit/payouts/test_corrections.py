"""A payout that its source changed: what is booked stays, and with its corrections it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from commerce.money import total
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus
from shared.payouts.booking import BookingState
from shared.payouts.planner import EntityPosting, plan_payout
from shared.payouts.records import PayoutRecord, accepted, merged
from shared.policy.mapping import Role
from shared.postings.effects import imbalance
from shared.postings.findings import Reason
from shared.undo.in_books import named
from tests.accounting.payout_lives import AMAZON, PAYOUT_ACCOUNTS, payout_book
from tests.unit.payouts.test_booking import KEY, Rig
from tests.unit.payouts.told import ARRIVED_AT, LINES, SENT_AT, line, payout

PAID, CHARGE = PayoutStatus.PAID, PayoutLineKind.CHARGE
MORE = (*LINES, line("9", CHARGE, "5.00", "0.20", fee_kind=FeeKind.PROCESSING))
CHANGED = payout(MORE, amount="164.14")


def accept(rig: Rig) -> None:
    """What `ops payout accept-change` stores."""
    record = rig.payouts.records[KEY]
    names = (named(key) for key in rig.ledger.chain(KEY.ledger_pk))
    purposes = [name.purpose for name in names if name is not None]
    rig.payouts.save(accepted(record, purposes, at=rig.clock()))


def test_the_difference_becomes_an_entry_and_the_first_one_stays() -> None:
    rig = Rig()
    rig.keep()
    rig.run()
    rig.keep(CHANGED)
    before = rig.states()

    accept(rig)

    assert (before, rig.states()) == ([], [BookingState.BOOKED])
    first, correction = rig.entries()
    assert correction.description == "shop payout:po-1001:correction:1"
    assert correction.posted_on == first.posted_on
    lines = {(x.account, x.side.value, x.amount.plain()) for x in correction.lines}
    assert lines == {
        ("1120", "debit", "4.80"),
        ("6100", "debit", "0.20"),
        ("1100", "credit", "5.00"),
    }
    assert rig.states() == []


def test_what_was_not_booked_yet_is_made_of_the_new_lines_in_one_bank_line() -> None:
    rig = Rig()
    rig.keep()
    rig.run()
    rig.keep(replace(CHANGED, status=PAID, arrived_at=ARRIVED_AT))
    accept(rig)

    rig.run()

    banked = [x for entry in rig.entries() for x in entry.lines if x.account == "1010"]
    assert [x.amount.plain() for x in banked] == ["164.14"]
    assert "1120" not in rig.balances()


def test_the_money_that_arrived_otherwise_is_corrected_in_the_bank() -> None:
    rig = Rig()
    rig.keep(payout(status=PAID, arrived_at=ARRIVED_AT))
    rig.run()
    rig.keep(replace(CHANGED, status=PAID, arrived_at=ARRIVED_AT))
    accept(rig)

    rig.run()

    assert rig.balances() == {
        "1010": Decimal("164.14"),
        "6100": Decimal("6.31"),
        "1100": Decimal("-170.45"),
    }


def test_a_source_that_takes_its_change_back_needs_nobody() -> None:
    rig = Rig()
    rig.keep()
    rig.run()
    rig.keep(CHANGED)

    rig.keep(payout())

    record = rig.payouts.records[KEY]
    assert (record.conflict, record.history.told, record.findings) == ("", None, ())
    assert rig.states() == [BookingState.BOOKED]
    assert len(rig.entries()) == 1


def test_a_change_is_told_once_and_kept_whole() -> None:
    rig = Rig()
    rig.keep()
    rig.run()
    rig.keep(CHANGED)
    record = rig.payouts.records[KEY]

    rig.keep(CHANGED)

    assert rig.payouts.records[KEY] is record
    assert record.history.told == CHANGED
    assert rig.reasons == (Reason.CONTENT_CONFLICT,)


def test_a_second_change_is_corrected_beside_the_first() -> None:
    rig = Rig()
    rig.keep()
    rig.run()
    rig.keep(CHANGED)
    accept(rig)
    rig.run()
    rig.keep(payout(LINES[:2], amount="183.84"))
    assert rig.reasons == (Reason.CONTENT_CONFLICT,)
    accept(rig)

    rig.run()

    assert rig.balances() == {
        "1120": Decimal("183.84"),
        "6100": Decimal("6.11"),
        "1100": Decimal("-189.95"),
    }
    assert len(rig.entries()) == 3


_DAYS = [datetime(2026, 3, 28, 15, tzinfo=UTC), datetime(2026, 4, 3, 15, tzinfo=UTC)]
_KINDS = [CHARGE, PayoutLineKind.RESERVE, PayoutLineKind.DISPUTE, PayoutLineKind.FEE]


@st.composite
def contents(draw: st.DrawFn) -> tuple[PayoutLine, ...]:
    """Lines with ids of a few, so that some stay, some change and some go; each has its day."""
    ids = draw(st.sets(st.sampled_from("abcdef"), min_size=1))
    return tuple(
        line(
            name,
            draw(st.sampled_from(_KINDS)),
            f"{draw(st.integers(-9999, 9999)) / 100:.2f}",
            f"{draw(st.integers(0, 300)) / 100:.2f}",
            at=_DAYS[ord(name) % 2],
        )
        for name in sorted(ids)
    )


def told(lines: Sequence[PayoutLine], status: PayoutStatus, *, has_period: bool) -> Payout:
    net = total((each.net for each in lines), "USD")
    begun = datetime(2026, 3, 25, 15, tzinfo=UTC) if has_period else None
    made = payout(tuple(lines), amount=net.plain(), status=status, period_from=begun)
    ended = datetime(2026, 4, 8, 15, tzinfo=UTC)
    return replace(made, initiated_at=ended, arrived_at=ended if status is PAID else None)


def by_day(entries: Sequence[EntityPosting]) -> dict[tuple[str, str], Decimal]:
    sums: dict[tuple[str, str], Decimal] = {}
    for entry in entries:
        assert not imbalance(entry.posting.effect, "USD")
        for each in entry.posting.effect:
            key = (f"{entry.posting.true_on}", each.account)
            signed = each.amount.amount if each.side.value == "debit" else -each.amount.amount
            sums[key] = sums.get(key, Decimal(0)) + signed
    return {key: amount for key, amount in sums.items() if amount}


@settings(max_examples=25, deadline=None)
@given(
    versions=st.lists(contents(), min_size=2, max_size=4),
    booked_in=st.lists(st.sampled_from([PayoutStatus.IN_TRANSIT, PAID]), min_size=3, max_size=3),
    has_period=st.booleans(),
    has_transit=st.booleans(),
)
def test_after_any_changes_the_books_are_those_of_the_last_telling(
    versions: list[tuple[PayoutLine, ...]],
    booked_in: list[PayoutStatus],
    has_period: bool,  # noqa: FBT001  # drawn
    has_transit: bool,  # noqa: FBT001  # drawn
) -> None:
    accounts = PAYOUT_ACCOUNTS if has_transit else AMAZON
    books, record = payout_book(accounts), None
    posted: dict[str, EntityPosting] = {}
    statuses = [*sorted(booked_in[: len(versions) - 1]), PAID]
    for lines, status in zip(versions, statuses, strict=True):
        record = merged("acme", record, told(lines, status, has_period=has_period), at=SENT_AT)
        record = _booked(record, books_of=posted, accounts=accounts)
    assert record is not None
    last = told(versions[-1], PAID, has_period=has_period)

    fresh = merged("acme", None, last, at=SENT_AT)

    assert by_day(list(posted.values())) == by_day(plan_payout(fresh, books).entries)


def _booked(
    record: PayoutRecord, *, books_of: dict[str, EntityPosting], accounts: dict[Role, str]
) -> PayoutRecord:
    if record.conflict:
        purposes = [entry.purpose for entry in books_of.values()]
        record = accepted(record, purposes, at=SENT_AT)
    planned = plan_payout(record, payout_book(accounts))
    assert not planned.findings, planned.findings
    for entry in planned.entries:
        books_of.setdefault(entry.posting.key, entry)
    return replace(record, frozen=record.content, is_booked=True)
