"""What keepers of progress and of tombstones promise, held against memory and against DynamoDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from intacct.reading import Kept
from intacct.watermarks import Watermark
from shared.changes.checkpoints import (
    LEASE,
    MOST_HANDLED,
    ChangeCheckpoints,
    DynamoDbChangeCheckpoints,
    Progress,
    ReadElsewhereError,
)
from shared.changes.hint_store import DynamoDbHints
from shared.changes.hints import Heard, Hints, HintStore
from shared.changes.pace import Place
from shared.changes.ports import Gone, How, Known
from shared.changes.tombstones import (
    DynamoDbTombstones,
    Held,
    StaleHeldError,
    Tombstone,
    Tombstones,
)
from tests.unit.changes.memory import MemoryChangeCheckpoints, MemoryHints, MemoryTombstones

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
PLACE = Place("100", Kept.AR_INVOICE)
Keeper = Callable[[str], ChangeCheckpoints]


@pytest.fixture
def table() -> Iterator[object]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName="table",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )
        yield client


@pytest.fixture(params=["memory", "dynamodb"])
def keeper(request: pytest.FixtureRequest) -> Keeper:
    """Gives the checkpoints as a process of that name sees them."""
    if request.param == "memory":
        first = MemoryChangeCheckpoints()
        return lambda owner: MemoryChangeCheckpoints(owner, first)
    client = request.getfixturevalue("table")
    return lambda owner: DynamoDbChangeCheckpoints(client, "table", owner=owner)


@pytest.fixture(params=["memory", "dynamodb"])
def stones(request: pytest.FixtureRequest) -> Tombstones:
    if request.param == "memory":
        return MemoryTombstones()
    return DynamoDbTombstones(request.getfixturevalue("table"), "table")


def test_progress_is_kept_whole_by_kind_and_entity(keeper: Keeper) -> None:
    mine = keeper("mine")
    stamps = frozenset({("7", NOW), ("8", NOW), ("7", NOW - timedelta(seconds=1))})
    made = Progress(
        Watermark(NOW, stamps),
        read_at=NOW,
        wide_at=NOW - timedelta(hours=1),
        looked_at=NOW + timedelta(seconds=1),
        looked_after="17",
        failed_at=NOW,
        partial_at=NOW,
    )

    lease = mine.acquire("acme", PLACE, now=NOW)
    assert lease.progress == Progress()
    mine.keep(lease, made, now=NOW)
    mine.release(lease)

    assert mine.of_entity("acme", "100") == {Kept.AR_INVOICE: made}
    assert mine.of_entity("acme", "") == {}
    assert mine.acquire("acme", PLACE, now=NOW).progress == made


def test_what_is_over_is_forgotten(keeper: Keeper) -> None:
    mine = keeper("mine")
    lease = mine.acquire("acme", PLACE, now=NOW)
    lease = mine.keep(lease, Progress(looked_after="17", failed_at=NOW), now=NOW)

    mine.keep(lease, Progress(read_at=NOW), now=NOW)

    assert mine.of_entity("acme", "100") == {Kept.AR_INVOICE: Progress(read_at=NOW)}


def test_one_owner_at_a_time_until_the_lease_ends(keeper: Keeper) -> None:
    mine, other = keeper("mine"), keeper("other")
    lease = mine.acquire("acme", PLACE, now=NOW)
    with pytest.raises(ReadElsewhereError):
        other.acquire("acme", PLACE, now=NOW + LEASE)
    later = NOW + LEASE + timedelta(seconds=1)
    taken = other.acquire("acme", PLACE, now=later)

    with pytest.raises(ReadElsewhereError):
        mine.keep(lease, Progress(Watermark(NOW)), now=later)
    mine.release(lease)

    assert other.keep(taken, Progress(Watermark(NOW)), now=later).progress.watermark.reached_at
    other.release(taken)
    mine.acquire("acme", PLACE, now=later)


def test_a_watermark_never_moves_back(keeper: Keeper) -> None:
    mine = keeper("mine")
    lease = mine.acquire("acme", PLACE, now=NOW)
    lease = mine.keep(lease, Progress(Watermark(NOW)), now=NOW)

    with pytest.raises(ReadElsewhereError):
        mine.keep(lease, Progress(Watermark(NOW - timedelta(seconds=1))), now=NOW)
    mine.keep(lease, Progress(Watermark(NOW), read_at=NOW), now=NOW)

    assert mine.of_entity("acme", "100")[Kept.AR_INVOICE].read_at == NOW


def test_more_stamps_than_an_item_holds_are_told_again_rather_than_lost(keeper: Keeper) -> None:
    mine = keeper("mine")
    lease = mine.acquire("acme", PLACE, now=NOW)
    fit = frozenset((str(number), NOW) for number in range(MOST_HANDLED))

    lease = mine.keep(lease, Progress(Watermark(NOW, fit)), now=NOW)
    assert mine.of_entity("acme", "100")[Kept.AR_INVOICE].watermark.handled == fit
    mine.keep(lease, Progress(Watermark(NOW, fit | {("more", NOW)})), now=NOW)

    assert len(mine.of_entity("acme", "100")[Kept.AR_INVOICE].watermark.handled) == MOST_HANDLED


@pytest.fixture(params=["memory", "dynamodb"])
def hints(request: pytest.FixtureRequest) -> HintStore:
    if request.param == "memory":
        return MemoryHints()
    return DynamoDbHints(request.getfixturevalue("table"), "table")


def test_a_hint_moves_forwards_only_and_each_kind_of_it_by_itself(hints: HintStore) -> None:
    later = NOW + timedelta(seconds=1)
    for at in (NOW, later, NOW):
        hints.hint("acme", PLACE, at, is_deletion=False)
    hints.hint("acme", Place("", Kept.ITEM), NOW, is_deletion=True)
    hints.hint("another", Place("", Kept.CONTACT), NOW, is_deletion=True)

    assert hints.of_tenant("acme") == Hints(
        {PLACE: Heard(changed_at=later), Place("", Kept.ITEM): Heard(gone_at=NOW)}
    )
    assert hints.of_tenant("nobody") == Hints()


def test_how_pulling_goes_is_kept_beside_the_hints(hints: HintStore) -> None:
    hints.pulled("acme", NOW, failed=False)
    hints.pulled("acme", NOW + timedelta(hours=1), failed=True)
    hints.pulled("acme", NOW - timedelta(hours=1), failed=False)

    assert hints.of_tenant("acme") == Hints({}, NOW, NOW + timedelta(hours=1))


def gone(key: str = "17", kind: Kept = Kept.AR_INVOICE) -> Gone:
    return Gone(kind, key, How.AUDITED, "INV-17", "1001-INV", NOW, "boss")


def test_tombstones_are_kept_by_kind_and_what_is_back_is_marked(stones: Tombstones) -> None:
    first = Tombstone("100", gone(), NOW)
    contact = Tombstone("100", Gone(Kept.CONTACT, "", How.AUDITED, id="C-1-X"), NOW)
    stones.put("acme", [first, contact])
    back = replace(first, back_at=NOW)
    stones.put("acme", [back])

    assert stones.of_kind("acme", PLACE) == {"17": back}
    assert stones.of_kind("acme", Place("100", Kept.CONTACT)) == {"C-1-X": contact}
    assert {one.gone.kind for one in stones.of_entity("acme", "100")} == {
        Kept.AR_INVOICE,
        Kept.CONTACT,
    }
    assert list(stones.of_entity("acme", "200")) == []


def test_what_waits_is_confirmed_as_it_was_shown_or_not_at_all(stones: Tombstones) -> None:
    shown = Held(PLACE, (Known("1", "INV-1", "R1"), Known("2")), 5, NOW)
    stones.hold("acme", shown)
    assert stones.held("acme", PLACE) == shown
    assert not shown.believed
    newer = replace(shown, records=(Known("3"),))
    stones.hold("acme", newer)

    with pytest.raises(StaleHeldError):
        stones.confirm("acme", shown, by="ann", at=NOW)
    confirmed = stones.confirm("acme", newer, by="ann", at=NOW)

    assert stones.held("acme", PLACE) == confirmed
    assert (confirmed.confirmed_by, sorted(confirmed.believed)) == ("ann", ["3"])
    assert list(stones.of_entity("acme", "100")) == []
    assert stones.held("acme", Place("100", Kept.PAYMENT)) is None
