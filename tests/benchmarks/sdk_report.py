"""The comparison with the public SDKs as tables, and what is aimed at beside what was reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table

from tests.benchmarks import sdk_parsing, xml_floor
from tests.benchmarks.sdk_results import Compared

_REQUESTS_MOST, _TRANSACTIONS_MOST, _PROCESSOR_MS_MOST = 0.3, 3.6, 1.0
_FASTER_THAN_PYTHON = 15.0
_IDLE, _FAR = (0.0, 1), (0.15, 6)
_Aim = tuple[str, str, str, bool]


def print_comparison(console: Console, found: Sequence[Compared]) -> None:
    """Show what an order takes each client, and how far ours are from the others."""
    places = list(found[0].places)
    table = Table(title="One order: customer, sales order, invoice, payment", title_justify="left")
    heads = [f"{latency * 1000:.0f} ms x{lanes}" for latency, lanes in places]
    table.add_column("client")
    for head in ("requests", "Sage trans.", "CPU ms", *(f"orders/s {head}" for head in heads)):
        table.add_column(head, justify="right")
    for one in found:
        speeds = [f"{one.places[place].orders_a_second:.1f}" for place in places]
        table.add_row(
            one.client.name,
            f"{one.requests:.2f}",
            f"{one.transactions:.2f}",
            f"{one.places[_IDLE].processor_ms:.2f}",
            *speeds,
        )
    console.print(table)
    _print_aims(console, _comparison_aims(found))


def print_parsing(console: Console) -> None:
    """Show what building and parsing cost beside the floor of the libraries."""
    aims = [
        _at_most_times(ratio.name, ratio.ratio_max, ratio.ratio, "lxml")
        for ratio in xml_floor.ratios()
    ]
    few, many = (sdk_parsing.streamed(rows) for rows in sdk_parsing.STREAMED)
    growth = many.resident_mib / few.resident_mib
    most = sdk_parsing.MEMORY_RATIO_MAX
    name = f"memory of {many.rows:,} streamed rows over {few.rows:,}"
    aims.append(_at_most_times(name, most, growth, "that"))
    page, most = sdk_parsing.page(), sdk_parsing.PAGE_RATIO_MAX
    name = f"a page of {sdk_parsing.PAGE:,} REST rows, each a {page.row_type}"
    aims.append(_at_most_times(name, most, page.ratio, "json"))
    _print_aims(console, aims)


def _comparison_aims(found: Sequence[Compared]) -> Iterator[_Aim]:
    batches = [one for one in found if one.client.is_ours and one.client.batch > 1]
    for one in batches:
        name, idle, far = one.client.name, one.places[_IDLE], one.places[_FAR]
        yield _most(f"requests, {name}", _REQUESTS_MOST, one.requests)
        yield _most(f"transactions, {name}", _TRANSACTIONS_MOST, one.transactions)
        yield _most(f"CPU ms, {name}", _PROCESSOR_MS_MOST, idle.processor_ms)
        for other in found:
            if other.client.is_ours:
                continue
            label = f"{name}, over {other.client.name}"
            cheaper = other.places[_IDLE].processor_ms / idle.processor_ms
            yield _least(f"CPU: {label}", _cheaper_by(other), cheaper)
            faster = far.orders_a_second / other.places[_FAR].orders_a_second
            least = 1.0 if "JavaScript" in other.client.name else _FASTER_THAN_PYTHON
            yield _least(f"orders/s at 150 ms x6: {label}", least, faster)


def _cheaper_by(other: Compared) -> float:
    """How many times less processor the issue asks for."""
    if "JavaScript" not in other.client.name:
        return 100.0
    return 2.0 if other.client.batch > 1 else 7.0


def _most(name: str, most: float, reached: float) -> _Aim:
    # Counts are sums of tenths: what is beyond the third decimal is the float's.
    return name, f"at most {most:g}", f"{reached:.2f}", round(reached, 3) <= most


def _at_most_times(name: str, most: float, reached: float, floor: str) -> _Aim:
    return name, f"at most {most:g}x {floor}", f"{reached:.2f}x", reached <= most


def _least(name: str, least: float, reached: float) -> _Aim:
    return name, f"at least {least:g}x", f"{reached:.1f}x", reached >= least


def _print_aims(console: Console, aims: Iterable[_Aim]) -> None:
    table = Table(title="Aims", title_justify="left")
    for column in ("figure", "aim", "this run", ""):
        table.add_column(column)
    for name, aim, reached, is_reached in aims:
        table.add_row(name, aim, reached, "[green]reached[/]" if is_reached else "[red]missed[/]")
    console.print(table)
    console.print()
