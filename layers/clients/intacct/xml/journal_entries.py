"""Journal entries: a generic create of one GLBATCH, with all its lines or not at all (§13.6)."""

from __future__ import annotations

from intacct.documents import JournalEntry, JournalLine, Side
from intacct.rates import line_rate
from intacct.statistics import StatisticalEntry
from intacct.xml.currencies import generic_currency
from intacct.xml.custom_fields import checked
from intacct.xml.dimensions import generic
from intacct.xml.elements import Element, add, add_given, date_text, decimal_text, element

FIELDS = ("RECORDNO", "BATCHNO", "JOURNAL", "STATE", "REFERENCENO")
_TR_TYPES = {Side.DEBIT: "1", Side.CREDIT: "-1"}


def create_journal_entry(entry: JournalEntry, *, base_currency: str = "") -> Element:
    """A `create` of one GLBATCH, posted unless it is to stay a draft."""
    function = element("create")
    batch = add(function, "GLBATCH")
    add(batch, "JOURNAL", entry.journal)
    add(batch, "BATCH_DATE", date_text(entry.posted_on))
    add(batch, "BATCH_TITLE", entry.description)
    reverses_on = date_text(entry.reverses_on) if entry.reverses_on else ""
    add_given(
        batch,
        [
            ("REVERSEDATE", reverses_on),
            ("REFERENCENO", entry.reference),
            ("BASELOCATION_NO", entry.base_location),
            ("SUPDOCID", entry.attachment),
        ],
    )
    add(batch, "STATE", "Draft" if entry.is_draft else "Posted")
    add_given(batch, checked(entry.custom))
    _add_entries(batch, entry, base_currency=base_currency)
    return function


def update_journal_entry(key: str, entry: JournalEntry, *, base_currency: str = "") -> Element:
    """An `update` of the GLBATCH with that RECORDNO: all its lines are replaced (§13.6).

    A draft stays one unless `is_draft` says that it is to be posted now.
    """
    function = element("update")
    batch = add(function, "GLBATCH")
    add(batch, "RECORDNO", key)
    add(batch, "BATCH_DATE", date_text(entry.posted_on))
    add(batch, "BATCH_TITLE", entry.description)
    add_given(batch, [("REFERENCENO", entry.reference), ("SUPDOCID", entry.attachment)])
    add(batch, "STATE", "Draft" if entry.is_draft else "Posted")
    add_given(batch, checked(entry.custom))
    _add_entries(batch, entry, base_currency=base_currency)
    return function


def create_statistical_entry(entry: StatisticalEntry) -> Element:
    """A `create` of one GLBATCH in a statistical journal: quantities, no balance (§13.6)."""
    function = element("create")
    batch = add(function, "GLBATCH")
    add(batch, "JOURNAL", entry.journal)
    add(batch, "BATCH_DATE", date_text(entry.posted_on))
    add(batch, "BATCH_TITLE", entry.description)
    add_given(batch, [("REFERENCENO", entry.reference)])
    add(batch, "STATE", "Draft" if entry.is_draft else "Posted")
    entries = add(batch, "ENTRIES")
    for line in entry.lines:
        row = add(entries, "GLENTRY")
        add(row, "ACCOUNTNO", line.account)
        add(row, "TR_TYPE", _TR_TYPES[line.side])
        add(row, "TRX_AMOUNT", decimal_text(line.quantity))
        add_given(row, generic(line.dimensions, location="LOCATION", department="DEPARTMENT"))
        add_given(row, [("DESCRIPTION", line.memo)])
    return function


def _add_entries(batch: Element, entry: JournalEntry, *, base_currency: str) -> None:
    entries = add(batch, "ENTRIES")
    for line in entry.lines:
        _add_line(entries, line, entry, base_currency=base_currency)


def _add_line(
    entries: Element, line: JournalLine, entry: JournalEntry, *, base_currency: str
) -> None:
    row = add(entries, "GLENTRY")
    add(row, "ACCOUNTNO", line.account)
    add(row, "TR_TYPE", _TR_TYPES[line.side])
    add(row, "TRX_AMOUNT", line.amount.plain())
    currency, rate, on = line.amount.currency, line_rate(line, entry), entry.rate_on
    add_given(row, generic_currency(currency, base_currency=base_currency, rate=rate, rate_on=on))
    add_given(row, generic(line.dimensions, location="LOCATION", department="DEPARTMENT"))
    add_given(row, [("DESCRIPTION", line.memo)])
