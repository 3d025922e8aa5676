"""Orders in another currency than their entity's, through both protocols, in its own books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from commerce.money import Money
from commerce.orders import Facts, Order, OrderLine, Payment, Refund
from intacct.documents import Adjustment, SalesDocument
from shared.policy.choices import FxRate, Moment
from shared.policy.mapping import RateRow
from shared.postings.plan import Reason
from shared.postings.planner import plan
from tests.accounting.journals import Played
from tests.accounting.lives import OrderLife
from tests.accounting.planning import by_name
from tests.accounting.shop import (
    back,
    book,
    captured,
    day,
    facts,
    given_back,
    line,
    mapping,
    order,
    parcel,
    refund,
)
from tests.contract.conftest import RestRig, Simulator, simulator
from tests.scenarios.conftest import Sage

__all__ = ["simulator"]

SENT = parcel("parcel-1", day(3), coat=1)


def _in(currency: str, money: Money) -> Money:
    return Money(money.amount, currency)


def _sold(placed: Order, currency: str) -> Order:
    lines = tuple(_line(sold, currency) for sold in placed.lines)
    return replace(placed, currency=currency, total=_in(currency, placed.total), lines=lines)


def _line(sold: OrderLine, currency: str) -> OrderLine:
    return replace(
        sold,
        unit_price=_in(currency, sold.unit_price),
        gross=_in(currency, sold.gross),
        discount=_in(currency, sold.discount),
    )


def _paid(amount: str, on: int, currency: str = "EUR") -> Payment:
    paid = captured("capture-1", amount, day(on))
    return replace(paid, amount=_in(currency, paid.amount))


def _returned(amount: str, on: int, currency: str = "EUR") -> Refund:
    money = given_back(amount, day(on))
    money = replace(money, amount=_in(currency, money.amount))
    half = back("coat", 1, amount)
    half = replace(half, subtotal=_in(currency, half.subtotal), tax=_in(currency, half.tax))
    return replace(refund(half, at=day(on), transactions=(money,)), currency=currency)


def _life(*stages: Facts, **policy: Any) -> OrderLife:
    return OrderLife(book(**policy), stages)


COAT = _sold(order(line("coat", "100.00")), "EUR")
TWO_COATS = _sold(order(line("coat", "50.00", 2)), "EUR")


@pytest.fixture
def sage(simulator: Simulator) -> Iterator[Sage]:
    """A company in dollars: a euro is worth 1.0850 until the 4th, then 1.0800, then 1.0900."""
    books = simulator.company.books
    for code in ("EUR", "JPY"):
        if books.by_id("txn_currency", code) is None:
            books.put_plain("txn_currency", {"id": code, "status": "active"})
    rates = [("EUR", 1, "1.0850"), ("EUR", 5, "1.0800"), ("EUR", 9, "1.0900"), ("JPY", 1, "0.0067")]
    for currency, on, rate in rates:
        books.put_plain(
            "exchange_rate",
            {
                "from_currency": currency,
                "to_currency": "USD",
                "effective_date": date(2026, 3, on),
                "rate": Decimal(rate),
                "rate_type": "Intacct Daily Rate",
            },
        )
    with closing(RestRig(simulator)) as rest:
        company = Sage(simulator, rest)
        company.add_customer("C-ADA")
        yield company


def test_the_receipt_of_another_days_rate_makes_a_realised_difference(
    sage: Sage, show: Callable[[str, Played], None]
) -> None:
    """J-8.1 and J-8.2: invoiced at 1.0850, captured when it was worth 1.0800."""
    played = sage.live(_life(facts(COAT, SENT), facts(COAT, SENT, _paid("100.00", 6))))
    show("J-8.1, J-8.2 (EUR)", played)
    assert sage.simulator.balances() == {
        "1100": Decimal("108.00"),
        "7100": Decimal("0.50"),
        "4000": Decimal("-108.50"),
    }


def test_a_credit_memo_takes_the_rate_of_its_invoice_and_its_refund_that_of_the_day(
    sage: Sage, show: Callable[[str, Played], None]
) -> None:
    """J-8.4 and J-8.5: 50.00 EUR back at 1.0850, refunded at 1.0900."""
    sent = parcel("parcel-1", day(3), coat=2)
    paid = _paid("100.00", 3)
    stages = (
        facts(TWO_COATS, sent, paid),
        facts(TWO_COATS, sent, paid, _returned("50.00", 10)),
    )
    played = sage.live(_life(*stages))
    show("J-8.4, J-8.5 (EUR)", played)
    assert sage.simulator.balances() == {
        "1100": Decimal("108.50") - Decimal("54.50"),
        "4000": Decimal("-108.50"),
        "4095": Decimal("54.25"),
        "7100": Decimal("0.25"),
    }


def test_three_lines_add_up_in_the_entitys_currency_as_well(sage: Sage) -> None:
    """J-8.6: 33.33 + 33.33 + 33.34 EUR at 1.0850 are 108.50, whatever each comes to alone."""
    prices = {"a": "33.33", "b": "33.33", "c": "33.34"}
    placed = _sold(order(*(line(name, price) for name, price in prices.items())), "EUR")
    sage.live(_life(facts(placed, parcel("parcel-1", day(3), a=1, b=1, c=1))))
    balances = sage.simulator.balances()
    assert balances["1200"] + balances["4000"] == 0
    assert abs(balances["1200"] - Decimal("108.50")) <= Decimal("0.01")


def test_an_order_in_yen_has_no_cents(sage: Sage, show: Callable[[str, Played], None]) -> None:
    """J-8.7: 5,000 JPY at 0.006700 are 33.50."""
    placed = _sold(order(line("coat", "5000")), "JPY")
    played = sage.live(_life(facts(placed, SENT)))
    show("J-8.7 (JPY)", played)
    assert sage.simulator.balances() == {"1200": Decimal("33.50"), "4000": Decimal("-33.50")}


@pytest.mark.parametrize("protocol", ["rest", "xml"])
def test_deferred_revenue_is_earned_at_the_rate_at_which_it_was_billed(
    sage: Sage, protocol: str
) -> None:
    """Billed on the 3rd at 1.0850, shipped on the 10th: nothing is left on 2300."""
    late = parcel("parcel-1", day(10), coat=1)
    paid = _paid("100.00", 3)
    deferred = {"invoice_on": Moment.CAPTURE, "recognise_on": Moment.SHIP}
    sage.speak({"journal_entry": protocol})
    sage.live(_life(facts(COAT, paid), facts(COAT, paid, late), **deferred))
    balances = sage.simulator.balances()
    assert balances["4000"] == Decimal("-108.50")
    assert "2300" not in balances


RATES = (RateRow("EUR", "2026-01-01", "1.2000"), RateRow("EUR", "2026-03-05", "1.1000"))


def test_a_table_of_rates_counts_for_invoices_and_what_takes_them_back(sage: Sage) -> None:
    chart = mapping(fx_rates=RATES)
    given = replace(_returned("100.00", 10), transactions=())
    stages = (facts(COAT, SENT), facts(COAT, SENT, given))
    sage.live(_life(*stages, chart=chart, fx_rate=FxRate.TABLE))
    assert sage.simulator.balances() == {"4000": Decimal("-120.00"), "4095": Decimal("120.00")}


def test_the_carts_own_rate_counts_for_invoices_and_what_takes_them_back(sage: Sage) -> None:
    """One dollar was 0.92 EUR when the order was placed; J-8.4 at the invoice's rate."""
    placed = replace(COAT, exchange_rate=Decimal("0.92"), rate_currency="USD")
    given = replace(_returned("50.00", 10), transactions=())
    stages = (facts(placed, SENT), facts(placed, SENT, given))
    sage.live(_life(*stages, fx_rate=FxRate.CART))
    assert sage.simulator.balances() == {
        "1200": Decimal("54.35"),
        "4000": Decimal("-108.70"),
        "4095": Decimal("54.35"),
    }


@pytest.mark.parametrize(
    ("rate", "currency"), [(None, "USD"), (Decimal(0), "USD"), (Decimal("0.92"), "CAD")]
)
def test_an_order_whose_cart_tells_no_rate_of_the_books_is_held(
    rate: Decimal | None, currency: str
) -> None:
    placed = replace(COAT, exchange_rate=rate, rate_currency=currency)
    made = plan(facts(placed, SENT), {}, book(fx_rate=FxRate.CART))
    assert {(x.reason, x.place) for x in made.findings} == {
        (Reason.CONFIGURATION_MISSING, "policy.fx_rate")
    }
    assert made.postings == ()


def test_the_documents_name_their_rate() -> None:
    given = _returned("100.00", 10)
    known = facts(COAT, SENT, _paid("100.00", 3), given)
    daily = by_name(plan(known, {}, book()))
    invoice, memo = daily["INVOICE invoice:parcel-1"], daily["CREDIT credit:refund-1"]
    assert isinstance(invoice.document, SalesDocument)
    assert isinstance(memo.document, Adjustment)
    assert invoice.document.exchange_rate is None
    assert (memo.document.exchange_rate, memo.document.rate_on) == (None, date(2026, 3, 3))


def test_an_order_in_the_entitys_currency_names_no_rate() -> None:
    placed = order(line("coat", "100.00"))
    money = (given_back("100.00", day(10)),)
    given = refund(back("coat", 1, "100.00"), at=day(10), transactions=money)
    known = facts(placed, SENT, captured("capture-1", "100.00", day(3)), given)
    made = by_name(plan(known, {}, book(chart=mapping(fx_rates=RATES), fx_rate=FxRate.TABLE)))
    memo = made["CREDIT credit:refund-1"].document
    assert isinstance(memo, Adjustment)
    assert (memo.exchange_rate, memo.rate_on) == (None, None)


def test_a_rate_that_the_table_lacks_is_a_finding() -> None:
    chart = mapping(
        fx_rates=(RateRow("EUR", "2027-01-01", "1.1"), RateRow("GBP", "2020-01-01", "1"))
    )
    made = plan(facts(COAT, SENT), {}, book(chart=chart, fx_rate=FxRate.TABLE))
    assert {(x.reason, x.place) for x in made.findings} == {
        (Reason.MAPPING_MISSING, "mapping.fx_rates[EUR]")
    }
    assert made.postings == ()


@pytest.mark.parametrize(
    ("from_on", "rate"), [("March", "1.1"), ("2026-03-01", "0"), ("2026-03-01", "much")]
)
def test_a_row_that_is_no_rate_is_refused(from_on: str, rate: str) -> None:
    with pytest.raises(ValueError, match=r"is no"):
        RateRow("EUR", from_on, rate)
