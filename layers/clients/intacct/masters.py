"""Items, warehouses, values of dimensions, custom records and attachments, in neither protocol.

Master data beside customers and contacts (`intacct.documents`). A master is created whole; an
update sends the named fields only (`intacct.changes.UpdateMaster`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from commerce.money import Money
from intacct.documents import Contact, Customer, CustomFields


class ItemType(StrEnum):
    """What an item is, in REST's words; XML has labels for the same (XML reference §12.3)."""

    INVENTORY = "inventory"
    NON_INVENTORY = "nonInventory"
    PURCHASE_ONLY = "purchaseOnlyNonInventory"
    SALES_ONLY = "salesOnlyNonInventory"
    KIT = "kit"
    STOCKABLE_KIT = "stockableKit"


class CostMethod(StrEnum):
    """How an inventory item is valued."""

    STANDARD = "standard"
    AVERAGE = "average"
    FIFO = "FIFO"
    LIFO = "LIFO"


@dataclass(frozen=True, slots=True)
class KitPart:
    """How many of an item are in one kit, in the item's own unit."""

    item: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Item:
    """An item; empty members are left to the company's defaults.

    `type` and `cost_method` are fixed once the item is there. `gl_group` names the accounts that
    its sales post to, `unit_group` the units it may be sold in. A kit has `components`, whose items
    are there before it.
    """

    id: str
    name: str
    type: ItemType = ItemType.NON_INVENTORY
    is_active: bool = True
    description: str = ""
    sales_description: str = ""
    product_line: str = ""
    cost_method: CostMethod | None = None
    gl_group: str = ""
    unit_group: str = ""
    base_price: Money | None = None
    standard_cost: Money | None = None
    is_taxable: bool | None = None
    upc: str = ""
    components: tuple[KitPart, ...] = ()
    custom: CustomFields = ()


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A place that holds stock; `location` is the id of the location whose books own it."""

    id: str
    name: str
    location: str = ""
    parent: str = ""
    is_active: bool = True
    allows_negative_stock: bool | None = None
    custom: CustomFields = ()


class DimensionKind(StrEnum):
    """The dimensions whose values are plain lists; the others are masters of their own."""

    LOCATION = "location"
    DEPARTMENT = "department"
    CLASS = "class"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class DimensionEntry:
    """One value of a plain dimension, such as a department or a class."""

    dimension: DimensionKind
    id: str
    name: str
    parent: str = ""
    description: str = ""
    is_active: bool = True
    custom: CustomFields = ()


@dataclass(frozen=True, slots=True)
class CustomRecord:
    """A record of a custom object, or a value of a user-defined dimension.

    `object` is the company's own name of it, without REST's `nsp::`; which `fields` it takes is in
    its model. Such records have no id of ours, so `mark_field` names the field that is looked up.
    """

    object: str
    fields: CustomFields
    mark_field: str = "name"

    @property
    def mark(self) -> str:
        """The value of the field that the record is looked up by; empty when it has none."""
        return dict(self.fields).get(self.mark_field, "")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of attachments."""

    id: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """One file: its name with extension, and its bytes."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """Files under one id that a document can be linked to; `folder` must be there."""

    id: str
    name: str
    folder: str
    files: tuple[AttachedFile, ...]
    description: str = ""


Master = Customer | Contact | Item | Warehouse | DimensionEntry
"""What has an id of ours and is kept up to date; found by that id."""
