"""Shopify Payments' payouts and the balance transactions that make them up (carts reference §4.7).

`net` is `amount` less `fee`. The row of type `payout` is the deposit with its sign turned: it is
the sum and no part of it. Other gateways (PayPal, manual) are not told here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from carts.adapter import PayoutReading
from carts.assembly import distinct
from carts.documents import MOST_MOVEMENTS, Node, believed_currency
from carts.shopify.models import CART
from commerce.money import Money
from commerce.orders import Ref
from commerce.payouts import FeeKind, Payout, PayoutLine, PayoutLineKind, PayoutStatus

_STATUS = {
    "scheduled": PayoutStatus.SCHEDULED,
    "in_transit": PayoutStatus.IN_TRANSIT,
    "paid": PayoutStatus.PAID,
    "failed": PayoutStatus.FAILED,
    "canceled": PayoutStatus.CANCELLED,
    "cancelled": PayoutStatus.CANCELLED,
    "pending": PayoutStatus.OPEN,
}
_KINDS = {
    "charge": PayoutLineKind.CHARGE,
    "refund": PayoutLineKind.REFUND,
    "refund_failure": PayoutLineKind.REFUND,
    "dispute": PayoutLineKind.DISPUTE,
    "reserve": PayoutLineKind.RESERVE,
    "adjustment": PayoutLineKind.ADJUSTMENT,
    "credit": PayoutLineKind.ADJUSTMENT,
    "debit": PayoutLineKind.ADJUSTMENT,
    "payout_failure": PayoutLineKind.TRANSFER,
    "payout_cancellation": PayoutLineKind.TRANSFER,
}
_DEPOSIT = "payout"
_LAST_YEAR = 2199


def payout_reading(payout: Any, transactions: Iterable[Any], store: str) -> PayoutReading:
    """A payout of `payouts.json` with all the balance transactions that name it.

    Raises:
        MoneyError: the documents' sums are beyond belief.
    """
    root = Node({"payout": payout, "transactions": list(transactions)}, "", [])
    node = root.node("payout") or Node({}, "payout", root.problems)
    currency = believed_currency(node, node.text("currency"), "currency")
    status = _status(node, "status")
    issued_at = _issued_at(node)
    found = Payout(
        ref=Ref(CART, store, "payout", node.identifier("id")),
        status=status,
        currency=currency,
        amount=_money(node, "amount", currency),
        initiated_at=issued_at,
        lines=_lines(list(root.nodes("transactions", most=MOST_MOVEMENTS)), currency),
        arrived_at=issued_at if status is PayoutStatus.PAID else None,
        bank_reference=node.text("external_trace_id"),
    )
    return _told(root, found)


def loose_transactions(node: Node, store: str) -> PayoutReading:
    """Balance transactions by themselves; what was paid is told where the deposit is among them.

    Raises:
        MoneyError: the document's sums are beyond belief.
    """
    nodes = list(node.nodes("transactions", most=MOST_MOVEMENTS))
    if not nodes:
        return PayoutReading(None, distinct(node.problems))
    currency = believed_currency(nodes[0], nodes[0].text("currency"), "currency")
    deposits = [each for each in nodes if each.text("type") == _DEPOSIT]
    payout_ids = {each.optional_identifier("payout_id") for each in nodes}
    if len(payout_ids) > 1:
        node.refuse("transactions", "a list of one payout's transactions")
    status = _status(nodes[0], "payout_status")
    last = max(each.required_instant("processed_at") for each in nodes)
    found = Payout(
        ref=Ref(CART, store, "payout", payout_ids.pop()),
        status=status,
        currency=currency,
        amount=-_money(deposits[0], "amount", currency) if len(deposits) == 1 else None,
        initiated_at=last,
        lines=_lines(nodes, currency),
        arrived_at=last if status is PayoutStatus.PAID else None,
    )
    return _told(node, found)


def _told(node: Node, found: Payout) -> PayoutReading:
    if node.problems:
        return PayoutReading(None, distinct(node.problems))
    return PayoutReading(found)


def _status(node: Node, name: str) -> PayoutStatus:
    status = _STATUS.get(node.text(name))
    if status is None:
        node.refuse(name, "a known state of a payout")
    return status or PayoutStatus.OPEN


def _issued_at(node: Node) -> datetime:
    """The payout's date; it states no time and no zone, so the start of that date in UTC."""
    try:
        day = date.fromisoformat(node.text("date")[:10])
        if datetime(1970, 1, 1, tzinfo=UTC).year < day.year <= _LAST_YEAR:
            return datetime.combine(day, time(), UTC)
    except ValueError:
        pass
    node.refuse("date", "a believable date")
    return datetime(1970, 1, 1, tzinfo=UTC)


def _lines(nodes: Sequence[Node], currency: str) -> tuple[PayoutLine, ...]:
    return tuple(_line(node, currency) for node in nodes if node.text("type") != _DEPOSIT)


def _line(node: Node, currency: str) -> PayoutLine:
    """One movement; in another currency than the payout it is refused, never added."""
    if node.text("currency") != currency:
        node.refuse("currency", "the payout's currency")
    if node.flag("test"):
        node.refuse("test", "false: test money is in no bank")
    name = node.text("type")
    kind = _KINDS.get(name, PayoutLineKind.ADJUSTMENT)
    fee = _money(node, "fee", currency)
    is_refund = kind is PayoutLineKind.REFUND
    return PayoutLine(
        id=node.identifier("id"),
        kind=kind,
        amount=_money(node, "amount", currency),
        fee=fee,
        net=_money(node, "net", currency),
        occurred_at=node.required_instant("processed_at"),
        order_id=node.optional_identifier("source_order_id"),
        refund_id=node.optional_identifier("source_id") if is_refund else "",
        transaction_id=node.optional_identifier("source_order_transaction_id"),
        type_name=name,
        fee_kind=_fee_kind(kind) if fee else None,
        is_recognized=name in _KINDS,
    )


def _fee_kind(kind: PayoutLineKind) -> FeeKind:
    return FeeKind.DISPUTE if kind is PayoutLineKind.DISPUTE else FeeKind.PROCESSING


def _money(node: Node, name: str, currency: str) -> Money:
    amount = node.money(name, currency)
    if amount is None:
        node.refuse(name, "given")
        return Money.zero(currency)
    return amount
