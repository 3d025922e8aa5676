"""Drift as deployed: the real poller, adapters and clients, the simulator for Sage."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import boto3
import pytest

from functions.intacct_poller import app as intacct_poller
from shared.bootstrap import background, changes, drift
from shared.bootstrap import reconciliation as built
from shared.bootstrap.background import background_reads
from shared.drift.records import Drift, What
from shared.drift.store import DynamoDbDrifts
from shared.drift.subjects import parts_of, subject_of
from tests.contract.conftest import Simulator, simulator
from tests.integration.order_posting_rig import PostingRig, context, rig, sold
from tests.integration.test_customer_watch import MonthOfReads
from tests.integration.test_order_posting_with_sage import post, sage

__all__ = ["rig", "sage", "simulator"]

EVENT = {"tenant": "acme", "entity": "100", "kind": "sales_document", "is_forced": True}


@pytest.fixture
def polled(
    rig: PostingRig, sage: Simulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostingRig]:
    """The tables behind the poller, which nothing else built before."""
    del sage
    monkeypatch.setenv("PROOFS_BUCKET", "proofs")
    monkeypatch.setattr(background, "call_records", MonthOfReads)
    monkeypatch.setattr(MonthOfReads, "used", 0)
    kept = (
        built.proof_book, built._sources, drift.drifts, changes.tombstones, changes._checkpoints,
        changes._customers, changes._items, changes._documents, background_reads,
    )  # fmt: skip
    for each in kept:
        each.cache_clear()
    yield rig
    for each in kept:
        each.cache_clear()


def drifts() -> list[Drift]:
    client = boto3.client("dynamodb", region_name="us-east-1")
    return list(DynamoDbDrifts(client, "orders").all("acme"))


def follow() -> dict[str, Any]:
    (told,) = intacct_poller.handler(dict(EVENT), context(300_000))["places"]
    assert told["outcome"] == "complete", told
    return dict(told)


def test_an_invoice_that_somebody_edited_is_found_in_the_next_cycle(
    polled: PostingRig, sage: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    polled.keep(sold("1001", amount="130.65"))
    post("1001")
    first, untouched = follow(), drifts()
    store = sage.company.books.store
    row = next(row for row in store.rows("sales_document") if row["ar_invoice"])
    stamp = {"modified_at": sage.company.clock.stamp(), "modified_by": 99}
    store.change("sales_document", row["key"], txn_date=date(2026, 3, 9), **stamp)
    for line in list(store.find("gl_detail", origin_key=row["key"])):
        store.change("gl_detail", line["key"], entry_date=date(2026, 3, 9))
    capsys.readouterr()

    follow()

    assert (first["changes"], untouched) == (2, [])
    (found,) = drifts()
    (told,) = found.differences
    assert (found.what, found.subject, found.changed_by) == (What.EDITED, "order 1001", "99")
    assert (told.member, told.sent, told.found) == ("date", "2026-03-02", "2026-03-09")
    assert [one.subject for one in polled.reviews()] == [f"drift:{found.place.key}"]
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [one["DriftFound"] for one in metrics] == [[1.0]]


def test_what_a_ledger_partition_is_about_has_words() -> None:
    assert parts_of("ORD#acme#shop#10#01") == ("ORD", "shop", "10#01")
    assert subject_of("PAY#acme#shop#77") == "payout 77"
    assert subject_of("GL#acme#outlet#2026-03-02") == "day 2026-03-02"
    assert subject_of("CUS#acme#9") == "CUS "
