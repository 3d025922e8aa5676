"""What is read of a company's books over XML; `intacct.rest.book_reads` says the same over REST."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from commerce.money import Money
from intacct.customer_search import MOST_FOUND, CustomerSearch, KnownCustomer
from intacct.deletions import Deletion
from intacct.errors import RejectedError
from intacct.item_search import MOST_ITEMS, ItemSearch, KnownItem
from intacct.reading import (
    AccountBalance,
    Dimension,
    DimensionValue,
    Kept,
    LedgerLine,
    Standing,
)
from intacct.stock import StockCost, StockLevel
from intacct.watermarks import Reading
from intacct.xml import customer_search, deletions, item_search, ledger_reads, stock
from intacct.xml.changed_rows import MODIFIED, changed_rows
from intacct.xml.elements import Element, money_from, text_at
from intacct.xml.gateway import XmlGateway
from intacct.xml.paging import pages, read_all
from intacct.xml.queries import Query, has_one_of
from intacct.xml.reads import XmlReads
from intacct.xml.state_words import state_word
from intacct.xml.user_format import UserFormat

_KEYS_MAX = 1000  # values of one `in` (§7.1)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where a kind is kept, and what its members are called there."""

    object: str
    id: str
    state: str = "STATE"
    reference: str = ""
    customer: str = ""
    total: str = ""
    due: str = ""
    modified_by: str = ""

    @property
    def fields(self) -> tuple[str, ...]:
        currency = "CURRENCY" if self.total else ""
        named = (self.id, self.state, self.reference, self.customer, currency)
        last = (self.total, self.due, MODIFIED, self.modified_by)
        return tuple(name for name in (*named, *last) if name)


def _receivable(name: str, *, due: str = "TRX_TOTALDUE") -> _Shape:
    return _Shape(
        name,
        "RECORDID",
        reference="DOCNUMBER",
        customer="CUSTOMERID",
        total="TRX_TOTALENTERED",
        due=due,
    )


# Asked of the objects whose list of fields has it (§12.1, §13.1, §13.2, §13.6).
_MODIFIED_BY = "MODIFIEDBY"
_SHAPES: Mapping[Kept, _Shape] = {
    Kept.CUSTOMER: _Shape(
        "CUSTOMER", "CUSTOMERID", "STATUS", customer="CUSTOMERID", modified_by=_MODIFIED_BY
    ),
    Kept.CONTACT: _Shape("CONTACT", "CONTACTNAME", "STATUS"),
    Kept.ITEM: _Shape("ITEM", "ITEMID", "STATUS"),
    Kept.WAREHOUSE: _Shape("WAREHOUSE", "WAREHOUSEID", "STATUS"),
    Kept.SALES_DOCUMENT: _Shape(
        "SODOCUMENT",
        "DOCID",
        reference="PONUMBER",
        customer="CUSTVENDID",
        total="TRX_TOTALAMOUNT",
        modified_by=_MODIFIED_BY,
    ),
    Kept.AR_INVOICE: replace(_receivable("ARINVOICE"), modified_by=_MODIFIED_BY),
    Kept.ADJUSTMENT: _receivable("ARADJUSTMENT"),
    Kept.ADVANCE: _receivable("ARADVANCE"),
    Kept.PAYMENT: _receivable("ARPYMT", due=""),
    Kept.JOURNAL_ENTRY: _Shape(
        "GLBATCH", "BATCHNO", reference="REFERENCENO", modified_by=_MODIFIED_BY
    ),
}
# The id and the name of a value, where they are not `<object>ID` and NAME (§12.5).
_VALUE_FIELDS = {"DEPARTMENT": ("DEPARTMENTID", "TITLE")}


class XmlBookReads:
    """Reads at one entity; every method may raise `intacct.errors`, and may be called again."""

    def __init__(
        self,
        gateway: XmlGateway,
        *,
        entity: str = "",
        user_format: Callable[[], UserFormat] = UserFormat,
    ) -> None:
        """`user_format` gives how the API user writes dates (`XmlReads.user_format`), asked once.

        Without one it is what the documentation's samples show.
        """
        self._gateway = gateway
        self._entity = entity
        self._read_format = user_format

    def __repr__(self) -> str:
        """Say which entity."""
        return f"XmlBookReads(entity={self._entity!r})"

    @cached_property
    def _format(self) -> UserFormat:
        return self._read_format()

    def dimensions(self) -> list[Dimension]:
        """All dimensions of the company."""
        return XmlReads(self._gateway, entity=self._entity).dimensions()

    def dimension_values(self, name: str) -> Iterator[DimensionValue]:
        """All values of the dimension of that name.

        Raises:
            RejectedError: the company has no such dimension.
        """
        found = next((each for each in self.dimensions() if each.name == name), None)
        if found is None:
            message = f"the company has no dimension {name}"
            raise RejectedError(message)
        if found.is_user_defined:  # a platform object: its key is `id` (§14.3)
            key, fields = "id", ["id", "name"]
        else:
            id_field, label = _VALUE_FIELDS.get(name, (f"{name}ID", "NAME"))
            key, fields = "RECORDNO", [id_field, label, "STATUS"]
        query = Query(name, tuple(fields), shows_private=True, key=key)
        for rows in pages(self._gateway, query, entity=self._entity):
            for row in rows:
                yield DimensionValue(
                    key=text_at(row, key),
                    id=text_at(row, fields[0]),
                    name=text_at(row, fields[1]),
                    is_active=text_at(row, "STATUS").lower() != "inactive",
                )

    def stock_levels(self, items: tuple[str, ...] = (), warehouse: str = "") -> list[StockLevel]:
        """What is on hand of the items, of all when none is named, per item and warehouse."""
        return stock.levels_from(self._rows(stock.levels_query(items, warehouse)))

    def stock_costs(self) -> Iterator[StockCost]:
        """What a unit of each item costs in each warehouse, page by page."""
        for rows in pages(self._gateway, stock.costs_query(), entity=self._entity):
            yield from map(stock.cost_from, rows)

    def standings(self, kind: Kept, keys: Iterable[str]) -> list[Standing]:
        """The records with these keys as they stand; what is not there is left out."""
        return self._with(kind, "RECORDNO", keys)

    def standings_by_id(self, kind: Kept, ids: Iterable[str]) -> list[Standing]:
        """The records with these ids as they stand; what is not there is left out."""
        return self._with(kind, _SHAPES[kind].id, ids)

    def _with(self, kind: Kept, field: str, values: Iterable[str]) -> list[Standing]:
        """The records of which that field has one of the values."""
        wanted = list(dict.fromkeys(values))
        found: list[Standing] = []
        for start in range(0, len(wanted), _KEYS_MAX):
            part = has_one_of(field, wanted[start : start + _KEYS_MAX])
            rows = self._rows(replace(_query(kind), filter=part))
            found += [self._standing(kind, row) for row in rows]
        return found

    def customers(self, search: CustomerSearch) -> list[KnownCustomer]:
        """The customers whose field has one of the values, at most `MOST_FOUND` of them."""
        query = customer_search.query_of(search)
        found = pages(self._gateway, query, entity=self._entity, size=MOST_FOUND)
        return [customer_search.known_from(row, search) for row in next(iter(found), [])]

    def items(self, search: ItemSearch) -> list[KnownItem]:
        """The items whose field has one of the values, at most `MOST_ITEMS` of them."""
        query = item_search.query_of(search)
        found = pages(self._gateway, query, entity=self._entity, size=MOST_ITEMS)
        return [item_search.known_from(row) for row in next(iter(found), [])]

    def changes(self, kind: Kept, reading: Reading) -> Iterator[Standing]:
        """The records that changed since the watermark of `reading` and were not handled yet.

        Keep `reading.watermark` when all of them are handled, not before.
        """
        changed = changed_rows(
            self._gateway, _query(kind), reading, user_format=self._format, entity=self._entity
        )
        for row in changed:
            yield self._standing(kind, row)

    def keys(self, kind: Kept) -> Iterator[str]:
        """The keys of all records of a kind: what a comparison of keys needs."""
        return deletions.keys(self._gateway, _SHAPES[kind].object, entity=self._entity)

    def deletions(self, kind: Kept, since: datetime) -> Iterator[Deletion]:
        """The deletions that the audit history tells; a hint beside the comparison of keys.

        Raises:
            PermissionDeniedError: the role lacks View on custom reports.
        """
        told = deletions.audited(
            self._gateway,
            _SHAPES[kind].object,
            since,
            user_format=self._format,
            entity=self._entity,
        )
        for each in told:
            yield replace(each, object=kind.value)

    def trial_balance(self, start_on: date, end_on: date) -> Iterator[AccountBalance]:
        """Debits and credits per account of a range of days, in order of accounts."""
        return ledger_reads.trial_balance(
            self._gateway, start_on, end_on, entity=self._entity, user_format=self._format
        )

    def ledger_lines(self, start_on: date, end_on: date, account: str = "") -> Iterator[LedgerLine]:
        """The posted lines of a range of days, of one account where it is named."""
        return ledger_reads.ledger_lines(
            self._gateway,
            start_on,
            end_on,
            account=account,
            entity=self._entity,
            user_format=self._format,
        )

    def _rows(self, query: Query) -> list[Element]:
        return read_all(self._gateway, query, entity=self._entity)

    def _standing(self, kind: Kept, row: Element) -> Standing:
        shape = _SHAPES[kind]
        currency = text_at(row, "CURRENCY")
        key = text_at(row, "RECORDNO")
        return Standing(
            kind=kind,
            key=key,
            id=text_at(row, shape.id) or key,
            state=state_word(text_at(row, shape.state)),
            reference=text_at(row, shape.reference) if shape.reference else "",
            customer=text_at(row, shape.customer) if shape.customer else "",
            total=_amount(row, shape.total, currency),
            due=_amount(row, shape.due, currency),
            modified_at=self._format.instant(text_at(row, MODIFIED)),
            modified_by=text_at(row, shape.modified_by) if shape.modified_by else "",
        )


def _query(kind: Kept) -> Query:
    shape = _SHAPES[kind]
    return Query(shape.object, shape.fields, shows_private=True)


def _amount(row: Element, field: str, currency: str) -> Money | None:
    stated = money_from(text_at(row, field), currency) if field and currency else None
    return None if stated is None else abs(stated)
