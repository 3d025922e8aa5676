"""What to do about a posting in doubt: ask Sage by our mark, never send again blindly (§3.4)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from intacct.documents import Document, DocumentResult
from shared.ledger.evidence import Expected, Verdict, expected_of, judge
from shared.ledger.records import Record
from shared.ledger.requests import Steps, rest
from shared.ports import Books, Clock
from shared.postings.plan import PostingKind, Reason

MOST_RESENDS = 3
"""How often a posting in doubt is sent again before a person looks (reliability §3.4)."""

SECONDS_BETWEEN_LOOKS = 5.0
"""Sage's queries may lag behind a create: two looks this far apart prove absence (§3.4, R-15.5)."""


@dataclass(frozen=True, slots=True)
class Believe:
    """It is in the books as `result`."""

    result: DocumentResult


@dataclass(frozen=True, slots=True)
class Ask:
    """A person must decide."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again then: until that moment a lost request may still land."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Resend:
    """It is not there and cannot come any more, or Sage would refuse a second one."""


@dataclass(frozen=True, slots=True)
class LookAgain:
    """It was not found; only a second look a moment later proves that it is not there."""


Decision = Believe | Ask | Wait | Resend


class Resolver:
    """Reads back and decides; it neither writes to the ledger nor to Sage."""

    def __init__(
        self,
        books: Books,
        *,
        clock: Clock,
        hard_unique: Collection[str],
        pause: Callable[[float], None],
    ) -> None:
        """`hard_unique` are the kinds whose number this company's Sage keeps unique."""
        self._books = books
        self._clock = clock
        # CUSTOMERID is a natural key of Sage: two customers cannot share it (reliability §3.6).
        self._hard_unique = {PostingKind.CUSTOMER.value, *hard_unique}
        self._pause = pause

    def settle(
        self,
        document: Document,
        kind: PostingKind,
        mine: Record,
        *,
        was_duplicate: bool = False,
        is_edited: bool = False,
    ) -> Steps[Decision]:
        """What to do about the posting, whose claim the caller holds; may pause between two looks.

        `was_duplicate`: Sage has just said that the document is there, so that finding nothing
        only means that its queries lag behind. `is_edited`: something else was sent than the
        document says now, so what is found is compared with what the record expects.

        Raises:
            IntacctError: the look-up itself failed; the posting stays in doubt.
        """
        decision = self.decide(
            document, kind, mine, was_duplicate=was_duplicate, is_edited=is_edited
        )
        if isinstance(decision, LookAgain):
            yield from rest(SECONDS_BETWEEN_LOOKS, self._pause)
            decision = self.decide(document, kind, mine, is_edited=is_edited, is_second=True)
        assert not isinstance(decision, LookAgain), "two looks are enough"  # noqa: S101
        return decision

    def decide(
        self,
        document: Document,
        kind: PostingKind,
        mine: Record,
        *,
        was_duplicate: bool = False,
        is_edited: bool = False,
        is_second: bool = False,
    ) -> Decision | LookAgain:
        """Look once, and decide as far as that goes; see `settle`.

        Raises:
            IntacctError: the look-up itself failed; the posting stays in doubt.
        """
        was_kept = is_edited and mine.expected
        looked = self._look(document, Expected.read(mine.expected) if was_kept else None)
        if looked is not None:
            return looked
        if was_duplicate:
            return Wait(mine.lease_until or self._clock())
        # Of two contents under one unique number the late one would be refused or, worse, win.
        may_still_land = is_edited and not mine.is_answered
        if may_still_land or not self.resends_in_doubt(kind):
            settles_at = mine.settle_at or self._clock()
            if self._clock() <= settles_at:
                return Wait(settles_at + timedelta(seconds=1))
            if not is_second:
                return LookAgain()
        if mine.resends >= MOST_RESENDS:
            return Ask(Reason.RESEND_LIMIT)
        return Resend()

    def resends_in_doubt(self, kind: PostingKind) -> bool:
        """Whether a lost request is repeated while it may still land: Sage refuses the second."""
        return kind.value in self._hard_unique

    def is_settled(self, kind: PostingKind, record: Record) -> bool:
        """Whether no earlier request of this posting can have an effect any more unseen."""
        if self.resends_in_doubt(kind) or record.settle_at is None:
            return True
        return self._clock() > record.settle_at

    def _look(self, document: Document, expected: Expected | None = None) -> Believe | Ask | None:
        found = self._books.find(document)
        match judge(expected or expected_of(document), found):
            case Verdict.OURS:
                return Believe(found[0].result)
            case Verdict.DIFFERENT:
                return Ask(Reason.READBACK_DIFFERS)
            case Verdict.SEVERAL:
                return Ask(Reason.DUPLICATE_FOUND)
            case Verdict.ABSENT:
                return None
