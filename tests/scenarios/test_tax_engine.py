"""J-9.1 with Sage's own tax engine at work, through both protocols: the invoice as Sage taxes it,
and beside it the rounding line that brings the buyer's debt back to what the cart says (R-9.5).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from commerce.orders import Order
from shared.ledger.content import effect_digest
from shared.policy.choices import CustomerMode, PostingDepth
from shared.postings.plan import Finding, Posting, PostingKind, Reason
from shared.postings.planner import plan
from tests.accounting.journals import ROWS, Played, name_of, parse
from tests.accounting.lives import LIVES, PAID, SHIPPED, OrderLife, order_a_placed
from tests.accounting.shop import (
    CITY,
    DISTRICT,
    STATE,
    book,
    captured,
    day,
    facts,
    line,
    mapping,
    order,
    parcel,
    tax,
    usd,
)
from tests.scenarios.conftest import Sage

RATES = {"TAX-NYS": "4", "TAX-NYC": "4.5", "TAX-MTA": "0.375"}
BY_XML = {"sales_document": "xml", "adjustment": "xml", "ar_invoice": "xml", "payment": "xml"}


@pytest.fixture
def engine(sage: Sage) -> Sage:
    """A company whose engine works the taxes of New York out again."""
    sage.simulator.company.switches.tax_engine_rates = RATES
    return sage


@pytest.fixture(params=["rest", "xml"])
def taxed(sage: Sage, request: pytest.FixtureRequest) -> Sage:
    """The same, spoken to by one protocol."""
    sage.simulator.company.switches.tax_engine_rates = RATES
    if request.param == "xml":
        sage.speak(BY_XML)
    return sage


def lived(sage: Sage, life: OrderLife) -> tuple[Played, tuple[Finding, ...]]:
    """Post one document after the other, each planned beside what Sage said of those before."""
    played = Played()
    for stage in life.stages:
        while (planned := plan(stage, played.posted, life.book)).postings:
            posting = planned.postings[0]
            result = sage._post(posting, played.posted)
            played.posted[posting.key] = replace(result, effect=effect_digest(posting.effect))
            played.postings[name_of(posting)] = posting
        if planned.findings:
            return played, planned.findings
    return played, ()


def roundings(played: Played) -> list[Posting]:
    return [one for name, one in played.postings.items() if " rounding:" in name]


def ledger_of(sage: Sage, *accounts: str) -> dict[str, Decimal]:
    held = sage.simulator.balances()
    return {account: held.get(account, Decimal(0)) for account in accounts}


def billed_by(row: str) -> dict[str, Decimal]:
    """The row's entry by account, debits positive."""
    entry = parse(ROWS[row].entry)
    return {
        account: amount if side == "Dr" else -amount for (account, side), amount in entry.items()
    }


def test_the_invoice_and_its_rounding_line_are_the_entry_of_j_9_1(taxed: Sage) -> None:
    life = OrderLife(book(), (facts(order_a_placed(), SHIPPED),))

    played, findings = lived(taxed, life)

    assert findings == ()
    assert taxed.simulator.balances() == billed_by("J-9.1")
    (line_,) = roundings(played)
    assert (line_.kind, line_.true_on) == (
        PostingKind.CREDIT_MEMO,
        played.postings["INVOICE invoice:parcel-1"].true_on,
    )


@pytest.mark.parametrize("name", ["order_a", "order_a_captured_after_shipment"])
def test_what_the_buyer_paid_settles_the_invoice_to_the_cent(engine: Sage, name: str) -> None:
    played, findings = lived(engine, LIVES[name]())

    assert findings == ()
    assert len(roundings(played)) == 1
    expected = {"1200": "0", "2050": "0", "1100": "69.95", "7900": "0.01", "2100-NYC": "-2.90"}
    assert ledger_of(engine, *expected) == {key: Decimal(value) for key, value in expected.items()}
    invoices = list(engine.simulator.company.books.select("ar_invoice", entity="100"))
    assert [one["total"] - one["paid"] for one in invoices] == [Decimal(0)]


def low_taxed() -> Order:
    """The cart charged a cent of city tax more than the engine wants."""
    taxes = (tax(STATE, "0.32"), tax(CITY, "0.37"), tax(DISTRICT, "0.03"))
    return order(line("tee", "8.00", taxes=taxes), at=day(1))


def test_what_the_engine_takes_off_is_billed_as_rounding(taxed: Sage) -> None:
    paid = captured("capture-1", "8.72", day(1))
    life = OrderLife(book(), (facts(low_taxed(), parcel("parcel-1", day(2), tee=1), paid),))

    played, findings = lived(taxed, life)

    assert findings == ()
    (line_,) = roundings(played)
    assert line_.kind is PostingKind.INVOICE
    expected = {"1200": "0", "2050": "0", "1100": "8.72", "7900": "-0.01", "2100-NYC": "-0.36"}
    assert ledger_of(taxed, *expected) == {key: Decimal(value) for key, value in expected.items()}


def test_a_difference_of_more_than_a_cent_for_each_line_stops_the_order(engine: Sage) -> None:
    """Two lines, and the engine wants five cents more: nothing goes to the rounding account."""
    placed = order(line("tee", "8.00", taxes=(tax(CITY, "0.31"),)))
    life = OrderLife(book(), (facts(placed, parcel("parcel-1", day(2), tee=1)),))

    played, findings = lived(engine, life)

    assert [(one.reason, one.difference) for one in findings] == [
        (Reason.AMOUNT_MISMATCH, usd("0.05"))
    ]
    assert "0.02" in findings[0].message
    assert roundings(played) == []
    assert ledger_of(engine, "7900") == {"7900": Decimal(0)}


def test_parts_are_rounded_one_by_one(engine: Sage) -> None:
    """Each invoice has its own rounding line, and the order is paid to the cent."""
    placed = order_a_placed()
    parts = (parcel("parcel-1", day(2), tee=2), parcel("parcel-2", day(3), mug=1))

    played, findings = lived(engine, OrderLife(book(), (facts(placed, PAID, *parts),)))

    assert findings == ()
    held = ledger_of(engine, "1200", "2050", "1100")
    assert held == {"1200": Decimal(0), "2050": Decimal(0), "1100": Decimal("69.95")}
    lines = [x.amount for one in roundings(played) for x in one.effect if x.account == "7900"]
    assert lines
    assert max(lines) <= usd("0.05")


def test_a_thrifty_invoice_meets_no_engine(engine: Sage) -> None:
    """It is made in receivables, where Sage computes no tax."""
    thrifty = book(
        chart=mapping(channel_customer="C-ADA"),
        posting_depth=PostingDepth.THRIFTY,
        customer_mode=CustomerMode.CHANNEL,
    )
    life = OrderLife(thrifty, (facts(order_a_placed(), SHIPPED),))

    played, findings = lived(engine, life)

    assert findings == ()
    assert roundings(played) == []
