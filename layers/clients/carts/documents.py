"""Reading foreign JSON without trust: strict parsing, and members read with their place.

Every failed read notes a problem and gives a harmless value, so that all problems of a document are
found at once; whoever reads must drop the result when there are problems. Reliability §9, G3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from carts.adapter import Code, Problem
from commerce.money import Money, MoneyError

DEEPEST = 32
"""How deep a document may nest."""

MOST_MEMBERS = 1000
"""How many entries a list of a document may hold (order lines, refunds ...)."""

MOST_MOVEMENTS = 1_000_000
"""How many transactions a payout may have: a busy fortnight has more than an order has lines."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FAR_FUTURE = 2200
_LONGEST_NUMBER = 30
_MOST_DECIMALS = 10
_MOST_DIGITS = 15
_FINEST = Decimal(1).scaleb(-_MOST_DECIMALS)
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.:/-]{0,63}")
"""Base64 of URLs, which Amazon makes ids of, may begin with a dash or an underscore."""
_DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


class DocumentError(ValueError):
    """Bytes that are no JSON document we accept; the message tells why, never the content."""


def parse(body: bytes) -> Any:
    """The JSON document in `body`; fractions as Decimal, long integers kept.

    Raises:
        DocumentError: no JSON, not UTF-8, a duplicate key, NaN or infinity, an absurd number, or
            nested too deep.
    """
    try:
        document = json.loads(
            body.decode("utf-8"),
            parse_float=_fraction,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_members,
        )
    except DocumentError:
        raise
    except RecursionError as exc:
        message = f"it is nested deeper than {DEEPEST} levels"
        raise DocumentError(message) from exc
    except ValueError as exc:
        message = "it is no JSON in UTF-8"
        raise DocumentError(message) from exc
    if _is_deeper_than(document, DEEPEST):
        message = f"it is nested deeper than {DEEPEST} levels"
        raise DocumentError(message)
    if b"\\u" in body:
        _refuse_half_characters(document)
    return document


def _refuse_half_characters(document: Any) -> None:
    """Half of a surrogate pair is legal in JSON and in Python, but cannot be written as UTF-8."""
    try:
        json.dumps(document, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as exc:
        message = "it holds half of a character"
        raise DocumentError(message) from exc


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        message = "an object has the same key twice"
        raise DocumentError(message)
    return members


def _constant(_: str) -> Any:
    message = "it holds NaN or an infinity"
    raise DocumentError(message)


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        message = f"it holds a number of more than {_LONGEST_NUMBER} digits"
        raise DocumentError(message)
    return int(text)


def _fraction(text: str) -> Decimal:
    """Coordinates and weights may be long fractions; only an absurd exponent is refused."""
    message = "it holds a number with an absurd exponent"
    try:
        number = Decimal(text)
    except InvalidOperation as exc:  # an exponent that is beyond Decimal itself
        raise DocumentError(message) from exc
    if abs(number.adjusted()) > _LONGEST_NUMBER:
        raise DocumentError(message)
    return number


def _without_noise(number: Decimal) -> Decimal:
    """The number at ten decimals: what lies behind them is a cart's binary arithmetic.

    Carts written in PHP tell 36.39 as 36.390000000000001 and nothing as 1.4e-14.
    """
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -_MOST_DECIMALS:
        return number
    short = number.quantize(_FINEST).normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


def _is_deeper_than(document: Any, levels: int) -> bool:
    layer = [document]
    for _ in range(levels):
        children: list[Any] = []
        for value in layer:
            if isinstance(value, dict):
                children.extend(v for v in value.values() if isinstance(v, dict | list))
            elif isinstance(value, list):
                children.extend(v for v in value if isinstance(v, dict | list))
        if not children:
            return False
        layer = children
    return True


def to_identifier(value: Any) -> str:
    """An id as text, exactly as the cart gave it; empty when none may be made a key of it."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value)
    if isinstance(value, str) and _IDENTIFIER.fullmatch(value):
        return value
    return ""


class Node:
    """One JSON object with its place in the document; problems go to a shared list."""

    __slots__ = ("_value", "place", "problems")

    def __init__(self, value: Any, place: str, problems: list[Problem]) -> None:
        """Take an object; anything else is noted as a problem and read as an empty one."""
        self.place = place
        self.problems = problems
        if not isinstance(value, dict):
            self.refuse("", "an object")
            value = {}
        self._value: dict[str, Any] = value

    def refuse(self, name: str, wanted: str) -> None:
        """Note that the member is not what it must be."""
        problem = Problem(Code.PAYLOAD_INVALID, self.at(name) or "document", f"is not {wanted}")
        self.problems.append(problem)

    def at(self, name: str) -> str:
        """The place of a member."""
        return f"{self.place}.{name}" if self.place and name else self.place or name

    @property
    def members(self) -> dict[str, Any]:
        """The object itself, as it was read."""
        return self._value

    def get(self, name: str) -> Any:
        """The member as it is, None when absent."""
        return self._value.get(name)

    def has(self, name: str) -> bool:
        """Whether the member is there at all, be it null."""
        return name in self._value

    def text(self, name: str) -> str:
        """The member as text; empty when absent or null. Integers are taken as their digits."""
        value = self._value.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        self.refuse(name, "text")
        return ""

    def identifier(self, name: str) -> str:
        """The member as a required id."""
        found = to_identifier(self._value.get(name))
        if not found:
            self.refuse(name, "an id")
        return found

    def optional_identifier(self, name: str) -> str:
        """The member as an id; empty when absent, null or empty text."""
        return "" if self._value.get(name) in (None, "") else self.identifier(name)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """The member as true or false; `default` when absent or null."""
        value = self._value.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(name, "true or false")
            return default
        return value

    def decimal(self, name: str) -> Decimal | None:
        """The member as a decimal, given as a number or as text; None when absent or null."""
        value = self._value.get(name)
        if value is None:
            return None
        number = _to_decimal(value)
        if number is None:
            self.refuse(name, "a decimal number")
            return Decimal(0)
        return number

    def money(self, name: str, currency: str) -> Money | None:
        """The member as an amount of the currency; None when absent or null."""
        number = self.decimal(name)
        if number is None:
            return None
        try:
            return Money(number, currency)
        except MoneyError:
            self.refuse(name, "an amount of money")
            return None

    def instant(self, name: str) -> datetime | None:
        """The member as an instant in UTC; it must state its zone. None when absent or null."""
        value = self._value.get(name)
        if value is None:
            return None
        try:
            instant = datetime.fromisoformat(value)
            if instant.tzinfo is not None and _EPOCH.year < instant.year < _FAR_FUTURE:
                return instant.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            pass
        self.refuse(name, "a believable instant with a zone (ISO 8601)")
        return _EPOCH

    def required_instant(self, *names: str) -> datetime:
        """The first of the members that is there, as an instant in UTC."""
        for name in names:
            found = self.instant(name)
            if found is not None:
                return found
        self.refuse(names[0], "given")
        return _EPOCH

    def node(self, name: str) -> Node | None:
        """The member as an object; None when absent, null or `[]`, PHP's empty object."""
        value = self._value.get(name)
        if value is None or value == []:
            return None
        return type(self)(value, self.at(name), self.problems)

    def nodes(self, name: str, *, most: int = MOST_MEMBERS) -> Iterator[Node]:
        """The member as a list of at most `most` objects; nothing when absent or null."""
        value = self._value.get(name)
        if value is None:
            return
        if not isinstance(value, list):
            self.refuse(name, "a list")
            return
        if len(value) > most:
            self.refuse(name, f"a list of at most {most} entries")
            return
        for index, member in enumerate(value):
            yield type(self)(member, f"{self.at(name)}[{index}]", self.problems)

    def texts(self, name: str) -> tuple[str, ...]:
        """The member as a list of texts, its nulls left out; empty when absent or null."""
        value = self._value.get(name)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(each, str | None) for each in value):
            return tuple(each for each in value if each is not None)
        self.refuse(name, "a list of texts")
        return ()


def _to_decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    if isinstance(value, str) and (len(value) > _LONGEST_NUMBER or not _DECIMAL.fullmatch(value)):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite() or number.adjusted() > _MOST_DIGITS:
        return None
    return _without_noise(number)


NO_CURRENCY = "XXX"
"""ISO 4217's own code for no currency: reading goes on with it, to find all that is wrong."""


def believed_currency(
    node: Node, code: str, place: str, wanted: str = "a currency of ISO 4217"
) -> str:
    """The code if it looks like one of ISO 4217, else `NO_CURRENCY` and a problem at `place`."""
    if len(code) == len(NO_CURRENCY) and code.isascii() and code.isalpha() and code.isupper():
        return code
    node.refuse(place, wanted)
    return NO_CURRENCY
