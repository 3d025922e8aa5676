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


def test_what_waits_is_listed_and_shown_with_what_was_sent_and_what_is_there(
    rig: OpsRig, books: FakeBooks
) -> None:
    del books
    drift = drifted(rig, PostingKind.ADVANCE, EDITED, Marked.ADVANCE)

    (listed,) = rig.json("drift", "list", "acme")
    by_key = rig.json("drift", "show", "acme", drift.place.key)
    printed = rig.run("drift", "show", "acme", drift.number).output
    nothing = rig.run("drift", "show", "acme", "NO-SUCH")

    assert listed == by_key
    assert (listed["what"], listed["status"], listed["changed_by"]) == ("edited", "open", "99")
    (told,) = listed["differences"]
    assert (told["member"], told["sent"], told["found"]) == ("total", "130.65", "130.00")
    assert "130.65" in printed
    assert nothing.exit_code == 1


@pytest.mark.parametrize(("verb", "status"), [("adopt", "adopted"), ("ignore", "ignored")])
def test_a_decision_is_shown_first_asked_for_noted_and_kept(
    rig: OpsRig, books: FakeBooks, verb: str, status: str
) -> None:
    del books
    drift = drifted(rig, PostingKind.ADVANCE, EDITED, Marked.ADVANCE)
    arguments = ("drift", verb, "acme", drift.number)

    planned = rig.run(*arguments, "--plan")
    without_why = rig.run(*arguments, "--yes")
    refused = rig.run(*arguments, "--why", "the auditor", answers="n\n")
    before = drifts_of(rig.desk).load("acme", drift.place.key)
    done = rig.json(*arguments, "--yes", "--why", "the auditor")
    again = rig.run(*arguments, "--yes", "--why", "the auditor")

    assert "130.65 -> 130.00" in planned.output
    assert [planned.exit_code, without_why.exit_code, refused.exit_code] == [0, 1, 1]
    assert before == drift
    assert (done["status"], done["reason"]) == (status, "the auditor")
    assert again.exit_code == 1
    (note,) = rig.desk.audit.all("acme")
    assert (note.what, note.why) == (f"drift {verb}", "the auditor")
    assert rig.json("drift", "list", "acme") == []
    assert [one["status"] for one in rig.json("drift", "list", "acme", "--all")] == [status]
    assert rig.desk.review("acme", drift_subject(drift.place.key)).status.value == "closed"


def test_a_deleted_payment_is_restored_by_undoing_the_rest_and_posting_all_anew(
    rig: OpsRig, books: FakeBooks
) -> None:
    drift = drifted(rig, PostingKind.ADVANCE_APPLICATION, GONE, Marked.PAYMENT)
    arguments = ("drift", "restore", "acme", drift.number)

    planned = rig.json(*arguments, "--plan")
    rig.run(*arguments, "--yes", "--why", "deleted by mistake")
    asked = kept(rig)
    (message,) = rig.take("OrderPostingsQueueUrl")
    report = worked_off(rig, books)

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


def test_what_cannot_be_restored_is_refused_with_what_to_do(rig: OpsRig, books: FakeBooks) -> None:
    del books
    drift = drifted(rig, PostingKind.INVOICE, EDITED, Marked.SALES_DOCUMENT)
    before = kept(rig)

    refused = rig.run("drift", "restore", "acme", drift.number, "--yes", "--why", "by mistake")

    assert refused.exit_code == 1
    assert "total back to 130.65" in refused.output
    assert kept(rig) == before
    assert drifts_of(rig.desk).load("acme", drift.place.key) == drift
