"""Finds objects of the gateway by name; names are compared without case (§9.1)."""

from __future__ import annotations

from collections.abc import Mapping

from local.intacct_simulator.xml.objects import documents, masters
from local.intacct_simulator.xml.objects.model import XmlObject

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
    *masters.SMALL,
    documents.SODOCUMENT,
    documents.SODOCUMENTENTRY,
    documents.INVDOCUMENT,
    documents.INVDOCUMENTENTRY,
    documents.ARINVOICE,
    documents.ARINVOICEITEM,
    documents.ARADJUSTMENT,
    documents.ARADJUSTMENTITEM,
    documents.ARADVANCE,
    documents.ARADVANCEITEM,
    documents.ARPYMT,
    documents.ARPYMTDETAIL,
    documents.GLBATCH,
    documents.GLENTRY,
    documents.GLDETAIL,
    documents.AUDITHISTORY,
]

OBJECTS: Mapping[str, XmlObject] = {made.name: made for made in _ALL}

_BY_TABLE = {made.table: made for made in reversed(_ALL)}


def find(name: str) -> XmlObject | None:
    """Give the object of that name, in any case, or None."""
    return OBJECTS.get(name.strip().upper())


def of_table(table: str) -> XmlObject | None:
    """Give the object that shows a table of the books, or None."""
    return _BY_TABLE.get(table)
