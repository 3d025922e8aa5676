"""`drift`: documents of ours that people changed in Sage, and what a person decides about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from ops.commands.restoring import restore
from ops.commands.undoing import reason_for
from ops.desk import Desk
from ops.drifts import drift_named, drifts_of
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    DocumentArgument,
    Json,
    OnlyPlan,
    Profile,
    TenantArgument,
    WhyAsked,
    Yes,
    agreed,
    desk_of,
    said,
)
from ops.output import print_facts, print_json, print_table
from shared.drift.deciding import DecidedError, Decider, check
from shared.drift.noticing import words_of
from shared.drift.records import Drift, DriftStatus, StaleDriftError
from shared.drift.restoring import obstacles

app = typer.Typer(no_args_is_help=True, help="Documents of ours that people changed in Sage.")

_COLUMNS = ("number", "whose", "what", "status", "differs", "changed at", "by", "since")


@app.command("list")
def show_all(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    all_: Annotated[
        bool, typer.Option("--all", help="Those that were decided or settled, too.")
    ] = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """The documents that wait for a decision, the longest first."""
    found = [
        drift
        for drift in drifts_of(desk_of(context, profile)).all(tenant)
        if all_ or drift.status is DriftStatus.OPEN
    ]
    found.sort(key=lambda drift: drift.found_at)
    if json:
        print_json([_facts(drift) for drift in found])
        return
    print_table("Changed in Sage", _COLUMNS, [_row(drift) for drift in found])


@app.command("show")
def show_one(
    context: typer.Context,
    tenant: TenantArgument,
    document: DocumentArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """One document: each member that differs, what was sent and what Sage has."""
    drift = drift_named(desk_of(context, profile), tenant, document)
    if json:
        print_json(_facts(drift))
        return
    facts = _facts(drift)
    del facts["differences"], facts["in_the_way"]
    print_facts(facts)
    rows = [(one.member, one.sent, one.found, one.amount) for one in drift.differences]
    print_table("What differs", ("member", "sent", "in Sage", "amount"), rows)
    for one in obstacles([drift]):
        said(f"it cannot be restored: {one.why}; {one.instead}", json=json)


@app.command()
def adopt(
    context: typer.Context,
    tenant: TenantArgument,
    document: DocumentArgument,
    *,
    plan: OnlyPlan = False,
    why: WhyAsked = "",
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Take what Sage has for right: the daily proof counts it as accepted, with the reason."""
    desk = desk_of(context, profile)
    _decide(desk, tenant, document, DriftStatus.ADOPTED, plan=plan, why=why, yes=yes, json=json)


@app.command()
def ignore(
    context: typer.Context,
    tenant: TenantArgument,
    document: DocumentArgument,
    *,
    plan: OnlyPlan = False,
    why: WhyAsked = "",
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Leave it as it is: nobody is asked until it changes again; the proof goes on naming it."""
    desk = desk_of(context, profile)
    _decide(desk, tenant, document, DriftStatus.IGNORED, plan=plan, why=why, yes=yes, json=json)


app.command("restore")(restore)

_VERBS = {DriftStatus.ADOPTED: "adopt", DriftStatus.IGNORED: "ignore"}


def _decide(
    desk: Desk,
    tenant: str,
    document: str,
    status: DriftStatus,
    *,
    plan: bool,
    why: str,
    yes: bool,
    json: bool,
) -> None:
    drift, verb = drift_named(desk, tenant, document), _VERBS[status]
    try:
        check(drift, status)
    except DecidedError as error:
        raise OpsError(str(error)) from error
    for difference in _words(drift):
        said(difference, json=json)
    if plan:
        _told(drift, f"would be {status.value}", json=json)
        return
    why = reason_for(why, yes=yes, json=json)
    agreed(f"{verb.title()} this?", yes=yes, json=json)
    details = {"became": drift.what.value, "differs": "; ".join(_words(drift))}
    desk.audit.note(tenant, f"drift {verb}", f"drift:{drift.place.key}", why=why, **details)
    decider = Decider(drifts_of(desk), desk.reviews, desk.clock)
    try:
        decided = decider.decide(drift, status, by=desk.audit.who, why=why)
    except StaleDriftError as error:
        message = "it changed at this moment: look at it again"
        raise OpsError(message) from error
    _told(decided, status.value, json=json)


def _told(drift: Drift, sentence: str, *, json: bool) -> None:
    if json:
        print_json({"result": sentence, **_facts(drift)})
    else:
        said(f"{drift.number}: {sentence}", json=json)


def _words(drift: Drift) -> Iterator[str]:
    return map(words_of, drift.differences)


def _row(drift: Drift) -> tuple[object, ...]:
    return (
        drift.number,
        f"{drift.store} {drift.subject}",
        drift.what,
        drift.status,
        "; ".join(_words(drift)),
        drift.changed_at,
        drift.changed_by,
        drift.found_at,
    )


def _facts(drift: Drift) -> dict[str, Any]:
    return {
        "number": drift.number,
        "key": drift.place.key,
        "store": drift.store,
        "subject": drift.subject,
        "entity": drift.entity,
        "kind": drift.kind,
        "what": drift.what,
        "status": drift.status,
        "sage_key": drift.sage_key,
        "changed_at": drift.changed_at,
        "changed_by": drift.changed_by,
        "found_at": drift.found_at,
        "times": drift.times,
        "decided_by": drift.decided_by,
        "decided_at": drift.decided_at,
        "reason": drift.reason,
        "differences": [
            {
                "member": one.member,
                "sent": one.sent,
                "found": one.found,
                "amount": one.amount,
                "currency": one.currency,
                "text": one.text,
            }
            for one in drift.differences
        ],
        "in_the_way": [f"{one.why}; {one.instead}" for one in obstacles([drift])],
    }
