"""`tenant`: see, check and change a tenant's configuration; stop and start its posting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
import yaml

from intacct.companies import WrongCompanyError, check_company
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Profile,
    TenantArgument,
    Why,
    Yes,
    agreed,
    desk_of,
)
from ops.output import print_json, print_table, say
from ops.tenant_files import Problem, changes, read
from shared.connections.profiles import limits_of
from shared.releasing.fixes import KNOWN_TO_ALL
from shared.tenants.models import Tenant

app = typer.Typer(no_args_is_help=True, help="Tenants: configuration, pause and resume.")

File = Annotated[Path, typer.Argument(help="The tenant's YAML file.", dir_okay=False)]

_SOON = "workers know it within a minute"


@app.command()
def show(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """The stored configuration, as YAML that `tenant apply` takes; it holds no secret."""
    known = desk_of(context, profile).tenant(tenant)
    document = known.model_dump(mode="json", exclude_none=True)
    if json:
        print_json(document)
    else:
        typer.echo(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), nl=False)


@app.command()
def check(file: File, *, json: Json = False) -> None:
    """Check a file without touching any deployment: every problem at once, with its line."""
    checked = read(file)
    _insist(checked.problems, file, json=json)
    if json:
        print_json({"problems": []})
    else:
        say(f"{file} is sound")


@app.command()
def apply(
    context: typer.Context,
    file: File,
    *,
    why: Why,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what changes.")] = False,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Store a checked file and the routes of its stores, all at once or not at all."""
    checked = read(file)
    wanted = checked.tenant
    if wanted is None:
        _insist(checked.problems, file, json=json)
        return
    desk = desk_of(context, profile)
    known = desk.tenants.find(wanted.id)
    foreign = (
        *_foreign_company(desk, wanted),
        *_crowded_company(desk, wanted),
        *_foreign_routes(desk, wanted),
    )
    _insist(foreign, file, json=json)
    differences = changes(known.tenant if known else None, wanted)
    if not json:
        columns = ("path", "stored", "wanted")
        print_table(f"Changes of tenant {wanted.id}", columns, differences)
    if differences and not dry_run:
        agreed(f"Store this for tenant {wanted.id}?", yes=yes, json=json)
        paths = " ".join(path for path, _, _ in differences)
        facts = {"paths": paths, "company": wanted.intacct.company_id}
        if wanted.intacct.company_reason:
            facts["company_reason"] = wanted.intacct.company_reason
        desk.audit.note(wanted.id, "tenant apply", f"tenant:{wanted.id}", why=why, **facts)
        desk.fixes.note(wanted.id, by=desk.audit.who, due_at=desk.clock() + KNOWN_TO_ALL)
        desk.tenants.replace(known, wanted)
    is_stored = bool(differences) and not dry_run
    if json:
        names = ("path", "stored", "wanted")
        rows = [dict(zip(names, row, strict=True)) for row in differences]
        print_json({"changes": rows, "is_stored": is_stored})
    elif is_stored:
        say(f"stored; {_SOON}, and what waited for it goes again a little later")


@app.command()
def pause(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    why: Why,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Stop posting for a tenant: webhooks are still taken in, and its orders are parked."""
    _switch(context, profile, tenant, why, is_paused=True, yes=yes, json=json)


@app.command()
def resume(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    why: Why,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Post for a tenant again; the sweeper brings parked orders back within ten minutes."""
    _switch(context, profile, tenant, why, is_paused=False, yes=True, json=json)


def _switch(
    context: typer.Context,
    profile: str,
    tenant: str,
    why: str,
    *,
    is_paused: bool,
    yes: bool,
    json: bool,
) -> None:
    desk = desk_of(context, profile)
    known = desk.tenants.stored(tenant)
    state = "paused" if is_paused else "running"
    if known.tenant.is_paused is not is_paused:
        agreed(f"Stop posting for tenant {tenant}?", yes=yes, json=json)
        what = "tenant pause" if is_paused else "tenant resume"
        desk.audit.note(tenant, what, f"tenant:{tenant}", why=why)
        desk.tenants.replace(known, known.tenant.model_copy(update={"is_paused": is_paused}))
    if json:
        print_json({"tenant": tenant, "state": state})
    else:
        say(f"tenant {tenant} is {state}; {_SOON}")


def _insist(problems: tuple[Problem, ...], file: Path, *, json: bool) -> None:
    if not problems:
        return
    if json:
        print_json({"problems": problems})
    else:
        for problem in problems:
            say(f"{file}:{problem.line}: {problem.place}: {problem.message}")
    message = f"{len(problems)} problems in {file}; nothing was stored"
    raise OpsError(message)


def _foreign_company(desk: Desk, wanted: Tenant) -> Iterator[Problem]:
    """A test company has no place in production, nor the other way round (`company_reason`)."""
    company, reason = wanted.intacct.company_id, wanted.intacct.company_reason
    try:
        check_company(company, stage=desk.place.output("Stage"), override_reason=reason)
    except WrongCompanyError as error:
        yield Problem(0, "intacct.company_id", f"{error} (intacct.company_reason)")


def _crowded_company(desk: Desk, wanted: Tenant) -> Iterator[Problem]:
    """Tenants of one company share what it allows at a time."""
    company = wanted.intacct.company_id
    others = [desk.tenant(other) for other in desk.tenants.ids() if other != wanted.id]
    same = [other for other in others if other.intacct.company_id == company]
    lanes = wanted.intacct.lanes + sum(other.intacct.lanes for other in same)
    most = limits_of(wanted.intacct).lanes
    if same and lanes > most:
        names = ", ".join(other.id for other in same)
        message = (
            f"together with {names} the company would have {lanes} lanes, and {most} are allowed"
        )
        yield Problem(0, "intacct.lanes", message)


def _foreign_routes(desk: Desk, wanted: Tenant) -> Iterator[Problem]:
    for number, store in enumerate(wanted.stores):
        if desk.tenants.owner_of_route(store.cart, store.id) not in ("", wanted.id):
            place = f"stores[{number}].id"
            yield Problem(0, place, f"the webhook path of {store.id!r} is another tenant's")
