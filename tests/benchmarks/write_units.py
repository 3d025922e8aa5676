"""What a DynamoDB write costs, by AWS's published rules, from the item before and after it.

A write of one item costs one unit per begun kilobyte of the larger of both versions, twice that in
a transaction, and one unit for every entry that it puts into or takes out of an index. A write that
a condition refuses is paid as well. Sizes follow "DynamoDB item sizes and formats" of AWS's guide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_UNIT_BYTES = 1024
_NESTED_BYTES = 3
_ENTRY_BYTES = 1
INDEXES = (("due_shard", "due_at"), ("doc_no",))
"""The keys of each index: what is due, and postings by the number of their document."""

Item = Mapping[str, Mapping[str, Any]]
"""An item as the wire carries it: attribute name to `{type: value}`."""


@dataclass(frozen=True, slots=True)
class WriteUnits:
    """Write units by what they were paid for."""

    table: int = 0
    index: int = 0

    @property
    def total(self) -> int:
        """All units together."""
        return self.table + self.index

    def __add__(self, other: WriteUnits) -> WriteUnits:
        """Both together."""
        return WriteUnits(self.table + other.table, self.index + other.index)


def units_of(before: Item, after: Item, *, in_transaction: bool) -> WriteUnits:
    """What one write costs that turned `before` into `after`; an empty item is none at all."""
    larger = max(item_bytes(before), item_bytes(after))
    table = max(1, -(-larger // _UNIT_BYTES))
    return WriteUnits(table * (2 if in_transaction else 1), _index_units(before, after))


def item_bytes(item: Item) -> int:
    """The size that AWS charges for: names and values, without any overhead of storage."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _index_units(before: Item, after: Item) -> int:
    units = 0
    for keys in INDEXES:
        old, new = _index_entry(before, keys), _index_entry(after, keys)
        if old != new:
            units += (old is not None) + (new is not None)
    return units


def _index_entry(item: Item, keys: tuple[str, ...]) -> tuple[str, ...] | None:
    """The item's keys in a sparse index, or None where it is not in it."""
    if not all(name in item for name in keys):
        return None
    return tuple(str(item[name]) for name in keys)


def _value_bytes(value: Mapping[str, Any]) -> int:  # noqa: PLR0911  # one for each type
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number_bytes(content)
        case "B":
            return _binary_bytes(content)
        case "NULL" | "BOOL":
            return 1
        case "SS" | "NS" | "BS":
            return sum(_value_bytes({kind[0]: member}) for member in content)
        case "L":
            entries = sum(_value_bytes(member) + _ENTRY_BYTES for member in content)
            return _NESTED_BYTES + entries
        case "M":
            return _NESTED_BYTES + item_bytes(content) + len(content) * _ENTRY_BYTES
        case _:
            message = f"DynamoDB has no type {kind}"
            raise ValueError(message)


def _number_bytes(text: str) -> int:
    """About one byte for two significant digits, one more, and one for a sign."""
    digits = text.lstrip("-").partition("e")[0].replace(".", "").strip("0")
    return max(1, (len(digits) + 1) // 2) + 1 + text.startswith("-")


def _binary_bytes(content: bytes | str) -> int:
    if isinstance(content, str):  # as it stands in a request: base64
        return len(content.rstrip("=")) * 3 // 4
    return len(content)
