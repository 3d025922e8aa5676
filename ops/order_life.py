"""An order's whole life in ids, codes and instants: what was heard, done, decided and by whom.

Amounts stay in the books (`order plan` shows them), and nothing of the buyer is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ops.desk import Desk
from ops.output import print_facts, print_table
from shared.audit import AuditRecord
from shared.dead_letters.letters import Letter
from shared.dead_letters.queues import WATCHED
from shared.facts.record import FactsRecord
from shared.ledger.records import Record
from shared.reviews.records import Review


@dataclass(frozen=True, slots=True)
class OrderLife:
    """All that is kept of one order; `chain` begins with its customer's posting."""

    record: FactsRecord
    chain: Sequence[Record]
    reviews: Sequence[Review]
    letters: Sequence[Letter]
    decisions: Sequence[AuditRecord]


def order_life(desk: Desk, tenant: str, record: FactsRecord, chain: Sequence[Record]) -> OrderLife:
    """Gather what is kept of the order; reads the tenant's reviews and audit records whole."""
    store, order = record.known.ref.store, record.known.ref.id
    prefix = f"order:{store}:{order}:"
    return OrderLife(
        record=record,
        chain=chain,
        reviews=[one for one in desk.reviews.all(tenant) if one.subject.startswith(prefix)],
        letters=list(_letters(desk, tenant, store, order)),
        decisions=[one for one in desk.audit.all(tenant) if _is_about(one, store, order)],
    )


def life_as_json(life: OrderLife) -> dict[str, Any]:
    """The order's life as one document."""
    return {
        **facts_of_life(life.record),
        "findings": life.record.findings,
        "versions": _versions(life.record),
        "told": _told(life.record),
        "events": life.record.sources,
        "postings": {one.key: one.state for one in life.chain},
        "documents": [_document(one) for one in life.chain],
        "reviews": {one.subject: one.status for one in life.reviews},
        "dead_letters": [
            {"queue": one.queue, "message": one.id, "since": one.dead_since} for one in life.letters
        ],
        "decisions": list(life.decisions),
    }


def print_life(life: OrderLife) -> None:
    """Print the order's life for people."""
    print_facts(facts_of_life(life.record))
    print_table(
        "Findings",
        ("reason", "place", "what", "fix"),
        [(one.reason, one.place, one.message, one.hint) for one in life.record.findings],
    )
    _print_rows("Versions of the order", _versions(life.record))
    _print_rows("What was told of it", _told(life.record))
    print_table("Archived documents", ("key",), [(key,) for key in life.record.sources])


def print_work(life: OrderLife) -> None:
    """Print what was done with the order, and who decided what."""
    lines = [(one.key, line) for one in life.chain for line in one.history]
    print_table("History of its postings", ("posting", "when, step, state, fence"), lines)
    print_table(
        "Review records",
        ("subject", "status", "reasons", "since", "times"),
        [
            (one.subject, one.status, one.reasons, one.first_seen_at, one.times)
            for one in life.reviews
        ],
    )
    print_table(
        "Dead letters",
        ("queue", "message", "since", "tries"),
        [(one.queue, one.id, one.dead_since, one.receives) for one in life.letters],
    )
    print_table(
        "Decisions",
        ("at", "who", "what", "why", "details"),
        [(one.at, one.who, one.what, one.why, _pairs(one.details)) for one in life.decisions],
    )


def facts_of_life(record: FactsRecord) -> dict[str, Any]:
    """The order's facts by number."""
    known = record.known
    return {
        "order": known.ref.id,
        "store": known.ref.store,
        "status": record.status,
        "facts_version": record.version,
        "configured": record.configured,
        "revision": record.revision,
        "undo_by": record.undo.by if record.undo else "",
        "is_order_known": known.order is not None,
        "payments": len(known.payments),
        "fulfilments": len(known.fulfilments),
        "refunds": len(known.refunds),
        "customer": record.customer,
        "receipts": record.receipts,
        "due_at": record.due_at,
    }


def _versions(record: FactsRecord) -> list[dict[str, Any]]:
    """Each edition of the order that is known, the newest last."""
    order = record.known.order
    if order is None:
        return []
    editions = [
        {"since": one.since, "lines": len(one.lines), "is_newest": False}
        for one in record.known.editions
    ]
    newest = {
        "since": record.known.since or order.version.updated_at,
        "lines": len(order.lines),
        "is_newest": True,
    }
    return [*editions, newest]


def _told(record: FactsRecord) -> list[dict[str, Any]]:
    """Payments, parcels and refunds by id, with their instants and states."""
    known = record.known
    told = [
        {"what": f"payment {one.kind.value}", "id": one.ref.id, "state": one.state.value}
        | {"at": one.processed_at, "gateway": one.gateway}
        for one in known.payments
    ]
    told += [
        {"what": "parcel", "id": one.ref.id, "state": "cancelled" if one.is_cancelled else "sent"}
        | {"at": one.shipped_at, "gateway": ""}
        for one in known.fulfilments
    ]
    for refund in known.refunds:
        told.append(
            {"what": "refund", "id": refund.ref.id, "state": "", "at": refund.created_at}
            | {"gateway": ""}
        )
        told += [
            {"what": f"its {one.kind.value}", "id": one.ref.id, "state": one.state.value}
            | {"at": one.processed_at, "gateway": one.gateway}
            for one in refund.transactions
        ]
    return told


def _document(record: Record) -> dict[str, Any]:
    result = record.result
    return {
        "key": record.key,
        "state": record.state,
        "number": record.document_number,
        "sage_key": result.key if result else "",
        "sage_id": result.id if result else "",
        "invoice_key": result.invoice_key if result else "",
        "reason": record.reason,
        "hint": record.hint,
        "history": record.history,
    }


def _letters(desk: Desk, tenant: str, store: str, order: str) -> Iterator[Letter]:
    for queue in WATCHED:
        for letter in desk.kept.open(queue.name):
            if (letter.tenant, letter.store, letter.order_id) == (tenant, store, order):
                yield letter


def _is_about(decision: AuditRecord, store: str, order: str) -> bool:
    """Whether it was done to this order, to a stage of it, or to its messages."""
    _, *parts = decision.subject.split(":")
    return order in parts and (store in parts or "*" in parts)


def _print_rows(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    columns = tuple(rows[0]) if rows else ()
    print_table(title, columns, [tuple(row.values()) for row in rows])


def _pairs(details: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(details.items()))
