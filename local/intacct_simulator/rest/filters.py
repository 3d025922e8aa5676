"""Filters of the query service: operators, operands, date macros, expressions (§8.1-8.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any

from local.intacct_simulator.books.money import to_decimal
from local.intacct_simulator.rest.access import Accessor
from local.intacct_simulator.rest.envelopes import invalid_request
from local.intacct_simulator.rest.fields import Field
from local.intacct_simulator.rest.pointers import key_of

Test = Callable[[Any, bool], bool]
Expression = Callable[[Callable[[int], bool]], bool]

SCALAR = frozenset({"$eq", "$ne", "$lt", "$lte", "$gt", "$gte"})
TEXTUAL = frozenset(
    {"$contains", "$notContains", "$startsWith", "$notStartsWith", "$endsWith", "$notEndsWith"}
)
LISTED = frozenset({"$in", "$notIn", "$between", "$notBetween", "$has"})
MAX_DEPTH = 100
"""Of parentheses in an expression; more are no expression that anybody writes."""

DECIMAL_KINDS = frozenset({"amount", "quantity", "rate", "number"})
DECEMBER = 12
MONTHS_OF_QUARTER = 3
TOKEN = re.compile(r"\s*(\(|\)|\d+|and\b|or\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """One filter: the field it looks at, and the test of a value (with or without case).

    `exact` are the only values that pass (with case), where the filter is an equality or a list.
    """

    accessor: Accessor
    test: Test
    exact: tuple[Any, ...] = ()


def parse_condition(given: Any, find: Callable[[str], Accessor], today: date) -> Condition:
    """Read one `{"$op": {"field": operand}}`.

    Raises:
        RestError: 400, the operator, the field or the operand is not valid.
    """
    if not isinstance(given, Mapping) or len(given) != 1:
        raise invalid_request("Each filter is an object of one operator")
    ((operator, operands),) = given.items()
    if operator not in SCALAR | TEXTUAL | LISTED:
        raise invalid_request(f"The operator {operator} does not exist")
    if not isinstance(operands, Mapping) or len(operands) != 1:
        raise invalid_request(f"The operand of {operator} is an object of one field")
    ((path, operand),) = operands.items()
    accessor = find(str(path))
    if accessor.field.kind == "words":
        return Condition(accessor, _having(operator, accessor.field, operand))
    if operator in LISTED:
        return _listed(operator, accessor, operand, today)
    if operator in TEXTUAL:
        return Condition(accessor, _textual(operator, accessor.field, operand))
    low, high = _span(accessor.field, operand, today)
    exact = (low,) if operator == "$eq" and low == high and low is not None else ()
    return Condition(accessor, _scalar(operator, low, high), exact)


def _having(operator: str, field: Field, operand: Any) -> Test:
    """Test a field of several values: it has all that are asked for (a guess: no source says)."""
    if operator != "$has":
        raise invalid_request(f"The field {field.path} of several values takes only $has")
    if not isinstance(operand, list) or not all(one in field.enum for one in operand):
        raise invalid_request(f"The operator $has needs a list of {', '.join(field.enum)}")
    return lambda value, _cased: all(one in (value or ()) for one in operand)


def _scalar(operator: str, low: Any, high: Any) -> Test:
    if operator in {"$eq", "$ne"}:
        wants = operator == "$eq"

        def equals(value: Any, cased: bool) -> bool:  # noqa: FBT001  # the shape of a Test
            if low is None or value is None:
                return (low is None and value in (None, "")) is wants
            inside = _fold(low, cased) <= _fold(value, cased) <= _fold(high, cased)
            return inside is wants

        return equals
    if low is None:
        raise invalid_request(f"The operator {operator} needs a value")
    compare: dict[str, Callable[[Any, Any, Any], bool]] = {
        "$lt": lambda value, low, _high: value < low,
        "$lte": lambda value, _low, high: value <= high,
        "$gt": lambda value, _low, high: value > high,
        "$gte": lambda value, low, _high: value >= low,
    }
    chosen = compare[operator]

    def compared(value: Any, cased: bool) -> bool:  # noqa: FBT001  # the shape of a Test
        if value is None:
            return False
        return chosen(_fold(value, cased), _fold(low, cased), _fold(high, cased))

    return compared


def _textual(operator: str, field: Field, operand: Any) -> Test:
    if not isinstance(operand, str) or field.kind == "boolean":
        raise invalid_request(f"The operator {operator} needs text")
    negates = operator.startswith("$not")
    how = operator.removeprefix("$not").removeprefix("$").lower()

    def test(value: Any, cased: bool) -> bool:  # noqa: FBT001  # the shape of a Test
        text, wanted = _fold(str("" if value is None else value), cased), _fold(operand, cased)
        found = {
            "contains": wanted in text,
            "startswith": text.startswith(wanted),
            "endswith": text.endswith(wanted),
        }[how]
        return found is not negates

    return test


def _listed(operator: str, accessor: Accessor, operand: Any, today: date) -> Condition:
    if not isinstance(operand, list):
        raise invalid_request(f"The operator {operator} needs a list")
    spans = [_span(accessor.field, one, today) for one in operand]
    negates = operator.startswith("$not")
    if operator in {"$between", "$notBetween"}:
        if len(spans) != 2 or None in (spans[0][0], spans[1][1]):  # noqa: PLR2004  # from and to
            raise invalid_request(f"The operator {operator} needs two values")
        spans = [(spans[0][0], spans[1][1])]
    is_exact = operator == "$in" and all(low == high and low is not None for low, high in spans)
    exact = frozenset(low for low, _ in spans) if is_exact else frozenset()

    def test(value: Any, cased: bool) -> bool:  # noqa: FBT001  # the shape of a Test
        if is_exact and cased:
            return value in exact
        if value is None:
            return any(low is None for low, _ in spans) is not negates
        inside = any(
            low is not None and _fold(low, cased) <= _fold(value, cased) <= _fold(high, cased)
            for low, high in spans
        )
        return inside is not negates

    return Condition(accessor, test, tuple(exact))


def _fold(value: Any, cased: bool) -> Any:  # noqa: FBT001  # a plain switch of the request
    return value.lower() if isinstance(value, str) and not cased else value


def _span(field: Field, operand: Any, today: date) -> tuple[Any, Any]:
    """Give the lowest and highest value that an operand means; a date macro means several days."""
    if operand is None:
        return None, None
    if field.kind in {"date", "datetime"} and isinstance(operand, str) and operand in MACROS:
        first, last = MACROS[operand](today)
        if field.kind == "date":
            return first, last
        start = datetime.combine(first, datetime.min.time(), UTC)
        end = datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC)
        return start, end - timedelta(seconds=1)
    try:
        value = _operand(field, operand)
    except ValueError as exc:
        raise invalid_request(f"The value {operand} does not fit the field {field.path}") from exc
    return value, value


def _operand(field: Field, operand: Any) -> Any:  # noqa: PLR0911  # one return for each kind
    if field.kind in {"key", "integer"}:
        return int(to_decimal(operand))
    if field.kind in DECIMAL_KINDS:
        return to_decimal(operand)
    if field.kind == "date":
        return date.fromisoformat(str(operand)[:10])
    if field.kind == "datetime":
        instant = datetime.fromisoformat(str(operand))
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    if field.kind == "boolean":
        words = {"true": True, "false": False}
        word = str(operand).lower()
        if word not in words:
            message = "neither true nor false"
            raise ValueError(message)
        return words[word]
    if isinstance(operand, bool | dict | list):
        message = "not text"
        raise ValueError(message)  # noqa: TRY004  # one kind of error for every wrong operand
    if field.kind == "country":
        return str(operand).upper()
    return format(operand, "f") if isinstance(operand, Decimal) else str(operand)


def _week(day: date) -> tuple[date, date]:
    first = day - timedelta(days=(day.weekday() + 1) % 7)
    return first, first + timedelta(days=6)


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return first, after - timedelta(days=1)


def _quarter(day: date) -> tuple[date, date]:
    month = (day.month - 1) // MONTHS_OF_QUARTER * MONTHS_OF_QUARTER + 1
    first = day.replace(month=month, day=1)
    return first, _month(first + timedelta(days=70))[1]


def _year(day: date) -> tuple[date, date]:
    return day.replace(month=1, day=1), day.replace(month=DECEMBER, day=31)


def _before(span: Callable[[date], tuple[date, date]]) -> Callable[[date], tuple[date, date]]:
    return lambda day: span(span(day)[0] - timedelta(days=1))


# Weeks run from Sunday to Saturday, as Sage's US default has it (a guess: no source says).
MACROS: Mapping[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda day: (day, day),
    "yesterday": lambda day: (day - timedelta(days=1),) * 2,
    "currentWeek": _week,
    "lastWeek": _before(_week),
    "currentMonth": _month,
    "priorMonth": _before(_month),
    "currentQuarter": _quarter,
    "priorQuarter": _before(_quarter),
    "currentYear": _year,
    "priorYear": _before(_year),
}


def parse_expression(given: Any, count: int) -> Expression:
    """Read a filter expression: `and`, `or`, or numbers from 1 with and, or, parentheses.

    Raises:
        RestError: 400, it is malformed, names a filter that is not there, or leaves one out.
    """
    if given is None or (isinstance(given, str) and given.strip().lower() in {"", "and"}):
        return lambda holds: all(holds(n) for n in range(count))
    if not isinstance(given, str):
        raise invalid_request("filterExpression is not text")
    if given.strip().lower() == "or":
        return lambda holds: not count or any(holds(n) for n in range(count))
    tokens = _tokens(given)
    if _depth(tokens) > MAX_DEPTH:
        raise invalid_request("The filterExpression has too many parentheses inside each other")
    expression = _or(tokens, count, given)
    if tokens:
        raise _malformed(given)
    return expression


def _tokens(given: str) -> list[str]:
    tokens, place = [], 0
    while given[place:].strip():
        match = TOKEN.match(given, place)
        if match is None:
            raise _malformed(given)
        tokens.append(match[1].lower())
        place = match.end()
    return tokens


def _depth(tokens: Sequence[str]) -> int:
    steps = ({"(": 1, ")": -1}.get(token, 0) for token in tokens)
    return max(accumulate(steps), default=0)


def _or(tokens: list[str], count: int, given: str) -> Expression:
    parts = [_and(tokens, count, given)]
    while tokens and tokens[0] == "or":
        tokens.pop(0)
        parts.append(_and(tokens, count, given))
    return lambda holds: any(part(holds) for part in parts)


def _and(tokens: list[str], count: int, given: str) -> Expression:
    parts = [_atom(tokens, count, given)]
    while tokens and tokens[0] == "and":
        tokens.pop(0)
        parts.append(_atom(tokens, count, given))
    return lambda holds: all(part(holds) for part in parts)


def _atom(tokens: list[str], count: int, given: str) -> Expression:
    word = tokens.pop(0) if tokens else ""
    if word == "(":
        inner = _or(tokens, count, given)
        if not tokens or tokens.pop(0) != ")":
            raise _malformed(given)
        return inner
    place = key_of(word)
    if place is None or not 1 <= place <= count:
        raise _malformed(given)
    number = place - 1
    return lambda holds: holds(number)


def _malformed(given: str) -> Exception:
    return invalid_request(f"The filterExpression '{given}' is malformed")
