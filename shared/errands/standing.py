"""Whether Sage has all of an order paid: what its invoices say, beside what the order comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from commerce.money import Money, total
from intacct.reading import Standing
from shared.ledger.records import Record, State
from shared.postings.plan import PostingKind
from shared.reconciliation.chains import kind_of, undone

_OTHERS = frozenset({PostingKind.CREDIT_MEMO, PostingKind.DEBIT_MEMO, PostingKind.CUSTOMER_REFUND})
_PAID = "paid"


def invoices_of(chain: Mapping[str, Record]) -> list[Record]:
    """The order's invoices that are in the books."""
    gone = undone(chain)
    return [
        record
        for key, record in chain.items()
        if kind_of(key) is PostingKind.INVOICE and record.state is State.DONE and key not in gone
    ]


def has_others(chain: Mapping[str, Record]) -> bool:
    """Whether something else than invoices says what the buyer owes."""
    gone = undone(chain)
    return any(
        kind_of(key) in _OTHERS and record.state is not State.CANCELLED and key not in gone
        for key, record in chain.items()
    )


def is_paid(amount: Money, invoices: Sequence[Standing]) -> bool:
    """Whether these invoices come to that amount, and nothing of them is due.

    One that was settled otherwise than by a payment says the same (REST reference §9).
    """
    if not all(one.state == _PAID and not one.due for one in invoices):
        return False
    totals = [one.total for one in invoices if one.total is not None]
    if len(totals) < len(invoices) or {one.currency for one in totals} != {amount.currency}:
        return False
    return total(totals, amount.currency) == amount
