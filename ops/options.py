"""Options that many commands share, and how a command finds its desk and asks before it acts."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated

import typer

from ops.desk import Desk, Opener, open_desk
from ops.errors import OpsError
from ops.output import say

Profile = Annotated[
    str,
    typer.Option(
        "--profile",
        "-p",
        envvar="CARTLEDGER_PROFILE",
        help="Where: local, local:NAME or aws:STACK.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask: for scripts.")]
Why = Annotated[
    str, typer.Option("--why", prompt="Why", help="The reason, kept in the audit record.")
]
WhyAsked = Annotated[
    str, typer.Option("--why", help="The reason, kept in the audit record; asked for if left out.")
]
WhyToApply = Annotated[str, typer.Option("--why", help="The reason, needed with --apply.")]
OnlyPlan = Annotated[bool, typer.Option("--plan", help="Only say what would be done.")]
ApplyFile = Annotated[bool, typer.Option("--apply", help="Keep them: else only a look.")]

TenantArgument = Annotated[str, typer.Argument(help="The tenant's id.")]
StoreArgument = Annotated[str, typer.Argument(help="The store's id.")]
OrderArgument = Annotated[str, typer.Argument(help="The cart's own id of the order.")]
EntityArgument = Annotated[str, typer.Argument(help="The entity's id.")]
PayoutArgument = Annotated[str, typer.Argument(help="The payout's id at its source.")]
DocumentArgument = Annotated[
    str, typer.Argument(help="The document's number, as Sage shows it, or its posting key.")
]

TenantOption = Annotated[str, typer.Option("--tenant", help="The tenant's id.")]
StoreOption = Annotated[str, typer.Option("--store", help="The store's id.")]
WhoseOption = Annotated[
    str, typer.Option("--tenant", help="The tenant; may be left out if there is only one.")
]

OfTenant = Annotated[str, typer.Option("--tenant", help="Only of this tenant.")]
OfStore = Annotated[str, typer.Option("--store", help="Only of this store.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many.")]
Older = Annotated[int, typer.Option("--older", min=0, help="Only of so many days.")]

DEFAULT_PROFILE = "local"
_AGE = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def desk_of(context: typer.Context, profile: str) -> Desk:
    """The desk of the profile; a test hands its own opener over as the context's object.

    Raises:
        OpsError: the profile names no deployment.
    """
    opener: Opener = context.obj or open_desk
    return opener(profile)


def agreed(question: str, *, yes: bool, json: bool) -> None:
    """Return when the person agrees; `--yes` has agreed already.

    Raises:
        OpsError: a script did not say `--yes`.
        typer.Abort: the person did not agree.
    """
    if yes:
        return
    if json:
        message = "with --json nobody is asked: say --yes, or leave --json out"
        raise OpsError(message)
    typer.confirm(question, abort=True)


def said(sentence: str, *, json: bool) -> None:
    """Tell the person, unless only a document may be printed."""
    if not json:
        say(sentence)


def day(text: str) -> date:
    """A ledger date like `2026-03-01`.

    Raises:
        OpsError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no date like 2026-03-01"
        raise OpsError(message) from None


def age(text: str) -> timedelta | None:
    """An age like `30m`, `6h` or `2d`; None for no text.

    Raises:
        OpsError: it is none.
    """
    if not text:
        return None
    match = _AGE.fullmatch(text)
    if match is None:
        message = f"{text!r} is no age: say 90s, 30m, 6h or 2d"
        raise OpsError(message)
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
