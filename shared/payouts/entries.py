"""What each row of a payout does to the ledger, and how rows become one entry (R-6.2 to R-6.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from commerce.money import Money, total
from commerce.payouts import PayoutLine, PayoutLineKind
from intacct.documents import Dimensions, JournalLine
from shared.payouts.chart import PayoutChart
from shared.policy.mapping import Role
from shared.postings.effects import Amount, ledger_lines
from shared.postings.line_rules import LineRules, Selectors

_ROLES = {
    PayoutLineKind.CHARGE: Role.PAYOUT_CLEARING,
    PayoutLineKind.REFUND: Role.PAYOUT_CLEARING,
    PayoutLineKind.FACILITATOR_TAX: Role.MARKETPLACE_TAX,
    PayoutLineKind.RESERVE: Role.RESERVES_HELD,
    PayoutLineKind.CONVERSION: Role.CONVERSION_FEES,
}
_BY_RULE = (PayoutLineKind.TRANSFER, PayoutLineKind.ADJUSTMENT)


def row_amounts(
    lines: Iterable[PayoutLine], chart: PayoutChart, *, is_settlement: bool
) -> Iterator[Amount]:
    """The amounts of rows, which together are worth their nets.

    A dispute is an entry of its own (R-7.1), and so is a reserve of a processor that states no
    period (J-6.6): here they only move the clearing account.
    """
    dims = dimensions(chart)
    for line in lines:
        if line.kind is PayoutLineKind.DISPUTE:
            yield Amount(chart.of(Role.PAYOUT_CLEARING), line.net, dims)
            continue
        yield Amount(_account(line, chart, is_settlement=is_settlement), line.amount, dims)
        if line.fee:
            yield Amount(chart.fee(line), -line.fee, dims)


def own_entry(line: PayoutLine, chart: PayoutChart) -> tuple[JournalLine, ...]:
    """The entry of a dispute (J-7.1, J-7.2) or of a reserve (J-6.6, J-6.7) against clearing."""
    dims = dimensions(chart)
    is_dispute = line.kind is PayoutLineKind.DISPUTE
    account = chart.of(Role.DISPUTES_RECEIVABLE if is_dispute else Role.RESERVES_HELD)
    amounts = [Amount(account, line.amount, dims)]
    cleared = line.net if is_dispute else line.amount
    if is_dispute and line.fee:
        amounts.append(Amount(chart.fee(line), -line.fee, dims))
    amounts.append(Amount(chart.of(Role.PAYOUT_CLEARING), -cleared, dims))
    return ledger_lines(amounts)


def is_own_event(line: PayoutLine, *, is_settlement: bool) -> bool:
    """Whether the row is an entry of its own, on its own date."""
    if line.kind is PayoutLineKind.RESERVE:
        return not is_settlement
    return line.kind is PayoutLineKind.DISPUTE


def entry_lines(amounts: Iterable[Amount], chart: PayoutChart) -> tuple[JournalLine, ...]:
    """Amounts as lines: clearing netted to what was settled, every other account gross (J-6.9)."""
    clearing = chart.of(Role.PAYOUT_CLEARING)
    others: list[Amount] = []
    settled: list[Amount] = []
    for amount in amounts:
        (settled if amount.account == clearing else others).append(amount)
    if settled:
        first = settled[0]
        cleared = total((each.signed for each in settled), first.signed.currency)
        others.append(Amount(clearing, cleared, first.dimensions))
    return ledger_lines(others)


def transfer(
    debited: str, credited: str, amount: Money, dims: Dimensions
) -> tuple[JournalLine, ...]:
    """Money that moves from one account to another; below zero it moves back."""
    return ledger_lines([Amount(debited, -amount, dims), Amount(credited, amount, dims)])


def net_of(lines: Sequence[PayoutLine], currency: str) -> Money:
    """What rows are worth together."""
    return total((line.net for line in lines), currency)


def dimensions(chart: PayoutChart) -> Dimensions:
    """The dimensions of a store's entries, which belong to no order."""
    return LineRules(chart.book, Selectors()).usual.dimensions


def _account(line: PayoutLine, chart: PayoutChart, *, is_settlement: bool) -> str:
    if not line.is_recognized or line.kind in _BY_RULE:
        return chart.rule(line)
    if line.kind is PayoutLineKind.FEE:
        return chart.fee(line)
    if line.kind is PayoutLineKind.RESERVE and not is_settlement:
        return chart.of(Role.PAYOUT_CLEARING)
    if line.kind is PayoutLineKind.FACILITATOR_TAX and chart.omits_facilitator_tax:
        return chart.of(Role.PAYOUT_CLEARING)
    return chart.of(_ROLES[line.kind])
