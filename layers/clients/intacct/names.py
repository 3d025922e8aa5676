"""Names that a configuration uses of a company's masters, and how each stands there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class NameKind(StrEnum):
    """The kinds of masters that a mapping names by id; DIMENSION is a user-defined one by name."""

    ENTITY = "entity"
    ACCOUNT = "account"
    STATISTICAL_ACCOUNT = "statistical_account"
    BANK_ACCOUNT = "bank_account"
    ITEM = "item"
    CUSTOMER = "customer"
    TERM = "term"
    LOCATION = "location"
    DEPARTMENT = "department"
    CLASS = "class"
    PROJECT = "project"
    WAREHOUSE = "warehouse"
    JOURNAL = "journal"
    STATISTICAL_JOURNAL = "statistical_journal"
    DEFINITION = "definition"
    DIMENSION = "dimension"


class NameState(StrEnum):
    """How a name stands in the company."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    ABSENT = "absent"


Names = Mapping[NameKind, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Standings:
    """The state of each name that was asked for, and how many calls that took."""

    states: Mapping[tuple[NameKind, str], NameState]
    calls: int
