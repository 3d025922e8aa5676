"""Posting keys and document numbers of one order, and which of them are in use."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shared.postings.book import StoreBook
from shared.postings.keys import document_number, posting_key
from shared.postings.plan import PostingKind


@dataclass(frozen=True, slots=True)
class Keys:
    """Posting keys and document numbers of one order; `known` are those begun or done."""

    book: StoreBook
    number: str
    known: Collection[str]

    def of(self, kind: PostingKind, purpose: str) -> str:
        """The posting key of that purpose (R-15.1)."""
        return posting_key(
            tenant=self.book.tenant,
            entity=self.book.entity,
            kind=kind,
            store=self.book.keyed_store,
            purpose=purpose,
        )

    def reference(self, kind: PostingKind, purpose: str) -> str:
        """The number under which Sage finds the document again."""
        return document_number(self.of(kind, purpose), kind, self.number)

    def knows(self, kind: PostingKind, purpose: str) -> bool:
        """Whether that posting was begun or is done."""
        return self.of(kind, purpose) in self.known

    def purposes(self, kind: PostingKind, prefix: str) -> list[str]:
        """The rest of every purpose of that kind that begins so and was begun or is done."""
        whole = self.of(kind, prefix)
        return [key.removeprefix(whole) for key in self.known if key.startswith(whole)]
