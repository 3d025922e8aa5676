"""Receipts, applications and money given back, as documents (R-2.3 to R-2.5, R-3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from commerce.money import Money, total
from commerce.orders import Payment as CartPayment
from intacct.documents import (
    Adjustment,
    AdjustmentKind,
    CreditKind,
    CustomerRefund,
    JournalEntry,
    KeyOf,
    MoneyPlace,
    RefundDetail,
)
from shared.policy.choices import CreditOn, TaxPoint
from shared.policy.mapping import Role, Tender
from shared.postings import settlement
from shared.postings.card_discounts import discounts_released
from shared.postings.chart import money_place
from shared.postings.effects import ledger_lines
from shared.postings.events import RefundEvent
from shared.postings.fees import fee_journals
from shared.postings.open_items import bills, own_credits
from shared.postings.paid_out import PaidOut, Settled
from shared.postings.plan import Finding, PostingKind, Reason
from shared.postings.preparation import Prepared
from shared.postings.receipts import (
    ADVANCE,
    APPLY,
    PAYMENT,
    ReceiptWriter,
    buyers_credit,
    buyers_debit,
    describe,
    receivable_of,
    source_of,
)
from shared.postings.returns import CreditWriter, adjustment_lines
from shared.postings.rounding import Rounding
from shared.postings.sales import Dated, posting
from shared.postings.settlement import Draw, Outflow, Receipt, Settlement, Settler
from shared.postings.tax_points import TaxPointWriter

REFUND = PostingKind.CUSTOMER_REFUND
DEBIT, JOURNAL = PostingKind.DEBIT_MEMO, PostingKind.JOURNAL_ENTRY


def _receipt_kinds(name: str) -> tuple[tuple[PostingKind, str], tuple[PostingKind, str]]:
    return ((ADVANCE, f"receipt:{name}"), (PAYMENT, f"receipt:{name}"))


class MoneyWriter:
    """Writes what one order's money did: in, applied, and back."""

    def __init__(
        self, prepared: Prepared, credits_: CreditWriter, roundings: Sequence[Rounding] = ()
    ) -> None:
        """Decide which money settles what; documents are written when asked.

        `roundings` are the rounding lines that are allowed, in the books or not yet.
        """
        self._p = prepared
        self._credits = credits_
        self._roundings = roundings
        self._receipts_of = ReceiptWriter(prepared)
        self._takings = {taking.id: taking for taking in prepared.takings}
        self._back: dict[str, tuple[RefundEvent, CartPayment]] = {}
        self.findings: list[Finding] = []
        self.waiting: list[str] = []
        self._by_payout = {
            taking.id
            for taking in prepared.takings
            if prepared.book.comes_by_payout(taking.tender.account)
            and taking.id not in prepared.book.individual_receipts
            and not any(prepared.keys.knows(*kind) for kind in _receipt_kinds(taking.id))
        }
        self._settlement = self._settle()

    def postings(self) -> list[Dated]:
        """Advances, payments, applications and refunds."""
        settled, later = self._settlement, self._by_payout
        written = [
            self._receipts_of.advance(receipt)
            for receipt in settled.advances
            if receipt.id not in later
        ]
        for receipt, paid in settled.payments:
            if receipt.id not in later:
                before = (x for x in settled.before[receipt.id] if x.credit_id not in later)
                written.append(self._receipts_of.payment(receipt, paid, before))
        written += [
            self._receipts_of.application(item)
            for item in settled.applications
            if item.credit_id not in later
        ]
        written += fee_journals(self._p)
        uncovered = {outflow.id for outflow, _ in settled.uncovered}
        for outflow, draws in settled.outflows:
            if outflow.id not in uncovered:
                written += self._outflow(outflow, self._own_draws(outflow, draws))
        if self._p.book.policy.tax_point is TaxPoint.CAPTURE:
            moved = {item.posting.key for item in written}
            written += TaxPointWriter(self._p, settled, moved).journals()
        return [*written, *self._failed(), *discounts_released(self._p)]

    def paid_out(self) -> tuple[PaidOut, ...]:
        """The money that payouts book, each with what it settles."""
        found: dict[str, Settled] = {name: Settled() for name in self._by_payout}
        for receipt, paid in self._settlement.payments:
            if receipt.id in found:
                for bill, amount in paid:
                    found[receipt.id].add(bill.key, amount, bill.at)
        for item in self._settlement.applications:
            if item.credit_id in found:
                found[item.credit_id].add(item.bill.key, item.credit.amount, item.bill.at)
        receipts = [
            self._offer(name, self._takings[name].amount, found[name], self._takings[name].at)
            for name in sorted(found)
        ]
        refunds = []
        for outflow, draws in self._settlement.outflows:
            if self._goes_by_payout(outflow):
                memos = Settled()
                for draw in draws:
                    if draw.kind is CreditKind.ADJUSTMENT:
                        memos.add(draw.key, draw.amount, outflow.at)
                offer = self._offer(outflow.id, outflow.amount, memos, outflow.at)
                refunds.append(replace(offer, is_refund=True))
        return (*receipts, *refunds)

    def _offer(self, name: str, amount: Money, settled: Settled, at: datetime) -> PaidOut:
        latest = max([at, *settled.moments])
        return PaidOut(name, amount, tuple(settled.parts), self._p.book.ledger_on(latest))

    def _goes_by_payout(self, outflow: Outflow) -> bool:
        _, payment = self._back[outflow.id]
        tender = self._tender(outflow, payment)
        return self._p.book.comes_by_payout(tender.account)

    def _tender(self, outflow: Outflow, payment: CartPayment) -> Tender:
        place = f"refunds[{outflow.refund_id}]"
        return self._p.chart.tender(payment.gateway, place, payment.card_id)

    def _own_draws(self, outflow: Outflow, draws: list[Draw]) -> list[Draw]:
        """What a refund draws that its payout does not: receipts and memos that are left to it."""
        later = {
            self._p.keys.of(*kind) for name in self._by_payout for kind in _receipt_kinds(name)
        }
        is_left = self._goes_by_payout(outflow)
        return [
            draw
            for draw in draws
            if draw.key not in later and not (is_left and draw.kind is CreditKind.ADJUSTMENT)
        ]

    def _settle(self) -> Settlement:
        settler = Settler(self._p.order.currency, self._applied())
        events: list[settlement.Event] = [
            *bills(self._p, self._roundings),
            *self._receipts(),
            *own_credits(self._p, self._credits, self._roundings),
            *self._outflows(),
        ]
        settled = settler.settle(events)
        for outflow, missing in settled.uncovered:
            if self._is_money_missing():
                self.waiting.append(f"the payment that refund {outflow.refund_id} gives back")
                continue
            self.findings.append(
                Finding(
                    Reason.REFUND_EXCEEDS_INVOICE,
                    f"refunds[{outflow.refund_id}].transactions[{outflow.id}]",
                    "more money was given back than was credited or paid in advance",
                    "compare the refund's lines with its money in the cart",
                    missing,
                )
            )
        return settled

    def _is_money_missing(self) -> bool:
        """Whether less came, as far as we know, than the order costs or than went back."""
        currency = self._p.order.currency
        came = total((taking.amount for taking in self._p.takings), currency)
        went = total((payment.amount for _, payment in self._back.values()), currency)
        return came < max(went, self._p.receivable, key=lambda money: money.amount)

    def _applied(self) -> dict[str, Money]:
        """The applications in the books: their keys tell credit, invoice and amount."""
        prefix = self._p.keys.of(APPLY, "apply:")
        applied: dict[str, Money] = {}
        for key in self._p.keys.known:
            if key.startswith(prefix):
                pair, _, amount = key.removeprefix(prefix).rpartition(":")
                money = Money.of(amount, self._p.order.currency)
                applied[pair] = applied.get(pair, money * 0) + money
        return applied

    def _receipts(self) -> list[Receipt]:
        receipts = []
        for taking in self._p.takings:
            advance = self._p.keys.of(ADVANCE, f"receipt:{taking.id}")
            payment = self._p.keys.of(PAYMENT, f"receipt:{taking.id}")
            posted_as = next((key for key in (advance, payment) if key in self._p.keys.known), "")
            receipts.append(
                Receipt(
                    taking.id,
                    taking.gateway,
                    taking.at,
                    taking.amount,
                    advance,
                    payment,
                    posted_as,
                    self._p.keys.place_of(posted_as),
                )
            )
        return receipts

    def _outflows(self) -> list[Outflow]:
        outflows = []
        credited = {item.refund.ref.id for item in self._p.life.credits}
        at_once = self._p.book.policy.credit_on is CreditOn.REFUND_CREATED
        for event in self._p.refunds:
            refund_id = event.refund.ref.id
            if refund_id not in credited:
                continue
            waiting = event.money.pending if at_once else ()
            for payment in (*event.money.settled, *waiting):
                self._back[payment.ref.id] = (event, payment)
                purpose = f"refund:{payment.ref.id}"
                kinds = [(kind, purpose) for kind in (REFUND, DEBIT, JOURNAL)]
                kinds.append((DEBIT, f"pending:{payment.ref.id}"))
                keys = self._p.keys
                is_posted = any(keys.knows(*kind) for kind in kinds)
                place = min(keys.place(*kind) for kind in kinds)
                at = max(payment.processed_at, event.refund.created_at)
                amount = payment.amount.rounded()
                outflows.append(Outflow(payment.ref.id, refund_id, at, amount, is_posted, place))
        return outflows

    def _outflow(self, outflow: Outflow, draws: list[Draw]) -> list[Dated]:
        if not draws and self._p.book.is_thrifty:
            return []
        event, payment = self._back[outflow.id]
        tender = self._tender(outflow, payment)
        was_pending = self._p.keys.knows(DEBIT, f"pending:{outflow.id}")
        if payment in event.money.pending:
            return [self._pending(outflow, event.refund.created_at, draws)]
        if was_pending:
            return [self._settled_later(outflow, tender)]
        if tender.financial_entity:
            return [self._refund(outflow, draws, money_place(tender), tender)]
        if any(draw.kind is not CreditKind.ADJUSTMENT for draw in draws):
            self.findings.append(
                Finding(
                    Reason.CONFIGURATION_MISSING,
                    f"mapping.tenders[{tender.gateway}].financial_entity",
                    "money paid in advance is given back to a tender without financial entity",
                    "make a financial entity in Sage for the tender's account and name it here",
                    outflow.amount,
                )
            )
            return []
        return [self._to_liability(outflow, draws, tender)]

    def _refund(
        self, outflow: Outflow, draws: list[Draw], place: MoneyPlace, tender: Tender
    ) -> Dated:
        """Money that went back through a gateway (J-3.1, J-3.3, J-3.5)."""
        purpose = f"refund:{outflow.id}"
        document = CustomerRefund(
            reference=self._p.keys.reference(REFUND, purpose),
            customer=self._p.book.customer_id,
            refunded_on=self._p.book.ledger_on(outflow.at),
            place=place,
            details=tuple(RefundDetail(draw.kind, KeyOf(draw.key), draw.amount) for draw in draws),
            description=describe(self._p, "Refunded"),
        )
        drawn = total((draw.amount for draw in draws), self._p.order.currency)
        effect = [
            *(buyers_debit(self._p, source_of(self._p, draw), draw.amount) for draw in draws),
            buyers_credit(self._p, tender.account, drawn),
        ]
        needs = [draw.key for draw in draws]
        return posting(
            self._p, REFUND, purpose, document, at=outflow.at, needs=needs, effect=effect
        )

    def _to_liability(self, outflow: Outflow, draws: list[Draw], tender: Tender) -> Dated:
        """Store credit or a gift card instead of money: a debit memo (J-3.12, J-4.8)."""
        return self._debit_memo(f"refund:{outflow.id}", outflow, outflow.at, draws, tender.account)

    def _pending(self, outflow: Outflow, at: datetime, draws: list[Draw]) -> Dated:
        """Owed and not yet moved: a debit memo to refunds payable (J-3.13)."""
        account = self._p.chart.account(Role.REFUNDS_PAYABLE)
        return self._debit_memo(f"pending:{outflow.id}", outflow, at, draws, account)

    def _debit_memo(
        self, purpose: str, outflow: Outflow, at: datetime, draws: list[Draw], account: str
    ) -> Dated:
        amounts = [buyers_credit(self._p, account, outflow.amount)]
        document = Adjustment(
            reference=self._p.keys.reference(DEBIT, purpose),
            kind=AdjustmentKind.DEBIT,
            customer=self._p.book.customer_id,
            dated_on=self._p.book.ledger_on(at),
            currency=self._p.order.currency,
            lines=adjustment_lines(ledger_lines(amounts)),
            description=describe(self._p, "Refund"),
        )
        effect = [buyers_debit(self._p, receivable_of(self._p), outflow.amount), *amounts]
        needs = [draw.key for draw in draws]
        return posting(self._p, DEBIT, purpose, document, at=at, needs=needs, effect=effect)

    def _failed(self) -> list[Dated]:
        """Refunds that were owed and will not move: the buyer's credit is open again."""
        payable = self._p.chart.account
        written = []
        for event in self._p.refunds:
            for payment in event.money.failed:
                pending = f"pending:{payment.ref.id}"
                if not self._p.keys.knows(DEBIT, pending):
                    continue
                amount = payment.amount.rounded()
                owed = buyers_debit(self._p, payable(Role.REFUNDS_PAYABLE), amount)
                purpose = f"pending-failed:{payment.ref.id}"
                document = Adjustment(
                    reference=self._p.keys.reference(PostingKind.CREDIT_MEMO, purpose),
                    kind=AdjustmentKind.CREDIT,
                    customer=self._p.book.customer_id,
                    dated_on=self._p.book.ledger_on(payment.processed_at),
                    currency=self._p.order.currency,
                    lines=adjustment_lines(ledger_lines([owed])),
                    description=describe(self._p, "Refund failed"),
                )
                written.append(
                    posting(
                        self._p,
                        PostingKind.CREDIT_MEMO,
                        purpose,
                        document,
                        at=payment.processed_at,
                        needs=(self._p.keys.of(DEBIT, pending),),
                        effect=[owed, buyers_credit(self._p, receivable_of(self._p), amount)],
                    )
                )
        return written

    def _settled_later(self, outflow: Outflow, tender: Tender) -> Dated:
        """The money of a refund that was owed has moved now (J-3.14)."""
        payable = self._p.chart.account(Role.REFUNDS_PAYABLE)
        effect = [
            buyers_debit(self._p, payable, outflow.amount),
            buyers_credit(self._p, tender.account, outflow.amount),
        ]
        purpose = f"refund:{outflow.id}"
        document = JournalEntry(
            reference=self._p.keys.reference(JOURNAL, purpose),
            journal=self._p.book.mapping.definitions.journal,
            posted_on=self._p.book.ledger_on(outflow.at),
            description=describe(self._p, "Refund settled"),
            lines=ledger_lines(effect),
        )
        needs = (self._p.keys.of(DEBIT, f"pending:{outflow.id}"),)
        return posting(
            self._p, JOURNAL, purpose, document, at=outflow.at, needs=needs, effect=effect
        )
