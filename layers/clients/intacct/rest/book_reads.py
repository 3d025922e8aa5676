"""What is read of a company's books over REST; `intacct.xml.book_reads` says the same over XML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from intacct.customer_search import CustomerSearch, KnownCustomer
from intacct.deletions import Deletion
from intacct.item_search import ItemSearch, KnownItem
from intacct.reading import (
    CountLine,
    Dimension,
    DimensionValue,
    Kept,
    Marked,
    ReadBack,
    ReportingPeriod,
    Standing,
)
from intacct.rest import (
    counts,
    customer_search,
    deletions,
    dimensions,
    item_search,
    periods,
    read_back,
    stock,
)
from intacct.rest.changed_rows import MODIFIED, changed_rows, instant_from
from intacct.rest.client import RestClient
from intacct.rest.query import Query, Row, one_of, rows
from intacct.rest.wire import money, text
from intacct.stock import StockLevel
from intacct.watermarks import Reading

_MODIFIED_BY = "audit.modifiedBy"  # a user's key (§5)
_KEYS_MAX = 500  # of one filter; a longer one makes the request large, not cheaper


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a kind is kept, and what its members are called there."""

    object: str
    id: str = "id"
    state: str = "state"
    reference: str = ""
    customer: str = ""
    currency: str = ""
    total: str = ""
    due: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        named = (self.id, self.state, self.reference, self.customer)
        amounts = (self.currency, self.total, self.due)
        return tuple(name for name in (*named, *amounts, _MODIFIED_BY) if name)


_SHAPES: Mapping[Kept, _Shape] = {
    Kept.CUSTOMER: _Shape("accounts-receivable/customer", state="status", customer="id"),
    Kept.CONTACT: _Shape("company-config/contact", state="status"),
    Kept.ITEM: _Shape("inventory-control/item", state="status"),
    Kept.WAREHOUSE: _Shape("inventory-control/warehouse", state="status"),
    Kept.SALES_DOCUMENT: _Shape(
        "order-entry/document",
        reference="referenceNumber",
        customer="customer.id",
        currency="txnCurrency",
        total="totalInTxnCurrency",
    ),
    Kept.AR_INVOICE: _Shape(
        "accounts-receivable/invoice",
        id="invoiceNumber",
        reference="referenceNumber",
        customer="customer.id",
        currency="currency.txnCurrency",
        total="totalTxnAmount",
        due="totalTxnAmountDue",
    ),
    Kept.ADJUSTMENT: _Shape(
        "accounts-receivable/adjustment",
        id="adjustmentNumber",
        reference="documentNumber",
        customer="customer.id",
        currency="txnCurrency.currency",
        total="txnCurrency.totalEntered",
        due="txnCurrency.totalDue",
    ),
    Kept.ADVANCE: _Shape(
        "accounts-receivable/advance",
        reference="referenceNumber",
        customer="customer.id",
        currency="paymentInformation.currency.txnCurrency",
        total="txnTotalEntered",
        due="paymentInformation.totalTxnAmountDue",
    ),
    Kept.PAYMENT: _Shape(
        "accounts-receivable/payment",
        reference="documentNumber",
        customer="customer.id",
        currency="txnCurrency.currency",
        total="txnCurrency.totalPaid",
    ),
    Kept.JOURNAL_ENTRY: _Shape("general-ledger/journal-entry", reference="referenceNumber"),
}


class RestBookReads:
    """Reads at one entity; every method may raise `intacct.errors`, and may be called again."""

    def __init__(self, client: RestClient, *, entity: str) -> None:
        """`entity` is the id of the entity whose books are meant; empty is the top level."""
        self._client = client
        self._entity = entity

    def __repr__(self) -> str:
        """Name the entity."""
        return f"RestBookReads(entity={self._entity!r})"

    def dimensions(self) -> list[Dimension]:
        """All dimensions of the company."""
        return dimensions.dimensions(self._client, entity=self._entity)

    def dimension_values(self, name: str) -> Iterator[DimensionValue]:
        """All values of the dimension of that name.

        Raises:
            RejectedError: the company has no such dimension.
        """
        return dimensions.values(self._client, name, entity=self._entity)

    def stock_levels(self, items: tuple[str, ...] = (), warehouse: str = "") -> list[StockLevel]:
        """What is on hand of the items, of all when none is named, per item and warehouse."""
        found = stock.levels(self._client, entity=self._entity, items=items, warehouse=warehouse)
        return list(found)

    def standings(self, kind: Kept, keys: Iterable[str]) -> list[Standing]:
        """The records with these keys as they stand; what is not there is left out."""
        return self._with(kind, "key", keys)

    def standings_by_id(self, kind: Kept, ids: Iterable[str]) -> list[Standing]:
        """The records with these ids as they stand; what is not there is left out."""
        return self._with(kind, _SHAPES[kind].id, ids)

    def _with(self, kind: Kept, field: str, values: Iterable[str]) -> list[Standing]:
        """The records of which that field has one of the values."""
        wanted = list(dict.fromkeys(values))
        found: list[Standing] = []
        for start in range(0, len(wanted), _KEYS_MAX):
            part = one_of(field, wanted[start : start + _KEYS_MAX])
            query = replace(_query(kind), filters=(part,))
            asked = replace(query, fields=(*query.fields, MODIFIED))
            found += [_standing(kind, row) for row in self._rows(asked)]
        return found

    def customers(self, search: CustomerSearch) -> list[KnownCustomer]:
        """The customers whose field has one of the values, at most `MOST_FOUND` of them."""
        return customer_search.found(self._client, search, entity=self._entity)

    def items(self, search: ItemSearch) -> list[KnownItem]:
        """The items whose field has one of the values, at most `MOST_ITEMS` of them."""
        return item_search.found(self._client, search, entity=self._entity)

    def changes(self, kind: Kept, reading: Reading) -> Iterator[Standing]:
        """The records that changed since the watermark of `reading` and were not handled yet.

        Keep `reading.watermark` when all of them are handled, not before.
        """
        for row in changed_rows(self._client, _query(kind), reading, entity=self._entity):
            yield _standing(kind, row)

    def keys(self, kind: Kept) -> Iterator[str]:
        """The keys of all records of a kind: what a comparison of keys needs."""
        return deletions.keys(self._client, _SHAPES[kind].object, entity=self._entity)

    def deletions(self, kind: Kept, since: datetime) -> Iterator[Deletion]:
        """The deletions that the audit history tells; a hint beside the comparison of keys.

        Raises:
            PermissionDeniedError: the user may not read the audit history.
        """
        name = _SHAPES[kind].object
        for told in deletions.audited(self._client, name, since, entity=self._entity):
            yield replace(told, object=kind.value)

    def periods(self) -> list[ReportingPeriod]:
        """All periods that have dates, the shorter ones first."""
        return periods.periods(self._client, entity=self._entity)

    def read_back(self, kind: Marked, references: Iterable[str]) -> Iterator[ReadBack]:
        """The documents that carry one of our references, as they stand; see `read_back`."""
        return read_back.by_reference(self._client, kind, references, entity=self._entity)

    def modified(self, kind: Marked, since: datetime) -> Iterator[ReadBack]:
        """The documents of a kind that were made or changed from `since` on."""
        return read_back.modified(self._client, kind, since, entity=self._entity)

    def count_lines(self, keys: Iterable[str]) -> Iterator[CountLine]:
        """The lines of the statistical entries with these keys."""
        return counts.count_lines(self._client, keys, entity=self._entity)

    def _rows(self, query: Query) -> Iterator[Row]:
        return rows(self._client, query, entity=self._entity)


def _query(kind: Kept) -> Query:
    shape = _SHAPES[kind]
    return Query(shape.object, shape.fields, include_private=True)


def _standing(kind: Kept, row: Row) -> Standing:
    shape = _SHAPES[kind]
    currency = row.get(shape.currency)
    total, due = money(row.get(shape.total), currency), money(row.get(shape.due), currency)
    return Standing(
        kind=kind,
        key=text(row["key"]),
        id=text(row.get(shape.id)) or text(row["key"]),
        state=text(row.get(shape.state)),
        reference=text(row.get(shape.reference)),
        customer=text(row.get(shape.customer)),
        total=None if total is None else abs(total),
        due=None if due is None else abs(due),
        modified_at=instant_from(text(row.get(MODIFIED))),
        modified_by=text(row.get(_MODIFIED_BY)),
    )
