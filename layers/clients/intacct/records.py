"""What the connector keeps at Sage Intacct beside the documents of an order, as one union.

`intacct.documents.Document` is what the ledger posts for an order; a `Record` is everything else
that is created and found by a mark of ours.
"""

from __future__ import annotations

from intacct.documents import Contact
from intacct.entries import Deposit
from intacct.masters import Attachment, CustomRecord, DimensionEntry, Folder, Item, Warehouse
from intacct.statistics import StatisticalEntry
from intacct.stock import StockDocument, WarehouseTransfer

Record = (
    Contact
    | Item
    | Warehouse
    | DimensionEntry
    | CustomRecord
    | Attachment
    | Folder
    | StockDocument
    | WarehouseTransfer
    | Deposit
    | StatisticalEntry
)
"""Masters beside customers, movements of stock, deposits and statistics; found by their mark."""
