"""What orders booked of the fees of their charges, looked up before a payout is booked (R-6.3).

A fee is booked with its order or with the payout, never with both. What the ledger says when the
payout is first booked is kept with it (`History.fees`); an order books no fee after its receipt, so
that the answer does not change afterwards (`shared.postings.fees`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from commerce.money import Money
from commerce.orders import Payment
from commerce.payouts import PayoutLine, PayoutLineKind
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.apply import results_of
from shared.ledger.records import Record, State
from shared.payouts.day_fees import DayFees, NotSureError, is_of_days
from shared.payouts.history import OrderFee
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.records import PayoutRecord
from shared.ports import Clock
from shared.posting.doubts import begun
from shared.postings.book import StoreBook
from shared.postings.fees import FEE, payment_and_fee
from shared.postings.findings import Finding, Reason
from shared.postings.plan import Plan, PostingKind
from shared.tenants.models import Tenant
from shared.undo.in_books import named, of_this_life

_RECEIPTS = (PostingKind.ADVANCE, PostingKind.PAYMENT)
_JOURNAL = PostingKind.JOURNAL_ENTRY


@dataclass(frozen=True, slots=True)
class Told:
    """What orders say of charges: of each row what its order booked, or why that is not sure.

    `is_whole` is false where time was up before all were asked.
    """

    fees: tuple[OrderFee, ...] = ()
    findings: tuple[Finding, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class OrderFees:
    """Asks orders, each once; `orders` knows how they are planned."""

    orders: OrderMoneyReader
    clock: Clock

    def of(
        self, tenant: Tenant, record: PayoutRecord, deadline: datetime, *, released: bool
    ) -> Told:
        """What the orders of the charges say that were not looked up yet.

        Args:
            tenant: whose payout it is.
            record: the payout with its lines.
            deadline: when to stop asking.
            released: a person says that orders that are not in the books never will be.
        """
        fees: list[OrderFee] = []
        findings: list[Finding] = []
        for order_id, lines in _open_charges(record).items():
            if self.clock() >= deadline:
                return Told(tuple(fees), tuple(findings), is_whole=False)
            try:
                fees += self._of_order(tenant, record, order_id, lines, released=released)
            except NotSureError as exc:
                findings.append(_unsure(record, order_id, str(exc)))
        return Told(tuple(fees), tuple(findings))

    def _of_order(
        self,
        tenant: Tenant,
        payout: PayoutRecord,
        order_id: str,
        lines: Sequence[PayoutLine],
        *,
        released: bool,
    ) -> Iterator[OrderFee]:
        pk = order_pk(tenant.id, payout.payout.ref.store, order_id)
        known = self.orders.facts.load(pk)
        nothing = [OrderFee(line.id, line.amount * 0) for line in lines]
        if known is None or known.status is FactsStatus.UNDONE:
            if not released:
                message = "it is not in the books"
                raise NotSureError(message)
            return iter(nothing)
        if known.status is FactsStatus.SKIPPED:
            return iter(nothing)
        chain = self.orders.ledger.chain(pk)
        book, planned = self._settled(tenant, known, chain)
        if is_of_days(known, book):
            days = DayFees(self.orders.facts, self.orders.books.days)
            booked = days.settle(known, book, planned)
            return iter(_matched(lines, known.facts.payments, booked))
        booked = booked_fees(chain, book)
        return iter(_matched(lines, known.facts.payments, booked) if booked else nothing)

    def _settled(
        self, tenant: Tenant, known: FactsRecord, chain: Mapping[str, Record]
    ) -> tuple[StoreBook, Plan]:
        """The order's book and plan, when all its receipts and their fees are in the books.

        Raises:
            NotSureError: some are not.
        """
        book = self.orders.books.choose(tenant, known, chain).book
        if known.status is not FactsStatus.READY or book is None:
            message = "it waits for a person"
            raise NotSureError(message)
        planned = self.orders.plan(known.facts, results_of(chain), book, begun(chain))
        missing = {named(key) for key in planned.withheld}
        missing |= {named(posting.key) for posting in planned.postings}
        is_open = any(
            name is not None
            and (name.kind in _RECEIPTS or (name.kind is _JOURNAL and name.purpose.startswith(FEE)))
            for name in missing
        )
        if planned.findings or is_open:
            message = "its receipts are not in the books yet"
            raise NotSureError(message)
        return book, planned


@dataclass(slots=True)
class _Claims:
    """Which payment each row settles; a payment is claimed once."""

    payments: list[Payment] = field(default_factory=list)

    def take(self, line: PayoutLine) -> Payment | None:
        named_ = [p for p in self.payments if line.transaction_id in {p.ref.id, p.external_id}]
        same = [p for p in self.payments if p.amount.rounded() == line.amount]
        found = next(iter((named_ if line.transaction_id else []) or same), None)
        if found is not None:
            self.payments.remove(found)
        return found


def _open_charges(record: PayoutRecord) -> dict[str, list[PayoutLine]]:
    """The charges that were not looked up yet, by their orders."""
    known = {fee.line_id for fee in record.history.fees}
    found: dict[str, list[PayoutLine]] = {}
    for line in record.payout.lines:
        is_charge = line.kind is PayoutLineKind.CHARGE and line.is_recognized
        if is_charge and line.order_id and line.id not in known:
            found.setdefault(line.order_id, []).append(line)
    return found


def booked_fees(chain: Mapping[str, Record], book: StoreBook) -> dict[str, Money]:
    """The fees that are in the books of the order, by its payments."""
    return dict(
        payment_and_fee(name.purpose, book.base_currency)
        for name, record in of_this_life(chain.values(), book)
        if name.kind is _JOURNAL and name.purpose.startswith(FEE) and record.state is State.DONE
    )


def _matched(
    lines: Sequence[PayoutLine], payments: Sequence[Payment], booked: Mapping[str, Money]
) -> Iterator[OrderFee]:
    claims = _Claims([payment for payment in payments if payment.is_receipt])
    for line in lines:
        payment = claims.take(line)
        if payment is None:
            message = f"the charge {line.id} matches none of its receipts"
            raise NotSureError(message)
        yield OrderFee(line.id, booked.get(payment.ref.id, line.amount * 0))


def _unsure(record: PayoutRecord, order_id: str, why: str) -> Finding:
    return Finding(
        reason=Reason.DAY_INCOMPLETE,
        place=f"payout {record.payout.ref.id} order {order_id}",
        message=f"whose fee may be booked with the order (fees_on=capture): {why}",
        hint="release the order; it is tried again hourly. Release the payout only where an order"
        " that is not in the books never will be: its fee is booked with the payout then",
    )
