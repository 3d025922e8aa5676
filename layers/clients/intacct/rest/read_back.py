"""Reading back what we sent, by our own references and many at a time (REST reference §8).

A call is one transaction whatever it asks for (§11), so each asks for as many as a page can hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from intacct.errors import RejectedError
from intacct.reading import Marked, ReadBack
from intacct.rest.changed_rows import MODIFIED, instant, instant_from
from intacct.rest.client import RestClient
from intacct.rest.query import Query, Row, at_least, one_of, rows
from intacct.rest.wire import money, text

REFERENCES_MAX = 1000
"""References of one call: they and a second document of each still fit into one page."""

_REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a kind is kept, and what its members are called there (§16.6 to §16.10).

    `other_mark` is a second member that may carry our reference.
    """

    object: str
    mark: str
    dated_on: str
    id: str = "id"
    customer: str = ""
    currency: str = ""
    total: str = ""
    other_mark: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        named = (self.id, "state", self.mark, self.other_mark, self.dated_on, self.customer)
        return tuple(name for name in (*named, self.currency, self.total, MODIFIED) if name)

    @property
    def marks(self) -> tuple[str, ...]:
        return tuple(mark for mark in (self.mark, self.other_mark) if mark)


_SHAPES: Mapping[Marked, _Shape] = {
    Marked.SALES_DOCUMENT: _Shape(
        "order-entry/document",
        "referenceNumber",
        "txnDate",
        customer="customer.id",
        currency="txnCurrency",
        total="totalInTxnCurrency",
    ),
    Marked.AR_INVOICE: _Shape(
        "accounts-receivable/invoice",
        "referenceNumber",
        "invoiceDate",
        id="invoiceNumber",
        customer="customer.id",
        currency="currency.txnCurrency",
        total="totalTxnAmount",
    ),
    Marked.ADJUSTMENT: _Shape(
        "accounts-receivable/adjustment",
        "adjustmentNumber",
        "createdDate",
        id="adjustmentNumber",
        customer="customer.id",
        currency="txnCurrency.currency",
        total="txnCurrency.totalEntered",
        # A company that numbers adjustments itself keeps ours in the free reference only.
        other_mark="documentNumber",
    ),
    Marked.ADVANCE: _Shape(
        "accounts-receivable/advance",
        "referenceNumber",
        "paymentInformation.receiptDate",
        customer="customer.id",
        currency="paymentInformation.currency.txnCurrency",
        total="txnTotalEntered",
    ),
    Marked.PAYMENT: _Shape(
        "accounts-receivable/payment",
        "documentNumber",
        "paymentSummary.receiptDate",
        customer="customer.id",
        currency="txnCurrency.currency",
        total="txnCurrency.totalPaid",
    ),
    Marked.CUSTOMER_REFUND: _Shape(
        "accounts-receivable/customer-refund",
        "documentNumber",
        "refundDate",
        customer="customer.id",
        currency="txnCurrency.currency",
        total="txnCurrency.refundAmount",
    ),
    Marked.JOURNAL_ENTRY: _Shape("general-ledger/journal-entry", "referenceNumber", "postingDate"),
    Marked.STATISTICAL_ENTRY: _Shape(
        "general-ledger/statistical-journal-entry", "referenceNumber", "postingDate"
    ),
}


def by_reference(
    client: RestClient, kind: Marked, references: Iterable[str], *, entity: str = ""
) -> Iterator[ReadBack]:
    """The documents that carry one of these references; two of one reference both come.

    Raises:
        IntacctError: as `query.rows`; reading again is always safe.
    """
    shape = _SHAPES[kind]
    wanted = iter(dict.fromkeys(references))
    while part := list(islice(wanted, REFERENCES_MAX)):
        conditions = tuple(one_of(mark, part) for mark in shape.marks)
        query = replace(
            _query(shape), filters=conditions, expression="or" if len(conditions) > 1 else ""
        )
        asked = frozenset(part)
        yield from _read(client, kind, query, asked, entity=entity)


def modified(
    client: RestClient, kind: Marked, since: datetime, *, entity: str = ""
) -> Iterator[ReadBack]:
    """The documents of a kind that were made or changed from `since` on.

    Raises:
        IntacctError: as `query.rows`; reading again is always safe.
    """
    query = replace(_query(_SHAPES[kind]), filters=(at_least(MODIFIED, instant(since)),))
    yield from _read(client, kind, query, frozenset(), entity=entity)


def _query(shape: _Shape) -> Query:
    return Query(shape.object, shape.fields, include_private=True)


def _read(
    client: RestClient, kind: Marked, query: Query, asked: frozenset[str], *, entity: str
) -> Iterator[ReadBack]:
    shape = _SHAPES[kind]
    for row in rows(client, query, entity=entity):
        found = _read_back(kind, shape, row, asked)
        if found.state != _REVERSAL:
            yield found


def _read_back(kind: Marked, shape: _Shape, row: Row, asked: frozenset[str]) -> ReadBack:
    stated = money(row.get(shape.total), row.get(shape.currency)) if shape.total else None
    return ReadBack(
        kind=kind,
        reference=_reference(shape, row, asked),
        key=text(row["key"]),
        id=text(row.get(shape.id)) or text(row["key"]),
        state=text(row.get("state")),
        customer=text(row.get(shape.customer)) if shape.customer else "",
        total=abs(stated) if stated is not None else None,
        dated_on=_day(text(row.get(shape.dated_on))),
        modified_at=instant_from(text(row.get(MODIFIED))),
    )


def _reference(shape: _Shape, row: Row, asked: frozenset[str]) -> str:
    """The mark that was asked for, else the first that the row has."""
    marks = [text(row.get(mark)) for mark in shape.marks]
    return next((mark for mark in marks if mark in asked), marks[0])


def _day(stamp: str) -> date | None:
    if not stamp:
        return None
    try:
        return date.fromisoformat(stamp)
    except ValueError:
        message = "the date of a document cannot be read"
        raise RejectedError(message) from None
