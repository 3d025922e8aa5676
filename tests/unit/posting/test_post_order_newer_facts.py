"""Facts that change while an order is posted are looked at again, and lose nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from intacct.errors import NotSentError
from shared.facts.record import FactsRecord, order_pk
from shared.ledger.records import Record, State
from shared.posting.reports import PostingState
from shared.postings.plan import Finding, Reason
from tests.unit.posting.post_order_rig import SUBJECT, Rig


def test_newer_facts_that_came_meanwhile_keep_the_order_due() -> None:
    rig = Rig("ADV")
    record = rig.keep()
    newer = rig.clock() + timedelta(minutes=3)
    create = rig.books.create

    def slow(*args: Any, **kwargs: Any) -> Any:
        rig.facts.save(replace(record, due_at=newer))
        return create(*args, **kwargs)

    rig.books.create = slow  # type: ignore[method-assign]

    rig.post()

    assert rig.due_at() == newer


def test_newer_facts_that_were_held_while_a_release_was_posted_are_looked_at_again() -> None:
    rig = Rig("ADV")
    record = rig.keep(due_at=None)
    finding = Finding(Reason.PERIOD_CLOSED, "posting", "the period is closed")
    rig.reviews.open("acme", SUBJECT, (finding,), at=rig.clock())
    create = rig.books.create

    def slow(*args: Any, **kwargs: Any) -> Any:
        rig.facts.save(replace(record, due_at=None))
        return create(*args, **kwargs)

    rig.books.create = slow  # type: ignore[method-assign]

    report = rig.post(cause="release:kim")

    assert (report.state, report.done) == (PostingState.PARKED, ("1001/ADV",))
    assert rig.due_at() == rig.clock()
    assert rig.reviews.is_open("acme", SUBJECT)


def test_a_posting_that_ends_late_leaves_the_review_of_newer_facts_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig("ADV")
    record = rig.keep()
    finding = Finding(Reason.PERIOD_CLOSED, "INVOICE 1001", "the period is closed")
    rig.reviews.open("acme", SUBJECT, (finding,), at=rig.clock(), version=record.version)
    schedule = rig.facts.schedule

    def paused(pk: str, *, version: int, due_at: datetime | None) -> bool:
        is_newest = schedule(pk, version=version, due_at=due_at)
        newer = rig.facts.save(replace(record, due_at=None))
        rig.reviews.open("acme", SUBJECT, (finding,), at=rig.clock(), version=newer.version)
        return is_newest

    with monkeypatch.context() as late:
        late.setattr(rig.facts, "schedule", paused)
        report = rig.post()

    assert report.state is PostingState.POSTED
    assert rig.reviews.is_open("acme", SUBJECT)


def test_what_was_turned_away_and_is_not_wanted_any_more_is_cancelled() -> None:
    rig = Rig("ADV")
    rig.keep()
    rig.books.fail("before", NotSentError("refused"))
    rig.post()
    rig.keys = ()
    rig.clock.pass_time(61)

    report = rig.post(cause="due")

    chain = rig.ledger.chain(order_pk("acme", "shop", "1001"))
    assert [record.state for record in chain.values()] == [State.CANCELLED]
    assert report.state is PostingState.IDLE
    assert rig.books.marks() == []


def test_what_newer_facts_want_is_not_cancelled_by_whoever_read_older_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig = Rig("ADV")
    known = rig.keep()
    rig.books.fail("before", NotSentError("refused"))
    rig.post()
    read_chain = rig.ledger.chain

    def chain(pk: str) -> Mapping[str, Record]:
        newest = rig.facts.load(known.pk)
        assert newest is not None
        rig.facts.save(newest)
        return read_chain(pk)

    rig.clock.pass_time(61)
    rig.keys = ()
    with monkeypatch.context() as late:
        late.setattr(rig.ledger, "chain", chain)
        rig.post(cause="due")
    rig.keys = ("ADV",)

    assert rig.post(cause="due").state is PostingState.POSTED
    assert rig.books.marks() == ["1001-ADV"]


def test_an_order_is_stamped_with_its_version_before_anything_is_sent() -> None:
    rig = Rig("k1")
    rig.keep(configured=0)

    rig.post()

    stored = rig.facts.load(order_pk("acme", "shop", "1001"))
    assert stored is not None
    assert stored.configured == 1


def test_an_order_with_findings_is_not_stamped_anew() -> None:
    rig = Rig("k1")
    rig.findings = (Finding(Reason.MAPPING_MISSING, "x", "y"),)
    before = rig.keep(configured=0)

    rig.post()

    stored = rig.facts.load(before.pk)
    assert stored is not None
    assert (stored.configured, stored.version) == (0, before.version)


def test_facts_that_changed_before_the_stamp_are_left_to_whoever_changed_them() -> None:
    rig = Rig("k1")
    known = rig.keep(configured=0)
    real = rig.facts.save

    def beaten(record: FactsRecord) -> FactsRecord:
        real(replace(known, configured=1))
        return real(record)

    rig.facts.save = beaten  # type: ignore[method-assign]  # somebody else comes first

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.PARKED, "NEWER_FACTS")
    assert rig.books.documents == []
