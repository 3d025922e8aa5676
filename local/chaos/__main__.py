"""`make chaos`: kill the parts of the local stack while orders flow, and compare the books."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from local.chaos.run import Chaos, Ended
from local.demo import show
from local.stack import LocalStack, StackError

NAME = "chaos"


def run(
    *,
    count: Annotated[int, typer.Option("--orders", min=1, max=500, help="How many.")] = 30,
    seed: Annotated[int, typer.Option("--seed", help="Decides what is killed when.")] = 1,
) -> None:
    """Sell orders while workers, Sage Intacct and the embedded AWS die; end with equal books."""
    console = Console()
    try:
        LocalStack.end(NAME, forget=True)
        with LocalStack(NAME, keep=True, say=console.log) as stack:
            ended = Chaos(stack, count=count, seed=seed, say=console.log).run()
            console.print(f"Logs lie in {stack.logs_dir}.")
        LocalStack.end(NAME, forget=True)
    except KeyboardInterrupt:
        console.print("Stopped; nothing is left running.")
        raise typer.Exit(1) from None
    except StackError as error:
        console.print(f"[bold red]{error}[/]")
        raise typer.Exit(1) from None
    _tell(console, ended)
    if not ended.is_equal:
        raise typer.Exit(1)


def _tell(console: Console, ended: Ended) -> None:
    done = [(what, str(count)) for what, count in sorted(ended.mischief.items())]
    show.table(console, "What was done to it", ("what", "calls"), done)
    rows = [
        (row.what, row.intended, row.actual, "equal" if row.is_equal else "DIFFERENT")
        for row in ended.rows
    ]
    show.table(console, "Books and intention", ("what", "intended $", "books $", ""), rows)
    for text in ended.unfinished:
        console.print(f"not finished: {text}")
    verdict = "[bold green]Equal.[/]" if ended.is_equal else "[bold red]Not equal.[/]"
    console.print(verdict)


if __name__ == "__main__":
    typer.run(run)
