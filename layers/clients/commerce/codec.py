"""Commerce documents as compact JSON bytes and back, exactly: what facts are stored as.

Members at their default are left out, decimals are text, money is `"12.50 USD"`, instants are ISO
8601. Standard library only: decoding sits on the posting path, and a framework costs a cold start.
"""

from __future__ import annotations

import hashlib
import json
import operator
import types
import typing
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from commerce.money import Money, MoneyError
from commerce.orders import Facts

SCHEMA = 1
"""Raised when a stored document changes shape; older schemas must stay readable."""

_Decode = Callable[[Any], Any]
_Encode = Callable[[Any], Any]
_T = TypeVar("_T")


class CodecError(ValueError):
    """Stored bytes that are no document of this schema; names the place, never the content."""


class _MisfitError(Exception):
    """A value that is not what its place wants; the place grows as the error rises through it."""

    def __init__(self, wanted: str) -> None:
        super().__init__(wanted)
        self.wanted = wanted
        self.place = ""

    def rise(self, step: str) -> None:
        """Name the step that leads to the place from one level further out."""
        self.place = step + self.place


def encode(facts: Facts) -> bytes:
    """The facts as JSON bytes; `decode` gives back an equal object, digit for digit."""
    return encode_as("facts", facts)


def decode(data: bytes) -> Facts:
    """The facts in `data`.

    Raises:
        CodecError: the bytes are no facts, or of a schema newer than this code.
    """
    return decode_as("facts", Facts, data)


def encode_as(name: str, document: Any) -> bytes:
    """A commerce document under its name as JSON bytes, for `decode_as` of that name."""
    stored = {"schema": SCHEMA, name: _AS_WRITTEN.plain(document)}
    return json.dumps(stored, separators=(",", ":"), ensure_ascii=False).encode()


def decode_as(name: str, kind: type[_T], data: bytes) -> _T:
    """The document of that name and kind in `data`.

    Raises:
        CodecError: the bytes hold no such document, or one of a schema newer than this code.
    """
    try:
        stored = json.loads(data)
    except (ValueError, RecursionError) as exc:
        message = f"stored {name}: no JSON"
        raise CodecError(message) from exc
    if not isinstance(stored, dict) or stored.get("schema") != SCHEMA:
        message = f"stored {name}: not of schema {SCHEMA}"
        raise CodecError(message)
    try:
        document = _decoder(typing.cast("Any", kind))(stored.get(name))
    except _MisfitError as exc:
        message = f"{name}{exc.place} is not {exc.wanted}"
        raise CodecError(message) from exc.__cause__
    if not isinstance(document, kind):
        message = f"stored {name}: empty"
        raise CodecError(message)
    return document


def canonical(document: Any) -> bytes:
    """A commerce document as bytes that are the same for equal values: 12.0 and 12.00 agree."""
    plain = _BY_MEANING.plain(document)
    return json.dumps(plain, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def fingerprint(document: Any) -> str:
    """A digest of the document's meaning (128 bits of SHA-256, hexadecimal)."""
    return hashlib.sha256(canonical(document)).hexdigest()[:32]


class _Encoders(dict[type, _Encode]):
    """How each type turns into what `json` writes, found out on first use.

    Asked for a type without a stored form, it raises a TypeError.
    """

    def __init__(self, number: Callable[[Decimal], str], zone: tzinfo | None) -> None:
        """`zone` is the one that all instants are told in; without it, each in its own."""
        super().__init__()
        self._number = number
        self._zone = zone

    def plain(self, value: Any) -> Any:
        """The value as `json` takes it."""
        return self[type(value)](value)

    def __missing__(self, kind: type) -> _Encode:
        encode = self[kind] = self._encoder(kind)
        return encode

    def _encoder(self, kind: type) -> _Encode:
        if issubclass(kind, Enum):
            return operator.attrgetter("value")
        if issubclass(kind, (type(None), int, str)):
            return _as_it_is
        if is_dataclass(kind):
            return self._amount if kind is Money else self._members_of(kind)
        by_kind: dict[type, _Encode] = {
            Decimal: self._number,
            datetime: self._instant,
            tuple: self._list,
        }
        if kind not in by_kind:
            message = f"{kind.__name__} has no stored form"
            raise TypeError(message)
        return by_kind[kind]

    def _amount(self, money: Money) -> str:
        return f"{self._number(money.amount)} {money.currency}"

    def _instant(self, instant: datetime) -> str:
        return (instant.astimezone(self._zone) if self._zone else instant).isoformat()

    def _list(self, members: tuple[Any, ...]) -> list[Any]:
        return [self[type(member)](member) for member in members]

    def _members_of(self, kind: type) -> _Encode:
        """What a member's default says is left out: it is read back all the same."""
        known = [(field.name, field.default) for field in fields(typing.cast("Any", kind))]

        def encode_members(value: Any) -> dict[str, Any]:
            plain = {}
            for name, default in known:
                member = getattr(value, name)
                if member is not default and (default is MISSING or member != default):
                    plain[name] = self[type(member)](member)
            return plain

        return encode_members


def _as_it_is(value: Any) -> Any:
    return value


def _shortest(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


_AS_WRITTEN = _Encoders(str, None)
_BY_MEANING = _Encoders(_shortest, UTC)


def _decode_money(value: Any) -> Money:
    amount, _, currency = value.partition(" ") if isinstance(value, str) else ("", "", "")
    try:
        return Money.of(amount, currency)
    except MoneyError as exc:
        wanted = "an amount of money"
        raise _MisfitError(wanted) from exc


def _decode_decimal(value: Any) -> Decimal:
    try:
        return Decimal(value) if isinstance(value, str) else Decimal("sNaN") + 0
    except InvalidOperation as exc:
        wanted = "a decimal"
        raise _MisfitError(wanted) from exc


def _decode_instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError) as exc:
        wanted = "an instant"
        raise _MisfitError(wanted) from exc
    if instant.tzinfo is None:
        wanted = "an instant with a zone"
        raise _MisfitError(wanted)
    return instant


_SCALARS: dict[Any, _Decode] = {
    Money: _decode_money,
    Decimal: _decode_decimal,
    datetime: _decode_instant,
}


@cache
def _decoder(kind: Any) -> _Decode:
    """The decoder for one annotated type, built on first use."""
    if kind in _SCALARS:
        return _SCALARS[kind]
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = _decoder(next(a for a in typing.get_args(kind) if a is not types.NoneType))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return _tuple_decoder(_decoder(typing.get_args(kind)[0]))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_decoder(kind)
    if is_dataclass(kind):
        return _dataclass_decoder(typing.cast("type[Any]", kind))
    return _scalar_decoder(kind)


def _scalar_decoder(kind: type) -> _Decode:
    def decode_scalar(value: Any) -> Any:
        if type(value) is not kind:
            raise _MisfitError(kind.__name__)
        return value

    return decode_scalar


def _enum_decoder(kind: type[Enum]) -> _Decode:
    def decode_enum(value: Any) -> Any:
        try:
            return kind(value)
        except ValueError as exc:
            raise _MisfitError(kind.__name__) from exc

    return decode_enum


def _tuple_decoder(inner: _Decode) -> _Decode:
    def decode_tuple(value: Any) -> Any:
        if not isinstance(value, list):
            wanted = "a list"
            raise _MisfitError(wanted)
        members: list[Any] = []
        try:
            members.extend(map(inner, value))
        except _MisfitError as error:
            error.rise(f"[{len(members)}]")
            raise
        return tuple(members)

    return decode_tuple


def _dataclass_decoder(kind: type[Any]) -> _Decode:
    hints = typing.get_type_hints(kind)
    required = frozenset(f.name for f in fields(kind) if f.default is MISSING)
    decoders = {f.name: _decoder(hints[f.name]) for f in fields(kind)}
    names = decoders.keys()

    def decode_dataclass(value: Any) -> Any:
        if not isinstance(value, dict):
            wanted = "an object"
            raise _MisfitError(wanted)
        if not (required <= value.keys() <= names):
            wanted = f"a {kind.__name__} of schema {SCHEMA}"
            raise _MisfitError(wanted)
        name, members = "", {}
        try:
            for name, member in value.items():
                members[name] = decoders[name](member)
        except _MisfitError as error:
            error.rise(f".{name}")
            raise
        try:
            return kind(**members)
        except (TypeError, ValueError) as exc:
            wanted = f"a {kind.__name__}"
            raise _MisfitError(wanted) from exc

    return decode_dataclass
