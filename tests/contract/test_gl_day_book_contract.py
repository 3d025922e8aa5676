"""The DynamoDB day book and its fake keep the same promises (moto in process, one thread)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from intacct.documents import Dimensions, DocumentResult, JournalLine, Side
from shared.gl.batches import sealed
from shared.gl.days import (
    Batch,
    BatchMovedError,
    BatchState,
    DayBook,
    DayKey,
    EntryConflictError,
)
from shared.gl.store import DynamoDbDayBook
from shared.postings.plan import DayEntry
from tests.contract.test_ledger_contract import make_table
from tests.fakes import MemoryDayBook

ON = date(2026, 3, 2)
KEY = DayKey("acme", "outlet", "USD", ON)
ENDS_AT = datetime.fromisoformat("2026-03-03T05:00:00+00:00")
LATER = ENDS_AT + timedelta(hours=1)


def entry(event: str = "sale:1", amount: str = "10.00") -> DayEntry:
    money = Money.of(amount, "USD")
    place = Dimensions(location="100", department="WEB", custom=(("CHANNEL", "web"),))
    lines = (
        JournalLine("1100", Side.DEBIT, money, place, "memo"),
        JournalLine("4000", Side.CREDIT, money, place),
    )
    occurred_at = datetime.fromisoformat("2026-03-02T15:00:00+00:00")
    return DayEntry(event, "outlet", "USD", ON, occurred_at, lines, order_total=money)


def make_memory() -> DayBook:
    return MemoryDayBook()


def make_dynamodb() -> DayBook:
    client = boto3.client("dynamodb", region_name="eu-central-1")
    return DynamoDbDayBook(client, make_table(client, "orders"))


@pytest.fixture(params=[make_memory, make_dynamodb])
def days(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[DayBook]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield request.param()


def enter(days: DayBook, *entries: DayEntry) -> None:
    for one in entries:
        days.enter(f"ORD#{one.event}", "acme", one, due_at=ENDS_AT)


def frozen(days: DayBook, sequence: int = 1) -> Batch:
    batch = days.open_batch(KEY, sequence, due_at=ENDS_AT)
    days.freeze(KEY, batch, days.read(KEY).free)
    batch = sealed(batch, days.read(KEY).members(batch))
    days.seal(KEY, batch)
    return batch


def test_an_event_is_kept_to_the_cent_and_with_its_dimensions(days: DayBook) -> None:
    enter(days, entry())

    assert days.read(KEY).free == (entry(),)


def test_an_event_entered_again_is_there_once(days: DayBook) -> None:
    enter(days, entry(), entry())

    assert len(days.read(KEY).entries) == 1


def test_an_order_knows_which_of_its_events_were_entered(days: DayBook) -> None:
    enter(days, entry("sale:1"), entry("sale:2"))

    assert set(days.entered("ORD#sale:1")) == {"sale:1"}
    assert days.entered("ORD#sale:1") != days.entered("ORD#sale:2")


def test_the_same_event_with_other_lines_is_a_conflict(days: DayBook) -> None:
    enter(days, entry("sale:1", "10.00"))

    with pytest.raises(EntryConflictError):
        enter(days, entry("sale:1", "11.00"))

    assert days.read(KEY).free == (entry("sale:1", "10.00"),)


def test_a_day_is_listed_when_it_is_over_and_not_before(days: DayBook) -> None:
    enter(days, entry())

    assert days.due("acme", now=ENDS_AT - timedelta(seconds=1)) == []
    assert days.due("acme", now=ENDS_AT) == [KEY]
    assert days.due("other", now=LATER) == []


def test_a_day_stays_listed_until_its_batch_is_in_the_books(days: DayBook) -> None:
    enter(days, entry())
    batch = frozen(days)
    listed = days.due("acme", now=LATER)

    days.complete(KEY, batch, {"key": DocumentResult("17", "GL-17")})

    assert listed == [KEY]
    assert days.due("acme", now=LATER) == []


def test_a_sealed_batch_keeps_its_membership(days: DayBook) -> None:
    enter(days, entry("sale:1"), entry("sale:2"))

    batch = frozen(days)

    day = days.read(KEY)
    assert day.unfinished == batch
    assert (batch.members, batch.debits, batch.state) == (2, "20.00 USD", BatchState.SEALED)
    assert {one.event for one in day.members(batch)} == {"sale:1", "sale:2"}
    assert day.free == ()


def test_an_event_in_a_batch_is_not_taken_by_another(days: DayBook) -> None:
    enter(days, entry("sale:1"))
    first = frozen(days)
    enter(days, entry("sale:2"))

    second = days.open_batch(KEY, 2, due_at=ENDS_AT)
    days.freeze(KEY, second, [entry("sale:1"), entry("sale:2")])

    day = days.read(KEY)
    assert [one.event for one in day.members(first)] == ["sale:1"]
    assert [one.event for one in day.members(second)] == ["sale:2"]


def test_a_batch_that_is_open_already_is_taken_up(days: DayBook) -> None:
    days.open_batch(KEY, 1, due_at=ENDS_AT)

    assert days.open_batch(KEY, 1, due_at=ENDS_AT) == Batch(1, BatchState.OPEN)


def test_a_sealed_batch_is_neither_opened_nor_sealed_again(days: DayBook) -> None:
    enter(days, entry())
    batch = frozen(days)

    with pytest.raises(BatchMovedError):
        days.open_batch(KEY, 1, due_at=ENDS_AT)
    with pytest.raises(BatchMovedError):
        days.seal(KEY, replace(batch, membership_hash="other"))

    assert days.read(KEY).unfinished == batch


def test_a_finished_batch_keeps_its_results_and_the_next_one_follows(days: DayBook) -> None:
    enter(days, entry())
    batch = frozen(days)
    results = {"acme/100/GL_BATCH/outlet:summary": DocumentResult("17", "GL-17")}

    days.complete(KEY, batch, results)
    days.complete(KEY, batch, results)

    day = days.read(KEY)
    assert day.batches[0].results == results
    assert day.unfinished is None
    assert day.next_sequence == 2


def test_more_events_than_one_transaction_holds_are_frozen_together(days: DayBook) -> None:
    enter(days, *(entry(f"sale:{number:03d}", "1.00") for number in range(130)))

    batch = frozen(days)

    assert (batch.members, batch.debits) == (130, "130.00 USD")


def test_days_and_their_keys_are_each_other(days: DayBook) -> None:
    enter(days, entry())

    assert DayKey.parse(KEY.pk) == KEY
    assert KEY.ledger_pk == "GL#acme#outlet#2026-03-02"
    assert days.read(replace(KEY, currency="EUR")).entries == ()
    with pytest.raises(ValueError, match="no day's key"):
        DayKey.parse("ORD#acme#outlet#USD#2026-03-02")
