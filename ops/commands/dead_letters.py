"""`dlq`: list, show, redrive and drop dead letters, by filters, never without saying what first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

import typer

from ops.causes import Causes
from ops.dead_letters import SLOWEST_PER_SECOND, DeadLetters
from ops.desk import Desk
from ops.errors import OpsError
from ops.letters import Letter
from ops.options import DEFAULT_PROFILE, Json, Profile, Why, Yes, age, agreed, desk_of, said
from ops.output import plain, print_facts, print_json, print_table
from ops.queues import watched

app = typer.Typer(no_args_is_help=True, help="Dead letters: what could not be handled at all.")

Queue = Annotated[str, typer.Argument(help="The queue: order-postings, cart-events ...")]
TenantOption = Annotated[str, typer.Option("--tenant", help="Only of this tenant.")]
OrderOption = Annotated[str, typer.Option("--order", help="Only of this order.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Only with this reason.")]
OlderOption = Annotated[str, typer.Option("--older-than", help="Only dead for longer: 6h, 2d.")]
IdOption = Annotated[str, typer.Option("--id", help="Only the message of this id.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]

_COLUMNS = ("message", "dead since", "kind", "tenant", "store", "order", "reasons", "redrives")


@dataclass(frozen=True, slots=True)
class _Filter:
    """Which letters the person wants."""

    desk: Desk
    causes: Causes
    tenant: str
    order: str
    reason: str
    older_than: str
    id: str

    def __call__(self, letter: Letter) -> bool:
        """Whether it is one of them."""
        oldest = age(self.older_than)
        return (
            self.tenant in ("", letter.tenant)
            and self.order in ("", letter.order_id)
            and self.id in ("", letter.id)
            and (oldest is None or self.desk.clock() - letter.dead_since >= oldest)
            and (not self.reason or self.reason in self.causes.of(letter))
        )


@app.command("list")
def show_all(
    context: typer.Context,
    queue: Queue,
    *,
    tenant: TenantOption = "",
    order: OrderOption = "",
    reason: ReasonOption = "",
    older_than: OlderOption = "",
    limit: Limit = 200,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What lies in a dead-letter queue, and why as far as our records know."""
    desk = desk_of(context, profile)
    causes = Causes(desk)
    wanted = _Filter(desk, causes, tenant, order, reason, older_than, "")
    letters = _letters(desk, queue)
    seen = letters.read(limit=limit)
    _print(causes, queue, [one for one in seen if wanted(one)], json=json)
    said(_hidden(letters.count(), len(seen)), json=json)


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
    causes = Causes(desk)
    found = [one for one in _letters(desk, queue).read(limit=10_000) if one.id == message]
    if not found:
        text = f"there is no message {message} in sight in the dead letters of {queue}"
        raise OpsError(text)
    facts = _facts(causes, found[0])
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
    tenant: TenantOption = "",
    order: OrderOption = "",
    reason: ReasonOption = "",
    older_than: OlderOption = "",
    message: IdOption = "",
    limit: Limit = 1000,
    rate: Annotated[
        float, typer.Option("--rate", min=SLOWEST_PER_SECOND, help="Letters a second.")
    ] = 2.0,
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
    causes = Causes(desk)
    asked = _Filter(desk, causes, tenant, order, reason, older_than, message)
    letters = _letters(desk, queue)
    if not letters.can_be_redriven:
        text = f"{queue} runs on a schedule and comes again by itself: read, then `dlq drop`"
        raise OpsError(text)

    def wanted(letter: Letter) -> bool:
        return letter.redrives < most and letter.is_ours and asked(letter)

    planned = [one for one in letters.read(limit=10_000) if wanted(one)][:limit]
    if _plan(causes, queue, planned, dry_run=dry_run, json=json):
        return
    if not planned:
        _report(letters, 0, "sent again", json=json)
        return
    agreed(f"Send {len(planned)} to {queue} again, {rate} a second?", yes=yes, json=json)
    ids = {one.id for one in planned}

    def note(letter: Letter) -> None:
        facts = {"message": letter.id, "group": letter.group}
        desk.audit.note(letter.tenant, "dlq redrive", _subject(letter), why=why, **facts)
        said(f"{_subject(letter)} goes again", json=json)

    moved = letters.redrive(lambda one: one.id in ids, limit=limit, per_second=rate, note=note)
    _report(letters, moved.moved, "sent again", json=json)


@app.command()
def drop(
    context: typer.Context,
    queue: Queue,
    *,
    why: Why,
    tenant: TenantOption = "",
    order: OrderOption = "",
    reason: ReasonOption = "",
    older_than: OlderOption = "",
    message: IdOption = "",
    limit: Limit = 100,
    dry_run: DryRun = False,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Delete dead letters for good; the audit record keeps the body of a message of ours."""
    desk = desk_of(context, profile)
    causes = Causes(desk)
    wanted = _Filter(desk, causes, tenant, order, reason, older_than, message)
    letters = _letters(desk, queue)
    planned = [one for one in letters.read(limit=10_000) if wanted(one)][:limit]
    if _plan(causes, queue, planned, dry_run=dry_run, json=json):
        return
    if not planned:
        _report(letters, 0, "dropped", json=json)
        return
    agreed(f"Delete {len(planned)} dead letters of {queue} for good?", yes=yes, json=json)
    ids = {one.id for one in planned}

    def note(letter: Letter) -> None:
        digest = hashlib.sha256(letter.body.encode()).hexdigest()
        kept = {"body": letter.body} if letter.is_ours else {"body_sha256": digest}
        desk.audit.note(
            letter.tenant, "dlq drop", _subject(letter), why=why, message=letter.id, **kept
        )

    moved = letters.drop(lambda one: one.id in ids, limit=limit, note=note)
    _report(letters, moved.moved, "dropped", json=json)


def _letters(desk: Desk, queue: str) -> DeadLetters:
    return DeadLetters(desk.place, watched(queue), sleep=desk.sleep, wait_seconds=desk.wait_seconds)


def _plan(causes: Causes, queue: str, planned: list[Letter], *, dry_run: bool, json: bool) -> bool:
    """Say what would be done; whether that is all that is wanted."""
    if dry_run or not json:
        _print(causes, queue, planned, json=json)
    return dry_run


def _print(causes: Causes, queue: str, letters: list[Letter], *, json: bool) -> None:
    if json:
        print_json([_facts(causes, one, is_whole=False) for one in letters])
        return
    rows = [
        (
            one.id,
            one.dead_since,
            one.kind.value,
            one.tenant,
            one.store,
            one.order_id or one.delivery[:12],
            causes.of(one),
            one.redrives,
        )
        for one in letters
    ]
    print_table(f"Dead letters of {queue}", _COLUMNS, rows)


def _facts(causes: Causes, letter: Letter, *, is_whole: bool = True) -> dict[str, object]:
    facts = {**plain(letter), "reasons": list(causes.of(letter))}
    if is_whole:
        facts["reviews"] = [review.subject for review in causes.reviews(letter)]
        facts["body"] = letter.body if letter.is_ours else ""
    return facts


def _report(letters: DeadLetters, moved: int, what: str, *, json: bool) -> None:
    left = letters.count()
    if json:
        print_json({"moved": moved, "left": left})
    else:
        said(f"{moved} {what}, about {left} left", json=json)


def _hidden(count: int, seen: int) -> str:
    if count <= seen:
        return f"{seen} in all"
    return (
        f"{seen} of about {count}: the others are held by somebody, or stand behind the first ten"
        " of their group"
    )


def _subject(letter: Letter) -> str:
    if letter.order_id:
        return f"order:{letter.store}:{letter.order_id}"
    return f"{letter.queue}:{letter.id}"
