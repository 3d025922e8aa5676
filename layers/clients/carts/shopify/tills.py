"""Money over a till: a sale may be told with the change that was given, as two transactions.

Whether the sale's amount holds the change is not documented: what the order received decides, and
where it fits neither way nobody does (carts reference §12, pitfalls).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from carts.adapter import Code, Problem
from carts.documents import Node
from carts.shopify.models import payments, required_money
from commerce.money import Money, total
from commerce.orders import Payment

CASH = "cash"
"""The gateway of money over a till."""

_CHANGE = "change"
_CAME_TO_NOTHING = frozenset({"failure", "error"})


def order_payments(node: Node, store: str, received: Money | None) -> tuple[Payment, ...]:
    """The transactions of an order, each sale without the change that was given on it.

    Args:
        node: the order, with its transactions.
        store: our id of its store.
        received: what the order says was received so far; None where it leaves that open.
    """
    listed = list(node.nodes("transactions"))
    told = [each for each in listed if each.text("kind").lower() == _CHANGE]
    moved = payments((each for each in listed if each not in told), store)
    changes = [each for each in told if each.text("status").lower() not in _CAME_TO_NOTHING]
    if not changes:
        return moved
    receipts = [payment for payment in moved if payment.is_receipt]
    if received is None or any(r.amount.currency != received.currency for r in receipts):
        return _undecided(moved, changes)
    taken = total((receipt.amount for receipt in receipts), received.currency)
    if taken == received:
        return moved
    for change in changes:
        given = abs(required_money(change, "amount", received.currency))
        sale = _sale_of(change, receipts)
        if sale is None or not sale.amount > given:
            return _undecided(moved, changes)
        lowered = replace(sale, amount=sale.amount - given)
        receipts[receipts.index(sale)] = lowered
        moved = tuple(lowered if payment is sale else payment for payment in moved)
        taken -= given
    return moved if taken == received else _undecided(moved, changes)


def _sale_of(change: Node, receipts: Sequence[Payment]) -> Payment | None:
    """The receipt that change was given on: the one it names, else the only one."""
    parent = change.optional_identifier("parent_id")
    found = [each for each in receipts if not parent or each.ref.id == parent]
    return found[0] if len(found) == 1 else None


def _undecided(moved: tuple[Payment, ...], changes: Sequence[Node]) -> tuple[Payment, ...]:
    """The transactions as they stand, with a problem that keeps them from being booked."""
    message = "is change given at a till, and the order does not make plain what was received"
    for change in changes:
        place = change.at("kind")
        change.problems.append(Problem(Code.PAYMENT_UNDECIDED, place, message))
    return moved
