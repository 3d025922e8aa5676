"""Reads JSON that came from outside: only what the books can hold and an answer can say again."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

MAX_EXPONENT = 308
"""That of the largest number a double holds; other readers of JSON take more for infinity."""


def read_json(content: bytes) -> Any:
    """Read JSON with exact numbers.

    Raises:
        ValueError: it is none, or too deep, or holds a number past all bounds, NaN or infinity, or
            half of a surrogate pair, which no answer could be written with.
    """
    try:
        value = json.loads(content, parse_float=_number, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except RecursionError as exc:
        message = "the JSON is too deep"
        raise ValueError(message) from exc
    return value


def _number(text: str) -> Decimal:
    message = "a number is past all bounds"
    try:
        number = Decimal(text)
    except InvalidOperation as exc:
        raise ValueError(message) from exc
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise ValueError(message)
    return number


def _no_constant(_word: str) -> Any:
    message = "NaN and infinity are no JSON"
    raise ValueError(message)
