"""Undoing what was posted in Accounts Receivable (§13.2 to §13.4).

A posted document is reversed on a day of its own; only a draft, or an invoice that nothing was paid
on, can be deleted.
"""

from __future__ import annotations

from collections.abc import Mapping

from intacct.undoing import ReverseDocument, Reversible
from intacct.xml.elements import Element, add_given, add_legacy_date, element

# Advances and customer refunds have no reversal over XML in any of our sources.
_REVERSE: Mapping[Reversible, str] = {
    Reversible.AR_INVOICE: "reverse_invoice",
    Reversible.ADJUSTMENT: "reverse_aradjustment",
    Reversible.PAYMENT: "reverse_arpayment",
}
_DELETE: Mapping[Reversible, str] = {
    Reversible.AR_INVOICE: "delete_invoice",
    Reversible.ADJUSTMENT: "delete_aradjustment",
}


_OBJECT: Mapping[Reversible, str] = {
    Reversible.AR_INVOICE: "ARINVOICE",
    Reversible.ADJUSTMENT: "ARADJUSTMENT",
    Reversible.PAYMENT: "ARPYMT",
}


def object_of(kind: Reversible) -> str:
    """The object that documents of that kind are read from.

    Raises:
        ValueError: XML does not reverse documents of that kind.
    """
    if kind not in _OBJECT:
        message = f"XML reverses no {kind.value} (XML reference §13.4)"
        raise ValueError(message)
    return _OBJECT[kind]


def can_reverse(kind: Reversible) -> bool:
    """Whether XML reverses documents of that kind."""
    return kind in _REVERSE


def reverse_document(change: ReverseDocument) -> Element:
    """The function that undoes the document on its day.

    Raises:
        ValueError: XML does not reverse documents of that kind.
    """
    name = _REVERSE.get(change.kind)
    if name is None:
        message = f"XML reverses no {change.kind.value} (XML reference §13.4)"
        raise ValueError(message)
    function = element(name, key=change.key)
    add_legacy_date(function, "datereversed", change.reversed_on)
    add_given(function, [("description", change.memo)])
    return function


def delete_document(kind: Reversible, key: str) -> Element:
    """The function that deletes an invoice or adjustment with that record number.

    Raises:
        ValueError: XML does not delete documents of that kind by a function of their own.
    """
    name = _DELETE.get(kind)
    if name is None:
        message = f"XML deletes no {kind.value}"
        raise ValueError(message)
    return element(name, key=key)
