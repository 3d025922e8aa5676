"""The ownership table held where actions are routed: what it does not allow raises, unsent.

A guarded router is the router itself to its callers; reads and look-ups pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from intacct.capabilities import Action, Protocol
from intacct.changes import (
    Change,
    CloseSalesDocument,
    DeleteJournalEntry,
    DeleteSalesDocument,
    ReplaceJournalEntry,
    ReverseDocument,
    UpdateMaster,
    UpdateSalesDocument,
)
from intacct.documents import Contact, Customer, Document, DocumentResult, JournalEntry
from intacct.entries import Deposit
from intacct.errors import IntacctError
from intacct.masters import Item
from intacct.record_router import IntacctRecords, RestKeeper, XmlKeeper
from intacct.records import Record
from intacct.router import IntacctBooks, SpeaksRest, SpeaksXml
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer
from shared.ownership.table import Decision, Kind, NotOursError, Ownership, Side

_OF_CUSTOMER = {"contact": "contacts", "bill_to": "contacts", "ship_to": "contacts"}
_PRICES = frozenset({"base_price"})


class GuardedBooks(IntacctBooks):
    """The documents of one entity, as far as the tenant's ownership table allows them.

    `create` and `create_many` may raise, or give as an outcome, `NotOursError`.
    """

    def __init__(
        self,
        ownership: Ownership,
        *,
        rest: Callable[[], SpeaksRest],
        xml: Callable[[], SpeaksXml],
        protocols: Mapping[Action, Protocol],
    ) -> None:
        """The table, and what the router needs."""
        super().__init__(rest=rest, xml=xml, protocols=protocols)
        self._ownership = ownership

    def create(
        self, document: Document, *, control_id: str, idempotency_key: str
    ) -> DocumentResult:
        """Post one document.

        Raises:
            NotOursError: the table does not allow it; nothing was sent.
        """
        self._decision(document).insist()
        return super().create(document, control_id=control_id, idempotency_key=idempotency_key)

    def create_many(
        self,
        documents: Sequence[Document],
        *,
        control_ids: Sequence[str],
        idempotency_keys: Sequence[str],
    ) -> list[DocumentResult | IntacctError]:
        """Post documents in few calls; what the table does not allow is refused unsent."""
        decisions = [self._decision(document) for document in documents]
        if all(decision.is_allowed for decision in decisions):
            return super().create_many(
                documents, control_ids=control_ids, idempotency_keys=idempotency_keys
            )
        places = [place for place, decision in enumerate(decisions) if decision.is_allowed]
        made = super().create_many(
            [documents[place] for place in places],
            control_ids=[control_ids[place] for place in places],
            idempotency_keys=[idempotency_keys[place] for place in places],
        )
        outcomes = dict(zip(places, made, strict=True))
        return [
            outcomes[place] if decision.is_allowed else NotOursError(decision)
            for place, decision in enumerate(decisions)
        ]

    def ensure_contact(self, contact: Contact, *, control_id: str) -> DocumentResult:
        """The contact of that id, created when it is not there.

        Raises:
            NotOursError: the table does not allow to create customers.
        """
        self._ownership.may_create(Kind.CUSTOMER, Side.SAGE).insist()
        return super().ensure_contact(contact, control_id=control_id)

    def _decision(self, document: Document) -> Decision:
        return decision_on_document(self._ownership, document)


class GuardedRecords(IntacctRecords):
    """The records of one entity, as far as the tenant's ownership table allows their writes.

    `create` and `change` may raise `NotOursError`.
    """

    def __init__(
        self,
        ownership: Ownership,
        *,
        rest: Callable[[], RestKeeper],
        xml: Callable[[], XmlKeeper],
        protocols: Mapping[Action, Protocol],
    ) -> None:
        """The table, and what the router needs."""
        super().__init__(rest=rest, xml=xml, protocols=protocols)
        self._ownership = ownership

    def create(self, record: Record, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Create one record.

        Raises:
            NotOursError: the table does not allow it; nothing was sent.
        """
        _insist(decisions_on_record(self._ownership, record))
        return super().create(record, control_id=control_id, idempotency_key=idempotency_key)

    def create_items(
        self,
        made: Sequence[Item],
        *,
        control_ids: Sequence[str],
        idempotency_keys: Sequence[str],
    ) -> list[DocumentResult | IntacctError]:
        """Create items in few calls; what the table does not allow is refused unsent."""
        refused = {
            place: NotOursError(decision)
            for place, item in enumerate(made)
            for decision in decisions_on_record(self._ownership, item)
            if not decision.is_allowed
        }
        places = [place for place in range(len(made)) if place not in refused]
        told = super().create_items(
            [made[place] for place in places],
            control_ids=[control_ids[place] for place in places],
            idempotency_keys=[idempotency_keys[place] for place in places],
        )
        outcomes = {**refused, **dict(zip(places, told, strict=True))}
        return [outcomes[place] for place in range(len(made))]

    def change(self, change: Change, *, control_id: str, idempotency_key: str) -> DocumentResult:
        """Change what is there.

        Raises:
            NotOursError: the table does not allow it, or one of its fields; nothing was sent.
        """
        _insist(decisions_on_change(self._ownership, change))
        return super().change(change, control_id=control_id, idempotency_key=idempotency_key)


class HandBooks(GuardedBooks):
    """The books of one entity for whoever moves stock on Sage's side: people, and their policy."""

    def _decision(self, document: Document) -> Decision:
        return decision_by_hand(self._ownership, document)


def decision_by_hand(ownership: Ownership, document: Document) -> Decision:
    """Whether a person, or a policy of theirs, may have stock moved that Sage owns.

    Every other document is the table's.
    """
    if not isinstance(document, StockDocument | WarehouseTransfer):
        return decision_on_document(ownership, document)
    decisions = [
        ownership.may_act(Kind.QUANTITY, "on_hand", Side.SAGE, place)
        for place in places_of_movement(document)
    ]
    return next((one for one in decisions if not one.is_allowed), decisions[0])


def places_of_movement(movement: StockDocument | WarehouseTransfer) -> list[str]:
    """The warehouses whose stock the movement changes, each once."""
    if isinstance(movement, StockDocument):
        return _places(line.warehouse for line in movement.lines)
    return _places(
        place for line in movement.lines for place in (line.from_warehouse, line.to_warehouse)
    )


def decision_on_document(ownership: Ownership, document: Document) -> Decision:
    """Whether a document of an order, a customer, or a journal may be made in Sage."""
    match document:
        case Customer():
            return ownership.may_create(Kind.CUSTOMER, Side.SAGE)
        case JournalEntry():
            sort = "summary" if document.is_batch else "detail"
            return ownership.may_create(Kind.GL, Side.SAGE, sort)
        case StockDocument() | WarehouseTransfer():
            decisions = list(decisions_on_record(ownership, document))
            return next((one for one in decisions if not one.is_allowed), decisions[0])
        case _:
            return ownership.may_create(Kind.ORDER, Side.SAGE)


def decisions_on_record(ownership: Ownership, record: Record) -> Iterator[Decision]:
    """What must be allowed for a record to be made; dimensions and attachments are nobody's."""
    match record:
        case Contact():
            yield ownership.may_create(Kind.CUSTOMER, Side.SAGE)
        case Item():
            yield ownership.may_create(Kind.ITEM, Side.SAGE)
            if record.base_price is not None:
                yield ownership.may_create(Kind.PRICE, Side.SAGE, "base_price")
        case StockDocument() | WarehouseTransfer():
            for place in places_of_movement(record):
                yield ownership.may_write(Kind.QUANTITY, "on_hand", Side.SAGE, place)
        case StatisticalEntry():
            yield ownership.may_create(Kind.GL, Side.SAGE, "statistical")
        case Deposit():
            yield ownership.may_create(Kind.GL, Side.SAGE, "payouts")
        case _:
            return


def decisions_on_change(ownership: Ownership, change: Change) -> Iterator[Decision]:
    """What must be allowed for a change: each field of a master, or what it does to a document.

    Whoever may make a document or journal may also reverse, close or delete it.
    """
    match change:
        case UpdateMaster():
            yield from _decisions_on_master(ownership, change)
        case UpdateSalesDocument():
            yield ownership.may_write(Kind.ORDER, "lines", Side.SAGE)
        case CloseSalesDocument() | DeleteSalesDocument() | ReverseDocument():
            yield ownership.may_create(Kind.ORDER, Side.SAGE)
        case ReplaceJournalEntry() | DeleteJournalEntry():
            yield ownership.may_create(Kind.GL, Side.SAGE)
        case _:
            return


def _decisions_on_master(ownership: Ownership, change: UpdateMaster) -> Iterator[Decision]:
    match change.master:
        case Customer():
            for name in sorted(change.fields):
                field = _OF_CUSTOMER.get(name, name)
                yield ownership.may_write(Kind.CUSTOMER, field, Side.SAGE)
        case Contact():
            for name in sorted(change.fields):
                yield ownership.may_write(Kind.CUSTOMER, name, Side.SAGE)
        case Item():
            for name in sorted(change.fields):
                kind = Kind.PRICE if name in _PRICES else Kind.ITEM
                yield ownership.may_write(kind, name, Side.SAGE)
        case _:
            return


def _places(names: Iterator[str]) -> list[str]:
    return sorted(set(names))


def _insist(decisions: Iterator[Decision]) -> None:
    for decision in decisions:
        decision.insist()
