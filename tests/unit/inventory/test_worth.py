"""That stock is worth what the ledger says is proved once a day, to what rounding explains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intacct.errors import IntacctError, RejectedError
from intacct.reading import AccountBalance
from intacct.stock import StockCost, StockLevel
from shared.budgets.background import BackgroundReads
from shared.inventory.proving import (
    StockProver,
    StockProverParts,
    WorthReport,
    WorthState,
)
from shared.inventory.proving_due import worths
from shared.inventory.requests import InventoryRequest, WorthRequest
from shared.inventory.worth import worth_of
from shared.inventory.worth_store import KeptWorth
from shared.policy.mapping import Role
from shared.policy.stock import StockPolicy
from shared.reviews.records import Review, ReviewStatus
from shared.tenants.models import Tenant
from tests.fakes import FakeClock, MemoryReviews
from tests.paging.memory import MemoryCheckpoints
from tests.unit.tenants.test_pinned import tenant

CENT = Decimal("0.01")
ACCOUNT = "1300"


def company(*, proves: bool = True, account: str = ACCOUNT) -> Tenant:
    base = tenant()
    (store, *_) = base.stores
    mapping = replace(store.mapping, accounts={**store.mapping.accounts, Role.INVENTORY: account})
    changes = {"mapping": mapping, "stock": StockPolicy(proves_worth=proves)}
    return base.model_copy(update={"stores": (store.model_copy(update=changes),)})


class Everyone:
    """The tenants of a stage."""

    def __init__(self, *known: Tenant) -> None:
        self.known = {one.id: one for one in known}

    def tenant(self, tenant_id: str) -> Tenant:
        return self.known[tenant_id]

    def all(self) -> Iterator[Tenant]:
        yield from self.known.values()


@dataclass
class Sage:
    """Warehouses, what goods cost, and the balances that each read of them finds."""

    levels: list[StockLevel] = field(default_factory=list)
    costs: list[StockCost] = field(default_factory=list)
    balances: list[str] = field(default_factory=lambda: ["90.00"])
    down: IntacctError | None = None
    reads: int = 0

    def stock_levels(
        self, items: tuple[str, ...] = (), warehouse: str = ""
    ) -> Sequence[StockLevel]:
        assert not items, "all of them"
        assert not warehouse, "all of them"
        return self.levels

    def stock_costs(self) -> Iterator[StockCost]:
        yield from self.costs

    def trial_balance(self, start_on: date, end_on: date) -> Iterator[AccountBalance]:
        assert start_on < end_on
        if self.down:
            raise self.down
        self.reads += 1
        now = self.balances.pop(0) if len(self.balances) > 1 else self.balances[0]
        yield AccountBalance(ACCOUNT, Decimal(now), Decimal(0))
        yield AccountBalance("4000", Decimal(0), Decimal("777.00"))


class MemoryWorths:
    """Comparisons in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], KeptWorth] = {}

    def load(self, tenant: str, entity: str) -> KeptWorth:
        return self.kept.get((tenant, entity), KeptWorth())

    def save(self, tenant: str, entity: str, worth: KeptWorth) -> None:
        self.kept[tenant, entity] = worth


class Rig:
    """One company, and what proves its stock."""

    def __init__(self) -> None:
        self.clock = FakeClock(datetime.fromisoformat("2026-04-01T12:00:00+00:00"))
        self.sage = Sage(
            [StockLevel("TEE", "W1", Decimal(10))], [StockCost("TEE", "W1", Decimal("9.00"))]
        )
        self.reviews, self.kept, self.month = MemoryReviews(), MemoryWorths(), 0
        background = BackgroundReads(
            used=lambda _tenant: 0,
            of_month=lambda _tenant, _month: {"background": self.month},
            note=lambda _tenant, _count: None,
            clock=self.clock,
        )
        self.prover = StockProver(
            StockProverParts(
                reads_of=lambda _tenant, _entity: self.sage,
                checkpoints=MemoryCheckpoints(),
                background=background,
                reviews=self.reviews,
                worths=self.kept,
                clock=self.clock,
            )
        )
        self.company = company()

    @property
    def deadline(self) -> datetime:
        return self.clock.now + timedelta(minutes=4)

    def prove(self, **asked: str) -> WorthReport:
        entity = self.company.entities[0].id
        request = InventoryRequest(
            tenant=self.company.id, worth=WorthRequest(entity=entity, **asked)
        )
        return self._reports(request)[0]

    def on_schedule(self) -> list[WorthReport]:
        return self._reports(InventoryRequest())

    def _reports(self, request: InventoryRequest) -> list[WorthReport]:
        everyone = Everyone(self.company)
        return list(worths(self.prover, everyone, request, self.deadline, self.clock))

    def review(self) -> Review | None:
        found = [one for one in self.reviews.all(self.company.id) if "worth" in one.subject]
        return found[0] if found else None


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_stock_that_is_worth_what_the_ledger_says_is_equal(rig: Rig) -> None:
    report = rig.prove()

    assert (report.state, report.difference) == (WorthState.EQUAL, Decimal(0))
    assert report.as_json()["stock"] == "90.00"
    assert rig.review() is None


def test_a_cent_too_much_waits_for_a_person_until_it_is_gone(rig: Rig) -> None:
    rig.sage.levels = [StockLevel("TEE", "W1", Decimal(1))]
    rig.sage.balances = ["8.98"]
    differs = rig.prove()
    opened = rig.review()
    rig.sage.balances = ["9.00"]
    equal = rig.prove()
    closed = rig.review()

    assert (differs.state, differs.difference) == (WorthState.DIFFERS, Decimal("0.02"))
    assert opened is not None
    assert opened.status is ReviewStatus.OPEN
    assert "+0.02" in opened.findings[0].message
    assert equal.state is WorthState.EQUAL
    assert closed is not None
    assert closed.status is ReviewStatus.CLOSED


def test_what_a_person_accepts_counts_as_equal_and_a_cent_more_does_not(rig: Rig) -> None:
    rig.sage.balances = ["100.00"]
    accepted = rig.prove(accept_by="ada")
    again = rig.prove()
    rig.sage.balances = ["101.00"]
    worse = rig.prove()

    assert (accepted.state, accepted.kept.accepted) == (WorthState.EQUAL, Decimal("-10.00"))
    assert (again.state, again.kept.accepted_by) == (WorthState.EQUAL, "ada")
    assert worse.state is WorthState.DIFFERS


def test_what_lies_there_at_no_cost_is_named(rig: Rig) -> None:
    rig.sage.levels.append(StockLevel("MUG", "W1", Decimal(3)))
    rig.sage.costs.append(StockCost("MUG", "W2", Decimal("4.00")))

    report = rig.prove()

    assert (report.state, report.unpriced) == (WorthState.DIFFERS, ("MUG",))
    review = rig.review()
    assert review is not None
    assert "MUG" in review.findings[0].message


def test_what_moves_while_it_is_read_is_not_judged_and_tried_again(rig: Rig) -> None:
    rig.sage.balances = ["90.00", "81.00", "90.00"]

    first, second = rig.on_schedule(), rig.on_schedule()

    assert [one.state for one in (*first, *second)] == [WorthState.MOVED, WorthState.EQUAL]
    assert rig.review() is None


def test_each_entity_is_proved_once_a_day_on_schedule(rig: Rig) -> None:
    states = [rig.on_schedule()[0].state]
    for _ in range(3):
        rig.clock.pass_time(3600.0)
        states.append(rig.on_schedule()[0].state)
    rig.clock.pass_time(24 * 3600.0)
    states.append(rig.on_schedule()[0].state)

    assert states == [
        WorthState.EQUAL, *[WorthState.SKIPPED] * 3, WorthState.EQUAL
    ]  # fmt: skip
    assert rig.sage.reads == 2 * 2


def test_nothing_is_read_of_who_does_not_ask_or_names_no_account(rig: Rig) -> None:
    for told in (company(proves=False), company(account="")):
        rig.company = told
        assert rig.on_schedule() == []
        assert rig.prove().state is WorthState.SKIPPED
    assert rig.sage.reads == 0


def test_the_months_reads_bound_it(rig: Rig) -> None:
    rig.month = 1_000_000

    assert "background reads" in rig.prove().detail
    assert rig.sage.reads == 0


def test_a_company_that_cannot_be_read_is_a_failure_and_no_difference(rig: Rig) -> None:
    rig.sage.down = RejectedError("no")

    assert rig.prove().state is WorthState.FAILED
    assert rig.review() is None


def test_a_run_that_ends_too_early_says_so(rig: Rig) -> None:
    entity = rig.company.entities[0]

    report = rig.prover.prove(rig.company, entity, rig.clock.now, is_now=True)

    assert (report.state, report.detail) == (WorthState.FAILED, "it took longer than a run may")


@given(
    st.lists(
        st.tuples(st.decimals(-1000, 100_000, places=3), st.decimals(0, 10_000, places=7)),
        max_size=8,
    )
)
def test_rounding_never_explains_less_than_it_made(rows: list[tuple[Decimal, Decimal]]) -> None:
    """Sage books the true cost to the cent and shows four digits of it."""
    levels = [StockLevel(f"I{n}", "W1", held) for n, (held, _) in enumerate(rows)]
    shown = [
        StockCost(f"I{n}", "W1", cost.quantize(Decimal("0.0001")))
        for n, (_, cost) in enumerate(rows)
    ]
    booked = sum(((held * cost).quantize(CENT, ROUND_HALF_EVEN) for held, cost in rows), Decimal(0))

    worth = worth_of(levels, shown)

    assert abs(worth.amount - booked) <= worth.slack + CENT / 2
    assert worth.unpriced == ()


def test_standard_cost_counts_where_no_average_is_told() -> None:
    costs = [StockCost("TEE", "W1", standard=Decimal(9), average=None)]
    assert worth_of([StockLevel("TEE", "W1", Decimal(2))], costs).amount == 18
