"""Transactions of Amazon's Finances API (2024-06-19): amounts as a tree that must add up.

Amounts are JSON numbers, type names an open list (carts reference §7.5, U5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from carts.adapter import Code
from carts.amazon.models import hold
from carts.documents import MOST_MOVEMENTS, Node, believed_currency
from commerce.money import Money, total

ORDER_ID = "ORDER_ID"
REFUND_ID = "REFUND_ID"
GROUP_ID = "FINANCIAL_EVENT_GROUP_ID"
RELEASE_ID = "RELEASE_TRANSACTION_ID"
DEFERRED_ID = "DEFERRED_TRANSACTION_ID"
_USED = frozenset({ORDER_ID, REFUND_ID, GROUP_ID, RELEASE_ID, DEFERRED_ID})

SALES = frozenset({"Sales", "Refunded Sales"})
"""The branch of what the buyer paid or got back, pass-through tax included."""

EXPENSES = "Expenses"
"""The branch of what is kept from the seller; of a refund it may hold what the buyer got back."""

BUYERS = frozenset({"ProductCharges", "Tax", "Shipping", "PromoRebates", "Giftwrap", "Tips"})
"""Parts that a buyer pays or gets back, whatever branch they stand in."""

_NEVER_BUYERS = frozenset(
    {"AmazonFees", "FBAFees", "FBAInventoryReimbursement", "FBAReversedReimbursement"}
)

_DEFERRED = "DEFERRED"
_DEFERRED_RELEASED = "DEFERRED_RELEASED"
_REFUNDING = ("refund", "guaranteeclaim")


@dataclass(frozen=True, slots=True)
class Branch:
    """One `breakdowns[]` entry: what it is, its sum, and its parts; `place` leads to it."""

    type: str
    amount: Money
    parts: tuple[Branch, ...]
    place: str

    def leaves(self) -> Iterator[Branch]:
        """The parts that are not split any further."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True)
class TradedItem:
    """One of `items[]`: which goods, how many, and its own tree (empty where not told)."""

    sku: str
    quantity: Decimal
    branches: tuple[Branch, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """One movement of the seller's balance."""

    id: str
    type: str
    status: str
    posted_at: datetime
    total: Money
    related: dict[str, str]
    marketplace: str
    branches: tuple[Branch, ...]
    items: tuple[TradedItem, ...]
    place: str

    @property
    def order_id(self) -> str:
        """The order it belongs to; empty for what belongs to none."""
        return self.related.get(ORDER_ID, "")

    @property
    def is_refund(self) -> bool:
        """Whether a buyer got money back: a refund, or a granted guarantee claim."""
        return any(word in self.type.lower() for word in _REFUNDING)

    @property
    def refund_id(self) -> str:
        """What refunds are told apart by; empty for anything else."""
        return self.related.get(REFUND_ID, self.id) if self.is_refund else ""

    @property
    def sales(self) -> Money:
        """What the buyer paid; below zero what the buyer got back."""
        return total((part.amount for part in self.sold), self.total.currency)

    @property
    def sold(self) -> tuple[Branch, ...]:
        """What the buyer paid or got back, part by part."""
        return tuple(part for branch in self.branches for part in self.sold_of(branch))

    def sold_of(self, branch: Branch) -> tuple[Branch, ...]:
        """The buyer's parts of a branch; the branch itself where it is not split.

        Of refunds Amazon was seen to sort by sign: fees that come back among the sales, and what
        the buyer gets among the expenses.
        """
        if branch.type in SALES:
            parts = branch.parts or (branch,)
            return tuple(part for part in parts if part.type not in _NEVER_BUYERS)
        if branch.type == EXPENSES and self.is_refund:
            return tuple(part for part in branch.parts if part.type in BUYERS)
        return ()


def read_transactions(nodes: Iterable[Node]) -> list[Transaction]:
    """The transactions; what is wrong with one is noted at its place."""
    return [_read(node) for node in nodes]


def page_transactions(node: Node) -> Iterator[Node]:
    """The transactions of an answer of `listTransactions`, in its envelope or bare."""
    payload = node.node("payload") if node.has("payload") else node
    if payload is not None:
        yield from payload.nodes("transactions", most=MOST_MOVEMENTS)


def settled(transactions: Sequence[Transaction]) -> list[Transaction]:
    """Those whose money moved, each once.

    Deferred money appears twice, as what was deferred and as its release, linked by ids: only the
    release counts. What is deferred still does not count yet (carts reference §7.5).
    """
    moved = [each for each in transactions if each.status.upper() != _DEFERRED]
    moved = list({each.id: each for each in moved}.values())
    known = {each.id for each in moved}
    released = {each.related[DEFERRED_ID] for each in moved if DEFERRED_ID in each.related}
    return [
        each
        for each in moved
        if each.status.upper() != _DEFERRED_RELEASED
        or not (each.id in released or each.related.get(RELEASE_ID) in known)
    ]


def _read(node: Node) -> Transaction:
    amount = node.node("totalAmount") or Node({}, node.at("totalAmount"), node.problems)
    currency = believed_currency(amount, amount.text("currencyCode"), "currencyCode")
    stated = _money(amount, currency)
    branches = _branches(node, currency)
    summed = total((branch.amount for branch in branches), currency)
    if branches and summed != stated:
        message = "its breakdowns do not add up to it"
        hold(node, "totalAmount", Code.UNBALANCED, message, stated - summed)
    details = node.node("marketplaceDetails") or node.node("sellingPartnerMetadata")
    return Transaction(
        id=node.identifier("transactionId"),
        type=node.text("transactionType"),
        status=node.text("transactionStatus"),
        posted_at=node.required_instant("postedDate"),
        total=stated,
        related=_related(node),
        marketplace=details.text("marketplaceId") if details else "",
        branches=branches,
        items=tuple(_item(item, currency) for item in node.nodes("items")),
        place=node.place,
    )


def _related(node: Node) -> dict[str, str]:
    """The identifiers that something is told apart by; others may be of any form."""
    found: dict[str, str] = {}
    for entry in node.nodes("relatedIdentifiers"):
        name = entry.text("relatedIdentifierName")
        if name in _USED:
            found.setdefault(name, entry.optional_identifier("relatedIdentifierValue"))
    return {name: value for name, value in found.items() if value}


def _item(node: Node, currency: str) -> TradedItem:
    sku, quantity = "", Decimal(0)
    for context in node.nodes("contexts"):
        if context.text("contextType") == "ProductContext":
            sku = context.text("sku").strip()
            quantity = context.decimal("quantityShipped") or Decimal(0)
    return TradedItem(sku, quantity, _branches(node, currency), node.place)


def _branches(node: Node, currency: str) -> tuple[Branch, ...]:
    """The breakdowns; the model's own example wraps the list in an object."""
    if isinstance(node.get("breakdowns"), dict):
        return _branches(node.node("breakdowns") or node, currency)
    return tuple(_branch(entry, currency) for entry in node.nodes("breakdowns"))


def _branch(node: Node, currency: str) -> Branch:
    holder = node.node("breakdownAmount") or Node({}, node.at("breakdownAmount"), node.problems)
    amount = _money(holder, currency)
    if holder.text("currencyCode") not in ("", currency):
        holder.refuse("currencyCode", "the transaction's currency")
    parts = _branches(node, currency)
    summed = total((part.amount for part in parts), currency)
    if parts and summed != amount:
        message = "its parts do not add up to it"
        hold(node, "breakdownAmount", Code.UNBALANCED, message, amount - summed)
    return Branch(node.text("breakdownType"), amount, parts, node.place)


def _money(holder: Node, currency: str) -> Money:
    found = holder.money("currencyAmount", currency)
    if found is None:
        holder.refuse("currencyAmount", "given")
    return found or Money.zero(currency)
