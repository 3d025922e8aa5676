"""`tenant lint`: what is sound in a document, and still not what its people meant."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ops.again import invoke
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import DEFAULT_PROFILE, Json, Profile, desk_of, said
from ops.output import print_json, print_table
from ops.stored_orders import stored_orders
from ops.tenant_files import Checked, Problem, read
from ops.tenant_past import Past, past
from ops.tenant_places import written
from shared.tenants.against import NamesAnswer, NamesRequest, as_json, count, grouped
from shared.tenants.lint import lint as doubts
from shared.tenants.models import Tenant
from shared.tenants.named import Named, named


class Against(StrEnum):
    """What a document is compared with beside itself."""

    BOOKS = "books"


Source = Annotated[str, typer.Argument(help="A file, or TENANT as it is stored.")]


def lint(
    context: typer.Context,
    source: Source,
    *,
    with_past: Annotated[
        bool, typer.Option("--past", help="Plan every stored order under this document, too.")
    ] = False,
    against: Annotated[
        Against | None, typer.Option("--against", help="Ask Sage for every name in it.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Any finding is an error.")] = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Unreachable and missing rules; what past orders say that no rule covers; dead names in Sage.

    Ends with an error where Sage does not know or use a name; with --strict for any finding.
    """
    checked = _checked(context, profile, source)
    tenant = checked.tenant
    assert tenant is not None, "what is not sound was refused"  # noqa: S101
    found = [
        checked.problem(one.place, f"{one.kind.value}: {one.message}") for one in doubts(tenant)
    ]
    seen = _past(desk_of(context, profile), tenant) if with_past else None
    answer = None
    dead: list[Problem] = []
    if against is Against.BOOKS:
        answer = _asked(desk_of(context, profile), tenant, json=json)
        dead = list(_dead(checked, tenant, answer))
    _print(found, seen, dead, answer, json=json)
    unmapped = seen.unmapped if seen else ()
    if dead or (strict and (found or unmapped)):
        message = f"{len(found) + len(unmapped) + len(dead)} findings in {source}"
        raise OpsError(message)


def _checked(context: typer.Context, profile: str, source: str) -> Checked:
    """The sound document that is meant.

    Raises:
        OpsError: there is none, or it is not sound.
    """
    path = Path(source)
    if not path.is_file():
        return Checked(desk_of(context, profile).tenant(source))
    checked = read(path)
    if checked.tenant is None:
        message = f"{source} has {len(checked.problems)} problems; `tenant check` tells them"
        raise OpsError(message)
    return checked


def _past(desk: Desk, tenant: Tenant) -> Past:
    return past(tenant, stored_orders(desk, tenant.id))


def _asked(desk: Desk, tenant: Tenant, *, json: bool) -> NamesAnswer:
    """Ask the deployed function, which alone has the company's credentials."""
    desk.tenants.stored(tenant.id)
    names = grouped(named(tenant))
    said(f"asking Sage for {count(names)} names", json=json)
    request = NamesRequest(tenant=tenant.id, names=names)
    answer = invoke(desk, "TokenRefreshFunctionName", request.model_dump(mode="json"))
    return NamesAnswer.model_validate(answer)


def _dead(checked: Checked, tenant: Tenant, answer: NamesAnswer) -> Iterator[Problem]:
    """Every place that names something unusable."""
    states = {(one.entity, one.kind, one.name): one.state for one in answer.unusable}
    for one in _each_place(tenant):
        state = states.get((one.entity, one.kind, one.name))
        if state is not None:
            kind = one.kind.value.replace("_", " ")
            at = f" at entity {one.entity}" if one.entity else ""
            message = f"the {kind} {one.name!r} is {state.value} in Sage{at}"
            yield checked.problem(one.place, message)


def _each_place(tenant: Tenant) -> Iterator[Named]:
    seen: set[str] = set()
    for one in named(tenant):
        where = f"{written(one.place)} {one.name}"
        if where not in seen:
            seen.add(where)
            yield one


def _print(
    found: list[Problem],
    seen: Past | None,
    dead: list[Problem],
    answer: NamesAnswer | None,
    *,
    json: bool,
) -> None:
    if json:
        document = {"lint": found, "past": seen, "dead": dead}
        books = as_json(answer) if answer else None
        print_json({**document, "books": books})
        return
    columns = ("line", "place", "what")
    print_table("Rules", columns, [(one.line, one.place, one.message) for one in found])
    if seen is not None:
        rows = [(one.store, one.orders, one.what, one.example, one.fix) for one in seen.unmapped]
        title = f"What {seen.orders} stored orders say and no rule covers"
        print_table(title, ("store", "orders", "what", "for example", "fix"), rows)
        rows_seen = [
            (one.store, one.sort, one.value, one.orders, one.covered_by) for one in seen.seen
        ]
        columns_seen = ("store", "sort", "value", "orders", "looked at by")
        print_table("Values of past orders", columns_seen, rows_seen)
    if answer is not None:
        rows_dead = [(one.line, one.place, one.message) for one in dead]
        print_table(f"Names in Sage, by {answer.calls} reads", columns, rows_dead)
