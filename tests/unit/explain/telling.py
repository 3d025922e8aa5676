"""An order's life as the product would remember it: facts, archive and ledger records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from carts.adapter import Headers
from commerce.codec import encode
from commerce.orders import Facts
from intacct.documents import DocumentResult
from shared.facts.record import FactsRecord, FactsStatus
from shared.intake.archive import RawMissingError
from shared.ledger.content import content_hash, effect_digest
from shared.ledger.records import Record, State
from shared.ledger.run import mark_of
from shared.postings.keys import control_id
from shared.postings.plan import Posting
from shared.replaying.history import RawDocument
from tests.accounting.lives import OrderLife

PK = "ORD#acme#shop#order-1"
ARCHIVED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


class MemoryDocuments:
    """Archived documents in a dictionary."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def read(self, key: str) -> RawDocument:
        """The document, or what the archive raises."""
        if key not in self.bodies:
            raise RawMissingError(key)
        return RawDocument(self.bodies[key], Headers({}), ARCHIVED_AT)

    def keep(self, name: str, facts: Facts) -> str:
        """Archive what a cart's API told; its key."""
        key = f"fetched/acme/shop/{name}.json"
        self.bodies[key] = encode(facts)
        return key


def archived(life: OrderLife, documents: MemoryDocuments) -> FactsRecord:
    """The record of a life whose every stage was fetched and archived."""
    sources = tuple(
        documents.keep(str(number), stage) for number, stage in enumerate(life.stages, start=1)
    )
    return FactsRecord(
        PK, life.stages[-1], version=1, status=FactsStatus.READY, configured=3, sources=sources
    )


def record_of(pk: str, posting: Posting, result: DocumentResult, *, place: int = 0) -> Record:
    """The ledger's record of a posting that is done, the one of that place in time."""
    return Record(
        pk=pk,
        key=posting.key,
        state=State.DONE,
        fence=1,
        document_number=mark_of(posting.document),
        control_id=control_id(posting.key),
        content_hash=content_hash(posting.document),
        effect=effect_digest(posting.effect),
        result=result,
        sent_at=ARCHIVED_AT + timedelta(minutes=place),
    )
