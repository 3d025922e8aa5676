"""`payout accept-change`: take over what a source changed of a payout that is booked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from commerce.payouts import Payout, PayoutLineKind
from ops.desk import Desk
from ops.errors import OpsError
from ops.options import (
    DEFAULT_PROFILE,
    Json,
    PayoutArgument,
    Profile,
    StoreArgument,
    TenantArgument,
    Why,
    Yes,
    agreed,
    desk_of,
    said,
)
from ops.output import print_json, print_table
from ops.payout_plans import entry_rows, loaded, store_book_of
from shared.ledger.records import State
from shared.payouts.corrections import CORRECTION
from shared.payouts.planner import plan_payout
from shared.payouts.proof import findings_of
from shared.payouts.records import PayoutRecord, accepted
from shared.payouts.settling import pays_invoices
from shared.payouts.store import PayoutKey, PayoutMovedError
from shared.policy.choices import PostingMode
from shared.postings.book import StoreBook
from shared.undo.in_books import named

_BUYERS = (PayoutLineKind.CHARGE, PayoutLineKind.REFUND)
_LINE = ("line", "member", "booked", "now")
_ENTRY = ("entity", "date", "side", "account", "amount")


def accept_change(
    context: typer.Context,
    tenant: TenantArgument,
    store: StoreArgument,
    payout: PayoutArgument,
    *,
    why: Why,
    yes: Yes = False,
    profile: Profile = DEFAULT_PROFILE,
    json: Json = False,
) -> None:
    """Book the difference between what a payout was booked as and what its source tells now."""
    desk = desk_of(context, profile)
    key = PayoutKey(tenant, store, payout)
    record, book = loaded(desk, key), store_book_of(desk, tenant, store)
    told = _told(record, book)
    decided = accepted(record, _begun(desk, key), at=desk.clock())
    changed, rows = list(_changes(record.payout, told)), _corrections(decided, book)
    if json:
        print_json({"lines": [dict(zip(_LINE, x, strict=True)) for x in changed], "entry": rows})
    else:
        print_table(f"Changed: {record.payout.amount} is now {told.amount}", _LINE, changed)
        print_table("Corrections", _ENTRY, rows)
    agreed(f"Book this beside what is booked of payout {payout}?", yes=yes, json=json)
    subject = f"payout:{store}:{payout}"
    digests = {"booked": record.frozen, "now": record.conflict}
    desk.audit.note(tenant, "payout accept-change", subject, why=why, **digests)
    try:
        desk.payouts.save(decided)
    except PayoutMovedError as exc:
        message = "the payout was stored by somebody else meanwhile: look at it again"
        raise OpsError(message) from exc
    said("it is booked with the next run of payout_sync", json=json)


def _told(record: PayoutRecord, book: StoreBook) -> Payout:
    """What the source tells now.

    Raises:
        OpsError: it is what was booked, it does not add up, or it cannot be corrected by entries.
    """
    told, name = record.history.told, record.payout.ref.id
    if not record.conflict:
        message = f"the source of payout {name} tells what was booked"
        raise OpsError(message)
    if told is None:
        message = f"what the source of payout {name} tells was not kept: payout poll first"
        raise OpsError(message)
    if problems := findings_of(told):
        listed = "; ".join(f"{finding.place}: {finding.message}" for finding in problems)
        message = f"what the source tells does not add up, and is not taken over: {listed}"
        raise OpsError(message)
    currencies = {told.currency, record.payout.currency}
    if currencies != {book.base_currency} or record.history.valuation is not None:
        message = "a payout in another currency than its entity's books is corrected by hand"
        raise OpsError(message)
    if PostingMode.SUMMARY_PAYOUT in book.policy.modes():
        message = "a payout that brings its sales into the books is not corrected by entries"
        raise OpsError(message)
    if pays_invoices(book) and _of_buyers(told) != _of_buyers(record.payout):
        message = "its charges or refunds changed, and invoices are paid with them: correct by hand"
        raise OpsError(message)
    return told


def _of_buyers(payout: Payout) -> list[tuple[str, ...]]:
    lines = (line for line in payout.lines if line.kind in _BUYERS)
    return sorted((line.id, line.order_id, line.amount.plain()) for line in lines)


def _begun(desk: Desk, key: PayoutKey) -> list[str]:
    """The purposes of the payout's entries that are in the books, or may be."""
    chain = desk.ledger.chain(key.ledger_pk)
    begun = (named(name) for name, one in chain.items() if one.state is not State.CANCELLED)
    return [name.purpose for name in begun if name is not None]


def _corrections(decided: PayoutRecord, book: StoreBook) -> list[tuple[str, ...]]:
    """The lines of the corrections that this change makes.

    Raises:
        OpsError: the payout cannot be planned, for all these reasons.
    """
    planned = plan_payout(decided, book)
    if planned.findings:
        reasons = (f"{finding.place}: {finding.message}" for finding in planned.findings)
        raise OpsError("; ".join(reasons))
    last = f"{CORRECTION}{len(decided.history.editions)}"
    return entry_rows(each for each in planned.entries if each.purpose.endswith(last))


def _changes(before: Payout, after: Payout) -> Iterator[tuple[str, ...]]:
    """Each member of each line that differs, as it was booked and as it is told now."""
    old, new = _members(before), _members(after)
    for line_id in sorted({*old, *new}):
        was, now = old.get(line_id, {}), new.get(line_id, {})
        for member in dict.fromkeys([*was, *now]):
            if was.get(member) != now.get(member):
                told = (was.get(member, ""), now.get(member, ""))
                yield (line_id, member, *map(str, told))


def _members(payout: Payout) -> dict[str, dict[str, Any]]:
    return {
        line.id: {
            "kind": line.kind.value,
            "amount": line.amount.plain(),
            "fee": line.fee.plain(),
            "net": line.net.plain(),
            "fee_kind": line.fee_kind.value if line.fee_kind else "",
            "word": line.type_name,
        }
        for line in payout.lines
    }
