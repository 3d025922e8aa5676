"""The leg of Sage: each posted document read back by our reference and compared with what was sent.

Asking costs one transaction for a thousand references; what differs is named with who deleted it,
as far as the audit history tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from intacct.deletions import Deletion
from intacct.reading import AccountBalance, Kept, LedgerLine, Marked, ReadBack
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.documents import BookedDocument

_TAKEN_BACK = frozenset({"reversed", "voided", "declined", "reversalPending"})
_KEPT_AS: Mapping[Marked, Kept] = {
    Marked.SALES_DOCUMENT: Kept.SALES_DOCUMENT,
    Marked.AR_INVOICE: Kept.AR_INVOICE,
    Marked.ADJUSTMENT: Kept.ADJUSTMENT,
    Marked.ADVANCE: Kept.ADVANCE,
    Marked.PAYMENT: Kept.PAYMENT,
    Marked.JOURNAL_ENTRY: Kept.JOURNAL_ENTRY,
}


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


def look(asked: Sequence[Asked], reads: SageReads, *, told_since: datetime) -> Looked:
    """Read every document back and say what differs; nothing differs where nothing is said.

    Args:
        asked: documents of one entity that the ledger says are in the books.
        reads: reads of that entity.
        told_since: how far back the audit history is asked who deleted what is missing.

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
            _missing(kind, missing, reads, looked, told_since)
    return looked


def touched(reads: SageReads, since: datetime) -> set[tuple[Marked, str]]:
    """The kinds and keys of documents that were made or changed since, whoever did it.

    Raises:
        IntacctError: Sage could not be read.
    """
    return {(kind, read.key) for kind in Marked for read in reads.modified(kind, since)}


def gone(reads: SageReads, since: datetime) -> set[tuple[Marked, str]]:
    """The kinds and keys of documents that the audit history says were deleted since.

    Raises:
        IntacctError: Sage could not be read.
    """
    return {
        (marked, told.identifier)
        for marked, kept in _KEPT_AS.items()
        for told in reads.deletions(kept, since)
    }


def _missing(
    kind: Marked, missing: Sequence[Asked], reads: SageReads, looked: Looked, since: datetime
) -> None:
    kept = _KEPT_AS.get(kind)
    told = {one.identifier: one for one in reads.deletions(kept, since)} if kept else {}
    for one in missing:
        deletion = told.get(one.document.sage_key)
        text = "no document in Sage carries our reference"
        if deletion is not None and deletion.deleted_at is not None:
            text = f"it was deleted in Sage at {deletion.deleted_at:%Y-%m-%d %H:%M} UTC"
        looked.troubles[one.document.key].append(
            difference(
                one,
                Cause.MISSING_IN_SAGE,
                text,
                amount=-one.document.amount,
                by=deletion.deleted_by if deletion else "",
            )
        )


def _compare(one: Asked, there: Sequence[ReadBack], looked: Looked) -> None:
    document = one.document
    if len(there) > 1:
        ids = ", ".join(read.id for read in there)
        amount = document.amount * (len(there) - 1)
        text = f"{len(there)} documents carry our reference: {ids}"
        looked.troubles[document.key].append(
            difference(one, Cause.DUPLICATED_IN_SAGE, text, amount=amount)
        )
        there = [read for read in there if read.key == document.sage_key] or list(there)
    read = there[0]
    if read.dated_on is not None:
        looked.dates[document.key] = read.dated_on
    looked.troubles[document.key] += _edits(one, read)
    if not looked.troubles[document.key]:
        del looked.troubles[document.key]


def _edits(one: Asked, read: ReadBack) -> Iterator[Difference]:
    document = one.document
    if read.key != document.sage_key:
        yield _edited(one, read, "another document stands in its place")
    if read.state in _TAKEN_BACK and not document.is_undone:
        yield _edited(one, read, f"it is {read.state} in Sage", amount=True)
    if read.customer and document.customer and read.customer != document.customer:
        yield _edited(one, read, "it is another customer's in Sage")
    if document.is_dated and read.dated_on not in (None, document.on):
        yield _edited(one, read, f"it is dated {read.dated_on} in Sage")
    if read.total is None or not document.totals or _moves_nothing(document):
        return
    if read.total.currency != document.currency:
        yield _edited(one, read, f"it is in {read.total.currency} in Sage")
    elif abs(read.total.amount) not in {abs(total) for total in document.totals}:
        stated = abs(read.total.amount) - abs(document.totals[0])
        found = difference(
            one, Cause.EDITED_IN_SAGE, f"its total in Sage is {read.total.plain()}", amount=stated
        )
        yield found


def _moves_nothing(document: BookedDocument) -> bool:
    """Sage states a sales order's total anew whenever a part of it is converted or edited."""
    return document.effect == ()


def _edited(one: Asked, read: ReadBack, text: str, *, amount: bool = False) -> Difference:
    when = f", changed at {read.modified_at:%Y-%m-%d %H:%M} UTC" if read.modified_at else ""
    lost = -one.document.amount if amount else None
    return difference(one, Cause.EDITED_IN_SAGE, f"{text}{when}", amount=lost)


def difference(
    one: Asked,
    cause: Cause,
    text: str,
    *,
    amount: Decimal | None = None,
    by: str = "",
    account: str = "",
) -> Difference:
    """A difference of a document that Sage tells of."""
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
    )
