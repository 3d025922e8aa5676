"""What differs between two documents of a tenant, in the words of the document.

Members of lists are compared by what names them (a store's id, a rule's SKU), so that one added
rule is one difference, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ops.tenant_places import written
from shared.tenants.models import Tenant

Difference = tuple[str, str, str]
"""A path, the old and the new value; empty where there is none."""

_NAMES: Mapping[str, Sequence[str]] = {
    "entities": ("id",),
    "stores": ("id",),
    "taxes": ("title",),
    "tenders": ("gateway",),
    "item_rules": ("sku",),
    "charge_rules": ("kind",),
    "payout_rules": ("type_name",),
}


def changes(old: Tenant | None, new: Tenant) -> list[Difference]:
    """What differs, as path, old and new value; values are shown, for none of them is secret.

    Rules that count by their order are told by position where an order of two of them changed.
    """
    before = old.model_dump(mode="json", exclude={"version"}) if old else {}
    after = new.model_dump(mode="json", exclude={"version"})
    found = _differences(before, after, ())
    return [(written(place), one, other) for place, one, other in found if one != other]


def _differences(
    old: Any, new: Any, place: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    if old == new:
        return
    if _is_group(old) and _is_group(new) and isinstance(old or new, dict):
        before, after = old or {}, new or {}
        for name in dict.fromkeys([*before, *after]):
            yield from _differences(before.get(name), after.get(name), (*place, name))
    elif _is_group(old) and _is_group(new):
        yield from _list_differences(old or [], new or [], place)
    else:
        yield place, _text(old), _text(new)


def _list_differences(
    old: Sequence[Any], new: Sequence[Any], place: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    before, after = _named(old, place), _named(new, place)
    if before is None or after is None:
        for number in range(max(len(old), len(new))):
            one = old[number] if number < len(old) else None
            other = new[number] if number < len(new) else None
            if one is None or other is None:
                yield (*place, number), _text(one), _text(other)
            else:
                yield from _differences(one, other, (*place, number))
        return
    for name in dict.fromkeys([*before, *after]):
        here = (*place[:-1], f"{place[-1]}[{name}]")
        one, other = before.get(name), after.get(name)
        if one is None or other is None:
            yield here, _text(one), _text(other)
        else:
            yield from _differences(one, other, here)


def _named(members: Sequence[Any], place: tuple[str | int, ...]) -> dict[str, Any] | None:
    """The members by their names; None where the list has none, or two are called the same."""
    names = _NAMES.get(str(place[-1])) if place else None
    if names is None or not all(isinstance(member, dict) for member in members):
        return None
    found = {" ".join(str(member.get(name, "")) for name in names): member for member in members}
    return found if len(found) == len(members) else None


def _is_group(value: Any) -> bool:
    return value is None or isinstance(value, dict | list)


def _text(value: Any) -> str:
    """A value in one line, without what it leaves open."""
    if isinstance(value, dict):
        said = ((name, _text(member)) for name, member in value.items())
        members = ", ".join(f"{name}: {text}" for name, text in said if text)
        return f"{{{members}}}" if members else ""
    if isinstance(value, list):
        return "[" + ", ".join(_text(member) for member in value) + "]" if value else ""
    return "" if value is None else str(value)
