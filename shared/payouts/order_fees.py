"""What orders book of the fees of their charges, settled before a payout is booked (R-6.3).

A fee is booked with its order or with the payout, never with both. What is settled is kept with the
order's facts, written on the very facts that were read: an order keeps there what it books before
it does (`shared.posting.entering`), a payout what is left to it. Whoever comes second sees the
first. A charge whose payment is not known yet waits; where a person passes it, its order books no
fee that is not settled by then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from commerce.money import Money
from commerce.orders import Facts, Payment, Ref
from commerce.payouts import PayoutLine, PayoutLineKind
from shared.facts.record import FactsRecord, FactsStatus, StaleFactsError, order_pk
from shared.ledger.apply import results_of
from shared.ledger.records import Record, State
from shared.payouts.day_fees import NotSureError, booked_in_days, books_fees, is_of_days
from shared.payouts.fee_claims import Claims, claims
from shared.payouts.history import OrderFee
from shared.payouts.order_money import OrderMoneyReader
from shared.payouts.records import PayoutRecord
from shared.ports import Clock
from shared.posting.doubts import begun
from shared.postings.book import StoreBook
from shared.postings.fees import FEE, OTHERS, payment_and_fee
from shared.postings.findings import Finding, Reason
from shared.postings.plan import Plan, PostingKind
from shared.tenants.models import Tenant
from shared.undo.in_books import named, of_this_life

_RECEIPTS = (PostingKind.ADVANCE, PostingKind.PAYMENT)
_JOURNAL = PostingKind.JOURNAL_ENTRY
_NEVER_POSTED = frozenset({FactsStatus.SKIPPED, FactsStatus.UNDONE})


@dataclass(frozen=True, slots=True)
class Told:
    """What orders say of charges: of each row what its order books, or why that is not sure.

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
            released: a person says that what is not known of the orders never will be.
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
            except StaleFactsError:
                findings.append(_unsure(record, order_id, "it changed just now"))
        return Told(tuple(fees), tuple(findings))

    def _of_order(
        self,
        tenant: Tenant,
        payout: PayoutRecord,
        order_id: str,
        lines: Sequence[PayoutLine],
        *,
        released: bool,
    ) -> list[OrderFee]:
        if not order_id:
            if not released:
                message = "charges name no order"
                raise NotSureError(message)
            return _nothing(lines)
        pk = order_pk(tenant.id, payout.payout.ref.store, order_id)
        known = self.orders.facts.load(pk)
        is_posted = known is not None and known.status not in _NEVER_POSTED
        if known is None or known.known.order is None or not is_posted:
            is_skipped = known is not None and known.status is FactsStatus.SKIPPED
            if not (released or is_skipped):
                message = "it is not in the books"
                raise NotSureError(message)
            return self._passed(known or _unheard(tenant, pk, payout, order_id), payout, lines)
        chain = self.orders.ledger.chain(pk)
        book, planned = self._settled(tenant, known, chain)
        if is_of_days(known, book):
            booked = booked_in_days(known, book, planned, self.orders.books.days)
        else:
            booked = booked_fees(chain, book)
        if not (booked or known.fees or books_fees(known, book)):
            return _nothing(lines)
        return self._matched(known, payout, lines, booked, released=released)

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

    def _matched(
        self,
        known: FactsRecord,
        payout: PayoutRecord,
        lines: Sequence[PayoutLine],
        booked: Mapping[str, Money],
        *,
        released: bool,
    ) -> list[OrderFee]:
        """Settle the fees of all receipts as they are in the books; what is, of each charge.

        Raises:
            NotSureError: a charge matches no receipt, and nobody passed it, or a booked fee may be
                its own.
            StaleFactsError: the order changed just now.
        """
        zero = lines[0].amount * 0
        receipts = _receipts(known)
        claimed = claims(payout.payout, lines, receipts, known.charges)
        fees = {payment.ref.id: zero for payment in receipts} | dict(known.fees) | dict(booked)
        open_fees = [name for name, fee in booked.items() if fee and name not in claimed.charges]
        if claimed.left and (open_fees or not released):
            names = ", ".join(line.id for line in claimed.left)
            message = f"charges match none of its receipts: {names}"
            raise NotSureError(message)
        if claimed.left:
            fees = {OTHERS: zero} | fees
        self._keep(known, fees, claimed)
        return _told(lines, claimed, fees)

    def _passed(
        self, known: FactsRecord, payout: PayoutRecord, lines: Sequence[PayoutLine]
    ) -> list[OrderFee]:
        """Leave the fees of charges to the payout, whatever becomes of their order.

        What charges of other payouts left to the order stays the order's.
        """
        zero = lines[0].amount * 0
        claimed = claims(payout.payout, lines, _receipts(known), known.charges)
        kept = {name: fee for name, fee in known.fees.items() if name in known.charges}
        own = {name: zero for name in claimed.of.values() if name not in kept}
        fees = {OTHERS: zero} | kept | own
        self._keep(known, fees, claimed)
        return _told(lines, claimed, fees)

    def _keep(self, known: FactsRecord, fees: Mapping[str, Money], claimed: Claims) -> None:
        if (fees, claimed.charges) != (known.fees, known.charges):
            self.orders.facts.save(replace(known, fees=fees, charges=claimed.charges))


def _receipts(known: FactsRecord) -> list[Payment]:
    return [payment for payment in known.facts.payments if payment.is_receipt]


def _nothing(lines: Sequence[PayoutLine]) -> list[OrderFee]:
    return [OrderFee(line.id, line.amount * 0) for line in lines]


def _told(
    lines: Sequence[PayoutLine], claimed: Claims, fees: Mapping[str, Money]
) -> list[OrderFee]:
    zero = lines[0].amount * 0
    return [OrderFee(line.id, fees.get(claimed.of.get(line.id, ""), zero)) for line in lines]


def _unheard(tenant: Tenant, pk: str, payout: PayoutRecord, order_id: str) -> FactsRecord:
    """The record of an order that nobody told of, as its first follower would make it."""
    store = tenant.store(payout.payout.ref.store)
    assert store is not None, "a payout is booked under its store"  # noqa: S101
    return FactsRecord(pk, Facts(Ref(store.cart, store.id, "order", order_id)))


def _open_charges(record: PayoutRecord) -> dict[str, list[PayoutLine]]:
    """The charges that were not looked up yet, by their orders."""
    known = {fee.line_id for fee in record.history.fees}
    found: dict[str, list[PayoutLine]] = {}
    for line in record.payout.lines:
        is_charge = line.kind is PayoutLineKind.CHARGE and line.is_recognized
        if is_charge and line.id not in known:
            found.setdefault(line.order_id, []).append(line)
    return found


def booked_fees(chain: Mapping[str, Record], book: StoreBook) -> dict[str, Money]:
    """The fees that are in the books of the order, by its payments."""
    return dict(
        payment_and_fee(name.purpose, book.base_currency)
        for name, record in of_this_life(chain.values(), book)
        if name.kind is _JOURNAL and name.purpose.startswith(FEE) and record.state is State.DONE
    )


def _unsure(record: PayoutRecord, order_id: str, why: str) -> Finding:
    return Finding(
        reason=Reason.DAY_INCOMPLETE,
        place=f"payout {record.payout.ref.id} order {order_id or 'unknown'}",
        message=f"whose fee may be booked with the order (fees_on=capture): {why}",
        hint="release the order; it is tried again hourly. Release the payout only where what is"
        " not known of an order never will be: the payout books these fees then, its order none",
    )
