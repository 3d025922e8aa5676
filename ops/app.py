"""The commands put together, and the one place where an error becomes a sentence."""

from __future__ import annotations

from typing import Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from typer.core import TyperGroup

from ops.commands import (
    audit,
    cards,
    carts,
    changes,
    connections,
    customers,
    days,
    dead_letters,
    drift,
    explain,
    items,
    late,
    orders,
    payout_changes,
    payout_losses,
    payout_sales,
    payouts,
    polls,
    postings,
    pricing,
    proof,
    queues,
    replanning,
    replay,
    returned_goods,
    reviews,
    stock,
    tenant_lint,
    tenants,
    undoing,
)
from ops.errors import OpsError
from shared.intake.archive import NotKeptError


class _Told(TyperGroup):
    """Tells what went wrong in one line and ends with 1, without a traceback."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # typer's own context
        """Run the command."""
        try:
            return super().invoke(ctx)
        except OpsError as exc:
            sentence = str(exc)
        except ClientError as exc:
            code = exc.response.get("Error", {}).get("Code", "an error")
            sentence = f"AWS refused {exc.operation_name}: {code}"
        except (BotoCoreError, NotKeptError) as exc:
            sentence = f"AWS could not be used: {type(exc).__name__}"
        typer.echo(f"error: {sentence}", err=True)
        raise typer.Exit(1)


app = typer.Typer(
    name="ops",
    cls=_Told,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="See what waits, fix it, send it again. Every change leaves an audit record.",
    epilog="Ends with 0: done. 1: not done, or not all of it; one line says why. 2: mistyped.",
)
app.command("queues")(queues.show)
app.command("audit")(audit.show)
app.command("replay")(replay.replay)
app.command("explain")(explain.explain)
app.add_typer(dead_letters.app, name="dlq")
app.add_typer(reviews.app, name="review")
app.add_typer(postings.app, name="postings")
tenants.app.command("price")(pricing.price)
tenants.app.command("depth")(pricing.depth)
tenants.app.command("lint")(tenant_lint.lint)
app.add_typer(tenants.app, name="tenant")
app.add_typer(connections.app, name="connections")
orders.app.command("replan")(replanning.replan)
orders.app.command("late")(late.late)
orders.app.command("undo")(undoing.undo)
orders.app.command("redo")(undoing.redo)
orders.app.command("returned")(returned_goods.returned)
app.add_typer(orders.app, name="order")
app.add_typer(customers.app, name="customer")
app.add_typer(items.app, name="items")
app.add_typer(stock.app, name="stock")
app.add_typer(changes.app, name="changes")
app.add_typer(drift.app, name="drift")
app.add_typer(days.app, name="day")
payouts.app.command("lost")(payout_losses.lost)
payouts.app.command("book")(payout_sales.book)
payouts.app.command("correct")(payout_sales.correct)
payouts.app.command("awaited")(payout_sales.awaited)
payouts.app.command("accept-change")(payout_changes.accept_change)
app.add_typer(payouts.app, name="payout")
app.add_typer(cards.app, name="card")
app.add_typer(proof.app, name="proof")
carts.app.command("poll")(polls.poll)
carts.app.command("backfill")(polls.backfill)
app.add_typer(carts.app, name="cart")
