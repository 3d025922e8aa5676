"""`python -m tests.benchmarks`: one run, printed as tables or as JSON (docs/benchmarks.md)."""

from __future__ import annotations

import json
import os
import sys
from typing import Annotated

import typer
from rich.console import Console

from local.stack.errors import StackError
from tests.benchmarks import bench, cart_reading, report
from tests.benchmarks.lambda_process import InvocationError
from tests.benchmarks.scenarios import BooksError

_WIDTH = 110


def main(
    *,
    orders: Annotated[int, typer.Option(min=1, help="Orders of each kind.")] = 20,
    starts: Annotated[int, typer.Option(min=1, help="Cold starts of each kind.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure size, cold starts, memory and what an order costs; figures, not a test."""
    progress = Console(stderr=True)
    try:
        results = bench.run(orders=orders, starts=starts, say=progress.log)
    except (StackError, InvocationError, BooksError) as error:
        progress.print(f"[bold red]bench:[/] {error}", highlight=False)
        raise typer.Exit(1) from None
    if as_json:
        readings = cart_reading.as_json(cart_reading.measure())
        typer.echo(json.dumps(report.as_json(results) | {"cart_reading": readings}, indent=2))
        return
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    report.print_tables(console, results)
    cart_reading.print_table(console, cart_reading.measure())
    console.print(f"One run on {os.cpu_count()} cores, Python {results.python}.")


if __name__ == "__main__":
    typer.run(main)
