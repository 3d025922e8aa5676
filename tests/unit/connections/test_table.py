"""Each step of the protocol is refused where it must be, whatever its caller believes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from moto import mock_aws

from shared.connections.records import NEVER, ConnectionKey, Fresh, Stored, digest_of
from shared.connections.single_flight import LEASE, Outcome
from tests.unit.connections.support import Fleet
from tests.unit.connections.test_tokens import Repeating

KEY = ConnectionKey("token", "acme", "ws@ACME")


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with mock_aws():
        yield Fleet()


def fresh(fleet: Fleet, text: str = "value") -> Fresh:
    now = fleet.clock()
    return Fresh(text, now, now + timedelta(hours=1), now + timedelta(minutes=45))


def test_a_lease_that_runs_is_nobody_elses(fleet: Fleet) -> None:
    table, now = fleet.table(), fleet.clock()
    assert table.lease(KEY, Stored(), owner="a", now=now, until=now + LEASE)
    seen = table.read(KEY)  # even for who knows of it
    assert table.lease(KEY, seen, owner="b", now=now, until=now + LEASE) is None
    later = now + LEASE + timedelta(seconds=1)
    assert table.lease(KEY, seen, owner="b", now=later, until=later + LEASE)


def test_a_lease_is_refused_to_who_saw_an_older_generation(fleet: Fleet) -> None:
    table, now = fleet.table(), fleet.clock()
    before = table.read(KEY)
    first = table.lease(KEY, before, owner="a", now=now, until=now + LEASE)
    assert first is not None
    table.release(first)
    assert table.lease(KEY, before, owner="b", now=now, until=now + LEASE) is None


def test_nothing_is_written_under_a_lease_that_was_lost(fleet: Fleet) -> None:
    table, now = fleet.table(), fleet.clock()
    lost = table.lease(KEY, Stored(), owner="a", now=now, until=now + LEASE)
    later = now + LEASE + timedelta(seconds=1)
    held = table.lease(KEY, table.read(KEY), owner="b", now=later, until=later + LEASE)
    assert lost is not None
    assert held is not None
    before = table.read(KEY)

    assert not table.publish(lost, fresh(fleet), sealed=b"late")
    assert not table.note_intent(lost, at=later)
    table.refuse(lost, until=later, secret="x", refusals=1)
    table.release(lost)

    assert table.read(KEY) == before
    assert table.publish(held, fresh(fleet), sealed=b"good")
    assert table.read(KEY).sealed == b"good"


def test_a_value_that_was_refused_stays_dead_whoever_saw_it_alive(fleet: Fleet) -> None:
    table, now = fleet.table(), fleet.clock()
    lease = table.lease(KEY, Stored(), owner="a", now=now, until=now + LEASE)
    assert lease is not None
    table.publish(lease, fresh(fleet), sealed=b"x")
    digest = digest_of("value")

    table.invalidate(KEY, digest=digest)
    table.extend(
        KEY, digest=digest, expires_at=now + timedelta(hours=9), renew_at=now + timedelta(hours=8)
    )

    assert table.read(KEY).expires_at == NEVER


def test_an_end_moves_forward_only_and_for_its_own_value_only(fleet: Fleet) -> None:
    table, now = fleet.table(), fleet.clock()
    lease = table.lease(KEY, Stored(), owner="a", now=now, until=now + LEASE)
    assert lease is not None
    table.publish(lease, fresh(fleet), sealed=b"x")
    for digest, hours in ((digest_of("value"), 0.5), (digest_of("other"), 9)):
        end = now + timedelta(hours=hours)
        table.extend(KEY, digest=digest, expires_at=end, renew_at=end)
    assert table.read(KEY).expires_at == now + timedelta(hours=1)
    end = now + timedelta(hours=2)
    table.extend(KEY, digest=digest_of("value"), expires_at=end, renew_at=end)
    assert table.read(KEY).expires_at == end


def test_the_value_that_was_just_refused_is_not_usable_even_if_it_looks_alive(
    fleet: Fleet,
) -> None:
    now = fleet.clock()
    stored = Stored(sealed=b"x", digest="d", expires_at=now + timedelta(hours=1))
    assert stored.is_usable(now)
    assert not stored.is_usable(now, rejected="d")
    assert not stored.is_usable(now + timedelta(hours=1))


def test_a_renewal_whose_write_was_repeated_counts_as_one(fleet: Fleet) -> None:
    worker = fleet.worker(client=Repeating(fleet.dynamodb))
    assert worker.keep_fresh(ahead=timedelta(minutes=15)) is Outcome.RENEWED


def test_a_record_reads_back_as_it_was_written(fleet: Fleet) -> None:
    table, now = fleet.table(), fleet.clock()
    lease = table.lease(KEY, Stored(), owner="a", now=now, until=now + LEASE)
    assert lease is not None
    until = now + timedelta(hours=24)
    kept = {"refresh_sealed": b"r", "refresh_origin": "o", "refresh_previous_until": until}
    table.publish(lease, fresh(fleet), sealed=b"x", refresh=kept)
    assert table.read(KEY) == Stored(
        generation=1,
        sealed=b"x",
        digest=digest_of("value"),
        expires_at=now + timedelta(hours=1),
        renew_at=now + timedelta(minutes=45),
        refresh_sealed=b"r",
        refresh_previous_until=until,
        refresh_origin="o",
    )
