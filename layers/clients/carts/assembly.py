"""Putting a read order together: one reading, with its digest, or all its problems."""

from __future__ import annotations

from dataclasses import replace

from carts.adapter import Problem, Reading
from carts.documents import Node
from commerce.codec import fingerprint
from commerce.orders import Facts, Fulfilment, Order, Payment, Refund


def order_reading(
    node: Node,
    order: Order,
    *,
    payments: tuple[Payment, ...] = (),
    fulfilments: tuple[Fulfilment, ...] = (),
    refunds: tuple[Refund, ...] = (),
    needs_fetch: bool = False,
) -> Reading:
    """The order with its followers; with any problem noted in `node`, the problems and no order."""
    if node.problems:
        return Reading(None, distinct(node.problems), needs_fetch=needs_fetch)
    order = replace(order, version=replace(order.version, digest=fingerprint(order)))
    facts = Facts(
        ref=order.ref, order=order, payments=payments, fulfilments=fulfilments, refunds=refunds
    )
    return Reading(facts, needs_fetch=needs_fetch)


def distinct(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once, in the order found."""
    return tuple(dict.fromkeys(problems))
