"""What keeps payouts promises the same in memory and in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from commerce.payouts import PayoutLineKind, PayoutStatus
from shared.payouts import store as stored
from shared.payouts.history import NOTHING, History, Loss, TaxShare
from shared.payouts.records import merged
from shared.payouts.store import (
    DamagedPayoutError,
    DynamoDbPayouts,
    PayoutKey,
    PayoutMovedError,
    Payouts,
)
from shared.payouts.worths import PayoutRate, Valuation, Worth
from shared.postings.findings import Finding, Reason
from tests.contract.ledger_rig import make_table
from tests.unit.payouts.memory import MemoryPayouts
from tests.unit.payouts.told import SENT_AT, line, payout, usd

KEY = PayoutKey("acme", "shop", "po-1001")


def _table() -> Any:
    client = boto3.client("dynamodb", region_name="us-east-1")
    make_table(client, "orders")
    return client


@pytest.fixture(params=["memory", "dynamodb"])
def payouts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Payouts]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        table = DynamoDbPayouts(_table(), "orders")
        yield MemoryPayouts() if request.param == "memory" else table


def test_a_payout_comes_back_as_it_was_kept(payouts: Payouts) -> None:
    finding = Finding(Reason.UNBALANCED, "amount", "it is off", difference=payout().amount)
    record = merged("acme", None, payout(), at=SENT_AT)

    saved = payouts.save(replace(record, findings=(finding,), frozen="f", due_at=SENT_AT))

    assert saved.version == 1
    assert payouts.load(KEY) == saved
    assert payouts.load(PayoutKey("acme", "shop", "other")) is None


def test_what_people_decided_comes_back_with_the_payout_and_not_with_the_list(
    payouts: Payouts,
) -> None:
    loss = Loss("1", SENT_AT, (TaxShare("2100-NYS", usd("2.57")),))
    record = merged("acme", None, payout(), at=SENT_AT)

    worth = Worth("2", Money.of("64.77", "EUR"), usd("69.95"), "2026-03-02", "sage:7")
    valuation = Valuation((worth,), PayoutRate(Decimal("1.0832"), "2026-03-05", "table"))

    saved = payouts.save(replace(record, history=History((loss,), ("3",), valuation=valuation)))

    assert payouts.load(KEY) == saved
    assert [head.history for head in payouts.heads("acme", "shop")] == [NOTHING]


def test_a_list_shows_payouts_of_one_store_without_their_lines(payouts: Payouts) -> None:
    payouts.save(merged("acme", None, payout(), at=SENT_AT))
    payouts.save(merged("acme", None, payout(payout_id="po-1002"), at=SENT_AT))
    payouts.save(merged("other", None, payout(), at=SENT_AT))

    found = list(payouts.heads("acme", "shop"))

    assert [record.payout.ref.id for record in found] == ["po-1001", "po-1002"]
    assert {(record.payout.lines, record.line_count) for record in found} == {((), 3)}


def test_what_somebody_else_changed_is_not_overwritten(payouts: Payouts) -> None:
    first = payouts.save(merged("acme", None, payout(), at=SENT_AT))
    payouts.save(replace(first, is_booked=True))

    for stale in (first, merged("acme", None, payout(), at=SENT_AT)):
        with pytest.raises(PayoutMovedError):
            payouts.save(stale)

    kept = payouts.load(KEY)
    assert kept is not None
    assert kept.is_booked


def test_only_what_is_due_by_now_is_on_the_agenda(payouts: Payouts) -> None:
    record = merged("acme", None, payout(), at=SENT_AT)
    later = merged("acme", None, payout(payout_id="po-1002"), at=SENT_AT)
    saved = payouts.save(replace(record, due_at=SENT_AT))
    payouts.save(replace(later, due_at=SENT_AT + timedelta(hours=1)))

    assert payouts.due("acme", now=SENT_AT) == [KEY]
    assert payouts.due("other", now=SENT_AT) == []

    payouts.save(replace(saved, due_at=None))

    assert payouts.due("acme", now=SENT_AT) == []


def test_a_settlement_too_large_for_one_item_is_kept_in_parts(
    payouts: Payouts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "_MOST_IN_AN_ITEM", 100)
    lines = tuple(line(str(n), PayoutLineKind.CHARGE, "1.00") for n in range(500))
    record = merged("acme", None, payout(lines, amount="500.00"), at=SENT_AT)

    saved = payouts.save(record)
    moved = payouts.save(replace(saved, payout=replace(saved.payout, status=PayoutStatus.PAID)))

    assert payouts.load(KEY) == moved


def test_lines_that_were_lost_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = _table()
        table = DynamoDbPayouts(client, "orders")
        table.save(merged("acme", None, payout(), at=SENT_AT))
        (part,) = client.query(
            TableName="orders",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "PAYOUT#acme#shop#po-1001"}},
        )["Items"]
        client.delete_item(TableName="orders", Key={"pk": part["pk"], "sk": part["sk"]})

        with pytest.raises(DamagedPayoutError):
            table.load(KEY)
