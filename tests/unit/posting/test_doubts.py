"""What was sent and is not planned any more is looked up before anything else is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from commerce.orders import Facts
from intacct.documents import Advance
from intacct.errors import OutcomeUnknownError
from shared.facts.record import order_pk
from shared.ledger.records import LEASE, SETTLE, Record, State
from shared.posting.reports import PostingReport, PostingState
from shared.postings.book import StoreBook
from shared.postings.keys import posting_key
from shared.postings.plan import Finding, Plan, Posted, Posting, PostingKind, Reason
from tests.unit.posting.post_order_rig import SUBJECT, Rig, advance

PK = order_pk("acme", "shop", "1001")
MISMATCH = Finding(Reason.AMOUNT_MISMATCH, "invoice:1", "differs")


def key_of(name: str) -> str:
    return posting_key(
        tenant="acme", entity="100", kind=PostingKind.ADVANCE, store="shop", purpose=name
    )


class DoubtRig(Rig):
    """An order whose advance is in doubt, and what is planned of it afterwards."""

    def __init__(self, when: str) -> None:
        super().__init__()
        self.wanted: list[Posting] = [replace(advance("ADV", "1001"), key=key_of("ADV"))]
        self.keep()
        self.books.fail(when, OutcomeUnknownError("read timeout"))
        assert self.post().reason == "IN_DOUBT"
        self.clock.pass_time((LEASE + timedelta(seconds=2)).total_seconds())

    def _plan(self, facts: Facts, posted: Posted, book: StoreBook, begun: Any) -> Plan:
        del facts, book, begun
        if self.findings:
            return Plan(findings=self.findings)
        return Plan(postings=tuple(p for p in self.wanted if p.key not in posted))

    @property
    def record(self) -> Record:
        return self.ledger.chain(PK)[key_of("ADV")]

    def until_due(self) -> PostingReport:
        """The order's next run, when it is due."""
        due_at = self.due_at()
        assert due_at is not None
        self.clock.now = max(self.clock.now, due_at)
        return self.post(cause="due")


def test_a_doubt_is_ended_before_the_edited_order_is_held() -> None:
    rig = DoubtRig("after")
    rig.findings = (MISMATCH,)

    report = rig.post(cause="due")

    assert (report.state, report.reason) == (PostingState.HELD, "AMOUNT_MISMATCH")
    assert rig.record.state is State.DONE
    assert len(rig.books.sent) == 1


def test_what_stands_against_an_order_is_shown_while_its_doubt_waits() -> None:
    rig = DoubtRig("before")
    rig.findings = (MISMATCH,)

    waiting = rig.post(cause="due")
    shown = rig.reviews.is_open("acme", SUBJECT)
    report = rig.until_due()

    assert (waiting.state, waiting.reason, shown) == (PostingState.PARKED, "IN_DOUBT", True)
    assert report.state is PostingState.HELD
    assert (rig.record.state, rig.record.reason) == (State.READY, "UNWANTED")
    assert len(rig.books.sent) == 1


@pytest.mark.parametrize(("when", "state"), [("after", State.DONE), ("before", State.CANCELLED)])
def test_the_doubt_of_an_order_that_was_cancelled_is_ended_and_nothing_is_sent_again(
    when: str, state: State
) -> None:
    rig = DoubtRig(when)
    rig.wanted = []

    report = rig.post(cause="due")
    if report.state is PostingState.PARKED:
        assert rig.due_at() is not None
        assert rig.due_at() >= rig.clock() + SETTLE - 2 * LEASE  # type: ignore[operator]
        report = rig.until_due()

    assert report.state in (PostingState.IDLE, PostingState.POSTED)
    assert rig.record.state is state
    assert rig.due_at() is None
    assert len(rig.books.sent) == 1


def test_a_posting_that_was_found_under_older_content_is_planned_on_from_at_once() -> None:
    rig = DoubtRig("after")
    document = rig.wanted[0].document
    assert isinstance(document, Advance)
    edited = replace(rig.wanted[0], document=replace(document, description="edited"))
    rig.wanted = [edited, advance("MORE", "1001")]

    report = rig.post(cause="due")

    assert report.state is PostingState.POSTED
    assert report.done == (key_of("ADV"), "1001/MORE")
    assert rig.books.marks() == ["1001-ADV", "1001-MORE"]


def test_two_documents_of_one_number_go_to_a_person_whatever_is_planned() -> None:
    rig = DoubtRig("after")
    rig.books.land(rig.wanted[0].document)
    rig.wanted = []

    report = rig.post(cause="due")

    assert (report.state, report.reason) == (PostingState.HELD, "DUPLICATE_FOUND")
    assert rig.record.state is State.REVIEW
