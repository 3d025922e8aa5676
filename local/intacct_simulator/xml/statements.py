"""The condition language of `readByQuery`: SQL-like, over stored codes (§9.3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.xml.comparing import comparable, matcher, wanted
from local.intacct_simulator.xml.failures import Fault, FunctionError
from local.intacct_simulator.xml.objects.model import Kind, XmlObject
from local.intacct_simulator.xml.objects.values import Column, Values, column

Test = Callable[[Record], bool]

# What a person or a program writes stays far below; no source names Sage's own limit.
DEPTH_MAX = 50
_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:\\.|[^'\\])*')
      | (?P<operator><=|>=|!=|<>|=|<|>)
      | (?P<mark>[(),])
      | (?P<word>[^\s(),<>=!']+)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str

    def says(self, *words: str) -> bool:
        return self.kind != "text" and self.text.lower() in words


def compiled(statement: str, described: XmlObject, values: Values) -> Test:
    """Compile a condition; an empty one holds for every record.

    Raises:
        FunctionError: syntax or a field is not valid.
    """
    tokens = _tokens(statement)
    if not tokens:
        return lambda _row: True
    reader = _Reader(tokens, described, values)
    test = reader.alternatives()
    reader.expect_end()
    return test


def _bad(text: str) -> FunctionError:
    return FunctionError(Fault("DL02000001", f"Error in the query: {text}"))


def _tokens(statement: str) -> list[_Token]:
    found = []
    place = 0
    text = statement.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            message = "unexpected character"
            raise _bad(message)
        kind = match.lastgroup
        value = match.group(kind)
        if kind == "text":
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        found.append(_Token(kind, value))
        place = match.end()
    return found


class _Reader:
    """Recursive descent: OR binds weakest, then AND, then NOT."""

    def __init__(self, tokens: list[_Token], described: XmlObject, values: Values) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self._described = described
        self._values = values

    def alternatives(self) -> Test:
        parts = [self._conjunction()]
        while self._takes("or"):
            parts.append(self._conjunction())
        return lambda row: any(part(row) for part in parts)

    def expect_end(self) -> None:
        if self._place != len(self._tokens):
            raise _bad(f"unexpected '{self._tokens[self._place].text}'")

    def _conjunction(self) -> Test:
        parts = [self._negation()]
        while self._takes("and"):
            parts.append(self._negation())
        return lambda row: all(part(row) for part in parts)

    def _negation(self) -> Test:
        if self._takes("not"):
            inner = self._deeper(self._negation)
            return lambda row: not inner(row)
        if self._takes("("):
            inner = self._deeper(self.alternatives)
            self._expect(")")
            return inner
        return self._comparison()

    def _deeper(self, read: Callable[[], Test]) -> Test:
        if self._depth == DEPTH_MAX:
            message = f"conditions lie more than {DEPTH_MAX} deep"
            raise _bad(message)
        self._depth += 1
        test = read()
        self._depth -= 1
        return test

    def _comparison(self) -> Test:
        wanted_column = self._column(self._next("word"))
        if self._takes("is"):
            negated = self._takes("not")
            self._expect("null")
            return lambda row: (self._raw(wanted_column, row) in (None, "")) is not negated
        negated = self._takes("not")
        test = self._operation(wanted_column)

        def holds(row: Record) -> bool:
            value = comparable(wanted_column.field, self._raw(wanted_column, row), by_code=True)
            return value is not None and test(value) is not negated

        return holds

    def _operation(self, wanted_column: Column) -> Callable[[Any], bool]:
        if self._takes("like"):
            return matcher(self._value(), ignore_case=False)
        if self._takes("in"):
            self._expect("(")
            limits = [self._limit(wanted_column)]
            while self._takes(","):
                limits.append(self._limit(wanted_column))
            self._expect(")")
            return lambda value: value in limits
        operator = self._next("operator")
        limit = self._limit(wanted_column)
        compare = _COMPARE[operator]
        return lambda value: compare(value, limit)

    def _limit(self, wanted_column: Column) -> Any:
        text = self._value()
        if wanted_column.field.kind is Kind.WORD:
            return text  # a stored code; labels do not match here
        return wanted(wanted_column.field, text)

    def _raw(self, wanted_column: Column, row: Record) -> Any:
        return self._values.raw(wanted_column, row)

    def _column(self, name: str) -> Column:
        found = column(self._described, name)
        if found is None or found.hops:
            raise _bad(f"the field {name} does not exist on {self._described.name}")
        return found

    def _value(self) -> str:
        if self._place >= len(self._tokens):
            message = "a value is missing"
            raise _bad(message)
        token = self._tokens[self._place]
        if token.kind not in ("text", "word"):
            raise _bad(f"'{token.text}' is no value")
        self._place += 1
        return token.text

    def _next(self, kind: str) -> str:
        if self._place >= len(self._tokens) or self._tokens[self._place].kind != kind:
            raise _bad(f"a {kind} is missing")
        self._place += 1
        return self._tokens[self._place - 1].text

    def _takes(self, word: str) -> bool:
        if self._place < len(self._tokens) and self._tokens[self._place].says(word):
            self._place += 1
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._takes(word):
            raise _bad(f"'{word}' is missing")


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, limit: bool(value == limit),
    "!=": lambda value, limit: bool(value != limit),
    "<>": lambda value, limit: bool(value != limit),
    "<": lambda value, limit: bool(value < limit),
    "<=": lambda value, limit: bool(value <= limit),
    ">": lambda value, limit: bool(value > limit),
    ">=": lambda value, limit: bool(value >= limit),
}
