"""What is sound of a broken document, so that all its problems are found in one run.

Invalid members are left out or stood in for; positions in lists stay what they were.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from shared.tenants.models import Tenant

Place = tuple[str | int, ...]

_MOST_ROUNDS = 40
_STAND_INS: dict[str, Any] = {
    "zone": "UTC",
    "base_currency": "USD",
    "cart": "shopify",
    "intacct": {},
    "entities": [{}],
    "mapping": {},
    "accounts": {},
}
_MISSING = frozenset({"missing", "missing_argument", "missing_keyword_only_argument"})


def salvaged(document: Any) -> Tenant | None:
    """The tenant that is left without its invalid members; None where nothing is."""
    if not isinstance(document, dict):
        return None
    rest = copy.deepcopy(document)
    for _ in range(_MOST_ROUNDS):
        try:
            return Tenant.model_validate(rest)
        except ValidationError as exc:
            errors = exc.errors(include_url=False, include_input=False, include_context=False)
            places = [plain_place(error["loc"]) for error in errors]
            for error, place in zip(errors, places, strict=True):
                if is_around(place, places):
                    continue
                if error["type"] in _MISSING:
                    _stand_in(rest, place)
                else:
                    _leave_out(rest, place)
    return None


def plain_place(location: Sequence[str | int]) -> Place:
    """The path of an error without the marks that pydantic adds for keys of mappings."""
    return tuple(part for part in location if part != "[key]")


def is_around(place: Place, places: Sequence[Place]) -> bool:
    """Whether the error at `place` is only that members of it are invalid."""
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def concerns(problem: Place, errors: Sequence[Place]) -> bool:
    """Whether a problem is a mere consequence of an error that is told already."""
    for error in errors:
        if problem[: len(error)] == error:
            return True
        if error[:1] == ("intacct",) and problem[:1] == ("intacct",):
            return True
        is_entity = error[:1] == ("entities",) and (len(error) < 3 or error[2] == "id")  # noqa: PLR2004
        if is_entity and problem[-1:] in {("entity",), ("bank_entity",)}:
            return True
    return False


def _stand_in(rest: Any, place: Place) -> None:
    if place[:1] == ("ownership",):
        _leave_out(rest, place[:2])
        return
    holder = _at(rest, place[:-1])
    if isinstance(holder, dict):
        name = str(place[-1])
        text = "-".join(("unknown", *map(str, place[:-1]), name)).replace("_", "-")
        holder[name] = copy.deepcopy(_STAND_INS.get(name, text[-60:].strip("-")))


def _leave_out(rest: Any, place: Place) -> None:
    if place[:1] == ("ownership",) and len(place) > 1:
        place = place[:2]
    holder = _at(rest, place[:-1])
    if not place or holder is None:
        return
    name = place[-1]
    if isinstance(holder, dict):
        if name not in holder and len(place) > 1:
            _leave_out(rest, place[:-1])
        holder.pop(name, None)
    elif isinstance(holder, list) and isinstance(name, int) and name < len(holder):
        is_line_rule = "line_rules" in place
        rule = {"scope": "sku", "value": f"unknown-{name}", "item": "unknown"}
        holder[name] = rule if is_line_rule else {}


def _at(rest: Any, place: Place) -> Any:
    for part in place:
        if isinstance(rest, dict):
            rest = rest.get(str(part))
        elif isinstance(rest, list) and isinstance(part, int) and part < len(rest):
            rest = rest[part]
        else:
            return None
    return rest
