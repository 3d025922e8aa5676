"""What a journal line is worth, as an exchange rate that Sage takes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.money import Money
from intacct.checks import refuse_the_impossible
from intacct.documents import JournalEntry, JournalLine, Side
from intacct.errors import RejectedError
from intacct.rates import MOST_PLACES, NoRateError, fits_xml, is_worth, line_rate, rate_of


def money(text: str) -> Money:
    amount, currency = text.split()
    return Money.of(amount, currency)


def line(side: Side, amount: str, worth: str = "") -> JournalLine:
    return JournalLine("1100", side, money(amount), worth=money(worth) if worth else None)


def entry(*lines: JournalLine, rate: str = "") -> JournalEntry:
    stated = Decimal(rate) if rate else None
    on = date(2026, 3, 5)
    return JournalEntry("1001-JE-X", "GJ", on, "payout", lines, exchange_rate=stated)


@pytest.mark.parametrize(
    ("amount", "worth", "rate"),
    [
        ("100.00 EUR", "108.00 USD", "1.0800"),
        ("5000 JPY", "33.50 USD", "0.0067"),
        ("33.34 EUR", "36.18 USD", "1.0852"),
        ("12345.67 EUR", "13395.06 USD", "1.085001"),
        ("7.125 KWD", "23.19 USD", "3.2547"),
        ("23.19 USD", "7.125 KWD", "0.30724"),
    ],
)
def test_a_line_is_told_by_the_shortest_rate_that_makes_its_worth(
    amount: str, worth: str, rate: str
) -> None:
    assert rate_of(money(amount), money(worth)) == Decimal(rate)


@pytest.mark.parametrize(
    ("amount", "worth"), [("0.00 EUR", "1.00 USD"), ("900000000000 JPY", "0.01 USD")]
)
def test_a_worth_that_no_rate_gives_is_refused(amount: str, worth: str) -> None:
    with pytest.raises(NoRateError, match="no exchange rate"):
        rate_of(money(amount), money(worth))

    assert not is_worth(line(Side.DEBIT, amount, worth))


@given(
    cents=st.integers(1, 10**7),
    worth=st.integers(1, 10**7),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    base=st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_whatever_was_booked_can_be_told_again(
    cents: int, worth: int, currency: str, base: str
) -> None:
    amount = Money.of(Decimal(cents).scaleb(-2), currency).rounded()
    booked = Money.of(Decimal(worth).scaleb(-2), base).rounded()
    if not amount or not booked:
        return

    rate = rate_of(amount, booked)

    assert Money.of(amount.amount * rate, base).rounded() == booked
    assert rate == round(rate, MOST_PLACES)


def test_a_line_without_a_worth_takes_the_rate_of_its_entry() -> None:
    plain = line(Side.DEBIT, "100.00 EUR")

    assert line_rate(plain, entry(plain, rate="1.1")) == Decimal("1.1")
    assert line_rate(plain, entry(plain)) is None


def test_only_short_rates_go_over_xml() -> None:
    short, long = (
        entry(line(Side.DEBIT, "100.00 EUR", worth), line(Side.CREDIT, worth))
        for worth in ("108.00 USD", "108.01 USD")
    )
    odd = entry(line(Side.DEBIT, "12345.67 EUR", "13395.06 USD"))

    assert fits_xml(short)
    assert fits_xml(long)
    assert not fits_xml(odd)
    assert not fits_xml(entry(line(Side.DEBIT, "0.00 EUR", "13395.06 USD")))


def test_an_entry_in_several_currencies_balances_in_what_its_lines_are_worth() -> None:
    bank, clearing = line(Side.DEBIT, "108.00 USD"), line(Side.CREDIT, "100.00 EUR", "108.00 USD")

    refuse_the_impossible(entry(bank, clearing))
    with pytest.raises(RejectedError, match="UNBALANCED"):
        refuse_the_impossible(entry(bank, line(Side.CREDIT, "100.00 EUR", "108.01 USD")))
    with pytest.raises(RejectedError, match="RATE"):
        refuse_the_impossible(entry(bank, line(Side.CREDIT, "0.00 EUR", "108.00 USD")))
