"""Units of measure by key: where REST has a reference (§16.3, §16.9), the books keep the name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.intacct_simulator.books.books import Books
from local.intacct_simulator.rest.pointers import key_of

MEMBER = "unitOfMeasure"


def with_named_units(books: Books, payload: Any) -> Any:
    """Give a payload with each known unit named by its id; one that is unknown stays as it is."""
    if isinstance(payload, list):
        return [with_named_units(books, one) for one in payload]
    if not isinstance(payload, Mapping):
        return payload
    made = dict(payload)
    if isinstance(made.get(MEMBER), Mapping):
        made[MEMBER] = _named(books, made[MEMBER])
    if "lines" in made:
        made["lines"] = with_named_units(books, made["lines"])
    return made


def _named(books: Books, reference: Mapping[str, Any]) -> Mapping[str, Any]:
    others = {name: value for name, value in reference.items() if name != "key"}
    if reference.get("key") is None:
        return others
    key = key_of(str(reference["key"]))
    unit = None if key is None else books.get("unit", key)
    return reference if unit is None else {**others, "id": unit["id"]}
