"""Reads of one company's books in whatever protocol serves each; reading again is always safe.

The third beside `intacct.router` (documents) and `intacct.record_router` (records and changes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Protocol as Interface

from intacct.capabilities import Protocol, Read
from intacct.customer_search import CustomerSearch, KnownCustomer
from intacct.deletions import Deletion
from intacct.item_search import ItemSearch, KnownItem
from intacct.reading import (
    NAMED,
    AccountBalance,
    CountLine,
    Dimension,
    DimensionValue,
    Kept,
    LedgerLine,
    Marked,
    ReadBack,
    ReportingPeriod,
    Standing,
)
from intacct.stock import StockCost, StockLevel
from intacct.watermarks import Reading


class ReadsBooks(Interface):
    """What both protocols read."""

    def dimensions(self) -> list[Dimension]:
        """All dimensions of the company."""
        ...

    def dimension_values(self, name: str) -> Iterator[DimensionValue]:
        """All values of one dimension."""
        ...

    def stock_levels(self, items: tuple[str, ...] = (), warehouse: str = "") -> list[StockLevel]:
        """What is on hand."""
        ...

    def standings(self, kind: Kept, keys: Iterable[str]) -> list[Standing]:
        """Records as they stand."""
        ...

    def standings_by_id(self, kind: Kept, ids: Iterable[str]) -> list[Standing]:
        """Records as they stand, by their ids."""
        ...

    def customers(self, search: CustomerSearch) -> list[KnownCustomer]:
        """Customers by what is known of a buyer."""
        ...

    def items(self, search: ItemSearch) -> list[KnownItem]:
        """Items by id or barcode."""
        ...

    def changes(self, kind: Kept, reading: Reading) -> Iterator[Standing]:
        """What changed since a watermark."""
        ...

    def keys(self, kind: Kept) -> Iterator[str]:
        """All keys of a kind."""
        ...

    def deletions(self, kind: Kept, since: datetime) -> Iterator[Deletion]:
        """What the audit history says was deleted."""
        ...


class ReadsOverRest(ReadsBooks, Interface):
    """What the router needs of `intacct.rest.book_reads.RestBookReads`."""

    def periods(self) -> list[ReportingPeriod]:
        """All periods that have dates."""
        ...

    def read_back(self, kind: Marked, references: Iterable[str]) -> Iterator[ReadBack]:
        """Documents by our references."""
        ...

    def modified(self, kind: Marked, since: datetime) -> Iterator[ReadBack]:
        """Documents that were touched since."""
        ...

    def count_lines(self, keys: Iterable[str]) -> Iterator[CountLine]:
        """The lines of statistical entries."""
        ...


class ReadsOverXml(ReadsBooks, Interface):
    """What the router needs of `intacct.xml.book_reads.XmlBookReads`."""

    def trial_balance(self, start_on: date, end_on: date) -> Iterator[AccountBalance]:
        """Debits and credits per account."""
        ...

    def ledger_lines(self, start_on: date, end_on: date, account: str = "") -> Iterator[LedgerLine]:
        """The posted lines of a range of days, of one account where it is named."""
        ...

    def stock_costs(self) -> Iterator[StockCost]:
        """What items cost by warehouse."""
        ...


class IntacctReads:
    """One entity's books, read by the protocol of the table; may raise `intacct.errors`."""

    def __init__(
        self,
        *,
        rest: Callable[[], ReadsOverRest],
        xml: Callable[[], ReadsOverXml],
        protocols: Mapping[Read, Protocol],
    ) -> None:
        """`rest` and `xml` build the readers when first needed; `protocols` says who serves."""
        self._build_rest = rest
        self._build_xml = xml
        self._protocols = dict(protocols)

    @cached_property
    def _rest(self) -> ReadsOverRest:
        return self._build_rest()

    @cached_property
    def _xml(self) -> ReadsOverXml:
        return self._build_xml()

    def _by(self, read: Read) -> ReadsBooks:
        return self._xml if self._protocols[read] is Protocol.XML else self._rest

    def dimensions(self) -> list[Dimension]:
        """All dimensions of the company, user-defined ones too."""
        return self._by(Read.DIMENSIONS).dimensions()

    def dimension_values(self, name: str) -> Iterator[DimensionValue]:
        """All values of the dimension of that name, as `dimensions` names it.

        Raises:
            RejectedError: the company has no such dimension.
        """
        return self._by(Read.DIMENSION_VALUES).dimension_values(name)

    def stock_levels(self, items: tuple[str, ...] = (), warehouse: str = "") -> list[StockLevel]:
        """What is on hand of the items, of all when none is named, per item and warehouse."""
        return self._by(Read.STOCK_LEVELS).stock_levels(items, warehouse)

    def standings(self, kind: Kept, keys: Iterable[str]) -> list[Standing]:
        """The records with these keys as they stand; what is not there is left out."""
        return self._by(Read.STANDINGS).standings(kind, keys)

    def standings_by_id(self, kind: Kept, ids: Iterable[str]) -> list[Standing]:
        """The records of a kind of `NAMED` with these ids; what is not there is left out.

        Sage compares; who must be sure compares the id of each once more.

        Raises:
            ValueError: the kind's ids are not unique.
        """
        if kind not in NAMED:
            message = f"the ids of {kind.value} records are not unique"
            raise ValueError(message)
        return self._by(Read.STANDINGS).standings_by_id(kind, ids)

    def customers(self, search: CustomerSearch) -> list[KnownCustomer]:
        """The customers whose field has one of the values, whole, at most `MOST_FOUND` of them.

        Sage compares; who must be sure compares the field of each once more.
        """
        return self._by(Read.CUSTOMERS).customers(search)

    def items(self, search: ItemSearch) -> list[KnownItem]:
        """The items whose field has one of the values, at most `MOST_ITEMS` of them.

        Sage compares; who must be sure compares the field of each once more.
        """
        return self._by(Read.ITEMS).items(search)

    def changes(self, kind: Kept, reading: Reading) -> Iterator[Standing]:
        """The records that changed since the watermark of `reading`.

        Keep `reading.watermark` when all of them are handled, not before. A watermark of one
        protocol serves the other: stamps are instants.
        """
        return self._by(Read.CHANGES).changes(kind, reading)

    def keys(self, kind: Kept) -> Iterator[str]:
        """The keys of all records of a kind, for `intacct.deletions.compare`."""
        return self._by(Read.KEYS).keys(kind)

    def deletions(self, kind: Kept, since: datetime) -> Iterator[Deletion]:
        """The deletions that the audit history tells, from `since` on: a hint beside the keys.

        Raises:
            PermissionDeniedError: the user may not read the audit history.
        """
        return self._by(Read.DELETIONS).deletions(kind, since)

    def periods(self) -> list[ReportingPeriod]:
        """All periods that have dates, the shorter ones first; REST alone tells them."""
        return self._rest.periods()

    def read_back(self, kind: Marked, references: Iterable[str]) -> Iterator[ReadBack]:
        """The documents that carry one of our references, 1,000 references a call; REST alone.

        Two with one reference both come; what is not there does not. Sage's own reversals of
        documents are not among them.
        """
        return self._rest.read_back(kind, references)

    def modified(self, kind: Marked, since: datetime) -> Iterator[ReadBack]:
        """The documents of a kind that were made or changed from `since` on, whoever did it."""
        return self._rest.modified(kind, since)

    def count_lines(self, keys: Iterable[str]) -> Iterator[CountLine]:
        """The lines of the statistical entries with these keys, 100 entries a call; REST alone."""
        return self._rest.count_lines(keys)

    def trial_balance(self, start_on: date, end_on: date) -> Iterator[AccountBalance]:
        """Debits and credits per account of a range of days; XML alone tells them."""
        return self._xml.trial_balance(start_on, end_on)

    def ledger_lines(self, start_on: date, end_on: date, account: str = "") -> Iterator[LedgerLine]:
        """The posted lines of a range of days, as they arrive; XML alone tells them.

        With `account`, only those on it.
        """
        return self._xml.ledger_lines(start_on, end_on, account)

    def stock_costs(self) -> Iterator[StockCost]:
        """What a unit of each item costs in each warehouse; XML alone tells it."""
        return self._xml.stock_costs()
