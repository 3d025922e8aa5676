"""`proof`: what was proved of each day, what is open, and that no statement was changed since."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ops.again import invoke
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    EntityArgument,
    Json,
    Profile,
    TenantArgument,
    Why,
    day,
    desk_of,
    said,
)
from ops.output import print_facts, print_json, print_table
from ops.proofs import chosen_link, proof_book, statement_of, stored_file
from shared.reconciliation.chain import ENDINGS, verify
from shared.reconciliation.prove import ProofState
from shared.reconciliation.statement import Statement

app = typer.Typer(
    no_args_is_help=True, help="The daily proof: cart equals books, and what is open."
)

_FUNCTION = "ReconciliationFunctionName"
Date = Annotated[str, typer.Option("--date", help="The ledger day, as 2026-03-01.")]
Number = Annotated[int, typer.Option("--number", min=0, help="The statement's number.")]


@app.command("list")
def show_all(
    context: typer.Context,
    tenant: TenantArgument,
    entity: EntityArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """All statements of an entity, the newest first."""
    links = list(proof_book(desk_of(context, profile)).links(tenant, entity))[::-1]
    if json:
        print_json(links)
        return
    rows = [(one.sequence, one.on, one.verdict, one.made_at, one.hash) for one in links]
    print_table("Proof statements", ("number", "day", "verdict", "made at", "hash"), rows)


@app.command("show")
def show_one(
    context: typer.Context,
    tenant: TenantArgument,
    entity: EntityArgument,
    *,
    date: Date = "",
    number: Number = 0,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What a statement says: the newest one, or that of a day or number."""
    book = proof_book(desk_of(context, profile))
    on = day(date) if date else None
    link = chosen_link(book, tenant, entity, on=on, sequence=number)
    statement = statement_of(book, link)
    if json:
        print_json({"hash": link.hash, "statement": statement})
        return
    print_facts(
        {
            "day": statement.on,
            "verdict": statement.verdict,
            "number": statement.sequence,
            "made at": statement.made_at,
            "hash": link.hash,
        }
    )
    for note in statement.notes:
        said(note, json=json)
    _show(statement)


@app.command("run")
def run(
    context: typer.Context,
    tenant: TenantArgument,
    entity: EntityArgument,
    *,
    date: Date,
    again: Annotated[bool, typer.Option("--again", help="Read all of the day back anew.")] = False,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Prove a day now; one that is not over is proved as far as it has come."""
    desk = desk_of(context, profile)
    event = {
        "tenant": tenant,
        "entity": entity,
        "date": day(date).isoformat(),
        "again": again,
    }
    desk.audit.note(tenant, "proof run", f"proof:{entity}:{date}", why=why)
    proofs = invoke(desk, _FUNCTION, event).get("proofs", [])
    if len(proofs) != 1:
        message = f"the function answered for {len(proofs)} days instead of one"
        raise OpsError(message)
    done: dict[str, Any] = proofs[0]
    if json:
        print_json(done)
    else:
        print_facts(done)
    if done["state"] in (ProofState.PARKED, ProofState.FAILED):
        message = f"there is no statement: {done['reason']}"
        raise OpsError(message)


@app.command("verify")
def verify_chain(
    context: typer.Context,
    tenant: TenantArgument,
    entity: Annotated[str, typer.Argument(help="Only of this entity.")] = "",
    *,
    noted: Annotated[str, typer.Option("--noted", help="A hash that must be in the chain.")] = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Compare every stored byte of every statement with its seal; ends with 1 if one differs."""
    desk = desk_of(context, profile)
    entities = [entity] if entity else [one.id for one in desk.tenant(tenant).entities]
    book = proof_book(desk)
    found = {one: verify(book, tenant, one, noted=noted) for one in entities}
    if json:
        print_json(found)
    else:
        rows = [
            (one, told.statements, len(told.breaches), told.last) for one, told in found.items()
        ]
        print_table("Chains", ("entity", "statements", "breaches", "last hash"), rows)
        breaches = [
            (one, breach.sequence, breach.text)
            for one, told in found.items()
            for breach in told.breaches
        ]
        print_table("Breaches", ("entity", "number", "what"), breaches)
    broken = [one for one, told in found.items() if told.breaches]
    if broken:
        message = f"statements were changed after they were sealed: entity {', '.join(broken)}"
        raise OpsError(message)


@app.command("export")
def export(
    context: typer.Context,
    tenant: TenantArgument,
    entity: EntityArgument,
    *,
    to: Annotated[Path, typer.Option("--to", help="A folder; it is made if need be.")],
    date: Date = "",
    number: Number = 0,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Write a statement's page, tables and data into a folder: to read, print and keep."""
    book = proof_book(desk_of(context, profile))
    on = day(date) if date else None
    link = chosen_link(book, tenant, entity, on=on, sequence=number)
    to.mkdir(parents=True, exist_ok=True)
    written = []
    for ending in ENDINGS:
        path = to / f"proof-{entity}-{link.on.isoformat()}-{link.sequence}.{ending}"
        path.write_bytes(stored_file(book, link, ending))
        written.append(str(path))
    if json:
        print_json({"files": written, "hash": link.hash})
    else:
        for name in written:
            said(name, json=json)


@app.command("accept")
def accept(
    context: typer.Context,
    tenant: TenantArgument,
    entity: EntityArgument,
    account: Annotated[str, typer.Argument(help="The control account.")],
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Take what others entered on a control account, as the newest statement has it, for right."""
    desk = desk_of(context, profile)
    book = proof_book(desk)
    statement = statement_of(book, chosen_link(book, tenant, entity, on=None, sequence=0))
    balance = next((one for one in statement.balances if one.account == account), None)
    if balance is None or balance.by_others is None:
        message = f"the newest statement says nothing of others on account {account}"
        raise OpsError(message)
    amount = balance.by_others
    subject = f"proof:{entity}:{account}"
    desk.audit.note(tenant, "proof accept", subject, why=why, amount=format(amount, "f"))
    book.accept(tenant, entity, account, amount)
    said(f"{amount} by others on {account} is no difference from the next proof on", json=json)


def _show(statement: Statement) -> None:
    differences = [
        (
            one.store,
            one.subject,
            one.what,
            one.cause,
            one.account,
            one.amount,
            one.age_days(statement.on),
            f"{one.text} (by {one.by})" if one.by else one.text,
        )
        for one in statement.differences
    ]
    headings = ("store", "whose", "what", "cause", "account", "amount", "days", "found")
    print_table("Open", headings, differences)
    kinds = [
        (store.store, kind.kind, kind.wanted_amount, kind.posted_amount, kind.proved_amount)
        for store in statement.stores
        for kind in store.kinds
    ]
    print_table("Documents of the day", ("store", "kind", "cart", "books", "Sage"), kinds)
    balances = [
        (one.account, one.role, one.ours, one.by_others, one.sage, one.difference)
        for one in statement.balances
    ]
    print_table("Balances", ("account", "what", "ours", "others", "Sage", "off"), balances)
    late = [(one.store, one.subject, one.what, one.on, one.amount) for one in statement.late]
    print_table("Late", ("store", "whose", "what", "dated", "amount"), late)
    lists = [(one.store, one.listed, one.missing, one.not_asked) for one in statement.lists]
    if lists:
        columns = ("store", "listed", "missing here", "not asked")
        print_table("The carts' own lists", columns, lists)
