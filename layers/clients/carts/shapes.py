"""Telling what a stored document of a cart is, and reading it as production does.

A cart's folder says in `shapes.py` which documents of its API there are: how each is recognised
when nothing but its bytes is at hand, and which of the cart's own readers takes it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from carts.adapter import (
    Code,
    Delivery,
    Headers,
    PayoutCart,
    PayoutReading,
    Problem,
    Reading,
)
from carts.documents import Node
from carts.registry import UnknownCartError, adapter, is_known

if TYPE_CHECKING:
    from commerce.money import Money


SETTLEMENT = "settlement_transactions"
"""What lines of settlement are called, unless they are those of one payout."""


class Kind(StrEnum):
    """What a document is, whatever the cart calls it."""

    ORDER = "order"
    REFUND = "refund"
    PAYMENT = "payment"
    PAYOUT = "payout"
    NOTIFICATION = "notification"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Source:
    """A document with what came with it; `currency` is that of documents which state none."""

    document: Any
    body: bytes = b""
    headers: Headers = field(default_factory=lambda: Headers({}))
    store: str = "store"
    currency: str = ""

    def node(self) -> Node:
        """The document, to be read from its top."""
        return Node(self.document, "", [])

    def member(self, *path: str) -> Any:
        """What stands at the path of object members; None where there is no such path."""
        found = self.document
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found


@dataclass(frozen=True, slots=True)
class Seen:
    """One document as it was read: a reading, a settlement, or what a delivery says of itself.

    `place` is where it stands in the file, `name` what it is called where its kind is too wide.
    `tells_refunds` says of a settlement that it alone tells of refunds. `number` is the order's
    number where a delivery tells it; `is_numbered` is false where the cart numbers no orders.
    `outside_tax` is tax that a marketplace collected without its being part of the total.
    `refunded` are the amounts, by id, of refunds of which the document tells nothing else.
    """

    kind: Kind
    place: str = ""
    reading: Reading | None = None
    delivery: Delivery | None = None
    payout: PayoutReading | None = None
    order_id: str = ""
    number: str = ""
    is_numbered: bool = True
    name: str = ""
    tells_refunds: bool = False
    outside_tax: Money | None = None
    refunded: Mapping[str, Money] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """One form of document: `fits` recognises it and never raises; `seen` reads it.

    A page holds several documents, and each is seen by itself.
    """

    kind: Kind
    fits: Callable[[Source], bool]
    seen: Callable[[Source], Iterator[Seen]]


def shapes(cart: str) -> tuple[Shape, ...]:
    """The forms that documents of the cart have, the most telling first.

    Raises:
        UnknownCartError: there is no such cart.
    """
    if not is_known(cart):
        message = "there is no adapter for this cart"
        raise UnknownCartError(message)
    found: tuple[Shape, ...] = importlib.import_module(f"carts.{cart}.shapes").SHAPES
    return found


def has(*path: str) -> Callable[[Source], bool]:
    """Whether something stands at the path."""
    return lambda source: source.member(*path) is not None


def one_reading(
    kind: Kind, read: Callable[[Source], Reading], order_id: str
) -> Callable[[Source], Iterator[Seen]]:
    """A document that is read as a whole; the member `order_id` names its order."""

    def seen(source: Source) -> Iterator[Seen]:
        yield Seen(kind, reading=read(source), order_id=stated(source.document, order_id))

    return seen


def stated(document: Any, name: str) -> str:
    """A member as text where it is text or a whole number; empty otherwise."""
    value = document.get(name) if isinstance(document, Mapping) else None
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number or isinstance(value, str) else ""


def settlement(
    cart: str, name: str = SETTLEMENT, *, tells_refunds: bool = False
) -> Callable[[Source], Iterator[Seen]]:
    """A document of settlement lines, for a cart whose adapter is a `PayoutCart`.

    `tells_refunds` where no other document of the cart does.
    """

    def seen(source: Source) -> Iterator[Seen]:
        reader = cast("PayoutCart", adapter(cart))
        read = reader.read_payout(source.store, source.document)
        yield Seen(Kind.PAYOUT, payout=read, name=name, tells_refunds=tells_refunds)

    return seen


def without_lines(*path: str) -> Callable[[Source], Iterator[Seen]]:
    """Payouts by themselves, one or a list at the path: what they are made of is another list's."""

    def seen(source: Source) -> Iterator[Seen]:
        found = source.member(*path)
        name = ".".join(path) or "document"
        listed = found if isinstance(found, list) else [found]
        for index, _ in enumerate(listed):
            place = f"{name}[{index}]" if isinstance(found, list) else name
            message = "states no lines: only the list of its transactions tells them"
            problem = Problem(Code.CONFIGURATION_MISSING, place, message)
            yield Seen(Kind.PAYOUT, place, payout=PayoutReading(None, (problem,)), name="payout")

    return seen
