"""The leg of Sage: each posted document read back by our reference and compared with what was sent.

Asking costs one transaction for a thousand references; what differs is named with who deleted it,
as far as the audit history tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from intacct.deletions import Deletion
from intacct.reading import AccountBalance, CountLine, Kept, LedgerLine, Marked, ReadBack
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.documents import BookedDocument

TAKEN_BACK = frozenset({"reversed", "voided", "declined", "reversalPending"})
"""The states of a document that somebody took out of the books, and that is still there."""

MOVES_MONEY = tuple(kind for kind in Marked if kind is not Marked.STATISTICAL_ENTRY)
"""The kinds of documents that every company has, and every role of ours may read."""

Edit = tuple[str, str, str]
"""What of a document differs, what we sent there, and what Sage has."""

KEPT_AS: Mapping[Marked, Kept] = {
    Marked.SALES_DOCUMENT: Kept.SALES_DOCUMENT,
    Marked.AR_INVOICE: Kept.AR_INVOICE,
    Marked.ADJUSTMENT: Kept.ADJUSTMENT,
    Marked.ADVANCE: Kept.ADVANCE,
    Marked.PAYMENT: Kept.PAYMENT,
    Marked.JOURNAL_ENTRY: Kept.JOURNAL_ENTRY,
}
"""The kinds of documents whose changes and deletions are read, too."""


class SageReads(Protocol):
    """What a proof reads of one entity's books (`intacct.read_router.IntacctReads`)."""

    def read_back(self, kind: Marked, references: Iterable[str]) -> Iterator[ReadBack]:
        """Documents by our references."""
        ...

    def modified(self, kind: Marked, since: datetime) -> Iterator[ReadBack]:
        """Documents that were made or changed since."""
        ...

    def deletions(self, kind: Kept, since: datetime) -> Iterator[Deletion]:
        """Deletions that the audit history tells."""
        ...

    def count_lines(self, keys: Iterable[str]) -> Iterator[CountLine]:
        """The lines of statistical entries."""
        ...

    def ledger_lines(self, start_on: date, end_on: date) -> Iterator[LedgerLine]:
        """Posted lines of a range of days."""
        ...

    def trial_balance(self, start_on: date, end_on: date) -> Iterator[AccountBalance]:
        """Debits and credits per account of a range of days."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A posted document that is to be looked at, and whose it is."""

    store: str
    subject: str
    document: BookedDocument


@dataclass(slots=True)
class Looked:
    """What Sage said: troubles by posting key, and the date that each document has there."""

    troubles: dict[str, list[Difference]] = field(default_factory=lambda: defaultdict(list))
    dates: dict[str, date] = field(default_factory=dict)


DeletedOf = Callable[[Kept], Mapping[str, Deletion]]
"""Deletions of a kind that the audit history tells, by the key of what was deleted."""


def look(asked: Sequence[Asked], reads: SageReads, deleted: DeletedOf) -> Looked:
    """Read every document back and say what differs; nothing differs where nothing is said.

    Args:
        asked: documents of one entity that the ledger says are in the books.
        reads: reads of that entity.
        deleted: tells who deleted what is missing.

    Raises:
        IntacctError: Sage could not be read; reading again is safe.
    """
    looked = Looked()
    by_kind: dict[Marked, list[Asked]] = defaultdict(list)
    for one in asked:
        by_kind[one.document.marked].append(one)
    for kind, wanted in sorted(by_kind.items()):
        found: dict[str, list[ReadBack]] = defaultdict(list)
        for read in reads.read_back(kind, (one.document.reference for one in wanted)):
            found[read.reference].append(read)
        missing = []
        for one in wanted:
            there = {read.key: read for read in found[one.document.reference]}
            if not there:
                missing.append(one)
                continue
            _compare(one, list(there.values()), looked)
        if missing:
            _missing(kind, missing, deleted, looked)
        if kind is Marked.STATISTICAL_ENTRY:
            _count([one for one in wanted if found[one.document.reference]], reads, looked)
    return looked


def touched(
    reads: SageReads, since: datetime, kinds: Iterable[Marked] = MOVES_MONEY
) -> Iterator[tuple[Marked, str]]:
    """The kinds and keys of documents that were made or changed since, whoever did it.

    Raises:
        IntacctError: Sage could not be read.
    """
    return ((kind, read.key) for kind in kinds for read in reads.modified(kind, since))


def gone(reads: SageReads, since: datetime) -> Iterator[tuple[Marked, str]]:
    """The kinds and keys of documents that the audit history says were deleted since.

    Raises:
        IntacctError: Sage could not be read.
    """
    return (
        (marked, told.identifier)
        for marked, kept in KEPT_AS.items()
        for told in reads.deletions(kept, since)
    )


def _missing(kind: Marked, missing: Sequence[Asked], deleted: DeletedOf, looked: Looked) -> None:
    kept = KEPT_AS.get(kind)
    told = deleted(kept) if kept else {}
    for one in missing:
        deletion = told.get(one.document.sage_key)
        looked.troubles[one.document.key].append(
            not_there(
                one,
                at=deletion.deleted_at if deletion else None,
                by=deletion.deleted_by if deletion else "",
            )
        )


def not_there(one: Asked, *, at: datetime | None, by: str) -> Difference:
    """What is said of a document that Sage does not have; `at` and `by` as far as it tells."""
    text = "no document in Sage carries our reference"
    if at is not None:
        text = f"it was deleted in Sage at {at:%Y-%m-%d %H:%M} UTC"
    amount = -one.document.amount
    edit = ("document", "there", "not there")
    return difference(one, Cause.MISSING_IN_SAGE, text, amount=amount, by=by, edit=edit)


def _compare(one: Asked, there: Sequence[ReadBack], looked: Looked) -> None:
    troubles = compared(one, there)
    if troubles:
        looked.troubles[one.document.key] += troubles
    read = _own(one, there)
    if read.dated_on is not None:
        looked.dates[one.document.key] = read.dated_on


def compared(one: Asked, there: Sequence[ReadBack]) -> list[Difference]:
    """What differs between a document as it was sent and what was read back of it.

    Args:
        one: the document.
        there: what carries its reference, each document once; at least one.
    """
    document, found = one.document, []
    if len(there) > 1:
        ids = ", ".join(read.id for read in there)
        found.append(
            difference(
                one,
                Cause.DUPLICATED_IN_SAGE,
                f"{len(there)} documents carry our reference: {ids}",
                amount=document.amount * (len(there) - 1),
                edit=("number of documents", "1", str(len(there))),
            )
        )
    return found + list(_edits(one, _own(one, there)))


def _count(there: Sequence[Asked], reads: SageReads, looked: Looked) -> None:
    """Compare what statistical entries count with what was sent (R-12.1)."""
    asked = {one.document.sage_key: one for one in there if one.document.counts is not None}
    counted: dict[str, dict[str, Decimal]] = {key: defaultdict(Decimal) for key in asked}
    for line in reads.count_lines(asked) if asked else ():
        if line.record in counted:
            counted[line.record][line.account] += line.quantity
    for key, one in asked.items():
        ours = dict(one.document.counts or ())
        for account in sorted({*ours, *counted[key]}):
            sent, found = ours.get(account, Decimal(0)), counted[key][account]
            if sent != found:
                text = f"it counts {found:f} on {account} in Sage, and {sent:f} were sent"
                edit = (f"count {account}", f"{sent:f}", f"{found:f}")
                told = difference(one, Cause.EDITED_IN_SAGE, text, edit=edit)
                looked.troubles[one.document.key].append(told)


def _own(one: Asked, there: Sequence[ReadBack]) -> ReadBack:
    """The document that we made, or the first of those that carry its reference."""
    return next((read for read in there if read.key == one.document.sage_key), there[0])


def _edits(one: Asked, read: ReadBack) -> Iterator[Difference]:
    document = one.document
    if read.key != document.sage_key:
        edit = ("key", document.sage_key, read.key)
        yield _edited(one, read, "another document stands in its place", edit)
    if read.state in TAKEN_BACK and not document.is_undone:
        edit = ("state", "posted", read.state)
        yield _edited(one, read, f"it is {read.state} in Sage", edit, amount=True)
    if read.customer and document.customer and read.customer != document.customer:
        edit = ("customer", document.customer, read.customer)
        yield _edited(one, read, "it is another customer's in Sage", edit)
    if document.is_dated and read.dated_on not in (None, document.on):
        edit = ("date", str(document.on), str(read.dated_on))
        yield _edited(one, read, f"it is dated {read.dated_on} in Sage", edit)
    if read.total is None or not document.totals or _moves_nothing(document):
        return
    if read.total.currency != document.currency:
        edit = ("currency", document.currency, read.total.currency)
        yield _edited(one, read, f"it is in {read.total.currency} in Sage", edit)
    elif abs(read.total.amount) not in {abs(total) for total in document.totals}:
        stated = abs(read.total.amount) - abs(document.totals[0])
        yield difference(
            one,
            Cause.EDITED_IN_SAGE,
            f"its total in Sage is {read.total.plain()}",
            amount=stated,
            edit=("total", f"{abs(document.totals[0])}", f"{abs(read.total.amount)}"),
        )


def _moves_nothing(document: BookedDocument) -> bool:
    """Sage states a sales order's total anew whenever a part of it is converted or edited."""
    return document.effect == ()


def _edited(
    one: Asked, read: ReadBack, text: str, edit: Edit, *, amount: bool = False
) -> Difference:
    when = f", changed at {read.modified_at:%Y-%m-%d %H:%M} UTC" if read.modified_at else ""
    lost = -one.document.amount if amount else None
    return difference(one, Cause.EDITED_IN_SAGE, f"{text}{when}", amount=lost, edit=edit)


def difference(
    one: Asked,
    cause: Cause,
    text: str,
    *,
    amount: Decimal | None = None,
    by: str = "",
    account: str = "",
    edit: Edit = ("", "", ""),
) -> Difference:
    """A difference of a document that Sage tells of."""
    member, sent, found = edit
    return Difference(
        store=one.store,
        subject=one.subject,
        cause=cause,
        what=one.document.what,
        text=text,
        since=one.document.on,
        amount=amount,
        currency=one.document.currency,
        by=by,
        account=account,
        member=member,
        sent=sent,
        found=found,
    )
