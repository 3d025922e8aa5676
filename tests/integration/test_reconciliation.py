"""The proof as deployed: real handler, adapters and clients, the simulator for Sage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import boto3
import pytest

from functions.gl_export import app as gl_export
from functions.reconciliation import app as reconciliation
from shared.bootstrap import reconciliation as built
from shared.reconciliation.chain import verify
from shared.reconciliation.statement import Statement, decode
from tests.contract.conftest import Simulator, simulator
from tests.integration.order_posting_rig import PostingRig, context, event, rig, sold
from tests.integration.test_order_posting_with_sage import post, sage

__all__ = ["rig", "sage", "simulator"]

ASKED = {"tenant": "acme", "entity": "100", "date": "2026-03-02"}


@pytest.fixture
def proofs(
    rig: PostingRig, sage: Simulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostingRig]:
    """A bucket for statements beside what posting needs."""
    del sage
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="proofs")
    monkeypatch.setenv("PROOFS_BUCKET", "proofs")
    monkeypatch.setenv("STORE_SECRET_PREFIX", "cartledger/test/stores/")
    yield rig
    built.proof_book.cache_clear()
    built._store_clients.cache_clear()
    built._sources.cache_clear()  # as the rig does with other adapters


def proved(answer: dict[str, Any]) -> Statement:
    """The statement that the function says it stored."""
    (told,) = answer["proofs"]
    key = told["file"].replace(".html", ".json")
    s3 = boto3.client("s3", region_name="us-east-1")
    return decode(s3.get_object(Bucket="proofs", Key=key)["Body"].read())


def test_a_posted_day_is_equal_its_statement_is_stored_and_its_cost_is_counted(
    proofs: PostingRig,
) -> None:
    proofs.keep(sold("1001", amount="130.65"))
    proofs.keep(sold("7001", store="outlet", amount="100.00"))
    post("1001")
    post("7001", store="outlet")
    gl_export.handler(event("gl_export.one_day"), context(300_000))

    answer = reconciliation.handler(dict(ASKED), context(900_000))

    statement = proved(answer)
    assert statement.differences == ()
    assert [(p["state"], p["sequence"]) for p in answer["proofs"]] == [("equal", 1)]
    kinds = {kind.kind: kind.proved for store in statement.stores for kind in store.kinds}
    assert kinds["invoice"] == 1
    assert kinds["summary journal"] == 1
    assert verify(built.proof_book(), "acme", "100").breaches == ()
    assert statement.reading is not None
    used = [
        int(item["background"]["N"])
        for item in proofs.client.scan(TableName="connections")["Items"]
        if item["pk"]["S"] == "CALLS#acme"
    ]
    assert used == [statement.reading.transactions]


def test_an_order_that_is_not_posted_is_open_until_it_is(proofs: PostingRig) -> None:
    proofs.keep(sold("1001"))

    first = proved(reconciliation.handler(dict(ASKED), context(900_000)))
    post("1001")
    second = proved(reconciliation.handler(dict(ASKED), context(900_000)))

    assert {one.subject for one in first.differences} == {"order 1001"}
    assert second.differences == ()
    assert second.previous


def test_the_schedule_proves_the_last_day_that_is_over(proofs: PostingRig) -> None:
    proofs.keep(sold("1001"))

    answer = reconciliation.handler({}, context(900_000))
    again = reconciliation.handler({}, context(900_000))

    assert [told["entity"] for told in answer["proofs"]] == ["100"]
    assert date.fromisoformat(answer["proofs"][0]["date"]) > date(2026, 3, 2)
    assert again["proofs"] == []
