"""Shopify Payments of the simulated shop: a balance that fills with sales and is paid out.

Source: carts reference §4.7. Fees are 2.9 % and 0.30 on charges, none is returned on refunds.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from local.cart_simulators.book import OrderBook
from local.cart_simulators.orders import GivenBack, ShopOrder
from local.cart_simulators.shopify.rest_shapes import (
    instant,
    refund_transaction_id,
    sale_transaction_id,
    text,
)
from local.cart_simulators.wire import Answer, Request, json_answer
from local.intacct_simulator.clock import Clock

_SHARE, _EACH = Decimal("0.029"), Decimal("0.30")
_CENT = Decimal("0.01")
_FIRST_ID = 88_000_001

Json = dict[str, Any]


@dataclass(slots=True)
class _Payout:
    document: Json
    rows: list[Json]


class ShopifyPayments:
    """The balance, its payouts, and the two lists that tell them, a few rows a page."""

    def __init__(self, orders: OrderBook, clock: Clock, *, page_size: int = 50) -> None:
        """`page_size` is the most that a page holds, whatever is asked."""
        self._orders = orders
        self._clock = clock
        self._page_size = page_size
        self._payouts: list[_Payout] = []
        self._settled: set[int] = set()

    def pay_out(self, status: str = "paid") -> Json:
        """Pay out everything that is in the balance; the payout's document."""
        payout_id = _FIRST_ID + len(self._payouts)
        rows = [row for row in self._balance() if row["id"] not in self._settled]
        self._settled |= {row["id"] for row in rows}
        net = sum((Decimal(row["net"]) for row in rows), start=Decimal("0.00"))
        today = self._clock.now()
        document = {
            "id": payout_id,
            "status": status,
            "date": today.date().isoformat(),
            "currency": rows[0]["currency"] if rows else "USD",
            "amount": text(net),
        }
        deposit = _row(payout_id * 10, "payout", -net, Decimal(0), instant(today))
        told = {"payout_id": payout_id, "payout_status": status}
        listed = [{**row, **told} for row in [deposit, *rows]]
        self._payouts.append(_Payout(document, listed))
        return document

    def payouts(self, request: Request, version: str) -> Answer:
        """`payouts.json`: the newest first."""
        del version
        query = _query(request)
        found = [
            each.document
            for each in reversed(self._payouts)
            if query.get("date_min", "") <= each.document["date"] <= query.get("date_max", "9999")
        ]
        return self._page(request, query, "payouts", found)

    def transactions(self, request: Request, version: str) -> Answer:
        """`balance/transactions.json` of one payout."""
        del version
        query = _query(request)
        found = [
            row
            for each in self._payouts
            for row in each.rows
            if str(row["payout_id"]) == query.get("payout_id")
        ]
        return self._page(request, query, "transactions", found)

    def _page(self, request: Request, query: dict[str, str], name: str, rows: list[Json]) -> Answer:
        """One page, and the link to the next; a link's cursor holds the filter (§4.3)."""
        at, size = int(query.get("at", "0")), self._page_size
        headers = {}
        if at + size < len(rows):
            kept = "|".join(f"{n}={v}" for n, v in {**query, "at": str(at + size)}.items())
            address = f"https://{request.headers.get('host', '')}{request.path}?page_info={kept}"
            headers["link"] = f'<{address}>; rel="next"'
        return json_answer({name: rows[at : at + size]}, headers=headers)

    def _balance(self) -> list[Json]:
        rows = []
        for order in self._orders:
            if order.paid_at is not None:
                rows.append(_charge(order))
            rows += [_refund(order, each) for each in order.refunds]
        return rows


def _query(request: Request) -> dict[str, str]:
    """The filter: as it is given, or as a cursor holds it, which comes alone."""
    query = request.query
    query.pop("limit", None)
    cursor = query.pop("page_info", "")
    if cursor:
        return dict(part.partition("=")[::2] for part in cursor.split("|"))
    return query


def _charge(order: ShopOrder) -> Json:
    fee = (order.total * _SHARE + _EACH).quantize(_CENT, ROUND_HALF_EVEN)
    number = sale_transaction_id(order)
    row = _row(number, "charge", order.total, fee, instant(order.paid_at or order.placed_at))
    told = {"source_type": "charge", "source_order_id": order.id}
    return {**row, **told, "source_id": number, "source_order_transaction_id": number}


def _refund(order: ShopOrder, refund: GivenBack) -> Json:
    number = refund_transaction_id(refund)
    row = _row(number, "refund", -refund.amount, Decimal(0), instant(refund.at))
    told = {"source_type": "payment_refund", "source_order_id": order.id}
    return {**row, **told, "source_id": refund.id, "source_order_transaction_id": number}


def _row(number: int, kind: str, amount: Decimal, fee: Decimal, at: str) -> Json:
    return {
        "id": number,
        "type": kind,
        "test": False,
        "currency": "USD",
        "amount": text(amount),
        "fee": text(fee),
        "net": text(amount - fee),
        "source_id": number,
        "source_type": kind,
        "source_order_id": None,
        "source_order_transaction_id": None,
        "processed_at": at,
    }
