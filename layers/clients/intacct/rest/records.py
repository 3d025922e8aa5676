"""Records beside an order's documents, and changes of what is there, said in REST at one entity."""

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
    UpdateCustomRecord,
    UpdateMaster,
    UpdateSalesDocument,
)
from intacct.documents import Contact, DocumentResult
from intacct.entries import Deposit
from intacct.errors import IntacctError
from intacct.masters import Attachment, CustomRecord, DimensionEntry, Folder, Item, Warehouse
from intacct.record_checks import refuse_impossible_change, refuse_impossible_record
from intacct.records import Record
from intacct.rest import (
    attachments,
    custom_records,
    entries,
    journal_changes,
    masters,
    reversals,
    sales_changes,
    stock,
)
from intacct.rest.client import RestClient
from intacct.results import Found
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer


class RestRecords:
    """Creates, finds and changes over REST; every method may raise `intacct.errors`."""

    def __init__(self, client: RestClient, *, entity: str, base_currency: str = "") -> None:
        """`entity` is the id of the entity whose books are meant; empty is the top level.

        `base_currency` is the entity's own: journal lines in it do not name it.
        """
        self._client = client
        self._entity = entity
        self._base_currency = base_currency

    def __repr__(self) -> str:
        """Name the entity."""
        return f"RestRecords(entity={self._entity!r})"

    def create(self, record: Record, *, idempotency_key: str) -> DocumentResult:
        """Create one record; the same key on every try of the same one.

        Raises:
            DuplicateDocumentError: a record of that id or number is there already.
            RejectedError: Sage refused, or would have for a reason that is known before sending.
        """
        refuse_impossible_record(record)
        client, entity = self._client, self._entity
        match record:
            case Contact() | Item() | Warehouse() | DimensionEntry():
                return masters.create(
                    client, record, entity=entity, idempotency_key=idempotency_key
                )
            case CustomRecord():
                return custom_records.create(
                    client, record, entity=entity, idempotency_key=idempotency_key
                )
            case Attachment() | Folder():
                return attachments.create(
                    client, record, entity=entity, idempotency_key=idempotency_key
                )
            case StockDocument() | WarehouseTransfer():
                return stock.create(client, record, entity=entity, idempotency_key=idempotency_key)
            case Deposit() | StatisticalEntry():
                return entries.create(
                    client, record, entity=entity, idempotency_key=idempotency_key
                )

    def create_items(
        self, made: Sequence[Item], idempotency_keys: Sequence[str]
    ) -> list[DocumentResult | IntacctError]:
        """Create items, 500 at most, in one call: a result or an error for each, in their order."""
        return masters.create_items(self._client, made, idempotency_keys, entity=self._entity)

    def find(self, record: Record) -> list[Found]:
        """Records of the same kind that carry our id or mark; empty when there is none."""
        client, entity = self._client, self._entity
        match record:
            case Contact() | Item() | Warehouse() | DimensionEntry():
                return masters.find(client, record, entity=entity)
            case CustomRecord():
                return custom_records.find(client, record, entity=entity)
            case Attachment() | Folder():
                return attachments.find(client, record, entity=entity)
            case StockDocument() | WarehouseTransfer():
                return stock.find(client, record, entity=entity)
            case Deposit() | StatisticalEntry():
                return entries.find(client, record, entity=entity)

    def change(  # noqa: PLR0911  # one per kind
        self, change: Change, *, idempotency_key: str
    ) -> DocumentResult:
        """Change what is there, once; a deletion takes no key (REST reference §7.8).

        Raises:
            RejectedError: Sage refused, or would have for a reason that is known before sending.
            OutcomeUnknownError: it may have been done: read the record before trying again.
        """
        refuse_impossible_change(change)
        client, entity = self._client, self._entity
        match change:
            case UpdateMaster():
                return masters.update(
                    client, change, entity=entity, idempotency_key=idempotency_key
                )
            case UpdateSalesDocument():
                return sales_changes.update(
                    client, change, entity=entity, idempotency_key=idempotency_key
                )
            case CloseSalesDocument():
                return sales_changes.close(
                    client, change, entity=entity, idempotency_key=idempotency_key
                )
            case DeleteSalesDocument():
                return sales_changes.delete(client, change, entity=entity)
            case ReverseDocument():
                return reversals.reverse(
                    client, change, entity=entity, idempotency_key=idempotency_key
                )
            case ReplaceJournalEntry():
                return journal_changes.replace(
                    client,
                    change,
                    entity=entity,
                    base_currency=self._base_currency,
                    idempotency_key=idempotency_key,
                )
            case DeleteJournalEntry():
                return journal_changes.delete(client, change, entity=entity)
            case UpdateCustomRecord():
                return custom_records.update(
                    client,
                    change.record,
                    change.key,
                    entity=entity,
                    idempotency_key=idempotency_key,
                )
            case AddFiles():
                return attachments.add_files(
                    client,
                    change.key,
                    change.files,
                    entity=entity,
                    idempotency_key=idempotency_key,
                )
