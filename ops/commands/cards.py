"""`card`: the register of gift cards, what was paid for each and what is left of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    ApplyFile,
    Json,
    Profile,
    StoreArgument,
    StoreOption,
    TenantArgument,
    TenantOption,
    WhyToApply,
    desk_of,
    said,
)
from ops.order_books import cards_of as register_of
from ops.output import print_json, print_table
from shared.cards.imports import cards_of
from shared.cards.store import CardConflictError
from shared.postings.gift_cards import Card

app = typer.Typer(no_args_is_help=True, help="Gift cards: paid, discounted, given away.")

_COLUMNS = ("card", "face", "paid", "uses", "left_paid", "left_discounted", "left_free")


@app.command("list")
def show_all(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Every registered card of a store with what is left of it, by kind (R-4.4)."""
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    rows = [_row(card) for card in register_of(desk).all(tenant, store)]
    if json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        print_table("Gift cards", _COLUMNS, rows)


@app.command("import")
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV: card,face,paid,currency; see operations.md.")],
    *,
    tenant: TenantOption,
    store: StoreOption,
    apply: ApplyFile = False,
    why: WhyToApply = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Register cards from a file before they are used: an unregistered card counts as paid."""
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    if apply and not why:
        message = "--apply needs --why"
        raise OpsError(message)
    cards, findings = _read(file)
    if findings:
        print_table("Findings", ("place", "what"), findings)
        message = f"{len(findings)} findings: nothing of the file was kept"
        raise OpsError(message)
    if not apply:
        said(f"{len(cards)} cards; nothing was kept, say --apply to keep them", json=json)
        return
    desk.audit.note(tenant, "card import", f"store:{store}", why=why, file=file.name)
    register = register_of(desk)
    try:
        news = sum(register.register(tenant, store, card) for card in cards)
    except CardConflictError as error:
        message = f"card {error} is registered with another face or price"
        raise OpsError(message) from None
    said(f"{news} kept, {len(cards) - news} known as they are", json=json)


def _read(file: Path) -> tuple[list[Card], list[tuple[str, str]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file.name} cannot be read: {type(error).__name__}"
        raise OpsError(message) from None
    cards, findings = cards_of(text.splitlines())
    return cards, [(finding.place, finding.message) for finding in findings]


def _row(card: Card) -> tuple[object, ...]:
    left = card.balance
    return (card.id, card.face, card.paid, len(card.uses), left.paid, left.discounted, left.free)
