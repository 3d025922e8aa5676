"""Whether the books know what a document names: the question, and its answer in few calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from intacct.names import NameKind, Names, NameState, Standings
from shared.tenants.named import Named

MOST_NAMES = 10_000

Look = Callable[[str, Names], Standings]
"""Asks the books of an entity for names: `intacct.rest.names.standings` of a tenant's client."""


class NamesRequest(BaseModel):
    """What `tenant lint --against books` asks the deployed function: names per entity and kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str = Field(min_length=1)
    names: dict[str, dict[NameKind, tuple[str, ...]]]


class Unusable(BaseModel):
    """A name that no posting can use, as the books of `entity` see it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entity: str
    kind: NameKind
    name: str
    state: NameState


class NamesAnswer(BaseModel):
    """The names that are absent or inactive, and how many calls it took to know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unusable: tuple[Unusable, ...]
    calls: int


def grouped(named: Iterable[Named]) -> dict[str, dict[NameKind, tuple[str, ...]]]:
    """Each name once, by entity and kind."""
    found: dict[str, dict[NameKind, set[str]]] = {}
    for one in named:
        found.setdefault(one.entity, {}).setdefault(one.kind, set()).add(one.name)
    return {
        entity: {kind: tuple(sorted(names)) for kind, names in sorted(kinds.items())}
        for entity, kinds in sorted(found.items())
    }


def count(names: Mapping[str, Mapping[NameKind, tuple[str, ...]]]) -> int:
    """How many names are asked for."""
    return sum(len(ids) for kinds in names.values() for ids in kinds.values())


def look_up(request: NamesRequest, look: Look) -> NamesAnswer:
    """Ask the books for every name of the request.

    Raises:
        ValueError: there are more names than one run may ask for.
        IntacctError: one of `intacct.errors`.
    """
    if count(request.names) > MOST_NAMES:
        message = f"more than {MOST_NAMES} names"
        raise ValueError(message)
    unusable: list[Unusable] = []
    calls = 0
    for entity, names in request.names.items():
        found = look(entity, names)
        calls += found.calls
        unusable += [
            Unusable(entity=entity, kind=kind, name=name, state=state)
            for (kind, name), state in found.states.items()
            if state is not NameState.ACTIVE
        ]
    return NamesAnswer(unusable=tuple(unusable), calls=calls)


def as_json(answer: NamesAnswer) -> dict[str, Any]:
    """The answer as a function gives it."""
    return answer.model_dump(mode="json")
