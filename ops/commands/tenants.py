"""`tenant`: see, check and change a tenant's configuration; stop and start its posting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
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
from ops.tenant_changes import Difference, changes
from ops.tenant_files import Checked, Problem, read, read_all
from ops.tenant_schema import published
from ops.tenant_store import StoredTenant
from shared.connections.profiles import limits_of
from shared.releasing.fixes import KNOWN_TO_ALL
from shared.tenants.checks import Told
from shared.tenants.currency_checks import side_moves
from shared.tenants.fee_checks import fee_moves
from shared.tenants.models import Tenant
from shared.tenants.versions import Signature, number_of

app = typer.Typer(no_args_is_help=True, help="Tenants: configuration, pause and resume.")

File = Annotated[Path, typer.Argument(help="The tenant's YAML file.", dir_okay=False)]
Files = Annotated[Path, typer.Argument(help="A tenant's YAML file, or a folder of them.")]
Side = Annotated[str, typer.Argument(help="A file, TENANT as it is stored, or TENANT@VERSION.")]

_SOON = "workers know it within a minute"
_COLUMNS = ("path", "stored", "wanted")


@app.command()
def show(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    version: Annotated[int, typer.Option("--version", min=0, help="As it was then.")] = 0,
    versions: Annotated[bool, typer.Option("--versions", help="List all versions.")] = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """The stored configuration, as YAML that `tenant apply` takes; it holds no secret."""
    desk = desk_of(context, profile)
    if versions:
        _show_versions(desk, tenant, json=json)
        return
    known = desk.tenants.at(tenant, version) if version else desk.tenant(tenant)
    document = known.model_dump(mode="json", exclude_none=True)
    if json:
        print_json(document)
    else:
        typer.echo(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), nl=False)


@app.command()
def check(path: Files, *, json: Json = False) -> None:
    """Check files without touching any deployment: every problem at once, with line and fix."""
    checked = read_all(path)
    _insist(_told(checked), path, json=json)
    if json:
        print_json({"problems": []})
    else:
        say(f"{path} is sound")


@app.command()
def schema() -> None:
    """The JSON schema of a tenant's file, for editors; `docs/tenant.schema.json` is the same."""
    typer.echo(published(), nl=False)


@app.command()
def diff(
    context: typer.Context,
    old: Side,
    new: Side,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """What differs between two documents: files, stored tenants or their versions."""
    before, after = (_document(context, profile, side) for side in (old, new))
    columns, differences = ("path", "old", "new"), changes(before, after)
    if json:
        print_json([dict(zip(columns, row, strict=True)) for row in differences])
    else:
        print_table(f"Changes from {old} to {new}", columns, differences)


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
    """Store a checked file as the tenant's next version; what waited for it goes again."""
    checked = read(file)
    wanted = checked.tenant
    if wanted is None:
        _insist(_told({file: checked}), file, json=json)
        return
    desk = desk_of(context, profile)
    known = desk.tenants.find(wanted.id)
    foreign = (
        *_foreign_company(desk, wanted),
        *_crowded_company(desk, wanted),
        *_foreign_routes(desk, wanted),
        *_old_version(known.tenant if known else None, wanted),
        *(fee_moves(known.tenant, wanted, desk.clock().date()) if known else ()),
        *(side_moves(known.tenant, wanted) if known else ()),
    )
    problems = tuple(checked.problem(place, message) for place, message in foreign)
    _insist(_told({file: replace(checked, problems=problems)}), file, json=json)
    differences = changes(known.tenant if known else None, wanted)
    if not json:
        print_table(f"Changes of tenant {wanted.id}", _COLUMNS, differences)
    stored = None
    if differences and not dry_run:
        agreed(f"Store this for tenant {wanted.id}?", yes=yes, json=json)
        stored = _store(desk, known, wanted, differences, why)
    if json:
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in differences]
        version = {"version": stored.version} if stored else {}
        print_json({"changes": rows, "is_stored": stored is not None, **version})
    elif stored:
        say(
            f"stored as version {number_of(stored)}; {_SOON},"
            " and what waited for it goes again a little later"
        )


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


def _store(
    desk: Desk,
    known: StoredTenant | None,
    wanted: Tenant,
    differences: list[Difference],
    why: str,
) -> Tenant:
    """Audited first, then noted for what waits, then stored: a crash between loses nothing."""
    paths = " ".join(path for path, _, _ in differences)
    facts = {"paths": paths, "company": wanted.intacct.company_id}
    if wanted.intacct.company_reason:
        facts["company_reason"] = wanted.intacct.company_reason
    signed = Signature(by=desk.audit.who, at=desk.clock(), why=why)
    desk.audit.note(wanted.id, "tenant apply", f"tenant:{wanted.id}", why=why, **facts)
    desk.fixes.note(wanted.id, by=desk.audit.who, due_at=desk.clock() + KNOWN_TO_ALL)
    return desk.tenants.replace(known, wanted, signed)


def _show_versions(desk: Desk, tenant: str, *, json: bool) -> None:
    found = desk.tenants.versions(tenant)
    now = number_of(desk.tenant(tenant))
    if json:
        print_json({"current": now, "versions": found})
        return
    rows = [
        (one.number, one.hash[:12], one.signed.at, one.signed.by, one.signed.why) for one in found
    ]
    columns = ("version", "hash", "stored", "by", "why")
    print_table(f"Versions of tenant {tenant}; {now} is current", columns, rows)


def _document(context: typer.Context, profile: str, side: str) -> Tenant:
    """The document that a person names.

    Raises:
        OpsError: there is none of that name, or the file is not sound.
    """
    path = Path(side)
    if path.is_file():
        checked = read(path)
        if checked.tenant is None:
            message = f"{side} has {len(checked.problems)} problems; `tenant check` tells them"
            raise OpsError(message)
        return checked.tenant
    tenant, _, version = side.partition("@")
    desk = desk_of(context, profile)
    if not version:
        return desk.tenant(tenant)
    if not version.isdecimal():
        message = f"{side!r} names no version: say {tenant}@3"
        raise OpsError(message)
    return desk.tenants.at(tenant, int(version))


def _told(checked: Mapping[Path, Checked]) -> list[Problem]:
    """The problems of all files, each with its file."""
    return [
        replace(problem, file=str(file))
        for file, one in checked.items()
        for problem in one.problems
    ]


def _insist(problems: Sequence[Problem], path: Path, *, json: bool) -> None:
    if not problems:
        return
    if json:
        print_json({"problems": problems})
    else:
        for problem in problems:
            say(f"{problem.file}:{problem.line}: {problem.place}: {problem.message}")
    message = f"{len(problems)} problems in {path}; nothing was stored"
    raise OpsError(message)


def _old_version(known: Tenant | None, wanted: Tenant) -> Iterator[Told]:
    """A file that was made from an old version would take back what others changed since."""
    stored = number_of(known) if known else 0
    if not wanted.version or wanted.version == stored:
        return
    message = f"the file was made from version {wanted.version}, and {stored} is stored: look at"
    message += f" `tenant diff {wanted.id}@{wanted.version} {wanted.id}`, then write {stored}"
    yield ("version",), message if known else "this tenant is not stored yet: remove the version"


def _foreign_company(desk: Desk, wanted: Tenant) -> Iterator[Told]:
    """A test company has no place in production, nor the other way round (`company_reason`)."""
    company, reason = wanted.intacct.company_id, wanted.intacct.company_reason
    try:
        check_company(company, stage=desk.place.output("Stage"), override_reason=reason)
    except WrongCompanyError as error:
        yield ("intacct", "company_id"), f"{error} (intacct.company_reason)"


def _crowded_company(desk: Desk, wanted: Tenant) -> Iterator[Told]:
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
        yield ("intacct", "lanes"), message


def _foreign_routes(desk: Desk, wanted: Tenant) -> Iterator[Told]:
    for number, store in enumerate(wanted.stores):
        if desk.tenants.owner_of_route(store.cart, store.id) not in ("", wanted.id):
            message = f"the webhook path of {store.id!r} is another tenant's"
            yield ("stores", number, "id"), message
