"""The one payment of a thrifty channel's payout: it settles the invoices that the payout paid.

Pure. What charges settle comes from the planner of each order (`PaidOut`); credit memos of refunds
are applied to the same payment's invoices, which belong to the same customer. What settles no
invoice, as money of goods that did not leave yet, is posted on its own by its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from commerce.money import Money, total
from commerce.payouts import PayoutLine, PayoutLineKind
from intacct.documents import Application, CreditKind, CustomerRefund, KeyOf, Payment, RefundDetail
from shared.payouts.records import PayoutRecord
from shared.policy.choices import PostingDepth
from shared.policy.mapping import Role, Tender
from shared.postings.book import StoreBook
from shared.postings.chart import money_place
from shared.postings.effects import credit, debit, ledger_lines
from shared.postings.findings import Finding, Reason
from shared.postings.keys import document_number, posting_key
from shared.postings.paid_out import PaidOut
from shared.postings.plan import Posting, PostingKind

MOST_INVOICES = 200
"""How many invoices one payment settles; a payout of more makes several payments."""

_MONEY = (PayoutLineKind.CHARGE, PayoutLineKind.REFUND)
_Part = tuple[str, Money]


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """One order's money at the processor: what payouts book, and what is booked by itself.

    `own` are ids and amounts of receipts and refunds that need nothing of a payout any more.
    """

    paid_out: tuple[PaidOut, ...] = ()
    own: tuple[tuple[str, Money], ...] = ()


@dataclass(frozen=True, slots=True)
class Settling:
    """What books a payout's charges and refunds, or why it cannot be said.

    `individually` names, by order id, the receipts that their orders post on their own first.
    """

    postings: tuple[Posting, ...] = ()
    individually: tuple[tuple[str, frozenset[str]], ...] = ()
    findings: tuple[Finding, ...] = ()


def order_ids(record: PayoutRecord) -> tuple[str, ...]:
    """The orders whose money the payout brings or takes, each once."""
    lines = (line for line in record.payout.lines if line.kind in _MONEY and line.order_id)
    return tuple(dict.fromkeys(line.order_id for line in lines))


def pays_invoices(book: StoreBook) -> bool:
    """Whether orders of the channel are, or before it moved were, paid with their payouts."""
    policy = book.policy
    before = {policy.posting_depth_before} if policy.posting_depth_from else set()
    return PostingDepth.THRIFTY in {policy.posting_depth, *before}


def settle(
    record: PayoutRecord, book: StoreBook, orders: Mapping[str, OrderMoney | None], on: date
) -> Settling:
    """The payments of a payout.

    Args:
        record: the payout with its lines.
        book: the books of its store.
        orders: what each of `order_ids` says of its money; None for one that is not in the books.
        on: the ledger date of the payout.
    """
    findings: list[Finding] = []
    matched: list[PaidOut] = []
    individually: list[tuple[str, frozenset[str]]] = []
    for order_id in order_ids(record):
        lines = [x for x in record.payout.lines if x.kind in _MONEY and x.order_id == order_id]
        money = orders.get(order_id)
        found = list(_matched(lines, money)) if money else [None]
        if None in found:
            findings.append(_unmatched(record, order_id, is_known=money is not None))
            continue
        offers = [offer for offer in found if offer]
        alone = _alone(offers)
        if alone:
            individually.append((order_id, alone))
        matched += [offer for offer in offers if offer.id not in alone]
    tender = _tender(book)
    if tender is None and matched:
        findings.append(_no_tender(book))
    if findings or tender is None:
        return Settling(findings=tuple(findings))
    writer = _Writer(record, book, tender, on)
    return Settling(tuple(writer.postings(matched)), tuple(individually))


def _matched(lines: Sequence[PayoutLine], money: OrderMoney) -> Iterator[PaidOut | None]:
    """What each line brings; nothing for one that is booked by itself, None where it is unclear."""
    left = list(money.paid_out)
    for line in lines:
        is_refund = line.amount.is_negative
        worth = abs(line.amount)
        offers = [x for x in left if x.is_refund is is_refund and x.amount == worth]
        named = [x for x in offers if x.id == line.transaction_id]
        if named or len(offers) == 1:
            offer = (named or offers)[0]
            left.remove(offer)
            yield offer
        elif offers or not any(amount == worth for _, amount in money.own):
            yield None


def _alone(offers: Sequence[PaidOut]) -> frozenset[str]:
    """Receipts of which something settles no invoice, unless the same payout takes it back."""
    rests = [offer.rest if not offer.is_refund else -offer.rest for offer in offers]
    if not rests or not total(rests, rests[0].currency):
        return frozenset()
    return frozenset(offer.id for offer in offers if offer.rest and not offer.is_refund)


def _tender(book: StoreBook) -> Tender | None:
    clearing = book.mapping.accounts.get(Role.PAYOUT_CLEARING, "")
    return next((x for x in book.mapping.tenders if clearing and x.account == clearing), None)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the payments of one payout."""

    record: PayoutRecord
    book: StoreBook
    tender: Tender
    on: date

    def postings(self, matched: Sequence[PaidOut]) -> Iterator[Posting]:
        """Payments of at most `MOST_INVOICES` invoices, and what refunds are worth beyond them."""
        invoices = _joined(part for x in matched if not x.is_refund for part in x.settles)
        memos = _joined(part for x in matched if x.is_refund for part in x.settles)
        on = max([self.on, *(x.not_before for x in matched)])
        for number, start in enumerate(range(0, len(invoices), MOST_INVOICES), start=1):
            part = invoices[start : start + MOST_INVOICES]
            yield self._payment(f"payment:{number}", part, memos, on)
        if memos:
            yield self._refund(memos, on)

    def _payment(self, name: str, invoices: list[_Part], memos: list[_Part], on: date) -> Posting:
        """Credit memos first, new money for the rest; `memos` keeps what is left of them."""
        applications: list[Application] = []
        cash = Money.zero(self.record.payout.currency)
        for invoice, amount in invoices:
            while memos and amount:
                memo, left = memos.pop(0)
                used = min(amount, left)
                amount -= used  # noqa: PLW2901  # what is still open of it
                if left != used:
                    memos.insert(0, (memo, left - used))
                applied = CreditKind.ADJUSTMENT
                applications.append(Application(KeyOf(invoice), used, applied, KeyOf(memo)))
            if amount:
                cash += amount
                applications.append(Application(KeyOf(invoice), amount))
        key = self._key(PostingKind.PAYMENT, name)
        document = Payment(
            reference=document_number(key, PostingKind.PAYMENT, self.record.payout.ref.id),
            customer=self.book.mapping.channel_customer,
            received_on=on,
            amount=cash,
            place=money_place(self.tender),
            applications=tuple(applications),
            description=f"{self.book.store} payout {self.record.payout.ref.id}",
        )
        dims = self.book.balance_dimensions
        receivable = self.book.mapping.accounts[Role.RECEIVABLE]
        amounts = [debit(self.tender.account, cash, dims), credit(receivable, cash, dims)]
        return Posting(
            key, PostingKind.PAYMENT, document, effect=ledger_lines(amounts), true_on=self.on
        )

    def _refund(self, memos: list[_Part], on: date) -> Posting:
        """What went back to buyers beyond what the payout's invoices are worth."""
        kind = PostingKind.CUSTOMER_REFUND
        key = self._key(kind, "refund")
        details = (
            RefundDetail(CreditKind.ADJUSTMENT, KeyOf(memo), amount) for memo, amount in memos
        )
        document = CustomerRefund(
            reference=document_number(key, kind, self.record.payout.ref.id),
            customer=self.book.mapping.channel_customer,
            refunded_on=on,
            place=money_place(self.tender),
            details=tuple(details),
            description=f"{self.book.store} payout {self.record.payout.ref.id}",
        )
        worth = total((amount for _, amount in memos), self.record.payout.currency)
        dims = self.book.balance_dimensions
        receivable = self.book.mapping.accounts[Role.RECEIVABLE]
        amounts = [debit(receivable, worth, dims), credit(self.tender.account, worth, dims)]
        return Posting(key, kind, document, effect=ledger_lines(amounts), true_on=self.on)

    def _key(self, kind: PostingKind, name: str) -> str:
        return posting_key(
            tenant=self.book.tenant,
            entity=self.book.entity,
            kind=kind,
            store=self.book.store,
            purpose=f"payout:{self.record.payout.ref.id}:{name}",
        )


def _joined(parts: Iterable[_Part]) -> list[_Part]:
    """Amounts of one document in one sum, in the order of their keys."""
    sums: dict[str, Money] = {}
    for key, amount in parts:
        sums[key] = sums[key] + amount if key in sums else amount
    return sorted(sums.items())


def _unmatched(record: PayoutRecord, order_id: str, *, is_known: bool) -> Finding:
    why = "a charge or refund matches none of its transactions" if is_known else "it is not booked"
    return Finding(
        reason=Reason.DAY_INCOMPLETE if not is_known else Reason.PAYMENT_UNDECIDED,
        place=f"payout {record.payout.ref.id} order {order_id}",
        message=f"the order's invoice cannot be settled: {why}",
        hint="release the order, or compare its transactions with the payout; tried again hourly",
    )


def _no_tender(book: StoreBook) -> Finding:
    return Finding(
        reason=Reason.MAPPING_MISSING,
        place="mapping.tenders",
        message=f"no tender of {book.store} sits on the account of the role payout_clearing",
        hint="a thrifty channel needs the processor's tender on the account that its payouts clear",
    )
