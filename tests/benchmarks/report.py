"""The results as tables for people and as JSON for machines, each figure beside what it aims at."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.bench import FIRST_DELIVERY, Results
from tests.benchmarks.cold_starts import ColdStart
from tests.benchmarks.pipeline import FUNCTIONS, INTAKE, POSTING
from tests.benchmarks.scenarios import Scenario

_RATIO_MOST = {INTAKE: 0.35, FIRST_DELIVERY: 0.35, POSTING: 0.42}
_MEMORY_MOST_MB = {POSTING: 90.0}
_UNITS_AIM, _UNITS_MOST = 20, 40
_INTAKE_CALLS = 2
_MIB = 1024 * 1024
_MS = 1000


def as_json(results: Results) -> dict[str, Any]:
    """Every figure of the run; times in milliseconds, sizes in MiB, the rest per order."""
    return {
        "machine": {"cores": os.cpu_count(), "python": results.python},
        "layers": {
            layer.name: {
                "zipped_mib": round(layer.zipped / _MIB, 2),
                "unzipped_mib": round(layer.unzipped / _MIB, 2),
            }
            for layer in results.layers
        },
        "cold_starts": {start.function: _cold_start(start) for start in results.cold_starts},
        "warm_peak_memory_mib": {k: round(v, 1) for k, v in results.memory_mb.items()},
        "per_order": {scenario.name: _per_order(scenario) for scenario in results.scenarios},
    }


def _cold_start(start: ColdStart) -> dict[str, Any]:
    return {
        "ms": round(median(start.compiled.elapsed) * _MS),
        "ms_without_bytecode": round(median(start.source_only.elapsed) * _MS),
        "ratio": round(start.ratio, 2),
        "processor_ms": round(median(start.compiled.processor) * _MS),
        "processor_ms_without_bytecode": round(median(start.source_only.processor) * _MS),
        "processor_ratio": round(start.processor_ratio, 2),
        "starts": len(start.compiled.elapsed),
        "memory_mib": round(start.memory_mb, 1),
        "loads_lxml": start.loads_xml,
    }


def _per_order(scenario: Scenario) -> dict[str, Any]:
    usage, orders = scenario.usage, scenario.orders
    units = usage.write_units

    def each(number: float) -> float:
        return round(number / orders, 2)

    return {
        "aws_calls": {name: each(usage.calls_of(name)) for name in FUNCTIONS},
        "aws_calls_by_operation": {
            f"{function} {operation}": each(number)
            for (function, operation), number in sorted(usage.aws_calls.items())
        },
        "invocations": {name: each(usage.invocations[name]) for name in FUNCTIONS},
        "write_units": each(units.total),
        "write_units_by_function": {k: each(v.total) for k, v in usage.units.items()},
        "write_units_of_index": each(units.index),
        "sage_http_requests": {k: each(v) for k, v in usage.sage_requests.items()},
        "sage_transactions": each(usage.sage_transactions),
        "cpu_ms": {name: each(seconds * _MS) for name, seconds in usage.cpu_seconds.items()},
    }


def print_tables(console: Console, results: Results) -> None:
    """Show all figures, and after them what is aimed at and whether this run reached it."""
    figures = as_json(results)
    _table(
        console,
        "Layers",
        ("layer", "zipped MiB", "unzipped MiB"),
        ((name, *size.values()) for name, size in figures["layers"].items()),
    )
    _table(
        console,
        "Cold starts: first answer of a fresh environment, medians",
        ("function", "ms", "source only", "ratio", "CPU ms", "source only", "ratio", "MiB", "lxml"),
        ((name, *_cold_row(start)) for name, start in figures["cold_starts"].items()),
    )
    _table(
        console,
        "Per order: paid, then shipped (two deliveries)",
        ("", *figures["per_order"]),
        _order_rows(figures["per_order"].values()),
    )
    _table(console, "Aims", ("figure", "aim", "this run", ""), _aims(figures))


def _cold_row(start: Mapping[str, Any]) -> Iterable[Any]:
    yield from (start[name] for name in ("ms", "ms_without_bytecode", "ratio"))
    processor = ("processor_ms", "processor_ms_without_bytecode", "processor_ratio")
    yield from (start[name] for name in processor)
    yield start["memory_mib"]
    yield "yes" if start["loads_lxml"] else ""


def _order_rows(scenarios: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Any, ...]]:
    kinds = list(scenarios)
    for group, label in (("aws_calls", "AWS calls"), ("cpu_ms", "CPU ms")):
        for function in FUNCTIONS:
            yield (f"{label}, {function}", *(kind[group][function] for kind in kinds))
        yield (f"{label}, all", *(round(sum(kind[group].values()), 2) for kind in kinds))
    for function in FUNCTIONS:
        units = (kind["write_units_by_function"].get(function, 0) for kind in kinds)
        yield (f"write units, {function}", *units)
    yield ("write units, all", *(kind["write_units"] for kind in kinds))
    yield ("... of them in the index", *(kind["write_units_of_index"] for kind in kinds))
    requests = (round(sum(kind["sage_http_requests"].values()), 2) for kind in kinds)
    yield ("HTTP requests to Sage Intacct", *requests)
    yield ("Sage Intacct transactions", *(kind["sage_transactions"] for kind in kinds))


def _aims(figures: Mapping[str, Any]) -> Iterable[tuple[str, str, str, str]]:
    for function, most in _RATIO_MOST.items():
        ratio = figures["cold_starts"][function]["ratio"]
        yield _aim(f"cold start of {function}, ratio", most, ratio)
    for function, most in _MEMORY_MOST_MB.items():
        cold = figures["cold_starts"][function]["memory_mib"]
        peak = max(cold, figures["warm_peak_memory_mib"][function])
        yield _aim(f"peak memory of {function}, MiB", most, peak)
    for name, kind in figures["per_order"].items():
        yield _aim(
            f"write units per order ({name}); {_UNITS_AIM} is the aim",
            _UNITS_MOST,
            kind["write_units"],
        )
        deliveries = kind["invocations"][INTAKE]
        if deliveries:
            calls = kind["aws_calls"][INTAKE] / deliveries
            yield _aim(f"AWS calls of intake per delivery ({name})", _INTAKE_CALLS, calls)


def _aim(figure: str, most: float, reached: float) -> tuple[str, str, str, str]:
    verdict = "[green]reached[/]" if reached <= most else "[red]missed[/]"
    return figure, f"at most {most:g}", f"{reached:g}", verdict


def _table(
    console: Console, title: str, columns: Iterable[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*(f"{cell:g}" if isinstance(cell, float) else str(cell) for cell in row))
    console.print(table)
    console.print()
