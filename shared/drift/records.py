"""What is kept of a document that differs in Sage from what was sent, and what a person decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from intacct.reading import Marked
from shared.ledger.document_index import Place
from shared.postings.plan import PostingKind
from shared.reconciliation.differences import Acceptance, Cause, Difference
from shared.reconciliation.looks import TAKEN_BACK


class What(StrEnum):
    """What became of the document in Sage."""

    EDITED = "edited"
    REVERSED = "reversed"
    DELETED = "deleted"
    DOUBLED = "doubled"


class DriftStatus(StrEnum):
    """Where the matter stands.

    OPEN: a person must decide. ADOPTED: what Sage has is right; the daily proof takes it for
    accepted. IGNORED: nobody wants to be asked again; the proof goes on naming it. RESTORED: the
    order is taken out of the books and posted anew, or the document is again as it was sent.
    """

    OPEN = "open"
    ADOPTED = "adopted"
    RESTORED = "restored"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Drift:
    """One document of ours that is not as it was sent.

    `place` is its posting, `sage_key` the document's key in Sage, `number` our mark on it.
    `differences` are all that differ now, each with what was sent and what was found. `changed_at`
    and `changed_by` are Sage's: when it was changed last and by which of its users, as far as it
    tells. `found_at` is when this content was noticed, `times` how often the document was changed
    anew. `decided_by`, `decided_at` and `reason` are those of the person; empty while it is open.
    """

    tenant: str
    entity: str
    store: str
    subject: str
    place: Place
    kind: PostingKind
    marked: Marked
    number: str
    sage_key: str
    differences: tuple[Difference, ...]
    found_at: datetime
    status: DriftStatus = DriftStatus.OPEN
    changed_at: datetime | None = None
    changed_by: str = ""
    times: int = 1
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    version: int = 0

    @property
    def what(self) -> What:
        """What became of the document: gone and taken back before changed."""
        if any(one.cause is Cause.MISSING_IN_SAGE for one in self.differences):
            return What.DELETED
        if any(one.member == "state" and one.found in TAKEN_BACK for one in self.differences):
            return What.REVERSED
        if any(one.cause is Cause.DUPLICATED_IN_SAGE for one in self.differences):
            return What.DOUBLED
        return What.EDITED

    @property
    def is_out_of_the_books(self) -> bool:
        """Whether nothing of the document is left in the books."""
        return self.what in (What.DELETED, What.REVERSED)

    @property
    def content(self) -> frozenset[tuple[object, ...]]:
        """What tells this change from another one of the same document."""
        return frozenset(one.identity for one in self.differences)

    @property
    def acceptance(self) -> Acceptance | None:
        """What the daily proof takes for right because of it; None for nothing."""
        if self.status not in (DriftStatus.ADOPTED, DriftStatus.RESTORED) or not self.decided_by:
            return None
        word = f"{self.status.value} by {self.decided_by}: {self.reason}"
        return Acceptance(self.content, word, is_over=self.status is DriftStatus.RESTORED)


class StaleDriftError(Exception):
    """Somebody else changed the record since it was read: read it again."""


class Drifts(Protocol):
    """Keeps drift records: one for each document, written only over what was read."""

    def load(self, tenant: str, key: str) -> Drift | None:
        """The record of a posting's document, or None."""
        ...

    def save(self, drift: Drift) -> Drift:
        """Store a new or loaded record; the record with its new version.

        Raises:
            StaleDriftError: the stored version is not `drift.version` any more.
        """
        ...

    def all(self, tenant: str) -> Iterator[Drift]:
        """Every record of the tenant, whatever was decided."""
        ...


def accepted(drifts: Drifts, tenant: str) -> Mapping[str, Acceptance]:
    """What people took for right of a tenant's documents, by posting key: for the daily proof."""
    told = ((drift.place.key, drift.acceptance) for drift in drifts.all(tenant))
    return {key: acceptance for key, acceptance in told if acceptance is not None}


def drift_subject(key: str) -> str:
    """The subject of a changed document's review record: `drift:<posting key>`."""
    return f"drift:{key}"
