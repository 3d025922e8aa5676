"""The exchange rate that a journal line is sent with, so that it is worth what it should be.

Sage takes no amount in base currency: it multiplies and rounds (XML reference §14.5). A line whose
worth is known is therefore told by the shortest rate that gives exactly this worth.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

from commerce.money import Money
from intacct.documents import JournalEntry, JournalLine

XML_PLACES = 4
"""Decimals of EXCHANGE_RATE on journal lines (XML reference §13.6)."""

MOST_PLACES = 10
"""Decimals of a rate over REST (`decimal-precision-10` in Sage's own model)."""

_DIGITS = 40


class NoRateError(ValueError):
    """No rate that Sage takes makes the amount worth this."""


def rate_of(amount: Money, worth: Money) -> Decimal:
    """The shortest rate of at least four decimals by which `amount` becomes exactly `worth`.

    Raises:
        NoRateError: there is none of at most ten decimals that is above zero.
    """
    if amount and worth:
        with localcontext() as exact:
            exact.prec = _DIGITS
            exactly = worth.amount / amount.amount
            for places in range(XML_PLACES, MOST_PLACES + 1):
                unit = Decimal(1).scaleb(-places)
                rate = exactly.quantize(unit, rounding=ROUND_HALF_UP)
                if rate > 0 and Money(amount.amount * rate, worth.currency).rounded() == worth:
                    return rate
    message = f"no exchange rate makes {amount} worth {worth}"
    raise NoRateError(message)


def line_rate(line: JournalLine, entry: JournalEntry) -> Decimal | None:
    """The rate to state on a line: its own, or that of its entry; None leaves it to Sage.

    Raises:
        NoRateError: as `rate_of`.
    """
    return entry.exchange_rate if line.worth is None else rate_of(line.amount, line.worth)


def is_worth(line: JournalLine) -> bool:
    """Whether Sage can be told what the line is worth; true of a line that leaves it to Sage."""
    try:
        return line.worth is None or bool(rate_of(line.amount, line.worth))
    except NoRateError:
        return False


def fits_xml(entry: JournalEntry) -> bool:
    """Whether XML can state the worth of every line; REST has more decimals."""
    stated = [line for line in entry.lines if line.worth is not None]
    if not all(is_worth(line) for line in stated):
        return False
    rates = (line_rate(line, entry) for line in stated)
    return all(rate is None or rate == round(rate, XML_PLACES) for rate in rates)
