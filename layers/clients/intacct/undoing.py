"""Undoing what is in the books by Sage's own means, in neither protocol.

Such an action is a posting like any other: it has a mark of ours, may be in doubt, and is found
again, not by its mark, which Sage does not keep, but by what became of the document it undoes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Reversible(StrEnum):
    """The posted documents of Accounts Receivable that Sage itself can reverse."""

    AR_INVOICE = "invoice"
    ADJUSTMENT = "adjustment"
    PAYMENT = "payment"
    ADVANCE = "advance"
    CUSTOMER_REFUND = "customer-refund"


@dataclass(frozen=True, slots=True)
class ReverseDocument:
    """A posted document is undone by a counter-document dated `reversed_on`.

    `key` is the Sage key of what is undone, `reference` our mark of the undoing, where it has one.
    """

    kind: Reversible
    key: str
    reversed_on: date
    memo: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class CloseSalesDocument:
    """Nothing more will be converted from this Order Entry document; `reference` as above."""

    definition: str
    key: str
    id: str = ""
    reference: str = ""


Undoing = ReverseDocument | CloseSalesDocument
"""An action that undoes one document, which its `key` names."""

_REVERSED = frozenset({"reversed", "voided"})
_CLOSED = frozenset({"closed", "converted"})


def is_undone(undoing: Undoing, state: str) -> bool:
    """Whether a document in that state, in REST's words, is as the action leaves it.

    What a refund reads then is shown nowhere (REST reference §16.8): both words count.
    """
    return state in (_CLOSED if isinstance(undoing, CloseSalesDocument) else _REVERSED)
