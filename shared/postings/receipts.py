"""Money that came in, as documents: advances, payments, and credits applied (R-2.3 to R-2.5)."""

from __future__ import annotations

from collections.abc import Iterable

from commerce.money import Money
from intacct.documents import Advance, Application, CreditKind, KeyOf, MoneyPlace, Payment
from shared.policy.mapping import Role
from shared.postings import settlement
from shared.postings.chart import money_place
from shared.postings.effects import Amount, credit, debit
from shared.postings.plan import PostingKind
from shared.postings.preparation import Prepared
from shared.postings.sales import Dated, posting
from shared.postings.settlement import Bill, Draw, Receipt

ADVANCE, PAYMENT = PostingKind.ADVANCE, PostingKind.PAYMENT
APPLY = PostingKind.ADVANCE_APPLICATION


def receivable_of(prepared: Prepared) -> str:
    """The account of what buyers owe."""
    return prepared.chart.account(Role.RECEIVABLE)


def source_of(prepared: Prepared, draw: Draw) -> str:
    """The account that holds a credit: receivable for memos, advances for unused money."""
    if draw.kind is CreditKind.ADJUSTMENT:
        return receivable_of(prepared)
    return prepared.chart.account(Role.CUSTOMER_ADVANCES)


def buyers_debit(prepared: Prepared, account: str, amount: Money) -> Amount:
    """A debit with the dimensions of balance-sheet lines."""
    return debit(account, amount, prepared.chart.balance_dimensions)


def buyers_credit(prepared: Prepared, account: str, amount: Money) -> Amount:
    """A credit with the dimensions of balance-sheet lines."""
    return credit(account, amount, prepared.chart.balance_dimensions)


def describe(prepared: Prepared, what: str) -> str:
    """What a document of the order says of itself."""
    return f"{what}, order {prepared.order.number}"


class ReceiptWriter:
    """Writes the receipts of one order and what they are applied to."""

    def __init__(self, prepared: Prepared) -> None:
        """Nothing is written until asked."""
        self._p = prepared
        self._takings = {taking.id: taking for taking in prepared.takings}

    def advance(self, receipt: Receipt) -> Dated:
        """Money before there is an invoice (J-2.1)."""
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
            description=describe(self._p, "Received"),
        )
        effect = [
            buyers_debit(self._p, taking.tender.account, taking.amount),
            buyers_credit(self._p, advances, taking.amount),
        ]
        return posting(self._p, ADVANCE, purpose, document, at=taking.at, effect=effect)

    def payment(
        self,
        receipt: Receipt,
        paid: list[tuple[Bill, Money]],
        before: Iterable[settlement.Application],
    ) -> Dated:
        """Money after the invoices that it pays; what is too much stays with the buyer (J-2.9).

        It is posted after what was applied to them `before`: the books then tell how much was left
        for it to pay, whatever is broken off.
        """
        taking = self._takings[receipt.id]
        purpose = f"receipt:{receipt.id}"
        document = Payment(
            reference=self._p.keys.reference(PAYMENT, purpose),
            customer=self._p.book.customer_id,
            received_on=self._p.book.ledger_on(taking.at),
            amount=taking.amount,
            place=money_place(taking.tender),
            applications=tuple(Application(KeyOf(bill.key), amount) for bill, amount in paid),
            description=describe(self._p, "Received"),
        )
        effect = [
            buyers_debit(self._p, taking.tender.account, taking.amount),
            *(buyers_credit(self._p, receivable_of(self._p), amount) for _, amount in paid),
            buyers_credit(
                self._p, self._p.chart.account(Role.CUSTOMER_ADVANCES), document.overpayment
            ),
        ]
        needs = [bill.key for bill, _ in paid]
        needs += [self._p.keys.of(APPLY, applied(item)) for item in before]
        return posting(
            self._p, PAYMENT, purpose, document, at=taking.at, needs=needs, effect=effect
        )

    def application(self, item: settlement.Application) -> Dated:
        """A credit applied without new money (J-2.3); a credit memo then moves no account."""
        amount = item.credit.amount
        purpose = applied(item)
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
            description=describe(self._p, "Applied"),
        )
        effect = [
            buyers_debit(self._p, source_of(self._p, item.credit), amount),
            buyers_credit(self._p, receivable_of(self._p), amount),
        ]
        if item.credit.kind is CreditKind.ADJUSTMENT:
            effect = []
        needs = (item.bill.key, item.credit.key)
        return posting(self._p, APPLY, purpose, document, at=item.at, needs=needs, effect=effect)

    def _nowhere(self) -> MoneyPlace:
        """A place for a payment without money: Sage names one and moves nothing there."""
        return MoneyPlace(undeposited_account=self._p.chart.account(Role.CUSTOMER_ADVANCES))


def applied(item: settlement.Application) -> str:
    """What an application is for: which credit, which invoice, how much."""
    return f"apply:{item.credit_id}:{item.bill.id}:{item.credit.amount.plain()}"
