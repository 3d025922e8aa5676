"""The DynamoDB day book and its fake keep the same promises (moto in process, one thread)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from intacct.documents import Dimensions, DocumentResult, JournalLine, Side
from intacct.statistics import StatisticalLine
from shared.gl.batches import sealed_of
from shared.gl.days import (
    BatchMovedError,
    DayBook,
    DayKey,
    EntryConflictError,
    KeptEntry,
    WithEdits,
)
from shared.gl.revisions import Batch, BatchKind, BatchState
from shared.gl.store import DynamoDbDayBook
from shared.ledger.content import digest
from shared.policy.mapping import Mapping
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry
from tests.contract.ledger_rig import make_table
from tests.fake_day_book import MemoryDayBook

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


BOOK = StoreBook("acme", "100", "America/New_York", "USD", "outlet", Mapping("7", {}))
COUNTS = (StatisticalLine("STAT-ORDERS", Side.DEBIT, Decimal(2)),)


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


def opened(days: DayBook, sequence: int = 1, replaces: int = 0) -> Batch:
    return days.open_batch(KEY, Batch(sequence, BatchState.OPEN, replaces=replaces))


def frozen(days: DayBook, sequence: int = 1, replaces: int = 0) -> Batch:
    days.freeze(KEY, opened(days, sequence, replaces), list(days.free(KEY)))
    known = days.head(KEY).batch(sequence)
    assert known is not None
    whole = sealed_of(KEY, days.read(KEY).members(known), BOOK)
    batch = replace(
        whole.batch, sequence=sequence, replaces=replaces, frozen=known.frozen, counts=COUNTS
    )
    days.seal(KEY, batch, whole.parts)
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


def test_a_day_stays_listed_until_it_is_settled(days: DayBook) -> None:
    enter(days, entry())
    batch = frozen(days)
    days.complete(KEY, batch, {"key": DocumentResult("17", "GL-17")})
    listed = days.due("acme", now=LATER)

    days.settle(days.head(KEY))

    assert listed == [KEY]
    assert days.due("acme", now=LATER) == []
    assert days.head(KEY).due_at is None


def test_a_day_that_rests_is_listed_again_then(days: DayBook) -> None:
    enter(days, entry())

    days.settle(days.head(KEY), due_at=LATER)

    assert days.due("acme", now=LATER - timedelta(seconds=1)) == []
    assert days.due("acme", now=LATER) == [KEY]


def test_a_day_that_got_more_meanwhile_is_not_settled(days: DayBook) -> None:
    enter(days, entry("sale:1"))
    read = days.head(KEY)
    enter(days, entry("sale:2"))

    days.settle(read)

    assert days.due("acme", now=LATER) == [KEY]


def test_a_sealed_batch_keeps_its_membership_and_its_lines(days: DayBook) -> None:
    enter(days, entry("sale:1"), entry("sale:2"))

    batch = frozen(days)

    day = days.read(KEY)
    assert day.unfinished == batch
    assert (batch.members, batch.debits, batch.state) == (2, "20.00 USD", BatchState.SEALED)
    assert (batch.mapping_version, batch.entity, batch.counts) == ("7", "100", COUNTS)
    assert {one.event for one in day.members(batch)} == {"sale:1", "sale:2"}
    assert day.free == ()
    (part,) = days.parts(KEY, batch)
    assert [line.amount.plain() for line in part.lines] == ["20.00", "20.00"]


def test_the_journal_of_fees_is_known_as_such_when_it_is_read_again(days: DayBook) -> None:
    enter(days, entry("fee:1", "0.59"), entry("sale:1"))

    parts = days.parts(KEY, frozen(days))

    assert [(part.number, part.is_fees, part.lines[0].amount.plain()) for part in parts] == [
        (1, True, "0.59"),
        (2, False, "10.00"),
    ]


def test_an_event_in_a_batch_is_not_taken_by_another(days: DayBook) -> None:
    enter(days, entry("sale:1"))
    first = frozen(days)
    enter(days, entry("sale:2"))

    second = opened(days, 2)
    days.freeze(KEY, second, ["sale:1", "sale:2"])

    day = days.read(KEY)
    assert [kept.batch for kept in day.entries] == [first.name, second.name]
    assert [one.event for one in day.members(first)] == ["sale:1"]
    assert [one.event for one in day.members(second)] == ["sale:1", "sale:2"]
    assert [batch.frozen for batch in day.batches] == [1, 1]


def test_a_batch_that_is_open_already_is_taken_up(days: DayBook) -> None:
    enter(days, entry())
    days.freeze(KEY, opened(days), ["sale:1"])

    assert opened(days) == Batch(1, BatchState.OPEN, frozen=1)


def test_a_sealed_batch_is_neither_opened_nor_sealed_again_nor_added_to(days: DayBook) -> None:
    enter(days, entry())
    batch = frozen(days)
    enter(days, entry("sale:2"))

    with pytest.raises(BatchMovedError):
        opened(days)
    with pytest.raises(BatchMovedError):
        days.seal(KEY, replace(batch, membership_hash="other"), ())
    with pytest.raises(BatchMovedError):
        days.freeze(KEY, batch, ["sale:2"])

    assert days.read(KEY).unfinished == batch
    assert list(days.free(KEY)) == ["sale:2"]


def test_a_batch_that_got_more_than_was_added_up_is_not_sealed(days: DayBook) -> None:
    enter(days, entry("sale:1"), entry("sale:2"))
    batch = opened(days)
    days.freeze(KEY, batch, ["sale:1"])
    whole = sealed_of(KEY, [entry("sale:1")], BOOK)
    days.freeze(KEY, batch, ["sale:2"])

    with pytest.raises(BatchMovedError):
        days.seal(KEY, replace(whole.batch, frozen=1), whole.parts)

    assert days.head(KEY).batches[0].state is BatchState.OPEN


def test_a_finished_batch_keeps_its_results_and_the_next_one_follows(days: DayBook) -> None:
    enter(days, entry())
    batch = frozen(days)
    results = {"acme/100/GL_BATCH/outlet:summary": DocumentResult("17", "GL-17")}

    days.complete(KEY, batch, results)
    days.complete(KEY, batch, results)

    day = days.read(KEY)
    assert day.posted is not None
    assert day.posted.results == results
    assert day.unfinished is None
    assert day.next_sequence == 2


def test_batches_that_correct_each_other_carry_each_others_number(days: DayBook) -> None:
    enter(days, entry("sale:1"))
    days.complete(KEY, frozen(days), {})
    enter(days, entry("sale:2"))

    second = frozen(days, 2, replaces=1)

    first, kept = days.head(KEY).batches
    assert (first.replaced_by, kept.replaces) == (2, 1)
    assert second.members == 2


def test_a_batch_is_moved_by_who_knows_it_only(days: DayBook) -> None:
    enter(days, entry())
    batch = frozen(days)
    moved = replace(batch, kind=BatchKind.DELTA, posted_on=date(2026, 4, 1), takes_back=False)

    days.move(KEY, batch, moved)
    with pytest.raises(BatchMovedError):
        days.move(KEY, batch, replace(batch, state=BatchState.VOID))

    assert days.head(KEY).batches == (moved,)


def test_a_corrected_event_is_free_again_and_what_was_exported_of_it_is_kept(
    days: DayBook,
) -> None:
    enter(days, entry("sale:1", "10.00"))
    first = frozen(days)
    days.complete(KEY, first, {})

    days.amend("ORD#sale:1", "acme", entry("sale:1", "11.00"), due_at=ENDS_AT)
    days.amend("ORD#sale:1", "acme", entry("sale:1", "11.00"), due_at=ENDS_AT)

    (kept,) = days.entries(KEY)
    assert kept.older == ((first.name, entry("sale:1", "10.00")),)
    assert days.read(KEY).members(first) == (entry("sale:1", "10.00"),)
    assert list(days.free(KEY)) == ["sale:1"]
    enter(days, entry("sale:1", "11.00"))


def test_a_free_event_is_corrected_in_its_place(days: DayBook) -> None:
    enter(days, entry("sale:1", "10.00"))

    days.amend("ORD#sale:1", "acme", entry("sale:1", "11.00"), due_at=ENDS_AT)

    assert days.read(KEY).free == (entry("sale:1", "11.00"),)
    assert next(days.entries(KEY)).older == ()


def test_an_event_that_was_never_entered_is_not_corrected(days: DayBook) -> None:
    with pytest.raises(BatchMovedError):
        days.amend("ORD#sale:1", "acme", entry(), due_at=ENDS_AT)


def test_how_far_a_correction_came_is_kept_and_forgotten_when_it_is_done(days: DayBook) -> None:
    enter(days, entry("sale:1"), entry("sale:2"))
    days.settle(days.head(KEY))

    days.correct(KEY, by="ops:kim", through="sale:1", due_at=ENDS_AT)
    begun, listed = days.head(KEY), days.due("acme", now=LATER)
    days.correct(KEY, by="", through="", due_at=ENDS_AT)

    assert (begun.corrected_by, begun.corrected_to, listed) == ("ops:kim", "sale:1", [KEY])
    assert days.head(KEY).corrected_by == ""
    assert [kept.entry.event for kept in days.entries(KEY, after="sale:1")] == ["sale:2"]


def test_more_events_than_one_transaction_holds_are_frozen_together(days: DayBook) -> None:
    enter(days, *(entry(f"sale:{number:03d}", "1.00") for number in range(130)))

    batch = frozen(days)

    assert (batch.members, batch.debits, batch.frozen) == (130, "130.00 USD", 130)


def test_days_and_their_keys_are_each_other(days: DayBook) -> None:
    enter(days, entry())

    assert DayKey.parse(KEY.pk) == KEY
    assert KEY.ledger_pk == "GL#acme#outlet#2026-03-02"
    assert days.read(replace(KEY, currency="EUR")).entries == ()
    with pytest.raises(ValueError, match="no day's key"):
        DayKey.parse("ORD#acme#outlet#USD#2026-03-02")


def edit_of(known: KeptEntry, event: str = "edit:sale:1:b") -> DayEntry:
    return replace(known.entry, event=event, edits="sale:1")


def edited_once(days: DayBook) -> KeptEntry:
    enter(days, entry("sale:1"))
    known = days.booked("ORD#sale:1", "sale:1")
    assert known is not None
    told = entry("sale:1", "11.00").lines
    days.add_edit("ORD#sale:1", "acme", known, edit_of(known), told=told, due_at=ENDS_AT)
    return known


def test_an_edit_stands_in_its_day_and_beside_what_it_edits(days: DayBook) -> None:
    edited_once(days)

    known = days.booked("ORD#sale:1", "sale:1")
    assert known is not None
    assert [edit.event for edit in known.edits] == ["edit:sale:1:b"]
    assert {one.event for one in days.read(KEY).free} == {"sale:1", "edit:sale:1:b"}
    assert days.booked("ORD#sale:1", "sale:2") is None


def test_an_edited_event_counts_as_the_order_tells_it_now(days: DayBook) -> None:
    edited_once(days)

    assert days.entered("ORD#sale:1") == {"sale:1": digest(entry("sale:1", "11.00").lines)}


def test_of_two_edits_at_once_one_is_entered(days: DayBook) -> None:
    known = edited_once(days)
    other = edit_of(known, "edit:sale:1:c")

    with pytest.raises(BatchMovedError):
        days.add_edit("ORD#sale:1", "acme", known, other, told=(), due_at=ENDS_AT)

    assert {one.event for one in days.read(KEY).free} == {"sale:1", "edit:sale:1:b"}


def test_an_edited_event_is_made_anew_only_by_who_knows_its_edits(days: DayBook) -> None:
    edited_once(days)
    anew = entry("sale:1", "12.00")

    with pytest.raises(BatchMovedError):
        days.amend("ORD#sale:1", "acme", anew, due_at=ENDS_AT)
    told = entry("sale:1", "13.00").lines
    edited = WithEdits(1, told)
    days.amend("ORD#sale:1", "acme", anew, due_at=ENDS_AT, edited=edited)

    known = days.booked("ORD#sale:1", "sale:1")
    assert known is not None
    assert (known.entry.lines, len(known.edits)) == (anew.lines, 1)
    assert days.entered("ORD#sale:1") == {"sale:1": digest(told)}
