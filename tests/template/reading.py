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
    """The settings classes that a function reaches: those read in any module that it imports."""
    found: set[str] = set()
    for path in imported_by(module):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "from_environment":
                assert isinstance(node.value, ast.Name), f"{path} reads settings in disguise"
                found.add(node.value.id)
    return found - {"cls"}


def imported_by(module: Path) -> set[Path]:
    """The modules of ours that a module imports, near and far, itself included."""
    seen: set[Path] = set()
    waiting = [module]
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting += _imports(path)
    return seen


def _imports(path: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from _files(node.module)
            for alias in node.names:
                yield from _files(f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from _files(alias.name)


def _files(name: str) -> Iterator[Path]:
    if name.partition(".")[0] == "shared":
        path = ROOT.joinpath(*name.split("."))
        yield from (
            file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()
        )
