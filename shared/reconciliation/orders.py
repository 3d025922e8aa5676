"""The leg of orders: what their facts want in the books against what the ledger says is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from commerce.kinds import PaymentKind, PaymentState
from commerce.orders import Payment
from shared.facts.record import FactsRecord, FactsStatus, order_of
from shared.ledger.apply import results_of
from shared.ledger.content import digest
from shared.ledger.records import Record
from shared.policy.choices import PostingMode
from shared.policy.mapping import Role
from shared.posting.doubts import begun
from shared.postings.book import StoreBook
from shared.postings.day_fees import is_fee
from shared.postings.fees import FEE
from shared.postings.findings import Finding, Reason
from shared.postings.plan import DayEntry, Plan
from shared.postings.planner import plan
from shared.reconciliation.chains import Chain, documents_of, missing_differences
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.documents import BookedDocument, effect_of
from shared.reconciliation.recalling import Recalled, recalled
from shared.reconciliation.rows import Awaited, Moved, Row, order_name
from shared.undo.in_books import named


@dataclass(frozen=True, slots=True)
class OrderState:
    """All that is known of one order, as it was read: facts, postings, events in day books."""

    record: FactsRecord
    chain: Mapping[str, Record]
    entered: Mapping[str, str]


def unbooked_row(
    state: OrderState, book: StoreBook, findings: tuple[Finding, ...], known: Row | None
) -> Row:
    """The row of an order whose book cannot be chosen: nothing of it is judged.

    Args:
        state: the order as it was read.
        book: the books of its store as they are configured now.
        findings: why.
        known: the row that was made before.
    """
    held = replace(state.record, status=FactsStatus.HELD, findings=findings)
    return _Order(replace(state, record=held), book, known).row()


def order_row(state: OrderState, book: StoreBook, known: Row | None) -> Row:
    """The row of an order.

    Args:
        state: the order as it was read.
        book: the book that it is posted under (`shared.posting.versions`).
        known: the row that was made before, whose effects and proofs are kept.
    """
    return _Order(state, book, known).row()


@dataclass(frozen=True, slots=True)
class _Order:
    state: OrderState
    book: StoreBook
    known: Row | None

    @property
    def record(self) -> FactsRecord:
        return self.state.record

    @property
    def order_id(self) -> str:
        return order_of(self.record.pk)[2]

    @property
    def currency(self) -> str:
        order = self.record.known.order
        return order.currency if order else self.book.base_currency

    @property
    def placed_on(self) -> date:
        """The ledger date of the order, or of the first thing known of it."""
        facts = self.record.known
        told = [payment.processed_at for payment in facts.payments]
        told += [parcel.shipped_at for parcel in facts.fulfilments]
        told += [refund.created_at for refund in facts.refunds]
        instant = facts.order.placed_at if facts.order else min(told)
        return self.book.ledger_on(instant)

    @property
    def is_summary(self) -> bool:
        return self.book.policy.posting_mode is not PostingMode.DETAIL

    def row(self) -> Row:
        chain, status = self.state.chain, self.record.status
        is_ready = status is FactsStatus.READY
        real, past = Plan(), Recalled()
        if not self.is_summary and (is_ready or status.is_taken_back):
            past = recalled(self.record, chain, self.book)
        if is_ready:
            real = plan(self.record.facts, results_of(chain), self.book, begun(chain))
        is_judged = is_ready and not real.findings
        found = documents_of(
            Chain(self.book, chain, past, {one.key for one in real.postings}, self.known),
            subject=self.order,
            is_judged=is_judged,
        )
        differences = [*self._held(), *self._findings(real.findings), *found.differences]
        money = (*self._money(), *self._fees(found.documents, real)) if is_ready else ()
        if is_judged:
            differences += missing_differences(
                [one for one in found.documents if not one.is_posted], self.book.store, self.order
            )
            differences += self._not_entered(real)
            if not real.waiting and not self.is_summary and not self.book.is_thrifty:
                differences += self._money_differs(money, found.documents)
        return Row(
            store=self.book.store,
            name=order_name(self.order_id),
            version=self.record.version,
            currency=self.currency,
            documents=found.documents,
            money=money,
            differences=tuple(differences),
            days=tuple(sorted({(one.currency, one.ledger_on) for one in real.day_entries})),
            is_waiting=bool(real.waiting) or status is FactsStatus.WAITING,
            awaited=tuple(self._awaited(real)) if is_judged else (),
        )

    @property
    def order(self) -> str:
        return f"order {self.order_id}"

    def _held(self) -> Iterator[Difference]:
        """What stands against the facts themselves, or against their customer."""
        status = self.record.status
        if status in (FactsStatus.HELD, FactsStatus.AWAITING_CUSTOMER):
            yield from self._findings(self.record.findings or self.record.unread)
            if not self.record.findings and not self.record.unread:
                yield self._difference(Cause.HELD, "facts", "its customer is not sure yet")
        elif self.record.unread or status.is_taken_back:
            yield from self._findings((*self.record.unread, *self.record.findings))
        if status is FactsStatus.UNDOING:
            yield self._difference(Cause.HELD, "undo", "it is being taken out of the books")

    def _findings(self, findings: tuple[Finding, ...]) -> Iterator[Difference]:
        for finding in findings:
            stated = finding.difference
            is_edit = finding.reason is Reason.AMOUNT_MISMATCH
            yield Difference(
                store=self.book.store,
                subject=self.order,
                cause=Cause.CART_DIFFERS if is_edit else Cause.HELD,
                what=finding.place,
                text=f"{finding.reason.value}: {finding.message}",
                since=self.placed_on,
                amount=stated.amount if stated is not None else self._total,
                currency=stated.currency if stated is not None else self.currency,
            )

    @property
    def _total(self) -> Decimal | None:
        order = self.record.known.order
        return -order.total.amount if order else None

    def _difference(self, cause: Cause, what: str, text: str) -> Difference:
        return Difference(
            store=self.book.store,
            subject=self.order,
            cause=cause,
            what=what,
            text=text,
            since=self.placed_on,
            amount=self._total,
            currency=self.currency,
        )

    def _not_entered(self, planned: Plan) -> Iterator[Difference]:
        """Events of a summary channel that are in no day book, or otherwise than they are now."""
        entered = dict(self.state.entered)
        awaited = {entry.event for entry in planned.payout_entries}
        for entry in planned.events:
            known = entered.pop(entry.event, None)
            if known == digest(entry.lines) or (known is None and entry.event in awaited):
                continue
            total = _debits(entry)
            cause = Cause.NOT_POSTED if known is None else Cause.CART_DIFFERS
            text = "in no day book yet" if known is None else "entered before with other lines"
            yield Difference(
                store=self.book.store,
                subject=self.order,
                cause=cause,
                what=entry.event,
                text=text,
                since=entry.ledger_on,
                amount=-total,
                currency=entry.currency,
            )
        if self.is_summary:
            for event in sorted(entered):
                text = "it is in a day book, and the cart does not tell of it"
                yield self._difference(Cause.NOT_IN_CART, event, text)

    def _awaited(self, planned: Plan) -> Iterator[Awaited]:
        """Events that no journal holds yet, and that a payout will bring."""
        for entry in planned.payout_entries:
            if entry.event not in self.state.entered:
                yield Awaited(entry.event, entry.ledger_on, _debits(entry))

    def _accounts(self) -> dict[str, str]:
        """Gateways by their folded name, and the account that their money is cleared on.

        Gift cards and store credit are liabilities that sales move as well: no account of money.
        """
        liabilities = {
            self.book.mapping.accounts.get(role) for role in (Role.GIFT_CARDS, Role.STORE_CREDIT)
        }
        return {
            tender.gateway.casefold(): tender.account
            for tender in self.book.mapping.tenders
            if tender.account not in liabilities
        }

    def _money(self) -> Iterator[Moved]:
        """Receipts and refunds as the cart tells them, each once, apart from any plan."""
        facts, accounts = self.record.facts, self._accounts()
        if facts.order is not None and facts.order.is_test:
            return
        told = (*facts.payments, *(p for one in facts.refunds for p in one.transactions))
        once = {payment.ref.id: payment for payment in told if _has_moved(payment)}
        for payment in once.values():
            account = accounts.get(payment.gateway.casefold())
            if account is None or payment.is_test or payment.amount.currency != self.currency:
                continue
            amount = payment.amount.rounded().amount
            is_back = payment.kind is PaymentKind.REFUND
            on = self.book.ledger_on(payment.processed_at)
            yield Moved(account, on, -amount if is_back else amount)

    def _fees(self, documents: Iterable[BookedDocument], planned: Plan) -> Iterator[Moved]:
        """What gateways kept of receipts, where the order books it (`shared.postings.fees`)."""
        accounts = set(self._accounts().values())
        for document in documents:
            name = named(document.key)
            if name is None or not name.purpose.startswith(FEE) or document.is_undone:
                continue
            for account, amount in document.effect or ():
                if account in accounts:
                    yield Moved(account, document.on, amount)
        for entry in planned.day_entries:
            if not is_fee(entry.event) or entry.event not in self.state.entered:
                continue
            for account, amount in effect_of(entry.lines):
                if account in accounts:
                    yield Moved(account, entry.ledger_on, amount)

    def _money_differs(
        self, money: tuple[Moved, ...], documents: tuple[BookedDocument, ...]
    ) -> Iterator[Difference]:
        """Where the money that the cart tells of is not that of the documents."""
        sums: dict[str, Decimal] = {}
        for moved in money:
            sums[moved.account] = sums.get(moved.account, Decimal(0)) - moved.amount
        accounts = set(self._accounts().values())
        for document in documents:
            for account, amount in document.effect or ():
                if account in accounts:
                    sums[account] = sums.get(account, Decimal(0)) + amount
        for account, difference in sorted(sums.items()):
            if difference:
                yield Difference(
                    store=self.book.store,
                    subject=self.order,
                    cause=Cause.MONEY_DIFFERS,
                    what=f"account {account}",
                    text="its receipts less refunds in the cart are not those of its documents",
                    since=self.placed_on,
                    amount=difference,
                    currency=self.currency,
                )


def _debits(entry: DayEntry) -> Decimal:
    effect = effect_of(entry.lines)
    return sum((amount for _, amount in effect if amount > 0), start=Decimal(0))


def _has_moved(payment: Payment) -> bool:
    is_back = payment.kind is PaymentKind.REFUND and payment.state is PaymentState.SUCCESS
    return payment.is_receipt or is_back
