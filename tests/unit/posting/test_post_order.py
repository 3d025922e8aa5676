"""An order is posted once; what cannot be booked holds it, and it alone."""

from __future__ import annotations

import pytest

from intacct.errors import RejectedError
from shared.facts.record import FactsStatus
from shared.posting.reports import PostingState
from shared.postings.plan import Finding, Reason
from tests.unit.posting.post_order_rig import SUBJECT, Rig, tenant


def test_an_order_is_posted_and_is_not_due_any_more() -> None:
    rig = Rig("ADV", "INV")
    rig.keep()

    report = rig.post()

    assert report.state is PostingState.POSTED
    assert report.done == ("1001/ADV", "1001/INV")
    assert rig.books.marks() == ["1001-ADV", "1001-INV"]
    assert rig.due_at() is None


def test_the_same_message_again_posts_nothing() -> None:
    rig = Rig("ADV")
    rig.keep()
    rig.post()

    report = rig.post()

    assert (report.state, report.done) == (PostingState.POSTED, ())
    assert rig.books.marks() == ["1001-ADV"]


def test_an_order_with_nothing_to_post_yet_is_left_alone() -> None:
    rig = Rig()
    rig.keep()

    report = rig.post()

    assert report.state is PostingState.IDLE
    assert rig.due_at() is None


@pytest.mark.parametrize("status", [FactsStatus.HELD, FactsStatus.WAITING, FactsStatus.SKIPPED])
def test_an_order_whose_facts_may_not_be_booked_is_not_planned(status: FactsStatus) -> None:
    rig = Rig("ADV")
    rig.keep(status=status)

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.IDLE, status.value)
    assert rig.begun == []


def test_an_order_that_nobody_knows_is_acknowledged() -> None:
    report = Rig("ADV").post()

    assert (report.state, report.reason) == (PostingState.IDLE, "unknown")


def test_a_plan_with_findings_holds_the_order_with_all_of_them_and_posts_nothing() -> None:
    rig = Rig("ADV")
    rig.keep()
    rig.findings = (
        Finding(Reason.MAPPING_MISSING, "lines[0].sku", "unknown"),
        Finding(Reason.TAX_UNMAPPED, "taxes[0]", "unknown"),
    )

    report = rig.post()

    assert report.state is PostingState.HELD
    assert rig.reviews.records[("acme", SUBJECT)].findings == rig.findings
    assert rig.books.sent == []
    assert rig.due_at() is None


def test_a_held_order_whose_cause_is_mended_is_posted_and_its_review_closed() -> None:
    rig = Rig("ADV")
    rig.keep()
    rig.findings = (Finding(Reason.MAPPING_MISSING, "lines[0].sku", "unknown"),)
    rig.post()
    rig.findings = ()

    report = rig.post(cause="release:kim")

    assert report.state is PostingState.POSTED
    assert not rig.reviews.is_open("acme", SUBJECT)


def test_a_refusal_by_sage_holds_the_order_and_names_the_reason() -> None:
    rig = Rig("ADV", "INV")
    rig.keep()
    rig.books.fail("before", RejectedError("no"))

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.HELD, "REFUSED_BY_SAGE")
    assert rig.reviews.is_open("acme", SUBJECT)
    assert len(rig.books.sent) == 1


def test_a_store_that_is_not_configured_is_held_and_named() -> None:
    rig = Rig("ADV")
    rig.tenant = tenant(stores=[])
    rig.keep()

    report = rig.post()

    assert (report.state, report.reason) == (PostingState.HELD, "CONFIGURATION_MISSING")
    assert rig.reviews.records[("acme", SUBJECT)].findings[0].place == "store shop"
