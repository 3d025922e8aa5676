"""`make run`: bring everything up, play the story, print what is true, say what to try next."""

from __future__ import annotations

import signal
import sys
import time
from typing import Annotated

import httpx
import typer
from rich.console import Console

from local.demo import show
from local.demo.memory import NotInTimeError
from local.demo.other_carts import demo_shops
from local.demo.story import tell
from local.demo.tenant import TENANT, load
from local.stack import LocalStack, StackError

_EXIT_UNTRUE = 1


def run(
    *,
    once: Annotated[bool, typer.Option(envvar="ONCE", help="Stop when the story is told.")] = False,
    keep: Annotated[bool, typer.Option(envvar="KEEP", help="Keep the state for later.")] = False,
) -> None:
    """Send signed cart orders through the deployed stack into the books of the simulator."""
    console = Console()
    try:
        with demo_shops() as shops, LocalStack(keep=keep, say=console.log) as stack:
            load(stack, shops)
            started = time.monotonic()
            checks = tell(stack, console, shops)
            rows = show.check_rows(checks.made)
            show.table(console, "What this run has shown", ("", "claim", "figures"), rows)
            _farewell(console, stack, len(checks.failed), time.monotonic() - started)
            if checks.failed:
                raise typer.Exit(_EXIT_UNTRUE)
            if sys.stdout.isatty() and not once:
                console.print("The stack stays up until you press Ctrl-C.")
                signal.pause()
    except KeyboardInterrupt:
        console.print("Stopping what was started.")
    except (NotInTimeError, StackError) as error:
        console.print(f"[bold red]{error}[/]")
        raise typer.Exit(_EXIT_UNTRUE) from None


def _farewell(console: Console, stack: LocalStack, failed: int, seconds: float) -> None:
    verdict = "[bold red]Not everything was true.[/]" if failed else "[bold green]All true.[/]"
    console.print(f"{verdict} The story took {seconds:.0f} s; logs lie in {stack.logs_dir}.")
    pages = httpx.URL(stack.simulator.rest_base_url).join("/_sim/")
    console.print(
        "\nTo try next:\n"
        "  make up KEEP=1                 keep the stack and its state, to look around\n"
        f"  {pages}   documents, books and requests of the simulator\n"
        "  make test                      everything that is promised, as tests\n"
        f"  local/demo/tenant.py           the configuration of the tenant {TENANT!r}\n"
        "  docs/architecture.md           how the parts fit\n"
    )


if __name__ == "__main__":
    typer.run(run)
