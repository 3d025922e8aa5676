"""`order`: everything the product knows of one order, in one place."""

from __future__ import annotations

import typer

from ops.again import facts_of
from ops.commands.postings import postings_of, print_postings
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    OrderArgument,
    Profile,
    StoreArgument,
    TenantArgument,
    desk_of,
)
from ops.output import print_facts, print_json, print_table
from shared.facts.record import FactsRecord

app = typer.Typer(no_args_is_help=True, help="One order on its way.")


@app.callback()
def _group() -> None:
    """Keep `order show` two words, although there is only one command yet."""


@app.command()
def show(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    order: OrderArgument,
    *,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """An order's facts by number, its findings, postings and review records; nobody's name."""
    desk = desk_of(context, profile)
    record = facts_of(desk, tenant, store, order)
    chain = postings_of(desk, tenant, store, order)
    prefix = f"order:{store}:{order}:"
    reviews = [one for one in desk.reviews.all(tenant) if one.subject.startswith(prefix)]
    if json:
        states = {one.key: one.state for one in chain}
        found = {one.subject: one.status for one in reviews}
        print_json({**_facts(record), "postings": states, "reviews": found})
        return
    facts = _facts(record)
    del facts["findings"]
    print_facts(facts)
    print_table(
        "Findings",
        ("reason", "place", "what", "fix"),
        [(one.reason, one.place, one.message, one.hint) for one in record.findings],
    )
    print_postings(chain)
    print_table(
        "Review records",
        ("subject", "status", "reasons", "since", "times"),
        [(one.subject, one.status, one.reasons, one.first_seen_at, one.times) for one in reviews],
    )


def _facts(record: FactsRecord) -> dict[str, object]:
    known = record.known
    return {
        "order": known.ref.id,
        "store": known.ref.store,
        "status": record.status,
        "facts_version": record.version,
        "is_order_known": known.order is not None,
        "payments": len(known.payments),
        "fulfilments": len(known.fulfilments),
        "refunds": len(known.refunds),
        "customer": record.customer,
        "receipts": record.receipts,
        "due_at": record.due_at,
        "findings": record.findings,
    }
