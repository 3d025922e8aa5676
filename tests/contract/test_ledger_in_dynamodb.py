"""What DynamoDB adds to the ledger's promises: conflicts, tokens and what a record costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from shared.ledger import states
from shared.ledger.dynamodb import DynamoDbLedger
from shared.ledger.records import State
from tests.contract.ledger_rig import PK, RESULT, claimed, intent, make_table
from tests.fakes import FakeClock


class Conflicting:
    """A DynamoDB client whose transactions meet others' so many times first."""

    def __init__(self, client: Any, *reasons: str) -> None:
        self._client = client
        self.reasons = list(reasons)
        self.tokens: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **arguments: Any) -> Any:
        self.tokens.append(arguments["ClientRequestToken"])
        if self.reasons:
            response: Any = {
                "Error": {"Code": "TransactionCanceledException", "Message": ""},
                "CancellationReasons": [{"Code": self.reasons.pop(0)}, {"Code": "None"}],
            }
            raise ClientError(response, "TransactWriteItems")
        return self._client.transact_write_items(**arguments)


@pytest.mark.parametrize("conflicts", [2, 3])
def test_a_transaction_that_meets_another_is_tried_three_times_with_one_token(
    monkeypatch: pytest.MonkeyPatch, conflicts: int
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    clock, pauses = FakeClock(), []
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        conflicting: Any = Conflicting(client, *["TransactionConflict"] * conflicts)
        table = make_table(client)
        ledger = DynamoDbLedger(conflicting, table, pause=lambda: pauses.append("pause"))
        writes = (
            states.finish(claimed(ledger, clock), RESULT, now=clock()),
            states.claim(intent("invoice"), None, owner="a2", now=clock()),
        )
        raised = None
        try:
            ledger.commit(*writes)
        except ClientError as error:
            raised = error
        finished = [record.state for record in ledger.chain(PK).values()]

    assert (raised is None) is (conflicts == 2)
    assert State.DONE in finished or conflicts == 3
    assert (len(conflicting.tokens), len(set(conflicting.tokens))) == (3, 1)
    assert len(pauses) == 2


def test_transactions_of_two_orders_never_share_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    clock = FakeClock()
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        counting: Any = Conflicting(client)
        ledger = DynamoDbLedger(counting, make_table(client))
        for pk in (PK, f"{PK}1"):
            first, second = replace(intent(), pk=pk), replace(intent("invoice"), pk=pk)
            (mine,) = ledger.commit(states.claim(first, None, owner="a", now=clock()))
            ledger.commit(
                states.finish(mine, RESULT, now=clock()),
                states.claim(second, None, owner="a2", now=clock()),
            )

    assert len(set(counting.tokens)) == 2


def test_a_record_of_an_order_costs_one_write_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    clock = FakeClock()
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        ledger = DynamoDbLedger(client, make_table(client))
        long_key = "acme-trading/100/INVOICE/shopify-main:invoice:5123456789012"
        mine = claimed(ledger, clock, long_key)
        ledger.commit(states.finish(mine, RESULT, now=clock()))

        (item,) = client.scan(TableName="ledger")["Items"]

    size = sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())
    assert size < 1024
