"""Drift records in DynamoDB and their fake keep the same promises (moto in process)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import boto3
import pytest
from moto import mock_aws

from intacct.reading import Marked
from shared.drift.records import (
    Drift,
    Drifts,
    DriftStatus,
    StaleDriftError,
    accepted,
)
from shared.drift.store import DynamoDbDrifts
from shared.ledger.document_index import Place
from shared.postings.plan import PostingKind
from shared.reconciliation.differences import Cause, Difference
from tests.contract.ledger_rig import make_table
from tests.unit.drift.memory import MemoryDrifts

AT = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
DIFFERENCE = Difference(
    store="shop",
    subject="order 1001",
    cause=Cause.EDITED_IN_SAGE,
    what="advance 1001-ADV",
    text="its total in Sage is 70.95",
    since=date(2026, 3, 2),
    amount=Decimal("1.00"),
    currency="USD",
    member="total",
    sent="69.95",
    found="70.95",
)
DRIFT = Drift(
    tenant="acme",
    entity="100",
    store="shop",
    subject="order 1001",
    place=Place("ORD#acme#shop#1001", "acme/100/ADVANCE/shop:capture:1"),
    kind=PostingKind.ADVANCE,
    marked=Marked.ADVANCE,
    number="1001-ADV",
    sage_key="17",
    differences=(DIFFERENCE,),
    found_at=AT,
    changed_at=AT,
    changed_by="99",
)


def in_dynamodb() -> Drifts:
    client = boto3.client("dynamodb", region_name="eu-central-1")
    return DynamoDbDrifts(client, make_table(client))


@pytest.fixture(params=[MemoryDrifts, in_dynamodb])
def drifts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drifts]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        yield request.param()


def test_a_record_comes_back_as_it_was_kept(drifts: Drifts) -> None:
    kept = drifts.save(DRIFT)

    assert kept == replace(DRIFT, version=1)
    assert drifts.load("acme", DRIFT.place.key) == kept
    assert list(drifts.all("acme")) == [kept]
    assert drifts.load("globex", DRIFT.place.key) is None
    assert list(drifts.all("globex")) == []


def test_who_wrote_over_what_was_read_before_somebody_else_did_is_refused(drifts: Drifts) -> None:
    kept = drifts.save(DRIFT)
    drifts.save(replace(kept, status=DriftStatus.IGNORED))

    with pytest.raises(StaleDriftError):
        drifts.save(replace(kept, status=DriftStatus.ADOPTED))
    with pytest.raises(StaleDriftError):
        drifts.save(replace(DRIFT, times=2))

    assert [one.status for one in drifts.all("acme")] == [DriftStatus.IGNORED]


def test_the_proof_takes_for_right_what_a_person_adopted_or_restored(drifts: Drifts) -> None:
    said = [
        (DriftStatus.OPEN, ""),
        (DriftStatus.IGNORED, "ada"),
        (DriftStatus.ADOPTED, "ada"),
        (DriftStatus.RESTORED, "ada"),
        (DriftStatus.RESTORED, ""),
    ]
    for number, (status, by) in enumerate(said):
        place = Place(DRIFT.place.pk, f"{DRIFT.place.key}{number}")
        drifts.save(replace(DRIFT, place=place, status=status, decided_by=by, reason="so it is"))

    marked = [one.marked([DIFFERENCE]) for one in accepted(drifts, "acme").values()]

    assert [one.accepted for told in marked for one in told] == [
        "adopted by ada: so it is",
        "restored by ada: so it is",
    ]
