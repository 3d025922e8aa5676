"""Walmart's reconciliation reports: a fortnight's rows as a CSV in a zip (carts reference §9.5).

Walmart keeps 15 % of goods and shipping, and gives it back with a refund of goods. Tax has no rows.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from local.cart_simulators.orders import ShopOrder
from local.cart_simulators.walmart.shapes import order_id

_EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
_PERIOD = timedelta(days=14)
_RATE = Decimal("0.15")
_CENT = Decimal("0.01")
_COLUMNS = (
    "Period Start Date",
    "Period End Date",
    "Total Payable",
    "Currency",
    "Transaction Type",
    "Transaction Posted Timestamp",
    "Transaction Description",
    "Customer Order #",
    "Purchase Order #",
    "Customer Order line #",
    "Amount",
    "Amount Type",
    "Commission Rate",
)

Row = dict[str, str]


def report_names(orders: Iterable[ShopOrder], now: datetime) -> list[str]:
    """The dates of reports, a day after each period that is over, the newest first."""
    periods = {_period(at) for order in orders for at, _ in _rows(order)}
    dates = sorted((_reported_at(period) for period in periods), reverse=True)
    return [each.strftime("%m%d%Y") for each in dates if each <= now]


def report(orders: Iterable[ShopOrder], name: str) -> bytes:
    """The zip of one report; no rows where there is no such report."""
    wanted = datetime.strptime(name, "%m%d%Y").replace(tzinfo=UTC)
    found = [
        row for order in orders for at, row in _rows(order) if _reported_at(_period(at)) == wanted
    ]
    begun = wanted - _PERIOD - timedelta(days=1)
    summary = {
        "Period Start Date": _day(begun),
        "Period End Date": _day(begun + _PERIOD - timedelta(days=1)),
        "Total Payable": str(sum((Decimal(row["Amount"]) for row in found), start=Decimal("0.00"))),
        "Currency": "USD",
        "Transaction Type": "PaymentSummary",
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, restval="")
    writer.writeheader()
    writer.writerows([summary, *found])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"recon_{name}.csv", text.getvalue())
    return packed.getvalue()


def _rows(order: ShopOrder) -> Iterator[tuple[datetime, Row]]:
    """What is booked of an order when it has left, and when something went back."""
    if order.is_shipped and order.parcels:
        at = order.parcels[-1].at
        for index, line in enumerate(order.lines):
            yield at, _row(order, at, line.net, "Product Price", line=str(index + 1))
        yield at, _row(order, at, order.sale.shipping, "Shipping", line="1")
        kept = _commission(order.goods - order.discount + order.sale.shipping)
        yield at, _row(order, at, -kept, "Commission on Product")
    for refund in order.refunds:
        net = sum((part.net for part in refund.lines), start=Decimal("0.00"))
        yield refund.at, _row(order, refund.at, -net, "Product Price", deed="Refund")
        back = _commission(net)
        yield refund.at, _row(order, refund.at, back, "Commission on Product", deed="Refund")


def _row(  # what all rows share
    order: ShopOrder,
    at: datetime,
    amount: Decimal,
    kind: str,
    *,
    deed: str = "Sale",
    line: str = "",
) -> Row:
    return {
        "Transaction Type": deed,
        "Transaction Posted Timestamp": _day(at),
        "Transaction Description": "Purchase" if deed == "Sale" else "Return Refund",
        "Purchase Order #": order_id(order),
        "Customer Order line #": line,
        "Amount": str(amount.quantize(_CENT)),
        "Amount Type": kind,
        "Commission Rate": str(_RATE),
    }


def _commission(amount: Decimal) -> Decimal:
    return (amount * _RATE).quantize(_CENT, ROUND_HALF_EVEN)


def _period(at: datetime) -> int:
    return int((at - _EPOCH) / _PERIOD)


def _reported_at(period: int) -> datetime:
    return _EPOCH + _PERIOD * (period + 1) + timedelta(days=1)


def _day(at: datetime) -> str:
    return at.strftime("%m/%d/%Y")
