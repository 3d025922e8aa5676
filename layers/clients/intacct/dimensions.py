"""What lines of every kind carry: their side, and the values of their dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Dimensions:
    """The dimension values of a line by id; empty text means none. `custom` is (name, value)."""

    location: str = ""
    department: str = ""
    class_id: str = ""
    project: str = ""
    customer: str = ""
    item: str = ""
    warehouse: str = ""
    custom: tuple[tuple[str, str], ...] = ()


NO_DIMENSIONS = Dimensions()
"""A line without dimension values."""


class Side(StrEnum):
    """Debit or credit."""

    DEBIT = "debit"
    CREDIT = "credit"
