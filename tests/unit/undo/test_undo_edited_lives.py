"""Orders that were edited and heard of in any order: the undo knows what each document said.

`UNDO_LIVES=2000` draws so many; `make test` draws some of those that one telling cannot explain.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from commerce.orders import Facts
from shared.facts.merge import merge
from shared.facts.receipts import ReceiptSource
from shared.facts.record import FactsRecord, FactsStatus
from shared.ledger.content import content_hash, effect_digest
from shared.ledger.records import Record, State
from shared.postings.plan import PostingKind
from shared.undo.memory import recall
from shared.undo.planner import plan_undo
from tests.lives.books import Books, books_of
from tests.lives.carts import draw
from tests.lives.edited_days import _edited, _heard
from tests.unit.undo.rig import PK

TOLD_ONCE_ONLY = (52, 56, 274, 309)
"""Some lives whose documents today's facts do not explain beside all that is in the books."""

DRAWN = int(os.environ.get("UNDO_LIVES", "0"))
SENT_AT = datetime(2026, 5, 1, tzinfo=UTC)


def lived(seed: int) -> tuple[FactsRecord, Books]:
    """A life with an edit, told by time or late, each time posted as far as a break-off lets."""
    life, random = draw(seed), Random(f"undo {seed}")  # noqa: S311  # a drawn test
    newest, edited_at = _edited(life, random)
    known, books = Facts(ref=life.facts().ref), Books(books_of(life))
    for told in _heard(life, newest, edited_at, random):
        known = merge(known, told)
        books.learn(known, is_all=False, cut_after=random.choice([None, None, 1, 2]))
    receipts = ReceiptSource.TRANSACTIONS
    return FactsRecord(PK, known, 1, FactsStatus.READY, receipts=receipts), books


def chain_of(books: Books) -> dict[str, Record]:
    return {
        posting.key: Record(
            pk=PK,
            key=posting.key,
            state=State.DONE,
            fence=1,
            document_number=posting.key.rpartition(":")[2],
            control_id="",
            content_hash=content_hash(posting.document),
            sent_at=SENT_AT + timedelta(minutes=place),
            result=books.posted[posting.key],
            effect=effect_digest(posting.effect),
            dated_on=posting.posted_on or posting.true_on,
        )
        for place, posting in enumerate(books.done)
    }


@pytest.mark.parametrize("seed", range(DRAWN) if DRAWN else TOLD_ONCE_ONLY)
def test_every_invoice_and_journal_of_an_edited_order_is_undone_as_it_was_posted(seed: int) -> None:
    record, books = lived(seed)
    chain = chain_of(books)

    memory = recall(record, chain, books.book, entered={})
    planned = plan_undo(chain, memory, books.book)

    assert planned.findings == ()
    posted = {one.key: one for one in books.done}
    told = [
        key
        for key, one in posted.items()
        if one.kind in (PostingKind.INVOICE, PostingKind.JOURNAL_ENTRY)
    ]
    assert told
    assert all(memory.written[key].effect == posted[key].effect for key in told)
