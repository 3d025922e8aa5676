"""The discount of gift cards sold below face, given up as they are used (R-4.3, J-4.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from intacct.documents import JournalEntry
from shared.policy.mapping import Role
from shared.postings.effects import Amount, credit, debit, ledger_lines
from shared.postings.plan import PostingKind
from shared.postings.preparation import Prepared
from shared.postings.sales import Dated, posting


@dataclass(frozen=True, slots=True)
class Released:
    """What one use of a card gives up: a discount on the order against the contra-liability."""

    id: str
    at: datetime
    amounts: tuple[Amount, Amount]


def released(prepared: Prepared) -> Iterator[Released]:
    """The uses of discounted cards among the order's receipts."""
    chart, cards = prepared.chart, prepared.book.cards
    for taking in prepared.takings:
        card = cards.get(taking.card_id)
        discounted = card.shares_of(taking.id).discounted if card else None
        if discounted:
            dims = chart.balance_dimensions
            amounts = (
                debit(chart.account(Role.DISCOUNTS), discounted, chart.result_dimensions),
                credit(chart.account(Role.GIFT_CARD_DISCOUNT), discounted, dims),
            )
            yield Released(taking.id, taking.at, amounts)


def discounts_released(prepared: Prepared) -> list[Dated]:
    """A journal entry for each use of a discounted card."""
    kind, written = PostingKind.JOURNAL_ENTRY, []
    for use in released(prepared):
        purpose = f"card-discount:{use.id}"
        document = JournalEntry(
            reference=prepared.keys.reference(kind, purpose),
            journal=prepared.book.mapping.definitions.journal,
            posted_on=prepared.book.ledger_on(use.at),
            description=f"Gift card discount used, order {prepared.order.number}",
            lines=ledger_lines(use.amounts),
        )
        written.append(posting(prepared, kind, purpose, document, at=use.at, effect=use.amounts))
    return written
