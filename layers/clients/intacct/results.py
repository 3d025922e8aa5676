"""What the actions of both protocols answer when a document is looked up."""

from __future__ import annotations

from dataclasses import dataclass

from commerce.money import Money
from intacct.documents import DocumentResult


@dataclass(frozen=True, slots=True)
class Found:
    """A document read back by our own mark, with what is compared before it is believed.

    `customer` and `total` are what Sage holds; both are empty where the object has none (a journal
    entry has no customer) or where the protocol does not say it.
    """

    result: DocumentResult
    reference: str
    customer: str = ""
    total: Money | None = None
