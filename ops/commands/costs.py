"""`items costs`: what articles cost, from the cart's products or from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    ApplyFile,
    Json,
    Profile,
    StoreArgument,
    TenantArgument,
    WhyToApply,
    desk_of,
    said,
)
from ops.order_books import costs_of as register_of
from ops.output import print_json, print_table
from shared.costs.imports import costs_of
from shared.costs.register import Costs, UnitCost, with_cost
from shared.policy.choices import Cogs
from shared.posting.store_books import store_book
from shared.postings.book import StoreBook
from shared.releasing.fixes import KNOWN_TO_ALL

app = typer.Typer(no_args_is_help=True, help="What articles cost, and since when.")

_COLUMNS = ("article", "cost", "currency", "since")


@app.command("show")
def show(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Every cost that is known of a store's articles, the oldest of each first."""
    desk = desk_of(context, profile)
    desk.store(tenant, store)
    rows = [
        (article, cost.amount.plain(), cost.amount.currency, cost.since.isoformat())
        for article, history in register_of(desk).all(tenant, store)
        for cost in history
    ]
    if json:
        print_json([dict(zip(_COLUMNS, row, strict=True)) for row in rows])
    else:
        print_table("Unit costs", _COLUMNS, rows)


@app.command("import")
def import_file(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    file: Annotated[Path, typer.Argument(help="CSV: sku,cost,currency,since; see costs.md.")],
    *,
    apply: ApplyFile = False,
    why: WhyToApply = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Keep costs from a file, all of it or nothing; orders that waited for one go on."""
    desk = desk_of(context, profile)
    book = _book(desk, tenant, store)
    if apply and not why:
        message = "--apply needs --why"
        raise OpsError(message)
    register = register_of(desk)
    news, findings = _read(file, book, register)
    if findings:
        print_table("Findings", ("place", "what"), findings)
        message = f"{len(findings)} findings: nothing of the file was kept"
        raise OpsError(message)
    if not apply:
        said(f"{len(news)} new costs; nothing was kept, say --apply to keep them", json=json)
        return
    desk.audit.note(tenant, "items costs import", f"store:{store}", why=why, file=file.name)
    kept = sum(register.note(tenant, store, article, cost) for article, cost in news)
    desk.fixes.note(tenant, by=desk.audit.who, due_at=desk.clock() + KNOWN_TO_ALL)
    said(f"{kept} costs kept", json=json)


def _book(desk: Desk, tenant: str, store: str) -> StoreBook:
    """The store's book.

    Raises:
        OpsError: its costs are not taken from files.
    """
    desk.store(tenant, store)
    book = store_book(desk.tenant(tenant), store)
    if book is None:
        message = f"the entity that {store} posts to is not in the tenant's configuration"
        raise OpsError(message)
    if book.policy.cogs is not Cogs.COST_FILE:
        message = f"{store} has cogs {book.policy.cogs.value}: set it to cost_file first"
        raise OpsError(message)
    return book


def _read(
    file: Path, book: StoreBook, register: Costs
) -> tuple[list[tuple[str, UnitCost]], list[tuple[str, str]]]:
    """What of the file is new, oldest first, and all that is wrong in it."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file.name} cannot be read: {type(error).__name__}"
        raise OpsError(message) from None
    told, found = costs_of(text.splitlines(), currency=book.base_currency, zone=book.zone)
    findings = [(finding.place, finding.message) for finding in found]
    news: list[tuple[str, UnitCost]] = []
    known = register.load_many(book.tenant, book.store, told)
    for article, costs in told.items():
        history = known.get(article, ())
        for cost in sorted(costs, key=lambda each: each.since):
            before = history
            try:
                history = with_cost(history, cost)
            except ValueError as error:
                findings.append((article, str(error)))
                continue
            if history != before:
                news.append((article, cost))
    return news, findings
