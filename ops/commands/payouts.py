"""`payout`: what stores were paid, how it is proved, and how far it is in the books."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from commerce.payouts import PayoutLine, PayoutStatus
from ops.again import invoke
from ops.clearing import clearing_of, open_by_currency
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    ApplyFile,
    Json,
    Older,
    PayoutArgument,
    Profile,
    StoreArgument,
    StoreOption,
    TenantArgument,
    TenantOption,
    Why,
    WhyToApply,
    day,
    desk_of,
    said,
)
from ops.output import print_facts, print_json, print_table
from ops.payout_files import layout_of, midnight, read_file
from ops.payout_numbers import payout_numbers
from ops.payout_plans import loaded
from ops.payout_worths import WORTH_COLUMNS, worth_rows
from shared.payouts.clearing import Unsettled
from shared.payouts.imports import Format
from shared.payouts.keeping import Keeper
from shared.payouts.records import PayoutRecord, PayoutState
from shared.payouts.store import PayoutKey
from shared.polling.reports import PollOutcome

app = typer.Typer(no_args_is_help=True, help="Payouts and settlements: read, proved, booked.")

_FUNCTION = "PayoutSyncFunctionName"
_TURN_SECONDS = 40
_COLUMNS = ("payout", "source", "state", "amount", "lines", "sent", "arrived")


@app.command("list")
def show_all(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    state: Annotated[PayoutState | None, typer.Option("--state", help="Only in it.")] = None,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """The payouts of a store, the newest first."""
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    found = [r for r in desk.payouts.heads(tenant, store) if state is None or r.state is state]
    found.sort(key=lambda record: record.payout.initiated_at, reverse=True)
    rows = [_row(record) for record in found]
    if json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        print_table("Payouts", _COLUMNS, rows)


@app.command("show")
def show_one(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    payout: PayoutArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """One payout: its sums, what stops it, its lines, and what of it is in the books."""
    desk = desk_of(context, profile)
    key = PayoutKey(tenant, store, payout)
    record = loaded(desk, key)
    chain = desk.ledger.chain(key.ledger_pk)
    facts = _facts(record)
    postings = {posting: one.state for posting, one in chain.items()}
    if json:
        findings, steps = record.findings, record.steps
        lines = record.payout.lines
        print_json(
            {
                **facts,
                "steps": steps,
                "findings": findings,
                "postings": postings,
                "lines": lines,
                "worth": record.history.valuation,
            }
        )
        return
    print_facts(facts)
    print_table("Steps", ("source says", "since"), [(s.status, s.at) for s in record.steps])
    print_table(
        "Findings",
        ("reason", "place", "what", "difference", "fix"),
        [(f.reason, f.place, f.message, f.difference, f.hint) for f in record.findings],
    )
    print_table("Postings", ("posting", "state"), list(postings.items()))
    columns = ("line", "kind", "amount", "fee", "net", "order", "at", "source's word")
    print_table("Lines", columns, [_line(line) for line in record.payout.lines])
    if (valuation := record.history.valuation) is not None:
        print_table("Worth", WORTH_COLUMNS, worth_rows(valuation))


@app.command("clearing")
def show_clearing(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    older: Older = 0,
    until: Annotated[str, typer.Option("--until", help="As on that ledger date.")] = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What captures no booked payout has settled, by order, the oldest first; reads every order."""
    desk = desk_of(context, profile)
    cut_off = day(until) if until else None
    now = desk.clock() if cut_off is None else midnight(until) + timedelta(days=1)
    clearing = clearing_of(desk, desk.tenant(tenant), store, until=cut_off)
    today = cut_off or clearing.book.ledger_on(now)
    found = [each for each in clearing.unsettled(today) if each.age_days(now) >= older]
    columns = ("what", "captured", "settled", "open", "worth", "since", "days")
    rows = [_unsettled(each, now) for each in found]
    left = open_by_currency(found, clearing.book.base_currency)
    if json:
        listed = [dict(zip(columns, row, strict=True)) for row in rows]
        own, *others = left
        told = {"account": clearing.account, "open": own, "rows": listed}
        print_json({**told, "open_in_other_currencies": others})
    else:
        sums = ", ".join(str(each) for each in left)
        print_table(f"Account {clearing.account}: {sums} open", columns, rows)


def _unsettled(each: Unsettled, now: datetime) -> tuple[object, ...]:
    """A row: what is open in its own currency, and what that is worth in the entity's."""
    amounts = (each.captured, each.settled, each.amount, each.worth or "")
    return (each.subject, *amounts, each.since, each.age_days(now))


@app.command("poll")
def poll(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Read the store's payouts now, and go on with those that can go on."""
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    desk.audit.note(tenant, "payout poll", f"store:{store}", why=why)
    event = {"tenant": tenant, "store": store, "seconds": _TURN_SECONDS}
    stores = invoke(desk, _FUNCTION, event).get("stores", [])
    if len(stores) != 1:
        message = f"the function answered for {len(stores)} stores instead of one"
        raise OpsError(message)
    done: dict[str, Any] = stores[0]
    if json:
        print_json(done)
    else:
        print_facts(done)
    if done["outcome"] in (PollOutcome.FAILED, PollOutcome.SKIPPED):
        message = f"the payouts were not read: {done['detail']}"
        raise OpsError(message)


@app.command("import")
def import_file(  # options of a command
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="One row for each movement; see operations.md.")],
    *,
    tenant: TenantOption,
    store: StoreOption,
    written_in: Annotated[Format, typer.Option("--format", help="csv or json.")],
    columns: Annotated[
        list[str] | None, typer.Option("--column", help="OURS=THEIRS, a heading of the file.")
    ] = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", help="THEIRS=OURS, a word for a kind of row.")
    ] = None,
    delimiter: Annotated[str, typer.Option("--delimiter", help="Of CSV.")] = ",",
    apply: ApplyFile = False,
    why: WhyToApply = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Read a processor's payouts from a file, prove them, and with --apply keep them."""
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    if apply and not why:
        message = "--apply needs --why"
        raise OpsError(message)
    layout = layout_of(columns or [], kinds or [])
    payouts, findings = read_file(file, written_in, store, layout, delimiter=delimiter)
    if json:
        print_json({"payouts": [payout_numbers(each) for each in payouts], "findings": findings})
    else:
        rows = [(p.ref.id, p.status, p.amount, p.fees, len(p.lines)) for p in payouts]
        print_table("Payouts in the file", ("payout", "source", "amount", "fees", "lines"), rows)
        told = [(f.reason, f.place, f.message, f.difference) for f in findings]
        print_table("Findings", ("reason", "place", "what", "difference"), told)
    if findings:
        message = f"{len(findings)} findings: nothing of the file was kept"
        raise OpsError(message)
    if not apply:
        said("nothing was kept; say --apply to keep them", json=json)
        return
    desk.audit.note(tenant, "payout import", f"store:{store}", why=why, file=file.name)
    keeper = Keeper(desk.payouts, desk.reviews, desk.clock, lambda _: None)
    news = sum(keeper.keep(tenant, each) for each in payouts)
    said(f"{news} kept, {len(payouts) - news} known as they are", json=json)


@app.command("arrived")
def arrived(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    payout: PayoutArgument,
    *,
    on: Annotated[str, typer.Option("--on", help="The bank's date, as 2026-01-31.")],
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
) -> None:
    """Say that a payout is in the bank, where its source never tells (Walmart)."""
    desk = desk_of(context, profile)
    record = loaded(desk, PayoutKey(tenant, store, payout))
    at = midnight(on)
    desk.audit.note(tenant, "payout arrived", f"payout:{store}:{payout}", why=why, on=on)
    told = replace(record.payout, status=PayoutStatus.PAID, arrived_at=at)
    keeper = Keeper(desk.payouts, desk.reviews, desk.clock, lambda _: None)
    if not keeper.keep(tenant, told):
        message = f"nothing changed: the payout is {record.payout.status.value} already"
        raise OpsError(message)


def _row(record: PayoutRecord) -> tuple[Any, ...]:
    payout = record.payout
    return (
        payout.ref.id,
        payout.status,
        record.state,
        payout.amount,
        record.line_count,
        payout.initiated_at,
        payout.arrived_at,
    )


def _facts(record: PayoutRecord) -> dict[str, Any]:
    numbers = payout_numbers(record.payout)
    chosen = ("charge_gross", "refund_gross", "withheld_tax", "payout_fees", "payout_net")
    return {
        **dict(zip(_COLUMNS, _row(record), strict=True)),
        **{name: numbers[name] for name in chosen},
        "adds_up": numbers["reconciles"],
    }


def _line(line: PayoutLine) -> tuple[Any, ...]:
    return (
        line.id,
        line.kind,
        line.amount,
        line.fee,
        line.net,
        line.order_id,
        line.occurred_at,
        line.type_name,
    )
