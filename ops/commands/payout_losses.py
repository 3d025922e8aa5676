"""`payout lost`: say that a dispute was lost, which no source of payouts tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from commerce.payouts import PayoutLine
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
from ops.order_books import order_book
from ops.output import print_json, print_table
from ops.payout_files import midnight
from ops.payout_plans import entry_rows, loaded, store_book_of
from shared.facts.record import order_pk
from shared.ledger.apply import results_of
from shared.payouts.disputes import lost_purpose, opened_dispute, won_back
from shared.payouts.history import Loss, TaxShare
from shared.payouts.planner import plan_payout
from shared.payouts.records import PayoutRecord
from shared.payouts.relief import NoReliefError, has_relief, relief_of
from shared.payouts.store import PayoutKey, PayoutMovedError
from shared.postings.book import StoreBook


def lost(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    payout: Annotated[str, typer.Argument(help="The payout that took the money away.")],
    line: Annotated[str, typer.Argument(help="The dispute's row in it, from `payout show`.")],
    *,
    on: Annotated[str, typer.Option("--on", help="When it was decided, as 2026-01-31.")],
    why: Why,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Write a lost dispute off: a loss, less the order's tax where the policy relieves it."""
    desk = desk_of(context, profile)
    key = PayoutKey(tenant, store, payout)
    record, book = loaded(desk, key), store_book_of(desk, tenant, store)
    opened = _open_dispute(desk, record, line)
    loss = Loss(line, _decided(on, opened, desk.clock()), _relief(desk, record, opened, book))
    history = replace(record.history, losses=(*record.history.losses, loss))
    decided = replace(record, history=history, is_booked=False, due_at=desk.clock())
    rows = _entry(decided, book, line)
    if json:
        print_json({"on": on, "entry": rows, "tax": loss.taxes})
    else:
        print_table(f"Entry of {on}", ("entity", "date", "side", "account", "amount"), rows)
    agreed(f"Write the dispute {line} of payout {payout} off?", yes=yes, json=json)
    subject = f"payout:{store}:{payout}"
    desk.audit.note(tenant, "payout lost", subject, why=why, line=line, on=on)
    try:
        desk.payouts.save(decided)
    except PayoutMovedError as exc:
        message = "the payout was stored by somebody else meanwhile: look at it again"
        raise OpsError(message) from exc
    said("it is booked with the next run of payout_sync", json=json)


def _open_dispute(desk: Desk, record: PayoutRecord, line_id: str) -> PayoutLine:
    """The row of the dispute, if it can be lost.

    Raises:
        OpsError: the row opened no dispute, it was said to be lost before, or it was won.
    """
    opened = opened_dispute(record.payout, line_id)
    if opened is None:
        message = f"row {line_id!r} of payout {record.payout.ref.id} opened no dispute"
        raise OpsError(message)
    if record.history.loss_of(line_id) is not None:
        message = f"dispute {line_id} was written off before"
        raise OpsError(message)
    if record.conflict:
        message = "its source tells another payout than was booked: decide that first"
        raise OpsError(message)
    store = record.payout.ref.store
    for head in desk.payouts.heads(record.tenant, store) if opened.order_id else ():
        if head.payout.initiated_at < record.payout.initiated_at:
            continue
        later = desk.payouts.load(PayoutKey(record.tenant, store, head.payout.ref.id))
        if later and won_back(later.payout, opened.order_id, since=opened.occurred_at):
            message = f"payout {head.payout.ref.id} brought its money back: it was won"
            raise OpsError(message)
    return opened


def _decided(on: str, opened: PayoutLine, now: datetime) -> datetime:
    at = midnight(on)
    if at.date() < opened.occurred_at.date() or at > now:
        message = f"{on} is before the dispute was opened, or has not come yet"
        raise OpsError(message)
    return at


def _relief(
    desk: Desk, record: PayoutRecord, opened: PayoutLine, book: StoreBook
) -> tuple[TaxShare, ...]:
    """The tax that the policy takes off, from the order's own documents.

    Raises:
        OpsError: the policy relieves tax, and the order's is not known.
    """
    if not has_relief(book):
        return ()
    pk = order_pk(record.tenant, record.payout.ref.store, opened.order_id)
    known = desk.facts.load(pk) if opened.order_id else None
    if known is None:
        message = "lost_dispute_tax_relief is on, and the dispute's order is not known"
        raise OpsError(message)
    chain = desk.ledger.chain(pk)
    try:
        return relief_of(opened, known.facts, results_of(chain), order_book(desk, known, chain))
    except NoReliefError as exc:
        message = f"order {opened.order_id}: {exc}"
        raise OpsError(message) from exc


def _entry(decided: PayoutRecord, book: StoreBook, line_id: str) -> list[tuple[str, ...]]:
    """The lines of the entry.

    Raises:
        OpsError: it cannot be planned, for all these reasons.
    """
    planned = plan_payout(decided, book)
    if planned.findings or planned.waiting:
        reasons = [f"{finding.place}: {finding.message}" for finding in planned.findings]
        raise OpsError("; ".join([*reasons, planned.waiting] if planned.waiting else reasons))
    purpose = lost_purpose(decided.payout.ref.id, line_id)
    return entry_rows(each for each in planned.entries if each.purpose == purpose)
