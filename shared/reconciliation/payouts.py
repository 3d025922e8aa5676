"""The leg of payouts: each that was sent, its entries, and the money of orders that it settles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from commerce.payouts import PayoutLineKind
from shared.ledger.records import Record
from shared.payouts.planner import EntityPosting, PayoutPlan, plan_payout, told_on
from shared.payouts.records import PayoutRecord
from shared.payouts.summary_parts import settled
from shared.policy.mapping import Role
from shared.postings.book import StoreBook
from shared.postings.findings import Finding, Reason
from shared.postings.plan import Posting, PostingKind
from shared.reconciliation.chains import chain_of, documents_of, kind_of, missing_differences
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.payout_journals import PayoutJournals
from shared.reconciliation.rows import Row, Settled, payout_name

_BUYERS = (PayoutLineKind.CHARGE, PayoutLineKind.REFUND)


def payout_row(
    record: PayoutRecord,
    chain: Mapping[str, Record],
    book: StoreBook,
    known: Row | None,
    *,
    payments: Sequence[Posting] = (),
    journals: PayoutJournals | None = None,
) -> Row:
    """The row of a payout: every entry that it should have in the books, and what stops it.

    Args:
        record: the payout with its lines.
        chain: its postings.
        book: the books of its store.
        known: the row that was made before.
        payments: what the payout of a thrifty channel pays of its orders' invoices.
        journals: those of a payout that brings its sales into the books.
    """
    planned = plan_payout(record, book)
    subject = f"payout {record.payout.ref.id}"
    brought = journals or PayoutJournals()
    entries = _entries(record, planned, book, journals)
    postings = [*(entry.posting for entry in entries), *payments, *brought.postings]
    linked = chain_of(book, chain, postings, known)
    if book.is_thrifty:
        # What was paid stays paid, whatever the orders say later.
        linked.past.wanted |= {key for key in chain if kind_of(key) is PostingKind.PAYMENT}
    found = documents_of(linked, subject=subject, is_judged=not planned.findings)
    missing = [one for one in found.documents if not one.is_posted]
    return Row(
        store=book.store,
        name=payout_name(record.payout.ref.id),
        version=record.version,
        currency=record.payout.currency,
        documents=found.documents,
        settled=tuple(_settled(record, book, brought.orders))
        if found.documents and not book.is_thrifty
        else (),
        differences=(
            *_held(record, book, _findings(record, planned, journals)),
            *brought.differences,
            *found.differences,
            *missing_differences(missing, book.store, subject),
        ),
        is_waiting=bool(planned.waiting),
    )


def _entries(
    record: PayoutRecord, planned: PayoutPlan, book: StoreBook, journals: PayoutJournals | None
) -> Sequence[EntityPosting]:
    """The payout's own entries: beside journals with its sales only what those do not hold."""
    if journals is None:
        return planned.entries
    return settled(record, planned, book).beside if journals.is_gathered else ()


def _findings(
    record: PayoutRecord, planned: PayoutPlan, journals: PayoutJournals | None
) -> tuple[Finding, ...]:
    """What stands against the payout, or that its journal is still to be made."""
    held = planned.findings or record.findings
    if held or planned.waiting or journals is None or journals.is_gathered:
        return held
    place = f"payout {record.payout.ref.id}"
    return (Finding(Reason.DAY_INCOMPLETE, place, "its journal was not made yet"),)


def _held(
    record: PayoutRecord, book: StoreBook, findings: tuple[Finding, ...]
) -> Iterator[Difference]:
    payout = record.payout
    for finding in findings:
        stated = finding.difference
        amount = stated if stated is not None else -payout.net
        yield Difference(
            store=book.store,
            subject=f"payout {payout.ref.id}",
            cause=Cause.HELD,
            what=finding.place,
            text=f"{finding.reason.value}: {finding.message}",
            since=told_on(payout.initiated_at, book),
            amount=amount.amount,
            currency=amount.currency,
        )


def _settled(record: PayoutRecord, book: StoreBook, brought: frozenset[str]) -> Iterator[Settled]:
    """What it took of each order's money, on the clearing account that its entries credit.

    Orders that it `brought` into the books itself have nothing there. What was valued is told in
    the order's currency, as it was taken.
    """
    account = book.mapping.accounts.get(Role.PAYOUT_CLEARING, "")
    valuation = record.history.valuation
    taken = {worth.line_id: worth.taken for worth in valuation.worths} if valuation else {}
    for line in record.booked_lines:
        is_order = line.order_id and line.order_id not in brought
        if account and line.kind in _BUYERS and line.is_recognized and is_order:
            on = told_on(line.occurred_at, book)
            amount = taken.get(line.id, line.amount).rounded().amount
            yield Settled(line.order_id, account, on, amount)
