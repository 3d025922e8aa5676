"""Walmart refunds inside an order line: no date, often no id, a sign that varies (§9.5).

Each refunded charge is a refund of its own, named by a digest of what it says: a second charge
that joins the first must not change the first one's name, or its money would go back twice. How
many units went back is not told: the price of the line is the line, anything else an allowance.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator

from carts.adapter import Code
from carts.documents import Node
from carts.walmart.lines import Sold
from carts.walmart.models import CART, CURRENCY, ChargeAmount, charge, hold
from commerce.money import Money, total
from commerce.orders import (
    AdjustmentKind,
    Payment,
    PaymentKind,
    PaymentState,
    Ref,
    Refund,
    RefundAdjustment,
    RefundLine,
)


def refunds(sold: Sold, store: str, order_id: str) -> tuple[Refund, ...]:
    """What went back for the line; more than it was sold for is held."""
    holder = sold.node.node("refund")
    listing = holder.node("refundCharges") if holder else None
    if holder is None or listing is None:
        return ()
    if sold.is_priced_by_unit and listing.get("refundCharge"):
        message = "is of a line of several units priced by unit: how many went back is not said"
        hold(sold.node, "refund", Code.CONFIGURATION_MISSING, message)
    given_id = holder.optional_identifier("refundId")
    stem = f"{order_id}:{sold.line.id}:"
    seen: Counter[str] = Counter()
    found: list[Refund] = []
    for node, part in _charges(listing):
        name = _digest(given_id, node.text("refundReason"), part)
        seen[name] += 1
        suffix = f".{seen[name]}" if seen[name] > 1 else ""
        ref = Ref(CART, store, "refund", f"{stem}{name}{suffix}")
        found.append(_refund(ref, order_id, sold, part))
    paid_back = total((refund.credit for refund in found), CURRENCY)
    if paid_back > sold.worth:
        message = "gives back more than the line was sold for"
        hold(sold.node, "refund", Code.UNBALANCED, message, paid_back - sold.worth)
    return tuple(found)


def _charges(listing: Node) -> Iterator[tuple[Node, ChargeAmount]]:
    for node in listing.nodes("refundCharge"):
        inner = node.node("charge")
        if inner is None:
            node.refuse("charge", "given")
            continue
        part = charge(inner)
        if part.tax and part.amount.is_negative is not part.tax.is_negative and part.amount:
            inner.refuse("tax", "of the sign of its charge")
        yield node, part


def _digest(given_id: str, reason: str, part: ChargeAmount) -> str:
    amounts = [abs(part.amount).plain(), abs(part.tax).plain()]
    said = json.dumps([given_id, reason, part.kind, part.name, *amounts]).encode()
    return hashlib.sha256(said).hexdigest()[:16]


def _refund(ref: Ref, order_id: str, sold: Sold, part: ChargeAmount) -> Refund:
    """One refunded charge; there is no refund date: the line's last change is the nearest."""
    amount, tax = abs(part.amount), abs(part.tax)
    lines: tuple[RefundLine, ...] = ()
    adjustments: tuple[RefundAdjustment, ...] = ()
    is_shipping = part.kind == "SHIPPING"
    if part.kind == "PRODUCT" and amount == sold.line.net and sold.line.quantity:
        lines = (RefundLine(sold.line.id, sold.line.quantity, amount, tax),)
    elif part.kind in ("PRODUCT", "FEE"):
        if amount or tax:
            line_id = sold.line.id if part.kind == "PRODUCT" else ""
            adjustments = (RefundAdjustment(AdjustmentKind.GOODWILL, amount, tax, line_id),)
    elif not is_shipping:
        part.node.refuse("chargeType", "a known type of charge")
    return Refund(
        ref=ref,
        order_id=order_id,
        created_at=sold.changed_at,
        currency=CURRENCY,
        lines=lines,
        shipping=amount if is_shipping else None,
        shipping_tax=tax if is_shipping else None,
        adjustments=adjustments,
        transactions=(_movement(ref, order_id, sold, amount + tax),),
    )


def _movement(ref: Ref, order_id: str, sold: Sold, amount: Money) -> Payment:
    return Payment(
        ref=Ref(CART, ref.store, "payment", ref.id),
        order_id=order_id,
        kind=PaymentKind.REFUND,
        state=PaymentState.SUCCESS,
        gateway=CART,
        amount=amount,
        processed_at=sold.changed_at,
    )
