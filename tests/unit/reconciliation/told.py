"""Orders whose postings are done, as the ledger would know them, for the tests of the proof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from commerce.orders import Facts
from intacct.documents import DocumentResult
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.ledger.content import content_hash, effect_digest
from shared.ledger.evidence import expected_of
from shared.ledger.records import Record, State
from shared.ledger.run import mark_of
from shared.postings.book import StoreBook
from shared.postings.keys import control_id
from shared.postings.plan import Posting
from shared.reconciliation.orders import OrderState, order_row
from shared.reconciliation.rows import Row
from tests.accounting.journals import Played, play
from tests.accounting.lives import OrderLife

PK = order_pk("acme", "shop", "order-1")


def done(posting: Posting, result: DocumentResult, *, pk: str = PK) -> Record:
    """The record of a posting that is in the books."""
    return Record(
        pk=pk,
        key=posting.key,
        state=State.DONE,
        fence=1,
        document_number=mark_of(posting.document),
        control_id=control_id(posting.key),
        content_hash=content_hash(posting.document),
        result=result,
        expected=expected_of(posting.document).written(),
        effect=effect_digest(posting.effect),
    )


def chain_of(life: OrderLife, played: Played | None = None) -> dict[str, Record]:
    """The ledger of a life that was posted stage by stage."""
    played = played or play(life)
    records = (done(one, played.posted[one.key]) for one in played.postings.values())
    return {record.key: record for record in records}


def record_of(facts: Facts, **more: object) -> FactsRecord:
    """The order's facts as they are stored, ready to post."""
    usual = FactsRecord(PK, facts, version=1, status=FactsStatus.READY, customer="C-ADA")
    return replace(usual, **more)  # type: ignore[arg-type]  # fields of a record


def row_of(
    facts: Facts,
    chain: Iterable[Record],
    book: StoreBook,
    *,
    known: Row | None = None,
    entered: dict[str, str] | None = None,
    **more: object,
) -> Row:
    """The row of an order with these facts and postings."""
    records = {record.key: record for record in chain}
    state = OrderState(record_of(facts, **more), records, entered or {})
    return order_row(state, book, known)
