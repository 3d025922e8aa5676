"""What a lost dispute takes off the sales tax that is owed, by agency (R-7.3, J-7.4). Pure.

The tax is what the documents of the order left on the accounts of agencies: refunds before, parts
that were never billed and tax that a marketplace remits are no part of it. Of an order that was
disputed in part, the same part of its tax is relieved.
"""

from __future__ import annotations

from collections.abc import Mapping

from commerce.money import Money, allocate, total
from commerce.orders import Facts
from commerce.payouts import PayoutLine
from intacct.documents import DocumentResult, Side
from shared.payouts.history import TaxShare
from shared.policy.choices import LostDisputeTaxRelief
from shared.postings.book import StoreBook
from shared.postings.planner import plan, written


class NoReliefError(Exception):
    """The tax of a disputed order cannot be said; the message says why."""


def has_relief(book: StoreBook) -> bool:
    """Whether the store's policy takes tax off with a lost dispute."""
    return book.policy.lost_dispute_tax_relief is LostDisputeTaxRelief.ON


def relief_of(
    line: PayoutLine, facts: Facts, posted: Mapping[str, DocumentResult], book: StoreBook
) -> tuple[TaxShare, ...]:
    """The tax that is not owed any more, by account; together at most what the order owes.

    Args:
        line: the row that opened the dispute.
        facts: of the order that it is about.
        posted: what is in the books of the order.
        book: the book that the order is posted under.

    Raises:
        NoReliefError: the order is in another currency than the dispute, or its tax is not sure.
    """
    order = facts.order
    if order is None or order.currency != line.amount.currency:
        message = "the order is not known in the currency of the dispute"
        raise NoReliefError(message)
    owed = _owed(facts, dict(posted), book)
    if not owed:
        return ()
    worth = total(
        (
            order.total,
            *(card.amount for card in order.gift_cards_applied),
            *(-refund.credit for refund in facts.refunds),
        ),
        order.currency,
    )
    disputed = min(-line.amount, worth)
    if disputed.is_negative or not disputed:
        return ()
    taxes = total(owed.values(), order.currency)
    relieved = Money.of(taxes.amount * disputed.amount / worth.amount, order.currency).rounded()
    parts = allocate(relieved, [amount.amount for amount in owed.values()])
    return tuple(TaxShare(name, part) for name, part in zip(owed, parts, strict=True) if part)


def _owed(facts: Facts, posted: dict[str, DocumentResult], book: StoreBook) -> dict[str, Money]:
    """What the order left on each agency's account, where it owes something there."""
    planned = plan(facts, posted, book)
    if planned.findings:
        message = "the order waits for a person: its tax is not sure"
        raise NoReliefError(message)
    effects = [entry.lines for entry in planned.day_entries]
    effects += [each.effect for each in written(facts, posted, book) if each.key in posted]
    agencies = dict.fromkeys(rule.account for rule in book.mapping.taxes)
    sums = dict.fromkeys(agencies, Money.zero(book.base_currency))
    for line in (line for lines in effects for line in lines):
        if line.account in sums:
            signed = line.amount if line.side is Side.CREDIT else -line.amount
            sums[line.account] += signed
    return {account: owed for account, owed in sums.items() if owed and not owed.is_negative}
