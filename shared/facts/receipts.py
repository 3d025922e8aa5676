"""Which receipts of an order count: the cart's transactions, or the one that its order implies.

Some carts tell of money twice: an order that says it is paid, and a transaction that says how. For
an order that comes without transactions the adapter states an implied receipt
(`Payment.is_implied`). Both are kept as facts, but only one of the two may be booked, and that
choice must never change once something was booked from it: it is made once, stored beside the
facts, and applied here. Of an order whose money people book in Sage none is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from commerce.money import Money, total
from commerce.orders import Facts, Payment


class ReceiptSource(StrEnum):
    """Where the receipts of an order are taken from; undecided until there is one.

    SAGE: people book its money there, and nothing that the cart tells of it is booked.
    """

    UNDECIDED = ""
    ORDER = "order"
    TRANSACTIONS = "transactions"
    SAGE = "sage"


def decide(
    facts: Facts,
    known: ReceiptSource,
    is_received_in_sage: Callable[[tuple[str, ...]], bool] = lambda _: False,
) -> ReceiptSource:
    """The source of the order's receipts: as decided before, else transactions if there are any.

    `is_received_in_sage` says of all gateways of an order whether people book its money in Sage.
    """
    if known is not ReceiptSource.UNDECIDED:
        return known
    receipts = [payment for payment in facts.payments if payment.is_receipt]
    named = (*(facts.order.gateways if facts.order else ()), *(one.gateway for one in receipts))
    if is_received_in_sage(named):
        return ReceiptSource.SAGE
    if any(not payment.is_implied for payment in receipts):
        return ReceiptSource.TRANSACTIONS
    return ReceiptSource.ORDER if receipts else ReceiptSource.UNDECIDED


def bookable(facts: Facts, source: ReceiptSource) -> Facts:
    """The facts with the receipts of one source only, each payment once, in the shop's currency.

    This is what a planner may see; the other receipts stay in what is stored.
    """
    currency = facts.order.currency if facts.order else ""
    kept = [p for p in _once(facts.payments, currency) if not _is_left_out(p, source)]
    refunds = tuple(
        replace(refund, transactions=tuple(_once(refund.transactions, currency)))
        for refund in facts.refunds
    )
    return replace(facts, payments=tuple(kept), refunds=refunds)


def receipt_gap(facts: Facts, source: ReceiptSource) -> Money | None:
    """How much the cart's transactions exceed the implied receipt that was chosen; None if nothing.

    A store that books from its orders hears of later captures as transactions only: they must not
    get lost.
    """
    if facts.order is None or source is not ReceiptSource.ORDER:
        return None
    currency = facts.order.currency
    receipts = [p for p in _once(facts.payments, currency) if p.is_receipt]
    stated = [p.amount for p in receipts if not p.is_implied and p.amount.currency == currency]
    implied = [p.amount for p in receipts if p.is_implied]
    if not stated:
        return None
    difference = total(stated, currency) - total(implied, currency)
    return difference if difference > Money.zero(currency) else None


def _is_left_out(payment: Payment, source: ReceiptSource) -> bool:
    if not payment.is_receipt or source is ReceiptSource.UNDECIDED:
        return False
    if source is ReceiptSource.SAGE:
        return True
    return payment.is_implied is (source is ReceiptSource.TRANSACTIONS)


def _once(payments: tuple[Payment, ...], currency: str) -> list[Payment]:
    """Of one transaction told in two currencies, the one in the shop's currency."""
    at_home = {p.ref.id for p in payments if p.amount.currency == currency}
    return [p for p in payments if p.amount.currency == currency or p.ref.id not in at_home]
