"""The DynamoDB ledger and its fake keep the same promises (moto in process, one thread)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from shared.ledger import states
from shared.ledger.dynamodb import DynamoDbLedger
from shared.ledger.port import Ledger, LostRaceError
from shared.ledger.records import LEASE, SETTLE, State
from tests.contract.ledger_rig import PK, RESULT, claimed, clock, intent, ledger
from tests.fakes import FakeClock

__all__ = ["clock", "ledger"]


def test_a_claim_of_an_absent_posting_is_sent_with_its_marks_and_times(
    ledger: Ledger, clock: FakeClock
) -> None:
    record = claimed(ledger, clock)

    assert ledger.chain(PK) == {"order": record}
    assert (record.state, record.fence, record.owner) == (State.SENT, 1, "a")
    assert (record.document_number, record.control_id) == ("DOC-order", "CTL-order")
    assert record.lease_until == clock() + LEASE
    assert record.settle_at == clock() + SETTLE
    assert record.idempotency_key == "CTL-order.0"


def test_only_one_of_two_workers_claims_a_posting(ledger: Ledger, clock: FakeClock) -> None:
    claimed(ledger, clock, owner="a")

    with pytest.raises(LostRaceError) as lost:
        ledger.commit(states.claim(intent(), None, owner="b", now=clock()))

    assert lost.value.current is not None
    assert lost.value.current.owner == "a"


def test_a_claim_whose_answer_was_lost_is_still_ours(ledger: Ledger, clock: FakeClock) -> None:
    write = states.claim(intent(), None, owner="a", now=clock())
    ledger.commit(write)

    (record,) = ledger.commit(write)

    assert (record.owner, record.fence) == ("a", 1)
    assert len(record.history) == 1


def test_a_ready_posting_is_claimed_only_when_it_is_due(ledger: Ledger, clock: FakeClock) -> None:
    mine = claimed(ledger, clock)
    later = clock() + timedelta(minutes=2)
    (ready,) = ledger.commit(states.put_back(mine, now=clock(), due_at=later, reason="RateLimited"))

    with pytest.raises(LostRaceError):
        ledger.commit(states.claim(intent(), ready, owner="b", now=clock()))
    clock.pass_time(120)
    (again,) = ledger.commit(states.claim(intent(content="c2"), ready, owner="b", now=clock()))

    assert (again.state, again.fence, again.owner) == (State.SENT, 2, "b")
    assert again.content_hash == "c2"
    assert again.attempts == 1


def test_a_lease_that_runs_is_not_taken_over(ledger: Ledger, clock: FakeClock) -> None:
    mine = claimed(ledger, clock)
    clock.pass_time(59)

    with pytest.raises(LostRaceError):
        ledger.commit(states.take_over(mine, owner="b", now=clock()))


def test_a_takeover_leaves_the_settle_window_that_a_rearming_had_set(
    ledger: Ledger, clock: FakeClock
) -> None:
    stale = claimed(ledger, clock)
    clock.pass_time(30)
    (rearmed,) = ledger.commit(states.rearm(stale, now=clock()))
    clock.pass_time(61)

    (taken,) = ledger.commit(states.take_over(stale, owner="b", now=clock()))

    assert taken.settle_at == rearmed.settle_at
    assert taken.sent_at == rearmed.sent_at
    assert (taken.fence, taken.owner, taken.resends) == (2, "b", 1)


def test_a_paused_worker_can_neither_finish_refuse_nor_put_back(
    ledger: Ledger, clock: FakeClock
) -> None:
    mine = claimed(ledger, clock)
    clock.pass_time(61)
    ledger.commit(states.take_over(mine, owner="b", now=clock()))
    now = clock()
    late = [
        states.finish(mine, RESULT, now=now),
        states.put_back(mine, now=now, due_at=now, reason="RateLimited"),
        states.refuse(mine, now=now, state=State.REFUSED, reason="REFUSED_BY_SAGE"),
        states.rearm(mine, now=now),
        states.prolong(mine, now=now),
    ]

    for write in late:
        with pytest.raises(LostRaceError):
            ledger.commit(write)

    assert ledger.chain(PK)["order"].owner == "b"


def test_a_claim_whose_turn_comes_late_is_armed_anew_and_counts_as_no_resend(
    ledger: Ledger, clock: FakeClock
) -> None:
    mine = claimed(ledger, clock)
    clock.pass_time(40)

    (armed,) = ledger.commit(states.prolong(mine, now=clock()))

    assert (armed.lease_until, armed.settle_at) == (clock() + LEASE, clock() + SETTLE)
    assert (armed.fence, armed.resends, armed.owner) == (mine.fence, 0, mine.owner)


def test_a_lease_that_is_over_cannot_be_rearmed(ledger: Ledger, clock: FakeClock) -> None:
    mine = claimed(ledger, clock)
    clock.pass_time(61)

    with pytest.raises(LostRaceError):
        ledger.commit(states.rearm(mine, now=clock()))


def test_finishing_keeps_the_result_and_leaves_nothing_due(
    ledger: Ledger, clock: FakeClock
) -> None:
    mine = claimed(ledger, clock)

    ledger.commit(states.finish(mine, RESULT, now=clock()))

    record = ledger.chain(PK)["order"]
    assert (record.state, record.result, record.due_at) == (State.DONE, RESULT, None)
    assert [line.split()[1:3] for line in record.history] == [["T0+T1", "SENT"], ["T4", "DONE"]]


def test_finishing_and_the_next_claim_are_one_transaction(ledger: Ledger, clock: FakeClock) -> None:
    mine = claimed(ledger, clock)

    done, following = ledger.commit(
        states.finish(mine, RESULT, now=clock()),
        states.claim(intent("invoice"), None, owner="a2", now=clock()),
    )

    assert ledger.chain(PK) == {"order": done, "invoice": following}
    assert (done.state, following.state) == (State.DONE, State.SENT)


def test_a_transaction_whose_second_condition_fails_changes_nothing(
    ledger: Ledger, clock: FakeClock
) -> None:
    mine = claimed(ledger, clock)
    claimed(ledger, clock, "invoice", owner="other")

    with pytest.raises(LostRaceError) as lost:
        ledger.commit(
            states.finish(mine, RESULT, now=clock()),
            states.claim(intent("invoice"), None, owner="a2", now=clock()),
        )

    assert lost.value.key == "invoice"
    assert lost.value.current is not None
    assert lost.value.current.owner == "other"
    assert ledger.chain(PK)["order"].state is State.SENT


def test_a_transaction_whose_answer_was_lost_is_still_ours(
    ledger: Ledger, clock: FakeClock
) -> None:
    mine = claimed(ledger, clock)
    writes = (
        states.finish(mine, RESULT, now=clock()),
        states.claim(intent("invoice"), None, owner="a2", now=clock()),
    )
    ledger.commit(*writes)

    done, following = ledger.commit(*writes)

    assert (done.state, following.owner) == (State.DONE, "a2")


def test_there_is_no_way_out_of_done(ledger: Ledger, clock: FakeClock) -> None:
    mine = claimed(ledger, clock)
    (done,) = ledger.commit(states.finish(mine, RESULT, now=clock()))
    clock.pass_time(100)
    now = clock()
    ways = [
        states.claim(intent(), None, owner="b", now=now),
        states.claim(intent(), done, owner="b", now=now),
        states.take_over(done, owner="b", now=now),
        states.reopen(done, owner="b", now=now, absent=True, by="ops"),
        states.confirm(done, RESULT, owner="b", now=now, by="ops"),
        states.cancel(done, owner="b", now=now),
    ]

    for write in ways:
        with pytest.raises(LostRaceError):
            ledger.commit(write)

    assert ledger.chain(PK)["order"] == done


def test_a_refused_posting_is_reopened_by_a_person_and_says_by_whom(
    ledger: Ledger, clock: FakeClock
) -> None:
    mine = claimed(ledger, clock)
    (refused,) = ledger.commit(
        states.refuse(
            mine, now=clock(), state=State.REFUSED, reason="PERIOD_CLOSED", hint="GL-1001"
        )
    )

    (ready,) = ledger.commit(
        states.reopen(refused, owner="r", now=clock(), absent=True, by="ops:kim")
    )

    assert (refused.reason, refused.hint, refused.due_at) == ("PERIOD_CLOSED", "GL-1001", None)
    assert (ready.state, ready.fence, ready.epoch, ready.due_at) == (State.READY, 2, 1, clock())
    assert ready.history[-1].endswith("by ops:kim")


def test_a_person_can_say_that_a_document_is_in_the_books(ledger: Ledger, clock: FakeClock) -> None:
    mine = claimed(ledger, clock)
    (review,) = ledger.commit(
        states.refuse(mine, now=clock(), state=State.REVIEW, reason="RESEND_LIMIT")
    )

    (done,) = ledger.commit(states.confirm(review, RESULT, owner="r", now=clock(), by="ops:kim"))

    assert (done.state, done.result, done.reason) == (State.DONE, RESULT, "")


def test_only_what_is_ready_can_be_cancelled(ledger: Ledger, clock: FakeClock) -> None:
    (ready,) = ledger.commit(states.make_ready(intent(), owner="a", now=clock()))
    mine = claimed(ledger, clock, "sent")

    (cancelled,) = ledger.commit(states.cancel(ready, owner="b", now=clock()))

    assert cancelled.state is State.CANCELLED
    with pytest.raises(LostRaceError):
        ledger.commit(states.cancel(mine, owner="b", now=clock()))


def test_chains_of_other_orders_are_not_seen(ledger: Ledger, clock: FakeClock) -> None:
    other = replace(intent(), pk="ORD#acme#shop#10010")

    ledger.commit(states.claim(other, None, owner="a", now=clock()))

    assert ledger.chain(PK) == {}


def test_what_dynamodb_throttles_is_raised_and_nothing_is_believed(
    monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        ledger = DynamoDbLedger(client, "no-such-table")

        with pytest.raises(ClientError):
            ledger.commit(states.claim(intent(), None, owner="a", now=clock()))
