"""Postings in closed periods: which are moved, under which date, and which wait (R-10.4 to R-10.7).

Pure: it changes dates and memos of a plan, never an amount.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from intacct.documents import (
    Adjustment,
    Advance,
    CustomerRefund,
    Document,
    JournalEntry,
    Payment,
    SalesDocument,
)
from intacct.stock import StockDocument
from intacct.undoing import ReverseDocument
from shared.policy.choices import ClosedPeriod
from shared.policy.switches import PostingPolicy
from shared.postings.calendars import Calendar
from shared.postings.fees import FEE
from shared.postings.plan import Finding, Plan, Posting, PostingKind, Reason
from shared.postings.restocking import RECEIVED
from shared.postings.tax_points import TAX

_RECEIPTS = frozenset({PostingKind.ADVANCE, PostingKind.PAYMENT, PostingKind.ADVANCE_APPLICATION})
_CREDITS = frozenset({PostingKind.CREDIT_MEMO, PostingKind.DEBIT_MEMO, PostingKind.CUSTOMER_REFUND})
_PAYOUTS = ("payout:", "dispute:", "reserve:")
_OF_CREDITS = ("restock:", "refund:", RECEIVED)


def rule_of(posting: Posting, policy: PostingPolicy) -> ClosedPeriod:
    """What the policy says of a posting of that kind that is dated in a closed period (R-10.4)."""
    purpose = posting.key.partition(":")[2]
    if posting.kind in _RECEIPTS or purpose.startswith((TAX, FEE)):
        return policy.closed_period_receipts
    if posting.kind in _CREDITS or purpose.startswith(_OF_CREDITS):
        return policy.closed_period_credits
    if purpose.startswith(_PAYOUTS):
        return policy.closed_period_payouts
    return policy.closed_period_invoices


def in_open_periods(
    plan: Plan, calendar: Calendar, policy: PostingPolicy, *, true_date_field: str = ""
) -> Plan:
    """The plan with every posting under a date that its entity's books take.

    What may not be moved, and all that needs it, is left out and told in `Plan.blocked`.
    `true_date_field` names a custom field of Sage that takes the true date; the memo tells it too.
    """
    blocked: dict[str, Finding] = {}
    left_out: set[str] = set()
    dated: list[Posting] = []
    for posting in plan.postings:
        day = posting_date(posting.document)
        if left_out.intersection(posting.needs):
            left_out.add(posting.key)
        elif day is None or calendar.is_open(day):
            dated.append(posting)
        elif (moved := _moved_to(posting, day, calendar, policy)) is not None:
            dated.append(_moved(posting, day, moved, true_date_field))
        else:
            left_out.add(posting.key)
            blocked[posting.key] = _closed(posting, day, calendar, policy)
    if not blocked and len(dated) == len(plan.postings):
        return replace(plan, postings=tuple(dated))
    rules = {rule_of(posting, policy) for posting in plan.postings if posting.key in blocked}
    waits_for_a_person = rules == {ClosedPeriod.HOLD}
    return replace(
        plan,
        postings=tuple(dated),
        blocked=tuple(blocked.values()),
        blocked_until=None if waits_for_a_person else calendar.believed_until,
        withheld=tuple(sorted(left_out)),
    )


def _moved_to(
    posting: Posting, day: date, calendar: Calendar, policy: PostingPolicy
) -> date | None:
    if rule_of(posting, policy) is not ClosedPeriod.NEXT_OPEN:
        return None
    return calendar.next_open(day)


def _closed(posting: Posting, day: date, calendar: Calendar, policy: PostingPolicy) -> Finding:
    rule = rule_of(posting, policy)
    hints = {
        ClosedPeriod.HOLD: "have the period opened and release the order, or let the policy move "
        "such documents to the next open period",
        ClosedPeriod.REQUEST_REOPEN: "have the period opened; it is tried again by itself",
        ClosedPeriod.NEXT_OPEN: "no period up to today is open; it is tried again by itself",
    }
    return Finding(
        Reason.PERIOD_CLOSED,
        f"{posting.kind.value} {posting.key.partition(':')[2]}",
        f"is of {day.isoformat()}, and the books are closed through {calendar.closed_through}",
        hints[rule],
    )


def posting_date(document: Document) -> date | None:
    """The date under which the document comes into the ledger; None where it never does."""
    match document:
        case SalesDocument() | JournalEntry():
            return document.posted_on
        case Advance() | Payment():
            return document.received_on
        case Adjustment() | StockDocument():
            return document.dated_on
        case CustomerRefund():
            return document.refunded_on
        case ReverseDocument():
            return document.reversed_on
        case _:
            return None


def under_date(posting: Posting, on: date, *, true_date_field: str = "") -> Posting:
    """The posting as it was sent under that date, its true one in the memo where they differ.

    For whoever tells what is in the books: which periods were closed then need not be known.
    """
    day = posting_date(posting.document)
    return posting if day in (None, on) else _moved(posting, day, on, true_date_field)


def _moved(posting: Posting, day: date, to: date, field: str) -> Posting:
    document = _dated(posting.document, to, f" (of {day.isoformat()})")
    if field and isinstance(document, SalesDocument | Adjustment | JournalEntry):
        document = replace(document, custom=(*document.custom, (field, day.isoformat())))
    return replace(posting, document=document, posted_on=to, true_on=posting.true_on or day)


def _dated(document: Document, to: date, note: str) -> Document:  # noqa: PLR0911  # one per kind
    """The same document under another posting date; an invoice keeps its own date beside it."""
    match document:
        case SalesDocument():
            due_on = max(document.due_on, to) if document.due_on else None
            return replace(document, posted_on=to, due_on=due_on, memo=document.memo + note)
        case Advance() | Payment():
            return replace(document, received_on=to, description=document.description + note)
        case Adjustment():
            return replace(document, dated_on=to, description=document.description + note)
        case StockDocument():
            return replace(document, dated_on=to, memo=document.memo + note)
        case CustomerRefund():
            return replace(document, refunded_on=to, description=document.description + note)
        case JournalEntry():
            return replace(document, posted_on=to, description=document.description + note)
        case _:
            return document
