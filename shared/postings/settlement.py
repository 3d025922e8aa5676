"""Which money settles which invoice: advances, payments, overpayments, refunds (R-2.3, R-3.2).

What is posted already keeps the role it was posted in, whatever arrives later; only what is new is
decided, in the order of time. So late and repeated deliveries never move money twice. What was
booked first took what was open then, whichever money came first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from commerce.money import Money
from intacct.documents import CreditKind


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice by its posting key and `id` in application keys.

    `place`, here and below, tells the sequence of what is in the books.
    """

    key: str
    id: str
    at: datetime
    amount: Money
    is_posted: bool
    place: int = 0


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
    place: int = 0


@dataclass(frozen=True, slots=True)
class OwnCredit:
    """A credit memo of a refund; what no money takes of it settles open invoices."""

    key: str
    refund_id: str
    at: datetime
    amount: Money
    is_posted: bool
    place: int = 0


@dataclass(frozen=True, slots=True)
class Outflow:
    """Money given back for a refund: from its credit memo, from unused money, else from later."""

    id: str
    refund_id: str
    at: datetime
    amount: Money
    is_posted: bool
    place: int = 0


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
    """The decision: receipts as advances or payments, applications, refunds by source.

    `before` has what was applied to a payment's invoices before it, by the receipt's id: how much
    it pays of them follows from that.
    """

    advances: list[Receipt] = field(default_factory=list)
    payments: list[tuple[Receipt, list[tuple[Bill, Money]]]] = field(default_factory=list)
    before: dict[str, tuple[Application, ...]] = field(default_factory=dict)
    applications: list[Application] = field(default_factory=list)
    outflows: list[tuple[Outflow, list[Draw]]] = field(default_factory=list)
    uncovered: list[tuple[Outflow, Money]] = field(default_factory=list)


@dataclass(slots=True)
class _Pool:
    """A credit with what is left of it."""

    id: str
    kind: CreditKind
    key: str
    at: datetime
    left: Money
    refund_id: str = ""


@dataclass(slots=True)
class _Payback:
    """Money given back, with what is missing of the credits that it is drawn from."""

    outflow: Outflow
    missing: Money
    draws: list[Draw] = field(default_factory=list)

    def draw(self, pool: _Pool) -> None:
        """Draw from a credit what is missing and what is left of it."""
        used = _least(self.missing, pool.left)
        if used:
            pool.left -= used
            self.missing -= used
            self.draws.append(Draw(pool.kind, pool.key, used))


Event = Bill | Receipt | OwnCredit | Outflow
Applied = Mapping[str, Money]
"""What was applied already: `<credit id>:<invoice id>` to the amount, as the posting keys tell."""

_TIE = {Bill: 0, OwnCredit: 1, Receipt: 2, Outflow: 3}


class Settler:
    """Settles one order's invoices from its money."""

    def __init__(self, currency: str, applied: Applied) -> None:
        """`applied` are the applications that were begun or are done."""
        self._zero = Money.zero(currency)
        self._applied = applied
        self._bills: list[Bill] = []
        self._open: dict[str, Money] = {}
        self._pools: list[_Pool] = []
        self._to_pay_back: list[str] = []
        self._paybacks: list[_Payback] = []
        self._names: list[str] = []
        self._bill_ids: list[str] = []
        self._result = Settlement()

    def settle(self, events: Iterable[Event]) -> Settlement:
        """Decide the role of every receipt and the source of every refund."""
        ordered = sorted(events, key=lambda event: (event.at, _TIE[type(event)], _name(event)))
        self._to_pay_back = [event.refund_id for event in ordered if isinstance(event, Outflow)]
        self._names = [_pool_id(e) for e in ordered if isinstance(e, (Receipt, OwnCredit))]
        self._bill_ids = [event.id for event in ordered if isinstance(event, Bill)]
        for event in sorted(filter(_is_posted, ordered), key=lambda event: event.place):
            self._live(event)
        self._replay_applications()
        self._match()
        for event in ordered:
            if not _is_posted(event):
                self._live(event)
                self._match()
        self._result.uncovered = [(x.outflow, x.missing) for x in self._paybacks if x.missing]
        return self._result

    def _live(self, event: Event) -> None:
        match event:
            case Bill():
                self._bills.append(event)
                known = (self._known(name, event.id) for name in self._names)
                self._open[event.key] = event.amount - sum(known, start=self._zero)
            case Receipt():
                self._receive(event)
            case OwnCredit():
                kind = CreditKind.ADJUSTMENT
                pool = _Pool(
                    _pool_id(event), kind, event.key, event.at, event.amount, event.refund_id
                )
                self._keep(pool)
            case Outflow():
                self._give_back(event)
                self._to_pay_back.remove(event.refund_id)
                for pool in self._pools:
                    if pool.refund_id == event.refund_id:
                        self._cover(pool)

    def _receive(self, receipt: Receipt) -> None:
        bills = [
            bill
            for bill in self._bills
            if bill.at <= receipt.at and self._open[bill.key] > self._zero
        ]
        is_payment = receipt.posted_as == receipt.payment_key or (not receipt.posted_as and bills)
        if not is_payment:
            self._result.advances.append(receipt)
            kind, key = CreditKind.ADVANCE, receipt.advance_key
            self._keep(_Pool(receipt.id, kind, key, receipt.at, receipt.amount))
            return
        later = sum((self._known(receipt.id, bill) for bill in self._bill_ids), start=self._zero)
        left = receipt.amount - later
        paid: list[tuple[Bill, Money]] = []
        for bill in bills:
            used = _least(left, self._open[bill.key])
            if used:
                self._open[bill.key] -= used
                left -= used
                paid.append((bill, used))
        self._result.payments.append((receipt, paid))
        keys = {bill.key for bill, _ in paid}
        applied = (item for item in self._result.applications if item.bill.key in keys)
        self._result.before[receipt.id] = tuple(applied)
        kind, key = CreditKind.OVERPAYMENT, receipt.payment_key
        self._keep(_Pool(receipt.id, kind, key, receipt.at, left + later))

    def _keep(self, pool: _Pool) -> None:
        for bill_id in self._bill_ids:
            pool.left -= self._known(pool.id, bill_id)
        self._pools.append(pool)
        self._cover(pool)

    def _known(self, pool_id: str, bill_id: str) -> Money:
        return self._applied.get(f"{pool_id}:{bill_id}", self._zero)

    def _give_back(self, outflow: Outflow) -> None:
        own = [pool for pool in self._pools if pool.refund_id == outflow.refund_id]
        unused = [pool for pool in self._pools if not pool.refund_id]
        others = [pool for pool in self._pools if pool.refund_id not in ("", outflow.refund_id)]
        payback = _Payback(outflow, outflow.amount)
        for pool in (*own, *unused, *others):
            payback.draw(pool)
        self._result.outflows.append((outflow, payback.draws))
        self._paybacks.append(payback)

    def _cover(self, later: _Pool) -> None:
        """Let unused money cover what went back before it came, the earliest first.

        Goods that left on account had taken the money that was there (R-3.2), and so had a refund
        whose parcel was heard of after its money: which was heard of first makes no difference so.
        """
        if later.refund_id not in self._to_pay_back:
            for payback in self._paybacks:
                payback.draw(later)

    def _replay_applications(self) -> None:
        for pool in self._pools:
            for bill in self._bills:
                amount = self._known(pool.id, bill.id)
                if amount:
                    self._note(pool, bill, amount)

    def _match(self) -> None:
        """Apply what is left of credits to open invoices, the earliest first.

        A credit memo waits until the money of its refund has moved: that money comes from it.
        """
        for bill in self._bills:
            for pool in self._pools:
                amount = _least(pool.left, self._open[bill.key])
                if amount and pool.refund_id not in self._to_pay_back:
                    pool.left -= amount
                    self._open[bill.key] -= amount
                    self._note(pool, bill, amount)

    def _note(self, pool: _Pool, bill: Bill, amount: Money) -> None:
        draw = Draw(pool.kind, pool.key, amount)
        self._result.applications.append(Application(draw, pool.id, bill, max(pool.at, bill.at)))


def _pool_id(event: Receipt | OwnCredit) -> str:
    return event.id if isinstance(event, Receipt) else f"credit:{event.refund_id}"


def _least(one: Money, other: Money) -> Money:
    zero = Money.zero(one.currency)
    lower = min(one, other)
    return max(zero, lower)


def _is_posted(event: Event) -> bool:
    return bool(event.posted_as) if isinstance(event, Receipt) else event.is_posted


def _name(event: Event) -> str:
    return event.id if isinstance(event, (Bill, Receipt, Outflow)) else event.refund_id
