"""Receipts, applications and money given back, as documents (R-2.3 to R-2.5, R-3.1)."""

from __future__ import annotations

from datetime import datetime

from commerce.money import Money, total
from commerce.orders import Payment as CartPayment
from intacct.documents import (
    Adjustment,
    AdjustmentKind,
    Advance,
    Application,
    CreditKind,
    CustomerRefund,
    JournalEntry,
    KeyOf,
    MoneyPlace,
    Payment,
    RefundDetail,
)
from shared.policy.mapping import Role, Tender
from shared.policy.switches import CreditOn
from shared.postings import settlement
from shared.postings.chart import money_place
from shared.postings.effects import Amount, credit, debit, ledger_lines
from shared.postings.events import RefundEvent
from shared.postings.plan import Finding, PostingKind, Reason
from shared.postings.preparation import Prepared
from shared.postings.returns import CreditWriter, adjustment_lines
from shared.postings.sales import Dated, posting
from shared.postings.settlement import Bill, Draw, Outflow, OwnCredit, Receipt, Settlement, Settler

ADVANCE, PAYMENT = PostingKind.ADVANCE, PostingKind.PAYMENT
APPLY, REFUND = PostingKind.ADVANCE_APPLICATION, PostingKind.CUSTOMER_REFUND
DEBIT, JOURNAL = PostingKind.DEBIT_MEMO, PostingKind.JOURNAL_ENTRY


class MoneyWriter:
    """Writes what one order's money did: in, applied, and back."""

    def __init__(self, prepared: Prepared, credits_: CreditWriter) -> None:
        """Decide which money settles what; documents are written when asked."""
        self._p = prepared
        self._credits = credits_
        self._takings = {taking.id: taking for taking in prepared.takings}
        self._back: dict[str, tuple[RefundEvent, CartPayment]] = {}
        self.findings: list[Finding] = []
        self.waiting: list[str] = []
        self._settlement = self._settle()

    def postings(self) -> list[Dated]:
        """Advances, payments, applications and refunds."""
        written = [self._advance(receipt) for receipt in self._settlement.advances]
        written += [self._payment(*payment) for payment in self._settlement.payments]
        written += [self._application(item) for item in self._settlement.applications]
        uncovered = {outflow.id for outflow, _ in self._settlement.uncovered}
        for outflow, draws in self._settlement.outflows:
            if outflow.id not in uncovered:
                written += self._outflow(outflow, draws)
        return [*written, *self._failed()]

    def _settle(self) -> Settlement:
        settler = Settler(self._p.order.currency, self._applied())
        events: list[settlement.Event] = [
            *self._bills(),
            *self._receipts(),
            *self._own_credits(),
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

    def _bills(self) -> list[Bill]:
        keys, currency = self._p.keys, self._p.order.currency
        return [
            Bill(key, sale.id, sale.at, sale.total(currency), key in keys.known)
            for sale in self._p.life.billed
            if sale.amounts and (key := keys.of(PostingKind.INVOICE, f"invoice:{sale.id}"))
        ]

    def _receipts(self) -> list[Receipt]:
        receipts = []
        for taking in self._p.takings:
            advance = self._p.keys.of(ADVANCE, f"receipt:{taking.id}")
            payment = self._p.keys.of(PAYMENT, f"receipt:{taking.id}")
            posted_as = next((key for key in (advance, payment) if key in self._p.keys.known), "")
            receipts.append(
                Receipt(
                    taking.id, taking.gateway, taking.at, taking.amount, advance, payment, posted_as
                )
            )
        return receipts

    def _own_credits(self) -> list[OwnCredit]:
        return [
            OwnCredit(
                key=(key := self._credits.key(item.refund.ref.id)),
                refund_id=item.refund.ref.id,
                at=self._credits.booked_at(item),
                amount=item.total,
                is_posted=key in self._p.keys.known,
            )
            for item in self._p.life.credits
            if item.total
        ]

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
                kinds = ((REFUND, purpose), (DEBIT, purpose), (JOURNAL, purpose))
                is_posted = any(self._p.keys.knows(*kind) for kind in kinds)
                is_posted |= self._p.keys.knows(DEBIT, f"pending:{payment.ref.id}")
                at = max(payment.processed_at, event.refund.created_at)
                outflows.append(
                    Outflow(payment.ref.id, refund_id, at, payment.amount.rounded(), is_posted)
                )
        return outflows

    def _advance(self, receipt: Receipt) -> Dated:
        taking = self._takings[receipt.id]
        advances = self._p.chart.account(Role.CUSTOMER_ADVANCES)
        purpose = f"receipt:{receipt.id}"
        document = Advance(
            reference=self._p.keys.reference(ADVANCE, purpose),
            customer=self._p.book.customer_id,
            received_on=self._p.book.ledger_on(taking.at),
            amount=taking.amount,
            place=money_place(taking.tender),
            account=advances,
            dimensions=self._p.chart.balance_dimensions,
            description=self._description("Received"),
        )
        effect = [
            self._debit(taking.tender.account, taking.amount),
            self._credit(advances, taking.amount),
        ]
        return posting(self._p, ADVANCE, purpose, document, at=taking.at, effect=effect)

    def _payment(self, receipt: Receipt, paid: list[tuple[Bill, Money]]) -> Dated:
        taking = self._takings[receipt.id]
        purpose = f"receipt:{receipt.id}"
        document = Payment(
            reference=self._p.keys.reference(PAYMENT, purpose),
            customer=self._p.book.customer_id,
            received_on=self._p.book.ledger_on(taking.at),
            amount=taking.amount,
            place=money_place(taking.tender),
            applications=tuple(Application(KeyOf(bill.key), amount) for bill, amount in paid),
            description=self._description("Received"),
        )
        effect = [
            self._debit(taking.tender.account, taking.amount),
            *(self._credit(self._receivable, amount) for _, amount in paid),
            self._credit(self._p.chart.account(Role.CUSTOMER_ADVANCES), document.overpayment),
        ]
        needs = [bill.key for bill, _ in paid]
        return posting(
            self._p, PAYMENT, purpose, document, at=taking.at, needs=needs, effect=effect
        )

    def _application(self, item: settlement.Application) -> Dated:
        """A credit applied without new money (J-2.3); a credit memo then moves no account."""
        amount = item.credit.amount
        purpose = f"apply:{item.credit_id}:{item.bill.id}:{amount.plain()}"
        taking = self._takings.get(item.credit_id)
        place = money_place(taking.tender) if taking else self._nowhere()
        document = Payment(
            reference=self._p.keys.reference(APPLY, purpose),
            customer=self._p.book.customer_id,
            received_on=self._p.book.ledger_on(item.at),
            amount=Money.zero(self._p.order.currency),
            place=place,
            applications=(
                Application(KeyOf(item.bill.key), amount, item.credit.kind, KeyOf(item.credit.key)),
            ),
            description=self._description("Applied"),
        )
        effect = [
            self._debit(self._source(item.credit), amount),
            self._credit(self._receivable, amount),
        ]
        if item.credit.kind is CreditKind.ADJUSTMENT:
            effect = []
        needs = (item.bill.key, item.credit.key)
        return posting(self._p, APPLY, purpose, document, at=item.at, needs=needs, effect=effect)

    def _nowhere(self) -> MoneyPlace:
        """A place for a payment without money: Sage names one and moves nothing there."""
        return MoneyPlace(undeposited_account=self._p.chart.account(Role.CUSTOMER_ADVANCES))

    def _outflow(self, outflow: Outflow, draws: list[Draw]) -> list[Dated]:
        event, payment = self._back[outflow.id]
        tender = self._p.chart.tender(payment.gateway, f"refunds[{outflow.refund_id}]")
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
            description=self._description("Refunded"),
        )
        drawn = total((draw.amount for draw in draws), self._p.order.currency)
        effect = [
            *(self._debit(self._source(draw), draw.amount) for draw in draws),
            self._credit(tender.account, drawn),
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
        amounts = [self._credit(account, outflow.amount)]
        document = Adjustment(
            reference=self._p.keys.reference(DEBIT, purpose),
            kind=AdjustmentKind.DEBIT,
            customer=self._p.book.customer_id,
            dated_on=self._p.book.ledger_on(at),
            currency=self._p.order.currency,
            lines=adjustment_lines(ledger_lines(amounts)),
            description=self._description("Refund"),
        )
        effect = [self._debit(self._receivable, outflow.amount), *amounts]
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
                owed = self._debit(payable(Role.REFUNDS_PAYABLE), amount)
                purpose = f"pending-failed:{payment.ref.id}"
                document = Adjustment(
                    reference=self._p.keys.reference(PostingKind.CREDIT_MEMO, purpose),
                    kind=AdjustmentKind.CREDIT,
                    customer=self._p.book.customer_id,
                    dated_on=self._p.book.ledger_on(payment.processed_at),
                    currency=self._p.order.currency,
                    lines=adjustment_lines(ledger_lines([owed])),
                    description=self._description("Refund failed"),
                )
                written.append(
                    posting(
                        self._p,
                        PostingKind.CREDIT_MEMO,
                        purpose,
                        document,
                        at=payment.processed_at,
                        needs=(self._p.keys.of(DEBIT, pending),),
                        effect=[owed, self._credit(self._receivable, amount)],
                    )
                )
        return written

    def _settled_later(self, outflow: Outflow, tender: Tender) -> Dated:
        """The money of a refund that was owed has moved now (J-3.14)."""
        payable = self._p.chart.account(Role.REFUNDS_PAYABLE)
        effect = [
            self._debit(payable, outflow.amount),
            self._credit(tender.account, outflow.amount),
        ]
        purpose = f"refund:{outflow.id}"
        document = JournalEntry(
            reference=self._p.keys.reference(JOURNAL, purpose),
            journal=self._p.book.mapping.definitions.journal,
            posted_on=self._p.book.ledger_on(outflow.at),
            description=self._description("Refund settled"),
            lines=ledger_lines(effect),
        )
        needs = (self._p.keys.of(DEBIT, f"pending:{outflow.id}"),)
        return posting(
            self._p, JOURNAL, purpose, document, at=outflow.at, needs=needs, effect=effect
        )

    def _source(self, draw: Draw) -> str:
        """The account that holds a credit: receivable for memos, advances for unused money."""
        if draw.kind is CreditKind.ADJUSTMENT:
            return self._receivable
        return self._p.chart.account(Role.CUSTOMER_ADVANCES)

    @property
    def _receivable(self) -> str:
        return self._p.chart.account(Role.RECEIVABLE)

    def _debit(self, account: str, amount: Money) -> Amount:
        return debit(account, amount, self._p.chart.balance_dimensions)

    def _credit(self, account: str, amount: Money) -> Amount:
        return credit(account, amount, self._p.chart.balance_dimensions)

    def _description(self, what: str) -> str:
        return f"{what}, order {self._p.order.number}"
