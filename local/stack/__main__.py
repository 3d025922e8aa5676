"""The command line of the local stack: `python -m local.stack up | down | status`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from local.stack.errors import StackError
from local.stack.stack import LocalStack

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
console = Console()
Name = Annotated[str, typer.Option(help="Stacks of different names run side by side.")]


@app.command()
def up(
    *,
    name: Name = "demo",
    keep: Annotated[
        bool, typer.Option("--keep", help="Go on with the state of the last time, and keep it.")
    ] = False,
) -> None:
    """Start the stack and leave it running."""
    stack = LocalStack(name, keep=keep, say=console.print)
    with _told_plainly():
        stack.start()
        stack.detach()
    _show(stack)
    console.print("`make down` ends it.")


@app.command()
def down(
    *,
    name: Name = "demo",
    forget: Annotated[bool, typer.Option("--forget", help="Drop kept state as well.")] = False,
) -> None:
    """End the stack."""
    with _told_plainly():
        was_running = LocalStack.end(name, forget=forget)
    console.print("The stack is down." if was_running else "There was no stack.")


@app.command()
def status(*, name: Name = "demo") -> None:
    """Say where the stack listens; exit code 3 when there is none."""
    try:
        stack = LocalStack.attach(name)
    except StackError as exc:
        console.print(str(exc), markup=False)
        raise typer.Exit(3) from None
    stack.collect_logs()
    _show(stack)


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Show a `StackError` as its message, and leave with exit code 1."""
    try:
        yield
    except StackError as exc:
        console.print(f"The local stack failed: {exc}", style="red", markup=False)
        raise typer.Exit(1) from None


def _show(stack: LocalStack) -> None:
    for what, where in (
        ("Webhooks", f"{stack.api_url}/webhooks/CART/STORE"),
        ("Embedded AWS", stack.endpoint_url),
        ("Sage Intacct, REST", stack.simulator.rest_base_url),
        ("Sage Intacct, XML", stack.simulator.xml_url),
        ("Its books", f"{stack.simulator.admin_url}/_sim/"),
        ("Logs", stack.logs_dir),
    ):
        console.print(f"{what:<20} {where}", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    app()
