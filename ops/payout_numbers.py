"""The numbers of a settlement: what came in, what was kept of it, and what was paid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from commerce.identity import Breach
from commerce.money import Money, total
from commerce.payouts import Payout, PayoutLine, PayoutLineKind, line_breaches, payout_breaches


def payout_numbers(payout: Payout, *, tells_refunds: bool = False) -> dict[str, Any]:
    """Signed from the seller's view, decimal text; an order is named where all lines share it.

    Money that went back is a matter of settlement here (`refund_gross`); it is told as a refund
    only where the settlement is what tells of refunds (`tells_refunds`).
    """
    currency = payout.currency
    charges = _transactions(payout, PayoutLineKind.CHARGE)
    refunds = _transactions(payout, PayoutLineKind.REFUND)
    orders = {line.order_id for line in payout.lines if line.order_id}
    refund_ids = sorted({line.refund_id for line in payout.lines if line.refund_id})
    refunded = -_amounts(refunds, PayoutLineKind.REFUND, currency)
    return {
        "payout_id": payout.ref.id or None,
        "status": payout.status.value,
        "currency": currency,
        "order_id": orders.pop() if len(orders) == 1 else None,
        "refunded_total": (refunded if tells_refunds else Money.zero(currency)).plain(),
        "refund_id": refund_ids[0] if len(refund_ids) == 1 else None,
        "charge_gross": _amounts(charges, PayoutLineKind.CHARGE, currency).plain(),
        "charge_fees": _kept(charges, currency).plain(),
        "withheld_tax": (-_amounts(charges, PayoutLineKind.FACILITATOR_TAX, currency)).plain(),
        "charge_net": total((line.net for line in charges), currency).plain(),
        "refund_gross": (-refunded).plain(),
        "refund_net": total((line.net for line in refunds), currency).plain(),
        "payout_fees": payout.fees.plain(),
        "payout_net": payout.net.plain(),
        "payout_total": payout.amount.plain() if payout.amount is not None else None,
        "reconciles": payout.amount is not None and payout.amount == payout.net,
        "unrecognized_types": sorted({x.type_name for x in payout.lines if not x.is_recognized}),
    }


def payout_findings(payout: Payout) -> list[Breach]:
    """What does not hold; lines by themselves, without what was paid, are proved line by line."""
    if payout.amount is None:
        return list(line_breaches(payout.lines, payout.currency))
    return payout_breaches(payout)


def _transactions(payout: Payout, kind: PayoutLineKind) -> list[PayoutLine]:
    """The lines of that kind, with the fees and taxes of the same transactions."""
    ids = {line.transaction_id for line in payout.lines if line.kind is kind}
    return [
        line
        for line in payout.lines
        if line.kind is kind or (line.transaction_id and line.transaction_id in ids)
    ]


def _amounts(lines: Sequence[PayoutLine], kind: PayoutLineKind, currency: str) -> Money:
    return total((line.amount for line in lines if line.kind is kind), currency)


def _kept(lines: Sequence[PayoutLine], currency: str) -> Money:
    fees = [line.fee for line in lines]
    fees += [-line.amount for line in lines if line.kind is PayoutLineKind.FEE]
    return total(fees, currency)
