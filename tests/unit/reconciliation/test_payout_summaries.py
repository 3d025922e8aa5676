"""The proof of a channel whose sales come into the books with their payouts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from commerce.orders import Ref
from commerce.payouts import Payout, PayoutLineKind, PayoutStatus
from shared.payouts.booking import BookingState
from shared.policy.choices import CustomerMode, PostingMode
from shared.reconciliation.differences import Cause
from shared.reconciliation.page import page
from shared.reconciliation.statement import Statement, Verdict
from shared.reconciliation.tables import table
from tests.accounting.lives import PAID, SHIPPED, one_tee_back, order_a_placed
from tests.accounting.payout_lives import DIRECT
from tests.accounting.shop import TENDERS, book, facts, mapping
from tests.unit.payouts.told import line, payout
from tests.unit.reconciliation.world import World

SECOND, SEVENTH = date(2026, 3, 2), date(2026, 3, 7)
NOON_OF_THE_SEVENTH = datetime(2026, 3, 7, 17, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    found = World()
    books = found.company.books
    for account in sorted(set(DIRECT.values())):
        if books.by_id("account", account) is None:
            books.create("account", {"id": account, "name": f"Account {account}"})
    chart = mapping(accounts=DIRECT, tenders=TENDERS, channel_customer="C-ADA")
    found.open_store(
        "market",
        book(
            chart=chart,
            posting_mode=PostingMode.SUMMARY_PAYOUT,
            customer_mode=CustomerMode.CHANNEL,
        ),
    )
    return found


def told(amount: str = "69.95") -> Payout:
    row = line("1", PayoutLineKind.CHARGE, amount, order_id="order-1")
    made = payout((row,), amount=amount, status=PayoutStatus.PAID, arrived_at=NOON_OF_THE_SEVENTH)
    return replace(made, ref=Ref("shopify", "market", "payout", "po-1001"))


def proved_on(world: World, on: date) -> Statement:
    world.next_morning()
    return world.prove(on)


def test_what_waits_for_its_payout_is_listed_and_speaks_against_nothing(world: World) -> None:
    world.sell(facts(order_a_placed(), PAID, SHIPPED), store="market")

    statement = proved_on(world, SECOND)

    assert statement.verdict is Verdict.EQUAL
    (one,) = statement.awaited
    assert (one.store, one.subject) == ("market", "order order-1")
    assert one.what == "sale:order-1:parcel-1"
    assert (one.since, one.amount) == (SECOND, Decimal("76.20"))
    assert one.age_days(SEVENTH) == 5
    assert b"wait for their payout" in page(statement)
    assert b"awaited,100,2026-03-02,market,order order-1,sale:order-1:parcel-1" in table(statement)


def test_a_payout_with_its_sales_is_proved_in_sage(world: World) -> None:
    world.sell(facts(order_a_placed(), PAID, SHIPPED), store="market")
    proved_on(world, SECOND)
    world.company.clock.set(NOON_OF_THE_SEVENTH, freeze=True)

    (report,) = world.pay_out(told())
    statement = proved_on(world, SEVENTH)

    assert report.state is BookingState.BOOKED
    assert (statement.verdict, statement.awaited) == (Verdict.EQUAL, ())
    (market,) = [one for one in statement.stores if one.store == "market"]
    assert [(one.kind, one.wanted, one.proved) for one in market.kinds] == [
        ("summary journal", 1, 1)
    ]
    clearing = next(one for one in statement.balances if one.account == "1100")
    assert (clearing.ours, clearing.items) == (Decimal(0), ())


def test_a_refund_after_the_payout_waits_for_the_next_one(world: World) -> None:
    world.sell(facts(order_a_placed(), PAID, SHIPPED), store="market")
    world.company.clock.set(NOON_OF_THE_SEVENTH, freeze=True)
    world.pay_out(told())

    world.sell(facts(order_a_placed(), PAID, SHIPPED, one_tee_back()), store="market")
    statement = proved_on(world, SEVENTH)

    assert statement.verdict is Verdict.EQUAL
    assert [one.what for one in statement.awaited] == ["refund:refund-1"]


def test_a_payout_that_is_one_cent_off_is_open_with_its_order(world: World) -> None:
    world.sell(facts(order_a_placed(), PAID, SHIPPED), store="market")
    world.company.clock.set(NOON_OF_THE_SEVENTH, freeze=True)

    world.pay_out(told("69.96"))
    statement = proved_on(world, SEVENTH)

    assert statement.verdict is Verdict.OPEN
    (one,) = statement.differences
    assert (one.cause, one.subject, one.amount) == (Cause.HELD, "payout po-1001", Decimal("0.01"))
    assert "order order-1" in one.what
    assert len(statement.awaited) == 1


def test_a_journal_of_a_payout_that_a_person_deleted_is_found(world: World) -> None:
    world.sell(facts(order_a_placed(), PAID, SHIPPED), store="market")
    world.company.clock.set(NOON_OF_THE_SEVENTH, freeze=True)
    world.pay_out(told())
    proved_on(world, SEVENTH)

    books = world.company.books
    (journal,) = books.select("journal_entry", private=True)
    books.delete("journal_entry", journal["key"])
    statement = proved_on(world, date(2026, 3, 8))

    assert statement.verdict is Verdict.OPEN
    assert {one.cause for one in statement.differences} == {Cause.MISSING_IN_SAGE}
    assert {one.subject for one in statement.differences} == {"payout po-1001"}
