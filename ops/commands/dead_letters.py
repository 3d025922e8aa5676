"""`dlq`: list, show, redrive and drop dead letters, by filters, never without saying what first."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Limit,
    OfStore,
    OfTenant,
    Profile,
    Why,
    Yes,
    age,
    agreed,
    desk_of,
    said,
)
from ops.output import plain, print_facts, print_json, print_table
from ops.queues import dead_queue
from shared.dead_letters.letters import Letter
from shared.dead_letters.queues import DeadQueue
from shared.dead_letters.redrive import NoQueueError, Pace, Wanted
from shared.postings.findings import Reason

app = typer.Typer(no_args_is_help=True, help="Dead letters: what could not be handled at all.")

Queue = Annotated[str, typer.Argument(help="The queue: order-postings, cart-events ...")]
OrderOption = Annotated[str, typer.Option("--order", help="Only of this order.")]
ReasonOption = Annotated[Reason | None, typer.Option("--reason", help="Only with this reason.")]
OlderOption = Annotated[str, typer.Option("--older-than", help="Only dead for longer: 6h, 2d.")]
IdOption = Annotated[str, typer.Option("--id", help="Only the message of this id.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]

_TAKING = timedelta(minutes=10)
_COLUMNS = (
    *("message", "dead since", "kind", "tenant", "store", "order"),
    *("reasons", "last error", "receives", "redrives"),
)


@app.command("list")
def show_all(
    context: typer.Context,
    queue: Queue,
    *,
    tenant: OfTenant = "",
    store: OfStore = "",
    order: OrderOption = "",
    reason: ReasonOption = None,
    older_than: OlderOption = "",
    limit: Limit = 200,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What a queue gave up on, and why as far as our records know."""
    desk = desk_of(context, profile)
    wanted = _wanted(tenant, store, order, reason, older_than, "")
    found = desk.redriver.listed(_taken(desk, queue), wanted)
    _print(desk, queue, found[:limit], json=json)
    if len(found) > limit:
        said(f"{limit} of {len(found)}: raise --limit, or choose", json=json)


@app.command("show")
def show_one(
    context: typer.Context,
    queue: Queue,
    message: Annotated[str, typer.Argument(help="The message's id, from `dlq list`.")],
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """One dead letter with its reasons, and its body where it is a message of ours."""
    desk = desk_of(context, profile)
    found = desk.redriver.listed(_taken(desk, queue), Wanted(id=message))
    if not found:
        text = f"no message {message} waits among the dead letters of {queue}"
        raise OpsError(text)
    facts = _facts(desk, found[0])
    if json:
        print_json(facts)
    else:
        print_facts(facts)


@app.command()
def redrive(
    context: typer.Context,
    queue: Queue,
    *,
    why: Why,
    tenant: OfTenant = "",
    store: OfStore = "",
    order: OrderOption = "",
    reason: ReasonOption = None,
    older_than: OlderOption = "",
    message: IdOption = "",
    limit: Limit = 1000,
    rate: Annotated[float, typer.Option("--rate", min=0.2, help="Letters a second.")] = 2.0,
    most_waiting: Annotated[
        int, typer.Option("--most-waiting", min=1, help="Wait while the queue holds so many.")
    ] = 50,
    most: Annotated[
        int, typer.Option("--most-redrives", help="Leave what was sent again so often already.")
    ] = 3,
    dry_run: DryRun = False,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Send dead letters to their queue again, each with its group; harmless to interrupt."""
    desk = desk_of(context, profile)
    dead = _taken(desk, queue)
    wanted = _wanted(tenant, store, order, reason, older_than, message)
    try:
        planned = desk.redriver.plan(dead, wanted, limit=limit, most_redrives=most)
    except NoQueueError as exc:
        text = f"{exc}: read, then `dlq drop`"
        raise OpsError(text) from exc
    if _said_enough(desk, queue, planned, dry_run=dry_run, json=json):
        return
    moved, stopped = 0, ""
    if planned:
        agreed(f"Send {len(planned)} to {queue} again, {rate} a second?", yes=yes, json=json)

        def tell(one: Letter, done: int) -> None:
            said(f"{done} of {len(planned)}: {one.subject} goes again", json=json)

        done = desk.redriver.redrive(
            dead, planned, pace=Pace(rate, most_waiting), why=why, tell=tell
        )
        moved, stopped = done.moved, done.stopped
    _report(desk, queue, moved, "sent again", json=json)
    if stopped:
        raise OpsError(stopped)


@app.command()
def drop(
    context: typer.Context,
    queue: Queue,
    *,
    why: Why,
    tenant: OfTenant = "",
    store: OfStore = "",
    order: OrderOption = "",
    reason: ReasonOption = None,
    older_than: OlderOption = "",
    message: IdOption = "",
    limit: Limit = 100,
    dry_run: DryRun = False,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Give dead letters up for good; the audit record keeps the body of a message of ours."""
    desk = desk_of(context, profile)
    dead = _taken(desk, queue)
    wanted = _wanted(tenant, store, order, reason, older_than, message)
    planned = desk.redriver.listed(dead, wanted)[:limit]
    if _said_enough(desk, queue, planned, dry_run=dry_run, json=json):
        return
    moved = 0
    if planned:
        agreed(f"Give up {len(planned)} dead letters of {queue} for good?", yes=yes, json=json)
        moved = desk.redriver.drop(dead, planned, why=why).moved
    _report(desk, queue, moved, "dropped", json=json)


def _wanted(  # noqa: PLR0917  # the options, in their order
    tenant: str, store: str, order: str, reason: Reason | None, older_than: str, message: str
) -> Wanted:
    return Wanted(
        tenant=tenant,
        store=store,
        order=order,
        reason=reason.value if reason else "",
        older_than=age(older_than),
        id=message,
    )


def _taken(desk: Desk, name: str) -> DeadQueue:
    """The queue, after taking what the schedule has not taken yet, as it does each minute."""
    queue = dead_queue(desk.place, name)
    desk.collector.collect([queue], desk.clock() + _TAKING)
    return queue


def _said_enough(
    desk: Desk, queue: str, planned: list[Letter], *, dry_run: bool, json: bool
) -> bool:
    """Say what would be done; whether that is all that is wanted."""
    if dry_run or not json:
        _print(desk, queue, planned, json=json)
    return dry_run


def _print(desk: Desk, queue: str, letters: list[Letter], *, json: bool) -> None:
    if json:
        print_json([_facts(desk, one, is_whole=False) for one in letters])
        return
    rows = []
    for one in letters:
        cause = desk.causes.of(one)
        rows.append(
            (
                one.id,
                one.dead_since,
                one.kind,
                one.tenant,
                one.store,
                one.order_id or one.delivery[:12],
                cause.reasons,
                cause.error,
                one.receives,
                one.redrives,
            )
        )
    print_table(f"Dead letters of {queue}", _COLUMNS, rows)


def _facts(desk: Desk, letter: Letter, *, is_whole: bool = True) -> dict[str, object]:
    cause = desk.causes.of(letter)
    facts: dict[str, object] = {
        **plain(letter),
        "reasons": list(cause.reasons),
        "error": cause.error,
        "hint": cause.hint,
        "review": letter.subject,
    }
    if is_whole:
        facts["reviews"] = [review.subject for review in desk.causes.reviews(letter)]
        facts["body"] = letter.body if letter.is_ours else ""
    return facts


def _report(desk: Desk, queue: str, moved: int, what: str, *, json: bool) -> None:
    left = desk.kept.count(queue)
    if json:
        print_json({"moved": moved, "left": left})
    else:
        said(f"{moved} {what}, {left} left", json=json)
