"""Days proved against the simulator's books: true when all is well, and every plant is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

import tests.accounting.more_lives  # noqa: F401  # registers its lives
from intacct.errors import NotSentError
from shared.ledger.records import State
from shared.posting.reports import PostingState
from shared.reconciliation.budget import BACKGROUND_MAX, PROOF
from shared.reconciliation.differences import Cause
from shared.reconciliation.prove import ProofState
from shared.reconciliation.statement import Statement, Verdict
from tests.accounting.lives import LIVES, PAID, SHIPPED, order_a, order_a_placed
from tests.accounting.shop import captured, day, facts, usd
from tests.unit.reconciliation import plants
from tests.unit.reconciliation.world import ENTITY, TENANT, World, order_facts

FIRST, ON = date(2026, 3, 1), date(2026, 3, 2)
CENT = Decimal("0.01")


@pytest.fixture
def world() -> World:
    """Two orders that are paid and shipped, on the morning after."""
    made = World()
    for name in ("1001", "1002"):
        made.sell(order_facts(name, order_a().stages[-1]))
    made.next_morning()
    return made


def causes(statement: Statement) -> list[Cause]:
    return [one.cause for one in statement.differences]


def test_a_day_of_orders_is_equal_and_says_what_it_compared(world: World) -> None:
    statement = world.prove(ON)

    (shop,) = (store for store in statement.stores if store.store == "shop")
    invoices = next(kind for kind in shop.kinds if kind.kind == "invoice")
    assert statement.differences == ()
    assert statement.verdict is Verdict.EQUAL
    assert (invoices.wanted, invoices.posted, invoices.proved) == (2, 2, 2)
    assert invoices.wanted_amount == invoices.proved_amount == Decimal("139.90")
    balances = {one.account: (one.ours, one.sage) for one in statement.balances}
    assert balances["1100"] == (Decimal("139.90"), Decimal("139.90"))
    assert balances["2050"] == (Decimal(0), Decimal(0))


def test_the_open_captures_of_a_clearing_account_are_listed_with_their_age(world: World) -> None:
    statement = world.prove(ON)

    (clearing,) = (one for one in statement.balances if one.account == "1100")
    listed = [(one.subject, one.amount, one.age_days(ON)) for one in clearing.items]
    assert listed == [
        ("order 1001", Decimal("69.95"), 1),
        ("order 1002", Decimal("69.95"), 1),
    ]


def test_every_life_of_the_reference_is_equal_but_what_sage_refused() -> None:
    world, held = World(), set()
    for number, name in enumerate(list(LIVES)[::5]):
        life = LIVES[name]()
        store = f"s{number}"
        world.open_store(store, life.book)
        for stage in life.stages:
            report = world.sell(order_facts(f"{3000 + number}", stage), store=store)
            held |= {f"order {3000 + number}"} if report.state is PostingState.HELD else set()
    world.company.clock.advance(30 * 86_400)

    statement = world.prove(date(2026, 3, 31))

    assert len(world.facts.records) > 8 * len(held)
    assert {one.subject for one in statement.differences} == held
    assert {one.cause for one in statement.differences} <= {Cause.REFUSED, Cause.NOT_POSTED}


def test_a_cent_on_a_line_of_the_ledger_is_found_and_nothing_else(world: World) -> None:
    world.prove(FIRST)
    world.prove(ON)
    for place in range(0, len(plants.table(world, "gl_detail")), 9):
        account = plants.bend_line(world, place)
        on = plants.table(world, "gl_detail")[place]["entry_date"]

        statement = world.prove(on, again=True)
        plants.bend_line(world, place, -CENT)

        found = [(one.cause, one.account, one.amount) for one in statement.differences]
        assert found == [(Cause.LEDGER_DIFFERS, account, CENT)], place
        world.prove(on, again=True)


@pytest.mark.parametrize("table", ["ar_advance", "sales_document", "ar_payment"])
def test_a_document_that_is_not_in_sage_any_more_is_missing(world: World, table: str) -> None:
    plants.lose(world, table, place=-1)

    statement = world.prove(ON)

    assert causes(statement) == [Cause.MISSING_IN_SAGE]


def test_a_day_that_is_proved_again_is_read_back_whole(world: World) -> None:
    world.prove(ON)
    plants.lose(world, "ar_payment", place=-1)

    once, again = world.prove(ON), world.prove(ON, again=True)

    # What leaves no trace in Sage shows on no control account: only reading again finds it.
    assert Cause.MISSING_IN_SAGE not in causes(once)
    assert causes(again) == [Cause.MISSING_IN_SAGE]


def test_a_deletion_that_the_audit_history_tells_names_who_did_it(world: World) -> None:
    world.prove(ON)
    (row, *_) = plants.table(world, "ar_advance")
    world.company.books.store.insert(
        "audit_history",
        {
            "object_name": "ar_advance",
            "object_key": row["key"],
            "object_id": str(row["key"]),
            "action": "delete",
            "at": world.clock(),
            "user": "bookkeeper",
            "source": "ui",
        },
    )
    plants.lose(world, "ar_advance")

    statement = world.prove(date(2026, 3, 3))

    (found,) = statement.differences
    assert (found.cause, found.by) == (Cause.MISSING_IN_SAGE, "bookkeeper")
    assert found.amount == Decimal("-69.95")
    assert found.age_days(statement.on) == 2


def test_a_total_that_a_person_changed_is_found_whenever_it_was_changed(world: World) -> None:
    world.prove(ON)
    world.company.clock.advance(3600)
    row = plants.bend_total(world, "ar_advance")
    now = world.company.clock.stamp()
    world.company.books.store.change("ar_advance", row["key"], modified_at=now)

    statement = world.prove(date(2026, 3, 3))

    assert [(one.cause, one.amount) for one in statement.differences] == [
        (Cause.EDITED_IN_SAGE, CENT)
    ]


def test_a_document_of_another_customer_is_edited(world: World) -> None:
    store = world.company.books.store
    other = world.company.books.create("customer", {"id": "C-OTHER", "name": "Other"})
    store.change("ar_payment", plants.table(world, "ar_payment")[0]["key"], customer=other["key"])

    statement = world.prove(ON)

    assert causes(statement) == [Cause.EDITED_IN_SAGE]


def test_a_document_that_is_there_twice_is_named_once(world: World) -> None:
    plants.double(world, "ar_advance")

    statement = world.prove(ON)

    (found,) = statement.differences
    assert (found.cause, found.amount) == (Cause.DUPLICATED_IN_SAGE, Decimal("69.95"))


def test_an_order_that_was_never_posted_is_missing_with_all_its_documents(world: World) -> None:
    world.know(order_facts("1003", order_a().stages[-1]))

    statement = world.prove(ON)

    assert {one.subject for one in statement.differences} == {"order 1003"}
    assert set(causes(statement)) == {Cause.NOT_POSTED}
    assert statement.verdict is Verdict.OPEN


def test_what_was_open_is_closed_when_it_is_posted_and_named_as_late(world: World) -> None:
    world.know(order_facts("1003", order_a().stages[-1]))
    world.prove(ON)
    world.post("1003")

    statement = world.prove(date(2026, 3, 3))

    assert statement.differences == ()
    assert {one.subject for one in statement.late} == {"order 1003"}
    assert {one.on for one in statement.late} == {FIRST, ON}


def test_a_cent_that_the_cart_tells_otherwise_now_is_found(world: World) -> None:
    world.prove(ON)
    dearer = facts(order_a_placed(), replace(PAID, amount=usd("69.96")), SHIPPED)
    world.know(order_facts("1001", dearer))

    statement = world.prove(date(2026, 3, 3))

    assert Cause.CART_DIFFERS in causes(statement)
    assert {one.subject for one in statement.differences} == {"order 1001"}


def test_what_others_enter_on_a_control_account_stays_open_until_it_is_accepted(
    world: World,
) -> None:
    plants.enter_by_hand(world, "1100", on=FIRST, amount="500.00", reference="OPENING")
    opening = world.prove(FIRST)
    plants.enter_by_hand(world, "1100", on=ON)

    first = world.prove(ON)
    second = world.prove(date(2026, 3, 3))
    (clearing,) = (one for one in second.balances if one.account == "1100")
    assert clearing.by_others is not None
    world.book.accept(TENANT, ENTITY, "1100", clearing.by_others)
    third = world.prove(date(2026, 3, 4))

    assert opening.differences == ()
    for statement in (first, second):
        assert [(d.cause, d.account, d.amount) for d in statement.differences] == [
            (Cause.BY_OTHERS, "1100", CENT)
        ]
    assert third.differences == ()


def test_a_document_in_doubt_is_told_and_balances_are_not_judged(world: World) -> None:
    world.prove(FIRST)
    pk, key = next(k for k in world.ledger.records if "/INVOICE/" in k[1])
    record = world.ledger.records[pk, key]
    world.ledger.records[pk, key] = replace(
        record, state=State.SENT, result=None, sent_at=world.clock()
    )

    statement = world.prove(ON)

    assert Cause.IN_DOUBT in causes(statement)
    assert Cause.BY_OTHERS not in causes(statement)
    assert any("in doubt" in note for note in statement.notes)


def test_days_without_a_statement_are_proved_in_their_order(world: World) -> None:
    deadline = world.clock()
    first = world.prover.prove_due([world.tenant], deadline)
    world.company.clock.advance(3 * 86_400)
    later = world.prover.prove_due([world.tenant], world.clock())
    again = world.prover.prove_due([world.tenant], world.clock())

    assert [report.on for report in first] == [ON]
    assert [report.on.day for report in later] == [3, 4, 5]
    assert again == []


def test_a_proof_begun_before_the_day_was_over_does_not_count_for_it(world: World) -> None:
    world.company.clock.advance(-12 * 3600)
    world.prove(ON)
    world.company.clock.advance(12 * 3600)

    assert [report.on for report in world.prover.prove_due([world.tenant], world.clock())] == [ON]


def test_an_outage_of_sage_adds_no_statement_and_the_next_run_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise NotSentError("nothing answered")  # noqa: EM101, TRY003

    with monkeypatch.context() as patched:
        patched.setattr(type(world.reads), "read_back", broken)
        report = world.report(ON)

    assert (report.state, report.link) == (ProofState.PARKED, None)
    assert world.book.latest(TENANT, ENTITY) is None
    world.failures.clear()
    assert world.prove(ON).verdict is Verdict.EQUAL


def test_without_background_reads_left_nothing_is_said_to_be_proved(world: World) -> None:
    world.counted[PROOF] = BACKGROUND_MAX

    statement = world.prove(ON)

    assert statement.verdict is Verdict.UNREAD
    assert all(balance.sage is None for balance in statement.balances)
    assert statement.reading is not None
    assert statement.reading.transactions == 0


def test_a_second_proof_of_the_day_asks_for_nothing_that_was_proved(world: World) -> None:
    first, second = world.prove(ON), world.prove(ON)

    assert first.reading is not None
    assert second.reading is not None
    assert second.verdict is Verdict.EQUAL
    assert second.reading.background == first.reading.transactions + second.reading.transactions


def test_money_is_compared_by_account_and_day() -> None:
    world = World()
    world.sell(order_facts("1001", facts(order_a_placed(), captured("c", "69.95", day(2)))))
    world.next_morning()

    statement = world.prove(ON)

    (shop,) = (store for store in statement.stores if store.store == "shop")
    assert [(m.account, m.in_cart, m.in_books) for m in shop.money] == [
        ("1100", Decimal("69.95"), Decimal("69.95"))
    ]
