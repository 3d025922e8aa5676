"""Our clients beside the public SDKs on one work: `python -m tests.benchmarks.sdk_comparison`.

Each order: look up or create its customer, post a sales order, an invoice and a payment. First
every client does some orders on the simulator, where the books say whether it was done. Then the
stub, which costs next to nothing, shows what the clients cost and how fast they go, at 0 and at
150 ms, with one lane and with six (docs/benchmarks.md).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tests.benchmarks.sdk_clients import Client, ClientError, clients
from tests.benchmarks.sdk_report import print_comparison, print_parsing
from tests.benchmarks.sdk_results import Compared, Measured
from tests.benchmarks.sdk_servers import Server, ServerError, seed_known_customers, simulator, stub

LATENCIES, LANES = (0.0, 0.15), (1, 6)
PLACES = tuple((latency, lanes) for latency in LATENCIES for lanes in LANES)
_BOOKED = 20
_COUNTED = (10, 30)
_KINDS = 3  # order, invoice, payment
# What an order costs the processor is told by the best of some turns: others work here, too.
_TURNS = 3
_WIDTH = 110
# Enough orders for some seconds of a client that does one by one, and of the faster ones.
_ORDERS = {(0.0, 1): 40, (0.0, 6): 60, (0.15, 1): 10, (0.15, 6): 48}
_FAST_ORDERS = {(0.0, 1): 300, (0.0, 6): 600, (0.15, 1): 60, (0.15, 6): 600}
_RECEIVABLE = "1200"


class BooksError(Exception):
    """The books do not hold what a client said it had done."""


def check_books(client: Client, folder: Path) -> None:
    """Let a client work on the simulator, and look into its books.

    Raises:
        BooksError: something is missing, was done twice, or is not paid.
        ClientError: the client failed.
    """
    with simulator(folder) as server:
        for run in ("B", "BW"):
            seed_known_customers(server, run, _BOOKED)
        client.run(server, orders=_BOOKED, lanes=1, run="B")
        documents = server.admin("GET", "documents")["documents"]
        balances = server.admin("GET", "trial-balance")["rows"]
    marks = [f"{one['number']} {one['reference']}" for one in documents]
    made = [mark for mark in marks if "B-" in mark and "BW-" not in mark]
    if len(made) != _KINDS * _BOOKED:
        message = f"{client.name}: {len(made)} documents instead of {_KINDS * _BOOKED}"
        raise BooksError(message)
    due = sum(Decimal(row["balance"]) for row in balances if row["account"] == _RECEIVABLE)
    if due:
        message = f"{client.name}: {due} of receivables are open after all payments"
        raise BooksError(message)


def counted(client: Client, server: Server) -> tuple[float, float]:
    """HTTP requests and API transactions of one order, without what signing in takes."""
    seen = []
    for orders in _COUNTED:
        server.admin("DELETE", "log")
        client.run(server, orders=orders, lanes=1, run=f"C{orders}")
        seen.append(server.admin("GET", "log"))
    few, many = seen
    more = _COUNTED[1] - _COUNTED[0]
    return tuple((many[name] - few[name]) / more for name in ("requests", "transactions"))


def compare(chosen: Sequence[Client], folder: Path, say: Callable[[str], None]) -> list[Compared]:
    """Run every client everywhere; those that are compared take turns, place by place.

    Raises:
        BooksError, ClientError: a client did not do its work.
    """
    for client in chosen:
        say(f"books: {client.name}")
        check_books(client, folder)
    places: dict[str, dict[tuple[float, int], Measured]] = {one.name: {} for one in chosen}
    numbers: dict[str, tuple[float, float]] = {}
    for latency in LATENCIES:
        with stub(folder, latency) as server:
            if not numbers:
                numbers = {client.name: counted(client, server) for client in chosen}
            for lanes in LANES:
                for turn in range(_TURNS if (latency, lanes) == PLACES[0] else 1):
                    for client in chosen:
                        say(f"{latency * 1000:.0f} ms, {lanes} lanes: {client.name}")
                        known = _FAST_ORDERS if client.batch > 1 else _ORDERS
                        orders, run = known[latency, lanes], f"M{latency}x{lanes}t{turn}"
                        cost = client.run(server, orders=orders, lanes=lanes, run=run)
                        seen = places[client.name]
                        made = Measured(orders, cost)
                        seen[latency, lanes] = made.better_than(seen.get((latency, lanes)))
    return [Compared(one, *numbers[one.name], places[one.name]) for one in chosen]


def main(
    *,
    only: Annotated[str, typer.Option(help="Clients with this in their name.")] = "",
    quick: Annotated[bool, typer.Option(help="Only building and parsing.")] = False,
) -> None:
    """Print who needs what for an order."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    progress = Console(stderr=True)
    if not quick:
        chosen = [one for one in clients() if only in one.name]
        try:
            with tempfile.TemporaryDirectory() as folder:
                found = compare(chosen, Path(folder), progress.log)
        except (BooksError, ClientError, ServerError) as error:
            progress.print(f"[bold red]bench:[/] {error}", highlight=False)
            raise typer.Exit(1) from None
        print_comparison(console, found)
    print_parsing(console)
    console.print(f"One run on {os.cpu_count()} cores.")


if __name__ == "__main__":
    typer.run(main)
