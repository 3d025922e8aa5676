"""What Sage cannot be asked now is parked, and blocks nobody else's company."""

from __future__ import annotations

from datetime import timedelta

import pytest

from intacct.errors import CredentialsError, NotSentError, OutcomeUnknownError, RateLimitedError
from shared.messages import OrderReady
from shared.posting.reports import PostingState
from shared.postings.plan import Reason
from shared.reviews.records import ReviewStatus
from tests.unit.posting.post_order_rig import Rig, tenant


def test_an_order_in_doubt_is_parked_and_blocks_nobody_else() -> None:
    rig = Rig("ADV")
    rig.keep("1001")
    rig.keep("1002")
    rig.books.fail("before", OutcomeUnknownError("reset"))

    first = rig.post("1001")
    second = rig.post("1002")

    assert (first.state, second.state) == (PostingState.PARKED, PostingState.POSTED)
    assert rig.due_at("1001") == first.due_at
    assert first.due_at is not None
    assert first.due_at > rig.clock()


def test_what_is_in_doubt_is_told_to_the_planner() -> None:
    rig = Rig("ADV")
    rig.keep()
    rig.books.fail("after", OutcomeUnknownError("reset"))
    report = rig.post()
    assert report.due_at is not None
    rig.clock.now = report.due_at

    report = rig.post(cause="due")

    assert set(rig.begun[1]) == {"1001/ADV"}
    assert report.state is PostingState.POSTED
    assert rig.books.marks() == ["1001-ADV"]


@pytest.mark.parametrize(
    "error",
    [NotSentError("refused"), RateLimitedError("slow down", retry_after_seconds=20)],
)
def test_an_outage_parks_the_other_orders_of_the_company_without_asking_sage_again(
    error: Exception,
) -> None:
    rig = Rig("ADV")
    rig.keep("1001")
    rig.keep("1002")
    rig.books.fail("before", error)

    first = rig.post("1001")
    second = rig.post("1002")

    assert (first.state, second.state) == (PostingState.PARKED, PostingState.PARKED)
    assert len(rig.books.sent) == 1
    assert rig.due_at("1002") is not None


def test_after_an_outage_the_company_goes_on() -> None:
    rig = Rig("ADV")
    rig.keep("1001")
    rig.keep("1002")
    rig.books.fail("before", NotSentError("refused"))
    rig.post("1001")
    rig.clock.pass_time(61)

    reports = [rig.post(order, cause="due") for order in ("1001", "1002")]

    assert [report.state for report in reports] == [PostingState.POSTED] * 2


def test_refused_credentials_stop_the_company_until_they_are_replaced() -> None:
    rig = Rig("ADV")
    rig.keep("1001")
    rig.keep("1002")
    rig.books.fail("before", CredentialsError("login refused"))

    states = [rig.post(order).state for order in ("1001", "1002")]
    rig.clock.pass_time(601)
    recovered = [rig.post(order, cause="due").state for order in ("1001", "1002")]

    assert states == [PostingState.STOPPED, PostingState.STOPPED]
    assert recovered == [PostingState.POSTED, PostingState.POSTED]
    # One order shows what is wrong, not each; it is closed when the cause is gone.
    (review,) = rig.reviews.records.values()
    assert (review.reasons, review.status) == ((Reason.REAUTH_REQUIRED,), ReviewStatus.CLOSED)


def test_a_paused_company_is_parked_and_nothing_is_sent() -> None:
    rig = Rig("ADV")
    rig.tenant = tenant(is_paused=True)
    rig.keep()

    report = rig.post()

    assert report.state is PostingState.PARKED
    assert rig.books.sent == []
    assert rig.due_at() == rig.clock() + timedelta(minutes=10)


def test_too_little_time_parks_the_order_for_the_next_minute() -> None:
    rig = Rig("ADV")
    rig.keep()
    message = OrderReady(tenant="acme", store="shop", order_id="1001", facts_version=1)

    report = rig.poster.post(message, rig.clock() + timedelta(seconds=30))

    assert (report.state, report.reason) == (PostingState.PARKED, "DEADLINE")
    assert rig.due_at() == rig.clock()
    assert rig.books.sent == []
