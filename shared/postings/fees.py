"""What a gateway kept of a receipt, booked with its order where the policy says so (R-6.3).

A fee is booked with the receipt or with the payout, never with both: the order books it only when
the cart tells it by the time that the receipt is booked, and keeps that it will before it does. Who
books the payout settles with the order what it books of each receipt (`shared.payouts.order_fees`);
whoever comes second sees the first.
"""

from __future__ import annotations

from collections.abc import Iterable

from commerce.money import Money
from intacct.documents import JournalEntry
from shared.policy.choices import FeesOn
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.effects import Amount, credit, debit, ledger_lines
from shared.postings.plan import Posting, PostingKind
from shared.postings.preparation import Prepared
from shared.postings.sales import Dated, posting
from shared.postings.takings import Taking

FEE = "fee:"
"""What the purposes of these journals begin with: `fee:<payment id>:<amount>`."""

OTHERS = "*"
"""Stands for every payment of which nothing else is settled: a payout has its fee, or will."""

_RECEIPTS = (PostingKind.ADVANCE, PostingKind.PAYMENT)
_JOURNAL = PostingKind.JOURNAL_ENTRY


def payment_and_fee(purpose: str, currency: str) -> tuple[str, Money]:
    """The payment and the amount that the purpose of a fee's journal names."""
    payment_id, _, amount = purpose.removeprefix(FEE).rpartition(":")
    return payment_id, Money.of(amount, currency)


def journal_fees(postings: Iterable[Posting], book: StoreBook) -> dict[str, Money]:
    """The fees that journals among the postings book, by payment."""
    purposes = (one.key.partition(":")[2] for one in postings if one.kind is _JOURNAL)
    told = (purpose for purpose in purposes if purpose.startswith(FEE))
    return dict(payment_and_fee(purpose, book.base_currency) for purpose in told)


def settled_fee(book: StoreBook, payment_id: str) -> Money | None:
    """What an order books of a payment's fee, zero for nothing; None where it is not settled."""
    return book.fees.get(payment_id, book.fees.get(OTHERS))


def fee_journals(prepared: Prepared) -> list[Dated]:
    """A journal for the fee of each receipt whose fee is the order's to book."""
    written = []
    for taking in prepared.takings:
        fee = _fee(prepared, taking)
        if fee:
            written.append(_journal(prepared, taking, fee))
    return written


def gateway_fee(prepared: Prepared, taking: Taking) -> Money | None:
    """The fee that the cart tells of a receipt, where the policy books it with the order."""
    if prepared.book.policy.fees_on is not FeesOn.CAPTURE:
        return None
    is_cleared = taking.tender.account == prepared.chart.account(Role.PAYOUT_CLEARING)
    told = next((p.fee for p in prepared.facts.payments if p.ref.id == taking.id), None)
    if not is_cleared or told is None or told.currency != prepared.book.base_currency:
        return None
    return told.rounded()


def fee_effect(prepared: Prepared, taking: Taking, fee: Money) -> list[Amount]:
    """What a fee is in the ledger: an expense, and less that the gateway owes."""
    expense = prepared.chart.account(Role.PROCESSING_FEES)
    return [
        debit(expense, fee, prepared.chart.result_dimensions),
        credit(taking.tender.account, fee, prepared.chart.balance_dimensions),
    ]


def _fee(prepared: Prepared, taking: Taking) -> Money | None:
    """The fee as it is in the books, else as settled, else as told unless it came too late."""
    known = prepared.keys.purposes(_JOURNAL, f"{FEE}{taking.id}:")
    if known:
        return Money.of(known[0], prepared.order.currency)
    settled = settled_fee(prepared.book, taking.id)
    if settled is not None:
        return settled
    told = gateway_fee(prepared, taking)
    if told is None:
        return None
    receipt = f"receipt:{taking.id}"
    if any(prepared.keys.of(kind, receipt) in prepared.posted for kind in _RECEIPTS):
        return None
    return told


def _journal(prepared: Prepared, taking: Taking, fee: Money) -> Dated:
    purpose = f"{FEE}{taking.id}:{fee.plain()}"
    effect = fee_effect(prepared, taking, fee)
    document = JournalEntry(
        reference=prepared.keys.reference(_JOURNAL, purpose),
        journal=prepared.book.mapping.definitions.journal,
        posted_on=prepared.book.ledger_on(taking.at),
        description=f"Gateway fee, order {prepared.order.number}",
        lines=ledger_lines(effect),
    )
    return posting(prepared, _JOURNAL, purpose, document, at=taking.at, effect=effect)
