"""Payouts in the proof: their entries, and the captures that they settle, order by order."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from commerce.payouts import FeeKind, PayoutLineKind, PayoutStatus
from shared.payouts.booking import BookingState
from shared.policy.choices import CustomerMode, PostingDepth
from shared.policy.mapping import Mapping
from shared.policy.switches import PostingPolicy
from shared.reconciliation.balances import Balance
from shared.reconciliation.differences import Cause
from shared.reconciliation.statement import Statement, Verdict
from tests.accounting.lives import order_a
from tests.accounting.payout_lives import PAYOUT_ACCOUNTS
from tests.accounting.shop import book, mapping
from tests.unit.payouts.told import ARRIVED_AT, LINES, line, payout
from tests.unit.reconciliation import plants
from tests.unit.reconciliation.world import World, order_facts

SENT_ON, ARRIVED_ON = date(2026, 3, 5), date(2026, 3, 7)


@pytest.fixture
def world() -> World:
    """Order A is paid and shipped; the payout of J-6.1 settles it beside an order B."""
    made = World()
    made.sell(order_facts("A", order_a().stages[-1]))
    made.company.clock.advance(6 * 86_400)
    return made


def balance(statement: Statement, account: str) -> Balance:
    return next(one for one in statement.balances if one.account == account)


def test_a_booked_payout_is_equal_and_settles_its_orders(world: World) -> None:
    (report,) = world.pay_out(payout())

    statement = world.prove(ARRIVED_ON)

    clearing = balance(statement, "1100")
    items = {one.subject: one.amount for one in clearing.items}
    assert report.state is BookingState.BOOKED
    assert statement.differences == ()
    assert statement.verdict is Verdict.EQUAL
    assert items == {"order A": Decimal("24.50"), "order B": Decimal("-120.00")}
    assert clearing.ours == clearing.sage == Decimal("-95.50")
    assert balance(statement, "1120").ours == Decimal("159.34")


def test_a_payout_that_arrived_leaves_nothing_in_transit(world: World) -> None:
    world.pay_out(payout())
    world.company.clock.advance(5 * 86_400)
    world.pay_out(payout(status=PayoutStatus.PAID, arrived_at=ARRIVED_AT))

    statement = world.prove(date(2026, 3, 10))

    assert statement.differences == ()
    assert balance(statement, "1120").ours == 0


def test_a_payout_that_does_not_add_up_is_open_until_it_does(world: World) -> None:
    world.pay_out(payout(amount="159.35"))

    first = world.prove(ARRIVED_ON)
    world.pay_out(payout())
    second = world.prove(ARRIVED_ON + timedelta(days=1))

    assert [(d.subject, d.cause, abs(d.amount or 0)) for d in first.differences] == [
        ("payout po-1001", Cause.HELD, Decimal("0.01"))
    ]
    assert second.differences == ()


def test_a_payout_that_was_not_booked_is_missing_with_its_entry(world: World) -> None:
    world.keeper.keep("acme", payout())

    statement = world.prove(ARRIVED_ON)

    assert [(d.subject, d.cause) for d in statement.differences] == [
        ("payout po-1001", Cause.NOT_POSTED)
    ]
    assert statement.differences[0].age_days(ARRIVED_ON) == (ARRIVED_ON - SENT_ON).days


def test_an_entry_that_a_person_changed_is_found_on_its_account(world: World) -> None:
    world.pay_out(payout())
    world.prove(ARRIVED_ON)
    lines = plants.table(world, "gl_detail")
    place = next(n for n, row in enumerate(lines) if row["origin_object"] == "journal_entry")
    account = plants.bend_line(world, place)

    statement = world.prove(SENT_ON, again=True)

    assert [(d.subject, d.cause, d.account, d.amount) for d in statement.differences] == [
        ("payout po-1001", Cause.LEDGER_DIFFERS, account, Decimal("0.01"))
    ]


def test_lines_that_the_source_tells_otherwise_later_are_named(world: World) -> None:
    world.pay_out(payout())
    world.prove(ARRIVED_ON)
    first, *others = LINES
    dearer = replace(first, fee=first.fee * 2, net=first.net - first.fee)
    world.pay_out(payout((dearer, *others), amount="157.01"))

    statement = world.prove(ARRIVED_ON + timedelta(days=1))

    assert {d.subject for d in statement.differences} == {"payout po-1001"}
    assert Cause.HELD in {d.cause for d in statement.differences}


def test_the_invoices_of_a_thrifty_channel_are_open_until_a_payout_pays_them() -> None:
    world = World()
    thrifty = PostingPolicy(posting_depth=PostingDepth.THRIFTY, customer_mode=CustomerMode.CHANNEL)
    world.open_store("web", book(chart=_channel(), **_members(thrifty)))
    for name in ("A", "B"):
        world.sell(order_facts(name, order_a().stages[-1]), store="web")
    before = world.prove(date(2026, 3, 2))
    world.company.clock.advance(6 * 86_400)
    charges = tuple(
        line(
            name,
            PayoutLineKind.CHARGE,
            "69.95",
            "2.00",
            order_id=name,
            fee_kind=FeeKind.PROCESSING,
        )
        for name in ("A", "B")
    )
    told = payout(charges, amount="135.90")
    (report,) = world.pay_out(replace(told, ref=replace(told.ref, store="web")))

    after = world.prove(ARRIVED_ON)

    assert before.differences == ()
    assert report.state is BookingState.BOOKED, report
    assert after.differences == ()
    assert balance(after, "1100").ours == 0
    assert balance(after, "1120").ours == Decimal("135.90")


def _channel() -> Mapping:
    return mapping(accounts=PAYOUT_ACCOUNTS, channel_customer="C-ADA")


def _members(policy: PostingPolicy) -> dict[str, object]:
    return {field.name: getattr(policy, field.name) for field in fields(policy)}
