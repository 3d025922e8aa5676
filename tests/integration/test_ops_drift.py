"""`drift`: from the list of what people changed in Sage to what is decided and carried out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from intacct.reading import Marked
from ops.drifts import drifts_of
from shared.drift.records import Drift, DriftStatus, drift_subject
from shared.facts.record import FactsStatus
from shared.ledger.document_index import Place
from shared.ledger.records import Record
from shared.posting.reports import PostingState
from shared.postings.findings import Finding, Reason
from shared.postings.plan import PostingKind
from shared.reconciliation.chains import kind_of
from shared.reconciliation.differences import Cause, Difference
from tests.fakes import FakeBooks
from tests.integration.ops_rig import OpsRig, rig
from tests.integration.test_ops_undo import PK, kept, posted, worked_off

__all__ = ["rig"]

AT = datetime(2026, 3, 3, 8, tzinfo=UTC)
EDITED = Difference(
    "shop",
    "order 1001",
    Cause.EDITED_IN_SAGE,
    "advance 1001-ADV",
    "its total in Sage is 130.00",
    date(2026, 3, 2),
    amount=Decimal("-0.65"),
    currency="USD",
    member="total",
    sent="130.65",
    found="130.00",
)
GONE = replace(
    EDITED, cause=Cause.MISSING_IN_SAGE, amount=Decimal("-130.65"), member="document", found="gone"
)


def of_kind(rig: OpsRig, kind: PostingKind) -> Record:
    """The order's posting of a kind."""
    chain = rig.desk.ledger.chain(PK)
    return next(record for key, record in sorted(chain.items()) if kind_of(key) is kind)


def drifted(rig: OpsRig, kind: PostingKind, difference: Difference, marked: Marked) -> Drift:
    """The drift of a posting's document, as the poller leaves it."""
    record = of_kind(rig, kind)
    drift = Drift(
        tenant="acme",
        entity="100",
        store="shop",
        subject="order 1001",
        place=Place(PK, record.key),
        kind=kind,
        marked=marked,
        number=record.document_number,
        sage_key="17",
        differences=(difference,),
        found_at=AT,
        changed_at=AT,
        changed_by="99",
    )
    finding = Finding(Reason.READBACK_DIFFERS, drift.number, "it was edited")
    rig.desk.reviews.open("acme", drift_subject(record.key), [finding], at=AT)
    return drifts_of(rig.desk).save(drift)


@pytest.fixture
def books(rig: OpsRig) -> FakeBooks:
    """The books with one order in them."""
    return posted(rig)


def test_what_waits_is_listed_shown_and_decided_with_a_reason_that_is_kept(
    rig: OpsRig, books: FakeBooks
) -> None:
    del books
    drift = drifted(rig, PostingKind.ADVANCE, EDITED, Marked.ADVANCE)
    other = drifted(rig, PostingKind.ADVANCE_APPLICATION, EDITED, Marked.PAYMENT)
    adopting = ("drift", "adopt", "acme", drift.number)

    listed = rig.json("drift", "list", "acme")
    by_key = rig.json("drift", "show", "acme", drift.place.key)
    printed = rig.run("drift", "show", "acme", drift.number).output
    refused = [
        rig.run("drift", "show", "acme", "NO-SUCH"),
        rig.run(*adopting, "--yes"),
        rig.run(*adopting, "--why", "the auditor", answers="n\n"),
    ]
    planned = rig.run(*adopting, "--plan")
    before = drifts_of(rig.desk).load("acme", drift.place.key)
    adopted = rig.json(*adopting, "--yes", "--why", "the auditor")
    again = rig.run(*adopting, "--yes", "--why", "the auditor")
    ignored = rig.json("drift", "ignore", "acme", other.number, "--yes", "--why", "next month")

    assert by_key in listed
    assert (by_key["what"], by_key["status"], by_key["changed_by"]) == ("edited", "open", "99")
    (told,) = by_key["differences"]
    assert (told["member"], told["sent"], told["found"]) == ("total", "130.65", "130.00")
    assert "130.65" in printed
    assert [one.exit_code for one in (*refused, again)] == [1, 1, 1, 1]
    assert "130.65 -> 130.00" in planned.output
    assert before == drift
    assert (adopted["status"], adopted["reason"]) == ("adopted", "the auditor")
    assert (ignored["status"], ignored["reason"]) == ("ignored", "next month")
    notes = {(note.what, note.why) for note in rig.desk.audit.all("acme")}
    assert notes == {("drift adopt", "the auditor"), ("drift ignore", "next month")}
    assert rig.json("drift", "list", "acme") == []
    assert len(rig.json("drift", "list", "acme", "--all")) == 2
    assert rig.desk.review("acme", drift_subject(drift.place.key)).status.value == "closed"


def test_a_deleted_document_is_restored_by_undoing_the_rest_once_nothing_is_in_the_way(
    rig: OpsRig, books: FakeBooks
) -> None:
    drift = drifted(rig, PostingKind.ADVANCE_APPLICATION, GONE, Marked.PAYMENT)
    invoice = drifted(rig, PostingKind.INVOICE, EDITED, Marked.SALES_DOCUMENT)
    arguments = ("drift", "restore", "acme", drift.number)
    before = kept(rig)

    refused = rig.run(*arguments, "--yes", "--why", "deleted by mistake")
    untouched = kept(rig)
    right_again = replace(invoice, status=DriftStatus.RESTORED, reason="it is as it was sent")
    drifts_of(rig.desk).save(right_again)
    planned = rig.json(*arguments, "--plan")
    rig.run(*arguments, "--yes", "--why", "deleted by mistake")
    asked = kept(rig)
    (message,) = rig.take("OrderPostingsQueueUrl")
    report = worked_off(rig, books)

    assert (refused.exit_code, untouched) == (1, before)
    assert "total back to 130.65" in refused.output
    assert drift.place.key not in [one["undoes"] for one in planned["items"]]
    assert asked.status is FactsStatus.UNDOING
    assert asked.undo is not None
    assert (asked.undo.gone, asked.undo.is_redone) == ((drift.place.key,), True)
    assert json.loads(message["Body"])["cause"].startswith("undo:")
    assert report.state is PostingState.UNDONE
    after = kept(rig)
    assert (after.status, after.revision) == (FactsStatus.AWAITING_CUSTOMER, 1)
    assert after.due_at is not None
    decided = drifts_of(rig.desk).load("acme", drift.place.key)
    assert decided is not None
    assert decided.status is DriftStatus.RESTORED
    (note,) = rig.desk.audit.all("acme")
    assert (note.what, note.details["documents"]) == ("drift restore", drift.number)
