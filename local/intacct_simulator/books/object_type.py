"""What the catalog says of a kind of record, and the words that several kinds share.

A reference field holds the key (int) of the record it names; on input an int is a key and a text
is an id. Lines are objects of their own with `parent` (key of the owner) and `line_number`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DIMENSIONS: Mapping[str, str] = {
    "location": "location",
    "department": "department",
    "class": "class",
    "customer": "customer",
    "item": "item",
    "warehouse": "warehouse",
    "project": "project",
    "vendor": "vendor",
    "employee": "employee",
    "task": "task",
    "cost_type": "cost_type",
}

# How user-defined dimensions are told from others where both stand side by side.
OWN = "nsp::"

STATUS = frozenset({"active", "inactive"})
PAYMENT_METHODS = frozenset(
    {
        "printedCheck",
        "creditCard",
        "eft",
        "cash",
        "onlineChargeCard",
        "onlineAchDebit",
        "paymentAcceptanceService",
        "recordTransfer",
    }
)


@dataclass(frozen=True)
class ObjectType:
    """One kind of record; `natural_id` tells that people choose its `id`, else id equals key.

    `sequence` names the sequence of keys that it shares with other kinds; empty: it has its own.
    """

    name: str
    label: str
    required: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    amounts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    line_type: str = ""
    parent_type: str = ""
    natural_id: bool = False
    sequence: str = ""


def dimensions_of(line: Mapping[str, Any], **override: int | None) -> dict[str, int | None]:
    """Give only the dimension values of a line, user-defined ones too, some of them replaced."""
    own = line.get("custom_dimensions") or {}
    return {
        **{name: line.get(name) for name in DIMENSIONS},
        **{f"{OWN}{name}": key for name, key in own.items()},
        **override,
    }
