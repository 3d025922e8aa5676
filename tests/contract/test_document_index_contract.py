"""The index of documents, its fake and the simulator's table keep the same promises (moto)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws

from commerce.money import Money
from intacct.documents import DocumentResult
from shared.ledger import states
from shared.ledger.document_index import DocumentIndex, DynamoDbDocumentIndex, Place
from shared.ledger.dynamodb import DynamoDbLedger
from shared.ledger.port import Ledger
from shared.ledger.records import Intent, Record
from tests.contract.ledger_rig import make_table
from tests.fakes import FakeClock, MemoryLedger
from tests.simulation.tables import Tables
from tests.unit.drift.memory import MemoryDocumentIndex

PK = "ORD#acme#shop#1001"
RESULT = DocumentResult("17", "INV-17", "posted", Money.of("12.30", "USD"))


@dataclass
class Rig:
    ledger: Ledger
    index: DocumentIndex


def in_memory() -> Rig:
    ledger = MemoryLedger()
    return Rig(ledger, MemoryDocumentIndex(ledger))


def in_dynamodb() -> Rig:
    client = boto3.client("dynamodb", region_name="eu-central-1")
    table = make_table(client)
    return Rig(DynamoDbLedger(client, table), DynamoDbDocumentIndex(client, table))


@pytest.fixture(params=[in_memory, in_dynamodb])
def rig(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield request.param()


def claimed(rig: Rig, key: str, *, pk: str = PK, number: str = "") -> Record:
    intent = Intent(pk, key, number or f"N-{key[-1]}", f"C-{key}", "c1")
    (record,) = rig.ledger.commit(states.claim(intent, None, owner="a", now=FakeClock()()))
    return record


def done(rig: Rig, key: str, **more: str) -> None:
    record = claimed(rig, key, **more)
    rig.ledger.commit(states.finish(record, RESULT, now=FakeClock()()))


def test_a_posting_is_found_by_its_number_in_whatever_state_it_is(rig: Rig) -> None:
    done(rig, "acme/100/INVOICE/shop:a")
    claimed(rig, "acme/100/INVOICE/shop:b")

    assert rig.index.places("acme", "N-a") == (Place(PK, "acme/100/INVOICE/shop:a"),)
    assert rig.index.places("acme", "N-b") == (Place(PK, "acme/100/INVOICE/shop:b"),)
    assert rig.index.places("acme", "N-c") == ()


def test_another_tenants_document_of_the_same_number_is_not_ours(rig: Rig) -> None:
    done(rig, "acme/100/INVOICE/shop:a", number="SAME")
    done(rig, "globex/100/INVOICE/shop:a", pk="ORD#globex#shop#1", number="SAME")

    assert [place.pk for place in rig.index.places("acme", "SAME")] == [PK]
    assert [place.pk for place in rig.index.places("globex", "SAME")] == ["ORD#globex#shop#1"]


def test_the_fault_simulators_table_answers_from_the_index_as_dynamodb_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tables = Tables(lambda: 0.0)
    item: dict[str, Any] = {"pk": {"S": PK}, "sk": {"S": "k"}, "doc_no": {"S": "N-1"}}
    query = {
        "TableName": "t",
        "IndexName": "document-index",
        "KeyConditionExpression": "doc_no = :number",
        "ExpressionAttributeValues": {":number": {"S": "N-1"}},
    }
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client: Any = boto3.client("dynamodb", region_name="eu-central-1")
        make_table(client, "t")
        for write in (tables.put_item, lambda request: client.put_item(**request)):
            write({"TableName": "t", "Item": {**item, "st": {"S": "DONE"}}})
            write({"TableName": "t", "Item": {"pk": {"S": PK}, "sk": {"S": "other"}}})

        assert tables.query(query)["Items"] == client.query(**query)["Items"]
