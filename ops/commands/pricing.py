"""`tenant price` and `tenant depth`: what posting depth costs, and moving a channel to another."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from ops.depths import planned, stored
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    Profile,
    StoreArgument,
    WhoseOption,
    Why,
    Yes,
    agreed,
    day,
    desk_of,
)
from ops.output import print_json, print_table, say
from ops.pricing import Asked, Pricing, priced, pricing
from ops.the_tenant import tenant_wanted
from shared.budgets.depths import Depth


def price(
    context: typer.Context,
    tenant: Annotated[str, typer.Argument(help="The tenant; may be left out if it is one.")] = "",
    *,
    orders: Annotated[int, typer.Option("--orders-per-month", min=0, help="Of all its stores.")],
    store: Annotated[str, typer.Option("--store", help="Of this store alone.")] = "",
    sample: Annotated[int, typer.Option("--sample", min=1, help="Orders read a store.")] = 2_000,
    batch: Annotated[int, typer.Option("--batch", min=1, help="Orders that share a request.")] = 1,
    usd: Annotated[
        str, typer.Option("--price", help="USD for one transaction over the allowance.")
    ] = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Transactions of a month, their share of the tier and their cost, for each posting depth.

    The mix of customers, captures, parcels, refunds and edits is that of the stored orders.
    """
    desk = desk_of(context, profile)
    asked = Asked(orders=orders, sample=sample, batch=batch, price=_usd(usd), store=store)
    found = pricing(desk, desk.tenant(tenant_wanted(desk, tenant)), asked)
    if json:
        print_json(found)
    else:
        _print(found)


def depth(
    context: typer.Context,
    channel: StoreArgument,
    *,
    to: Annotated[Depth, typer.Option("--to", help="How deep from then on.")],
    on: Annotated[str, typer.Option("--from", help="The first ledger date (YYYY-MM-DD).")],
    why: Why,
    tenant: WhoseOption = "",
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Move a channel to another posting depth at a ledger date, with its owner's consent.

    Orders placed before that date finish as they began. Who agreed, when and why is audited.
    """
    desk = desk_of(context, profile)
    known = desk.tenants.stored(tenant_wanted(desk, tenant))
    consent, wanted = planned(desk, known, channel, to, day(on))
    question = (
        f"The owner of {consent.tenant} consents that orders of {channel} placed from"
        f" {consent.from_on} on are posted {to.value}, and no longer {consent.now.value}?"
    )
    agreed(question, yes=yes, json=json)
    moved = stored(desk, known, wanted, consent, why=why)
    if json:
        print_json(moved)
    else:
        say(f"stored as version {moved.version}; workers know it within a minute")


def _usd(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or found < 0:
        message = f"{text!r} is no price in USD like 0.015"
        raise OpsError(message)
    return found


def _print(found: Pricing) -> None:
    allowance = f"tier {found.tier}: {found.allowance:,} transactions a month"
    print_table(
        f"{found.orders:,} orders a month of {found.tenant}; {allowance}",
        (
            "depth",
            "transactions",
            "an order",
            "of the allowance",
            "overage in USD",
            "of it polling",
        ),
        [
            (
                offer.depth,
                f"{offer.transactions:,}",
                offer.per_order,
                f"{offer.share_percent} %",
                priced(offer.overage_usd),
                priced(offer.polling_usd),
            )
            for offer in found.offers
        ]
        + [("polling", f"{found.polling:,}", "", f"{found.polling_percent} %", "", "")],
    )
    _print_parts(found)
    _print_advice(found)


def _print_parts(found: Pricing) -> None:
    """What an average order is, and what a month's transactions are made of."""
    print_table(
        "Mix: an average order in full detail",
        ("store", "orders counted", "new customers", "documents an order"),
        [
            (
                store,
                mix.orders or "none: assumed",
                f"{mix.new_customers:.2f}",
                [f"{kind.value} {count:.2f}" for kind, count in sorted(mix.documents.items())],
            )
            for store, mix in found.mixes.items()
        ],
    )
    print_table(
        "Made of",
        ("depth", "what", "transactions"),
        [
            (offer.depth, name, f"{count:,.0f}")
            for offer in found.offers
            for name, count in sorted(offer.parts.items())
        ],
    )


def _print_advice(found: Pricing) -> None:
    moves = [(move.store, move.now, move.to, f"{move.saves:,}") for move in found.advice.moves]
    if moves:
        columns = ("store", "now", "to", "saves a month")
        print_table("To stay within nine tenths of the allowance", columns, moves)
    if not found.advice.is_enough:
        say("No depth of its channels keeps this tenant within its tier: ask Sage for a larger one")
    for assumption in found.assumptions:
        say(f"- {assumption}")
