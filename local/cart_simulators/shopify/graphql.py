"""As much of GraphQL as our queries use: a selection is parsed, checked and cut out of objects.

A field that an object does not have is refused, as the real API refuses it: a query that asks for
something undocumented shall not pass here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r'\.\.\.|[{}()\[\]:!$=]|"[^"]*"|-?\d+|\w+')

Args = Mapping[str, Any]
Resolver = Callable[[Args], Any]
"""Gives a field's value for its arguments: an object, a list, a `Connection`, or a scalar."""


class GraphQlError(ValueError):
    """The query is not one that the API takes."""


@dataclass(frozen=True, slots=True)
class Selected:
    """One selected field; `on_type` names the type of an inline fragment, whose name is empty."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    children: tuple[Selected, ...] = ()
    on_type: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """A list that is read by pages: entries with the cursor of each, in their order.

    Given `show`, the entries hold what it makes a node of, when its page is read.
    """

    entries: Sequence[tuple[str, Any]]
    show: Callable[[Any], Mapping[str, Any]] | None = None

    def page(self, args: Args) -> dict[str, Any]:
        """The page after the cursor `after`, of `first` entries.

        Raises:
            GraphQlError: no length is given; the API demands one.
        """
        first = args.get("first")
        if not isinstance(first, int) or first < 1:
            message = "you must provide one of first or last"
            raise GraphQlError(message)
        after = args.get("after")
        if after is not None and not isinstance(after, str):
            message = "the cursor is none of this connection"
            raise GraphQlError(message)
        start = 0 if after is None else bisect_right(self.entries, after, key=_cursor)
        shown, show = self.entries[start : start + first], self.show
        return {
            "__typename": "Connection",
            "nodes": [show(node) if show else node for _, node in shown],
            "pageInfo": {
                "hasNextPage": len(self.entries) - start > first,
                "endCursor": shown[-1][0] if shown else None,
            },
        }


def _cursor(entry: tuple[str, Any]) -> str:
    return entry[0]


def parse(query: str) -> tuple[Selected, ...]:
    """The fields that a query selects.

    Raises:
        GraphQlError: it cannot be read.
    """
    tokens = _TOKEN.findall(query)
    start = tokens.index("{") if "{" in tokens else len(tokens)
    try:
        selected, end = _selection(tokens, start)
    except IndexError as exc:
        message = "the query ends too early"
        raise GraphQlError(message) from exc
    if end != len(tokens):
        message = "there is something behind the query"
        raise GraphQlError(message)
    return selected


def _selection(tokens: Sequence[str], at: int) -> tuple[tuple[Selected, ...], int]:
    at += 1
    found: list[Selected] = []
    while tokens[at] != "}":
        if tokens[at] == "...":
            children, end = _selection(tokens, at + 3)
            found.append(Selected("", children=children, on_type=tokens[at + 2]))
            at = end
            continue
        name, at = tokens[at], at + 1
        args: dict[str, Any] = {}
        children = ()
        if tokens[at] == "(":
            args, at = _arguments(tokens, at + 1)
        if tokens[at] == "{":
            children, at = _selection(tokens, at)
        found.append(Selected(name, args, children))
    return tuple(found), at + 1


def _arguments(tokens: Sequence[str], at: int) -> tuple[dict[str, Any], int]:
    args: dict[str, Any] = {}
    while tokens[at] != ")":
        name, value = tokens[at], tokens[at + 2]
        at += 3
        if value == "$":
            args[name], at = _Variable(tokens[at]), at + 1
        elif value == "[":
            end = tokens.index("]", at)
            args[name], at = [each.strip('"') for each in tokens[at:end]], end + 1
        elif value in ("true", "false"):
            args[name] = value == "true"
        elif value.lstrip("-").isdigit():
            args[name] = int(value)
        else:
            args[name] = value.strip('"')
    return args, at + 1


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str


def execute(
    selected: Sequence[Selected], roots: Mapping[str, Resolver], variables: Mapping[str, Any]
) -> dict[str, Any]:
    """The `data` of an answer.

    Raises:
        GraphQlError: a field does not exist, or an argument is missing.
    """
    data = {}
    for each in selected:
        if each.name not in roots:
            message = f"Field '{each.name}' doesn't exist on type 'QueryRoot'"
            raise GraphQlError(message)
        args = _bound(each.args, variables)
        data[each.name] = _cut(roots[each.name](args), each, args, variables)
    return data


def cost(selected: Sequence[Selected], variables: Mapping[str, Any]) -> int:
    """What a query asks for in points: one per object, lists as long as asked.

    The API's own formula is not documented in what we have read: a guess of the same kind.
    """
    total = 0
    for each in selected:
        if not each.children:
            continue
        times = _bound(each.args, variables).get("first", 1)
        inner = [child for child in each.children if child.name not in ("pageInfo", "nodes")]
        nodes = [child for child in each.children if child.name == "nodes"]
        total += cost(inner, variables) + (0 if nodes else 1)
        total += times * sum(1 + cost(node.children, variables) // 10 for node in nodes) // 10 + 1
    return total


def _bound(args: Args, variables: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: variables.get(value.name) if isinstance(value, _Variable) else value
        for name, value in args.items()
    }


def _cut(value: Any, selected: Selected, args: Args, variables: Mapping[str, Any]) -> Any:
    """The selected part of a value."""
    if isinstance(value, Connection):
        value = value.page(args)
    if isinstance(value, list):
        return [_cut(each, selected, {}, variables) for each in value]
    if not isinstance(value, Mapping):
        if value is not None and selected.children:
            message = f"Selections can't be made on scalars (field '{selected.name}')"
            raise GraphQlError(message)
        return value
    if not selected.children:
        message = f"Field must have selections (field '{selected.name}')"
        raise GraphQlError(message)
    return _members(value, selected.children, variables)


def _members(
    value: Mapping[str, Any], children: Sequence[Selected], variables: Mapping[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in children:
        if child.on_type:
            if value.get("__typename") == child.on_type:
                found.update(_members(value, child.children, variables))
        elif child.name not in value:
            message = f"Field '{child.name}' doesn't exist on the object"
            raise GraphQlError(message)
        else:
            args = _bound(child.args, variables)
            found[child.name] = _cut(value[child.name], child, args, variables)
    return found
