"""Finds objects of the gateway by name; names are compared without case (§9.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from local.intacct_simulator.xml.objects import (
    ledger,
    masters,
    never_written,
    orders,
    other_modules,
    receivables,
    reference_objects,
)
from local.intacct_simulator.xml.objects.known_fields import KNOWN
from local.intacct_simulator.xml.objects.model import XmlObject, empty

_ALL = [
    masters.CONTACT,
    masters.CUSTOMER,
    masters.ITEM,
    masters.WAREHOUSE,
    masters.LOCATION,
    masters.LOCATIONENTITY,
    masters.DEPARTMENT,
    masters.CLASS,
    masters.PROJECT,
    masters.GLACCOUNT,
    masters.STATACCOUNT,
    *reference_objects.REFERENCE,
    *other_modules.OTHERS,
    *never_written.NEVER_WRITTEN,
    *orders.STOCK,
    orders.SODOCUMENT,
    orders.SODOCUMENTENTRY,
    orders.SODOCUMENTSUBTOTALS,
    orders.INVDOCUMENT,
    orders.INVDOCUMENTENTRY,
    orders.ICTRANSFER,
    orders.ICTRANSFERITEM,
    orders.ITEMCOMPONENT,
    orders.AVAILABLEINVENTORY,
    receivables.ARINVOICE,
    receivables.ARINVOICEITEM,
    receivables.ARADJUSTMENT,
    receivables.ARADJUSTMENTITEM,
    receivables.ARADVANCE,
    receivables.ARADVANCEITEM,
    receivables.ARPYMT,
    receivables.ARPYMTDETAIL,
    receivables.DEPOSIT,
    ledger.GLBATCH,
    ledger.GLENTRY,
    ledger.GLDETAIL,
    ledger.AUDITHISTORY,
]


def _with_known(made: XmlObject) -> XmlObject:
    known = empty(KNOWN.get(made.name, ""))
    further = {name: field for name, field in known.items() if name not in made.fields}
    return replace(made, fields={**made.fields, **further})


OBJECTS: Mapping[str, XmlObject] = {made.name: _with_known(made) for made in _ALL}

_BY_TABLE = {made.table: made for made in reversed(list(OBJECTS.values()))}


def find(name: str) -> XmlObject | None:
    """Give the object of that name, in any case, or None."""
    return OBJECTS.get(name.strip().upper())


def of_table(table: str) -> XmlObject | None:
    """Give the object that shows a table of the books, or None."""
    return _BY_TABLE.get(table)
