"""Where in a YAML file something is: paths as people write them, and their lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml

Place = tuple[str | int, ...]


def written(place: Sequence[str | int]) -> str:
    """The path as text: `stores[0].mapping.version`."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def line_of(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line of what is there, or of what it is missing from; 0 without a document."""
    if node is None:
        return 0
    line = node.start_mark.line + 1
    for part in place:
        found = _member(node, part)
        if found is None:
            return line
        line, node = found
    return line


def doubled_keys(node: yaml.Node | None, place: Place = ()) -> Iterator[tuple[int, Place]]:
    """Keys that are there twice, with their lines; YAML readers silently keep the last one."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = (*place, str(key.value))
            if key.value in seen:
                yield key.start_mark.line + 1, here
            seen.add(key.value)
            yield from doubled_keys(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from doubled_keys(value, (*place, number))


def _member(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        value = node.value[part]
        return value.start_mark.line + 1, value
    return None
