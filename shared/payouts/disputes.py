"""Disputes: what a lost one writes off, and which stand on an order that was refunded (§7).

No source of payouts says that a dispute was lost; a person does. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from commerce.kinds import PaymentKind, PaymentState
from commerce.money import Money, total
from commerce.orders import Facts, Payment
from commerce.payouts import Payout, PayoutLine, PayoutLineKind
from intacct.documents import JournalLine
from shared.payouts.chart import PayoutChart
from shared.payouts.entries import dimensions
from shared.payouts.history import Loss
from shared.payouts.records import PayoutRecord
from shared.policy.mapping import Role
from shared.postings.effects import Amount, ledger_lines
from shared.postings.findings import Finding, Reason

FactsOf = Callable[[str], Facts | None]
"""The facts of the store's order with that id; None where it is not known."""


LOST = ":lost"
"""What the purposes of entries end with that write a lost dispute off."""


def dispute_purpose(payout_id: str, line_id: str) -> str:
    """The purpose of the entry of a dispute's row."""
    return f"{PayoutLineKind.DISPUTE.value}:{payout_id}:{line_id}"


def lost_purpose(payout_id: str, line_id: str) -> str:
    """The purpose of the entry that writes a lost dispute off."""
    return f"{dispute_purpose(payout_id, line_id)}{LOST}"


def is_opened(line: PayoutLine) -> bool:
    """Whether the row takes disputed money away; what is not below zero brings it back."""
    return line.kind is PayoutLineKind.DISPUTE and line.amount.is_negative


def opened_dispute(payout: Payout, line_id: str) -> PayoutLine | None:
    """The row of that id, where it opened a dispute."""
    return next((line for line in payout.lines if line.id == line_id and is_opened(line)), None)


def won_back(payout: Payout, order_id: str, since: datetime) -> bool:
    """Whether the payout brings money of a dispute on that order back, at `since` or later."""
    return any(
        line.kind is PayoutLineKind.DISPUTE
        and not line.amount.is_negative
        and line.order_id == order_id
        and line.occurred_at >= since
        for line in payout.lines
    )


def lost_entry(line: PayoutLine, loss: Loss, chart: PayoutChart) -> tuple[JournalLine, ...]:
    """The entry of a dispute that was lost: a loss, less the tax not owed any more (J-7.3, J-7.4).

    Args:
        line: the row that opened it.
        loss: what was decided about it.
        chart: the accounts of its store.
    """
    dims = dimensions(chart)
    relieved = total((share.amount for share in loss.taxes), line.amount.currency)
    amounts = [Amount(share.account, -share.amount, dims) for share in loss.taxes]
    amounts.append(Amount(chart.of(Role.CHARGEBACK_LOSSES), line.amount + relieved, dims))
    amounts.append(Amount(chart.of(Role.DISPUTES_RECEIVABLE), -line.amount, dims))
    return ledger_lines(amounts)


def refunded_disputes(record: PayoutRecord, facts_of: FactsOf) -> Iterator[tuple[str, Finding]]:
    """Rows of disputes on orders that were refunded before, each with what is odd about it (R-7.2).

    What a person let pass, or called lost, is not told again. A dispute that names no order, or one
    that is not known, cannot be judged.
    """
    history = record.history
    for line in record.payout.lines:
        is_known = line.id in history.passed or history.loss_of(line.id) is not None
        if is_known or not is_opened(line) or not line.order_id:
            continue
        facts = facts_of(line.order_id)
        if facts is None:
            continue
        moved = [each for each in _money_of(facts) if each.amount.currency == line.amount.currency]
        captured = total((x.amount for x in moved if x.is_receipt), line.amount.currency)
        back = [x for x in moved if _is_back(x) and x.processed_at <= line.occurred_at]
        refunded = total((x.amount for x in back), line.amount.currency)
        if refunded:
            yield line.id, _flagged(record.payout, line, captured, refunded)


def _flagged(payout: Payout, line: PayoutLine, captured: Money, refunded: Money) -> Finding:
    disputed = -line.amount
    return Finding(
        reason=Reason.DISPUTE_ON_REFUNDED,
        place=f"payout {payout.ref.id} lines[{line.id}] order {line.order_id}",
        message=(
            f"{disputed.plain()} {disputed.currency} are disputed of an order of which"
            f" {refunded.plain()} of {captured.plain()} had been refunded: possibly lost twice"
        ),
        hint="contest the dispute with the refund as evidence, then release the payout",
        difference=max(disputed + refunded - captured, Money.zero(disputed.currency)),
    )


def _money_of(facts: Facts) -> list[Payment]:
    """Every movement that the order tells of, each once."""
    told = [*facts.payments, *(x for refund in facts.refunds for x in refund.transactions)]
    return list({payment.ref.id: payment for payment in told if not payment.is_test}.values())


def _is_back(payment: Payment) -> bool:
    return payment.kind is PaymentKind.REFUND and payment.state is PaymentState.SUCCESS
