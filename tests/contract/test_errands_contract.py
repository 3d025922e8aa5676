"""Errands in memory and in DynamoDB keep the same promises."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from shared.errands.records import Errand, ErrandKind, Errands, ErrandState
from shared.errands.store import DynamoDbErrands
from tests.contract.ledger_rig import make_table
from tests.unit.errands.memory import MemoryErrands

NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(params=["memory", "dynamodb"])
def errands(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Errands]:
    if request.param == "memory":
        yield MemoryErrands()
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        make_table(client, "orders")
        yield DynamoDbErrands(client, "orders")


def errand(name: str = "C-1", at: datetime = NOW, **details: str) -> Errand:
    return Errand("acme", ErrandKind.CUSTOMER, name, at, details)


def due(errands: Errands, now: datetime = NOW) -> list[Errand]:
    return list(errands.due("acme", ErrandKind.CUSTOMER, now=now))


def test_what_was_asked_for_is_due_from_then_on_the_longest_first(errands: Errands) -> None:
    errands.ask(errand("C-2"))
    errands.ask(errand("C-1", NOW - HOUR, a="1"))
    errands.ask(errand("C-3", NOW + HOUR))

    assert due(errands) == [errand("C-1", NOW - HOUR, a="1"), errand("C-2")]
    assert list(errands.due("other", ErrandKind.CUSTOMER, now=NOW)) == []


def test_what_is_asked_for_twice_is_one_errand_with_all_that_was_told(errands: Errands) -> None:
    errands.ask(errand(a="1", b="1"))
    errands.ask(errand(b="2", c="3"))

    (one,) = due(errands)

    assert one.details == {"a": "1", "b": "2", "c": "3"}
    assert one.version == 2


def test_what_was_run_is_asked_for_again_unless_it_is_done_for_good(errands: Errands) -> None:
    errands.ask(errand("C-1"))
    errands.ask(errand("C-2"))
    left, done = due(errands)
    assert errands.close(left, ErrandState.LEFT)
    assert errands.close(done, ErrandState.DONE)
    assert due(errands) == []

    errands.ask(errand("C-1"))
    errands.ask(errand("C-2"))

    assert [one.name for one in due(errands)] == ["C-1"]


def test_what_is_put_off_is_due_then_and_remembers_how_often(errands: Errands) -> None:
    errands.ask(errand())
    (one,) = due(errands)

    assert errands.put_off(one, NOW + HOUR)

    assert due(errands) == []
    (later,) = due(errands, NOW + HOUR)
    assert (later.tries, later.due_at) == (1, NOW + HOUR)


def test_whoever_was_asked_again_meanwhile_neither_closes_nor_puts_off(errands: Errands) -> None:
    errands.ask(errand())
    (one,) = due(errands)
    errands.ask(errand())

    assert not errands.close(one, ErrandState.LEFT)
    assert not errands.put_off(one, NOW + HOUR)
    assert [two.version for two in due(errands)] == [2]
