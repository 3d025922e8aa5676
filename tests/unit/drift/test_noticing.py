"""Whatever is seen and decided in whatever order: a person is asked once for each change."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from shared.drift.deciding import DecidedError, Decider
from shared.drift.looking import Seen
from shared.drift.noticing import DriftKeeper
from shared.drift.records import DriftStatus, drift_subject
from shared.ledger.document_index import Place
from shared.postings.plan import PostingKind
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.documents import BookedDocument
from shared.reconciliation.looks import Asked
from tests.fakes import FakeClock, MemoryReviews
from tests.unit.drift.memory import MemoryDrifts
from tests.unit.reconciliation.world import company_tenant

TENANT = company_tenant()
KEY = "acme/100/ADVANCE/shop:capture:1"
SUBJECT = drift_subject(KEY)
DOCUMENT = BookedDocument(KEY, PostingKind.ADVANCE, "1-ADV", date(2026, 3, 2), "USD", sage_key="17")

LOOKS = st.sampled_from(["", "70.00", "71.00", "not shown"])
DECISIONS = st.sampled_from([DriftStatus.ADOPTED, DriftStatus.IGNORED])
STEPS = st.lists(LOOKS | DECISIONS, max_size=12)


def seen(total: str) -> Seen:
    """The advance with that total in Sage; empty as it was sent, or not shown at all."""
    asked = Asked("shop", "order 1", DOCUMENT)
    place = Place("ORD#acme#shop#1", KEY)
    if not total or total == "not shown":
        return Seen(place, asked, is_there=not total)
    difference = Difference(
        "shop",
        "order 1",
        Cause.EDITED_IN_SAGE,
        DOCUMENT.what,
        "its total differs",
        DOCUMENT.on,
        amount=Decimal(total) - Decimal("69.95"),
        member="total",
        sent="69.95",
        found=total,
    )
    return Seen(place, asked, is_there=True, differences=(difference,))


@dataclass
class Desk:
    """What is kept, and beside it what should be: the content that is known, and the decision."""

    drifts: MemoryDrifts = field(default_factory=MemoryDrifts)
    reviews: MemoryReviews = field(default_factory=MemoryReviews)
    clock: FakeClock = field(default_factory=FakeClock)
    content: str = ""
    decision: DriftStatus | None = None

    def look(self, total: str) -> int:
        """Keep what was seen; how often somebody is asked."""
        keeper = DriftKeeper(self.drifts, self.reviews, self.clock)
        noticed = keeper.keep(TENANT, [seen(total)], {})
        if total not in (self.content, "not shown"):
            self.content, self.decision = total, None
        return len(noticed.found)

    def decide(self, status: DriftStatus) -> None:
        """Decide, where there is something to decide."""
        known = self.drifts.load("acme", KEY)
        if known is None:
            return
        decider = Decider(self.drifts, self.reviews, self.clock)
        try:
            decider.decide(known, status, by="ada", why="so it is")
        except DecidedError:
            assert not self.content or self.decision is status
        else:
            self.decision = status


@given(steps=STEPS)
def test_what_is_kept_is_what_was_seen_last_and_what_was_decided_on_it(
    steps: list[str | DriftStatus],
) -> None:
    desk = Desk()

    for step in steps:
        if isinstance(step, DriftStatus):
            desk.decide(step)
            continue
        before = desk.content
        asked = desk.look(step)
        is_news = step not in ("", "not shown", before)
        assert asked == int(is_news)
        assert desk.look(step) == 0
        kept = desk.drifts.load("acme", KEY)
        if desk.content:
            assert kept is not None
            assert kept.status is (desk.decision or DriftStatus.OPEN)
            assert [one.found for one in kept.differences] == [desk.content]
        else:
            assert kept is None or kept.status is DriftStatus.RESTORED
        is_open = kept is not None and kept.status is DriftStatus.OPEN
        assert desk.reviews.is_open("acme", SUBJECT) is is_open
