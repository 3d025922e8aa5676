"""Whoever was overtaken believes the newer one, and other content is a conflict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from intacct.documents import Document
from shared.ledger import states
from shared.ledger.outcomes import OutcomeKind
from shared.postings.plan import Reason
from tests.unit.ledger.apply_rig import ADVANCE, PK, Rig, advance


def test_other_content_under_a_key_in_the_books_is_a_conflict_too() -> None:
    rig = Rig()
    rig.apply(ADVANCE)
    changed = replace(ADVANCE, document=advance(amount="101.00"))

    outcome = rig.applier.apply(PK, [changed], {}, rig.clock() + timedelta(seconds=75))

    assert [finding.reason for finding in outcome.findings] == [Reason.CONTENT_CONFLICT]
    assert len(rig.books.sent) == 1


def test_a_worker_that_was_overtaken_believes_the_newer_one() -> None:
    rig = Rig()
    create = rig.books.create

    def paused(document: Document, *, control_id: str, idempotency_key: str) -> object:
        result = create(document, control_id=control_id, idempotency_key=idempotency_key)
        rig.clock.pass_time(61)
        other = rig.ledger.commit(states.take_over(rig.record(), owner="other", now=rig.clock()))
        rig.ledger.commit(states.finish(other[0], result, now=rig.clock()))
        return result

    rig.books.create = paused  # type: ignore[method-assign,assignment]

    outcome = rig.apply(ADVANCE)

    assert outcome.kind is OutcomeKind.COMPLETE
    assert rig.record().owner == "other"
