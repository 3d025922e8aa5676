"""What `template.yaml` deploys, as far as the benchmarks need it: functions, tables, queues.

The functions are measured with the environment that the template gives them, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[2]


class _Loader(yaml.SafeLoader):
    """Reads `!Ref X` as `{"Ref": "X"}`, and so on."""


def _tagged(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {tag: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {tag: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {tag: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _tagged)


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the template: its folder's name, its limits, its variables unresolved."""

    name: str
    memory_mb: int
    timeout_seconds: int
    variables: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        """Where its code lies."""
        return REPOSITORY / "functions" / self.name

    def environment(self, values: Mapping[str, str]) -> dict[str, str]:
        """Its variables, with `values` for what the template refers to."""
        return {name: _resolved(value, values) for name, value in self.variables.items()}


class Deployment:
    """The template, read once."""

    def __init__(self, template: Path = REPOSITORY / "template.yaml") -> None:
        """Read the template."""
        with template.open(encoding="utf-8") as text:
            self._template: dict[str, Any] = yaml.load(text, _Loader)  # noqa: S506  # a SafeLoader

    def functions(self) -> list[Function]:
        """The functions in the template's order, which is the order in which an order travels."""
        shared = self._template["Globals"]["Function"]
        found = self.resources("AWS::Serverless::Function").values()
        return [_function(shared, own) for own in found]

    def resources(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of all resources of a type, by logical id."""
        resources: dict[str, dict[str, Any]] = self._template["Resources"]
        return {
            name: resource.get("Properties", {})
            for name, resource in resources.items()
            if resource["Type"] == kind
        }


def _function(shared: Mapping[str, Any], own: Mapping[str, Any]) -> Function:
    variables = shared["Environment"]["Variables"] | own["Environment"]["Variables"]
    return Function(
        name=Path(own["CodeUri"]).name,
        memory_mb=own.get("MemorySize", shared["MemorySize"]),
        timeout_seconds=own.get("Timeout", shared["Timeout"]),
        variables=variables,
    )


def _resolved(value: Any, values: Mapping[str, str]) -> str:
    match value:
        case {"Ref": str(name)}:
            return values[name]
        case {"Sub": str(text)}:
            return re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], text)
        case _:
            return str(value)
