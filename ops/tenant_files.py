"""A tenant's configuration as people write it: YAML, read as text, checked whole, with places.

Every scalar is read as text and converted by the model: so `NO`, `0100` and `2026-03-01` stay what
was written, and account numbers need no quotes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ops.errors import OpsError
from ops.tenant_places import Place, doubled_keys, line_of, written
from ops.tenant_salvage import concerns, is_around, plain_place, salvaged
from ops.tenant_words import sentence
from shared.tenants.checks import disagreements
from shared.tenants.directory import routes_of
from shared.tenants.models import Tenant

# The loaders of libyaml are many times faster; PyYAML comes with them on most systems.
_TREE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXTS = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: its path, what it is and the fix; line 0 where none can be named."""

    line: int
    place: str
    message: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A file's tenant, or None where `problems` stand against it; `root` tells lines."""

    tenant: Tenant | None
    problems: tuple[Problem, ...] = ()
    root: yaml.Node | None = None

    def problem(self, place: Sequence[str | int], message: str) -> Problem:
        """A problem that was found later, with its line."""
        return Problem(line_of(self.root, place), written(place), message)


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


def read_all(path: Path) -> dict[Path, Checked]:
    """Read and check one file, or every YAML file of a folder and what they are to each other.

    Raises:
        OpsError: a file cannot be read, or the folder has none.
    """
    if not path.is_dir():
        return {path: read(path)}
    files = sorted(file for file in path.iterdir() if file.suffix in SUFFIXES)
    if not files:
        message = f"{path} holds no file that ends in {' or '.join(SUFFIXES)}"
        raise OpsError(message)
    checked = {file: read(file) for file in files}
    for file, place, message in _between({f: one.tenant for f, one in checked.items()}):
        known = checked[file]
        problems = (*known.problems, known.problem(place, message))
        checked[file] = replace(known, tenant=None, problems=problems)
    return checked


def check(text: str) -> Checked:
    """Check a tenant's YAML."""
    try:
        root = yaml.compose(text, Loader=_TREE)
        document = yaml.load(text, Loader=_TEXTS)  # noqa: S506  # makes plain texts only
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        reason = getattr(exc, "problem", None) or "no valid YAML"
        return Checked(None, (Problem(mark.line + 1 if mark else 0, "", str(reason)),))
    if document is None or isinstance(document, str):
        return Checked(None, (Problem(0, "", "is no tenant: write `name: value` lines"),))
    problems = [
        Problem(line, written(place), "this key is there already: keep one")
        for line, place in doubled_keys(root)
    ]
    tenant, errors = _validated(document)
    places = [plain_place(error["loc"]) for error in errors]
    told = [(place, sentence(error, place)) for place, error in zip(places, errors, strict=True)]
    rest = tenant or salvaged(document)
    if rest is not None:
        told += [one for one in disagreements(rest) if not concerns(one[0], places)]
    problems += [Problem(line_of(root, place), written(place), message) for place, message in told]
    return Checked(None if problems else tenant, tuple(sorted(problems, key=_order)), root)


def _validated(document: Any) -> tuple[Tenant | None, list[Any]]:
    try:
        return Tenant.model_validate(document), []
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        places = [plain_place(error["loc"]) for error in errors]
        return None, [
            error
            for error, place in zip(errors, places, strict=True)
            if error["type"] != "too_short" or not is_around(place, places)
        ]


def _between(tenants: dict[Path, Tenant | None]) -> Iterator[tuple[Path, Place, str]]:
    """What no two tenants of one deployment may share: their id, and the paths of their stores."""
    ids: dict[str, Path] = {}
    routes: dict[tuple[str, str], Path] = {}
    for file, tenant in tenants.items():
        if tenant is None:
            continue
        if tenant.id in ids:
            yield file, ("id",), f"{tenant.id!r} is the tenant of {ids[tenant.id].name}, too"
        ids.setdefault(tenant.id, file)
        for number, store in enumerate(tenant.stores):
            alone = tenant.model_copy(update={"stores": (store,)})
            taken = [routes[route].name for route in routes_of(alone) if route in routes]
            if taken:
                message = f"the webhook path of {store.id!r} is taken by {taken[0]}"
                yield file, ("stores", number, "id"), message
        for route in routes_of(tenant):
            routes.setdefault(route, file)


def _order(problem: Problem) -> tuple[int, str]:
    return problem.line, problem.place
