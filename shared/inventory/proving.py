"""Proves that Sage's inventory sub-ledger equals the ledger: stock by its cost, accounts by day.

A movement that somebody books meanwhile would be in one of the two alone: the accounts are read
before and after the stock, and nothing is judged where they differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from intacct.errors import IntacctError
from intacct.reading import AccountBalance
from intacct.stock import StockCost, StockLevel
from shared.budgets.background import BackgroundReads
from shared.gl.dates import ledger_date
from shared.inventory.findings import worth_differs, worth_subject
from shared.inventory.worth import Worth, worth_of
from shared.inventory.worth_store import KeptWorth, Worths
from shared.policy.mapping import Role
from shared.polling.checkpoints import Checkpoints, Lease, PollingElsewhereError
from shared.ports import Clock
from shared.reviews.records import Reviews
from shared.tenants.models import Entity, Tenant

WORTH_READER = "stock-worth"
"""The reader of the checkpoint that says when an entity was proved last."""

_CENT = Decimal("0.01")
_FIRST_DAY = date(2000, 1, 1)


class ReadsWorth(Protocol):
    """The part of `intacct.read_router.IntacctReads` that tells stock, costs and balances."""

    def stock_levels(
        self, items: tuple[str, ...] = (), warehouse: str = ""
    ) -> Sequence[StockLevel]:
        """What is on hand."""
        ...

    def stock_costs(self) -> Iterator[StockCost]:
        """What items cost by warehouse."""
        ...

    def trial_balance(self, start_on: date, end_on: date) -> Iterator[AccountBalance]:
        """Debits and credits per account."""
        ...


class WorthState(StrEnum):
    """What came of a comparison.

    EQUAL: rounding and what was accepted explain all. DIFFERS: they do not. MOVED: stock was moved
    while it was read. SKIPPED, FAILED: nothing was compared, and `detail` says why.
    """

    EQUAL = "equal"
    DIFFERS = "differs"
    MOVED = "moved"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class WorthReport:
    """What came of comparing one entity's stock with its inventory accounts."""

    tenant: str
    entity: str
    state: WorthState
    detail: str = ""
    accounts: tuple[str, ...] = ()
    unpriced: tuple[str, ...] = ()
    kept: KeptWorth = KeptWorth()  # noqa: RUF009  # frozen, and empty

    @property
    def difference(self) -> Decimal:
        """How much more the stock is worth than the ledger says."""
        return self.kept.stock - self.kept.ledger

    def as_json(self) -> dict[str, object]:
        """As the function answers and logs."""
        kept, is_told = self.kept, bool(self.kept.on)
        amounts = {
            "ledger": kept.ledger,
            "stock": kept.stock,
            "difference": self.difference,
            "accepted": kept.accepted,
            "rounding": kept.slack,
        }
        return {
            "tenant": self.tenant,
            "entity": self.entity,
            "state": self.state.value,
            "detail": self.detail,
            "on": kept.on,
            "accounts": list(self.accounts),
            **{name: f"{amount:f}" if is_told else "" for name, amount in amounts.items()},
            "accepted_by": kept.accepted_by,
            "unpriced": list(self.unpriced),
        }


@dataclass(frozen=True, slots=True)
class StockProverParts:
    """What proving needs; `reads_of` gives what reads the books of a tenant and entity."""

    reads_of: Callable[[Tenant, str], ReadsWorth]
    checkpoints: Checkpoints
    background: BackgroundReads
    reviews: Reviews
    worths: Worths
    clock: Clock


@dataclass(frozen=True, slots=True)
class _Run:
    """One run at one entity, whose lease it holds."""

    tenant: Tenant
    entity: Entity
    lease: Lease
    deadline: datetime
    accept_by: str


class _OutOfTimeError(Exception):
    """The run ended before all was read."""


class StockProver:
    """Proves entities of any tenant, each once a ledger day."""

    def __init__(self, parts: StockProverParts) -> None:
        """`parts` are shared by all entities."""
        self._parts = parts

    def prove(
        self,
        tenant: Tenant,
        entity: Entity,
        deadline: datetime,
        *,
        is_now: bool = False,
        accept_by: str = "",
    ) -> WorthReport:
        """Compare the entity's stock with its inventory accounts.

        Nothing is raised for what Sage may do: the report says it.

        Args:
            tenant: whose.
            entity: which books.
            deadline: when nothing more may be read.
            is_now: it does not wait for its day.
            accept_by: the person who takes the difference that is found now for right; not where
                items lie there at no cost.

        Raises:
            botocore.exceptions.ClientError: something could not be read or kept.
        """
        accounts = accounts_of(tenant, entity.id)
        report = WorthReport(tenant.id, entity.id, WorthState.SKIPPED, accounts=accounts)
        if tenant.is_paused or not accounts:
            detail = "the tenant is paused" if tenant.is_paused else "no store asks for it"
            return replace(report, detail=detail)
        now = self._parts.clock()
        try:
            lease = self._parts.checkpoints.acquire(tenant.id, f"entity:{entity.id}", now=now)
        except PollingElsewhereError:
            return replace(report, detail="another run is at it")
        try:
            if not is_now and lease.read_to and _day(entity, lease.read_to) >= _day(entity, now):
                return replace(report, detail="not due yet")
            return self._proved(_Run(tenant, entity, lease, deadline, accept_by), report)
        finally:
            self._parts.checkpoints.release(lease)

    def _proved(self, run: _Run, report: WorthReport) -> WorthReport:
        tenant, entity = run.tenant, run.entity
        if not self._parts.background.left(tenant.id):
            return replace(report, detail="the month's background reads are used up")
        now, on = self._parts.clock(), _day(entity, self._parts.clock())
        try:
            with self._parts.background.counted(tenant.id):
                reads = self._parts.reads_of(tenant, entity.id)
                before = _balance(reads, report.accounts, on)
                worth = self._worth(reads, run.deadline)
                after = _balance(reads, report.accounts, on)
        except IntacctError as error:
            return replace(report, state=WorthState.FAILED, detail=type(error).__name__)
        except _OutOfTimeError:
            return replace(report, state=WorthState.FAILED, detail="it took longer than a run may")
        if before != after:
            detail = "stock was moved while it was read; it is tried again"
            return replace(report, state=WorthState.MOVED, detail=detail)
        judged = self._judged(tenant, replace(report, unpriced=worth.unpriced), worth, before, on)
        if run.accept_by and judged.state is WorthState.DIFFERS and not judged.unpriced:
            kept = replace(judged.kept, accepted=judged.difference, accepted_by=run.accept_by)
            judged = replace(judged, state=WorthState.EQUAL, kept=kept)
        self._note(judged)
        self._parts.checkpoints.advance(run.lease, now, now=self._parts.clock())
        return judged

    def _worth(self, reads: ReadsWorth, deadline: datetime) -> Worth:
        def costs() -> Iterator[StockCost]:
            for one in reads.stock_costs():
                if self._parts.clock() >= deadline:
                    raise _OutOfTimeError
                yield one

        return worth_of(reads.stock_levels(), costs())

    def _judged(
        self, tenant: Tenant, report: WorthReport, worth: Worth, ledger: Decimal, on: date
    ) -> WorthReport:
        before = self._parts.worths.load(tenant.id, report.entity)
        kept = replace(
            before,
            on=on.isoformat(),
            made_at=self._parts.clock(),
            ledger=ledger,
            stock=worth.amount,
            slack=worth.slack,
        )
        open_ = abs(kept.stock - kept.ledger - kept.accepted)
        is_equal = open_ <= kept.slack and not worth.unpriced
        state = WorthState.EQUAL if is_equal else WorthState.DIFFERS
        return replace(report, state=state, kept=kept)

    def _note(self, report: WorthReport) -> None:
        """Keep what was found; a difference waits for a person until a run finds none."""
        at, subject = self._parts.clock(), worth_subject(report.entity)
        self._parts.worths.save(report.tenant, report.entity, report.kept)
        if report.state is WorthState.DIFFERS:
            open_ = report.difference - report.kept.accepted
            finding = worth_differs(report.entity, report.accounts, open_, report.unpriced)
            self._parts.reviews.open(report.tenant, subject, [finding], at=at)
        else:
            self._parts.reviews.close(report.tenant, subject, at=at)


def accounts_of(tenant: Tenant, entity: str) -> tuple[str, ...]:
    """The inventory accounts of the entity's stores; none where no store has its stock proved."""
    stores = [store for store in tenant.stores if store.entity == entity]
    if not any(store.stock.proves_worth for store in stores):
        return ()
    named = (store.mapping.accounts.get(Role.INVENTORY, "") for store in stores)
    return tuple(sorted({account for account in named if account}))


def _balance(reads: ReadsWorth, accounts: Sequence[str], on: date) -> Decimal:
    """What the ledger has on the accounts at the end of the day, debits positive."""
    found = (one.net for one in reads.trial_balance(_FIRST_DAY, on) if one.account in accounts)
    return sum(found, Decimal(0)).quantize(_CENT)


def _day(entity: Entity, instant: datetime) -> date:
    return ledger_date(instant, entity.zone, entity.day_ends_at)
