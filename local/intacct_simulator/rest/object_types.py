"""What a REST object is: its fields, verbs, lines, and where the books keep it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from local.intacct_simulator.books.store import Record
from local.intacct_simulator.rest.fields import Field

ALL_VERBS = ("GET", "POST", "PATCH", "DELETE")
READ_VERBS = ("GET",)


@dataclass(frozen=True)
class OwnedList:
    """A list of owned objects inside another: its member name and its REST object."""

    member: str
    object: str


@dataclass(frozen=True)
class Schema:
    """One REST object.

    `lists` are the owned collections; `owner` is the reference to the owning object. `scope` keeps
    only some records of the table; `create_states` are the states that a create may ask for;
    `defaults` go into every new record.
    """

    name: str
    table: str
    fields: Mapping[str, Field]
    verbs: tuple[str, ...] = ALL_VERBS
    lists: tuple[OwnedList, ...] = ()
    owner: str = ""
    scope: Callable[[Record], bool] | None = None
    create_states: tuple[str, ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)
    is_typed: bool = False
    actions: tuple[str, ...] = ()

    @cached_property
    def references(self) -> dict[str, Field]:
        """The fields that name other objects, by path."""
        return {path: one for path, one in self.fields.items() if one.is_reference}

    @property
    def has_name(self) -> bool:
        """Whether references to this object show a name."""
        return "name" in self.fields
