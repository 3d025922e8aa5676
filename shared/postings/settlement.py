"""Which money settles which invoice: advances, payments, overpayments, refunds (R-2.3, R-3.2).

What is posted already keeps the role it was posted in, whatever arrives later; only what is new is
decided, in the order of time. So late and repeated deliveries never move money twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from commerce.money import Money
from intacct.documents import CreditKind


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice by its posting key and `id` in application keys."""

    key: str
    id: str
    at: datetime
    amount: Money
    is_posted: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that arrived; it has two possible keys, of which one may be posted."""

    id: str
    gateway: str
    at: datetime
    amount: Money
    advance_key: str
    payment_key: str
    posted_as: str = ""


@dataclass(frozen=True, slots=True)
class OwnCredit:
    """A credit memo; `settles_bills` when no money moves for it (exchange, on account)."""

    key: str
    refund_id: str
    at: datetime
    amount: Money
    settles_bills: bool
    is_posted: bool


@dataclass(frozen=True, slots=True)
class Outflow:
    """Money given back for a refund, taken from its credit memo and then from unused money."""

    id: str
    refund_id: str
    at: datetime
    amount: Money
    is_posted: bool


@dataclass(frozen=True, slots=True)
class Draw:
    """An amount drawn from a credit."""

    kind: CreditKind
    key: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Application:
    """A credit applied to an invoice, on the later day of the two."""

    credit: Draw
    credit_id: str
    bill: Bill
    at: datetime


@dataclass(slots=True)
class Settlement:
    """The decision: receipts as advances or payments, applications, refunds by source."""

    advances: list[Receipt] = field(default_factory=list)
    payments: list[tuple[Receipt, list[tuple[Bill, Money]]]] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    outflows: list[tuple[Outflow, list[Draw]]] = field(default_factory=list)
    uncovered: list[tuple[Outflow, Money]] = field(default_factory=list)
    open_bills: dict[str, Money] = field(default_factory=dict)


@dataclass(slots=True)
class _Pool:
    """A credit with what is left of it."""

    id: str
    kind: CreditKind
    key: str
    at: datetime
    left: Money
    refund_id: str = ""
    settles_bills: bool = True


Event = Bill | Receipt | OwnCredit | Outflow
ApplyKey = Callable[[str, str], str]
"""The posting key of an application: of the credit's id and the invoice's id."""

_TIE = {Bill: 0, OwnCredit: 1, Receipt: 2, Outflow: 3}


class Settler:
    """Settles one order's invoices from its money."""

    def __init__(self, apply_key: ApplyKey, is_known: Callable[[str], bool]) -> None:
        """`is_known` says whether a posting key was begun or is done."""
        self._apply_key = apply_key
        self._is_known = is_known
        self._bills: list[Bill] = []
        self._open: dict[str, Money] = {}
        self._pools: list[_Pool] = []
        self._result = Settlement()

    def settle(self, events: Iterable[Event]) -> Settlement:
        """Decide the role of every receipt and the source of every refund."""
        ordered = sorted(events, key=lambda event: (event.at, _TIE[type(event)], _name(event)))
        posted = [event for event in ordered if _is_posted(event)]
        for event in posted:
            self._live(event)
            self._replay_applications()
        if posted:
            self._match()
        for event in ordered:
            if not _is_posted(event):
                self._live(event)
                self._match()
        self._result.open_bills = {key: left for key, left in self._open.items() if left}
        return self._result

    def _live(self, event: Event) -> None:
        match event:
            case Bill():
                self._bills.append(event)
                self._open[event.key] = event.amount
            case Receipt():
                self._receive(event)
            case OwnCredit():
                kind = CreditKind.ADJUSTMENT
                pool_id = f"credit:{event.refund_id}"
                pool = _Pool(pool_id, kind, event.key, event.at, event.amount, event.refund_id)
                pool.settles_bills = event.settles_bills
                self._pools.append(pool)
            case Outflow():
                self._give_back(event)

    def _receive(self, receipt: Receipt) -> None:
        bills = [bill for bill in self._bills if self._is_due(bill, receipt)]
        is_payment = receipt.posted_as == receipt.payment_key or (not receipt.posted_as and bills)
        if not is_payment:
            self._result.advances.append(receipt)
            self._keep(receipt, CreditKind.ADVANCE, receipt.advance_key, receipt.amount)
            return
        left = receipt.amount
        paid: list[tuple[Bill, Money]] = []
        for bill in bills:
            used = _least(left, self._open[bill.key])
            if used:
                self._open[bill.key] -= used
                left -= used
                paid.append((bill, used))
        self._result.payments.append((receipt, paid))
        self._keep(receipt, CreditKind.OVERPAYMENT, receipt.payment_key, left)

    def _is_due(self, bill: Bill, receipt: Receipt) -> bool:
        """Whether new money pays the invoice directly: it was there before, and not yet settled."""
        applied = self._is_known(self._apply_key(receipt.id, bill.id))
        return bill.at <= receipt.at and bool(self._open[bill.key]) and not applied

    def _keep(self, receipt: Receipt, kind: CreditKind, key: str, left: Money) -> None:
        if left:
            self._pools.append(_Pool(receipt.id, kind, key, receipt.at, left))

    def _give_back(self, outflow: Outflow) -> None:
        own = [pool for pool in self._pools if pool.refund_id == outflow.refund_id]
        unused = [pool for pool in self._pools if not pool.refund_id]
        others = [pool for pool in self._pools if pool.refund_id not in ("", outflow.refund_id)]
        wanted = outflow.amount
        draws: list[Draw] = []
        for pool in (*own, *unused, *others):
            used = _least(wanted, pool.left)
            if used:
                pool.left -= used
                wanted -= used
                draws.append(Draw(pool.kind, pool.key, used))
        self._result.outflows.append((outflow, draws))
        if wanted:
            self._result.uncovered.append((outflow, wanted))

    def _replay_applications(self) -> None:
        for pool in self._pools:
            for bill in self._bills:
                amount = _least(pool.left, self._open[bill.key])
                if amount and self._is_known(self._apply_key(pool.id, bill.id)):
                    self._apply(pool, bill, amount)

    def _match(self) -> None:
        for bill in self._bills:
            for pool in self._pools:
                amount = _least(pool.left, self._open[bill.key])
                if amount and pool.settles_bills:
                    self._apply(pool, bill, amount)

    def _apply(self, pool: _Pool, bill: Bill, amount: Money) -> None:
        pool.left -= amount
        self._open[bill.key] -= amount
        draw = Draw(pool.kind, pool.key, amount)
        self._result.applications.append(Application(draw, pool.id, bill, max(pool.at, bill.at)))


def _least(one: Money, other: Money) -> Money:
    zero = Money.zero(one.currency)
    lower = min(one, other)
    return max(zero, lower)


def _is_posted(event: Event) -> bool:
    return bool(event.posted_as) if isinstance(event, Receipt) else event.is_posted


def _name(event: Event) -> str:
    return event.id if isinstance(event, (Bill, Receipt, Outflow)) else event.refund_id
