"""What stands against booking the facts of an order: every breach at once, each with its place.

Nothing is repaired and nothing is left out: an order with any finding waits for a person (R-1.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from commerce.identity import Breach, order_breaches, refund_breaches
from commerce.money import Money, total
from commerce.orders import Facts, Order, PaymentKind, PaymentStatus
from shared.facts.receipts import ReceiptSource, bookable, receipt_gap
from shared.postings.plan import Finding, Reason

_PAID = frozenset(
    {
        PaymentStatus.PAID,
        PaymentStatus.PARTIALLY_PAID,
        PaymentStatus.PARTIALLY_REFUNDED,
        PaymentStatus.REFUNDED,
    }
)


def findings_of(
    known: Facts,
    source: ReceiptSource,
    is_received_in_sage: Callable[[tuple[str, ...]], bool] = lambda _: True,
) -> tuple[Finding, ...]:
    """Everything that keeps the facts from being booked; `source` is where receipts come from.

    `is_received_in_sage` says of gateways whether people book their money in Sage.
    """
    order = known.order
    if order is None:
        return tuple(_orphans(known))
    facts = bookable(known, source)
    findings = [_unbalanced(breach) for breach in order_breaches(order)]
    for refund in facts.refunds:
        findings += [_unbalanced(breach) for breach in refund_breaches(refund)]
    findings += _foreign_documents(facts, order)
    findings += _foreign_money(facts, order)
    if source is ReceiptSource.SAGE:
        findings += _money_of_sages(known, is_received_in_sage)
    else:
        findings += _missing_money(facts, order)
    gap = receipt_gap(known, source)
    if gap is not None:
        findings.append(
            Finding(
                Reason.PAYMENT_UNDECIDED,
                place="payments",
                message="more was captured than the paid order implied when it was booked",
                hint="check the order's transactions and book the difference by hand",
                difference=gap,
            )
        )
    return tuple(dict.fromkeys(findings))


def _orphans(known: Facts) -> Iterator[Finding]:
    """A refund before its order is worth a look; payments and parcels just wait for theirs."""
    for refund in known.refunds:
        yield Finding(
            Reason.REFUND_WITHOUT_ORDER,
            place=f"refunds[{refund.ref.id}]",
            message="its order has not arrived",
            hint="it is taken up by itself once the order is delivered, polled or fetched",
        )


def _unbalanced(breach: Breach) -> Finding:
    return Finding(
        Reason.UNBALANCED,
        place=breach.place,
        message=breach.message,
        hint="correct the order in the cart; the corrected version is taken up by itself",
        difference=breach.difference,
    )


def _foreign_documents(facts: Facts, order: Order) -> Iterator[Finding]:
    """Editions and refunds of another currency than the order's: sides are not mixed (R-8.1)."""
    earlier = {edition.total.currency for edition in facts.editions} - {order.currency}
    for currency in sorted(earlier):
        yield Finding(
            Reason.AMOUNT_MISMATCH,
            place="order.currency",
            message=f"was told in {currency} before, and is told in {order.currency} now",
            hint="book by hand what changed since: what is booked stays in its currency",
        )
    for refund in facts.refunds:
        if refund.currency != order.currency:
            yield Finding(
                Reason.AMOUNT_MISMATCH,
                place=f"refunds[{refund.ref.id}].currency",
                message=f"is told in {refund.currency}, the order in {order.currency}",
                hint="have the cart tell both in one currency, or book the refund by hand",
            )


def _foreign_money(facts: Facts, order: Order) -> Iterator[Finding]:
    for payment in facts.payments:
        if payment.amount.currency != order.currency and payment.is_receipt:
            yield Finding(
                Reason.PAYMENT_UNDECIDED,
                place=f"payments[{payment.ref.id}]",
                message=f"is stated in {payment.amount.currency}, the order in {order.currency}",
                hint="give access to the cart's API, which states both currencies",
            )


def _money_of_sages(
    known: Facts, is_received_in_sage: Callable[[tuple[str, ...]], bool]
) -> Iterator[Finding]:
    """Money of an order that people book in Sage, and that they may not know of."""
    for payment in known.payments:
        if payment.is_receipt and not is_received_in_sage((payment.gateway,)):
            yield Finding(
                Reason.PAYMENT_UNDECIDED,
                place=f"payments[{payment.ref.id}]",
                message=(
                    f"came through {payment.gateway}, and people book this order's money in Sage"
                ),
                hint="book it by hand, or name the gateway under orders_back.received_in_sage",
            )
    given_back = [f"refunds[{refund.ref.id}]" for refund in known.refunds if refund.transactions]
    backwards = (one for one in known.payments if one.kind is PaymentKind.REFUND)
    given_back += [f"payments[{payment.ref.id}]" for payment in backwards]
    for place in given_back:
        yield Finding(
            Reason.OUT_OF_SCOPE,
            place=place,
            message="gives money back that people booked in Sage",
            hint="book the credit memo and the money back by hand",
        )


def _missing_money(facts: Facts, order: Order) -> Iterator[Finding]:
    """Money that the order says was received, and no receipt tells of."""
    receipts = [p.amount for p in facts.payments if p.is_receipt]
    at_home = [amount for amount in receipts if amount.currency == order.currency]
    received = total(at_home, order.currency)
    expected = order.captured
    if expected is None:
        expects_some = order.payment_status in _PAID and order.total > Money.zero(order.currency)
        if receipts or not expects_some:
            return
        message, difference = "the order is paid, but not how much came through which gateway", None
    elif received < expected:
        message = "more was captured than the known transactions explain"
        difference = expected - received
    else:
        return
    yield Finding(
        Reason.PAYMENT_UNDECIDED,
        place="payments",
        message=message,
        hint="let the cart send its transactions, or give access to its API",
        difference=difference,
    )
