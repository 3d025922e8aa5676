"""Walmart's settlements: the rows of a reconciliation report (carts reference §9.5).

One row sums up what is paid, the others say for what. Rows carry no ids: each is named by a digest
of what it says and by its place among its equals. Buyers' tax is Walmart's own and has no rows.
A row without an amount is of no money, and thousands may be parted by commas: the sum of all rows
must be what is paid, whatever they were taken for.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from carts.adapter import Code, PayoutReading
from carts.assembly import distinct
from carts.documents import Node
from carts.walmart.models import CART, CURRENCY, EPOCH, hold
from commerce.money import Money
from commerce.orders import Ref
from commerce.payouts import (
    FeeKind,
    Payout,
    PayoutLine,
    PayoutLineKind,
    PayoutStatus,
    payout_line,
)

_SUMMARY = "PaymentSummary"
_IN_THOUSANDS = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_SOLD = {"sale": PayoutLineKind.CHARGE, "refund": PayoutLineKind.REFUND}
_BUYERS = frozenset(
    {"product price", "item price", "shipping", "fee", "product tax", "shipping tax"}
)
_COMMISSION = "commission"
_WITHHELD = "withheld"
_ADJUSTMENT = "adjustment"
_FEES = (
    ("storage", FeeKind.STORAGE),
    ("fulfillment fee", FeeKind.FULFILMENT),
    ("advertising", FeeKind.ADVERTISING),
    ("shipping label", FeeKind.SHIPPING_LABEL),
)


def settlement(document: Any, store: str) -> PayoutReading:
    """The rows of one report, `{"reportData": [...]}`; its sums are proved by whoever reads it.

    Raises:
        MoneyError: the document's sums are beyond belief.
    """
    root = Node(document, "", [])
    rows = _rows(root)
    summaries = [row for row in rows if row.text("Transaction Type") == _SUMMARY]
    if len(summaries) != 1:
        root.refuse("reportData", "a list with one row that sums up what is paid")
        return PayoutReading(None, distinct(root.problems))
    summary = summaries[0]
    if summary.text("Currency") != CURRENCY:
        summary.refuse("Currency", "USD: Walmart Mexico and Canada need adapters of their own")
    begun, ended = _day(summary, "Period Start Date"), _day(summary, "Period End Date")
    counts: Counter[str] = Counter()
    payout = Payout(
        ref=Ref(CART, store, "payout", f"{begun:%Y%m%d}-{ended:%Y%m%d}"),
        status=PayoutStatus.SCHEDULED,
        currency=CURRENCY,
        amount=_amount(summary, "Total Payable"),
        initiated_at=ended,
        lines=tuple(line for row in rows if row is not summary for line in _lines(row, counts)),
        period_from=begun,
        period_until=ended,
    )
    if root.problems:
        return PayoutReading(None, distinct(root.problems))
    return PayoutReading(payout)


def _rows(root: Node) -> list[Node]:
    """All rows; a report of a busy fortnight holds far more than any list of an order may."""
    listed = root.get("reportData")
    if not isinstance(listed, list):
        root.refuse("reportData", "a list")
        return []
    return [Node(row, f"reportData[{at}]", root.problems) for at, row in enumerate(listed)]


def _lines(row: Node, counts: Counter[str]) -> Iterator[PayoutLine]:
    amount = _amount(row, "Amount") if row.get("Amount") not in ("", None) else None
    if not amount:
        return
    posted = _day(row, "Transaction Posted Timestamp")
    deed, what = row.text("Transaction Type"), row.text("Amount Type")
    order_id = row.optional_identifier("Purchase Order #") if row.text("Purchase Order #") else ""
    name = _digest(row)
    counts[name] += 1
    suffix = f".{counts[name]}" if counts[name] > 1 else ""
    kind, fee, is_recognized = _meaning(row, deed.lower(), what.lower())
    yield payout_line(
        f"{name}{suffix}",
        kind,
        amount,
        posted,
        order_id=order_id,
        transaction_id=f"{order_id}:{deed}:{posted:%Y%m%d}" if order_id else "",
        type_name=what or deed,
        fee_kind=fee,
        is_recognized=is_recognized,
    )


def _meaning(row: Node, deed: str, what: str) -> tuple[PayoutLineKind, FeeKind | None, bool]:
    """What a row is, the kind of its fee, and whether its words are known."""
    if what.startswith(_COMMISSION):
        return PayoutLineKind.FEE, FeeKind.REFERRAL, True
    if _WITHHELD in what:
        return PayoutLineKind.FACILITATOR_TAX, None, True
    if deed in _SOLD and what in _BUYERS:
        return _SOLD[deed], None, True
    said = f"{deed} {row.text('Transaction Description').lower()} {what}"
    for words, fee in _FEES:
        if words in said:
            return PayoutLineKind.FEE, fee, True
    return PayoutLineKind.ADJUSTMENT, None, deed == _ADJUSTMENT


def _amount(row: Node, name: str) -> Money:
    plain = Node({name: _without_commas(row.get(name))}, row.place, row.problems)
    found = plain.money(name, CURRENCY)
    if found is None:
        row.refuse(name, "given")
        return Money.zero(CURRENCY)
    if found.rounded() != found:
        message = "has parts of a cent"
        hold(row, name, Code.UNBALANCED, message, found - found.rounded())
    return found


def _without_commas(value: Any) -> Any:
    """A number in text as JSON has it: `1,024.99` is 1024.99, and `1,5` is no number."""
    is_parted = isinstance(value, str) and _IN_THOUSANDS.fullmatch(value.strip())
    return value.strip().replace(",", "") if is_parted else value


def _day(row: Node, name: str) -> datetime:
    """A date as `MM/DD/YYYY`; its zone is not documented, it is taken as UTC."""
    try:
        return datetime.strptime(row.text(name), "%m/%d/%Y").replace(tzinfo=UTC)
    except ValueError:
        row.refuse(name, "a date (MM/DD/YYYY)")
        return EPOCH


def _digest(row: Node) -> str:
    names = (
        "Transaction Type",
        "Transaction Posted Timestamp",
        "Transaction Description",
        "Customer Order #",
        "Purchase Order #",
        "Customer Order line #",
        "Amount",
        "Amount Type",
    )
    said = json.dumps(
        [row.text(n) if n != "Amount" else str(_without_commas(row.get(n))) for n in names]
    )
    return hashlib.sha256(said.encode()).hexdigest()[:16]
