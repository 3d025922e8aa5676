"""The postings of a frozen batch: deterministic, so that a second run makes the same ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.gl.days import Batch, BatchState, DayKey
from shared.gl.summary import Summary, journal_entry, membership_hash, split, summarise
from shared.postings.book import StoreBook
from shared.postings.keys import document_number, posting_key
from shared.postings.plan import DayEntry, Posting, PostingKind

LINES_MAX = 900
"""Grouped lines of one GLBATCH; a longer day is split into parts that each balance (R-11.10)."""


class MembershipError(Exception):
    """The events of a sealed batch are not those that were sealed: nothing of it may be posted."""


def sealed(batch: Batch, members: Sequence[DayEntry]) -> Batch:
    """The batch with its membership: how many events, their digest, and the debits (R-11.4).

    Raises:
        SummaryError: the events do not make one balanced journal.
    """
    summary = summarise(members)
    return replace(
        batch,
        state=BatchState.SEALED,
        members=len(summary.events),
        membership_hash=summary.membership,
        debits=f"{summary.debits}",
    )


def insist_on_membership(batch: Batch, members: Sequence[DayEntry]) -> None:
    """Compare what a sealed batch holds now with what was sealed.

    Raises:
        MembershipError: an event was added, lost or changed since.
    """
    if membership_hash(members) != batch.membership_hash:
        message = f"the events of {batch.name} are not those that were sealed"
        raise MembershipError(message)


def postings(
    key: DayKey, batch: Batch, members: Sequence[DayEntry], book: StoreBook
) -> list[Posting]:
    """The journals of a sealed batch; several only where one would be too long.

    Raises:
        SummaryError: the events do not make balanced journals.
    """
    parts = split(members, lines_max=LINES_MAX)
    return [
        _posting(key, batch, summarise(part), book, number if len(parts) > 1 else 0)
        for number, part in enumerate(parts, start=1)
    ]


def _posting(key: DayKey, batch: Batch, summary: Summary, book: StoreBook, part: int) -> Posting:
    """`part` counts from 1 in a batch of several journals, 0 is the only one."""
    purpose = f"summary:{key.on.isoformat()}:{key.currency}:{batch.sequence}"
    if part:
        purpose += f":{part}"
    posting = posting_key(
        tenant=book.tenant,
        entity=book.entity,
        kind=PostingKind.GL_BATCH,
        store=book.store,
        purpose=purpose,
    )
    document = journal_entry(
        summary,
        reference=document_number(posting, PostingKind.GL_BATCH, key.on.strftime("%Y%m%d")),
        journal=book.mapping.definitions.journal,
        description=_description(key, batch, part),
    )
    return Posting(
        key=posting,
        kind=PostingKind.GL_BATCH,
        document=document,
        effect=summary.lines,
        true_on=key.on,
    )


def _description(key: DayKey, batch: Batch, part: int) -> str:
    text = f"{key.store} {key.on.isoformat()} {key.currency}"
    if batch.sequence > 1:
        text += f", late events {batch.sequence - 1}"
    return f"{text}, part {part}" if part else text
