"""What XML does beside posting an order's documents: masters, stock, entries, files, changes.

The counterpart of `intacct.xml.actions` for everything that is not a `Document`; each method is one
business action with one control id, the same on every try.
"""

from __future__ import annotations

from collections.abc import Sequence

from intacct.changes import (
    AddFiles,
    Change,
    CloseSalesDocument,
    DeleteJournalEntry,
    DeleteSalesDocument,
    ReplaceJournalEntry,
    ReverseDocument,
    Reversible,
    UpdateCustomRecord,
    UpdateMaster,
    UpdateSalesDocument,
)
from intacct.documents import Customer, DocumentResult, Payment
from intacct.entries import Deposit
from intacct.errors import IntacctError, RejectedError
from intacct.masters import Attachment, CustomRecord, Folder, Item, Master
from intacct.record_checks import refuse_impossible_change, refuse_impossible_record
from intacct.records import Record
from intacct.results import Found
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, StockLevel, WarehouseTransfer
from intacct.xml import (
    attachments,
    deposits,
    item_batches,
    journal_entries,
    legacy_payments,
    masters,
    multi_create,
    reversals,
    sales_changes,
    stock,
)
from intacct.xml.batches import Outcome, created_key, without_key
from intacct.xml.elements import Element, text_at
from intacct.xml.envelope import Function, FunctionResult
from intacct.xml.gateway import XmlGateway
from intacct.xml.legacy_payments import CreditApplication
from intacct.xml.master_fields import object_of
from intacct.xml.paging import number_at, read_all
from intacct.xml.queries import Query, equal
from intacct.xml.state_words import state_word

Kept = Record | Customer
"""What this class creates and finds: customers come with the other masters."""


class XmlRecords:
    """One company's records at one entity, spoken to over XML."""

    def __init__(self, gateway: XmlGateway, *, entity: str = "", base_currency: str = "") -> None:
        """`base_currency` is the entity's own: documents in it carry no rate."""
        self._gateway = gateway
        self._entity = entity
        self._base_currency = base_currency

    def __repr__(self) -> str:
        """Say which entity."""
        return f"XmlRecords(entity={self._entity!r})"

    def create(self, record: Kept, *, control_id: str) -> DocumentResult:
        """Create or post one record.

        Raises:
            RejectedError: Sage refused, or it would have; then nothing was sent.
            OutcomeUnknownError: it may be there; look it up by its mark.
            IntacctError: as `XmlGateway.execute_one`.
        """
        refuse_impossible_record(record)
        result = self._written(_creation(record), control_id)
        match record:
            case CustomRecord():
                key = text_at(result.rows[0], "id") if result.rows else ""
                return _named(key or created_key(result), control_id)
            case Deposit():
                # Which key Sage answers is not documented, nor an object to read it from (§13.4).
                return DocumentResult(key=result.key or record.reference, id=record.reference)
            case StockDocument() | Attachment() | Folder():
                return self._read_back(record, result, control_id)
            case WarehouseTransfer() | StatisticalEntry():
                return _named(created_key(result), control_id)
            case _:
                return _named(created_key(result), control_id, record.id)

    def create_together(self, records: Sequence[Master], *, control_id: str) -> list[Outcome]:
        """Create up to a hundred masters by one function: a result or an error for each.

        It can succeed in part (§4.5): what is left is sent again under another control id.

        Raises:
            IntacctError: nothing is known of any of them, as `XmlGateway.execute`.
        """
        function = Function(control_id, multi_create.create_together(records))
        (result,) = self._gateway.execute([function], entity=self._entity, is_write=True)
        return multi_create.read_together(result, records)

    def create_items(self, made: Sequence[Item], control_ids: Sequence[str]) -> list[Outcome]:
        """Create items, a hundred in a request: a result or an error for each, in their order.

        Raises:
            ValueError: not one control id of its own for each item; not sent.
        """
        return item_batches.create_items(self._gateway, made, control_ids, entity=self._entity)

    def find(self, record: Kept) -> list[Found]:
        """Records of the same kind that carry our mark; none when it has none.

        Raises:
            IntacctError: as `XmlGateway.execute_one`; reading again is always safe.
            ValueError: XML offers no way to read such a record.
        """
        if isinstance(record, Attachment | Folder):
            listed = self._read(attachments.get_attachment(record))
            return [
                _found(text_at(row, "recordno"), record.id, reference=record.id)
                for row in listed.rows
            ]
        query, id_field, mark_field = _lookup(record)
        if query is None:
            return []
        return [
            _found(
                text_at(row, "RECORDNO") or text_at(row, "id"),
                text_at(row, id_field),
                state=_state(row),
                reference=text_at(row, mark_field),
            )
            for row in self._rows(query)
        ]

    def change(  # noqa: PLR0911  # one per kind
        self, change: Change, *, control_id: str
    ) -> DocumentResult:
        """Carry out a change to what is there; what was deleted is given back by its key.

        Raises:
            RejectedError: Sage refused, or it would have; then nothing was sent.
            IntacctError: as `XmlGateway.execute_one`.
            ValueError: XML does not offer the change.
        """
        refuse_impossible_change(change)
        match change:
            case UpdateMaster():
                result = self._written(masters.update_master(change), control_id)
                return DocumentResult(key=created_key(result) or change.key, id=change.master.id)
            case UpdateSalesDocument() | CloseSalesDocument() | DeleteSalesDocument():
                return self._change_sales(change, control_id)
            case ReverseDocument():
                result = self._written(reversals.reverse_document(change), control_id)
                return DocumentResult(key=result.key or change.key)
            case ReplaceJournalEntry():
                function = journal_entries.update_journal_entry(
                    change.key, change.entry, base_currency=self._base_currency
                )
                key = created_key(self._written(function, control_id))
                return DocumentResult(key=key or change.key)
            case DeleteJournalEntry():
                self._written(masters.delete_records("GLBATCH", [change.key]), control_id)
                return DocumentResult(key=change.key, state="deleted")
            case UpdateCustomRecord():
                function = masters.update_custom_record(change.record, change.key)
                self._written(function, control_id)
                return DocumentResult(key=change.key)
            case AddFiles():
                self._written(attachments.add_files(change.id, change.files), control_id)
                return DocumentResult(key=change.key, id=change.id)

    def delete(self, name: str, keys: Sequence[str], *, control_id: str) -> None:
        """Delete records of a generic object (`CUSTOMER`, `GLBATCH`) by their keys, at most 100.

        Raises:
            RejectedError: one of them is in use; which others went is not told, so read them.
            IntacctError: as `XmlGateway.execute_one`.
        """
        self._written(masters.delete_records(name, keys), control_id)

    def delete_document(self, kind: Reversible, key: str, *, control_id: str) -> None:
        """Delete a draft, or an AR invoice or adjustment that nothing was settled on.

        Raises:
            RejectedError: it is paid, applied, or in a closed period.
            IntacctError: as `XmlGateway.execute_one`.
            ValueError: XML does not delete documents of that kind.
        """
        self._written(reversals.delete_document(kind, key), control_id)

    def receive_payment(self, payment: Payment, *, control_id: str) -> DocumentResult:
        """Receive money by the legacy function; what is not applied stays with the customer.

        Raises:
            IntacctError: as `create`.
        """
        function = legacy_payments.create_payment(payment, base_currency=self._base_currency)
        return _named(self._written(function, control_id).key, control_id)

    def apply_credit(self, application: CreditApplication, *, control_id: str) -> DocumentResult:
        """Settle invoices with a credit that is there, by the legacy function.

        Raises:
            IntacctError: as `create`.
        """
        result = self._written(legacy_payments.apply_credit(application), control_id)
        return _named(result.key, control_id)

    def stock_levels(self, *, items: tuple[str, ...] = (), warehouse: str = "") -> list[StockLevel]:
        """What is on hand of the items (of all when none is named), per item and warehouse.

        Raises:
            IntacctError: as `find`.
        """
        return stock.levels_from(self._rows(stock.levels_query(items, warehouse)))

    def _change_sales(
        self,
        change: UpdateSalesDocument | CloseSalesDocument | DeleteSalesDocument,
        control_id: str,
    ) -> DocumentResult:
        document_id = change.id or self._document_id(change.key)
        if isinstance(change, UpdateSalesDocument):
            numbers = self._line_numbers(change) if change.changed or change.removed else {}
            function = sales_changes.update_sales_document(change, document_id, numbers)
            state = ""
        elif isinstance(change, CloseSalesDocument):
            function = sales_changes.close_sales_document(document_id)
            state = "closed"
        else:
            function = sales_changes.delete_sales_document(document_id)
            state = "deleted"
        self._written(function, control_id)
        return DocumentResult(key=change.key, id=document_id, state=state)

    def _document_id(self, key: str) -> str:
        rows = self._rows(Query("SODOCUMENT", ("DOCID",), equal("RECORDNO", key)))
        if len(rows) != 1:
            message = "the sales document is not there"
            raise RejectedError(message)
        return text_at(rows[0], "DOCID")

    def _line_numbers(self, change: UpdateSalesDocument) -> dict[str, int]:
        """The places of a document's lines from 1; reading counts them from 0 (§9.6)."""
        query = Query("SODOCUMENTENTRY", ("LINE_NO",), equal("DOCHDRNO", change.key))
        return {
            text_at(row, "RECORDNO"): number_at(row, "LINE_NO") + 1 for row in self._rows(query)
        }

    def _read_back(
        self, record: StockDocument | Attachment | Folder, result: FunctionResult, control_id: str
    ) -> DocumentResult:
        """The record that a legacy create answered by its id only (§4.4)."""
        try:
            if isinstance(record, StockDocument):
                query = Query("INVDOCUMENT", ("DOCID", "STATE"), equal("DOCID", result.key))
                rows = self._rows(query)
                found = [
                    _found(text_at(row, "RECORDNO"), result.key, state=_state(row)) for row in rows
                ]
            else:
                found = self.find(record)
        except IntacctError as exc:
            raise without_key(control_id) from exc
        if len(found) != 1:
            raise without_key(control_id)
        return found[0].result

    def _rows(self, query: Query) -> list[Element]:
        return read_all(self._gateway, query, entity=self._entity)

    def _read(self, element: Element) -> FunctionResult:
        function = Function("read", element)
        return self._gateway.execute_one(function, entity=self._entity, is_write=False)

    def _written(self, element: Element, control_id: str) -> FunctionResult:
        function = Function(control_id, element)
        return self._gateway.execute_one(function, entity=self._entity, is_write=True)


def _creation(record: Kept) -> Element:  # noqa: PLR0911  # one per kind
    match record:
        case CustomRecord():
            return masters.create_custom_record(record)
        case Attachment():
            return attachments.create_attachment(record)
        case Folder():
            return attachments.create_folder(record)
        case StockDocument() | WarehouseTransfer():
            return stock.create_movement(record)
        case Deposit():
            return deposits.record_deposit(record)
        case StatisticalEntry():
            return journal_entries.create_statistical_entry(record)
        case _:
            return masters.create_master(record)


def _lookup(record: Kept) -> tuple[Query | None, str, str]:
    """The query for a record's mark, the field of its readable id, and that of the mark."""
    match record:
        case Deposit():
            message = "XML offers no object to read deposits from in any of our sources"
            raise ValueError(message)
        case CustomRecord():
            if not record.mark:
                return None, "", ""
            field = record.mark_field
            query = Query(record.object, (field,), equal(field, record.mark), key="id")
            return query, "id", field  # its key and its id are one (§14.3)
        case StockDocument():
            return stock.movement_query(record), "DOCID", "PONUMBER"
        case WarehouseTransfer():
            return stock.movement_query(record), "REFERENCENO", "REFERENCENO"
        case StatisticalEntry():
            mark = equal("REFERENCENO", record.reference)
            return Query("GLBATCH", journal_entries.FIELDS, mark), "BATCHNO", "REFERENCENO"
        case Attachment() | Folder():
            message = "attachments are read by a legacy list"
            raise ValueError(message)
        case _:
            id_field = object_of(record)[1]
            return masters.master_query(record), id_field, id_field


def _state(row: Element) -> str:
    return state_word(text_at(row, "STATE") or text_at(row, "STATUS"))


def _named(key: str, control_id: str, record_id: str = "") -> DocumentResult:
    if not key:
        raise without_key(control_id)
    return DocumentResult(key=key, id=record_id or key)


def _found(key: str, record_id: str, *, state: str = "", reference: str = "") -> Found:
    return Found(DocumentResult(key=key, id=record_id, state=state), reference=reference)
