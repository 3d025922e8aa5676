"""Whether a document that was found by our mark is the one we meant to send (reliability §3.4)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from commerce.money import Money, total
from intacct.documents import (
    Adjustment,
    Advance,
    ArInvoice,
    Customer,
    CustomerRefund,
    Document,
    JournalEntry,
    Payment,
    SalesDocument,
    Side,
)
from shared.ports import Found


class Verdict(StrEnum):
    """What a look-up says of a posting in doubt."""

    ABSENT = "absent"
    OURS = "ours"
    DIFFERENT = "different"
    SEVERAL = "several"


def judge(document: Document, found: Sequence[Found]) -> Verdict:
    """Compare what was found with what was sent: how many, for whom, how much.

    What Sage does not state (a journal has neither customer nor total) cannot speak against it.
    Signs are not compared: Sage states a credit memo as a negative amount, we as a positive one.
    """
    if not found:
        return Verdict.ABSENT
    if len({one.result.key for one in found}) > 1:
        return Verdict.SEVERAL
    one = found[0]
    customer = _customer(document)
    if one.customer and customer and one.customer != customer:
        return Verdict.DIFFERENT
    stated = one.total if one.total is not None else one.result.total
    believable = _totals(document)
    if stated is None or not believable:
        return Verdict.OURS
    agrees = any(
        abs(stated.amount) == abs(amount.rounded().amount) and stated.currency == amount.currency
        for amount in believable
    )
    return Verdict.OURS if agrees else Verdict.DIFFERENT


def _customer(document: Document) -> str:
    match document:
        case Customer():
            return document.id
        case JournalEntry():
            return ""
        case _:
            return document.customer


def _totals(document: Document) -> tuple[Money, ...]:
    """The amounts that Sage may state as the document's total; empty where it has none."""
    totals: tuple[Money, ...] = ()
    match document:
        case SalesDocument():
            lines = ((line.unit_price * line.quantity).rounded() for line in document.lines)
            totals = (total(lines, document.currency),)
        case ArInvoice():
            currency = document.lines[0].amount.currency
            totals = (total((line.amount for line in document.lines), currency),)
        case Advance():
            totals = (document.amount,)
        case Payment():
            # Applying a credit moves no cash: Sage may state zero or what was applied.
            applied = total((a.amount for a in document.applications), document.amount.currency)
            totals = (document.amount,) if document.amount else (document.amount, applied)
        case Adjustment():
            signed = (
                line.amount if line.side is Side.DEBIT else -line.amount for line in document.lines
            )
            totals = (total(signed, document.currency),)
        case CustomerRefund():
            currency = document.details[0].amount.currency
            totals = (total((part.amount for part in document.details), currency),)
        case Customer() | JournalEntry():
            pass
    return totals
