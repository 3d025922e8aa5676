"""`order returned`: say what became of goods that came back, where the cart does not tell."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

import typer

from commerce.orders import Restock
from ops.again import facts_of, judge_again
from ops.commands.undoing import changed_facts
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    OrderArgument,
    Profile,
    StoreArgument,
    TenantArgument,
    Why,
    desk_of,
)
from ops.output import print_json, say
from shared.facts.record import FactsRecord
from shared.ledger.records import State
from shared.postings.fates import Fate, fate_key
from shared.postings.restocking import RECEIVED

_JOURNAL = "restock:"


def returned(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    order: OrderArgument,
    refund: Annotated[str, typer.Argument(help="The cart's own id of the refund.")],
    *,
    line: Annotated[str, typer.Option("--line", help="The cart's own id of the order's line.")],
    fate: Annotated[Fate, typer.Option("--as", help="What became of all of the line's goods.")],
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Say what became of goods of a refund: on the shelf again, scrapped, or not sent back.

    It is booked with the order's next run, at the cost at which the goods left. What the cart
    itself tells of the line counts before it, and what is booked of the refund's goods stays.
    """
    desk = desk_of(context, profile)
    record = facts_of(desk, tenant, store, order)
    _insist(desk, record, refund, line)
    details = {"refund": refund, "line": line, "as": fate.value}
    desk.audit.note(tenant, "order returned", f"order:{store}:{order}", why=why, **details)
    key = fate_key(refund, line)
    changed = changed_facts(
        desk,
        record,
        lambda newest: replace(newest, fates={**newest.fates, key: fate}, due_at=desk.clock()),
    )
    judge_again(desk, changed)
    if json:
        print_json({"order": order, **details})
    else:
        say(f"line {line} of refund {refund} is {fate.value}: it is booked with the next run")


def _insist(desk: Desk, record: FactsRecord, refund: str, line: str) -> None:
    """Refuse what cannot be said any more, or not of this line.

    Raises:
        OpsError: with why.
    """
    known = next((one for one in record.known.refunds if one.ref.id == refund), None)
    lines = [one for one in known.lines if one.line_id == line] if known else []
    if not any(one.quantity > Decimal(0) for one in lines):
        message = f"refund {refund} of the order gives back nothing of line {line}"
        raise OpsError(message)
    if any(one.restock is not Restock.NONE for one in lines):
        message = f"the cart says itself what became of line {line}: {lines[0].restock.value}"
        raise OpsError(message)
    booked = [
        key
        for key, kept in desk.ledger.chain(record.pk).items()
        if kept.state in (State.DONE, State.SENT, State.REVIEW)
        and key.partition(":")[2] in (f"{_JOURNAL}{refund}", f"{RECEIVED}{refund}:{line}")
    ]
    if booked:
        message = f"{booked[0]} is in the books already: correct that by hand"
        raise OpsError(message)
