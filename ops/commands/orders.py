"""`order`: everything the product knows of one order, and what it would post of it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ops.again import facts_of, invoke
from ops.commands.postings import postings_of, print_postings
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    OrderArgument,
    Profile,
    StoreArgument,
    TenantArgument,
    desk_of,
)
from ops.order_books import order_book
from ops.order_life import life_as_json, order_life, print_life, print_work
from ops.order_plans import print_plan, told_plan
from ops.output import print_json, print_table
from shared.facts.record import FactsRecord, FactsStatus
from shared.ledger.apply import results_of
from shared.posting.doubts import begun
from shared.postings.planner import plan as plan_order
from shared.postings.planner import written

app = typer.Typer(no_args_is_help=True, help="One order on its way.")

BOOKS = "books"
"""What `--against` takes."""


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
    """An order's whole life: what was heard, posted, found and decided; nobody's name."""
    desk = desk_of(context, profile)
    record = facts_of(desk, tenant, store, order)
    life = order_life(desk, tenant, record, postings_of(desk, tenant, store, order))
    if json:
        print_json(life_as_json(life))
        return
    print_life(life)
    print_postings(list(life.chain))
    print_work(life)


@app.command()
def plan(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    order: OrderArgument,
    *,
    against: Annotated[
        str, typer.Option("--against", help="`books`: look each document up in Sage, too.")
    ] = "",
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """The documents that an order has in the books or would get, line by line, and why.

    Nothing is written. With `--against books` it ends with an error where Sage says otherwise.
    """
    if against not in ("", BOOKS):
        message = f"--against takes {BOOKS} only"
        raise OpsError(message)
    desk = desk_of(context, profile)
    record = facts_of(desk, tenant, store, order)
    told = _told(desk, record)
    looked = _look(desk, tenant, store, order) if against else []
    if json:
        print_json({**told, "against": looked} if against else told)
    else:
        print_plan(told)
        if against:
            _print_looked(looked)
    wrong = [one for one in looked if not one["is_right"]]
    if wrong:
        message = f"{len(wrong)} of {len(looked)} documents are not in Sage as the ledger says"
        raise OpsError(message)


def _told(desk: Desk, record: FactsRecord) -> dict[str, Any]:
    chain = desk.ledger.chain(record.pk)
    book = order_book(desk, record, chain)
    posted, in_doubt = results_of(chain), begun(chain)
    planned = plan_order(record.facts, posted, book, in_doubt)
    whole = {posting.key: posting for posting in written(record.facts, posted, book, in_doubt)}
    facts = {
        "order": record.known.ref.id,
        "store": record.known.ref.store,
        "status": record.status,
        "version": record.configured,
        "revision": record.revision,
        "is_held_back": record.status is not FactsStatus.READY,
    }
    if planned.events:
        # The events of a summary channel stand for its documents.
        whole = {}
    whole.update((posting.key, posting) for posting in planned.postings)
    return told_plan(facts, planned, chain, list(whole.values()), book.policy)


def _look(desk: Desk, tenant: str, store: str, order: str) -> list[dict[str, Any]]:
    """Each document as the posting function finds it in Sage; it has the company's credentials.

    Raises:
        OpsError: it could not look.
    """
    request = {"tenant": tenant, "store": store, "order_id": order}
    answer = invoke(desk, "OrderPostingFunctionName", {"look": request})
    if answer.get("findings"):
        raise OpsError("; ".join(answer["findings"]))
    documents: list[dict[str, Any]] = answer.get("documents", [])
    return documents


def _print_looked(looked: list[dict[str, Any]]) -> None:
    columns = ("posting", "number", "ledger", "in Sage", "key", "state there", "total", "differs")
    names = ("key", "number", "state", "standing", "sage_key", "sage_state", "total", "differences")
    rows = [tuple(one[name] for name in names) for one in looked]
    print_table("Beside the books", columns, rows)
