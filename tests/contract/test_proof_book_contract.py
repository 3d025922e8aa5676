"""The proof book in memory and in tables: both keep rows, chains and files the same way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest
from moto import mock_aws

from commerce.orders import Facts
from shared.facts.record import FactsRecord, FactsStatus, order_pk
from shared.facts.store import DynamoDbFactsStore
from shared.gl.store import DynamoDbDayBook
from shared.ledger.dynamodb import DynamoDbLedger
from shared.ledger.records import Intent
from shared.ledger.states import claim
from shared.reconciliation.book import ChainMovedError, ProofBook, RowHead
from shared.reconciliation.chain import sealed, verify
from shared.reconciliation.differences import Cause, Difference
from shared.reconciliation.rows import Moved, Row, Settled, order_name
from shared.reconciliation.sources import TableSources
from shared.reconciliation.statement import Statement, Verdict
from shared.reconciliation.store import DynamoDbProofBook
from tests.accounting.lives import order_a_one_tee_restocked
from tests.accounting.shop import ref
from tests.contract.ledger_rig import make_table
from tests.fakes import counting_ids
from tests.integration.order_posting_rig import sold
from tests.unit.reconciliation.memory import MemoryProofBook
from tests.unit.reconciliation.told import chain_of, row_of

ON = date(2026, 3, 2)
AT = datetime(2026, 3, 3, 8, tzinfo=UTC)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        s3 = boto3.client("s3", region_name="us-east-1")
        make_table(dynamodb, "orders")
        make_table(dynamodb, "ledger")
        s3.create_bucket(Bucket="proofs")
        yield dynamodb, s3


@pytest.fixture(params=["memory", "tables"])
def book(request: pytest.FixtureRequest) -> ProofBook:
    if request.param == "memory":
        return MemoryProofBook()
    dynamodb, s3 = request.getfixturevalue("aws")
    return DynamoDbProofBook(dynamodb, "orders", s3, "proofs")


def row() -> Row:
    life = order_a_one_tee_restocked()
    made = row_of(life.stages[-1], chain_of(life).values(), life.book)
    trouble = Difference("shop", "order 1", Cause.EDITED_IN_SAGE, "x", "y", ON, Decimal("0.01"))
    first, *others = made.documents
    documents = (replace(first, troubles=(trouble,), proved_at=AT), *others)
    return replace(
        made,
        documents=documents,
        money=(Moved("1100", ON, Decimal("69.95")),),
        settled=(Settled("1", "1100", ON, Decimal("69.95")),),
        days=(("USD", ON),),
    )


def statement(on: date, **more: Any) -> Statement:
    usual = Statement("acme", "100", "USD", on, AT + (on - ON), Verdict.EQUAL)
    return replace(usual, **more)


def test_a_row_reads_as_it_was_put_and_others_do_not_see_it(book: ProofBook) -> None:
    made = row()
    book.put("acme", made)
    book.put("acme", replace(made, version=2))

    assert list(book.rows("acme", "shop")) == [replace(made, version=2)]
    assert book.row("acme", "shop", made.name) == replace(made, version=2)
    assert list(book.heads("acme", "shop")) == [RowHead(made.name, 2, made.is_open)]
    assert list(book.rows("acme", "outlet")) == []
    assert list(book.rows("other", "shop")) == []
    assert book.row("acme", "shop", order_name("9")) is None


def test_a_chain_grows_link_by_link_and_holds(book: ProofBook) -> None:
    assert book.latest("acme", "100") is None
    for number in range(4):
        link, files = sealed(statement(ON + timedelta(days=number)), book.latest("acme", "100"))
        book.append(link, files)
        assert book.latest("acme", "100") == link

    assert [link.sequence for link in book.links("acme", "100")] == list(range(1, 5))
    assert verify(book, "acme", "100").breaches == ()
    assert list(book.links("acme", "200")) == []


def test_a_second_statement_of_one_number_is_refused(book: ProofBook) -> None:
    link, files = sealed(statement(ON), None)
    other, other_files = sealed(statement(ON, notes=("another run",)), None)
    book.append(link, files)
    book.append(link, files)

    with pytest.raises(ChainMovedError):
        book.append(other, other_files)
    assert verify(book, "acme", "100").breaches == ()
    assert book.file(link, "html") == files["html"]
    assert book.file(replace(link, sequence=9), "html") is None


def test_what_is_accepted_replaces_what_was(book: ProofBook) -> None:
    book.accept("acme", "100", "1100", Decimal("1.10"))
    book.accept("acme", "100", "1100", Decimal("-2.50"))

    assert book.accepted("acme", "100") == {"1100": Decimal("-2.50")}
    assert book.accepted("acme", "200") == {}


def test_a_changed_attribute_of_a_stored_link_is_found(aws: Any) -> None:
    dynamodb, s3 = aws
    kept = DynamoDbProofBook(dynamodb, "orders", s3, "proofs")
    for number in range(2):
        link, files = sealed(statement(ON + timedelta(days=number)), kept.latest("acme", "100"))
        kept.append(link, files)
    key = {"pk": {"S": "PROOFS#acme#100"}, "sk": {"S": "STATEMENT#00000001"}}
    item = dynamodb.get_item(TableName="orders", Key=key)["Item"]
    changes: dict[str, Any] = {
        "verdict": {"S": "open"},
        "on": {"S": "2026-03-03"},
        "made_at": {"S": "2026-03-03T09:00:00+00:00"},
        "previous": {"S": "0"},
        "hash": {"S": "0"},
        "tenant": {"S": "other"},
        "entity": {"S": "200"},
        "sequence": {"N": "7"},
        "files": {"S": "[]"},
    }
    assert changes.keys() == item.keys() - {"pk", "sk"}
    for name, value in changes.items():
        dynamodb.put_item(TableName="orders", Item={**item, name: value})
        assert verify(kept, "acme", "100").breaches, name
    dynamodb.put_item(TableName="orders", Item=item)
    assert verify(kept, "acme", "100").breaches == ()


def test_sources_find_what_changed_and_what_was_sent(aws: Any) -> None:
    dynamodb, _ = aws
    facts = DynamoDbFactsStore(dynamodb, "orders", new_id=counting_ids("facts"))
    ledger = DynamoDbLedger(dynamodb, "ledger")
    sources = TableSources(
        dynamodb,
        orders="orders",
        ledger_table="ledger",
        facts=facts,
        ledger=ledger,
        days=DynamoDbDayBook(dynamodb, "orders"),
    )
    for tenant, name in (("acme", "1001"), ("acme", "1002"), ("acme2", "1003")):
        pk = order_pk(tenant, "shop", name)
        saved = facts.save(FactsRecord(pk, sold(name), status=FactsStatus.READY))
        if name == "1002":
            facts.save(saved)
        intent = Intent(pk, f"{tenant}/100/INVOICE/shop:x", "N-1", "control", "hash")
        ledger.commit(claim(intent, None, owner="me", now=AT + timedelta(hours=int(name) - 1001)))

    state = sources.order("acme", "shop", "1001")

    assert sorted(sources.order_versions("acme")) == [("shop", "1001", 1), ("shop", "1002", 2)]
    many = [f"none-{number}" for number in range(230)]
    assert sources.known("acme", "shop", ["1001", *many, "1002", "1001"]) == {"1001", "1002"}
    facts.save(FactsRecord(order_pk("acme", "shop", "1004"), Facts(ref("order", "1004"))))
    assert sources.known("acme", "shop", ["1004"]) == set()
    assert sources.known("acme", "outlet", ["1001"]) == sources.known("acme", "shop", []) == set()
    assert state is not None
    assert len(state.chain) == 1
    assert sources.order("acme", "shop", "9") is None
    assert list(sources.sent_since("acme", AT)) != []
    assert list(sources.sent_since("acme", AT + timedelta(hours=1))) == ["ORD#acme#shop#1002"]
