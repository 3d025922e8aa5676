"""What Sage would refuse of a record or a change for a reason that we can know.

As `intacct.checks` for documents: all findings at once, before anything is sent.
"""

from __future__ import annotations

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
from intacct.checks import (
    contact_findings,
    customer_findings,
    journal_findings,
    statistical_findings,
)
from intacct.documents import Contact, Customer
from intacct.entries import Deposit
from intacct.findings import Findings
from intacct.masters import (
    AttachedFile,
    Attachment,
    CustomRecord,
    DimensionEntry,
    Folder,
    Item,
    ItemType,
    Warehouse,
)
from intacct.records import Record
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer
from intacct.stock_checks import movement_findings

# Fixed once the record is there (XML reference §12.3; the model says `mutable: false`, REST §9.1).
_FIXED = {
    Item: frozenset({"type", "cost_method", "components"}),
    DimensionEntry: frozenset({"dimension"}),
}
_KITS = frozenset({ItemType.KIT, ItemType.STOCKABLE_KIT})
_KEPT_IN_STOCK = frozenset({ItemType.INVENTORY, ItemType.STOCKABLE_KIT})


def refuse_impossible_record(record: Record | Customer) -> None:
    """Let a record pass that Sage may take.

    Raises:
        RejectedError: Sage would refuse it; it carries every finding, and nothing was sent.
    """
    found = Findings()
    _record(record, found)
    found.refuse("record")


def _record(record: Record | Customer, found: Findings) -> None:  # noqa: C901  # one per kind
    match record:
        case Customer():
            customer_findings(record, found)
        case Contact():
            contact_findings(record, found)
        case Item():
            _item(record, found)
        case Warehouse() | DimensionEntry():
            found.marks(id=record.id)
            found.needs(name=record.name)
            found.custom(record.custom)
        case CustomRecord():
            found.needs(object=record.object)
            found.has_lines(record.fields, "/fields")
            found.custom(record.fields, "/fields")
        case Folder():
            found.marks(id=record.id)
        case Attachment():
            found.marks(id=record.id)
            found.needs(name=record.name, folder=record.folder)
            _files(record.files, found)
        case StockDocument() | WarehouseTransfer():
            movement_findings(record, found)
        case Deposit():
            _deposit(record, found)
        case StatisticalEntry():
            statistical_findings(record, found)


def _item(item: Item, found: Findings) -> None:
    found.marks(id=item.id)
    found.needs(name=item.name)
    found.custom(item.custom)
    if item.cost_method is not None and item.type not in _KEPT_IN_STOCK:
        # §12.3: a cost method belongs to inventory types.
        text = "only an item that is kept in stock has a cost method"
        found.add("COST_METHOD", text, "/cost_method")
    _components(item, found)


def _components(item: Item, found: Findings) -> None:
    if item.components and item.type not in _KITS:
        found.add("COMPONENTS", "only a kit has components", "/components")
    for index, part in enumerate(item.components):
        place = f"/components/{index}"
        found.needs_at(place, item=part.item)
        if part.item == item.id:
            found.add("COMPONENTS", "a kit is no component of itself", f"{place}/item")
        if part.quantity <= 0:
            found.add("COMPONENTS", "a component has a quantity", f"{place}/quantity")


def _files(files: tuple[AttachedFile, ...], found: Findings) -> None:
    found.has_lines(files, "/files")
    for index, file in enumerate(files):
        found.needs_at(f"/files/{index}", name=file.name)
        if not file.content:
            found.add("EMPTY_FILE", "a file has at least one byte", f"/files/{index}")


def _deposit(deposit: Deposit, found: Findings) -> None:
    found.marks(reference=deposit.reference)
    found.needs(bank_account=deposit.bank_account)
    found.has_lines(deposit.receipts, "/receipts")
    if len(set(deposit.receipts)) < len(deposit.receipts):
        found.add("REPEATED", "a receipt is deposited once", "/receipts")


def refuse_impossible_change(change: Change) -> None:
    """Let a change pass that Sage may carry out.

    Raises:
        RejectedError: Sage would refuse it, or nothing would change; nothing was sent.
    """
    found = Findings()
    found.needs(key=change.key)
    match change:
        case UpdateMaster():
            _update(change, found)
        case UpdateSalesDocument():
            _update_sales(change, found)
        case ReplaceJournalEntry():
            journal_findings(change.entry, found)
        case UpdateCustomRecord():
            _record(change.record, found)
        case AddFiles():
            found.needs(id=change.id)
            _files(change.files, found)
        case (
            CloseSalesDocument() | DeleteSalesDocument() | DeleteJournalEntry() | ReverseDocument()
        ):
            pass
    found.refuse("change")


def _update(change: UpdateMaster, found: Findings) -> None:
    for name in sorted(change.fields & _FIXED.get(type(change.master), frozenset())):
        found.add("FIELD_FIXED", f"{name} is fixed once the record is there", f"/{name}")
    master = change.master
    if isinstance(master, Customer) and "contact" in change.fields:
        if master.contact is None:
            # A customer cannot lose its display contact (XML reference §12.1).
            found.add("FIELD_FIXED", "a customer keeps a contact", "/contact")
        else:
            contact_findings(master.contact, found, place="/contact")
    for name in ("name", "print_as"):
        if name in change.fields and not getattr(master, name):
            found.add("MISSING", f"{name} is required", f"/{name}")
    if "custom" in change.fields and not isinstance(master, Contact):
        found.custom(master.custom)


def _update_sales(change: UpdateSalesDocument, found: Findings) -> None:
    found.needs(definition=change.definition)
    found.custom(change.custom)
    header = (change.due_on, change.customer_po, change.memo, change.attachment)
    if all(value is None for value in header) and not (
        change.added or change.changed or change.removed or change.custom
    ):
        found.add("NO_CHANGE", "the update of a sales document changes nothing", "")
    lines = [("added", line) for line in change.added]
    lines += [("changed", one.line) for one in change.changed]
    for index, (name, line) in enumerate(lines):
        place = f"/{name}/{index if name == 'added' else index - len(change.added)}"
        found.needs_at(place, item=line.item, unit=line.unit)
        found.custom(line.custom, f"{place}/custom")
        found.dimensions(line.dimensions, place)
        if not line.quantity > 0:
            found.add("QUANTITY", "a quantity is positive", f"{place}/quantity")
    named = [one.line_key for one in change.changed] + list(change.removed)
    if len(set(named)) < len(named):
        found.add("REPEATED", "a line is changed or removed once", "/changed")
