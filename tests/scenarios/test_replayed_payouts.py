"""Journals of payouts with their sales, rebuilt from the archive and from what is kept of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.facts.record import order_pk
from shared.gl.days import DayKey
from shared.payouts.store import PayoutKey
from shared.policy.choices import PayoutMonths
from shared.policy.mapping import ItemRule
from shared.postings.book import StoreBook
from shared.replaying.days import DayReplay, DayReplayer, ReplayParts
from shared.replaying.lives import EventState
from shared.replaying.payouts import OwnMoney
from tests.scenarios.paid_channel import (
    ON_AMAZON,
    over_month_end,
    paid,
    rig,
    settlement,
    two_orders,
)
from tests.scenarios.summary_rig import SummaryRig
from tests.unit.explain.telling import MemoryDocuments
from tests.unit.payouts.told import usd

__all__ = ["rig"]

SOFAS = ItemRule("SOFA", "WEB-GOODS-2", account="4001")


def replayed(rig: SummaryRig, *books: StoreBook, other: StoreBook | None = None) -> list[DayReplay]:
    """Every part of the payout's journals, each order archived as it is known."""
    documents = MemoryDocuments()
    for pk, record in list(rig.facts.records.items()):
        key = documents.keep(pk.rpartition("#")[2], record.known)
        rig.facts.records[pk] = replace(record, sources=(key,))
    under = books or (rig.book,)
    own = OwnMoney(rig.payouts, lambda *_: under, (lambda *_: other) if other else None)
    parts = ReplayParts(rig.facts, rig.days, rig.ledger, documents, lambda _: under[0], own.found)
    told = rig.payout_days.parts("acme", "shop", "po-1001")
    assert told is not None
    replayer = DayReplayer(parts)
    using = (lambda _: other) if other else None
    return [one for key in told.keys for one in replayer.replay(key, other=using)]


def test_a_payout_with_its_sales_comes_out_byte_for_byte(rig: SummaryRig) -> None:
    rig.pay_out(paid(*two_orders(rig)))

    (replay,) = replayed(rig)

    assert {event.state for event in replay.events} == {EventState.SAME}
    assert {event.event for event in replay.events if not event.order_id} == {"payout:po-1001"}
    assert replay.lines == ()
    assert replay.is_same


def test_a_settlement_comes_out_byte_for_byte(rig: SummaryRig) -> None:
    rig.pay_out(settlement(rig))

    assert [one.is_same for one in replayed(rig)] == [True]


@pytest.mark.parametrize("months", list(PayoutMonths))
def test_each_month_of_a_settlement_comes_out_byte_for_byte(
    rig: SummaryRig, months: PayoutMonths
) -> None:
    rig.configure(**ON_AMAZON, payout_months=months)
    rig.pay_out(over_month_end(rig))

    found = replayed(rig)

    assert len(found) == (2 if months is PayoutMonths.SPLIT else 1)
    assert all(one.is_same for one in found)


def test_the_version_that_a_payout_was_booked_under_is_found(rig: SummaryRig) -> None:
    rig.pay_out(paid(*two_orders(rig)))
    booked = rig.book
    accounts = {
        role: "6199" if number == "6100" else number
        for role, number in booked.mapping.accounts.items()
    }
    newer = replace(booked, mapping=replace(booked.mapping, accounts=accounts))

    (replay,) = replayed(rig, booked, newer)
    own = OwnMoney(rig.payouts, lambda *_: (newer, booked))
    (event,) = [one for one in replay.events if not one.order_id]
    key = DayKey("acme", "shop", "USD", event.frozen.ledger_on, "po-1001")

    assert replay.is_same
    assert own.found(key, event).state is EventState.SAME


def test_another_mapping_shows_its_difference_by_account(rig: SummaryRig) -> None:
    rig.pay_out(paid(*two_orders(rig)))
    booked = rig.book
    rig.configure(SOFAS)

    (replay,) = replayed(rig, booked, other=rig.book)

    moved = {one.account: one.difference.plain() for one in replay.accounts if one.difference}
    assert moved == {"4000": "110.22", "4001": "-110.22"}
    assert replay.is_same


def test_a_cent_that_was_changed_in_what_is_kept_of_a_payout_is_found(rig: SummaryRig) -> None:
    rig.pay_out(paid(*two_orders(rig)))
    key = PayoutKey("acme", "shop", "po-1001")
    record = rig.payouts.records[key]
    first, *others = record.payout.lines
    changed = replace(first, fee=first.fee + usd("0.01"), net=first.net - usd("0.01"))
    payout = replace(record.payout, lines=(changed, *others))
    payout = replace(payout, amount=payout.net)
    rig.payouts.records[key] = replace(record, payout=payout)

    (replay,) = replayed(rig)

    (event,) = [one for one in replay.events if not one.order_id]
    assert event.state is EventState.DIFFERENT
    assert not replay.is_same
    assert {line.account for line in replay.lines} >= {"6100"}


def test_an_order_that_is_gone_is_named_and_the_payout_is_not_the_same(rig: SummaryRig) -> None:
    rig.pay_out(paid(*two_orders(rig)))
    del rig.facts.records[order_pk("acme", "shop", "B")]

    (replay,) = replayed(rig)

    assert {one.order_id for one in replay.events if one.state is EventState.UNREADABLE} == {"B"}
    assert not replay.is_same
