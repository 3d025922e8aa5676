"""Comparison of field values with the text of a filter, by type (§9.4) or by code (§9.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from local.intacct_simulator.xml.failures import Fault, FunctionError
from local.intacct_simulator.xml.nodes import read_instant
from local.intacct_simulator.xml.objects.model import Field, Kind

_TRUE = {"true", "t"}


def comparable(field: Field, raw: Any, *, by_code: bool = False) -> Any:
    """Give a stored value in the form that `wanted` gives the filter's; None when empty."""
    if field.kind is Kind.TRUTH:
        return bool(raw)
    if raw is None or raw == "":
        return None
    if field.kind is Kind.WORD:
        label, code = field.words.get(str(raw), (str(raw), str(raw)))
        return code if by_code else label
    if field.kind is Kind.DAY:
        return raw.date() if isinstance(raw, datetime) else raw
    return raw if field.kind is Kind.INSTANT else FORMS[field.kind](raw)


def as_text(raw: Any) -> str | None:
    """Give a stored value as `comparable` gives that of a text field."""
    return None if raw is None or raw == "" else str(raw)


def as_number(raw: Any) -> Decimal | None:
    """Give a stored value as `comparable` gives that of a number field."""
    return None if raw is None or raw == "" else Decimal(raw)


FORMS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: as_text,
    Kind.INTEGER: as_number,
    Kind.NUMBER: as_number,
}
"""What `comparable` makes of the stored values of those kinds, whatever field they are of."""


def wanted(field: Field, text: str) -> Any:
    """Read the value of a filter by the field's type; zone of instants is the user's, GMT.

    Raises:
        FunctionError: the text is no value of that type.
    """
    try:
        if field.kind is Kind.TRUTH:
            return text.strip().lower() in _TRUE
        if field.kind in (Kind.INTEGER, Kind.NUMBER):
            return finite(text)
        if field.kind is Kind.DAY:
            return read_instant(text).date()
        if field.kind is Kind.INSTANT:
            read = read_instant(text)
            return read if read.tzinfo else read.replace(tzinfo=UTC)
    except ValueError:
        raise FunctionError(
            Fault("DL02000001", f"The value of the field {field.name} in the filter is not valid.")
        ) from None
    return text


def finite(text: str) -> Decimal:
    """Read a number of a filter.

    Raises:
        ValueError: it is none, or none that can be compared, such as NaN.
    """
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError(text) from None
    if not number.is_finite():
        raise ValueError(text)
    return number


def matcher(pattern: str, *, ignore_case: bool) -> Callable[[Any], bool]:
    """Give a test for `like`: `%` is any text, `_` any character."""
    parts = (".*" if char == "%" else "." if char == "_" else re.escape(char) for char in pattern)
    compiled = re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if ignore_case else 0))
    return lambda value: value is not None and compiled.fullmatch(_text(value)) is not None


def folded(value: Any) -> Any:
    """Give text without case, and anything else as it is."""
    return value.casefold() if isinstance(value, str) else value


def sort_key(value: Any) -> tuple[int, Any]:
    """Order values of one type with empty ones first."""
    return (0, 0) if value is None else (1, value)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%m/%d/%Y %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%m/%d/%Y")
    return str(value)
