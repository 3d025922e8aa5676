"""get_araging: what each customer owes, by the days that it is overdue (§9.1).

The shape of the rows is that which public clients document; details are a guess, as no source
shows them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.calls import Call, Outcome
from local.intacct_simulator.xml.legacy_parts import refuse
from local.intacct_simulator.xml.nodes import Node, is_true, make, put, show_day, text_of
from local.intacct_simulator.xml.objects.registry import OBJECTS

_PERIOD = re.compile(r"(\d+)-(\d*)")
_OPEN = frozenset({"posted", "partiallyPaid"})


@dataclass(frozen=True)
class _Period:
    name: str
    first: int
    last: int | None

    def holds(self, days: int) -> bool:
        return days >= self.first and (self.last is None or days <= self.last)


def ar_aging(call: Call) -> Outcome:
    """Sum open invoices per customer and aging period, in base currency; `121-` has no end."""
    call.require("ar_invoice", "list")
    periods = [_period(text) for text in text_of(call.node, "agingperiods").split(",")]
    customer_id = text_of(call.node, "customerid")
    is_detailed = is_true(text_of(call.node, "showdetails"))
    owed: dict[int, list[Record]] = defaultdict(list)
    for row in call.select(OBJECTS["ARINVOICE"], private=True):
        if row["state"] in _OPEN:
            owed[row["customer"]].append(row)
    rows = []
    for key, invoices in owed.items():
        customer = call.books.get("customer", key)
        if customer_id in ("", customer["id"]):
            node = make("araging")
            put(node, "customerid", customer["id"])
            for period in periods:
                _add(call, node, period, invoices, is_detailed=is_detailed)
            rows.append(node)
    return Outcome(rows=tuple(rows))


def _period(text: str) -> _Period:
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        refuse("BL03002028", f"The aging period '{text.strip()}' is invalid.")
    return _Period(found[0], int(found[1]), int(found[2]) if found[2] else None)


def _add(
    call: Call, parent: Node, period: _Period, invoices: list[Record], *, is_detailed: bool
) -> None:
    today: Any = call.company.clock.today()
    aged = [row for row in invoices if period.holds((today - row["due_date"]).days)]
    dues = {row["key"]: call.books.derived("ar_invoice", row)["base_due"] for row in aged}
    node = put(parent, "aging")
    put(node, "agingperiod", period.name)
    put(node, "totalamount", f"{sum(dues.values(), start=Decimal(0)):.2f}")
    for row in aged if is_detailed else ():
        detail = put(node, "agingdetails")
        put(detail, "invoiceno", str(row["invoice_number"]))
        put(detail, "datedue", show_day(row["due_date"]))
        put(detail, "totaldue", f"{dues[row['key']]:.2f}")
