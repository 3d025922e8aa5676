"""An order's facts as they grew: its archived documents once more, in the order they changed it.

Nothing is stored. What a document says is read by the same adapters and merged by the same rules as
when it came, so that each moment is one the product went through, or could have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from carts.adapter import Headers, UnknownTopicError, as_presented
from carts.documents import DocumentError, parse
from carts.registry import adapter
from commerce.codec import CodecError, decode
from commerce.orders import Facts
from shared.facts.checks import findings_of
from shared.facts.merge import merge
from shared.facts.receipts import ReceiptSource, decide
from shared.facts.record import FactsRecord
from shared.intake.archive import RawMissingError, Shelf


@dataclass(frozen=True, slots=True)
class RawDocument:
    """An archived body, the headers that were kept with it, and when it was archived."""

    body: bytes
    headers: Headers
    archived_at: datetime


class RawDocuments(Protocol):
    """Reads archived documents."""

    def read(self, key: str) -> RawDocument:
        """The document of that key.

        Raises:
            RawMissingError: there is none.
        """
        ...


class UnreadableHistoryError(Exception):
    """An archived document of an order is gone or cannot be read any more; names its key."""

    def __init__(self, key: str) -> None:
        """Name the document."""
        super().__init__(f"the archived document {key} cannot be read")
        self.key = key


@dataclass(frozen=True, slots=True)
class Moment:
    """An order's record after the document `source` was taken in.

    `is_bookable` says whether its facts could be planned: the order is known and nothing stands
    against it.
    """

    source: str
    archived_at: datetime
    record: FactsRecord
    is_bookable: bool


def moments(record: FactsRecord, documents: RawDocuments) -> Iterator[Moment]:
    """The order's life from its archived documents, the first one first.

    Args:
        record: the order as it is stored now; its `sources` are read.
        documents: the archive.

    Raises:
        UnreadableHistoryError: a document is gone or cannot be read.
    """
    is_sages = record.receipts is ReceiptSource.SAGE
    first = record.receipts if is_sages else ReceiptSource.UNDECIDED
    told = replace(record, known=Facts(record.known.ref), receipts=first)
    for key in record.sources:
        try:
            raw = documents.read(key)
            said = _said(told, key, raw, _currency_of(record))
        except (CodecError, DocumentError, RawMissingError, UnknownTopicError):
            raise UnreadableHistoryError(key) from None
        if said is None:
            raise UnreadableHistoryError(key)
        told = replace(told, known=merge(told.known, said))
        source = decide(told.known, told.receipts)
        is_bookable = told.known.order is not None and not findings_of(told.known, source)
        if is_bookable:
            told = replace(told, receipts=source)
        yield Moment(key, raw.archived_at, told, is_bookable)


def _currency_of(record: FactsRecord) -> str:
    return record.known.order.currency if record.known.order else ""


def _said(told: FactsRecord, key: str, raw: RawDocument, currency: str) -> Facts | None:
    """What a document said, on the side that its order was read on (R-8.1)."""
    if key.startswith(f"{Shelf.FETCHED.value}/"):
        return decode(raw.body)
    ref, order = told.known.ref, told.known.order
    cart, document = adapter(ref.cart), parse(raw.body)
    topic = cart.describe(raw.headers, raw.body, document).topic
    tax_included = order.tax_included if order else None
    said = cart.read(ref.store, topic, document, tax_included=tax_included).facts
    if said is None or _is_in(said, currency):
        return said
    shown = as_presented(cart, document)
    other = cart.read(ref.store, topic, shown, tax_included=tax_included).facts
    return other if other is not None and _is_in(other, currency) else said


def _is_in(facts: Facts, currency: str) -> bool:
    """Whether an order, or its refunds, are told in that currency."""
    told = {refund.currency for refund in facts.refunds}
    return (told | ({facts.order.currency} if facts.order else set())) <= {currency}


def is_whole(record: FactsRecord, last: Moment | None) -> bool:
    """Whether the archive tells all that is known of the order: nothing came by another way."""
    return last is not None and last.record.known == record.known
