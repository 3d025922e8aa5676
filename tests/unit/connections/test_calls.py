"""Calls and transactions are counted per tenant, month and kind, whatever sent them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from moto import mock_aws

from shared.connections.calls import CallCounter, CallRecords, month_of, transactions_of
from shared.connections.errors import ConnectionStoreError
from tests.unit.connections.support import Fleet


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with mock_aws():
        yield Fleet()


def test_counts_of_all_processes_come_together_by_month(fleet: Fleet) -> None:
    first, second = (CallRecords(fleet.dynamodb, "connections") for _ in range(2))
    first.add("acme", "2026-11", {"rest_read": 2, "transactions": 3, "xml": 0})
    second.add("acme", "2026-11", {"rest_read": 1, "rest_write": 4, "transactions": 5})
    second.add("acme", "2026-12", {"xml": 7})
    second.add("other", "2026-11", {"xml": 9})

    assert first.of_month("acme", "2026-11") == {
        "rest_read": 3,
        "rest_write": 4,
        "transactions": 8,
    }
    assert first.of_month("acme", "2026-12") == {"xml": 7}
    assert first.of_month("acme", "2026-10") == {}


def test_nothing_is_written_for_nothing(fleet: Fleet) -> None:
    records = CallRecords(fleet.dynamodb, "no-such-table")
    records.add("acme", "2026-11", {"xml": 0})
    with pytest.raises(ConnectionStoreError):
        records.add("acme", "2026-11", {"xml": 1})
    with pytest.raises(ConnectionStoreError):
        records.of_month("acme", "2026-11")


def test_a_month_is_the_one_of_utc() -> None:
    assert month_of(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)) == "2026-11"


@pytest.mark.parametrize(
    ("content", "transactions"),
    [
        (b"", 1),
        (b'{"id": "[1, 2]"}', 1),
        (b'[{"id": "a"}, {"id": "b"}, {"id": "c"}]', 3),
        (b"[]", 1),
        (b'<request><function controlid="a"/></request>', 1),
        (b'<content><function controlid="a"/><function controlid="b"/></content>', 2),
        (b'<content><function controlid="a">&lt;function x</function></content>', 1),
    ],
)
def test_a_batch_counts_as_many_transactions_as_it_has_parts(
    content: bytes, transactions: int
) -> None:
    assert transactions_of(content) == transactions


def test_what_could_not_be_written_is_kept_for_the_next_time() -> None:
    counter = CallCounter()
    counter.for_tenant("acme")("xml")
    counter.add("acme", "xml", 4)
    assert counter.taken() == {("acme", "xml"): 5}
    assert counter.taken() == {}
