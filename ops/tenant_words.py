"""Validation errors as sentences that say what is wrong and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from shared.tenants.models import Tenant

_MISSING = "is missing: add it"
_OF_PATTERN = {
    r"^[A-Z]{3}$": "is no currency code of three capitals, like USD",
    r"^0[0-5]:[0-5][0-9]$|^06:00$": "is no time from 00:00 to 06:00, like 04:30",
    r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$": (
        "is no id: letters, digits, dots, dashes and underscores, 63 at most, first one of the"
        " first two"
    ),
}
_OF_TYPE = {
    "missing": _MISSING,
    "int_parsing": "is no whole number",
    "bool_parsing": "is neither true nor false",
    "string_too_short": "is empty: fill it in",
    "string_type": "is no text: write a single value",
    "tuple_type": "is no list: write one member a line, each after a dash",
    "dict_type": "is no mapping: write `name: value` lines",
    "model_type": "is no mapping: write `name: value` lines",
    "model_attributes_type": "is no mapping: write `name: value` lines",
    "dataclass_type": "is no mapping: write `name: value` lines",
    "too_short": "is empty: add at least one",
}
_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_CHOICES = frozenset({"enum", "literal_error"})
_FEW = 16


def sentence(error: Mapping[str, Any], place: Sequence[str | int]) -> str:
    """What is wrong at `place`, and the fix; the values of a document are no secrets."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in _UNKNOWN:
        return _unknown(str(place[-1]), known_at(place[:-1]))
    if kind in _CHOICES:
        choices = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        wrong = str(place[-1]) if "[key]" in error["loc"] else str(error.get("input", ""))
        return _choice(wrong, choices.split(", "))
    if kind == "string_pattern_mismatch":
        said = _OF_PATTERN.get(context.get("pattern", ""), error["msg"])
        return f"{error.get('input')!r} {said}"
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    said = _OF_TYPE.get(kind, "")
    return said or f"{error['msg'][:1].lower()}{error['msg'][1:]}"


def known_at(place: Sequence[str | int]) -> list[str]:
    """The members that the document may have at that path, in their order."""
    schema = _schema()
    node: Any = schema
    for part in place:
        node = _resolved(node)
        if isinstance(part, int):
            node = node.get("items", {})
        else:
            properties = node.get("properties", {})
            node = properties.get(part) or node.get("additionalProperties") or {}
    found = _resolved(node).get("properties", {})
    return list(found)


def _unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"is not known here; did you mean {near[0]!r}?"
    if not known:
        return "is not known here: remove it"
    return f"is not known here; known are {', '.join(known)}"


def _choice(wrong: str, choices: Sequence[str]) -> str:
    near = difflib.get_close_matches(wrong, choices, n=1)
    if near:
        return f"{wrong!r} is not offered; did you mean {near[0]!r}?"
    shown = ", ".join(choices[:_FEW]) + (" ..." if len(choices) > _FEW else "")
    return f"{wrong!r} is not offered; choose one of {shown}"


@cache
def _schema() -> dict[str, Any]:
    return Tenant.model_json_schema()


def _resolved(node: Any) -> dict[str, Any]:
    while isinstance(node, dict) and "$ref" in node:
        node = _schema()["$defs"][node["$ref"].rsplit("/", 1)[-1]]
    return node if isinstance(node, dict) else {}
