"""Payloads on their way in: strict about unknown, read-only, required and malformed fields.

Every finding of a payload is reported at once, each with the JSON pointer of its field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.books.money import to_decimal
from local.intacct_simulator.rest.custom_objects import LINES, dimension_of, value_of
from local.intacct_simulator.rest.empty_values import cleared, is_left_alone
from local.intacct_simulator.rest.envelopes import Json, detail, invalid_payload
from local.intacct_simulator.rest.fields import WORDED, Field
from local.intacct_simulator.rest.pointers import key_of
from local.intacct_simulator.rest.schema import CUSTOM, SCHEMAS, OwnedList, Schema

OPERATION = "ia::operation"
IDENTITY = frozenset({"key", OPERATION})
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WITHOUT_LISTS = frozenset({"role", "item"})
"""What may be made without the objects that it could own."""

REFERENCE_MEMBERS = frozenset({"key", "id"})
READ_ONLY_MEMBERS = frozenset({"href", "name"})


class Reader:
    """Turns one payload into fields of the books, collecting every finding."""

    def __init__(self, schema: Schema, books: Books, *, is_create: bool) -> None:
        self._schema = schema
        self._books = books
        self._is_create = is_create
        self.findings: list[Json] = []

    def read(self, payload: Any) -> dict[str, Any]:
        """Give the fields of a payload as the books take them.

        Raises:
            RestError: REST-1064 with a detail for each wrong field.
        """
        if not isinstance(payload, Mapping):
            self._note("REST-1028", "", "The payload is not an object", "IA.INVALID_REQUEST")
            raise invalid_payload(self.findings)
        fields = self.one(self._schema, payload, "")
        if self.findings:
            raise invalid_payload(self.findings)
        return fields

    def one(self, schema: Schema, payload: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        """Read one object; findings are collected, not raised."""
        made: dict[str, Any] = {}
        seen: set[str] = set()
        self._walk(schema, payload, "", pointer, made, seen)
        if self._is_create:
            self._require(schema, seen, pointer)
        return made

    def _member(self, schema: Schema, payload: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        """Read one line of a list: new, changed by its key, or deleted (§7.6)."""
        made = self._identity(payload, pointer)
        seen: set[str] = set()
        fields = {name: value for name, value in payload.items() if name not in IDENTITY}
        self._walk(schema, fields, "", pointer, made, seen)
        names_line = payload.get("key") is not None or made.get("delete")
        if self._is_create or not names_line:
            self._require(schema, seen, pointer)
        return made

    def _identity(self, payload: Mapping[str, Any], pointer: str) -> dict[str, Any]:
        key, operation = payload.get("key"), payload.get(OPERATION)
        made: dict[str, Any] = {}
        if key is not None and self._is_create:
            self._read_only("key", f"{pointer}/key")
        elif key is not None:
            made["key"] = _key(key)
            if made["key"] is None:
                self._wrong(f"{pointer}/key", key, "it is not a key")
        if operation is None:
            return made
        if self._is_create:
            self._wrong(f"{pointer}/{OPERATION}", operation, "a new object has no lines yet")
        elif operation != "delete":
            self._wrong(f"{pointer}/{OPERATION}", operation, "it must be delete")
        else:
            made["delete"] = True
            if key is None:
                self._missing("key", pointer)
        return made

    def _walk(  # noqa: PLR0917  # one step of a recursion over a tree
        self,
        schema: Schema,
        payload: Mapping[str, Any],
        path: str,
        pointer: str,
        made: dict[str, Any],
        seen: set[str],
    ) -> None:
        for name, value in payload.items():
            here, place = f"{path}{name}", f"{pointer}/{name}"
            owned = next((one for one in schema.lists if one.member == here), None)
            field = schema.fields.get(here)
            if owned is not None:
                seen.add(here)
                made["lines"] = self._list(owned, value, place)
            elif field is not None:
                seen.add(here)
                self._field(schema, field, value, place, made)
            elif _is_group(schema, here) and isinstance(value, Mapping):
                self._walk(schema, value, f"{here}.", place, made, seen)
            elif not path and self._is_custom(schema, name):
                kept = made.setdefault("custom", {})
                kept[name.removeprefix(CUSTOM)] = self._own_text(value, place)
            elif path == LINES and dimension_of(self._books, name):
                self._dimension(name.removeprefix(CUSTOM), value, place, made)
            elif not (_is_group(schema, here) and value is None):
                self._unknown(name, place)

    def _dimension(self, name: str, value: Any, place: str, made: dict[str, Any]) -> None:
        kept = made.setdefault("custom_dimensions", {})
        try:
            kept[name] = value_of(self._books, name, value)
        except ValueError as exc:
            self._wrong(place, value, str(exc))

    def _own_text(self, value: Any, pointer: str) -> str | None:
        """Read the value of a custom field: the company's own fields are text here."""
        if isinstance(value, dict | list):
            self._wrong(pointer, value, "it is neither text nor a number")
            return None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, Decimal):
            return format(value, "f")
        return None if value is None else str(value)

    def _field(
        self, schema: Schema, field: Field, value: Any, pointer: str, made: dict[str, Any]
    ) -> None:
        if field.is_read_only:
            self._read_only(field.path, pointer)
            return
        if value is None and is_left_alone(field):
            return
        read: object
        if field.is_reference:
            read = self._reference(value, pointer)
        elif value is None:
            read = self._cleared(schema, field, pointer)
        else:
            read = self._value(field, value, pointer)
        if field.write:
            _put(made, field.write, read)

    def _cleared(self, schema: Schema, field: Field, pointer: str) -> object:
        if field.is_required and field.kind in WORDED:
            self._wrong(pointer, None, f"it must be one of {', '.join(field.enum)}")
        return cleared(schema, field)

    def _reference(self, value: Any, pointer: str) -> int | str | None:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self._wrong(pointer, value, "it is not a reference")
            return None
        for name in value:
            if name in READ_ONLY_MEMBERS:
                self._read_only(name, f"{pointer}/{name}")
            elif name not in REFERENCE_MEMBERS:
                self._unknown(name, f"{pointer}/{name}")
        if value.get("key") is not None:
            key = _key(value["key"])
            if key is None:
                self._wrong(f"{pointer}/key", value["key"], "it is not a key")
            return key
        if "id" in value and value["id"] is not None:
            if not isinstance(value["id"], str) or not value["id"]:
                self._wrong(f"{pointer}/id", value["id"], "it is empty")
                return None
            return str(value["id"])
        return None

    def _value(self, field: Field, value: Any, pointer: str) -> Any:
        reader = _READERS.get(field.kind)
        try:
            return value if reader is None else reader(field, value)
        except ValueError as exc:
            self._wrong(pointer, value, str(exc))
            return None

    def _list(self, owned: OwnedList, value: Any, pointer: str) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            self._wrong(pointer, "", "it is not a list")
            return []
        schema, lines = SCHEMAS[owned.object], []
        for index, line in enumerate(value):
            if isinstance(line, Mapping):
                lines.append(self._member(schema, line, f"{pointer}/{index}"))
            else:
                self._wrong(f"{pointer}/{index}", "", "it is not an object")
        return lines

    def _require(self, schema: Schema, seen: set[str], pointer: str) -> None:
        for path, field in schema.fields.items():
            is_there = path in seen
            if field.is_required and not is_there and not self._is_numbered(schema, path):
                self._missing(path, pointer)
        for owned in schema.lists:
            if owned.member not in seen and schema.table not in _WITHOUT_LISTS:
                self._missing(owned.member, pointer)

    @staticmethod
    def _is_numbered(schema: Schema, path: str) -> bool:
        # The demo company numbers its customers, so a new one may come without an id (§7.3).
        return path == "id" and schema.table == "customer"

    def _is_custom(self, schema: Schema, name: str) -> bool:
        known = self._books.custom_fields(schema.table)
        return name.startswith(CUSTOM) and name.removeprefix(CUSTOM) in known

    def _missing(self, path: str, pointer: str) -> None:
        place = f"{pointer}/{path.replace('.', '/')}"
        text = f"The required field {path} is missing"
        self._note("BL01001973", place, text, "IA.REQUIRED_FIELD_MISSING")

    def _read_only(self, name: str, pointer: str) -> None:
        text = f"The field {name} is read-only"
        self._note("REST-1050", pointer, text, "IA.READ_ONLY_FIELD")

    def _unknown(self, name: str, pointer: str) -> None:
        text = f"The field {name} is not recognized"
        self._note("REST-1043", pointer, text, "IA.FIELD_NOT_RECOGNIZED")

    def _wrong(self, pointer: str, value: object, why: str) -> None:
        text = f"The value '{value}' is invalid: {why}"
        self.findings.append(
            detail(
                "REST-1028",
                "invalidParameter",
                text,
                message_id="IA.INVALID_VALUE",
                target=pointer,
            )
        )

    def _note(self, error_id: str, pointer: str, text: str, message_id: str) -> None:
        self.findings.append(
            detail(error_id, "invalidRequest", text, message_id=message_id, target=pointer)
        )


def check_create_state(schema: Schema, payload: Mapping[str, Any]) -> None:
    """Refuse a state that a create may not ask for (REST reference §16.6).

    Raises:
        RestError: 400 with `invalidParameter`.
    """
    state = payload.get("state")
    if state is None or "state" not in schema.fields or state in schema.create_states:
        return
    text = f"The state '{state}' cannot be given on create"
    raise invalid_payload(
        [detail("REST-1028", "invalidParameter", text, message_id="IA.INVALID", target="/state")]
    )


def _is_group(schema: Schema, path: str) -> bool:
    return any(one.startswith(f"{path}.") for one in schema.fields)


def _put(made: dict[str, Any], path: str, value: Any) -> None:
    name, _, rest = path.partition(".")
    if rest:
        _put(made.setdefault(name, {}), rest, value)
    else:
        made[name] = value


def _key(value: Any) -> int | None:
    return None if isinstance(value, bool) else key_of(str(value))


def _text(field: Field, value: Any) -> str:
    if isinstance(value, bool | dict | list):
        message = "it is not text"
        raise ValueError(message)  # noqa: TRY004  # collected with the other findings
    text = str(value)
    if field.max_length and len(text) > field.max_length:
        message = f"it is longer than {field.max_length} characters"
        raise ValueError(message)
    return text


def _number(_field: Field, value: Any) -> Decimal:
    return to_decimal(value)


def _integer(_field: Field, value: Any) -> int:
    number = to_decimal(value)
    if number != int(number):
        message = "it is not a whole number"
        raise ValueError(message)
    return int(number)


def _boolean(_field: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        message = "it is not true or false"
        raise ValueError(message)  # noqa: TRY004  # collected with the other findings
    return value


def _date(_field: Field, value: Any) -> str:
    if not isinstance(value, str) or not DATE.fullmatch(value):
        message = "it is not a date as YYYY-MM-DD"
        raise ValueError(message)
    return value


def _word(field: Field, value: Any) -> str:
    if value not in field.enum:
        message = f"it must be one of {', '.join(field.enum)}"
        raise ValueError(message)
    return str(value)


def _words(field: Field, value: Any) -> list[str]:
    if not isinstance(value, list):
        message = "it is not an array"
        raise ValueError(message)  # noqa: TRY004  # collected with the other findings
    return [_word(field, one) for one in value]


def _side(field: Field, value: Any) -> str:
    """A statistical line goes up or down; the books keep sides."""
    return "debit" if _word(field, value) == "increase" else "credit"


def _country(_field: Field, value: Any) -> str:
    return str(value).upper()


_READERS = {
    "text": _text,
    "amount": _number,
    "quantity": _number,
    "rate": _number,
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "enum": _word,
    "country": _country,
    "direction": _side,
    "words": _words,
}
