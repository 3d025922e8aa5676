"""`explain`: from a ledger line to its orders, refunds, fees, rules and archived documents."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from intacct.documents import Dimensions
from ops.errors import OpsError
from ops.explain_search import of_account, of_journal, of_order
from ops.explaining import explainer
from ops.options import DEFAULT_PROFILE, Json, OfStore, Profile, WhoseOption, day, desk_of
from ops.output import plain, print_json, print_table, say
from shared.explain.documents import NoBookError
from shared.explain.explainer import NothingKnownError
from shared.explain.lines import ExplainedEntry, ExplainedLine, Part

_COLUMNS = (
    "entry",
    "number in Sage",
    "posted on",
    "line",
    "account",
    "side",
    "line amount",
    "currency",
    "dimensions",
    "part",
    "order",
    "part amount",
    "rules",
    "mapping",
    "document version",
    "archived",
)


def explain(
    context: typer.Context,
    *,
    journal: Annotated[
        str, typer.Option("--journal", help="A posting key, our number in Sage, or Sage's key.")
    ] = "",
    line: Annotated[int, typer.Option("--line", min=0, help="Only this line of it.")] = 0,
    account: Annotated[str, typer.Option("--account", help="All of an account ...")] = "",
    on: Annotated[str, typer.Option("--date", help="... on a ledger date (YYYY-MM-DD).")] = "",
    order: Annotated[str, typer.Option("--order", help="Every ledger line of this order.")] = "",
    store: OfStore = "",
    tenant: WhoseOption = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a row for each part.")] = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What a ledger line is made of, part by part, and which rule put it there; changes nothing.

    Ends with an error when the parts are not the line, or are not proved to be what was posted.
    """
    if sum(map(bool, (journal, account, order))) != 1 or bool(account) != bool(on):
        message = "say --journal KEY, or --account A with --date D, or --order ID"
        raise OpsError(message)
    desk = desk_of(context, profile)
    try:
        if journal:
            entries = of_journal(desk, journal)
        elif order:
            entries = of_order(desk, tenant, store, order)
        else:
            entries = of_account(desk, tenant, store, account, day(on))
    except (NothingKnownError, NoBookError) as exc:
        raise OpsError(str(exc)) from exc
    if line:
        entries = [entry.only([line]) for entry in entries]
    if not any(entry.lines for entry in entries) and (line or account):
        message = "there is no such line"
        raise OpsError(message)
    entries = explainer(desk).traced(entries)
    _print(entries, as_csv=as_csv, json=json)
    wrong = sum(not entry.is_proved for entry in entries)
    if wrong:
        message = f"{wrong} of {len(entries)} entries are not explained to the cent: see why above"
        raise OpsError(message)


def _print(entries: Sequence[ExplainedEntry], *, as_csv: bool, json: bool) -> None:
    if json:
        print_json([_told(entry) for entry in entries])
        return
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(_COLUMNS)
        writer.writerows(row for entry in entries for row in _rows(entry))
        for entry in entries:
            for problem in entry.all_problems:
                typer.echo(f"{entry.key}: {problem}", err=True)
        return
    for entry in entries:
        _show(entry)


def _told(entry: ExplainedEntry) -> dict[str, Any]:
    """The entry with what its parts come to, for programs."""
    told: dict[str, Any] = plain(entry)
    for shown, line in zip(told["lines"], entry.lines, strict=True):
        shown["explained"] = line.explained.plain()
        shown["adds_up"] = line.adds_up
    return {**told, "problems": list(entry.all_problems), "is_proved": entry.is_proved}


def _show(entry: ExplainedEntry) -> None:
    say(f"{entry.subject}: {entry.key}")
    say(f"  {entry.kind} {entry.reference} of {entry.posted_on or '-'}, {entry.state or 'unknown'}")
    for line in entry.lines:
        title = (
            f"{line.number}. {line.account} {line.side.value} {line.amount.plain()}"
            f" {line.amount.currency} {_dimensions(line.dimensions)}".rstrip()
        )
        rows = [
            (
                part.what,
                part.order_id,
                part.amount.plain(),
                part.rules,
                _version(part),
                part.origin.sources,
            )
            for part in line.parts
        ]
        print_table(title, ("part", "order", "amount", "rules", "mapping", "archived"), rows)
        if not line.is_partial:
            verdict = "the line" if line.adds_up else "NOT the line"
            say(f"   parts come to {line.explained.plain()}: {verdict}")
    for problem in entry.all_problems:
        say(f"  PROBLEM: {problem}")


def _rows(entry: ExplainedEntry) -> Iterator[tuple[str, ...]]:
    for line in entry.lines:
        for part in line.parts:
            yield (*_line_cells(entry, line), *_part_cells(part))


def _line_cells(entry: ExplainedEntry, line: ExplainedLine) -> tuple[str, ...]:
    return (
        entry.key,
        entry.reference,
        entry.posted_on.isoformat() if entry.posted_on else "",
        str(line.number),
        line.account,
        line.side.value,
        line.amount.plain(),
        line.amount.currency,
        _dimensions(line.dimensions),
    )


def _part_cells(part: Part) -> tuple[str, ...]:
    return (
        part.what,
        part.order_id,
        part.amount.plain(),
        "; ".join(part.rules),
        part.mapping_version,
        str(part.origin.configured or ""),
        " ".join(part.origin.sources),
    )


def _version(part: Part) -> str:
    document = f", document {part.origin.configured}" if part.origin.configured else ""
    return f"{part.mapping_version}{document}"


def _dimensions(dimensions: Dimensions) -> str:
    named = {**plain(dimensions), "custom": ""}
    told = [f"{name}={value}" for name, value in named.items() if value]
    return " ".join([*told, *(f"{name}={value}" for name, value in dimensions.custom)])
