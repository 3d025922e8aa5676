"""A tenant's configuration as people write it: YAML, read as text, checked whole, with places.

Every scalar is read as text and converted by the model: so `NO`, `0100` and `2026-03-01` stay what
was written, and account numbers need no quotes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ops.errors import OpsError
from shared.connections.profiles import problems_of
from shared.tenants.models import Store, Tenant

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the line (0 where none can be named), its path, and why."""

    line: int
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A file's tenant, or None where `problems` stand against it."""

    tenant: Tenant | None
    problems: tuple[Problem, ...] = ()


def read(path: Path) -> Checked:
    """Read and check a tenant's file; all problems are found at once.

    Raises:
        OpsError: the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        message = f"{path} cannot be read: {type(exc).__name__}"
        raise OpsError(message) from exc
    return check(text)


def check(text: str) -> Checked:
    """Check a tenant's YAML."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # makes plain texts only
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        reason = getattr(exc, "problem", None) or "no valid YAML"
        return Checked(None, (Problem(mark.line + 1 if mark else 0, "", str(reason)),))
    problems = list(_doubled_keys(root, ()))
    try:
        tenant = Tenant.model_validate(document)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False, include_context=False)
        places = [error["loc"] for error in errors]
        problems += [
            _problem(root, error["loc"], error["msg"])
            for error in errors
            if error["type"] != "too_short" or not _is_around(error["loc"], places)
        ]
        return Checked(None, tuple(sorted(problems, key=_order)))
    problems += [_problem(root, place, message) for place, message in _disagreements(tenant)]
    return Checked(None if problems else tenant, tuple(sorted(problems, key=_order)))


def changes(old: Tenant | None, new: Tenant) -> list[tuple[str, str, str]]:
    """What differs, as path, old and new value; values are shown, for none of them is secret."""
    before = dict(_leaves(old.model_dump(mode="json"), ())) if old else {}
    after = dict(_leaves(new.model_dump(mode="json"), ()))
    paths = dict.fromkeys([*before, *after])
    return [
        (_written(path), before.get(path, ""), after.get(path, ""))
        for path in paths
        if before.get(path) != after.get(path)
    ]


def _disagreements(tenant: Tenant) -> Iterator[tuple[Place, str]]:
    """What each part allows and the whole does not."""
    for member, message in problems_of(tenant.intacct):
        yield ("intacct", member), message
    yield from _doubled(("entities",), [entity.id for entity in tenant.entities])
    yield from _doubled(("stores",), [store.id for store in tenant.stores])
    for number, store in enumerate(tenant.stores):
        yield from _store_problems(tenant, store, ("stores", number))


def _store_problems(tenant: Tenant, store: Store, place: Place) -> Iterator[tuple[Place, str]]:
    if tenant.entity(store.entity) is None:
        yield (*place, "entity"), f"{store.entity} is not among the entities"
    if store.go_live_on and not _is_date(store.go_live_on):
        yield (*place, "go_live_on"), f"{store.go_live_on!r} is no date like 2026-03-01"
    mapping = (*place, "mapping")
    lists = {
        "taxes": [rule.title.casefold() for rule in store.mapping.taxes],
        "tenders": [tender.gateway for tender in store.mapping.tenders],
        "item_rules": [rule.sku for rule in store.mapping.item_rules],
        "charge_rules": [rule.kind for rule in store.mapping.charge_rules],
    }
    for name, keys in lists.items():
        yield from _doubled((*mapping, name), keys)


def _doubled(place: Place, ids: Sequence[str]) -> Iterator[tuple[Place, str]]:
    for name, count in Counter(ids).items():
        if count > 1:
            last = len(ids) - 1 - list(reversed(ids)).index(name)
            yield (*place, last), f"{name!r} is there {count} times"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _doubled_keys(node: yaml.Node | None, place: Place) -> Iterator[Problem]:
    """YAML readers silently keep the last of two equal keys; half a mapping would be lost."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = (*place, str(key.value))
            if key.value in seen:
                line = key.start_mark.line + 1
                yield Problem(line, _written(here), "this key is there already")
            seen.add(key.value)
            yield from _doubled_keys(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _doubled_keys(value, (*place, number))


def _is_around(place: Place, places: Sequence[Place]) -> bool:
    """Whether a list is too short only because none of its members is valid."""
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def _problem(root: yaml.Node | None, place: Sequence[str | int], message: str) -> Problem:
    path = tuple(part for part in place if part != "[key]")
    return Problem(_line(root, path), _written(path), message)


def _line(node: yaml.Node | None, place: Place) -> int:
    """The line of what is there, or of what it is missing from."""
    if node is None:
        return 0
    line = node.start_mark.line + 1
    for part in place:
        found = _member(node, part)
        if found is None:
            return line
        line, node = found
    return line


def _member(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        value = node.value[part]
        return value.start_mark.line + 1, value
    return None


def _written(place: Sequence[str | int]) -> str:
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _order(problem: Problem) -> tuple[int, str]:
    return problem.line, problem.place


def _leaves(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _leaves(member, (*place, name))
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _leaves(member, (*place, number))
    else:
        yield place, str(value)
