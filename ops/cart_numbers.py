"""The numbers of a cart's document under names that are the same for every cart.

They come from the readings that production posts from: nothing is read or summed a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from carts.adapter import Code, Problem, Reading
from carts.documents import NO_CURRENCY
from carts.shapes import SETTLEMENT, Seen
from commerce.identity import Breach, order_breaches, order_sums, refund_breaches
from commerce.money import Money, total
from commerce.orders import ChargeKind, Facts, Order, Refund, TaxCollector
from ops.payout_numbers import payout_findings, payout_numbers

_NOTHING: dict[str, Any] = {
    "currency": None,
    "order_id": None,
    "order_number": None,
    "total": None,
    "lines_gross": None,
    "discount_total": "0.00",
    "shipping_total": "0.00",
    "tax_total": "0.00",
    "tax_in_prices": False,
    "marketplace_tax_total": "0.00",
    "marketplace_tax_in_total": False,
    "fee_total": "0.00",
    "tip_total": "0.00",
    "gift_card_total": "0.00",
    "adjustment_total": "0.00",
    "line_count": None,
    "refunded_total": "0.00",
    "is_test": False,
    "is_cancelled": False,
    "balanced": False,
}


def numbers(seen: Seen) -> dict[str, Any]:
    """One document as a JSON object: decimal amounts as text, `reasons` why it would be held.

    `balanced` says whether every identity holds to the cent (accounting reference R-1.4); a
    notification states no amounts and has nothing to break.
    """
    told: dict[str, Any] = {"kind": seen.name or seen.kind.value, **_NOTHING}
    told["order_id"] = seen.order_id or None
    told["order_number"] = seen.number or None
    reading = seen.reading
    problems = list(reading.problems) if reading else []
    if seen.payout:
        problems += seen.payout.problems
        if seen.payout.payout:
            told.update(payout_numbers(seen.payout.payout, tells_refunds=seen.tells_refunds))
            if seen.name != SETTLEMENT:
                told["order_id"] = None  # a payout is of many orders, if by chance of one
            problems += map(_held, payout_findings(seen.payout.payout))
            told["balanced"] = not problems
    if seen.delivery:
        told["order_id"] = seen.delivery.resource_id or None
        told.update(balanced=True, topic=seen.delivery.topic, delivery_key=seen.delivery.key)
    if reading and reading.facts:
        facts = reading.facts
        breaches = list(_breaches(facts))
        told.update(_of(seen, facts))
        told["balanced"] = not breaches
        problems += map(_held, breaches)
        if told["currency"] == NO_CURRENCY:
            told["currency"] = None
            problems.append(_no_currency())
    told["reasons"] = [_reason(problem) for problem in dict.fromkeys(problems)]
    if reading and not reading.facts and not problems:
        told["balanced"] = True
        told["reasons"] = [_nothing_yet(reading)]
    return told


def is_unreadable(told: dict[str, Any]) -> bool:
    """Whether the document is not what its cart documents, rather than only to be held."""
    return any(reason["code"] == Code.PAYLOAD_INVALID.value for reason in told["reasons"])


def finding(place: str, message: str) -> dict[str, Any]:
    """A document of which nothing could be read."""
    reason = {"code": Code.PAYLOAD_INVALID.value, "place": place, "message": message}
    return {"kind": None, **_NOTHING, "reasons": [reason]}


def _of(seen: Seen, facts: Facts) -> dict[str, Any]:
    if facts.order is not None:
        return _order(facts.order, facts.refunds, seen)
    if facts.refunds:
        return _refund(facts)
    payment = facts.payments[0] if facts.payments else None
    if payment is None:
        return {"order_id": facts.ref.id}
    return {
        "order_id": facts.ref.id,
        "currency": payment.amount.currency,
        "total": payment.amount.plain(),
        "is_test": payment.is_test,
        "payment_kind": payment.kind.value,
        "payment_state": payment.state.value,
    }


def _mixes_currencies(refund: Refund) -> bool:
    """Whether money of another currency moved: that is a finding, and no sum."""
    return any(each.amount.currency != refund.currency for each in refund.transactions)


def _order(order: Order, refunds: tuple[Refund, ...], seen: Seen) -> dict[str, Any]:
    currency = order.currency
    addable = [refund for refund in refunds if not _mixes_currencies(refund)]
    refunded = {refund.ref.id: refund.paid for refund in addable} or dict(seen.refunded)
    sums = order_sums(order)
    inside = (t.amount for t in order.all_taxes if t.collected_by is TaxCollector.MARKETPLACE)
    marketplace_tax = total(inside, currency)
    others = (
        charge.amount
        for charge in order.charges
        if charge.kind not in (ChargeKind.FEE, ChargeKind.TIP)
    )
    return {
        "currency": currency,
        "order_id": order.ref.id,
        "order_number": (order.number or None) if seen.is_numbered else None,
        "total": order.total.plain(),
        "lines_gross": sums.lines.plain(),
        "discount_total": sums.discount.plain(),
        "shipping_total": sums.shipping.plain(),
        "tax_total": sums.tax.plain(),
        "tax_in_prices": order.tax_included,
        "marketplace_tax_total": (marketplace_tax or seen.outside_tax or marketplace_tax).plain(),
        "marketplace_tax_in_total": bool(marketplace_tax),
        "fee_total": _charged(order, ChargeKind.FEE),
        "tip_total": _charged(order, ChargeKind.TIP),
        "gift_card_total": sums.gift_cards.plain(),
        "adjustment_total": total(others, currency).plain(),
        "line_count": len(order.sale_lines),
        "refunded_total": total(refunded.values(), currency).plain(),
        "is_test": order.is_test,
        "is_cancelled": order.cancelled_at is not None,
        "refund_ids": list(refunded),
        "presentment_currency": order.presentment_currency or None,
        "presentment_total": order.presentment_total.plain() if order.presentment_total else None,
    }


def _charged(order: Order, kind: ChargeKind) -> str:
    amounts = (charge.amount for charge in order.charges if charge.kind is kind)
    return total(amounts, order.currency).plain()


def _refund(facts: Facts) -> dict[str, Any]:
    refund = facts.refunds[0]
    return {
        "currency": refund.currency,
        "order_id": facts.ref.id,
        "line_count": len(refund.lines),
        "refunded_total": (refund.paid if refund.transactions else refund.credit).plain(),
        "refund_id": refund.ref.id,
        "refund_breakdown": _breakdown(refund),
    }


def _breakdown(refund: Refund) -> dict[str, str]:
    """What the buyer is credited, net of tax and tax apart."""
    currency = refund.currency
    nothing = Money.zero(currency)
    return {
        "lines": total((line.subtotal for line in refund.lines), currency).plain(),
        "line_tax": total((line.tax for line in refund.lines), currency).plain(),
        "shipping": (refund.shipping or nothing).plain(),
        "shipping_tax": (refund.shipping_tax or nothing).plain(),
        "duties": (refund.duties or nothing).plain(),
        "adjustment": total((a.amount + a.tax for a in refund.adjustments), currency).plain(),
    }


def _breaches(facts: Facts) -> Iterator[Breach]:
    if facts.order is not None:
        yield from order_breaches(facts.order)
    for refund in facts.refunds:
        yield from refund_breaches(refund)


def _held(breach: Breach) -> Problem:
    return Problem(Code.UNBALANCED, breach.place, breach.message, breach.difference)


def _reason(problem: Problem) -> dict[str, Any]:
    told: dict[str, Any] = {
        "code": problem.code.value,
        "place": problem.place,
        "message": problem.message,
    }
    if problem.difference is not None:
        told["difference"] = problem.difference.plain()
    return told


def _no_currency() -> Problem:
    message = "states no currency: say --currency, or name the order's file as well"
    return Problem(Code.CONFIGURATION_MISSING, "currency", message)


def _nothing_yet(reading: Reading) -> dict[str, Any]:
    message = "asks for the order" if reading.needs_fetch else "states nothing that is to be booked"
    return {"code": "NOTHING_TO_BOOK", "place": "document", "message": message}
