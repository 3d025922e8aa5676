"""`stock transfer`, `write-off`, `receive`: stock that Sage owns, moved by a person's own order."""

from __future__ import annotations

import secrets
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from ops.again import invoke
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Profile,
    StoreArgument,
    TenantArgument,
    Why,
    Yes,
    agreed,
    desk_of,
    said,
)
from ops.output import print_facts, print_json

_Item = Annotated[str, typer.Option("--item", help="Sage's id of the item; counts in its units.")]
_Sku = Annotated[str, typer.Option("--sku", help="The store's SKU; counts in the cart's units.")]
_Quantity = Annotated[str, typer.Option("--quantity", help="How many, above zero.")]
_Unit = Annotated[str, typer.Option("--unit", help="Sage's unit, where it is not the stores'.")]
_Warehouse = Annotated[
    str, typer.Option("--warehouse", help="Where, if the store has not just one that Sage owns.")
]
_Definition = Annotated[
    str, typer.Option("--definition", help="The transaction definition, if not the store's own.")
]
_Reference = Annotated[
    str,
    typer.Option("--reference", help="Names the movement: asked for twice, it is booked once."),
]
_Release = Annotated[
    bool,
    typer.Option("--release", help="Send again what is held; look for its mark in Sage first."),
]
_Plan = Annotated[bool, typer.Option("--plan", help="Only show what would be booked.")]


def transfer(
    context: typer.Context,
    tenant: TenantArgument,
    *,
    item: _Item,
    source: Annotated[str, typer.Option("--from", help="The warehouse that it leaves.")],
    target: Annotated[str, typer.Option("--to", help="The warehouse that it goes to.")],
    quantity: _Quantity,
    why: Why,
    entity: Annotated[str, typer.Option("--entity", help="Of several, the books.")] = "",
    unit: _Unit = "",
    reference: _Reference = "",
    release: _Release = False,
    plan: _Plan = False,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Move stock from one warehouse to another, at once; both must be Sage's own.

    What would be booked is shown first. `--reference` repeats a movement of which the answer was
    lost: it is looked up in Sage, and booked once.
    """
    asked = {
        "kind": "transfer",
        "entity": entity,
        "item": item,
        "from_warehouse": source,
        "to_warehouse": target,
        "unit": unit,
        "quantity": quantity,
        "reference": reference or _new_reference(),
    }
    desk = desk_of(context, profile)
    desk.tenant(tenant)
    _move(desk, {"tenant": tenant}, asked, why, release=release, plan=plan, yes=yes, json=json)


def write_off(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    quantity: _Quantity,
    why: Why,
    sku: _Sku = "",
    item: _Item = "",
    warehouse: _Warehouse = "",
    definition: _Definition = "",
    unit: _Unit = "",
    reference: _Reference = "",
    release: _Release = False,
    plan: _Plan = False,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Take goods that are lost or broken out of a warehouse that Sage owns.

    They are booked by the store's definition `stock.write_off`; `--reference` as of `transfer`.
    """
    asked = {
        "kind": "write_off",
        "sku": sku,
        "item": item,
        "from_warehouse": warehouse,
        "definition": definition,
        "unit": unit,
        "quantity": quantity,
        "reference": reference or _new_reference(),
    }
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    place = {"tenant": tenant, "store": store}
    _move(desk, place, asked, why, release=release, plan=plan, yes=yes, json=json)


def receive(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    quantity: _Quantity,
    why: Why,
    sku: _Sku = "",
    item: _Item = "",
    warehouse: _Warehouse = "",
    definition: _Definition = "",
    sold_on: Annotated[
        str, typer.Option("--sold-on", help="When it was sold, as 2026-01-31: at that day's cost.")
    ] = "",
    unit: _Unit = "",
    reference: _Reference = "",
    release: _Release = False,
    plan: _Plan = False,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Put returned goods back on the shelf of a warehouse that Sage owns.

    They are booked by the store's definition `stock.receive`, at the cost that is known of the SKU;
    `--reference` as of `transfer`.
    """
    asked = {
        "kind": "receive",
        "sku": sku,
        "item": item,
        "to_warehouse": warehouse,
        "definition": definition,
        "sold_on": sold_on,
        "unit": unit,
        "quantity": quantity,
        "reference": reference or _new_reference(),
    }
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    place = {"tenant": tenant, "store": store}
    _move(desk, place, asked, why, release=release, plan=plan, yes=yes, json=json)


def _move(
    desk: Desk,
    place: dict[str, str],
    asked: dict[str, str],
    why: str,
    *,
    release: bool,
    plan: bool,
    yes: bool,
    json: bool,
) -> None:
    """Show what would be booked, ask, and have it booked.

    Raises:
        OpsError: it cannot be, it was refused, or it is not known to be in the books yet.
    """
    movement = {**asked, "quantity": _counted(asked["quantity"]), "memo": why}
    planned = _told(desk, {**place, "movement": movement, "dry": True})
    if plan or planned["state"] != "planned":
        _show(planned, json=json)
        _insist(planned, "planned")
        return
    if not json:
        _show(planned, json=False)
    reference = asked["reference"]
    agreed(f"Have it booked as movement {reference}?", yes=yes, json=json)
    subject = place.get("store", "")
    what = f"stock {asked['kind'].replace('_', '-')}"
    desk.audit.note(
        place["tenant"], what, subject, why=why, reference=reference, release=str(release)
    )
    movement["release_by"] = desk.audit.who if release else ""
    try:
        done = _told(desk, {**place, "movement": movement})
    except OpsError as error:
        message = f"{error}; the same command with --reference {reference} finds out"
        raise OpsError(message) from error
    _show(done, json=json)
    _insist(done, "booked")
    said("it is in the books", json=json)


def _counted(quantity: str) -> str:
    """The quantity as the function takes it.

    Raises:
        OpsError: it is no number above zero.
    """
    try:
        counted = Decimal(quantity)
    except InvalidOperation:
        counted = Decimal(0)
    if not (counted.is_finite() and counted > 0):
        message = f"{quantity!r} is no quantity above 0"
        raise OpsError(message)
    return format(counted, "f")


def _told(desk: Desk, event: dict[str, Any]) -> dict[str, Any]:
    """What the function says of the movement.

    Raises:
        OpsError: it said nothing.
    """
    told = invoke(desk, "InventorySyncFunctionName", event).get("movement")
    if not isinstance(told, dict):
        message = "the function said nothing of the movement"
        raise OpsError(message)
    return told


def _show(told: dict[str, Any], *, json: bool) -> None:
    if json:
        print_json(told)
        return
    facts = {**told["movement"], **{name: told[name] for name in _SHOWN}}
    print_facts({name: value for name, value in facts.items() if value})
    for note in told["notes"]:
        typer.echo(f"- {note}")


_SHOWN = ("on_hand", "reference", "state", "mark", "document", "due_at")


def _insist(told: dict[str, Any], wanted: str) -> None:
    """Return where it came to what was wanted.

    Raises:
        OpsError: with why it did not.
    """
    if told["state"] == wanted:
        return
    why = "; ".join(told["problems"])
    match told["state"]:
        case "waiting":
            later = f"; ask again with --reference {told['reference']} from {told['due_at']}"
            message = f"it is not known to be in the books yet ({why}){later}"
        case "held":
            message = (
                f"{why}: look for {told['mark']} in Sage Intacct, then --release with"
                f" --reference {told['reference']}"
            )
        case "refused":
            message = f"it is not in the books: {why}; ask anew without --reference"
        case _:
            message = why
    raise OpsError(message)


def _new_reference() -> str:
    return secrets.token_hex(5)
