"""Values that generic and legacy functions refuse alike: countries, rates, contracts (§12, §14)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from local.intacct_simulator.xml.failures import Fault, FunctionError
from local.intacct_simulator.xml.objects import countries


def read_country(name: str) -> str:
    """Give the code of a country of the list (§12.1).

    Raises:
        FunctionError: the list has no such country.
    """
    try:
        return countries.code_of_name(name)
    except KeyError:
        raise _wrong(f"The country '{name}' is not a country of the list.") from None


def read_code(code: str) -> str:
    """Give the two letters of a country's code; one of three letters is read too.

    Raises:
        FunctionError: no country has it.
    """
    try:
        return countries.code_of(code)
    except KeyError:
        raise _wrong(f"The country code '{code}' is not a code of ISO 3166.") from None


def check_rate(text: str | None) -> None:
    """Refuse an exchange rate that makes nothing of an amount, or the opposite.

    What is no number at all is refused where the record is made.

    Raises:
        FunctionError: it is not above zero.
    """
    try:
        is_wrong = bool(text) and not Decimal(text or "") > 0
    except InvalidOperation:
        return
    if is_wrong:
        raise _wrong(f"The exchange rate '{text}' must be above zero.")


def refuse_unknown(label: str, value: str) -> None:
    """Refuse a value of a kind that the company has none of, so that every one is unknown.

    Contracts on lines are such (§8.4 no. 43), and GL groups of customers.

    Raises:
        FunctionError: a value is given.
    """
    if value:
        raise FunctionError(Fault("BL01001973", f"The {label} '{value}' is invalid."))


def _wrong(text: str) -> FunctionError:
    return FunctionError(Fault("BL03002028", text))
