"""Orders in another currency than their books: undone at the rate of then, whatever today's is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money
from commerce.orders import Order, OrderLine, Payment
from intacct.capabilities import Protocol
from intacct.documents import Adjustment, JournalEntry
from shared.ledger.outcomes import OutcomeKind
from shared.policy.choices import FxRate, Moment
from shared.policy.mapping import RateRow
from tests.accounting.lives import OrderLife
from tests.accounting.shop import (
    book,
    captured,
    day,
    facts,
    line,
    mapping,
    order,
    parcel,
)
from tests.unit.undo.rig import PK, UndoRig, told

RATES = (("2026-03-01", "1.0850"), ("2026-03-05", "1.0800"), ("2026-04-01", "1.1300"))
APRIL = date(2026, 4, 1)
DEFERRED: dict[str, Any] = {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.SHIP}
OWN: dict[str, Any] = {
    "chart": mapping(fx_rates=(RateRow("EUR", "2026-01-01", "1.2345"),)),
    "fx_rate": FxRate.TABLE,
}


def _euros(money: Money) -> Money:
    return Money(money.amount, "EUR")


def _line(sold: OrderLine) -> OrderLine:
    return replace(
        sold,
        unit_price=_euros(sold.unit_price),
        gross=_euros(sold.gross),
        discount=_euros(sold.discount),
    )


def placed() -> Order:
    """Two lines on one account whose cents in dollars depend on being turned one by one."""
    lines = (line("a", "33.33"), line("b", "33.33", discount="3.33"), line("c", "33.34"))
    made = order(*lines)
    return replace(
        made, currency="EUR", total=_euros(made.total), lines=tuple(map(_line, made.lines))
    )


def paid(on: int) -> Payment:
    made = captured("capture-1", "96.67", day(on))
    return replace(made, amount=_euros(made.amount))


def lived(protocol: Protocol, life: OrderLife) -> UndoRig:
    rig = told(protocol)
    books = rig.teller.company.books
    if books.by_id("txn_currency", "EUR") is None:
        books.put_plain("txn_currency", {"id": "EUR", "status": "active"})
    for on, rate in RATES:
        row = {"from_currency": "EUR", "to_currency": "USD", "rate_type": "Intacct Daily Rate"}
        told_on = {"effective_date": date.fromisoformat(on), "rate": Decimal(rate)}
        books.put_plain("exchange_rate", {**row, **told_on})
    rig.live(life)
    return rig


@pytest.mark.parametrize(
    ("protocol", "paid_on", "policy"),
    [
        (Protocol.REST, 1, {}),
        (Protocol.XML, 6, {}),
        (Protocol.REST, 3, DEFERRED),
        (Protocol.XML, 3, {**DEFERRED, **OWN}),
        (Protocol.REST, 6, OWN),
    ],
    ids=["advance", "payment", "deferred", "deferred-own-rate", "own-rate"],
)
def test_every_balance_in_the_books_currency_returns_to_where_it_was(
    protocol: Protocol, paid_on: int, policy: dict[str, Any]
) -> None:
    sent = parcel("parcel-1", day(3, 18), a=1, b=1, c=1)
    life = OrderLife(book(**policy), (facts(placed(), paid(paid_on), sent),))
    rig = lived(protocol, life)
    with rig.teller:
        assert rig.balances()
        rig.ask(open_from=APRIL)

        outcome = rig.undo_at_last(life.book)

        assert outcome.kind is OutcomeKind.COMPLETE, (outcome.key, outcome.findings)
        assert rig.balances() == {}
        assert rig.open_receivables() == []


def test_the_memo_names_the_day_of_the_invoices_rate_and_its_lines_one_by_one() -> None:
    sent = parcel("parcel-1", day(3, 18), a=1, b=1, c=1)
    life = OrderLife(book(**DEFERRED), (facts(placed(), paid(3), sent),))
    rig = lived(Protocol.REST, life)
    with rig.teller:
        rig.ask(open_from=APRIL)
        items = rig.undoer.plan(rig.kept, rig.ledger.chain(PK), life.book).items

    documents = [item.posting.document for item in items]
    (memo,) = (one for one in documents if isinstance(one, Adjustment))
    (entry,) = (one for one in documents if isinstance(one, JournalEntry))
    assert (memo.dated_on, memo.rate_on, memo.exchange_rate) == (APRIL, date(2026, 3, 3), None)
    assert (entry.posted_on, entry.rate_on) == (APRIL, date(2026, 3, 3))
    assert [str(one.amount) for one in memo.lines] == ["33.33 EUR", "30.00 EUR", "33.34 EUR"]
