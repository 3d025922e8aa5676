"""Which protocol serves which business action (REST reference §17), as plain data.

The choice is made per action kind by configuration and never while an action runs: changing the
protocol of an action in doubt would double what must be looked up (reliability §3.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

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
from intacct.documents import (
    Adjustment,
    Advance,
    ArInvoice,
    Contact,
    Customer,
    CustomerRefund,
    Document,
    JournalEntry,
    Payment,
    SalesDocument,
)
from intacct.entries import Deposit
from intacct.masters import Attachment, CustomRecord, DimensionEntry, Folder, Item, Warehouse
from intacct.records import Record
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer


class Protocol(StrEnum):
    """How a business action is said to Sage Intacct."""

    REST = "rest"
    XML = "xml"


class Action(StrEnum):
    """The business actions that a tenant's `protocols` setting may name."""

    CUSTOMER = "customer"
    CONTACT = "contact"
    SALES_DOCUMENT = "sales_document"
    AR_INVOICE = "ar_invoice"
    ADVANCE = "advance"
    PAYMENT = "payment"
    ADJUSTMENT = "adjustment"
    CUSTOMER_REFUND = "customer_refund"
    JOURNAL_ENTRY = "journal_entry"
    GL_BATCH = "gl_batch"
    ITEM = "item"
    WAREHOUSE = "warehouse"
    DIMENSION_VALUE = "dimension_value"
    CUSTOM_RECORD = "custom_record"
    ATTACHMENT = "attachment"
    STOCK_DOCUMENT = "stock_document"
    WAREHOUSE_TRANSFER = "warehouse_transfer"
    DEPOSIT = "deposit"
    STATISTICAL_ENTRY = "statistical_entry"
    UPDATE_MASTER = "update_master"
    UPDATE_SALES_DOCUMENT = "update_sales_document"
    CLOSE_SALES_DOCUMENT = "close_sales_document"
    DELETE_SALES_DOCUMENT = "delete_sales_document"
    REVERSE_AR_INVOICE = "reverse_ar_invoice"
    REVERSE_ADJUSTMENT = "reverse_adjustment"
    REVERSE_PAYMENT = "reverse_payment"
    REVERSE_ADVANCE = "reverse_advance"
    REVERSE_CUSTOMER_REFUND = "reverse_customer_refund"
    REPLACE_JOURNAL_ENTRY = "replace_journal_entry"
    DELETE_JOURNAL_ENTRY = "delete_journal_entry"


class Read(StrEnum):
    """The reads beside look-ups by our mark; a tenant's `protocols` setting may name them too."""

    DIMENSIONS = "dimensions"
    DIMENSION_VALUES = "dimension_values"
    STOCK_LEVELS = "stock_levels"
    STOCK_COSTS = "stock_costs"
    STANDINGS = "standings"
    CUSTOMERS = "customers"
    ITEMS = "items"
    CHANGES = "changes"
    KEYS = "keys"
    DELETIONS = "deletions"
    PERIODS = "periods"
    TRIAL_BALANCE = "trial_balance"
    LEDGER_LINES = "ledger_lines"
    READ_BACK = "read_back"
    COUNT_LINES = "count_lines"


class CapabilityError(ValueError):
    """A tenant's configuration names an unknown action, or a protocol that does not offer it."""


@dataclass(frozen=True, slots=True)
class Capability:
    """The protocols that offer an action, and the one that serves it unless a tenant says else.

    `found_by` is the one that looks up what the action made, where only one of them can.
    """

    offered: frozenset[Protocol]
    default: Protocol
    found_by: Protocol | None = None


_BOTH = frozenset(Protocol)
_REST_ONLY = Capability(frozenset({Protocol.REST}), Protocol.REST)
_REST_FIRST = Capability(_BOTH, Protocol.REST)
_XML_FIRST = Capability(_BOTH, Protocol.XML)

CAPABILITIES: Mapping[Action, Capability] = {
    Action.CUSTOMER: _REST_FIRST,
    Action.CONTACT: _REST_FIRST,
    Action.SALES_DOCUMENT: _REST_FIRST,
    Action.AR_INVOICE: _REST_FIRST,
    Action.ADVANCE: _REST_FIRST,
    Action.PAYMENT: _REST_FIRST,
    # REST does not say which sign makes a credit memo (REST reference U17); XML does.
    Action.ADJUSTMENT: _XML_FIRST,
    Action.CUSTOMER_REFUND: _REST_ONLY,
    Action.JOURNAL_ENTRY: _REST_FIRST,
    # A day's journal is hundreds of lines in one transaction: one GLBATCH, whole or not at all.
    Action.GL_BATCH: _XML_FIRST,
    Action.ITEM: _REST_FIRST,
    Action.WAREHOUSE: _REST_FIRST,
    Action.DIMENSION_VALUE: _REST_FIRST,
    Action.CUSTOM_RECORD: _REST_FIRST,
    Action.ATTACHMENT: _REST_FIRST,
    Action.STOCK_DOCUMENT: _REST_FIRST,
    Action.WAREHOUSE_TRANSFER: _REST_FIRST,
    # XML records deposits by a function and documents no object to read them from.
    Action.DEPOSIT: Capability(_BOTH, Protocol.REST, found_by=Protocol.REST),
    # REST's form is known from samples alone (REST reference §16.10 names the object only).
    Action.STATISTICAL_ENTRY: _XML_FIRST,
    Action.UPDATE_MASTER: _REST_FIRST,
    Action.UPDATE_SALES_DOCUMENT: _REST_FIRST,
    # XML documents the state `Closed`; that REST has a workflow for it is a guess.
    Action.CLOSE_SALES_DOCUMENT: _XML_FIRST,
    Action.DELETE_SALES_DOCUMENT: _REST_FIRST,
    Action.REVERSE_AR_INVOICE: _REST_FIRST,
    Action.REVERSE_ADJUSTMENT: _REST_FIRST,
    Action.REVERSE_PAYMENT: _REST_FIRST,
    # XML has functions to reverse invoices, adjustments and payments only.
    Action.REVERSE_ADVANCE: _REST_ONLY,
    Action.REVERSE_CUSTOMER_REFUND: _REST_ONLY,
    # An update of a GLBATCH that posts it is documented; for REST the state is a guess.
    Action.REPLACE_JOURNAL_ENTRY: _XML_FIRST,
    Action.DELETE_JOURNAL_ENTRY: _REST_FIRST,
}


_XML_ONLY = Capability(frozenset({Protocol.XML}), Protocol.XML)

READS: Mapping[Read, Capability] = {
    Read.DIMENSIONS: _REST_FIRST,
    Read.DIMENSION_VALUES: _REST_FIRST,
    Read.STOCK_LEVELS: _REST_FIRST,
    Read.STOCK_COSTS: _XML_ONLY,
    Read.STANDINGS: _REST_FIRST,
    Read.CUSTOMERS: _REST_FIRST,
    Read.ITEMS: _REST_FIRST,
    Read.CHANGES: _REST_FIRST,
    # 4,000 keys a call, where XML gives 2,000.
    Read.KEYS: _REST_FIRST,
    # Which word REST has for a deletion is not confirmed (REST reference U14); XML documents `D`.
    Read.DELETIONS: _XML_FIRST,
    # No source names an object of XML for them.
    Read.PERIODS: _REST_ONLY,
    # REST has the reports service only (REST reference §17).
    Read.TRIAL_BALANCE: _XML_ONLY,
    Read.LEDGER_LINES: _XML_ONLY,
    # XML offers no customer refunds (REST reference §17).
    Read.READ_BACK: _REST_ONLY,
    # No source says whether GLDETAIL has lines of statistical journals.
    Read.COUNT_LINES: _REST_ONLY,
}
"""Which protocol serves each read; reading again is always safe, in whichever protocol."""


def action_of(  # noqa: C901, PLR0911, PLR0912  # one per kind
    document: Document,
) -> Action:
    """The business action that posts this document; the same for its create and its look-up."""
    match document:
        case Customer():
            return Action.CUSTOMER
        case SalesDocument():
            return Action.SALES_DOCUMENT
        case ArInvoice():
            return Action.AR_INVOICE
        case Advance():
            return Action.ADVANCE
        case Payment():
            return Action.PAYMENT
        case Adjustment():
            return Action.ADJUSTMENT
        case CustomerRefund():
            return Action.CUSTOMER_REFUND
        case JournalEntry():
            return Action.GL_BATCH if document.is_batch else Action.JOURNAL_ENTRY
        case StatisticalEntry():
            return Action.STATISTICAL_ENTRY
        case StockDocument():
            return Action.STOCK_DOCUMENT
        case WarehouseTransfer():
            return Action.WAREHOUSE_TRANSFER
        case ReverseDocument():
            return _OF_REVERSAL[document.kind]
        case CloseSalesDocument():
            return Action.CLOSE_SALES_DOCUMENT


_OF_RECORD: Mapping[type, Action] = {
    Contact: Action.CONTACT,
    Item: Action.ITEM,
    Warehouse: Action.WAREHOUSE,
    DimensionEntry: Action.DIMENSION_VALUE,
    CustomRecord: Action.CUSTOM_RECORD,
    Attachment: Action.ATTACHMENT,
    Folder: Action.ATTACHMENT,
    StockDocument: Action.STOCK_DOCUMENT,
    WarehouseTransfer: Action.WAREHOUSE_TRANSFER,
    Deposit: Action.DEPOSIT,
    StatisticalEntry: Action.STATISTICAL_ENTRY,
}
_OF_CHANGE: Mapping[type, Action] = {
    UpdateMaster: Action.UPDATE_MASTER,
    UpdateSalesDocument: Action.UPDATE_SALES_DOCUMENT,
    CloseSalesDocument: Action.CLOSE_SALES_DOCUMENT,
    DeleteSalesDocument: Action.DELETE_SALES_DOCUMENT,
    ReplaceJournalEntry: Action.REPLACE_JOURNAL_ENTRY,
    DeleteJournalEntry: Action.DELETE_JOURNAL_ENTRY,
    # Who may create such records keeps them up to date too.
    UpdateCustomRecord: Action.CUSTOM_RECORD,
    AddFiles: Action.ATTACHMENT,
}
_OF_REVERSAL: Mapping[Reversible, Action] = {
    Reversible.AR_INVOICE: Action.REVERSE_AR_INVOICE,
    Reversible.ADJUSTMENT: Action.REVERSE_ADJUSTMENT,
    Reversible.PAYMENT: Action.REVERSE_PAYMENT,
    Reversible.ADVANCE: Action.REVERSE_ADVANCE,
    Reversible.CUSTOMER_REFUND: Action.REVERSE_CUSTOMER_REFUND,
}


def action_of_record(record: Record) -> Action:
    """The business action that creates this record; the same for its look-up."""
    return _OF_RECORD[type(record)]


def action_of_change(change: Change) -> Action:
    """The business action that carries out this change."""
    if isinstance(change, ReverseDocument):
        return _OF_REVERSAL[change.kind]
    return _OF_CHANGE[type(change)]


def protocols(overrides: Mapping[str, str]) -> dict[Action, Protocol]:
    """The protocol of every action: the table's default unless `overrides` names another.

    Raises:
        CapabilityError: an override names an unknown action or read, or a protocol that lacks it;
            all of them are named.
    """
    _check(overrides)
    return {
        action: Protocol(overrides.get(action.value, capability.default))
        for action, capability in CAPABILITIES.items()
    }


def read_protocols(overrides: Mapping[str, str]) -> dict[Read, Protocol]:
    """The protocol of every read, from the same `overrides` as those of actions.

    Raises:
        CapabilityError: as `protocols`.
    """
    _check(overrides)
    return {
        read: Protocol(overrides.get(read.value, capability.default))
        for read, capability in READS.items()
    }


def _check(overrides: Mapping[str, str]) -> None:
    offered = {name.value: capability.offered for name, capability in CAPABILITIES.items()}
    offered |= {name.value: capability.offered for name, capability in READS.items()}
    problems = []
    for name, wanted in overrides.items():
        if name not in offered or wanted not in set(Protocol):
            problems.append(f"{name}={wanted} names no known action or protocol")
        elif wanted not in offered[name]:
            problems.append(f"{name} is not offered by {wanted}")
    if problems:
        raise CapabilityError("; ".join(problems))
