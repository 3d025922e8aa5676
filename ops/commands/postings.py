"""`postings`: what the ledger remembers of an order, and having Sage asked again."""

from __future__ import annotations

from typing import Annotated

import typer

from ops.again import facts_of, post_again
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
from ops.output import cell, print_facts, print_json, print_table, say
from shared.customers.keeping import customer_pk
from shared.facts.record import order_pk
from shared.ledger.records import Record, State

app = typer.Typer(no_args_is_help=True, help="The ledger: our memory of what was posted.")


@app.command("list")
def show_all(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    order: OrderArgument,
    *,
    state: Annotated[State | None, typer.Option("--state", help="Only in this state.")] = None,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """An order's postings, its customer's first."""
    desk = desk_of(context, profile)
    found = [
        one
        for one in postings_of(desk, tenant, store, order)
        if state is None or one.state is state
    ]
    if json:
        print_json([_facts(one) for one in found])
        return
    print_postings(found)


@app.command("show")
def show_one(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    order: OrderArgument,
    key: Annotated[str, typer.Argument(help="The posting key, or its end.")],
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """One posting with its history: each change of state, when and why."""
    desk = desk_of(context, profile)
    found = [one for one in postings_of(desk, tenant, store, order) if one.key.endswith(key)]
    if len(found) != 1:
        message = f"{len(found)} postings of the order end with {key!r}"
        raise OpsError(message)
    facts = _facts(found[0])
    if json:
        print_json(facts)
        return
    del facts["history"]
    print_facts(facts)
    say("history")
    for line in found[0].history:
        say(f"  {line}")


@app.command()
def settle(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    order: OrderArgument,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Ask Sage now about the order's postings in doubt, instead of when they are due."""
    desk = desk_of(context, profile)
    record = facts_of(desk, tenant, store, order)
    chain = desk.ledger.chain(record.pk).values()
    in_doubt = [one for one in chain if one.state is State.SENT]
    if not in_doubt:
        message = "no posting of the order is in doubt"
        raise OpsError(message)
    leased = [one for one in in_doubt if one.is_leased(desk.clock())]
    if leased:
        message = f"a worker is at it until {cell(leased[0].lease_until)}: look again then"
        raise OpsError(message)
    keys = " ".join(one.key for one in in_doubt)
    desk.audit.note(tenant, "postings settle", f"order:{store}:{order}", why=why, keys=keys)
    post_again(desk, record, cause=f"settle:{desk.audit.who}")
    sentence = f"{len(in_doubt)} in doubt: the order is on its lane, Sage is asked by our mark"
    if json:
        print_json({"in_doubt": [one.key for one in in_doubt], "result": sentence})
    else:
        say(sentence)


def postings_of(desk: Desk, tenant: str, store: str, order: str) -> list[Record]:
    """The postings of an order, with its customer's before them, in the order of their keys."""
    pk = order_pk(tenant, store, order)
    record = desk.facts.load(pk)
    chains = [desk.ledger.chain(pk)]
    if record is not None and record.customer:
        chains.insert(0, desk.ledger.chain(customer_pk(tenant, record.customer)))
    return [chain[key] for chain in chains for key in sorted(chain)]


def print_postings(records: list[Record]) -> None:
    """Print postings as a table."""
    rows = [
        (
            one.key,
            one.state,
            one.document_number,
            one.result.id or one.result.key if one.result else "",
            one.attempts,
            one.reason,
            one.due_at or one.settle_at if one.state is not State.DONE else None,
        )
        for one in records
    ]
    columns = ("posting", "state", "number", "in Sage", "tries", "reason", "next")
    print_table("Postings", columns, rows)


def _facts(record: Record) -> dict[str, object]:
    """Ids, codes and instants; amounts stay in the books."""
    return {
        "key": record.key,
        "state": record.state,
        "document_number": record.document_number,
        "control_id": record.control_id,
        "sage_key": record.result.key if record.result else "",
        "sage_id": record.result.id if record.result else "",
        "attempts": record.attempts,
        "resends": record.resends,
        "epoch": record.epoch,
        "reason": record.reason,
        "hint": record.hint,
        "sent_at": record.sent_at,
        "settle_at": record.settle_at,
        "lease_until": record.lease_until,
        "due_at": record.due_at,
        "history": record.history,
    }
