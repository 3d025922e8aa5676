"""The leg of summary channels: the events of a day against the journals they were frozen into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from shared.gl.batches import MembershipError, journals_of
from shared.gl.contents import SummaryError
from shared.gl.days import Day
from shared.gl.revisions import Batch, BatchState
from shared.ledger.records import Record
from shared.postings.book import StoreBook
from shared.postings.plan import Posting
from shared.reconciliation.chains import chain_of, documents_of, missing_differences
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.documents import effect_of
from shared.reconciliation.rows import Row, day_name


def day_row(day: Day, chain: Mapping[str, Record], book: StoreBook, known: Row | None) -> Row:
    """The row of a day: its journals, and every event of it that is in none.

    Args:
        day: what the day book holds of it.
        chain: the postings of the store's ledger day.
        book: the books of its store.
        known: the row that was made before.
    """
    subject = f"day {day.key.on.isoformat()} {day.key.currency}"
    wanted, broken = wanted_journals(day, subject)
    ours = {key: record for key, record in chain.items() if f":{day.key.currency}:" in key}
    found = documents_of(chain_of(book, ours, wanted, known), subject=subject, is_judged=not broken)
    missing = [one for one in found.documents if not one.is_posted]
    return Row(
        store=book.store,
        name=day_name(day.key.currency, day.key.on),
        version=len(day.entries),
        currency=day.key.currency,
        documents=found.documents,
        differences=(
            *broken,
            *found.differences,
            *missing_differences(missing, book.store, subject),
            *free_events(day, subject),
        ),
    )


def wanted_journals(day: Day, subject: str) -> tuple[list[Posting], tuple[Difference, ...]]:
    """The journals of all sealed batches, and those whose events are not what was sealed."""
    wanted: dict[str, Posting] = {}
    broken = []
    for batch in day.batches:
        if batch.state not in (BatchState.SEALED, BatchState.DONE):
            continue
        try:
            wanted |= {posting.key: posting for posting in journals_of(day, batch)}
        except (MembershipError, SummaryError) as error:
            broken.append(_broken(day, batch, subject, str(error)))
    return list(wanted.values()), tuple(broken)


def _broken(day: Day, batch: Batch, subject: str, text: str) -> Difference:
    return Difference(
        store=day.key.store,
        subject=subject,
        cause=Cause.CART_DIFFERS,
        what=f"journal {batch.sequence}",
        text=text,
        since=day.key.on,
        currency=day.key.currency,
    )


def free_events(day: Day, subject: str) -> Iterator[Difference]:
    """Events that are in no sealed journal: the day is not exported, or they came later."""
    unsealed = {batch.name for batch in day.batches if batch.state is BatchState.OPEN}
    for kept in day.entries:
        if kept.batch and kept.batch not in unsealed:
            continue
        effect = effect_of(kept.entry.lines)
        total = sum((amount for _, amount in effect if amount > 0), start=Decimal(0))
        yield Difference(
            store=day.key.store,
            subject=subject,
            cause=Cause.NOT_POSTED,
            what=kept.entry.event,
            text=f"it waits for the journal of {day.key.place}",
            since=day.key.on,
            amount=-total,
            currency=day.key.currency,
        )
