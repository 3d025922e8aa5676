"""Which events payouts took, in DynamoDB and in memory: each in one journal (moto in process)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from intacct.documents import JournalLine, Side
from shared.gl.batches import sealed_of
from shared.gl.days import DayBook, DayKey, EntryConflictError
from shared.gl.payout_days import EventTakenError, PayoutDays
from shared.gl.payout_days_store import DynamoDbPayoutDays
from shared.gl.revisions import Batch, BatchState
from shared.gl.sealing import Sealer
from shared.gl.store import DynamoDbDayBook
from shared.policy.mapping import Mapping, Role
from shared.postings.book import StoreBook
from shared.postings.plan import DayEntry
from tests.contract.ledger_rig import make_table
from tests.fake_day_book import MemoryDayBook
from tests.fakes import FakeClock
from tests.unit.payouts.claims import MemoryPayoutDays

ORDER = "ORD#acme#outlet#1"
SECOND, LAST = date(2026, 3, 2), date(2026, 3, 31)
DEPOSIT = DayKey("acme", "outlet", "USD", date(2026, 4, 8), "po#1:a")
MARCH = replace(DEPOSIT, on=LAST)
BOOK = StoreBook(
    "acme", "100", "America/New_York", "USD", "outlet", Mapping("7", {Role.PAYOUT_CLEARING: "1100"})
)


@dataclass
class Kept:
    """Both books over one table."""

    days: DayBook
    claims: PayoutDays


def in_memory() -> Kept:
    days = MemoryDayBook()
    return Kept(days, MemoryPayoutDays(days))


def in_dynamodb() -> Kept:
    client = boto3.client("dynamodb", region_name="eu-central-1")
    table = make_table(client, "orders")
    return Kept(DynamoDbDayBook(client, table), DynamoDbPayoutDays(client, table))


@pytest.fixture(params=[in_memory, in_dynamodb])
def kept(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield request.param()


def entry(event: str = "sale:1", amount: str = "10.00", *, to: str = "4000") -> DayEntry:
    money = Money.of(amount, "USD")
    lines = (JournalLine("1100", Side.DEBIT, money), JournalLine(to, Side.CREDIT, money))
    at = datetime.fromisoformat("2026-03-02T15:00:00+00:00")
    return DayEntry(event, "outlet", "USD", SECOND, at, lines, order_id="1")


def own(amount: str = "10.00") -> DayEntry:
    money = Money.of(amount, "USD")
    lines = (JournalLine("1010", Side.DEBIT, money), JournalLine("1100", Side.CREDIT, money))
    return replace(entry("payout:po#1:a"), lines=lines, order_id="")


def test_nothing_is_known_of_a_payout_at_first(kept: Kept) -> None:
    assert kept.claims.parts("acme", "outlet", "po#1:a") is None
    assert kept.claims.holders(ORDER) == {}


def test_parts_are_added_and_the_deposit_stays(kept: Kept) -> None:
    kept.claims.plan([DEPOSIT], DEPOSIT)
    parts = kept.claims.plan([MARCH], MARCH)

    assert parts == kept.claims.parts("acme", "outlet", "po#1:a")
    assert (parts.keys, parts.deposit, parts.is_whole) == ((MARCH, DEPOSIT), DEPOSIT, False)
    assert kept.claims.close(parts).is_whole


def test_an_event_is_claimed_once_however_often(kept: Kept) -> None:
    for _ in range(2):
        kept.claims.claim(ORDER, MARCH, entry())

    assert kept.claims.holders(ORDER) == {"sale:1": MARCH}
    assert kept.days.read(MARCH).free == (entry(),)
    assert list(kept.days.entered(ORDER)) == ["sale:1"]


def test_an_event_of_one_payout_is_never_in_another(kept: Kept) -> None:
    kept.claims.claim(ORDER, MARCH, entry())

    with pytest.raises(EventTakenError, match="payout po#1:a 2026-03-31"):
        kept.claims.claim(ORDER, replace(MARCH, payout="po-2"), entry())


def test_an_event_of_a_day_is_never_in_a_payout(kept: Kept) -> None:
    kept.days.enter(ORDER, "acme", entry(), due_at=entry().occurred_at)

    with pytest.raises(EventTakenError):
        kept.claims.claim(ORDER, MARCH, entry())
    assert kept.claims.holders(ORDER) == {"sale:1": DayKey("acme", "outlet", "USD", SECOND)}


def test_an_event_with_other_lines_is_a_conflict(kept: Kept) -> None:
    kept.claims.claim(ORDER, MARCH, entry())
    kept.claims.put(DEPOSIT, own())

    with pytest.raises(EntryConflictError):
        kept.claims.claim(ORDER, MARCH, entry(amount="10.01"))
    with pytest.raises(EntryConflictError):
        kept.claims.put(DEPOSIT, own("10.01"))


def test_a_payouts_parts_are_no_days_that_an_export_finds(kept: Kept) -> None:
    at = entry().occurred_at
    kept.claims.claim(ORDER, MARCH, entry())
    kept.days.correct(MARCH, by="Ada", through="", due_at=at)
    kept.days.amend(ORDER, "acme", entry(amount="11.00"), due_at=at, key=MARCH)

    assert kept.days.due("acme", now=at + timedelta(days=1)) == []
    assert kept.days.head(MARCH).corrected_by == "Ada"
    assert kept.days.read(MARCH).free == (entry(amount="11.00"),)


def test_an_event_is_made_anew_where_it_stands_and_what_was_sealed_stays(kept: Kept) -> None:
    at = entry().occurred_at
    kept.claims.claim(ORDER, DEPOSIT, entry())
    kept.claims.put(DEPOSIT, own())
    first = Sealer(kept.days, FakeClock(at)).seal(DEPOSIT, BOOK, at + timedelta(minutes=5))
    assert first is not None

    kept.days.amend(ORDER, "acme", entry(to="4001"), due_at=at, key=DEPOSIT)
    kept.days.amend("", "acme", own(), due_at=at, key=DEPOSIT)

    day = kept.days.read(DEPOSIT)
    assert [kept_.entry.event for kept_ in day.entries if not kept_.batch] == ["sale:1"]
    assert {one.event: one.lines for one in day.members(first.batch)} == {
        "payout:po#1:a": own().lines,
        "sale:1": entry().lines,
    }


def test_a_sealed_part_nets_the_account_where_sales_and_payout_meet(kept: Kept) -> None:
    at = entry().occurred_at
    kept.claims.claim(ORDER, DEPOSIT, entry())
    kept.claims.put(DEPOSIT, own())

    frozen = Sealer(kept.days, FakeClock(at)).seal(DEPOSIT, BOOK, at + timedelta(minutes=5))

    assert frozen is not None
    known = kept.days.head(DEPOSIT).batch(1)
    assert known is not None
    assert (known.state, known.netted, known.members) == (BatchState.SEALED, "1100", 2)
    (part,) = kept.days.parts(DEPOSIT, known)
    assert [(one.account, one.side) for one in part.lines] == [
        ("1010", Side.DEBIT),
        ("4000", Side.CREDIT),
    ]


def test_a_day_nets_nothing() -> None:
    day = DayKey("acme", "outlet", "USD", SECOND)
    sealed = sealed_of(day, [entry(), own()], BOOK)

    assert sealed.batch.netted == ""
    assert [one.account for one in sealed.parts[0].lines] == ["1010", "1100", "1100", "4000"]
    assert Batch(1, BatchState.OPEN).netted == ""
