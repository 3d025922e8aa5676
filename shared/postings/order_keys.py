"""Posting keys and document numbers of one order, and which of them are in use."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shared.postings.book import StoreBook
from shared.postings.keys import document_number, posting_key
from shared.postings.plan import PostingKind


@dataclass(frozen=True, slots=True)
class Keys:
    """Posting keys and document numbers of one order.

    `known` are the keys begun or done, in the sequence in which they came into the books.
    """

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

    def place(self, kind: PostingKind, purpose: str) -> int:
        """Where that posting stands among those of the order; after all others if not begun."""
        return self.place_of(self.of(kind, purpose))

    def place_of(self, key: str) -> int:
        """Where the posting of that key stands; after all others where it was not begun."""
        return list(self.known).index(key) if key in self.known else len(self.known)

    def purposes(self, kind: PostingKind, prefix: str) -> list[str]:
        """The rest of each purpose of that kind that begins so, in the sequence of the books."""
        whole = self.of(kind, prefix)
        return [key.removeprefix(whole) for key in self.known if key.startswith(whole)]
