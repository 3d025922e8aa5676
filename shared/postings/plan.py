"""What the planner answers: postings in dependency order, and every finding that stops it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from commerce.money import Money
from intacct.documents import Document, DocumentResult, JournalLine
from intacct.statistics import StatisticalLine
from shared.postings.findings import Finding, Reason
from shared.postings.hits import LineReason
from shared.postings.paid_out import PaidOut

__all__ = ["DayEntry", "Finding", "Plan", "Posted", "Posting", "PostingKind", "Reason"]


class PostingKind(StrEnum):
    """The kinds of business action, as they stand in the posting key (reliability §3.1)."""

    CUSTOMER = "CUSTOMER"
    SALES_ORDER = "SO_CREATE"
    INVOICE = "INVOICE"
    ADVANCE = "ADVANCE"
    PAYMENT = "PAYMENT"
    ADVANCE_APPLICATION = "APPLY"
    CREDIT_MEMO = "CREDIT"
    DEBIT_MEMO = "DEBIT"
    CUSTOMER_REFUND = "REFUND_PAY"
    JOURNAL_ENTRY = "JOURNAL"
    GL_BATCH = "GL_BATCH"
    STATISTICAL = "GL_STAT"
    VOID = "VOID"
    STOCK = "STOCK"


@dataclass(frozen=True, slots=True)
class Posting:
    """One document that should exist in the books.

    `key` is its business identity (R-15.1) and stable for ever; `needs` are keys that must be done
    first; `effect` is the ledger effect it is expected to have, `why` the rules behind each of its
    lines, in their order; `true_on` is the ledger date before any closed-period shift, `posted_on`
    the date it is posted under where that is another one. `parts` are the ledger lines of an Order
    Entry invoice in another currency than its books, one by one as its lines stand, without that of
    the receivable.
    """

    key: str
    kind: PostingKind
    document: Document
    needs: tuple[str, ...] = ()
    effect: tuple[JournalLine, ...] = ()
    true_on: date | None = None
    posted_on: date | None = None
    why: tuple[LineReason, ...] = ()
    parts: tuple[JournalLine, ...] = ()


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One business event of a summary-mode channel: its lines belong to the day's journal.

    `event` is unique in the store (sale:<order id>, refund:<refund id>); `lines` balance, and `why`
    has the rules behind each. `order_id` is the cart's id of the order it belongs to,
    `mapping_version` the version of the mapping that the lines were made under, `counts` the
    statistics of the event (R-12.1). `edition` names the edition of the order that it was made of.
    What an edit changed later is an event of its own; `edits` names the one that it changed.
    """

    event: str
    store: str
    currency: str
    ledger_on: date
    occurred_at: datetime
    lines: tuple[JournalLine, ...]
    order_total: Money | None = None
    order_id: str = ""
    mapping_version: str = ""
    counts: tuple[StatisticalLine, ...] = ()
    why: tuple[LineReason, ...] = field(default=(), compare=False)
    edition: str = field(default="", compare=False)
    edits: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """That the order of a summary channel was edited, and what is known of its newest edition.

    `edition` names it, `since` is its moment. `is_clear` says that no refund may give back what the
    edit lowered (carts reference §4.6).
    """

    edition: str
    since: datetime
    is_clear: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What is missing in the books, or all the reasons why that cannot be said.

    With findings, nothing of the plan may be posted. `blocked` is what lies in a closed period: it
    is not among the postings, and the others may be posted; at `blocked_until` that is looked at
    again, where no person must decide. Goods that came back and of which nobody tells what became
    are among it. `withheld` are the posting keys of that and of all that needs it. `waiting` says
    what the order waits for when there is nothing to do yet (a payment, a shipment), in words for
    people. `paid_out` is the money of a thrifty channel that its payouts book; `payout_entries` are
    the events of a channel in `summary_payout` that the payout of their money brings into the books
    (R-11.1). `edited` is set where an order of a summary channel was edited; `has_all_events` where
    none of its events waits for something, so that an event which it does not tell is gone.
    """

    postings: tuple[Posting, ...] = ()
    day_entries: tuple[DayEntry, ...] = ()
    payout_entries: tuple[DayEntry, ...] = ()
    findings: tuple[Finding, ...] = ()
    waiting: tuple[str, ...] = ()
    paid_out: tuple[PaidOut, ...] = ()
    blocked: tuple[Finding, ...] = ()
    blocked_until: datetime | None = None
    withheld: tuple[str, ...] = ()
    edited: Edited | None = None
    has_all_events: bool = False

    @property
    def events(self) -> tuple[DayEntry, ...]:
        """All events of a summary channel, whatever journal they belong to."""
        return (*self.day_entries, *self.payout_entries)


Posted = dict[str, DocumentResult]
"""What is already in the books, in the sequence in which it was posted: key to Sage's result."""
