"""What Sage would refuse for a reason that we can know: found before anything is sent.

All findings of a document at once, so that a person mends it once. A request that the schema
refuses would fail whole, with all its other documents (§1 no. 9).
"""

from __future__ import annotations

from decimal import Decimal

from intacct.documents import (
    Adjustment,
    ArInvoice,
    Document,
    JournalEntry,
    Payment,
    SalesDocument,
    Side,
)
from intacct.errors import RejectedError, SageFinding


def refuse_the_impossible(document: Document) -> None:
    """Let a document pass that Sage may take.

    Raises:
        RejectedError: Sage would refuse it; it carries every finding, and nothing was sent.
    """
    findings = _findings(document)
    if findings:
        message = "the document would be refused and was not sent"
        raise RejectedError(message, findings=tuple(findings))


def _findings(document: Document) -> list[SageFinding]:
    match document:
        case SalesDocument() | ArInvoice() | Adjustment():
            return _without_lines(document)
        case JournalEntry():
            return _of_journal(document)
        case Payment():
            return _of_payment(document)
        case _:
            return []


def _without_lines(document: SalesDocument | ArInvoice | Adjustment) -> list[SageFinding]:
    if document.lines:
        return []
    return [SageFinding("NO_LINES", "the document has no lines", target="/lines")]


def _of_journal(entry: JournalEntry) -> list[SageFinding]:
    found = [
        SageFinding("NEGATIVE_LINE", "a journal line is never negative", target=f"/lines/{index}")
        for index, line in enumerate(entry.lines)
        if line.amount.is_negative
    ]
    if {line.side for line in entry.lines} != set(Side):
        text = "a journal entry has at least one debit and one credit"
        found.append(SageFinding("ONE_SIDED", text, target="/lines"))
    if entry.reverses_on is not None and entry.reverses_on <= entry.posted_on:
        text = "an entry is reversed on a later day than it is posted"
        found.append(SageFinding("REVERSED_TOO_EARLY", text, target="/reverses_on"))
    for currency in sorted({line.amount.currency for line in entry.lines}):
        difference = sum(
            (
                line.amount.amount if line.side is Side.DEBIT else -line.amount.amount
                for line in entry.lines
                if line.amount.currency == currency
            ),
            start=Decimal(0),
        )
        if difference:
            text = f"debits less credits are {difference} {currency}"
            found.append(SageFinding("UNBALANCED", text, target="/lines"))
    return found


def _of_payment(payment: Payment) -> list[SageFinding]:
    found = [
        SageFinding(
            "AMOUNT", "an amount that settles an invoice is positive", target=f"/applications/{at}"
        )
        for at, application in enumerate(payment.applications)
        if not application.amount.amount > 0
    ]
    if not payment.applications:
        # ARPYMTDETAILS is required (§13.4): money without an invoice is an advance.
        found.append(SageFinding("NO_LINES", "it settles no invoice", target="/applications"))
    if payment.overpayment.is_negative:
        text = "more is applied than was received"
        found.append(SageFinding("OVERAPPLIED", text, target="/applications"))
    return found
