"""DynamoDB's condition, key and update expressions, as far as the product writes them.

Compiled once per text into functions; anything outside the grammar is refused, so that an
expression the model does not know cannot pass unseen. Grammar: DynamoDB developer guide,
"Expressions".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

Item = Mapping[str, Any]
Values = Mapping[str, Any]
Condition = Callable[[Item, Values], bool]
Change = Callable[[dict[str, Any], Values], None]

_TOKEN = re.compile(r"\s*(<=|>=|<>|[=<>(),+]|#?:?[A-Za-z_][A-Za-z0-9_]*)")
_WORDS = frozenset({"AND", "OR", "NOT", "IN", "SET", "REMOVE", "ADD"})


class ExpressionError(ValueError):
    """The text is outside of what the model understands."""


def condition(text: str, names: Mapping[str, str] | None = None) -> Condition:
    """The condition as a function of the item (empty where there is none) and the values."""
    return _condition(_named(text, names))


def change(text: str, names: Mapping[str, str] | None = None) -> Change:
    """The update as a function that changes an item in place."""
    return _change(_named(text, names))


def _named(text: str, names: Mapping[str, str] | None) -> str:
    for placeholder, name in (names or {}).items():
        text = re.sub(rf"{placeholder}\b", name, text)
    return text


@lru_cache(maxsize=512)
def _condition(text: str) -> Condition:
    parser = _Parser(text)
    parsed = parser.either()
    parser.end()
    return parsed


@lru_cache(maxsize=512)
def _change(text: str) -> Change:
    parser = _Parser(text)
    steps: list[Change] = []
    while parser.peek():
        steps.extend(parser.clause())

    def apply(item: dict[str, Any], values: Values) -> None:
        before = dict(item)
        for step in steps:
            step(item, {**values, "": before})

    return apply


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                message = f"not understood: {text[position:]!r}"
                raise ExpressionError(message)
            self._tokens.append(match.group(1))
            position = match.end()
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            message = f"expected {expected or 'more'}, found {token or 'the end'}"
            raise ExpressionError(message)
        self._at += 1
        return token

    def end(self) -> None:
        if self.peek():
            message = f"left over: {self.peek()}"
            raise ExpressionError(message)

    def either(self) -> Condition:
        left = self.both()
        while self.peek() == "OR":
            self.take()
            left = _or(left, self.both())
        return left

    def both(self) -> Condition:
        left = self.single()
        while self.peek() == "AND":
            self.take()
            left = _and(left, self.single())
        return left

    def single(self) -> Condition:
        token = self.peek()
        if token == "NOT":
            self.take()
            negated = self.single()
            return lambda item, values: not negated(item, values)
        if token == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        if token in ("attribute_exists", "attribute_not_exists"):
            name = self._argument()
            wanted = token == "attribute_exists"
            return lambda item, _values: (name in item) is wanted
        if token == "begins_with":
            self.take()
            self.take("(")
            name = self.take()
            self.take(",")
            prefix = self.take()
            self.take(")")
            return lambda item, values: (
                name in item and item[name]["S"].startswith(values[prefix]["S"])
            )
        return self._comparison()

    def clause(self) -> list[Change]:
        """SET, REMOVE or ADD with all its parts."""
        word = self.take()
        part = {"SET": self._assignment, "REMOVE": self._removal, "ADD": self._addition}.get(word)
        if part is None:
            message = f"no clause: {word}"
            raise ExpressionError(message)
        steps = [part()]
        while self.peek() == ",":
            self.take()
            steps.append(part())
        return steps

    def _argument(self) -> str:
        self.take()
        self.take("(")
        name = self.take()
        self.take(")")
        return name

    def _comparison(self) -> Condition:
        left = self._operand()
        operator = self.take()
        if operator == "IN":
            self.take("(")
            choices = [self._operand()]
            while self.peek() == ",":
                self.take()
                choices.append(self._operand())
            self.take(")")
            return lambda item, values: any(
                _compares("=", left(item, values), choice(item, values)) for choice in choices
            )
        if operator not in ("=", "<>", "<", "<=", ">", ">="):
            message = f"no comparison: {operator}"
            raise ExpressionError(message)
        right = self._operand()
        return lambda item, values: _compares(operator, left(item, values), right(item, values))

    def _operand(self) -> Callable[[Item, Values], Any]:
        token = self.take()
        if token in _WORDS or self.peek() == "(":
            message = f"no operand: {token}"
            raise ExpressionError(message)
        if token.startswith(":"):
            return lambda _item, values: values[token]
        return lambda item, _values: item.get(token)

    def _assignment(self) -> Change:
        name = self.take()
        self.take("=")
        value = self._value()

        def assign(item: dict[str, Any], values: Values) -> None:
            item[name] = value(values[""], values)

        return assign

    def _value(self) -> Callable[[Item, Values], Any]:
        token = self.peek()
        if token in ("if_not_exists", "list_append"):
            self.take()
            self.take("(")
            first = self._value()
            self.take(",")
            second = self._value()
            self.take(")")
            return _coalesced(first, second) if token == "if_not_exists" else _joined(first, second)
        left = self._operand()
        if self.peek() != "+":
            return left
        self.take()
        right = self._value()
        return lambda item, values: _sum(left(item, values), right(item, values))

    def _removal(self) -> Change:
        name = self.take()
        return lambda item, _values: item.pop(name, None) and None

    def _addition(self) -> Change:
        name, value = self.take(), self.take()

        def add(item: dict[str, Any], values: Values) -> None:
            item[name] = _sum(values[""].get(name, {"N": "0"}), values[value])

        return add


def _or(left: Condition, right: Condition) -> Condition:
    return lambda item, values: left(item, values) or right(item, values)


def _and(left: Condition, right: Condition) -> Condition:
    return lambda item, values: left(item, values) and right(item, values)


def _coalesced(
    first: Callable[[Item, Values], Any], second: Callable[[Item, Values], Any]
) -> Callable[[Item, Values], Any]:
    def value(item: Item, values: Values) -> Any:
        known = first(item, values)
        return second(item, values) if known is None else known

    return value


def _joined(
    first: Callable[[Item, Values], Any], second: Callable[[Item, Values], Any]
) -> Callable[[Item, Values], Any]:
    return lambda item, values: {"L": [*first(item, values)["L"], *second(item, values)["L"]]}


def _sum(left: Any, right: Any) -> dict[str, str]:
    return {"N": str(Decimal(left["N"]) + Decimal(right["N"]))}


def _compares(operator: str, left: Any, right: Any) -> bool:
    """Values of different types, or absent ones, never compare true, except by `<>`."""
    if left is None or right is None:
        return operator == "<>"
    ((kind, one),) = left.items()
    ((other_kind, other),) = right.items()
    if kind != other_kind:
        return operator == "<>"
    if kind == "N":
        one, other = Decimal(one), Decimal(other)
    answers: Mapping[str, Callable[[], bool]] = {
        "=": lambda: bool(one == other),
        "<>": lambda: bool(one != other),
        "<": lambda: bool(one < other),
        "<=": lambda: bool(one <= other),
        ">": lambda: bool(one > other),
        ">=": lambda: bool(one >= other),
    }
    return answers[operator]()
