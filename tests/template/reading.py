"""`template.yaml` as the tests read it: resources by type, and the answers to common questions."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cfnlint import decode  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[2]
Resource = Mapping[str, Any]


@functools.cache
def template() -> Mapping[str, Any]:
    """The template; intrinsic functions in their long form, as in `{"Fn::GetAtt": [...]}`."""
    document, problems = decode.decode(str(ROOT / "template.yaml"))
    assert not problems
    found: Mapping[str, Any] = document
    return found


def resources(kind: str) -> dict[str, Resource]:
    """The resources of a type, by logical id."""
    return {
        name: resource
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def properties(kind: str) -> dict[str, Mapping[str, Any]]:
    """The properties of the resources of a type, by logical id."""
    return {name: resource["Properties"] for name, resource in resources(kind).items()}


def functions() -> dict[str, dict[str, Any]]:
    """What each function is deployed with: its own properties above those of Globals."""
    shared = template()["Globals"]["Function"]
    return {
        name: {**shared, **own, "Environment": _environment(shared, own)}
        for name, own in properties("AWS::Serverless::Function").items()
    }


def _environment(*levels: Mapping[str, Any]) -> dict[str, Any]:
    variables: dict[str, Any] = {}
    for level in levels:
        variables |= level.get("Environment", {}).get("Variables", {})
    return {"Variables": variables}


def events(kind: str) -> dict[str, Mapping[str, Any]]:
    """The events of a type, by the logical id of their function."""
    return {
        name: event["Properties"]
        for name, function in functions().items()
        for event in function.get("Events", {}).values()
        if event["Type"] == kind
    }


def target(reference: Any) -> str:
    """The logical id that a `!Ref` or `!GetAtt` points to; empty for anything else."""
    if not isinstance(reference, Mapping):
        return ""
    if "Ref" in reference:
        return str(reference["Ref"])
    attribute = reference.get("Fn::GetAtt", "")
    return str(attribute[0] if isinstance(attribute, list) else attribute).partition(".")[0]


def statements(function: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The statements of a function's own policies."""
    return [
        statement for policy in function.get("Policies", []) for statement in policy["Statement"]
    ]


def as_list(value: Any) -> list[Any]:
    """A policy element that may be one thing or a list of things."""
    return value if isinstance(value, list) else [value]


def alarms_on(logical_id: str, metric: str) -> list[Mapping[str, Any]]:
    """The alarms whose dimension is that resource and whose metric has that name."""
    return [
        alarm
        for alarm in properties("AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == metric
        and any(target(each["Value"]) == logical_id for each in alarm["Dimensions"])
    ]


def code_of(function: Mapping[str, Any]) -> Path:
    """The function's module."""
    return ROOT / str(function["CodeUri"]) / "app.py"


def settings_read_by(module: Path) -> set[str]:
    """The settings classes that a function reads, in its own module or wherever its calls lead.

    Followed by name, definition by definition: a module that offers more than a function uses does
    not count with what is not used.
    """
    found: set[str] = set()
    seen: set[tuple[Path, str]] = set()
    waiting = [(module, name) for name in _Module.of(module).definitions]
    while waiting:
        path, name = waiting.pop()
        if (path, name) not in seen:
            seen.add((path, name))
            read = _Module.of(path)
            for node in read.definitions.get(name, []):
                found |= _settings_in(node)
                waiting += read.used_by(node)
    return found - {"cls"}


def _settings_in(node: ast.AST) -> set[str]:
    return {
        each.value.id
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute)
        and each.attr == "from_environment"
        and isinstance(each.value, ast.Name)
    }


class _Module:
    """A module's own definitions and imports, by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.definitions: dict[str, list[ast.stmt]] = {}
        self.imports: dict[str, tuple[str, str]] = {}
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                self.definitions.setdefault(statement.name, []).append(statement)
            else:
                self.definitions.setdefault("", []).append(statement)
            self._note_imports(statement)

    @classmethod
    @functools.cache
    def of(cls, path: Path) -> _Module:
        return cls(path)

    def _note_imports(self, statement: ast.stmt) -> None:
        for node in ast.walk(statement):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shared"):
                for alias in node.names:
                    self.imports[alias.asname or alias.name] = (node.module or "", alias.name)

    def used_by(self, node: ast.AST) -> Iterator[tuple[Path, str]]:
        """The definitions that a piece of this module's code names, with their module's top."""
        for each in ast.walk(node):
            if isinstance(each, ast.Name):
                yield from self._meant_by(each.id, "")
            elif isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name):
                yield from self._meant_by(each.value.id, each.attr)

    def _meant_by(self, name: str, attribute: str) -> Iterator[tuple[Path, str]]:
        if name in self.definitions:
            yield self.path, name
        if name in self.imports:
            module, imported = self.imports[name]
            if submodule := _file(f"{module}.{imported}"):
                yield submodule, attribute
            elif file := _file(module):
                yield file, imported
                yield file, ""


def _file(name: str) -> Path | None:
    path = ROOT.joinpath(*name.split("."))
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.exists()), None)
